//! Touch: the room itself has changed, or who is in it, and its head says so.

use crate::error::Error;
use crate::ports::Tx;
use crate::words::{Event, Head, Heard, Room, Time};

/// Counts one more change of the room itself.
pub(super) fn touch(tx: &mut dyn Tx, room: &mut Room) -> Result<Head, Error> {
    room.head = room.head.next();
    room.changed = room.head;
    tx.keep_room(room)?;
    Ok(room.head)
}

/// Keeps what was changed of the room itself, and tells everybody in it.
pub(super) fn changed(tx: &mut dyn Tx, now: Time, room: &mut Room) -> Result<(), Error> {
    if room.updated_at.is_ahead(now) {
        room.ahead = Some(now);
    }
    room.updated_at = now.not_before(room.updated_at);
    let head = touch(tx, room)?;
    tx.stir_room(room.id)?;
    tx.announce(Event {
        room: room.name(),
        head,
        heard: Heard::Changed,
    });
    Ok(())
}
