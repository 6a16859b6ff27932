//! Read: somebody's receipt moves up to what their socket has been told; in a room that is not its own, up to the
//! newest message.

use super::{Call, Target};
use crate::dialect::Outcome;
use beseda_core::policy;
use beseda_core::ports::Tx;
use beseda_core::rules;
use beseda_core::words::Seq;

/// One at a time in a place: who asks again meanwhile is served by one more, so that asking often costs no more commits
/// than there is time for.
pub(super) fn read(call: Call) {
    let seat = match &call.target {
        Target::Own(seat) => Some(seat.clone()),
        Target::Named(_) | Target::Known(_) => None,
    };
    if seat.as_ref().is_some_and(|seat| !seat.begins_to_read()) {
        return;
    }
    call.takes_off();
    let chat = call.live.chat().clone();
    let now = chat.now();
    let seen: Option<Seq> = seat.as_ref().map(|seat| seat.seen());
    let reads = call.clone();
    let rule = move |tx: &mut dyn Tx| {
        let person = reads.who(tx)?;
        let room = reads.room(tx)?;
        rules::read(tx, now, reads.by(&person), room, seen)
    };
    // Whoever becomes a member by it stands on who they are, too.
    let may_join = seat
        .as_ref()
        .and_then(|seat| seat.room())
        .is_none_or(|room| policy::outsiders_mark(room.kind));
    let lane = if may_join { call.lane().widened() } else { call.lane() };
    chat.change_in(lane, rule, move |outcome| {
        match outcome {
            Ok(_) => call.answer(&Outcome::Done),
            Err(error) => call.answer_error(&error),
        }
        call.lands();
        if seat.is_some_and(|seat| seat.has_read()) {
            read(call);
        }
    });
}
