//! Touch: somebody edits or erases a message, reacts to it or pins it.

use super::Call;
use crate::dialect::Outcome;
use beseda_core::Error;
use beseda_core::ports::Tx;
use beseda_core::rules;
use beseda_core::words::{HostId, Person, RoomId, Seq};
use std::sync::Arc;

pub(super) fn edit(call: Call, seq: Seq, text: String, mentions: Option<Vec<HostId<'static>>>) {
    let (now, limits) = (call.live.chat().now(), Arc::clone(call.live.chat().limits()));
    change(call, move |call, tx, person, room| {
        let said = (text.as_str(), mentions.as_deref());
        rules::edit_at(tx, now, &limits, call.by(person), (room, seq), said).map(drop)
    });
}

pub(super) fn erase(call: Call, seq: Seq) {
    let now = call.live.chat().now();
    change(call, move |call, tx, person, room| {
        rules::erase_at(tx, now, call.by(person), room, seq).map(drop)
    });
}

pub(super) fn react(call: Call, seq: Seq, emoji: String, on: bool) {
    let (now, limits) = (call.live.chat().now(), Arc::clone(call.live.chat().limits()));
    change(call, move |call, tx, person, room| {
        rules::react(tx, now, &limits, call.by(person), (room, seq), (&emoji, on))
    });
}

pub(super) fn pin(call: Call, seq: Seq, on: bool) {
    let now = call.live.chat().now();
    change(call, move |call, tx, person, room| {
        rules::pin(tx, now, call.by(person), room, seq, on)
    });
}

/// Changes something in the room of a command, and answers it.
fn change(call: Call, mut rule: impl FnMut(&Call, &mut dyn Tx, &Person, RoomId) -> Result<(), Error> + Send + 'static) {
    if let Err(refusal) = call.live.pace.send(call.session.person_id()) {
        return call.refuse(&refusal);
    }
    let chat = call.live.chat().clone();
    call.takes_off();
    let changes = call.clone();
    let in_room = move |tx: &mut dyn Tx| {
        let person = changes.who(tx)?;
        let room = changes.room(tx)?;
        rule(&changes, tx, &person, room)
    };
    chat.change_in(call.lane().widened(), in_room, move |outcome| {
        match outcome {
            Ok(()) => call.answer(&Outcome::Done),
            Err(error) => call.answer_error(&error),
        }
        call.lands();
    });
}
