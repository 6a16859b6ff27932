//! Who hears all rooms of theirs while the store is moody.

use super::*;
use crate::stage::{Stage, person};
use beseda_core::ports::Audience;
use beseda_core::words::{Event, Head, Notice, Order, OrderId, PersonId};
use beseda_core::{Fault, rules};
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

#[tokio::test]
async fn a_room_that_came_while_the_store_could_not_be_read_is_told_of_a_moment_later() {
    let stage = Stage::plain().await;
    let (live, hub) = (Arc::clone(&stage.shared.live), Arc::clone(&stage.hub));
    tokio::spawn(async move { live.feed_all().await });
    let newcomer = Newcomer {
        dialect: stage.shared.all_rooms,
        proven: Some(Proven {
            person: Arc::new(person(5, "anna")),
            proven_at: stage.now(),
            ends_at: None,
        }),
        prover: Arc::new(ByToken(stage.shared.clone())),
    };
    let events = stage.shared.live.events(newcomer, None, Vec::new()).await;
    let mut events = events.unwrap_or_else(|(code, reason)| panic!("{code} {reason}"));
    until_told(&mut events, "here").await;

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
