//! Close: of a room is heard again what of every room is heard; of one that somebody only stepped into nothing.

use super::{Call, Target};
use crate::dialect::Outcome;
use beseda_core::Refusal;
use beseda_core::ports::Look;
use beseda_core::words::RoomId;
use std::sync::Arc;

pub(super) fn close(call: &Call) {
    let seat = match &call.target {
        Target::Own(seat) => Arc::clone(seat),
        Target::Named(_) | Target::Known(_) => return close_named(call.clone()),
    };
    seat.close();
    call.answer(&Outcome::Done);
    // Looked at once more: of who is not in it the place is taken away.
    call.live.hub.seat_misses(&seat, beseda_core::words::Head::default());
}

/// Which room that is, only the store knows.
fn close_named(call: Call) {
    call.takes_off();
    let asks = call.clone();
    let find = move |look: &mut dyn Look| asks.room(look);
    call.live.chat().clone().look(find, move |found: Result<RoomId, _>| {
        call.lands();
        match found {
            Ok(room) => match call.session.seat_in(room) {
                Some(seat) => close(&Call {
                    target: Target::Own(seat),
                    ..call
                }),
                None => call.answer_error(&Refusal::NoSuchRoom.into()),
            },
            Err(error) => call.answer_error(&error),
        }
    });
}
