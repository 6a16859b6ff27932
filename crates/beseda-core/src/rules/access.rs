//! API keys, by which host applications call, tickets, by which sockets open without a token in an address, and codes
//! by which an administrator makes their own account.

use super::people::new_own_person;
use super::sign_in::who;
use crate::error::{Error, Refusal};
use crate::ports::{Look, Tx};
use crate::words::{ApiKey, KeyHash, NewPerson, Person, PersonId, Role, Scope, SetupCode, Ticket, Time};

/// Keeps a new API key.
///
/// # Errors
/// [`Refusal::NameTaken`] where a key that is not revoked has this name.
pub fn put_api_key(tx: &mut dyn Tx, key: &ApiKey) -> Result<(), Error> {
    let standing = tx.api_keys()?;
    if standing
        .iter()
        .any(|other| other.revoked_at.is_none() && other.name == key.name)
    {
        return Err(Refusal::NameTaken { field: "name" }.into());
    }
    Ok(tx.put_api_key(key)?)
}

/// Ends the API key with this name; whether there was one.
pub fn revoke_api_key(tx: &mut dyn Tx, now: Time, name: &str) -> Result<bool, Error> {
    let keys = tx.api_keys()?;
    let Some(key) = keys
        .into_iter()
        .find(|key| key.revoked_at.is_none() && key.name == name)
    else {
        return Ok(false);
    };
    tx.put_api_key(&ApiKey {
        revoked_at: Some(now),
        ..key
    })?;
    // Nobody knows here whose sockets were opened by it.
    tx.announce_everybody();
    Ok(true)
}

/// The API key with this hash, if it may be used for this.
///
/// # Errors
/// [`Refusal::BadCredentials`] for one that is unknown or revoked, [`Refusal::NotAllowed`] for another scope.
pub fn api_key(look: &mut (impl Look + ?Sized), hash: &KeyHash, scope: Scope) -> Result<ApiKey, Error> {
    let key = look.api_key(hash)?.filter(|key| key.revoked_at.is_none());
    let key = key.ok_or(Refusal::BadCredentials)?;
    if !key.scopes.contains(&scope) {
        return Err(Refusal::NotAllowed.into());
    }
    Ok(key)
}

/// What came of a ticket. It is gone in any case: none of this is a refusal, because a refusal would give it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TicketTaken {
    /// It lets this person in, by what it stands for.
    Good(Box<Person>, Ticket),
    /// It is unknown, was taken before, or has ended.
    Spent,
    /// It was good, and its person is not let in any more, for this reason.
    Barred(Refusal),
}

/// Takes a ticket: whose it is, and when they proved it.
pub fn take_ticket(tx: &mut dyn Tx, now: Time, hash: &[u8; 32]) -> Result<TicketTaken, Error> {
    let Some(ticket) = tx.take_ticket(hash)?.filter(|ticket| ticket.expires_at > now) else {
        return Ok(TicketTaken::Spent);
    };
    match who(tx, &ticket.came) {
        Ok(person) => Ok(TicketTaken::Good(Box::new(person), ticket)),
        Err(Error::Refused(why)) => Ok(TicketTaken::Barred(why)),
        Err(fault) => Err(fault),
    }
}

/// The setup code with this hash, if an account can still be made with it.
///
/// # Errors
/// [`Refusal::BadCredentials`] for one that is unknown, used or ended.
pub fn setup_code(look: &mut (impl Look + ?Sized), now: Time, hash: &[u8; 32]) -> Result<SetupCode, Error> {
    let code = look.setup_code(hash)?;
    let code = code.filter(|code| code.used_at.is_none() && code.expires_at > now);
    Ok(code.ok_or(Refusal::BadCredentials)?)
}

/// Whether somebody is an administrator, or a code to make one was ever given out: then this is no first start.
pub fn is_set_up(look: &mut (impl Look + ?Sized)) -> Result<bool, Error> {
    let admins = look.search_by_role("", [Role::Admin; 2], 1)?;
    Ok(!admins.is_empty() || look.had_setup_codes()?)
}

/// Makes the account of an administrator with a setup code, which is used up by it. `person.id` is not looked at.
///
/// # Errors
/// As [`setup_code`]; [`Refusal::NameTaken`] where somebody has this e-mail, username or phone already: the code stays
/// good then.
pub fn make_admin(tx: &mut dyn Tx, now: Time, hash: &[u8; 32], person: &NewPerson) -> Result<PersonId, Error> {
    let code = setup_code(tx, now, hash)?;
    let mut person = person.clone();
    // A code that was made for somebody makes nobody else.
    if !code.email.is_empty() {
        person.person.email.clone_from(&code.email);
    }
    if tx.account(&person.person.email)?.is_some() {
        return Err(Refusal::NameTaken { field: "email" }.into());
    }
    // The last that may refuse comes before the first that writes: then the code stays good without being put back.
    let id = new_own_person(tx, now, &person)?;
    tx.put_setup_code(&SetupCode {
        used_at: Some(now),
        ..code
    })?;
    Ok(id)
}
