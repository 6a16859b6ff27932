//! Catch up: what changed after a cursor, from the store, whatever its age.

use super::beside::seen;
use super::history::marks_of;
use super::place_for;
use crate::error::Error;
use crate::policy::{By, Deed};
use crate::ports::{Look, Tx};
use crate::words::{Cursor, Epoch, Head, Marks, Member, Message, PersonId, Room, RoomId, Seq};

/// Changes after a cursor, as things are now. Applied to a snapshot at that cursor, page by page, they give the snapshot
/// at the last page's cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaughtUp {
    /// The room as it is now.
    pub room: Room,
    /// Whether the room itself, or who is in it, changed after the cursor.
    pub room_changed: bool,
    /// Messages that were sent, edited or erased, as they are now, by [`told_at`].
    pub messages: Vec<Message>,
    /// Who came into the room, or came back.
    pub joined: Vec<Member>,
    /// Who left it.
    pub left: Vec<PersonId>,
    /// Whose receipt, or own view, is elsewhere now; all of them with the last page.
    pub receipts: Vec<Member>,
    /// The next cursor.
    pub cursor: Cursor,
    /// Whether more changes stand behind the cursor.
    pub more: bool,
    /// The cursor was of another life of the database, or of a future that never came: this is the newest page and
    /// everybody in the room, and what the client had of it is void.
    pub reset: bool,
}

/// What changed in a room after `after`: at most `limit` messages.
///
/// # Errors
/// The refusals of the policy.
pub fn catch_up(
    look: &mut (impl Look + ?Sized),
    by: By<'_>,
    room: RoomId,
    after: Cursor,
    limit: u32,
) -> Result<CaughtUp, Error> {
    let room = place_for(look, Deed::Read, room, by)?.room;
    let now = cursor_of(look, &room)?;
    let is_strange = after.epoch != now.epoch || after.head > now.head || after.receipts > now.receipts;
    if is_strange {
        return anew(look, by, room, now, limit);
    }
    let (messages, head, more) = touched(look, &room, after.head, limit)?;
    let messages = seen(look, by.person.id, messages)?;
    let room_changed = room.changed > after.head;
    let (joined, left) = if room_changed {
        let joined = look.joined_between(room.id, after.head, head)?;
        (joined, look.left_between(room.id, after.head, head)?)
    } else {
        (Vec::new(), Vec::new())
    };
    let receipts = if more || after.receipts == now.receipts {
        Vec::new()
    } else {
        look.receipts_after(room.id, after.receipts)?
    };
    let cursor = Cursor {
        head,
        receipts: if more { after.receipts } else { now.receipts },
        ..now
    };
    Ok(CaughtUp {
        room,
        room_changed,
        messages,
        joined,
        left,
        receipts,
        cursor,
        more,
        reset: false,
    })
}

/// The newest page and everybody, for who has to begin anew.
fn anew(
    look: &mut (impl Look + ?Sized),
    by: By<'_>,
    room: Room,
    cursor: Cursor,
    limit: u32,
) -> Result<CaughtUp, Error> {
    let limit = i64::from(limit.max(1));
    let messages = look.sent_after(room.id, Seq((room.seq.0 - limit).max(0)), limit)?;
    let messages = seen(look, by.person.id, messages)?;
    let members = look.members(room.id)?;
    Ok(CaughtUp {
        room,
        room_changed: true,
        messages,
        joined: members.into_iter().map(|(member, _)| member).collect(),
        left: Vec::new(),
        receipts: Vec::new(),
        cursor,
        more: false,
        reset: true,
    })
}

/// The cursor of a room as it is now.
pub fn cursor_of(look: &mut (impl Look + ?Sized), room: &Room) -> Result<Cursor, Error> {
    Ok(Cursor {
        epoch: look.epoch()?.unwrap_or_default(),
        head: room.head,
        receipts: room.receipts,
    })
}

/// Begins the life of the database where it has not begun yet: the one that it is in.
pub fn begin_epoch(tx: &mut dyn Tx, drawn: Epoch) -> Result<Epoch, Error> {
    if let Some(standing) = tx.epoch()? {
        return Ok(standing);
    }
    tx.put_epoch(drawn)?;
    Ok(drawn)
}

/// Whether anything can be kept: something that means nothing is.
pub fn prove_kept(tx: &mut dyn Tx) -> Result<(), Error> {
    Ok(tx.prove_kept()?)
}

/// What somebody who listens was not told, with the receipts that decide what they see as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missed {
    /// The room as it is now.
    pub room: Room,
    /// Messages that were sent, edited or erased, as they are now, by [`told_at`].
    pub messages: Vec<Message>,
    /// The head up to which these tell.
    pub head: Head,
    /// Whether more stands behind that.
    pub more: bool,
    /// The listener's receipts.
    pub marks: Marks,
}

/// What somebody who listens in a room was not told since `after`: at most `limit` messages.
///
/// # Errors
/// The refusals of the policy.
pub fn hear_since(
    look: &mut (impl Look + ?Sized),
    by: By<'_>,
    room: RoomId,
    after: Head,
    limit: u32,
) -> Result<Missed, Error> {
    let place = place_for(look, Deed::Listen, room, by)?;
    let marks = marks_of(look, &place, by)?;
    let (messages, head, more) = touched(look, &place.room, after, limit)?;
    let messages = seen(look, by.person.id, messages)?;
    Ok(Missed {
        room: place.room,
        messages,
        head,
        more,
        marks,
    })
}

/// The first `limit` messages that something happened to after a head, the head up to which these tell, and whether
/// there are more. They come by [`told_at`]: whoever takes them in pages has been told of each message before what
/// happened to it later.
fn touched(
    look: &mut (impl Look + ?Sized),
    room: &Room,
    after: Head,
    limit: u32,
) -> Result<(Vec<Message>, Head, bool), Error> {
    let limit = i64::from(limit.max(1));
    let sent_before = seq_at(look, room, after)?;
    let mut messages = look.sent_after(room.id, sent_before, limit + 1)?;
    messages.extend(look.touched_after(room.id, after, sent_before, limit + 1)?);
    messages.sort_by_key(|message| told_at(message, after));
    let more = messages.len() as i64 > limit;
    messages.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let head = match messages.last() {
        Some(last) if more => told_at(last, after),
        _ => room.head,
    };
    Ok((messages, head, more))
}

/// The head at which somebody who knows a room up to `after` is told of a message: when it was sent, as it is now, if
/// that was later; otherwise when it last changed.
#[must_use]
pub fn told_at(message: &Message, after: Head) -> Head {
    if message.sent > after {
        message.sent
    } else {
        message.changed
    }
}

/// The number of the newest message that was sent at a head of at most `head`.
///
/// Heads rise with numbers, and every head that is not a message is some other change: with `other` such changes the
/// message of head h has a number from h - other to h. That window is searched by halves, so a room that nothing but
/// messages happened to costs one look.
fn seq_at(look: &mut (impl Look + ?Sized), room: &Room, head: Head) -> Result<Seq, Error> {
    let other = room.head.0 - room.seq.0;
    let mut low = (head.0 - other).clamp(0, room.seq.0);
    let mut high = head.0.clamp(0, room.seq.0);
    while low < high {
        let middle = low + (high - low + 1) / 2;
        let sent = look.message_at(room.id, Seq(middle))?.map(|message| message.sent);
        if sent.is_some_and(|sent| sent <= head) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    Ok(Seq(low))
}
