//! Who comes: tokens of our own and of host applications, sessions, passwords and rates.

pub mod api_keys;
pub mod caller;
mod claims;
pub mod http;
pub mod issuers;
pub mod jwks;
#[cfg(test)]
mod keys;
pub mod passwords;
pub mod sessions;
pub mod throttle;
pub mod tickets;
pub mod tokens;
pub mod visitors;

pub use claims::Flaw;
pub use issuers::{IssuerError, IssuerKey, IssuerSettings};
pub use jwks::{Fetch, Fetched};
pub use passwords::{hash as hash_password, is_right as is_password};
pub use sessions::SecureCookies;
pub use tokens::OwnTokens;

use beseda_core::rules::sign_in::Rotation;
use issuers::Issuers;
use passwords::Passwords;

/// What lets people in.
pub struct Identity {
    /// Our own tokens.
    pub tokens: OwnTokens,
    /// Tokens of host applications.
    pub issuers: Issuers,
    /// Passwords.
    pub passwords: Passwords,
    /// Whether cookies travel over HTTPS alone.
    pub secure_cookies: SecureCookies,
    /// How long an access token is good for.
    pub access_seconds: i64,
    /// How long a refresh token is good for.
    pub refresh_seconds: i64,
    /// How refresh tokens are exchanged.
    pub rotation: Rotation,
    /// How long a session lives without being used.
    pub session_idle_seconds: i64,
    /// How long a session lives at most.
    pub session_seconds: i64,
}
