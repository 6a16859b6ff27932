//! Block: somebody does not want to hear from somebody else in a room of the two.

use super::open::require_reachable;
use super::people::find_person;
use crate::error::{Error, Refusal};
use crate::ports::{Look, Tx};
use crate::words::{HostId, Kinds, Person, PersonId, RoomKey, Time};

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

/// Those of these people who are in a room of these kinds together with somebody, each with what the host application calls
/// them.
///
/// # Errors
/// A fault where the store fails.
pub fn companions(
    look: &mut (impl Look + ?Sized),
    person: PersonId,
    kinds: Kinds,
    ids: &[HostId<'static>],
) -> Result<Vec<(PersonId, HostId<'static>)>, Error> {
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        if let Some(other) = find_person(look, id)?
            && !found.iter().any(|(known, _)| *known == other.id)
        {
            found.push((other.id, other.host_id().into_owned()));
        }
    }
    let known: Vec<PersonId> = found.iter().map(|(id, _)| *id).collect();
    let shared = look.companions(person, kinds, &known)?;
    found.retain(|(id, _)| shared.contains(id) || *id == person);
    Ok(found)
}
