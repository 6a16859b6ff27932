//! What is set of host applications whose tokens are accepted, and why one of them cannot be used.

use beseda_core::rules::sign_in::Newcomers;
use beseda_core::words::Role;
use serde_json::Value;
use std::fmt;
use thiserror::Error;

/// A host application whose tokens are accepted: one `[[issuers]]` table of the settings.
///
/// Where a claim is named, its whole name counts, else a path with dots through the objects of the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerSettings {
    /// What the token's `iss` must be; empty: tokens without one.
    pub issuer: String,
    /// The names of the algorithms that it may sign with, as in a token's header; all for the same kind of key.
    pub algorithms: Vec<String>,
    /// What proves its signatures.
    pub key: IssuerKey,
    /// What the token's `aud` must hold, where it matters.
    pub audience: Option<String>,
    /// Claims that must be there and be this, or a list that holds it.
    pub required_claims: Vec<(String, Value)>,
    /// How far the clocks may be apart, where it is set.
    pub leeway_seconds: Option<u32>,
    /// How long its tokens live at most, where that is known.
    pub lifetime_seconds: Option<u32>,
    /// The claim that names the person; without it `sub`, else `user_id`.
    pub person_claim: Option<String>,
    /// The space of ids of its own that it has, where it does not share the deployment's.
    pub namespace: Option<String>,
    /// The claim that tells the role; without it `role`.
    pub role_claim: Option<String>,
    /// What its words for roles mean, the first that a token has first; empty: they are ours.
    pub roles: Vec<(String, Role)>,
    /// The claims that tell the whole name, the first that says something first; they win over the usual ones.
    pub name_claims: Vec<String>,
    /// What becomes of somebody who was never seen before.
    pub people: Newcomers,
    /// Whether a token lets its bearer into the rooms that it names alone: others that earlier ones named are taken back.
    pub grants_are_whole: bool,
}

impl IssuerSettings {
    /// An issuer of whom nothing is known but how it signs.
    #[must_use]
    pub fn new(issuer: &str, algorithms: &[&str], key: IssuerKey) -> Self {
        Self {
            issuer: issuer.to_owned(),
            algorithms: algorithms.iter().map(|&name| name.to_owned()).collect(),
            key,
            audience: None,
            required_claims: Vec::new(),
            leeway_seconds: None,
            lifetime_seconds: None,
            person_claim: None,
            namespace: None,
            role_claim: None,
            roles: Vec::new(),
            name_claims: Vec::new(),
            people: Newcomers::Create,
            grants_are_whole: false,
        }
    }

    /// Whether its tokens tell everybody's role: one that tells none then says that there is none.
    #[must_use]
    pub fn maps_roles(&self) -> bool {
        self.role_claim.is_some() || !self.roles.is_empty()
    }
}

/// What proves an issuer's signatures.
#[derive(Clone, PartialEq, Eq)]
pub enum IssuerKey {
    /// The secret that both sides know.
    Secret(Vec<u8>),
    /// A public key as PEM.
    PublicPem(String),
    /// The public keys that the issuer publishes as a set (RFC 7517).
    Jwks {
        /// The address of the set. It comes from the settings and from nowhere else: what a token says of an address
        /// is not read.
        url: String,
    },
}

/// Without what is secret.
impl fmt::Debug for IssuerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secret(_) => f.write_str("Secret"),
            Self::PublicPem(pem) => f.debug_tuple("PublicPem").field(pem).finish(),
            Self::Jwks { url } => f.debug_struct("Jwks").field("url", url).finish(),
        }
    }
}

/// Why an issuer cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum IssuerError {
    /// An algorithm that is not known here.
    #[error("the issuer {issuer:?} signs with {algorithm:?}, which is not known here")]
    Algorithm {
        /// Whose.
        issuer: String,
        /// Its name.
        algorithm: String,
    },
    /// No algorithm at all, or several that need keys of different kinds.
    #[error("the issuer {issuer:?} needs algorithms that its key fits")]
    Algorithms {
        /// Whose.
        issuer: String,
    },
    /// A key that is none.
    #[error("the key of the issuer {issuer:?} cannot be read: {why}")]
    Key {
        /// Whose.
        issuer: String,
        /// Why.
        why: String,
    },
    /// Keys at an address, and nothing that fetches them.
    #[error("the keys of the issuer {issuer:?} are somewhere else, and nothing is there to fetch them")]
    NoNetwork {
        /// Whose.
        issuer: String,
    },
}
