//! Read: somebody's receipt moves forward.

use super::place_for;
use crate::error::{Error, Refusal};
use crate::policy::Deed;
use crate::ports::Tx;
use crate::words::{Event, Heard, Person, RoomId, Seq, Time};

/// Moves the person's receipt up to `up_to`, or to the newest message. It never moves back; the receipt is returned.
///
/// # Errors
/// The refusals of the policy.
pub fn read(tx: &mut dyn Tx, now: Time, by: &Person, room: RoomId, up_to: Option<Seq>) -> Result<Seq, Error> {
    let place = place_for(tx, Deed::Mark, room, by)?;
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
            tx.count_skipped(room.id, by.id, wanted)?
        };
    }
    member.read_at = member.read_at.max(Some(now));
    tx.keep_receipt(&member)?;
    let heard = Heard::Read {
        person: by.id,
        seq: member.read,
    };
    tx.announce(Event {
        room: room.id,
        head: room.head,
        heard,
    });
    Ok(member.read)
}
