//! Erase: a message loses its text and its files, and keeps its number.

use super::cases;
use super::files::doom_file;
use super::history::{message_in, placed_message};
use super::orders::take_away;
use super::react::requote;
use super::touch::advance;
use crate::error::{Error, Refusal};
use crate::policy::{self, By};
use crate::ports::Tx;
use crate::words::{
    CaseState, Event, Extra, Heard, Kept, Message, MessageId, Room, RoomId, RoomKey, RoomKind, Seq, Time,
};

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
    take_back(tx, now, &mut room, message)?;
    cases::reckon(tx, &room)
}

/// Erases a message by its number in the room, as its author or as somebody who governs the room.
///
/// # Errors
/// The refusals of [`policy::require_eraser`]; [`Refusal::Erased`].
pub fn erase_at(tx: &mut dyn Tx, now: Time, by: By<'_>, room: RoomId, seq: Seq) -> Result<Message, Error> {
    let (message, place) = message_in(tx, by, room, seq)?;
    policy::require_eraser(&message, &place, by)?;
    if message.erased_at.is_some() {
        return Err(Refusal::Erased.into());
    }
    let mut room = place.room;
    take_back(tx, now, &mut room, message.clone())?;
    cases::reckon(tx, &room)?;
    Ok(message)
}

/// Takes a room away by its key, with nothing left of what was said in it: a case is closed, every message erased, and the
/// bytes of every file that hangs on nothing else given up at once. One that is not there is fine.
pub fn clear_room(tx: &mut dyn Tx, now: Time, key: &RoomKey) -> Result<(), Error> {
    let Some(mut room) = tx.room_by_key(&key.to_string())? else {
        return Ok(());
    };
    if let Some(mut case) = tx.case(room.id)? {
        case.turn(CaseState::Resolved);
        tx.put_case(&case)?;
    }
    if let Some(mut notes) = cases::notes_of(tx, &room)? {
        clear(tx, now, &mut notes)?;
    }
    clear(tx, now, &mut room)?;
    take_away(tx, now, &room)
}

/// Erases every message of a room, and gives up the bytes of every file that hangs on nothing else.
fn clear(tx: &mut dyn Tx, now: Time, room: &mut Room) -> Result<(), Error> {
    loop {
        let messages = tx.messages_after(room.id, Seq(0), ROWS)?;
        if messages.is_empty() {
            return Ok(());
        }
        for message in messages {
            let files: Vec<String> = message.attachments.iter().map(|one| one.file.name.clone()).collect();
            take_back(tx, now, room, message)?;
            for name in files {
                doom_file(tx, now, &name)?;
            }
        }
    }
}

pub(super) fn take_back(tx: &mut dyn Tx, now: Time, room: &mut Room, mut message: Message) -> Result<(), Error> {
    advance(now, room);
    room.erased += 1;
    if room.shown == message.seq {
        room.shown = tx.shown_before(room.id, message.seq)?;
    }
    message.text.clear();
    message.attachments.clear();
    message.erased_at = Some(now);
    message.changed = room.head;
    let was = message.extra;
    let readers = if was.has(Extra::READERS) {
        let readers = tx.readers_of(room.id, &[message.seq])?;
        Some(readers.into_iter().map(|(_, reader)| reader).collect::<Vec<_>>())
    } else {
        None
    };
    // An event stays one, and what is for some stays so.
    message.extra = was.only(Extra::READERS);
    if was.without(Extra::READERS | Extra::ANSWERED) != Extra::NONE {
        let kept = if was.has(Extra::KEPT) {
            tx.kept(room.id, &[message.seq])?.pop()
        } else {
            None
        };
        tx.clear_beside(room.id, message.seq)?;
        if kept.is_some_and(|(_, kept)| kept.is_event) {
            let kept = Kept {
                is_event: true,
                ..Kept::default()
            };
            tx.put_kept(room.id, message.seq, &kept)?;
            message.extra |= Extra::KEPT;
        }
    }
    tx.keep_message(&message)?;
    tx.keep_room(room)?;
    let author = message.author.as_ref().map(|author| author.id);
    tx.skip_erased(room.id, author, message.seq, readers.as_deref())?;
    if let (RoomKind::Support, Some(author)) = (room.kind, &message.author) {
        tx.count_said(room.id, author.id, -1)?;
    }
    let heard = Heard::Erased {
        id: message.id,
        seq: message.seq,
    };
    tx.announce(Event::of(room, heard));
    requote(tx, now, room, message.seq, was)
}
