//! When somebody was last there: kept when their last socket has ended, and known after the process is.

use super::*;
use crate::dialect::{Presence, PresenceState};
use beseda_core::Fault;
use beseda_core::words::HostId;

/// What the expert is told of the client by whoever serves.
async fn told(live: &Live) -> Presence {
    let known = ask::look(live.chat(), |look| {
        let client = [HostId::Number(1)];
        rules::companions(look, Fixed.now(), PersonId(2), Kinds::ALL, &client)
    });
    let mut told = live.presence(&known.await.unwrap());
    told.pop().unwrap()
}

/// What is kept of the client.
async fn kept(house: &House) -> Option<Time> {
    let kept = ask::look(&house.chat, |look| Ok(look.seen_at(&[PersonId(1)])?));
    kept.await.unwrap().pop().map(|(_, at)| at)
}

#[tokio::test]
async fn when_somebody_was_last_there_is_known_after_the_process_has_ended() {
    let house = house().await;
    let [mut one, mut other] = [house.enter(1).await, house.enter(1).await];
    for peer in [&mut one, &mut other] {
        assert!(hears(peer).await.starts_with("history"));
    }
    drop(one);
    until(|| house.live.listeners() == 1).await;
    house.live.keep_seen().await.unwrap();
    assert_eq!(kept(&house).await, None, "they are there still");
    assert_eq!(told(&house.live).await.last_seen, None);
    drop(other);
    until(|| house.live.listeners() == 0).await;
    assert_eq!(kept(&house).await, None, "no transaction for each who goes");
    assert_eq!(
        told(&house.live).await.last_seen,
        Some(Fixed.now()),
        "known here at once"
    );

    // Where it cannot be kept, it is the next time; and then not again.
    house.model.fail_next(Fault::Busy);
    assert!(house.live.keep_seen().await.is_err());
    house.live.keep_seen().await.unwrap();
    assert_eq!(kept(&house).await, Some(Fixed.now()));
    house.change(|tx| Ok(tx.forget_seen(PersonId(1))?)).await;
    house.live.keep_seen().await.unwrap();
    assert_eq!(kept(&house).await, None, "what is kept is not written again");

    house
        .change(|tx| rules::keep_seen(tx, Fixed.now(), &[(PersonId(1), Fixed.now())]))
        .await;
    let limits = Limits::default();
    let again = Live::new(house.chat.clone(), Arc::new(Hub::new(&limits)), Arc::new(Open(true)));
    let presence = told(&again).await;
    assert_eq!(
        (presence.state, presence.last_seen),
        (PresenceState::Offline, Some(Fixed.now()))
    );
}

#[tokio::test]
async fn who_is_back_before_it_is_kept_is_not_written() {
    let house = house().await;
    let mut peer = house.enter(1).await;
    assert!(hears(&mut peer).await.starts_with("history"));
    drop(peer);
    until(|| house.live.listeners() == 0).await;
    let mut back = house.enter(1).await;
    assert!(hears(&mut back).await.starts_with("history"));
    house.live.keep_seen().await.unwrap();
    assert_eq!(kept(&house).await, None);
    assert_eq!(told(&house.live).await.state, PresenceState::Online);
}
