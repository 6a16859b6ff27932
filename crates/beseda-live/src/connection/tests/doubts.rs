//! Who may not listen any more: deactivated, signed out, out of their role or their place; and who still may.

use super::*;

/// Everything that sends somebody away, and how.
async fn sent_away(house: House, guest: Guest, change: impl AsyncFnOnce(&House), how: &str) {
    let id = guest.person.id;
    let (mut leaving, mut anna) = (house.let_in(guest).await, house.enter(1).await);
    assert_eq!(hears(&mut anna).await, "history ");
    until(|| house.live.listeners() == 2).await;
    house.feed();
    change(&house).await;
    let mut heard = hears(&mut leaving).await;
    if heard == "history " {
        heard = hears(&mut leaving).await;
    }
    assert_eq!(heard, how, "{id:?}");
    says(&mut anna, "send between us").await;
    let mut others_hear = hears(&mut anna).await;
    if others_hear == format!("left {id}") {
        others_hear = hears(&mut anna).await;
    }
    assert_eq!(others_hear, "sent between us ");
    drop(leaving);
    until(|| house.live.listeners() == 1).await;
}

fn desk(id: i64) -> Guest {
    Guest {
        to: Where::Every(RoomKind::Support),
        since: Since::Now,
        dialect: &DESK,
        ..guest(id, RoomId(0))
    }
}

#[tokio::test]
async fn who_is_deactivated_has_to_log_in_again() {
    let house = house().await;
    let boris = guest(2, house.room);
    let change = async |house: &House| house.set_active(2, false).await;
    sent_away(house, boris, change, "closed 4001 log in again").await;
}

#[tokio::test]
async fn who_is_signed_out_has_to_log_in_again() {
    let house = house().await;
    let boris = guest(2, house.room);
    let change = async |house: &House| {
        house.change(|tx| rules::sign_out(tx, Fixed.now(), PersonId(2))).await;
    };
    sent_away(house, boris, change, "closed 4001 log in again").await;
}

#[tokio::test]
async fn who_loses_the_role_hears_every_room_no_more() {
    let house = house().await;
    let change = async |house: &House| {
        let plain = Person {
            role: Role::User,
            ..person(4)
        };
        house
            .change(move |tx| rules::put_person(tx, Fixed.now(), &plain.clone().into()))
            .await;
    };
    sent_away(house, desk(4), change, "closed 4003 not allowed any more").await;
}

#[tokio::test]
async fn a_deactivated_operator_has_to_log_in_again() {
    let change = async |house: &House| house.set_active(4, false).await;
    sent_away(house().await, desk(4), change, "closed 4001 log in again").await;
}

#[tokio::test]
async fn who_is_forgotten_hears_nothing_of_it() {
    let house = house().await;
    let boris = guest(2, house.room);
    let change = async |house: &House| {
        house
            .change(|tx| rules::remove_person(tx, Fixed.now(), PersonId(2)))
            .await;
    };
    sent_away(house, boris, change, "closed 4001 log in again").await;
}

#[tokio::test]
async fn another_change_of_a_person_leaves_their_sockets_open_and_is_said_with_them() {
    let house = house().await;
    let mut mom = house.let_in(desk(4)).await;
    until(|| house.live.listeners() == 1).await;
    house.feed();
    let leader = Person {
        role: Role::Mom,
        ..person(4)
    };
    house
        .change(move |tx| rules::put_person(tx, Fixed.now(), &leader.clone().into()))
        .await;
    let known = || house.live.hub.sessions_of(PersonId(4))[0].person().role == Role::Mom;
    until(known).await;
    says(&mut mom, "nonsense").await;
    assert_eq!(hears(&mut mom).await, "error what");
}

#[tokio::test]
async fn who_was_deactivated_since_they_proved_who_they_are_is_not_let_in() {
    let house = house().await;
    let before = || guest(2, house.room);
    house.set_active(2, false).await;
    assert_eq!(
        hears(&mut house.let_in(before()).await).await,
        "closed 4001 log in again"
    );
    let unknown = desk(6);
    assert_eq!(
        hears(&mut house.let_in(unknown).await).await,
        "closed 4001 log in again"
    );
    house.set_active(2, true).await;
    assert_eq!(
        hears(&mut house.let_in(before()).await).await,
        "closed 4001 log in again"
    );
    let again = Guest {
        proven_at: Time(2_000_000),
        by_key: None,
        ends_at: None,
        ..before()
    };
    assert_eq!(hears(&mut house.let_in(again).await).await, "history ");
}

#[tokio::test]
async fn who_is_let_in_is_who_they_are_now_and_not_who_they_were() {
    let house = house().await;
    let queue = Arc::new(Queue::new(QueueLimits::default()));
    let stale = Guest {
        person: Arc::new(Person::new(PersonId(1), Role::Admin)),
        ..guest(1, house.room)
    };
    let connection = Connection::enter(&house.live, stale, queue).await.unwrap();
    assert_eq!(connection.session.person().role, person(1).role);
}

#[tokio::test]
async fn who_lost_their_place_in_another_process_hears_nothing_after_that() {
    let house = house().await;
    let (mut anna, mut boris) = (house.enter(1).await, house.enter(2).await);
    hears(&mut anna).await;
    hears(&mut boris).await;
    // What another process does is announced to nobody here.
    house.change(|tx| Ok(tx.leave(RoomId(1), PersonId(2), Head(9))?)).await;
    house.live.hub.changed_elsewhere(&[Notice::Everything]);
    says(&mut anna, "send between us").await;
    house.feed();
    assert_eq!(hears(&mut boris).await, "closed 4003 not allowed any more");
    assert_eq!(hears(&mut anna).await, "sent between us ");
}

#[tokio::test]
async fn who_was_deactivated_a_moment_ago_is_not_obeyed() {
    let house = house().await;
    let (mut anna, mut boris) = (house.enter(1).await, house.enter(2).await);
    hears(&mut anna).await;
    hears(&mut boris).await;
    // Nobody has looked yet: the store is asked with the command.
    house.set_active(2, false).await;
    says(&mut boris, "send secret").await;
    assert_eq!(hears(&mut boris).await, "refused Inactive");
    says(&mut boris, "read").await;
    assert_eq!(hears(&mut boris).await, "refused Inactive");
    says(&mut boris, "typing").await;
    says(&mut anna, "send hello").await;
    assert_eq!(hears(&mut anna).await, "sent hello ");
}
