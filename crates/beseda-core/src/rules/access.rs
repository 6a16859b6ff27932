//! API keys, by which host applications call, and tickets, by which sockets open without a token in an address.

use super::sign_in::who;
use crate::error::{Error, Refusal};
use crate::ports::{Look, Tx};
use crate::words::{ApiKey, Person, Scope, Ticket, Time};

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
///
/// # Errors
/// A fault where the store fails.
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
    Ok(true)
}

/// The API key with this hash, if it may be used for this.
///
/// # Errors
/// [`Refusal::BadCredentials`] for one that is unknown or revoked, [`Refusal::NotAllowed`] for another scope.
pub fn api_key(look: &mut (impl Look + ?Sized), hash: &[u8; 32], scope: Scope) -> Result<ApiKey, Error> {
    let key = look.api_key(hash)?.filter(|key| key.revoked_at.is_none());
    let key = key.ok_or(Refusal::BadCredentials)?;
    if !key.scopes.contains(&scope) {
        return Err(Refusal::NotAllowed.into());
    }
    Ok(key)
}

/// Keeps a ticket for one socket of its person.
///
/// # Errors
/// A fault where the store fails.
pub fn put_ticket(tx: &mut dyn Tx, ticket: &Ticket) -> Result<(), Error> {
    Ok(tx.put_ticket(ticket)?)
}

/// Takes a ticket: whose it is, and when they proved it. `None` for one that is unknown, taken or ended: this is no
/// refusal, because a refusal would give an ended one back.
///
/// # Errors
/// As [`who`].
pub fn take_ticket(tx: &mut dyn Tx, now: Time, hash: &[u8; 32]) -> Result<Option<(Person, Time)>, Error> {
    let Some(ticket) = tx.take_ticket(hash)?.filter(|ticket| ticket.expires_at > now) else {
        return Ok(None);
    };
    let person = who(tx, ticket.person, ticket.proven_at)?;
    Ok(Some((person, ticket.proven_at)))
}
