//! A window on a room's log by the numbers of its messages, erased ones too: numbers have no holes, so every page is found
//! by them.

use super::beside::{fill, seen_by};
use super::catch_up::cursor_of;
use super::history::message_in;
use super::place_for;
use crate::error::Error;
use crate::policy::{self, By, Deed};
use crate::ports::Look;
use crate::words::{Cursor, Message, Room, RoomId, Seq};
use std::sync::Arc;

/// Which messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// The newest.
    Newest,
    /// Those before this number.
    Before(Seq),
    /// Those behind this number.
    After(Seq),
    /// This one in the middle.
    Around(Seq),
}

/// A part of a room's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Windowed {
    /// The room as it was then.
    pub room: Room,
    /// Its cursor then.
    pub cursor: Cursor,
    /// The messages, oldest first, with all that is beside them.
    pub messages: Vec<Message>,
    /// There are older ones.
    pub has_before: bool,
    /// There are newer ones.
    pub has_after: bool,
}

/// At most `limit` messages of a room, for a reader. Of those that are for others it has fewer.
///
/// # Errors
/// The refusals of the policy.
pub fn window(
    look: &mut (impl Look + ?Sized),
    by: By<'_>,
    room: RoomId,
    window: Window,
    limit: i64,
) -> Result<Windowed, Error> {
    let room = place_for(look, Deed::Read, room, by)?.room;
    let newest = room.seq.0;
    // The number before the first one of the page.
    let (after, limit) = match window {
        Window::Newest => ((newest - limit).max(0), limit),
        Window::Before(seq) => {
            let end = (seq.0 - 1).clamp(0, newest);
            let after = (end - limit).max(0);
            (after, end - after)
        }
        Window::After(seq) => (seq.0.clamp(0, newest), limit),
        Window::Around(seq) => ((seq.0 - 1 - limit / 2).clamp(0, newest), limit),
    };
    let messages = if limit > 0 {
        look.sent_after(room.id, Seq(after), limit)?
    } else {
        Vec::new()
    };
    let last = after + i64::try_from(messages.len()).unwrap_or(i64::MAX);
    let mut messages = seen_by(look, by, messages)?;
    fill(look, &mut messages)?;
    Ok(Windowed {
        cursor: cursor_of(look, &room)?,
        messages,
        has_before: after > 0,
        has_after: last < newest,
        room,
    })
}

/// One message by its number in the room, erased or not, with all that is beside it, and the room's key.
///
/// # Errors
/// The refusals of the policy; [`crate::Refusal::NoSuchMessage`].
pub fn message_of(
    look: &mut (impl Look + ?Sized),
    by: By<'_>,
    room: RoomId,
    seq: Seq,
) -> Result<(Arc<str>, Message), Error> {
    let (message, place) = message_in(look, by, room, seq)?;
    policy::require(Deed::Read, &place, by)?;
    let mut message = [message];
    fill(look, &mut message)?;
    let [message] = message;
    Ok((place.room.key, message))
}
