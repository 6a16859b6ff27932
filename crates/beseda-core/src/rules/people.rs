//! People and groups, as the host application puts them.

use super::members::{Granted, leave, settle};
use super::sign_in;
use super::touch::changed;
use crate::error::{Error, Refusal};
use crate::policy::stands_otherwise;
use crate::ports::{Look, Tx};
use crate::words::{Group, HostId, Kinds, NewPerson, Person, PersonId, Role, RoomKind, Time};

/// Whom somebody means by what the host application calls a person, or by the number of ours that they were told of
/// one it does not know; nobody who was deleted.
pub fn find_person(look: &mut (impl Look + ?Sized), id: &HostId<'_>) -> Result<Option<Person>, Error> {
    let found = find_person_ever(look, id)?;
    Ok(found.filter(|person| !person.forgotten))
}

/// The same also of somebody who was deleted, until somebody else is called so.
pub fn find_person_ever(look: &mut (impl Look + ?Sized), id: &HostId<'_>) -> Result<Option<Person>, Error> {
    let of_host = look.person_of_host(id)?;
    Ok(match (of_host, id.own_number()) {
        (Some(person), _) => Some(person),
        // Whom the host knows has no second name.
        (None, Some(number)) => look.person(number)?.filter(|person| person.host_name.is_none()),
        (None, None) => None,
    })
}

/// Whom the host application calls so, and whether they are new: of somebody new nothing is known yet, and nothing is
/// kept. Who was deleted is somebody else, and what was proven as them does not count.
///
/// # Errors
/// [`Refusal::NameTaken`] for the number of somebody whom the host does not know: one text would be two people's.
pub fn person_to_put(tx: &mut dyn Tx, id: &HostId<'_>) -> Result<(Person, bool), Error> {
    let before = match tx.person_of_host(id)? {
        Some(standing) if !standing.forgotten => return Ok((standing, false)),
        before => before,
    };
    if before.is_none() && find_person(tx, id)?.is_some() {
        return Err(Refusal::NameTaken { field: "id" }.into());
    }
    let number = match id {
        HostId::Number(number) if before.is_none() => PersonId(*number),
        HostId::Number(_) | HostId::Name(_) => tx.next_own_person()?,
    };
    let mut person = Person::new(number, Role::User);
    if HostId::Number(number.0) != *id {
        person.host_name = Some(id.to_string());
    }
    if let Some(before) = before {
        person.signed_out_at = before.signed_out_at;
    }
    Ok((person, true))
}

/// Makes a person or changes the one with this number, as the host application says: what its tokens said before counts
/// no more. A changed password, and being deactivated, sign them out everywhere.
///
/// # Errors
/// [`Refusal::NameTaken`] when somebody else logs in by the same username, e-mail or phone.
pub fn put_person(tx: &mut dyn Tx, now: Time, new: &NewPerson) -> Result<Person, Error> {
    check_names(tx, new)?;
    let before = tx.person(new.person.id)?;
    let mut new = new.clone();
    new.person.put_at = Some(now);
    if let Some(before) = &before {
        new.person.signed_out_at = before.signed_out_at;
        let ends = new.password_hash.is_some() || (before.active && !new.person.active);
        if ends {
            sign_out_everywhere(tx, now, &mut new.person)?;
        } else if new.person.active && !before.active {
            new.person.signed_out_at = before.signed_out_at.map(|out| taken_back(out, now));
        }
        if ends || stands_otherwise(before, &new.person) {
            tx.announce_person(new.person.id);
        }
    } else if let Some(deleted) = tx.person_of_host(&new.person.host_id())? {
        tx.free_host_id(deleted.id)?;
    }
    tx.put_person(&new)?;
    tx.person_updated(new.person.id, now)?;
    Ok(new.person)
}

/// The person, unless they are unknown or forgotten.
fn known(look: &mut (impl Look + ?Sized), id: PersonId) -> Result<Person, Error> {
    let person = look.person(id)?.filter(|person| !person.forgotten);
    Ok(person.ok_or(Refusal::NoSuchPerson)?)
}

/// Lets a person in again, or nowhere any more, whatever else is known of them.
///
/// # Errors
/// [`Refusal::NoSuchPerson`].
pub fn set_active(tx: &mut dyn Tx, now: Time, id: PersonId, active: bool) -> Result<Person, Error> {
    let person = Person {
        active,
        ..known(tx, id)?
    };
    put_person(tx, now, &person.into())
}

/// Ends everything that a person has proved so far: tokens, sessions, open sockets. They may log in again.
///
/// # Errors
/// [`Refusal::NoSuchPerson`].
pub fn sign_out(tx: &mut dyn Tx, now: Time, id: PersonId) -> Result<Person, Error> {
    let mut person = known(tx, id)?;
    sign_out_everywhere(tx, now, &mut person)?;
    tx.announce_person(id);
    tx.put_person(&person.clone().into())?;
    Ok(person)
}

