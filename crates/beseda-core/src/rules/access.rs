//! API keys, by which host applications call, tickets, by which sockets open without a token in an address, and codes
//! by which an administrator makes their own account.

use super::people::new_own_person;
use super::sign_in::who;
use crate::error::{Error, Refusal};
use crate::ports::{Look, Tx};
use crate::words::{ApiKey, NewPerson, Person, PersonId, Role, Scope, SetupCode, Ticket, Time};

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

/// What came of a ticket. It is gone in any case: none of this is a refusal, because a refusal would give it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It lets this person in, who proved at that moment who they are.
    Good(Person, Time),
    /// It is unknown, was taken before, or has ended.
    Spent,
    /// It was good, and its person is not let in any more, for this reason.
    Barred(Refusal),
}

/// Takes a ticket: whose it is, and when they proved it.
///
/// # Errors
/// A fault where the store fails.
pub fn take_ticket(tx: &mut dyn Tx, now: Time, hash: &[u8; 32]) -> Result<Taken, Error> {
    let Some(ticket) = tx.take_ticket(hash)?.filter(|ticket| ticket.expires_at > now) else {
        return Ok(Taken::Spent);
    };
    match who(tx, ticket.person, ticket.proven_at) {
        Ok(person) => Ok(Taken::Good(person, ticket.proven_at)),
        Err(Error::Refused(why)) => Ok(Taken::Barred(why)),
        Err(fault) => Err(fault),
    }
}

/// Keeps a code by which an administrator will make their account.
///
/// # Errors
/// A fault where the store fails.
pub fn put_setup_code(tx: &mut dyn Tx, code: &SetupCode) -> Result<(), Error> {
    Ok(tx.put_setup_code(code)?)
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
///
/// # Errors
/// A fault where the store fails.
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
    let id = new_own_person(tx, &person)?;
    tx.put_setup_code(&SetupCode {
        used_at: Some(now),
        ..code
    })?;
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Model;
    use crate::stories::Stage;
    use std::sync::Arc;

    fn stage() -> Stage {
        Stage::new(
            &|ear| {
                let model = Arc::new(Model::new());
                model.set_audience(ear);
                model
            },
            1,
        )
    }

    fn make(stage: &Stage, code: u8, email: &str) -> Result<PersonId, Error> {
        let mut person = Person::new(PersonId(0), Role::Admin);
        email.clone_into(&mut person.email);
        let now = stage.chat.now();
        stage.change(move |tx| make_admin(tx, now, &[code; 32], &person.clone().into()))
    }

    #[test]
    fn a_setup_code_makes_one_administrator_in_time() {
        let stage = stage();
        let now = stage.chat.now();
        let code = |n: u8, seconds| SetupCode {
            hash: [n; 32],
            email: String::new(),
            expires_at: now.plus_seconds(seconds),
            used_at: None,
        };
        let codes = [code(1, 60), code(2, 0)];
        stage
            .change(move |tx| codes.iter().try_for_each(|code| put_setup_code(tx, code)))
            .expect("they are kept");
        let refused = Err(Error::Refused(Refusal::BadCredentials));
        assert_eq!(make(&stage, 2, "a@shop.example"), refused, "it has ended");
        assert_eq!(make(&stage, 3, "a@shop.example"), refused, "nobody knows it");
        let id = make(&stage, 1, "a@shop.example").expect("an administrator");
        let made = stage.look(move |look| Ok(look.person(id)?)).expect("they are kept");
        assert_eq!(made.map(|person| person.role), Some(Role::Admin));
        assert_eq!(make(&stage, 1, "b@shop.example"), refused, "it is used");
    }

    #[test]
    fn a_first_start_is_one_without_an_administrator_or_a_code() {
        let stage = stage();
        let is = || stage.look(|look| is_set_up(look));
        let admin = stage.admin.clone();
        let put = |role| {
            let person = Person { role, ..admin.clone() };
            stage.change(move |tx| Ok(tx.put_person(&person.clone().into())?))
        };
        assert_eq!(is(), Ok(true));
        put(Role::Operator).expect("they are none any more");
        assert_eq!(is(), Ok(false));
        let code = SetupCode {
            hash: [1; 32],
            email: String::new(),
            expires_at: Time(0),
            used_at: None,
        };
        let kept = stage.change(move |tx| put_setup_code(tx, &code));
        assert_eq!((kept, is()), (Ok(()), Ok(true)));
    }

    #[test]
    fn a_taken_e_mail_uses_no_code_up() {
        let stage = stage();
        let code = SetupCode {
            hash: [1; 32],
            email: String::new(),
            expires_at: stage.chat.now().plus_seconds(60),
            used_at: None,
        };
        let mut other = Person::new(PersonId(50), Role::Client);
        other.email = "a@shop.example".to_owned();
        stage
            .change(move |tx| {
                tx.put_person(&other.clone().into())?;
                put_setup_code(tx, &code)
            })
            .expect("both are kept");
        let taken = Err(Error::Refused(Refusal::NameTaken { field: "email" }));
        assert_eq!(make(&stage, 1, "A@shop.example"), taken);
        assert!(make(&stage, 1, "b@shop.example").is_ok());
    }
}
