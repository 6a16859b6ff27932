//! Hashes of passwords that other programs made: Django's, Werkzeug's (Flask), and bcrypt as it is. They are checked until
//! somebody logs in by one, and are then made anew.

use super::{PASSWORD_BYTES, fault};
use argon2::password_hash::phc::{Output, PasswordHash};
use argon2::{Argon2, PasswordVerifier};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use beseda_core::Fault;
use pbkdf2::pbkdf2_hmac;
use scrypt::scrypt;
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};

/// More passes of PBKDF2 than any release asks for; what asks for more is no password of anybody's.
const PASSES_MOST: u32 = 10_000_000;
/// The memory that one check may take, in bytes.
const MEMORY_MOST: u64 = 256 << 20;
/// How often argon2 may go through its memory, and how many lanes scrypt may mix.
const ROUNDS_MOST: u32 = 16;
/// The cost of bcrypt: each one more takes twice as long.
const BCRYPT_MOST: u32 = 16;

/// A hash that another program made.
pub(super) enum Foreign<'h> {
    Pbkdf2 {
        by: Sha,
        passes: u32,
        salt: &'h str,
        hash: Output,
    },
    Scrypt {
        cost: scrypt::Params,
        salt: &'h str,
        hash: Output,
    },
    /// Over the password, or over its SHA-256 in hex: of a longer one than 72 bytes bcrypt hears only the beginning.
    Bcrypt { hash: &'h str, of_sha256: bool },
    /// In the form that we keep as well.
    Argon2(String),
}

/// What PBKDF2 mixes by.
#[derive(Clone, Copy)]
pub(super) enum Sha {
    One,
    Two56,
    Five12,
}

/// Whether another program made this hash, and it can be checked here.
#[must_use]
pub fn is_foreign(hash: &str) -> bool {
    Foreign::of(hash).is_some()
}

impl<'h> Foreign<'h> {
    /// What a hash is; none where it is one of ours, or of no known kind.
    pub(super) fn of(hash: &'h str) -> Option<Self> {
        let (kind, rest) = hash.split_once('$')?;
        match kind {
            "pbkdf2_sha256" => django_pbkdf2(Sha::Two56, rest),
            "pbkdf2_sha1" => django_pbkdf2(Sha::One, rest),
            "scrypt" => django_scrypt(rest),
            "argon2" => argon2(rest),
            "bcrypt_sha256" => bcrypt(rest, true),
            "bcrypt" => bcrypt(rest, false),
            "" => bcrypt(hash, false),
            _ => werkzeug(kind, rest),
        }
    }

    /// Whether the password is the one of this hash.
    pub(super) fn is_right(&self, password: &str) -> Result<bool, Fault> {
        let fits = password.len() <= PASSWORD_BYTES;
        let password = if fits { password } else { "" };
        let is_right = match self {
            Self::Pbkdf2 { by, passes, salt, hash } => {
                let (password, salt) = (password.as_bytes(), salt.as_bytes());
                made(hash, |out| match by {
                    Sha::One => pbkdf2_hmac::<Sha1>(password, salt, *passes, out),
                    Sha::Two56 => pbkdf2_hmac::<Sha256>(password, salt, *passes, out),
                    Sha::Five12 => pbkdf2_hmac::<Sha512>(password, salt, *passes, out),
                })? == *hash
            }
            Self::Scrypt { cost, salt, hash } => {
                let mut mixed = Ok(());
                let made = made(hash, |out| {
                    mixed = scrypt(password.as_bytes(), salt.as_bytes(), cost, out)
                })?;
                mixed.map_err(fault)?;
                made == *hash
            }
            Self::Bcrypt { hash, of_sha256 } => {
                let told = if *of_sha256 {
                    hex(&Sha256::digest(password))
                } else {
                    password.to_owned()
                };
                bcrypt::verify(told, hash).map_err(fault)?
            }
            Self::Argon2(hash) => {
                let parsed = PasswordHash::new(hash).map_err(fault)?;
                Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok()
            }
        };
        Ok(is_right && fits)
    }
}

/// What is made as long as a hash is. Two of them are compared in constant time.
fn made(like: &Output, mix: impl FnOnce(&mut [u8])) -> Result<Output, Fault> {
    let mut bytes = vec![0; like.len()];
    mix(&mut bytes);
    Output::new(&bytes).map_err(fault)
}

