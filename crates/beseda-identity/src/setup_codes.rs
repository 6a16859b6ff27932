//! Setup codes: 256 random bits in a link by which an administrator makes their own account, once and within minutes.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// How long a code is good for.
pub const SECONDS: i64 = 15 * 60;
/// The shortest password of an administrator, in characters (OWASP ASVS 5.0 asks for at least 8).
pub const PASSWORD_CHARS_LEAST: usize = 10;
/// The longest: hashing is work, and nobody types more.
pub const PASSWORD_CHARS_MOST: usize = 128;

/// A new code, from random bytes.
#[must_use]
pub fn new(bytes: [u8; 32]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What the store knows a code by.
#[must_use]
pub fn hash(code: &str) -> [u8; 32] {
    Sha256::digest(code.as_bytes()).into()
}
