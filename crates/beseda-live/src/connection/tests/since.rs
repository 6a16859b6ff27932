//! Where a socket begins: with the newest, after what its peer has already, or now.

use super::*;

async fn said(house: &House, texts: &[&'static str]) -> Vec<Message> {
    let mut said = Vec::new();
    for text in texts {
        said.push(house.say(person(1), house.room, text).await);
    }
    said
}

fn since(house: &House, since: Since, dialect: &'static dyn Dialect) -> Guest {
    Guest {
        since,
        dialect,
        ..guest(2, house.room)
    }
}

#[tokio::test]
async fn exactly_what_came_after_is_heard_and_then_what_happens() {
    let house = house().await;
    let said = said(&house, &["one", "two", "three", "four"]).await;
    let mut boris = house.let_in(since(&house, Since::After(said[1].id), &PAGES)).await;
    assert_eq!(hears(&mut boris).await, "sent three ");
    assert_eq!(hears(&mut boris).await, "sent four ");
    says(&mut boris, "send five").await;
    assert_eq!(hears(&mut boris).await, "sent five ");
}

/// Somebody looked up to where the room was, and then opened the socket.
#[tokio::test]
async fn what_came_between_a_look_and_the_socket_is_heard() {
    let house = house().await;
    let looked = said(&house, &["one", "two"]).await[1].seq;
    said(&house, &["three"]).await;
    let mut boris = house.let_in(since(&house, Since::AfterSeq(looked), &PAGES)).await;
    assert_eq!(hears(&mut boris).await, "sent three ");
    says(&mut boris, "send four").await;
    assert_eq!(hears(&mut boris).await, "sent four ");
}

#[tokio::test]
async fn who_missed_nothing_hears_nothing_first() {
    let house = house().await;
    let said = said(&house, &["one", "two"]).await;
    for nothing in [Since::After(said[1].id), Since::AfterSeq(said[1].seq), Since::Now] {
        let mut boris = house.let_in(since(&house, nothing, &PAGES)).await;
        says(&mut boris, "nonsense").await;
        assert_eq!(hears(&mut boris).await, "error what", "{nothing:?}");
    }
}

#[tokio::test]
async fn more_than_a_page_is_heard_page_by_page_and_then_what_happens() {
    let limits = Limits {
        page_size: 2,
        ..Limits::default()
    };
    let house = house_with(limits, true).await;
    house.feed();
    let said = said(&house, &["one", "two", "three", "four", "five", "six"]).await;
    let live = Arc::clone(&house.live);
    let name = RoomName {
        id: house.room,
        uuid: Uuid::nil(),
        kind: RoomKind::Order,
    };
    // Between the first page and the others, nothing is told of what is kept nowhere.
    MEANWHILE.set(Some(Box::new(move || {
        live.say_typing(name, &Arc::new(person(1)), true)
    })));
    let mut boris = house.let_in(since(&house, Since::After(said[0].id), &PAGES)).await;
    for message in &said[1..] {
        assert_eq!(hears(&mut boris).await, format!("sent {} ", message.text));
    }
    says(&mut boris, "send seven").await;
    assert_eq!(hears(&mut boris).await, "sent seven ");
}

#[tokio::test]
async fn a_page_of_more_frames_and_bytes_than_may_wait_is_heard_whole() {
    let limits = Limits {
        queue_frames: 4,
        queue_bytes: 65_536,
        ..Limits::default()
    };
    let house = house_with(limits, true).await;
    let long: &'static str = Box::leak("ж".repeat(9_000).into_boxed_str());
    let first = said(&house, &["one"]).await;
    said(&house, &[long; 20]).await;
    let mut boris = house.let_in(since(&house, Since::After(first[0].id), &PAGES)).await;
    for _ in 0..20 {
        assert_eq!(hears(&mut boris).await, format!("sent {long} "));
    }
    says(&mut boris, "send yes").await;
    assert_eq!(hears(&mut boris).await, "sent yes ");
}
