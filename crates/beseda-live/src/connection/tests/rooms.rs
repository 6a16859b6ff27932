//! One room: who hears what, and what becomes of who is slow, silent or outside.

use super::*;

#[tokio::test]
async fn everybody_in_the_room_hears_a_message_and_only_its_author_its_client_id() {
    let house = house().await;
    let (mut anna, mut boris) = (house.enter(1).await, house.enter(2).await);
    assert_eq!(hears(&mut anna).await, "history ");
    assert_eq!(hears(&mut boris).await, "history ");
    says(&mut anna, "once hello").await;
    assert_eq!(hears(&mut anna).await, "sent hello c1");
    assert_eq!(hears(&mut boris).await, "sent hello ");
    says(&mut anna, "once hello").await;
    assert_eq!(hears(&mut anna).await, "again hello c1");
    says(&mut boris, "send yes").await;
    assert_eq!(hears(&mut boris).await, "sent yes ");
    assert_eq!(hears(&mut anna).await, "sent yes ");
    assert_eq!(hears(&mut house.enter(2).await).await, "history hello,yes");
}

#[tokio::test]
async fn each_is_told_what_lies_under_the_prefix_that_they_came_by() {
    let house = house().await;
    let come_by = async |prefix: &str, id| {
        let ((peer, here), live) = (wire().await, Arc::clone(&house.live));
        let joined = live.join(here.into(), Bytes::new(), guest(id, house.room));
        tokio::spawn(seen_under(prefix.into(), joined));
        peer
    };
    let (mut anna, mut window) = (come_by("/shop/", 1).await, come_by("/other/", 1).await);
    let (mut boris, mut bare) = (come_by("/shop/", 2).await, house.enter(2).await);
    let peers = [
        (&mut anna, "/shop/"),
        (&mut window, "/other/"),
        (&mut boris, "/shop/"),
        (&mut bare, ""),
    ];
    let mut heard = Vec::new();
    for (peer, prefix) in peers {
        assert_eq!(hears(peer).await, format!("{prefix}history "));
        heard.push((peer, prefix));
    }
    says(heard[0].0, "send yes").await;
    for (peer, prefix) in heard {
        assert_eq!(hears(peer).await, format!("{prefix}sent yes "));
    }
}

#[tokio::test]
async fn a_stranger_is_closed_with_4003_and_hears_nothing_before() {
    let house = house().await;
    assert_eq!(hears(&mut house.enter(3).await).await, "closed 4003 not allowed");
    let gone = async {
        while house.live.listeners() > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.unwrap();
}

#[tokio::test]
async fn a_store_that_fails_closes_with_1011() {
    let house = house().await;
    house.model.fail_next(Fault::Store("broken".to_owned()));
    assert_eq!(hears(&mut house.enter(1).await).await, "closed 1011 internal error");
}

#[tokio::test]
async fn one_socket_more_than_allowed_is_closed_with_4029() {
    let house = house_with(
        Limits {
            listeners: 1,
            ..Limits::default()
        },
        true,
    )
    .await;
    let mut first = house.enter(1).await;
    assert_eq!(hears(&mut first).await, "history ");
    assert_eq!(
        hears(&mut house.enter(1).await).await,
        "closed 4029 too many sockets of one person"
    );
    assert_eq!(hears(&mut house.enter(2).await).await, "history ");
}

#[tokio::test]
async fn an_event_is_encoded_once_for_all_who_hear_the_same() {
    let house = house().await;
    let mut peers = Vec::new();
    for id in [1, 1, 2, 2, 2] {
        let mut peer = house.enter(id).await;
        hears(&mut peer).await;
        peers.push(peer);
    }
    says(&mut peers[0], "send counted").await;
    for peer in &mut peers {
        assert_eq!(hears(peer).await, "sent counted ");
    }
    assert_eq!(ENCODED.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_receipt_moves_up_to_what_the_socket_was_told() {
    let house = house().await;
    let (mut anna, mut boris) = (house.enter(1).await, house.enter(2).await);
    hears(&mut anna).await;
    hears(&mut boris).await;
    says(&mut anna, "send one").await;
    assert_eq!(hears(&mut boris).await, "sent one ");
    says(&mut boris, "read").await;
    assert_eq!(hears(&mut boris).await, "read 2 1");
}

#[tokio::test]
async fn a_bad_frame_and_a_rate_are_answered_and_the_socket_lives_on() {
    let house = house_with(Limits::default(), false).await;
    let mut anna = house.enter(1).await;
    hears(&mut anna).await;
    says(&mut anna, "nonsense").await;
    assert_eq!(hears(&mut anna).await, "error what");
    anna.send(Frame::binary(vec![1, 2])).await.unwrap();
    assert_eq!(hears(&mut anna).await, "error binary");
    says(&mut anna, "send hello").await;
    assert_eq!(hears(&mut anna).await, "refused TooFast { retry_seconds: 1 }");
}

#[tokio::test]
async fn who_loses_their_place_hears_that_and_nothing_after() {
    let house = house().await;
    let (mut anna, mut boris) = (house.enter(1).await, house.enter(2).await);
    hears(&mut anna).await;
    hears(&mut boris).await;
    ask::change(&house.chat, |tx| rules::put_order(tx, Time(5), &order(3), None))
        .await
        .unwrap();
    assert_eq!(hears(&mut boris).await, "left 2");
    says(&mut anna, "send secret").await;
    assert_eq!(hears(&mut boris).await, "closed 4003 no longer in this room");
}

#[tokio::test]
async fn a_stop_tells_everybody_when_to_come_back() {
    let house = house().await;
    let mut anna = house.enter(1).await;
    hears(&mut anna).await;
    house.live.stop(Duration::from_secs(1));
    let closed = hears(&mut anna).await;
    let retry: u64 = closed.strip_prefix("closed 4009 retry_ms=").unwrap().parse().unwrap();
    assert!((1_000..2_000).contains(&retry), "{closed}");
}

#[tokio::test]
async fn who_comes_while_the_server_stops_is_sent_away_too() {
    let house = house().await;
    house.live.stop(Duration::from_secs(1));
    let mut late = house.enter(1).await;
    assert!(hears(&mut late).await.starts_with("closed 4009 retry_ms="));
}

#[tokio::test]
async fn a_silent_socket_is_pinged_and_one_without_life_is_cut() {
    let house = house_with(
        Limits {
            ping_seconds: 2,
            gone_seconds: 6,
            ..Limits::default()
        },
        true,
    )
    .await;
    let mut anna = house.enter(1).await;
    hears(&mut anna).await;
    house.live.tick(250);
    house.live.tick(2_250);
    let pinged = async { while !matches!(anna.next().await, Some(Ok(Frame::Ping(_)))) {} };
    tokio::time::timeout(Duration::from_secs(20), pinged).await.unwrap();
    // Polled no more, she answers no ping: time passes and she is cut.
    house.live.tick(20_000);
    assert_eq!(hears(&mut anna).await, "closed 4008 no sign of life");
}
