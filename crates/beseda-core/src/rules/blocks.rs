//! Block: somebody does not want to hear from somebody else in a room of the two.

use super::open::require_reachable;
use super::people::find_person;
use crate::error::{Error, Refusal};
use crate::ports::Tx;
use crate::words::{HostId, Kinds, Person, RoomKey, Time};

/// Blocks somebody, or takes that back: they cannot open a private room with the person, and what they write in one is
/// refused. Again, it changes nothing.
///
/// # Errors
/// [`Refusal::NoSuchPerson`]; [`Refusal::WithOneself`].
pub fn block(tx: &mut dyn Tx, now: Time, by: &Person, id: &HostId<'_>, on: bool) -> Result<(), Error> {
    let other = find_person(tx, id)?.ok_or(Refusal::NoSuchPerson)?;
    if other.id == by.id {
        return Err(Refusal::WithOneself.into());
    }
    // Whom they have nothing to do with is as somebody who is missing.
    let is_met = tx.share_room(by.id, other.id, Kinds::ALL)? || tx.has_blocked(by.id, other.id)?;
    if !is_met {
        require_reachable(tx, by, &other)?;
    }
    tx.put_block(by.id, other.id, on, now)?;
    let key = RoomKey::private(by.host_id(), other.host_id()).to_string();
    let Some(mut room) = tx.room_by_key(&key)? else {
        return Ok(());
    };
    let blocked = on || tx.has_blocked(other.id, by.id)?;
    if blocked != room.blocked {
        room.blocked = blocked;
        tx.keep_blocked(&room)?;
    }
    Ok(())
}
