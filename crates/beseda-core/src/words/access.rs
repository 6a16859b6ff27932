//! What lets programs, sockets and the first administrator in: API keys with their scopes, one-time tickets and codes.

use super::{PersonId, Time, worded};

worded! {
    /// What a program may do with an API key.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Scope {
        /// Put, change and delete people.
        People = "people",
        /// Put and delete orders.
        Orders = "orders",
        /// Put and delete groups.
        Groups = "groups",
        /// Put and delete rooms, post system messages, and read what is said.
        Rooms = "rooms",
        /// Act as a person.
        Act = "act",
        /// Bring in what was said elsewhere.
        Import = "import",
        /// Take out everything that is kept of a person.
        Export = "export",
    }
}

/// SHA-256 of an API key.
pub type KeyHash = [u8; 32];

/// How somebody came: what let them in, for as long as it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Came {
    /// Who.
    pub person: PersonId,
    /// When it was proven that it is they.
    pub proven_at: Time,
    /// The API key that acts as them, where one does.
    pub by_key: Option<KeyHash>,
}

impl Came {
    /// By a proof of their own.
    #[must_use]
    pub const fn oneself(person: PersonId, proven_at: Time) -> Self {
        Self {
            person,
            proven_at,
            by_key: None,
        }
    }
}

/// An API key; the store knows it by the SHA-256 of what its holder sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// What it is called; unique among those that are not revoked.
    pub name: String,
    /// SHA-256 of the key.
    pub hash: KeyHash,
    /// What it may be used for, each once, in their order.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub created_at: Time,
    /// When it was revoked.
    pub revoked_at: Option<Time>,
}

/// A ticket for one socket, in place of a token; the store knows it by its SHA-256.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// SHA-256 of the ticket.
    pub hash: [u8; 32],
    /// Whose it is, and what let them in who asked for it.
    pub came: Came,
    /// When that proof ends by itself, where it does.
    pub proof_ends_at: Option<Time>,
    /// When it ends unused.
    pub expires_at: Time,
}

/// A code that makes one administrator's account; the store knows it by its SHA-256.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetupCode {
    /// SHA-256 of the code.
    pub hash: [u8; 32],
    /// The e-mail that it was made for, or empty.
    pub email: String,
    /// When it ends unused.
    pub expires_at: Time,
    /// When somebody made their account with it.
    pub used_at: Option<Time>,
}
