//! What can be set of who comes.

use super::{Fetch, IssuerError, IssuerSettings, SecureCookies};
use beseda_core::Fault;
use std::sync::Arc;
use thiserror::Error;

/// What can be set.
#[derive(Clone)]
pub struct Settings {
    /// What signs the server's own tokens, at least 32 bytes.
    pub secret: Vec<u8>,
    /// Host applications whose tokens are accepted.
    pub issuers: Vec<IssuerSettings>,
    /// What fetches the keys that issuers publish; needed where one of them does.
    pub fetch: Option<Arc<dyn Fetch>>,
    /// Whether cookies travel over HTTPS alone.
    pub secure_cookies: SecureCookies,
    /// How long an access token is good for.
    pub access_seconds: i64,
    /// How long a refresh token is good for.
    pub refresh_seconds: i64,
    /// Whether a refresh token ends when it is used.
    pub refresh_rotation: bool,
    /// How long a session lives without being used.
    pub session_idle_seconds: i64,
    /// How long a session lives at most.
    pub session_seconds: i64,
}

impl Settings {
    /// The defaults, with this secret.
    #[must_use]
    pub fn new(secret: Vec<u8>) -> Self {
        Self {
            secret,
            issuers: Vec::new(),
            fetch: None,
            secure_cookies: SecureCookies::Auto,
            access_seconds: 15 * 60,
            refresh_seconds: 30 * 86_400,
            refresh_rotation: true,
            session_idle_seconds: 12 * 3_600,
            session_seconds: 30 * 86_400,
        }
    }
}

/// Why nobody can be let in as the settings say.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SettingsError {
    /// An issuer cannot be used.
    #[error(transparent)]
    Issuer(#[from] IssuerError),
    /// Something of ours failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}
