//! Rules on the store in memory.

#[cfg(test)]
mod access;
#[cfg(test)]
mod chat;
#[cfg(test)]
mod sign_in;

use beseda_core::words::{NewPerson, Person};

/// The person, with a password.
fn who_logs_in(person: &Person) -> NewPerson {
    NewPerson {
        person: person.clone(),
        password_hash: Some("$argon2id$".to_owned()),
    }
}
