//! A story of refusing: every rule that writes, led into each of its refusals. The store in memory does not take a
//! refusal after a write, so what is refused here was decided before; on every store it changes nothing.

mod ground;
mod messages;
mod people;
mod rooms;

use super::Make;
use super::stage::{Stage, refusal};
use beseda_core::error::{Error, Refusal};
use beseda_core::ports::Tx;
use beseda_core::words::{PersonId, RoomId, Time};
use ground::Ground;
use uuid::Uuid;

const NOW: Time = Time(1_790_000_000_000_000);
const LATER: Time = Time(NOW.0 + 3_600_000_000);
const SOMEBODY: PersonId = PersonId(2);
const NOBODY: PersonId = PersonId(999);
const NO_ROOM: RoomId = RoomId(999_999);
const UUID: Uuid = Uuid::from_u128(1);
/// The unguessable name of the order's room: no other room can have it.
const TAKEN: Uuid = Uuid::from_u128(2);
type Rule = Box<dyn FnMut(&mut dyn Tx) -> Result<(), Error> + Send>;

/// A rule that is refused, by its name, with what it is to be refused for.
struct Row {
    name: &'static str,
    refusal: Refusal,
    rule: Rule,
}

fn row<T>(
    name: &'static str,
    refusal: Refusal,
    mut rule: impl FnMut(&mut dyn Tx) -> Result<T, Error> + Send + 'static,
) -> Row {
    Row {
        name,
        refusal,
        rule: Box::new(move |tx| rule(tx).map(drop)),
    }
}

pub(super) fn no_rule_refuses_after_it_has_written(make: Make<'_>, seed: u64) {
    let stage = Stage::new(make, seed);
    let ground = Ground::new(&stage);
    let before = (stage.picture(ground.room), stage.heard(&ground.anna, ground.room).len());
    let rows = [
        people::people(),
        people::doors(),
        people::tokens(&ground),
        people::grants(&ground),
        rooms::orders(&ground),
        rooms::rooms_of_orders(&ground),
        rooms::rooms_of_people(&ground),
        rooms::sets_of_people(&ground),
        rooms::put_rooms(&ground),
        messages::sends(&ground),
        messages::messages(&ground),
        messages::visitors(&ground),
        messages::reports(&ground),
        messages::canned_replies(&ground),
    ];
    for Row {
        name,
        refusal: expected,
        rule,
    } in rows.into_iter().flatten()
    {
        assert_eq!(refusal(stage.change(rule)), Some(expected), "{name}");
    }
    let (mut after, heard) = (stage.picture(ground.room), stage.heard(&ground.anna, ground.room).len());
    // The marker of the first hearing is in the second one and in the second picture: one message.
    let marker = after.as_mut().and_then(|after| after.messages.pop());
    assert!(marker.is_some_and(|marker| marker.text == "marker"));
    assert_eq!(heard, before.1 + 1, "something refused was announced");
    assert_eq!(
        after.map(|after| after.messages),
        before.0.map(|before| before.messages)
    );
}
