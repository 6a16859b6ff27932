//! Rooms as their members see them.

use super::place_for;
use crate::error::Error;
use crate::policy::{By, Deed};
use crate::ports::Look;
use crate::words::{Room, RoomId, RoomKind, RoomView, Seq};

/// The rooms that the person is in, the last changed first: `limit` of them after `offset`.
pub fn rooms(look: &mut (impl Look + ?Sized), by: By<'_>, offset: i64, limit: i64) -> Result<Vec<RoomView>, Error> {
    Ok(look.rooms(by.person.id, by.kinds, offset, limit)?)
}

/// One room.
///
/// # Errors
/// The refusals of the policy.
pub fn room_view(look: &mut (impl Look + ?Sized), by: By<'_>, room: RoomId) -> Result<RoomView, Error> {
    let place = place_for(look, Deed::See, room, by)?;
    view(look, place.room)
}

/// A room that the person may change or take away.
///
/// # Errors
/// The refusals of the policy.
pub fn room_to_change(look: &mut (impl Look + ?Sized), by: By<'_>, room: RoomId) -> Result<RoomView, Error> {
    let place = place_for(look, Deed::Govern, room, by)?;
    view(look, place.room)
}

/// A room with everybody in it and its newest message.
pub(super) fn view(look: &mut (impl Look + ?Sized), room: Room) -> Result<RoomView, Error> {
    let members = look.members(room.id)?;
    let last = if room.shown == Seq(0) {
        None
    } else {
        look.message_at(room.id, room.shown)?
    };
    let case = if room.kind == RoomKind::Support {
        look.case(room.id)?
    } else {
        None
    };
    Ok(RoomView {
        room,
        members,
        last,
        case,
    })
}
