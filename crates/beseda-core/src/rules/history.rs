//! History: what was said last or since, and one message by its number.

use super::beside::{seen, seen_one};
use super::place_for;
use crate::error::{Error, Refusal};
use crate::policy::{self, By, Deed};
use crate::ports::Look;
use crate::words::{Extra, Marks, Message, MessageId, Place, Room, RoomId, Seq};

/// A part of a room's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// The room as it was then: its `head` is the cursor to catch up from.
    pub room: Room,
    /// Messages that are not erased, oldest first.
    pub messages: Vec<Message>,
    /// The reader's receipts.
    pub marks: Marks,
    /// Whether more messages stand behind the last of these.
    pub more: bool,
}

/// Which part of a room's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// The newest messages.
    Newest,
    /// The oldest of those that came after the message with this number; after 0, of all.
    After(MessageId),
    /// The oldest of those that came after the one with this number in its room.
    AfterSeq(Seq),
    /// No message at all: whoever asks wants to hear what comes.
    Now,
}

/// At most `limit` messages of a room, for a reader.
///
/// # Errors
/// The refusals of the policy.
pub fn history(
    look: &mut (impl Look + ?Sized),
    by: By<'_>,
    room: RoomId,
    since: Since,
    limit: u32,
) -> Result<History, Error> {
    let place = place_for(look, Deed::Read, room, by)?;
    part(look, place, by, since, limit)
}

/// The same for somebody who is about to hear what comes after them.
///
/// # Errors
/// The refusals of the policy.
pub fn listen(
    look: &mut (impl Look + ?Sized),
    by: By<'_>,
    room: RoomId,
    since: Since,
    limit: u32,
) -> Result<History, Error> {
    let place = place_for(look, Deed::Listen, room, by)?;
    part(look, place, by, since, limit)
}

/// At most `limit` messages of a room, the newest in front of the one with this number among all, and the first of them
/// where older ones stand in front of it. Whoever asks for those in front of that, and so on, is given every message once.
///
/// # Errors
/// The refusals of the policy.
pub fn history_back(
    look: &mut (impl Look + ?Sized),
    by: By<'_>,
    room: RoomId,
    before: Option<MessageId>,
    limit: u32,
) -> Result<(History, Option<MessageId>), Error> {
    let place = place_for(look, Deed::Read, room, by)?;
    let end = match before {
        Some(before) => seq_of(look, &place.room, MessageId(before.0.saturating_sub(1)))?,
        None => place.room.seq,
    };
    let messages = look.messages_before(room, end.next(), i64::from(limit))?;
    let oldest = match messages.first() {
        Some(first) if stands_before(look, &place.room, first.seq)? => Some(first.id),
        _ => None,
    };
    let messages = seen(look, by.person.id, messages)?;
    let marks = marks_of(look, &place, by)?;
    let history = History {
        room: place.room,
        messages,
        marks,
        more: false,
    };
    Ok((history, oldest))
}

fn part(look: &mut (impl Look + ?Sized), place: Place, by: By<'_>, since: Since, limit: u32) -> Result<History, Error> {
    let (room, limit) = (&place.room, i64::from(limit));
    let messages = match since {
        Since::Newest => look.messages_before(room.id, room.seq.next(), limit)?,
        Since::After(id) => {
            let after = seq_of(look, room, id)?;
            look.messages_after(room.id, after, limit)?
        }
        Since::AfterSeq(after) => look.messages_after(room.id, after, limit)?,
        Since::Now => Vec::new(),
    };
    let more = match (since, messages.last()) {
        (Since::After(_) | Since::AfterSeq(_), Some(last)) => {
            last.seq < room.shown || stands_after(look, room, last.seq)?
        }
        _ => false,
    };
    let messages = seen(look, by.person.id, messages)?;
    let marks = marks_of(look, &place, by)?;
    Ok(History {
        room: place.room,
        messages,
        marks,
        more,
    })
}

/// Whether a message stands in front of this one that may be theirs to see: `shown_before` passes over what is for some.
fn stands_before(look: &mut (impl Look + ?Sized), room: &Room, seq: Seq) -> Result<bool, Error> {
    if look.shown_before(room.id, seq)? > Seq(0) {
        return Ok(true);
    }
    Ok(room.extra.has(Extra::READERS) && !look.messages_before(room.id, seq, 1)?.is_empty())
}

/// Whether one stands behind the newest that is for everybody.
fn stands_after(look: &mut (impl Look + ?Sized), room: &Room, seq: Seq) -> Result<bool, Error> {
    Ok(room.extra.has(Extra::READERS) && !look.messages_after(room.id, seq, 1)?.is_empty())
}

/// The number in its room of the newest message whose number among all is at most `id`: found by halving, because both
/// rise together.
pub(super) fn seq_of(look: &mut (impl Look + ?Sized), room: &Room, id: MessageId) -> Result<Seq, Error> {
    if id.0 <= 0 {
        return Ok(Seq(0));
    }
    let (mut low, mut high) = (0, room.seq.0);
    while low < high {
        let middle = low + (high - low + 1) / 2;
        if look.id_at(room.id, Seq(middle))?.is_some_and(|found| found <= id) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    Ok(Seq(low))
}

/// One message, for somebody who may read its room.
///
/// # Errors
/// [`Refusal::NoSuchMessage`] when it is not there, is erased, or is not theirs to read.
pub fn one_message(look: &mut (impl Look + ?Sized), by: By<'_>, id: MessageId) -> Result<(Message, Marks), Error> {
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
    by: By<'_>,
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
    by: By<'_>,
    id: MessageId,
) -> Result<(Message, Place), Error> {
    let message = look.message(id)?.ok_or(Refusal::NoSuchMessage)?;
    let place = look.place(message.room, by.person.id)?.ok_or(Refusal::NoSuchMessage)?;
    // Read again behind `place`, which in a transaction holds the room: nobody changes the message any more.
    let message = look.message(id)?.ok_or(Refusal::NoSuchMessage)?;
    let message = seen_one(look, by.person.id, message)?.ok_or(Refusal::NoSuchMessage)?;
    Ok((message, place))
}

/// A message by its number in the room, erased or not, and how the person stands to the room, of which they may know.
///
/// # Errors
/// [`Refusal::NoSuchRoom`]; [`Refusal::NoSuchMessage`].
pub(super) fn message_in(
    look: &mut (impl Look + ?Sized),
    by: By<'_>,
    room: RoomId,
    seq: Seq,
) -> Result<(Message, Place), Error> {
    let place = place_for(look, Deed::See, room, by)?;
    let message = look.message_at(room, seq)?.ok_or(Refusal::NoSuchMessage)?;
    let message = seen_one(look, by.person.id, message)?.ok_or(Refusal::NoSuchMessage)?;
    Ok((message, place))
}

/// The receipts that decide what the person sees as read.
pub(super) fn marks_of(look: &mut (impl Look + ?Sized), place: &Place, by: By<'_>) -> Result<Marks, Error> {
    let own = place.member.as_ref().map(|member| member.read).unwrap_or_default();
    let others = look.others_mark(place.room.id, by.person.id)?;
    Ok(Marks { own, others })
}
