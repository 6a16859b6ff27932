//! Read: somebody's receipt moves forward.

use super::members::join;
use super::place_for;
use crate::error::{Error, Refusal};
use crate::policy::{By, Deed};
use crate::ports::{Look, Tx};
use crate::words::{Event, Extra, Heard, Me, Member, MessageId, Named, Room, RoomId, Seq, Time};
use std::sync::Arc;

/// Moves the person's receipt up to `up_to`, or to the newest message. It never moves back; the receipt is returned.
/// Who may keep a receipt in a room without being in it begins to with their first one.
///
/// # Errors
/// The refusals of the policy.
pub fn read(tx: &mut dyn Tx, now: Time, by: By<'_>, room: RoomId, up_to: Option<Seq>) -> Result<Seq, Error> {
    mark(tx, now, by, room, Some(up_to), None).map(|me| me.member.read)
}

/// Moves both marks of a receipt: `read`, up to a message or the newest one, and `delivered`. They move forward alone; what
/// is read is delivered, and any read clears where the person marked the room as unread.
///
/// # Errors
/// The refusals of the policy.
pub fn mark(
    tx: &mut dyn Tx,
    now: Time,
    by: By<'_>,
    room: RoomId,
    read: Option<Option<Seq>>,
    delivered: Option<Seq>,
) -> Result<Me, Error> {
    let mut place = place_for(tx, Deed::Mark, room, by)?;
    if place.member.is_none() {
        join(tx, now, &mut place.room, by.person.id, false)?;
        // Only looked up: the policy has decided, and what is written now stays.
        place = tx.place(room, by.person.id)?.unwrap_or(place);
    }
    let (room, mut member) = (place.room, place.member.ok_or(Refusal::NoSuchRoom)?);
    let before = member.clone();
    if let Some(delivered) = delivered {
        member.delivered = member.delivered.max(delivered.min(room.seq));
    }
    let Some(up_to) = read else {
        if member != before {
            return read_to(tx, &room, member, by.person.into());
        }
        return me_of(tx, &room, member);
    };
    let wanted = up_to.map_or(room.seq, |seq| seq.min(room.seq));
    member.view.unread_from = None;
    if wanted <= member.read && member.read_at.is_some() && member == before {
        return me_of(tx, &room, member);
    }
    if wanted > member.read {
        member.read = wanted;
        member.skip = if wanted == room.seq {
            0
        } else {
            tx.count_skipped(room.id, by.person.id, wanted)?
        };
    }
    member.read_at = Some(member.read_at.map_or(now, |before| now.not_before(before)));
    member.delivered = member.delivered.max(member.read);
    read_to(tx, &room, member, by.person.into())
}

/// Keeps a receipt that has moved, and tells it.
pub(super) fn read_to(tx: &mut dyn Tx, room: &Room, member: Member, name: Named) -> Result<Me, Error> {
    tx.keep_receipt(&member)?;
    let moved = Room {
        receipts: room.receipts.next(),
        ..room.clone()
    };
    let me = Arc::new(me_of(tx, room, member)?);
    let heard = Heard::Read {
        person: me.member.person,
        seq: me.member.read,
        name,
        me: Arc::clone(&me),
    };
    tx.announce(Event::of(&moved, heard));
    Ok(Arc::unwrap_or_clone(me))
}

/// How a member stands to their room.
pub(super) fn me_of(look: &mut (impl Look + ?Sized), room: &Room, member: Member) -> Result<Me, Error> {
    let mentions = if room.extra.has(Extra::MENTIONS) {
        let found = look.unread_mentions(member.person, &[(room.id, member.read)])?;
        found.first().map_or(0, |(_, mentions)| *mentions)
    } else {
        0
    };
    Ok(Me {
        unread: member.unread(room),
        mentions,
        member,
    })
}

/// What somebody changes of how they see a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ViewChange {
    /// Until when it makes no noise.
    pub muted_until: Option<Option<Time>>,
    /// Whether it stands above the others.
    pub pinned: Option<bool>,
    /// Whether it is out of sight.
    pub archived: Option<bool>,
    /// From which message on it is marked as unread.
    pub unread_from: Option<Option<Seq>>,
}

/// Changes how somebody sees a room, which only they are told.
///
/// # Errors
/// The refusals of the policy; [`Refusal::NotAllowed`] for who is not in the room.
pub fn see_otherwise(tx: &mut dyn Tx, now: Time, by: By<'_>, room: RoomId, change: ViewChange) -> Result<Me, Error> {
    let place = place_for(tx, Deed::See, room, by)?;
    let room = place.room;
    let mut member = place.member.ok_or(Refusal::NotAllowed)?;
    let before = member.view;
    let view = &mut member.view;
    if let Some(until) = change.muted_until {
        view.muted_until = until;
    }
    if let Some(pinned) = change.pinned {
        view.pinned_at = pinned.then(|| view.pinned_at.unwrap_or(now));
    }
    if let Some(archived) = change.archived {
        view.archived = archived;
    }
    if let Some(from) = change.unread_from {
        view.unread_from = from.map(|seq| seq.min(room.seq).max(Seq(1)));
    }
    if member.view == before {
        return me_of(tx, &room, member);
    }
    tx.keep_receipt(&member)?;
    let moved = Room {
        receipts: room.receipts.next(),
        ..room.clone()
    };
    let me = Arc::new(me_of(tx, &room, member)?);
    tx.announce(Event::of(&moved, Heard::Viewed { me: Arc::clone(&me) }));
    Ok(Arc::unwrap_or_clone(me))
}

/// Moves the person's receipt up to a message of the room, erased or not.
///
/// # Errors
/// As [`read`]; [`Refusal::NoSuchMessage`] where the room has none of this number.
pub fn read_message(tx: &mut dyn Tx, now: Time, by: By<'_>, room: RoomId, message: MessageId) -> Result<Seq, Error> {
    place_for(tx, Deed::Mark, room, by)?;
    let message = tx.message(message)?.filter(|message| message.room == room);
    read(tx, now, by, room, Some(message.ok_or(Refusal::NoSuchMessage)?.seq))
}
