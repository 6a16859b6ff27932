//! Open: from now on everything of a room is heard on a socket for all rooms.

use super::{Call, Target};
use crate::dialect::Outcome;
use crate::seat::{Progress, Seat};
use beseda_core::Refusal;
use beseda_core::policy::{self, Deed};
use beseda_core::ports::Look;
use beseda_core::words::Cursor;
use std::sync::Arc;

pub(super) fn open(call: Call, after: Option<Cursor>, limit: Option<u32>) {
    let limits = call.live.chat().limits();
    let limit = limit.unwrap_or(limits.history_messages).clamp(1, limits.page_size);
    if let Target::Own(seat) = &call.target {
        let seat = Arc::clone(seat);
        return hear(&call, &seat, after, limit);
    }
    call.takes_off();
    let asks = call.clone();
    let find = move |look: &mut dyn Look| {
        let person = asks.who(look)?;
        let room = asks.room(look)?;
        let place = look.place(room, person.id)?.ok_or(Refusal::NoSuchRoom)?;
        policy::require(Deed::Listen, &place, asks.by(&person))?;
        Ok(place.room)
    };
    call.live.chat().clone().look(find, move |found| {
        call.lands();
        let room = match found {
            Ok(room) => room,
            Err(error) => return call.answer_error(&error),
        };
        let session = &call.session;
        // Whoever steps in has a place there for as long as it is open.
        let seat = session.seat_in(room.id).unwrap_or_else(|| {
            let told = Progress::of(&room);
            let seat = Arc::new(Seat::among(Arc::clone(session), room.name(), &room.key, told, false));
            call.live.hub.sit(&seat);
            seat
        });
        hear(&call, &seat, after, limit);
    });
}

/// The place is open, and is fed what it has to be told first. That comes behind the answer.
fn hear(call: &Call, seat: &Arc<Seat>, after: Option<Cursor>, limit: u32) {
    seat.open(call.live.hub.epoch(), after, limit);
    call.answer(&Outcome::Done);
    call.live.hub.is_hungry(&call.session);
}
