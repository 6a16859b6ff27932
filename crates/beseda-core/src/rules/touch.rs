//! Touch: the room itself has changed, or who is in it, and its head says so.

use super::cases::case_stirs;
use crate::error::Error;
use crate::ports::Tx;
use crate::words::{Event, Heard, Room, Time};

/// Counts one more change of the room itself.
pub(super) fn touch(tx: &mut dyn Tx, now: Time, room: &mut Room) -> Result<(), Error> {
    advance(now, room);
    room.changed = room.head;
    tx.keep_room(room)?;
    Ok(tx.room_updated(room.id, now)?)
}

/// One more change of the room, which is not kept yet.
pub(super) fn advance(now: Time, room: &mut Room) {
    room.head = room.head.next();
    room.changed_at = now.not_before(room.changed_at);
}

/// Keeps what was changed of the room itself, and tells everybody in it.
pub(super) fn changed(tx: &mut dyn Tx, now: Time, room: &mut Room) -> Result<(), Error> {
    if room.updated_at.is_ahead(now) {
        room.ahead = Some(now);
    }
    room.updated_at = now.not_before(room.updated_at);
    touch(tx, now, room)?;
    tx.stir_room(room.id)?;
    tx.announce(Event::of(room, Heard::Changed));
    case_stirs(tx, room);
    Ok(())
}
