//! Seen: when people were last there, kept for those who share a room with them.

use super::people::find_person;
use crate::error::Error;
use crate::ports::{Look, Tx};
use crate::words::{Companion, HostId, Kinds, LEAP_SECONDS, PersonId, Time};

/// So many people are kept by one statement.
const AT_ONCE: usize = 1_000;

/// Those of these people who are in a room of these kinds together with somebody.
///
/// # Errors
/// A fault where the store fails.
pub fn companions(
    look: &mut (impl Look + ?Sized),
    now: Time,
    person: PersonId,
    kinds: Kinds,
    ids: &[HostId<'static>],
) -> Result<Vec<Companion>, Error> {
    let mut found: Vec<Companion> = Vec::with_capacity(ids.len());
    for id in ids {
        if let Some(other) = find_person(look, id)?
            && !found.iter().any(|known| known.id == other.id)
        {
            found.push(Companion {
                id: other.id,
                name: other.host_id().into_owned(),
                seen_at: None,
            });
        }
    }
    let known: Vec<PersonId> = found.iter().map(|one| one.id).collect();
    let shared = look.companions(person, kinds, &known)?;
    found.retain(|one| shared.contains(&one.id) || one.id == person);
    let known: Vec<PersonId> = found.iter().map(|one| one.id).collect();
    for (person, at) in look.seen_at(&known)? {
        let one = found.iter_mut().find(|one| one.id == person);
        if let Some(one) = one.filter(|_| !at.is_ahead(now)) {
            one.seen_at = Some(at);
        }
    }
    Ok(found)
}

/// Keeps when people were last there. What a clock that was ahead told before gives way.
pub fn keep_seen(tx: &mut dyn Tx, now: Time, seen: &[(PersonId, Time)]) -> Result<(), Error> {
    let ahead = now.plus_seconds(LEAP_SECONDS);
    for some in seen.chunks(AT_ONCE) {
        tx.put_seen(some, ahead)?;
    }
    Ok(())
}
