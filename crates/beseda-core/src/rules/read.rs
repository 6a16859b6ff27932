//! Read: somebody's receipt moves forward.

use super::members::join;
use super::place_for;
use crate::error::{Error, Refusal};
use crate::policy::{By, Deed};
use crate::ports::Tx;
use crate::words::{Event, Heard, MessageId, RoomId, Seq, Time};

/// Moves the person's receipt up to `up_to`, or to the newest message. It never moves back; the receipt is returned.
/// Who may keep a receipt in a room without being in it begins to with their first one.
///
/// # Errors
/// The refusals of the policy.
pub fn read(tx: &mut dyn Tx, now: Time, by: By<'_>, room: RoomId, up_to: Option<Seq>) -> Result<Seq, Error> {
    let mut place = place_for(tx, Deed::Mark, room, by)?;
    if place.member.is_none() {
        join(tx, now, &mut place.room, by.person.id, false)?;
        // Only looked up: the policy has decided, and what is written now stays.
        place = tx.place(room, by.person.id)?.unwrap_or(place);
    }
    let (room, mut member) = (place.room, place.member.ok_or(Refusal::NoSuchRoom)?);
    let wanted = up_to.map_or(room.seq, |seq| seq.min(room.seq));
    if wanted <= member.read && member.read_at.is_some() {
        return Ok(member.read);
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
    tx.keep_receipt(&member)?;
    let heard = Heard::Read {
        person: by.person.id,
        seq: member.read,
    };
    tx.announce(Event {
        room: room.name(),
        head: room.head,
        heard,
    });
    Ok(member.read)
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
