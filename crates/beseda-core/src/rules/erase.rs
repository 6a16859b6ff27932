//! Erase: a message loses its text and its files, and keeps its number.

use super::files::doom_file;
use super::history::placed_message;
use super::orders::take_away;
use crate::error::Error;
use crate::policy::{self, By};
use crate::ports::Tx;
use crate::words::{CaseStatus, Event, Heard, Message, MessageId, Room, RoomKey, RoomKind, Seq, Time};

/// Messages of a room that are read at once when all are erased.
const ROWS: i64 = 100;

/// Erases a message.
///
/// # Errors
/// The refusals of [`policy::require_author`].
pub fn erase(tx: &mut dyn Tx, now: Time, by: By<'_>, id: MessageId) -> Result<(), Error> {
    let (message, place) = placed_message(tx, by, id)?;
    policy::require_author(&message, &place, by)?;
    let mut room = place.room;
    take_back(tx, now, &mut room, message)
}

/// Takes a room away by its key, with nothing left of what was said in it: a case is closed, every message erased, and the
/// bytes of every file that hangs on nothing else given up at once. One that is not there is fine.
pub fn clear_room(tx: &mut dyn Tx, now: Time, key: &RoomKey) -> Result<(), Error> {
    let Some(mut room) = tx.room_by_key(&key.to_string())? else {
        return Ok(());
    };
    if let Some(mut case) = tx.case(room.id)? {
        case.status = CaseStatus::Closed;
        tx.put_case(&case)?;
    }
    loop {
        let messages = tx.messages_after(room.id, Seq(0), ROWS)?;
        if messages.is_empty() {
            return take_away(tx, now, &room);
        }
        for message in messages {
            let files: Vec<String> = message.attachments.iter().map(|one| one.file.name.clone()).collect();
            take_back(tx, now, &mut room, message)?;
            for name in files {
                doom_file(tx, now, &name)?;
            }
        }
    }
}

fn take_back(tx: &mut dyn Tx, now: Time, room: &mut Room, mut message: Message) -> Result<(), Error> {
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
    tx.keep_room(room)?;
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
