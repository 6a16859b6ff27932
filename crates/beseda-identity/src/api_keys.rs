//! API keys of host applications: 256 random bits, of which the store keeps only the SHA-256.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// What every key begins with: so people and log scrubbers know one when they see it.
const PREFIX: &str = "bsk_";

/// Whether a text has the look of an API key.
#[must_use]
pub fn is_one(text: &str) -> bool {
    text.starts_with(PREFIX)
}

/// A new key, from random bytes.
#[must_use]
pub fn new(bytes: [u8; 32]) -> String {
    format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// What the store knows a key by.
#[must_use]
pub fn hash(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}
