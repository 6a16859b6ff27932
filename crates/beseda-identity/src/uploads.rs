//! Files that were uploaded and hang on nothing yet: an id says which file it is, what its sender called it and until when it is
//! kept, and is worth nothing in anybody else's hands.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use beseda_core::words::{PersonId, Time};
use hmac::digest::Key;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// So many bytes of a seal stand in an id.
const SEAL_BYTES: usize = 16;

/// Ids of uploaded files.
pub struct Uploads(Hmac<Sha256>);

impl Uploads {
    /// Those of a secret.
    #[must_use]
    pub fn new(secret: &[u8]) -> Self {
        let mut key = Key::<Hmac<Sha256>>::default();
        for (to, from) in key.iter_mut().zip(Sha256::digest(secret)) {
            *to = from;
        }
        Self(Hmac::new(&key).chain_update(b"uploads\0"))
    }

    /// The id of a file that a person has uploaded, which counts until then.
    #[must_use]
    pub fn seal(&self, person: PersonId, file: i64, title: &str, ends_at: Time) -> String {
        let said = format!("{file}.{}.{title}", ends_at.0);
        let mut bytes = self.mac(person, &said).to_vec();
        bytes.extend_from_slice(said.as_bytes());
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The file of an id, and what its sender called it; `None` for an id that is not this person's or has ended.
    #[must_use]
    pub fn open(&self, person: PersonId, id: &str, now: Time) -> Option<(i64, String)> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(id).ok()?;
        let (seal, said) = bytes.split_at_checked(SEAL_BYTES)?;
        let said = std::str::from_utf8(said).ok()?;
        if !same(seal, &self.mac(person, said)) {
            return None;
        }
        let mut parts = said.splitn(3, '.');
        let file = parts.next()?.parse().ok()?;
        let ends_at = parts.next()?.parse().ok().map(Time)?;
        let title = parts.next()?.to_owned();
        (now < ends_at).then_some((file, title))
    }

    fn mac(&self, person: PersonId, said: &str) -> [u8; SEAL_BYTES] {
        let mac = self.0.clone().chain_update(person.0.to_be_bytes()).chain_update(said);
        let mut seal = [0; SEAL_BYTES];
        for (to, from) in seal.iter_mut().zip(mac.finalize().into_bytes()) {
            *to = from;
        }
        seal
    }
}

/// Whether two seals are the same, in a time that does not tell where they differ.
fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len()
        && one
            .iter()
            .zip(other)
            .fold(0, |differs, (one, other)| differs | (one ^ other))
            == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_good_for_its_person_until_it_ends_and_for_nobody_else() {
        let uploads = Uploads::new(b"one");
        let id = uploads.seal(PersonId(7), 31, "план.v2.pdf", Time(10));
        assert_eq!(
            uploads.open(PersonId(7), &id, Time(9)),
            Some((31, "план.v2.pdf".to_owned()))
        );
        assert_eq!(uploads.open(PersonId(7), &id, Time(10)), None, "it has ended");
        assert_eq!(uploads.open(PersonId(8), &id, Time(9)), None, "somebody else's");
        assert_eq!(Uploads::new(b"other").open(PersonId(7), &id, Time(9)), None);
        for wrong in ["", "x", &id[1..], &format!("{id}A")] {
            assert_eq!(uploads.open(PersonId(7), wrong, Time(9)), None, "{wrong}");
        }
    }
}
