//! What passes without being kept: typing and positions.

use super::*;

fn on_the_map(id: i64, room: RoomId) -> Guest {
    Guest {
        since: Since::Now,
        dialect: &MAP,
        ..guest(id, room)
    }
}

/// Somebody on the map who is certainly there, and has said where they are.
async fn at(house: &House, id: i64, latitude: &str) -> Peer {
    let mut peer = house.let_in(on_the_map(id, house.room)).await;
    says(&mut peer, &format!("at {latitude}")).await;
    let own = format!("at {id} {latitude}");
    while hears(&mut peer).await != own {}
    peer
}

#[tokio::test]
async fn typing_is_heard_by_the_others_and_ends_with_the_typists_last_window() {
    let house = house().await;
    let (mut anna, mut window, mut boris) = (house.enter(1).await, house.enter(1).await, house.enter(2).await);
    for peer in [&mut anna, &mut window, &mut boris] {
        hears(peer).await;
    }
    says(&mut anna, "typing").await;
    assert_eq!(hears(&mut boris).await, "typing 1 true");
    drop(window);
    says(&mut boris, "send one").await;
    assert_eq!(hears(&mut boris).await, "sent one ");
    assert_eq!(hears(&mut anna).await, "sent one ");
    drop(anna);
    assert_eq!(hears(&mut boris).await, "typing 1 false");
}

#[tokio::test]
async fn who_sends_a_message_by_whatever_call_has_stopped_typing_before_it_is_heard() {
    let house = house().await;
    let (mut anna, mut boris) = (house.enter(1).await, house.enter(2).await);
    for peer in [&mut anna, &mut boris] {
        hears(peer).await;
    }
    says(&mut anna, "typing").await;
    assert_eq!(hears(&mut boris).await, "typing 1 true");
    says(&mut anna, "send one").await;
    assert_eq!(hears(&mut boris).await, "typing 1 false");
    assert_eq!(hears(&mut boris).await, "sent one ");
    assert_eq!(hears(&mut anna).await, "sent one ");
    says(&mut anna, "typing").await;
    assert_eq!(hears(&mut boris).await, "typing 1 true");
    // Another's message ends nobody's typing, and neither does one of the system.
    house.say(person(2), house.room, "two").await;
    assert_eq!(hears(&mut boris).await, "sent two ");
    house.say(person(1), house.room, "three").await;
    assert_eq!(hears(&mut boris).await, "typing 1 false");
    assert_eq!(hears(&mut boris).await, "sent three ");
}

#[tokio::test]
async fn a_newcomer_is_told_the_latest_of_each_and_a_sender_hears_their_own() {
    let house = house().await;
    let mut anna = at(&house, 1, "1.5").await;
    says(&mut anna, "at 2.5").await;
    assert_eq!(hears(&mut anna).await, "at 1 2.5");
    let mut boris = house.let_in(on_the_map(2, house.room)).await;
    assert_eq!(hears(&mut boris).await, "at 1 2.5", "at once, and nothing older");
    says(&mut boris, "at 3.5").await;
    assert_eq!(hears(&mut boris).await, "at 2 3.5");
    assert_eq!(hears(&mut anna).await, "at 2 3.5");
    let mut late = house.let_in(on_the_map(2, house.room)).await;
    assert_eq!(hears(&mut late).await, "at 1 2.5");
    assert_eq!(hears(&mut late).await, "at 2 3.5");
}

#[tokio::test]
async fn a_chat_hears_no_positions_and_a_map_no_messages() {
    let house = house().await;
    let mut chat = house.enter(2).await;
    assert_eq!(hears(&mut chat).await, "history ");
    let mut anna = at(&house, 1, "1.5").await;
    let mut late = house.enter(2).await;
    assert_eq!(hears(&mut late).await, "history ");
    house.say(person(2), house.room, "hello").await;
    assert_eq!(hears(&mut chat).await, "sent hello ");
    assert_eq!(hears(&mut late).await, "sent hello ");
    says(&mut anna, "at 2.5").await;
    assert_eq!(hears(&mut anna).await, "at 1 2.5");
}

#[tokio::test]
async fn a_position_stays_in_its_room() {
    let house = house().await;
    let other = house.change(|tx| {
        let order = Order {
            id: OrderId::from(2),
            ..order(2)
        };
        rules::put_order(tx, Time(0), &order, Some(Uuid::from_u128(2)))?;
        Ok(tx.room_by_uuid(Uuid::from_u128(2))?.unwrap().id)
    });
    let other = other.await;
    let _anna = at(&house, 1, "1.5").await;
    let mut boris = house.let_in(on_the_map(2, other)).await;
    says(&mut boris, "at 3.5").await;
    assert_eq!(hears(&mut boris).await, "at 2 3.5");
}

#[tokio::test]
async fn one_position_past_the_burst_waits_and_the_last_passes_on() {
    let limits = Limits {
        positions_burst: 2,
        ..Limits::default()
    };
    let house = house_with(limits, true).await;
    let mut anna = at(&house, 1, "1.5").await;
    for latitude in ["2.5", "3.5", "4.5"] {
        says(&mut anna, &format!("at {latitude}")).await;
    }
    assert_eq!(hears(&mut anna).await, "at 1 2.5");
    // The last of them has been heard when what was said after it is answered.
    says(&mut anna, "nonsense").await;
    assert_eq!(hears(&mut anna).await, "error what");
    house.live.tick(1_000);
    assert_eq!(hears(&mut anna).await, "at 1 4.5");
}

#[tokio::test]
async fn where_somebody_was_who_is_gone_is_shown_to_nobody() {
    let house = house().await;
    let mut boris = at(&house, 2, "3.5").await;
    house.change(|tx| rules::put_order(tx, Time(5), &order(3), None)).await;
    assert_eq!(hears(&mut boris).await, "closed 4003 no longer in this room");
    let _anna = at(&house, 1, "1.5").await;
    let mut newcomer = house.let_in(on_the_map(3, house.room)).await;
    assert_eq!(hears(&mut newcomer).await, "at 1 1.5");
    says(&mut newcomer, "nonsense").await;
    assert_eq!(hears(&mut newcomer).await, "error what", "nothing of who left");
    house.set_active(1, false).await;
    let mut newcomer = at(&house, 3, "2.5").await;
    says(&mut newcomer, "nonsense").await;
    assert_eq!(hears(&mut newcomer).await, "error what");
    let mut last = house.let_in(on_the_map(3, house.room)).await;
    assert_eq!(
        hears(&mut last).await,
        "at 3 2.5",
        "neither who left nor who is let in nowhere"
    );
}

#[tokio::test]
async fn a_newcomer_whose_place_is_doubtful_is_shown_nobody_until_somebody_has_looked() {
    let house = house().await;
    let _anna = at(&house, 1, "1.5").await;
    let hub = Arc::clone(&house.live.hub);
    MEANWHILE.set(Some(Box::new(move || hub.people_changed(&[PersonId(2)]))));
    let queue = Arc::new(Queue::new(QueueLimits::default()));
    let _boris = Connection::enter(&house.live, on_the_map(2, house.room), Arc::clone(&queue)).await;
    assert!(queue.waiting().is_empty());
    house.feed();
    until(|| !queue.waiting().is_empty()).await;
    assert!(queue.waiting()[0].ends_with(b"at 1 1.5"));
}