/// `600000$salt$base64`.
fn django_pbkdf2(by: Sha, rest: &str) -> Option<Foreign<'_>> {
    let (passes, rest) = rest.split_once('$')?;
    let (salt, hash) = rest.split_once('$')?;
    pbkdf2_of(by, passes, salt, &STANDARD.decode(hash).ok()?)
}

fn pbkdf2_of<'h>(by: Sha, passes: &str, salt: &'h str, hash: &[u8]) -> Option<Foreign<'h>> {
    let passes = passes
        .parse()
        .ok()
        .filter(|passes| (1..=PASSES_MOST).contains(passes))?;
    let hash = Output::new(hash).ok()?;
    Some(Foreign::Pbkdf2 { by, passes, salt, hash })
}

/// `16384$salt$8$5$base64`.
fn django_scrypt(rest: &str) -> Option<Foreign<'_>> {
    let mut parts = rest.split('$');
    let (n, salt) = (parts.next()?, parts.next()?);
    let (r, p, hash) = (parts.next()?, parts.next()?, parts.next()?);
    scrypt_of([n, r, p], salt, &STANDARD.decode(hash).ok()?)
}

fn scrypt_of<'h>(cost: [&str; 3], salt: &'h str, hash: &[u8]) -> Option<Foreign<'h>> {
    let [n, r, p] = cost;
    let (n, r, p): (u64, u32, u32) = (n.parse().ok()?, r.parse().ok()?, p.parse().ok()?);
    let bytes = n.checked_mul(128)?.checked_mul(u64::from(r))?;
    if !n.is_power_of_two() || n == 1 || bytes > MEMORY_MOST || p > ROUNDS_MOST {
        return None;
    }
    let cost = scrypt::Params::new(u8::try_from(n.ilog2()).ok()?, r, p).ok()?;
    let hash = Output::new(hash).ok()?;
    Some(Foreign::Scrypt { cost, salt, hash })
}

/// `$argon2id$v=19$…` without its first sign.
fn argon2(rest: &str) -> Option<Foreign<'_>> {
    let hash = format!("${rest}");
    let parsed = PasswordHash::new(&hash).ok()?;
    let (kib, rounds) = (parsed.params.get_decimal("m")?, parsed.params.get_decimal("t")?);
    let is_bearable = u64::from(kib) * 1_024 <= MEMORY_MOST && rounds <= ROUNDS_MOST;
    (is_bearable && parsed.hash.is_some()).then_some(Foreign::Argon2(hash))
}

/// `$2b$12$` and 53 signs.
fn bcrypt(hash: &str, of_sha256: bool) -> Option<Foreign<'_>> {
    let rest = ["$2a$", "$2b$", "$2y$"]
        .iter()
        .find_map(|kind| hash.strip_prefix(kind))?;
    let (cost, signs) = rest.split_once('$')?;
    let is_bearable = cost.parse().is_ok_and(|cost: u32| cost <= BCRYPT_MOST);
    (is_bearable && signs.len() == 53).then_some(Foreign::Bcrypt { hash, of_sha256 })
}

/// `scrypt:32768:8:1` or `pbkdf2:sha256:600000` before `salt$hex`.
fn werkzeug<'h>(kind: &str, rest: &'h str) -> Option<Foreign<'h>> {
    let (salt, hash) = rest.split_once('$')?;
    let hash = unhex(hash)?;
    let mut parts = kind.split(':');
    match (parts.next()?, parts.next()?, parts.next()?, parts.next()) {
        ("scrypt", n, r, Some(p)) => scrypt_of([n, r, p], salt, &hash),
        ("pbkdf2", by, passes, None) => {
            let by = match by {
                "sha1" => Sha::One,
                "sha256" => Sha::Two56,
                "sha512" => Sha::Five12,
                _ => return None,
            };
            pbkdf2_of(by, passes, salt, &hash)
        }
        _ => None,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|c| c.to_digit(16)?.try_into().ok()).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    let pairs = digits
        .chunks_exact(2)
        .map(|pair| pair.iter().fold(0, |sum, digit| sum * 16 + digit));
    Some(pairs.collect())
}

#[cfg(test)]
mod tests;
