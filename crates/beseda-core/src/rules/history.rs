//! History: what was said last, and one message by its number.

use super::place_for;
use crate::error::{Error, Refusal};
use crate::policy::{self, Deed};
use crate::ports::Look;
use crate::words::{Marks, Message, MessageId, Person, Place, Room, RoomId};

/// The end of a room's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// The room as it was then: its `head` is the cursor to catch up from.
    pub room: Room,
    /// Messages that are not erased, oldest first.
    pub messages: Vec<Message>,
    /// The reader's receipts.
    pub marks: Marks,
}

/// The newest `limit` messages of a room, for a reader.
///
/// # Errors
/// The refusals of the policy.
pub fn history(look: &mut (impl Look + ?Sized), by: &Person, room: RoomId, limit: u32) -> Result<History, Error> {
    newest(look, Deed::Read, by, room, limit)
}

/// The newest `limit` messages of a room, for somebody who is about to hear what comes after them.
///
/// # Errors
/// The refusals of the policy.
pub fn listen(look: &mut (impl Look + ?Sized), by: &Person, room: RoomId, limit: u32) -> Result<History, Error> {
    newest(look, Deed::Listen, by, room, limit)
}

fn newest(
    look: &mut (impl Look + ?Sized),
    deed: Deed,
    by: &Person,
    room: RoomId,
    limit: u32,
) -> Result<History, Error> {
    let place = place_for(look, deed, room, by)?;
    let messages = look.messages_before(room, place.room.seq.next(), i64::from(limit))?;
    let marks = marks_of(look, &place, by)?;
    Ok(History {
        room: place.room,
        messages,
        marks,
    })
}

/// One message, for somebody who may read its room.
///
/// # Errors
/// [`Refusal::NoSuchMessage`] when it is not there, is erased, or is not theirs to read.
pub fn one_message(look: &mut (impl Look + ?Sized), by: &Person, id: MessageId) -> Result<(Message, Marks), Error> {
    let (message, place) = placed_message(look, by, id)?;
    let hidden = message.erased_at.is_some() || policy::require(Deed::Read, &place, by).is_err();
    if hidden {
        return Err(Refusal::NoSuchMessage.into());
    }
    let marks = marks_of(look, &place, by)?;
    Ok((message, marks))
}

/// A message that the person may change or erase.
///
/// # Errors
/// The refusals of [`policy::require_author`].
pub fn message_to_change(
    look: &mut (impl Look + ?Sized),
    by: &Person,
    id: MessageId,
) -> Result<(Message, Marks), Error> {
    let (message, place) = placed_message(look, by, id)?;
    policy::require_author(&message, &place, by)?;
    let marks = marks_of(look, &place, by)?;
    Ok((message, marks))
}

/// A message and how the person stands to its room. Nothing is decided yet.
pub(super) fn placed_message(
    look: &mut (impl Look + ?Sized),
    by: &Person,
    id: MessageId,
) -> Result<(Message, Place), Error> {
    let message = look.message(id)?.ok_or(Refusal::NoSuchMessage)?;
    let place = look.place(message.room, by.id)?.ok_or(Refusal::NoSuchMessage)?;
    // Read again behind `place`, which in a transaction holds the room: nobody changes the message any more.
    let message = look.message(id)?.ok_or(Refusal::NoSuchMessage)?;
    Ok((message, place))
}

/// The receipts that decide what the person sees as read.
pub(super) fn marks_of(look: &mut (impl Look + ?Sized), place: &Place, by: &Person) -> Result<Marks, Error> {
    let own = place.member.as_ref().map(|member| member.read).unwrap_or_default();
    let others = look.others_mark(place.room.id, by.id)?;
    Ok(Marks { own, others })
}
