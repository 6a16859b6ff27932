//! Tickets for sockets: a word that opens one socket within seconds, so that no token has to stand in an address.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// What every ticket begins with: so people and log scrubbers know one when they see it.
const PREFIX: &str = "bst_";

/// A new ticket, from random bytes.
#[must_use]
pub fn new(bytes: [u8; 32]) -> String {
    format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// Whether a text means to be a ticket.
#[must_use]
pub fn is_one(text: &str) -> bool {
    text.starts_with(PREFIX)
}

/// What the store knows a ticket by.
#[must_use]
pub fn hash(ticket: &str) -> [u8; 32] {
    Sha256::digest(ticket.as_bytes()).into()
}
