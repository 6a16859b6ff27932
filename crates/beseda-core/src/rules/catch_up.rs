//! Catch up: what changed after a cursor, from the store, whatever its age.

use super::history::marks_of;
use super::place_for;
use crate::error::Error;
use crate::policy::{By, Deed};
use crate::ports::Look;
use crate::words::{Head, Marks, Member, Message, Room, RoomId, Seq};

/// Changes after a cursor. Applied to a snapshot at that cursor, page by page, they give the snapshot at `room.head`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaughtUp {
    /// The room as it is now.
    pub room: Room,
    /// Messages that were sent, edited or erased, as they are now, by the head of their last change.
    pub messages: Vec<Message>,
    /// Everybody in the room, when that or the room itself changed after the cursor.
    pub members: Option<Vec<Member>>,
    /// The next cursor.
    pub cursor: Head,
    /// Whether more changes stand behind the cursor.
    pub more: bool,
}

/// What changed in a room after `after`: at most `limit` messages.
///
/// # Errors
/// The refusals of the policy.
pub fn catch_up(
    look: &mut (impl Look + ?Sized),
    by: By<'_>,
    room: RoomId,
    after: Head,
    limit: u32,
) -> Result<CaughtUp, Error> {
    let place = place_for(look, Deed::Read, room, by)?;
    changes(look, place.room, after, limit)
}

/// The same for somebody who listens and was not told it, with the receipts that decide what they see as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missed {
    /// The changes.
    pub changes: CaughtUp,
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
    let changes = changes(look, place.room, after, limit)?;
    Ok(Missed { changes, marks })
}

fn changes(look: &mut (impl Look + ?Sized), room: Room, after: Head, limit: u32) -> Result<CaughtUp, Error> {
    let limit = i64::from(limit.max(1));
    let sent_before = seq_at(look, &room, after)?;
    let mut messages = look.untouched_after(room.id, sent_before, limit + 1)?;
    messages.extend(look.touched_after(room.id, after, limit + 1)?);
    messages.sort_by_key(|message| message.changed);
    let more = messages.len() as i64 > limit;
    messages.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let cursor = match messages.last() {
        Some(last) if more => last.changed,
        _ => room.head,
    };
    let members = if room.changed > after {
        Some(look.members(room.id)?.into_iter().map(|(member, _)| member).collect())
    } else {
        None
    };
    Ok(CaughtUp {
        room,
        messages,
        members,
        cursor,
        more,
    })
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
