//! Sockets that end with what opened them, and after `socket_hours` in any case.

use super::*;

const HOUR_MS: u64 = 3_600_000;

fn ending(id: i64, room: RoomId, ends_at: Option<Time>) -> Guest {
    Guest {
        ends_at,
        ..guest(id, room)
    }
}

#[tokio::test]
async fn a_socket_ends_with_its_proof_and_no_sooner() {
    let house = house().await;
    let soon = Fixed.now().plus_seconds(10);
    let mut ends = house.let_in(ending(1, house.room, Some(soon))).await;
    let mut stays = house.let_in(ending(2, house.room, None)).await;
    assert_eq!(hears(&mut ends).await, "history ");
    assert_eq!(hears(&mut stays).await, "history ");
    house.live.tick(9_999);
    house.say(person(1), house.room, "ещё тут").await;
    let heard = hears(&mut ends).await;
    assert_eq!(hears(&mut stays).await, heard);
    assert!(!heard.starts_with("closed"), "{heard}");
    house.live.tick(10_000);
    assert_eq!(hears(&mut ends).await, "closed 4001 token_expired");
    house.say(person(1), house.room, "а он остался").await;
    let heard = hears(&mut stays).await;
    assert!(!heard.starts_with("closed"), "{heard}");
}

#[tokio::test]
async fn a_socket_ends_after_so_many_hours_whatever_opened_it() {
    let house = house().await;
    let most = house.chat.limits().socket_hours * HOUR_MS;
    house.live.tick(7);
    let seconds = |seconds| Some(Fixed.now().plus_seconds(seconds));
    for (ends_at, expected) in [
        (None, most),
        (seconds(365 * 86_400), most),
        (seconds(24 * 3_600 + 1), most),
        (seconds(24 * 3_600 - 1), most - 1_000),
        (seconds(-1), 0),
    ] {
        assert_eq!(house.live.end_of(ends_at), 7 + expected, "{ends_at:?}");
    }
}

#[tokio::test]
async fn a_proof_that_has_ended_meanwhile_opens_nothing_for_long() {
    let house = house().await;
    let mut late = house.let_in(ending(1, house.room, Some(Time(0)))).await;
    let _ = hears(&mut late).await;
    house.live.tick(1);
    assert_eq!(hears(&mut late).await, "closed 4001 token_expired");
}
