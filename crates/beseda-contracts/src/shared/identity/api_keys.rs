//! API keys of host applications: 256 random bits, of which the store keeps only the SHA-256.

use crate::shared::Shared;
use crate::shared::refused::Refused;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use beseda_core::rules;
use beseda_core::words::{ApiKey, Scope};
use beseda_core::{Error, Refusal};
use beseda_live::ask;
use http::HeaderMap;
use sha2::{Digest, Sha256};

/// What every key begins with: so people and log scrubbers know one when they see it.
const PREFIX: &str = "bsk_";

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

/// The API key of a request, if it may be used for this.
///
/// # Errors
/// 401 for no key or one that proves nothing, 403 for one of another scope.
pub async fn require(shared: &Shared, headers: &HeaderMap, scope: Scope) -> Result<ApiKey, Refused> {
    let key = super::caller::bearer(headers)?.ok_or(Refusal::NotSignedIn)?;
    let hash = hash(key);
    let found = ask::look(&shared.chat, move |look| rules::api_key(look, &hash, scope)).await;
    found.map_err(|error| match error {
        Error::Refused(Refusal::BadCredentials) => Refused::BadKey,
        Error::Refused(Refusal::NotAllowed) => Refused::WrongScope(scope),
        other => other.into(),
    })
}
