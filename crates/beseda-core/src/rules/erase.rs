//! Erase: a message loses its text and its files, and keeps its number.

use super::history::placed_message;
use crate::error::Error;
use crate::policy::{self, By};
use crate::ports::Tx;
use crate::words::{Event, Heard, MessageId, RoomKind, Time};

/// Erases a message.
///
/// # Errors
/// The refusals of [`policy::require_author`].
pub fn erase(tx: &mut dyn Tx, now: Time, by: By<'_>, id: MessageId) -> Result<(), Error> {
    let (mut message, place) = placed_message(tx, by, id)?;
    policy::require_author(&message, &place, by)?;
    let mut room = place.room;
    room.head = room.head.next();
    room.erased += 1;
    if room.shown == message.seq {
        room.shown = tx.shown_before(room.id, message.seq)?;
    }
    message.text.clear();
    message.attachments.clear();
    message.erased_at = Some(now);
    message.changed = room.head;
    tx.keep_message(&message)?;
    tx.keep_room(&room)?;
    tx.skip_erased(room.id, message.author.as_ref().map(|author| author.id), message.seq)?;
    if let (RoomKind::Support, Some(author)) = (room.kind, &message.author) {
        tx.count_said(room.id, author.id, -1)?;
    }
    let heard = Heard::Erased {
        id: message.id,
        seq: message.seq,
    };
    tx.announce(Event {
        room: room.name(),
        head: room.head,
        heard,
    });
    Ok(())
}
