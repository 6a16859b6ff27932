//! What lets a person in: a password, a session, a refresh token.

use super::{Person, PersonId, Time};

/// A person with the password's hash; read for logging in and never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// The person.
    pub person: Person,
    /// The PHC string of the password's hash; none for people who come in by token only.
    pub password_hash: Option<String>,
}

/// A browser's session; the store knows it by the SHA-256 of what the cookie holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the cookie's value.
    pub hash: [u8; 32],
    /// Whose it is.
    pub person: PersonId,
    /// When it began.
    pub created_at: Time,
    /// When it was last used, to the minute.
    pub seen_at: Time,
    /// When it ends whatever happens.
    pub expires_at: Time,
}

/// A refresh token by its `jti`; the token itself is made again from these fields and the server's secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshToken {
    /// The token's own name.
    pub jti: String,
    /// The name of the first one of its line: reuse of an old one ends the whole line.
    pub family: String,
    /// Whose it is.
    pub person: PersonId,
    /// When it was given.
    pub issued_at: Time,
    /// When it ends.
    pub expires_at: Time,
    /// When it was first exchanged.
    pub used_at: Option<Time>,
    /// The `jti` that it was exchanged for.
    pub successor: Option<String>,
    /// When its line was ended.
    pub revoked_at: Option<Time>,
}
