//! Who hears all rooms of theirs while the store is moody.

use super::*;
use crate::stage::{Stage, person};
use beseda_core::policy::By;
use beseda_core::ports::Audience;
use beseda_core::words::{Draft, Event, Head, Kinds, Notice, Order, OrderId, PersonId, RoomKey};
use beseda_core::{Fault, rules};
use beseda_live::dialect::Named;
use beseda_live::{Events, ask};
use std::time::Duration;
use tokio::time::timeout;
use uuid::Uuid;

/// What does not come within this does not come.
const PATIENCE: Duration = Duration::from_secs(10);

/// Who hears nothing: what is committed in another process.
struct Nobody;

impl Audience for Nobody {
    fn hear(&self, _: &[Event]) {}
}

/// Reads on until a frame of this type has been told.
async fn until_told(events: &mut Events, kind: &str) -> String {
    let sign = format!("\"type\":\"{kind}\"");
    loop {
        let told = timeout(PATIENCE, events.next()).await.expect("it is told");
        let told = told.expect("it does not end");
        let told = String::from_utf8(told.to_vec()).unwrap();
        if told.contains(&sign) {
            return told;
        }
    }
}

/// Somebody hears all their rooms, these of them open; they have been told where they are.
async fn listens(stage: &Stage, id: i64, open: Vec<Named>) -> Events {
    let newcomer = Newcomer {
        dialect: stage.shared.all_rooms,
        proven: Some(Proven {
            person: Arc::new(person(id, "anna")),
            proven_at: stage.now(),
            by_key: None,
            ends_at: None,
        }),
        prover: Arc::new(ByToken(stage.shared.clone())),
    };
    let events = stage.shared.live.events(newcomer, None, open).await;
    let mut events = events.unwrap_or_else(|(code, reason)| panic!("{code} {reason}"));
    until_told(&mut events, "here").await;
    events
}

/// The frames that are told until one says this.
async fn told_until(events: &mut Events, sign: &str) -> Vec<String> {
    let mut told = String::new();
    while !told.contains(sign) {
        let more = timeout(PATIENCE, events.next()).await.expect("it is told");
        told += std::str::from_utf8(&more.expect("it does not end")).unwrap();
    }
    let frames = told.lines().filter(|line| line.starts_with("data:"));
    frames.map(str::to_owned).collect()
}

#[tokio::test]
async fn a_read_in_a_room_of_250_wakes_who_has_it_open_and_nobody_else() {
    let stage = Stage::plain().await;
    let (live, hub) = (Arc::clone(&stage.shared.live), Arc::clone(&stage.hub));
    tokio::spawn(async move { live.feed_all().await });
    tokio::spawn(async move { hub.tell_all().await });
    let ids: Vec<i64> = (100..350).collect();
    for id in &ids {
        stage.put(person(*id, &format!("p{id}")), None).await;
    }
    let (now, limits) = (stage.now(), stage.shared.chat.limits().clone());
    let key: RoomKey = "deal:1".parse().unwrap();
    let people: Vec<PersonId> = ids.iter().copied().map(PersonId).collect();
    let named = Named::Key(key.clone());
    let put = ask::change(&stage.shared.chat, move |tx| {
        let (view, _) = rules::put_room(tx, now, &limits, &key, None, Some(&people), Uuid::nil())?;
        Ok(view.room.id)
    });
    let room = put.await.unwrap();
    let mut open = Vec::new();
    let mut closed = Vec::new();
    for id in &ids {
        match id {
            100..103 => open.push(listens(&stage, *id, vec![named.clone()]).await),
            _ => closed.push(listens(&stage, *id, Vec::new()).await),
        }
    }
    for events in &mut open {
        until_told(events, "changes").await;
    }
    let says = |text: &'static str| {
        let limits = stage.shared.chat.limits().clone();
        let draft = Draft {
            text: text.to_owned(),
            client_id: None,
            files: Vec::new(),
            more: None,
        };
        ask::change(&stage.shared.chat, move |tx| {
            rules::send(tx, now, &limits, By::of(&person(100, "p100"), Kinds::ALL), room, &draft).map(drop)
        })
    };
    says("one").await.unwrap();
    let read = ask::change(&stage.shared.chat, move |tx| {
        rules::read(tx, now, By::of(&person(101, "p101"), Kinds::ALL), room, None)
    });
    read.await.unwrap();
    says("two").await.unwrap();
    for events in &mut open {
        let told = told_until(events, "two").await;
        let [one, receipt, two] = told.as_slice() else {
            panic!("{told:?}");
        };
        assert!(one.contains("one") && two.contains("two"), "{told:?}");
        assert!(
            receipt.contains(r#""receipts":[{"person":"101","read_seq":1"#),
            "{receipt}"
        );
    }
    for events in &mut closed {
        let told = told_until(events, "two").await;
        assert_eq!(told.len(), 2, "{told:?}");
    }
}

#[tokio::test]
async fn a_room_that_came_while_the_store_could_not_be_read_is_told_of_a_moment_later() {
    let stage = Stage::plain().await;
    let (live, hub) = (Arc::clone(&stage.shared.live), Arc::clone(&stage.hub));
    tokio::spawn(async move { live.feed_all().await });
    let mut events = listens(&stage, 5, Vec::new()).await;

    stage.model.set_audience(Arc::new(Nobody));
    let now = stage.now();
    let order = Order {
        id: OrderId::from(1),
        number: String::new(),
        client: Some(PersonId(5)),
        expert: None,
        operator: None,
        status: String::new(),
    };
    let opened = ask::change(&stage.shared.chat, move |tx| {
        rules::put_order(tx, now, &order, None)?;
        let (view, _) = rules::open_order_room(tx, now, &person(5, "anna"), &order.id, Uuid::nil())?;
        Ok(view.room.name())
    });
    let room = opened.await.unwrap();
    stage.model.fail_next(Fault::Busy);
    let came = Some(PersonId(5));
    hub.changed_elsewhere(&[Notice::Room {
        room,
        head: Head(1),
        came,
    }]);
    let told = until_told(&mut events, "added").await;
    assert!(told.contains("order:1"), "{told}");
}
