//! Poll: what clients without a socket ask for again and again: what was said since, and what became of the rest.

use super::beside::seen;
use super::catch_up::cursor_of;
use super::history::{History, Since, history, marks_of};
use super::place_for;
use crate::error::Error;
use crate::policy::{By, Deed};
use crate::ports::Look;
use crate::words::{Cursor, Head, Marks, Message, RoomId};

/// What a poller asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Poll {
    /// A part of what stands.
    Part(Since),
    /// What was edited or erased after a mark, whatever its age.
    Changes(Cursor),
}

/// What a poller is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Polled {
    /// What stands, oldest first; of changes what became of each message, erased ones too, by when it last changed.
    pub messages: Vec<Message>,
    /// The reader's receipts.
    pub marks: Marks,
    /// The mark to ask for changes after. None with what came after a message: who takes it from there has not heard what
    /// became of the messages before.
    pub mark: Option<Cursor>,
}

/// At most `limit` messages of a room, for a poller. A mark of another life of the database, or of a future that never
/// came, begins anew: with every change that there was.
///
/// # Errors
/// The refusals of the policy.
pub fn poll(
    look: &mut (impl Look + ?Sized),
    by: By<'_>,
    room: RoomId,
    asked: Poll,
    limit: u32,
) -> Result<Polled, Error> {
    match asked {
        Poll::Part(since) => {
            let History {
                room, messages, marks, ..
            } = history(look, by, room, since, limit)?;
            let is_newest = since == Since::Newest;
            let mark = is_newest.then(|| cursor_of(look, &room)).transpose()?;
            Ok(Polled { messages, marks, mark })
        }
        Poll::Changes(after) => changes(look, by, room, after, limit),
    }
}

fn changes(
    look: &mut (impl Look + ?Sized),
    by: By<'_>,
    room: RoomId,
    after: Cursor,
    limit: u32,
) -> Result<Polled, Error> {
    let place = place_for(look, Deed::Read, room, by)?;
    let (room, now) = (&place.room, cursor_of(look, &place.room)?);
    let is_known = after.epoch == now.epoch && after.head <= now.head;
    let after = if is_known { after.head } else { Head(0) };
    let limit = i64::from(limit);
    let mut messages = look.touched_after(room.id, after, room.seq, limit + 1)?;
    let head = if messages.len() as i64 > limit {
        messages.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        messages.last().map_or(after, |last| last.changed)
    } else {
        room.head
    };
    let messages = seen(look, by.person.id, messages)?;
    let marks = marks_of(look, &place, by)?;
    let mark = Some(Cursor { head, ..now });
    Ok(Polled { messages, marks, mark })
}
