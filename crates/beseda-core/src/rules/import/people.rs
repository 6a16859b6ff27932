//! People and orders of another chat: the host's own, so what it says of them counts.

use crate::error::{Error, Refusal};
use crate::ports::Tx;
use crate::rules::{person_to_put, put_order, put_person};
use crate::words::{HostId, NewPerson, Order, Person, PersonId, Time};

/// What is known of somebody's password elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct Password<'a> {
    /// Its hash there.
    pub hash: &'a str,
    /// Whether a hash that is kept here came from there as well: then theirs may have changed since. One that was made here
    /// stays.
    pub came: fn(&str) -> bool,
}

/// What became of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PersonTaken {
    /// Their number here.
    pub id: PersonId,
    /// Whether anything was written.
    pub changed: bool,
    /// Somebody else logs in by their username, e-mail or phone: they came without a password.
    pub name_taken: Option<&'static str>,
}

/// Takes somebody in, or what the host says of them now. Who was deleted here stays so, who was deactivated too, and who
/// has logged in here keeps their password.
///
/// # Errors
/// [`Refusal::NameTaken`] for the number of somebody whom the host does not know; a fault where the store fails.
pub fn take_person(
    tx: &mut dyn Tx,
    now: Time,
    id: &HostId<'_>,
    said: &Person,
    password: Option<Password<'_>>,
) -> Result<PersonTaken, Error> {
    if let Some(deleted) = tx.person_of_host(id)?.filter(|person| person.forgotten) {
        return Ok(unchanged(deleted.id));
    }
    let (before, new) = person_to_put(tx, id)?;
    let mut person = Person {
        username: said.username.clone(),
        email: said.email.clone(),
        phone: said.phone.clone(),
        first_name: said.first_name.clone(),
        last_name: said.last_name.clone(),
        role: said.role,
        active: before.active && said.active,
        ..before.clone()
    };
    let kept = tx.account_of(before.id)?.and_then(|account| account.password_hash);
    let name_taken = tx.name_taken(&person)?;
    let password = password.filter(|password| match &kept {
        _ if name_taken.is_some() => false,
        Some(kept) => kept != password.hash && (password.came)(kept),
        None => true,
    });
    if name_taken.is_some() && kept.is_some() {
        // They go on logging in as they did.
        person.username.clone_from(&before.username);
        person.email.clone_from(&before.email);
        person.phone.clone_from(&before.phone);
    }
    if !new && person == before && password.is_none() {
        return Ok(PersonTaken {
            name_taken,
            ..unchanged(before.id)
        });
    }
    let put = NewPerson {
        person,
        password_hash: password.map(|password| password.hash.to_owned()),
    };
    let id = put_person(tx, now, &put)?.id;
    Ok(PersonTaken {
        id,
        changed: true,
        name_taken,
    })
}

fn unchanged(id: PersonId) -> PersonTaken {
    PersonTaken {
        id,
        changed: false,
        name_taken: None,
    }
}

/// The number here of somebody whom messages name. Whom nobody knows any more is kept as somebody who was deleted.
///
/// # Errors
/// [`Refusal::NameTaken`] as [`take_person`]; a fault where the store fails.
pub fn find_or_remember(tx: &mut dyn Tx, id: &HostId<'_>) -> Result<PersonId, Error> {
    if let Some(known) = tx.person_of_host(id)? {
        return Ok(known.id);
    }
    let (nobody, _) = person_to_put(tx, id)?;
    let forgotten = nobody.forget();
    let number = forgotten.id;
    tx.put_person(&forgotten.into())?;
    Ok(number)
}

/// Takes an order in, or what the host says of it now: whether anything was written.
///
/// # Errors
/// [`Refusal::NoSuchPerson`] where somebody named is unknown; a fault where the store fails.
pub fn take_order(tx: &mut dyn Tx, now: Time, order: &Order) -> Result<bool, Error> {
    if tx.order(&order.id)?.as_ref() == Some(order) {
        return Ok(false);
    }
    for person in order.people() {
        if tx.person(person)?.is_none() {
            return Err(Refusal::NoSuchPerson.into());
        }
    }
    put_order(tx, now, order, None)?;
    Ok(true)
}