/// How many microseconds pass until somebody comes in with a token that is signed from now on: tokens tell their moment in
/// whole seconds, so those of the second in which they were signed out do not count. Whoever let them in again, and says
/// so after that time, can sign one at once.
#[must_use]
pub fn until_let_in(person: &Person, now: Time) -> u64 {
    // One that a clock told which was ahead is not waited for: who proves again who they are comes in.
    let waits = person.signed_out_at.filter(|out| person.active && !out.is_ahead(now));
    waits.map_or(0, |at| u64::try_from(at.0 - now.0).unwrap_or(0))
}

/// Tokens tell their moment in whole seconds: those of this second are ended with the earlier ones, and those that are
/// given out from now on begin with the next, see [`super::sign_in::token_time`].
fn sign_out_everywhere(tx: &mut dyn Tx, now: Time, person: &mut Person) -> Result<(), Error> {
    let next = Time(0).plus_seconds(now.seconds() + 1);
    // Twice within a second, the second time ends also what was given out in between. After a clock that was ahead, the
    // second time is right.
    let before = person.signed_out_at.map(|before| taken_back(before, now));
    let again = before.map(|before| before.plus_seconds(1));
    person.signed_out_at = Some(again.map_or(next, |again| again.max(next)));
    tx.end_sessions_of(person.id)?;
    tx.remove_push_subscriptions_of(person.id, None)?;
    Ok(tx.revoke_tokens_of(person.id, now)?)
}

/// Keeps another hash of the password that is theirs, which signs nobody out: which hash counts now.
///
/// # Errors
/// [`Refusal::BadCredentials`] where it is theirs no more.
pub fn renew_hash(tx: &mut dyn Tx, id: PersonId, old: &str, new: String) -> Result<String, Error> {
    let person = sign_in::still_right(tx, id, old)?;
    let password_hash = Some(new.clone());
    tx.put_person(&NewPerson { person, password_hash })?;
    Ok(new)
}

/// When somebody was signed out; not later than a clock that is right can have said.
fn taken_back(signed_out_at: Time, now: Time) -> Time {
    if signed_out_at.is_ahead(now) {
        Time(0).plus_seconds(now.seconds())
    } else {
        signed_out_at
    }
}

/// Forgets who a person is. They leave every room, what they wrote keeps their name, and they are let in nowhere; whoever
/// is put in their place is somebody else. One that is not there is fine.
pub fn remove_person(tx: &mut dyn Tx, now: Time, id: PersonId) -> Result<(), Error> {
    let Some(mut person) = tx.person(id)?.filter(|person| !person.forgotten) else {
        return Ok(());
    };
    for place in tx.places(id, Kinds::ALL)? {
        let mut room = place.room;
        leave(tx, now, &mut room, id)?;
        if matches!(room.kind, RoomKind::Pair | RoomKind::Private) && !room.is_left() {
            room.key = room.key_when_left().into();
            changed(tx, now, &mut room)?;
        }
    }
    sign_out_everywhere(tx, now, &mut person)?;
    tx.announce_person(id);
    tx.remove_password(id)?;
    tx.forget_seen(id)?;
    tx.put_push_settings(id, None)?;
    Ok(tx.put_person(&person.forget().into())?)
}

/// A username, an e-mail and a phone each belong to one person of those who can log in by them.
fn check_names(look: &mut (impl Look + ?Sized), new: &NewPerson) -> Result<(), Error> {
    match look.name_taken(&new.person)? {
        Some(field) if new.password_hash.is_some() || logs_in(look, new.person.id)? => {
            Err(Refusal::NameTaken { field }.into())
        }
        _ => Ok(()),
    }
}

/// Whether somebody has a password here.
pub(super) fn logs_in(look: &mut (impl Look + ?Sized), id: PersonId) -> Result<bool, Error> {
    let account = look.account_of(id)?;
    Ok(account.is_some_and(|account| account.password_hash.is_some()))
}

/// Makes a person that no host application knows, under a number of our own. `person.id` is not looked at.
///
/// # Errors
/// As [`put_person`].
pub fn new_own_person(tx: &mut dyn Tx, now: Time, person: &NewPerson) -> Result<PersonId, Error> {
    let mut id = tx.next_own_person()?;
    // A number by which the host calls somebody is no number for somebody else.
    while tx.person_of_host(&HostId::Name(id.to_string().into()))?.is_some() {
        id.0 += 1;
    }
    let mut person = person.clone();
    person.person.id = id;
    check_names(tx, &person)?;
    tx.put_person(&person)?;
    tx.person_updated(id, now)?;
    Ok(id)
}

/// Makes a group or changes the one that is called so; whether it is new. Rooms about it follow: newcomers join, who is
/// of it no more leaves.
///
/// # Errors
/// [`Refusal::NoSuchPerson`] where somebody named is unknown.
pub fn put_group(tx: &mut dyn Tx, now: Time, group: &Group) -> Result<bool, Error> {
    for person in group.people() {
        if tx.person(person)?.is_none() {
            return Err(Refusal::NoSuchPerson.into());
        }
    }
    let new = tx.group(&group.id)?.is_none();
    tx.put_group(group)?;
    tx.group_updated(&group.id, now)?;
    for mut room in tx.rooms_of_group(&group.id)? {
        settle(tx, now, &mut room, &group.people(), Granted::Stay)?;
    }
    Ok(new)
}
