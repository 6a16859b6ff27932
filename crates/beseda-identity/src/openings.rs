//! Opening twice is opening once: what somebody's client calls the room that it opens leads to the room's name. Nobody
//! without our secret can work that name out, so a visitor's room stays as hard to guess as one with a drawn name.

use beseda_core::words::PersonId;
use hmac::digest::Key;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// A client id of at least so many characters proves by itself who opened a room: a UUID has 36, and 20 letters and digits
/// that were drawn hold 119 bits. A shorter one may be guessed.
pub const UNGUESSABLE_CHARS: usize = 20;

/// Names of rooms by the client ids under which they are opened.
pub struct Openings(Hmac<Sha256>);

impl Openings {
    /// Those of a secret.
    #[must_use]
    pub fn new(secret: &[u8]) -> Self {
        // A key of the block's own length is the one that cannot be of a wrong one.
        let mut key = Key::<Hmac<Sha256>>::default();
        for (to, from) in key.iter_mut().zip(Sha256::digest(secret)) {
            *to = from;
        }
        Self(Hmac::new(&key).chain_update(b"openings\0"))
    }

    /// The name of what a person opens under a client id.
    #[must_use]
    pub fn of_person(&self, person: PersonId, client_id: &str) -> [u8; 16] {
        self.name(&[b"person\0", &person.0.to_be_bytes(), client_id.as_bytes()])
    }

    /// The name of what a stranger opens under a client id, which is all that they can prove it by; none for one that may
    /// be guessed.
    #[must_use]
    pub fn of_stranger(&self, client_id: &str) -> Option<[u8; 16]> {
        let is_long = client_id.chars().count() >= UNGUESSABLE_CHARS;
        is_long.then(|| self.name(&[b"stranger\0", client_id.as_bytes()]))
    }

    fn name(&self, parts: &[&[u8]]) -> [u8; 16] {
        let mac = parts.iter().fold(self.0.clone(), |mac, part| mac.chain_update(part));
        let mut name = [0; 16];
        for (to, from) in name.iter_mut().zip(mac.finalize().into_bytes()) {
            *to = from;
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_follows_from_who_opens_under_what_and_from_our_secret() {
        let (ours, theirs) = (Openings::new(b"one"), Openings::new(b"other"));
        let name = ours.of_person(PersonId(7), "c-1");
        assert_eq!(ours.of_person(PersonId(7), "c-1"), name);
        let long = "x".repeat(UNGUESSABLE_CHARS);
        let others = [
            ours.of_person(PersonId(8), "c-1"),
            ours.of_person(PersonId(7), "c-2"),
            theirs.of_person(PersonId(7), "c-1"),
            ours.of_person(PersonId(7), &long),
            ours.of_stranger(&long).unwrap(),
            theirs.of_stranger(&long).unwrap(),
        ];
        for (at, other) in others.iter().enumerate() {
            assert_ne!(*other, name);
            assert!(!others[at + 1..].contains(other));
        }
        assert_eq!(ours.of_stranger(&long[1..]), None, "one character fewer proves nothing");
    }
}
