//! Tokens of host applications: whose key proves them, and what they say about a person.

use super::claims::{Claims, Flaw, invalid};
use beseda_core::rules::FIRST_OWN_PERSON;
use beseda_core::rules::sign_in::{Claimed, People};
use beseda_core::words::{Role, Time};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::Value;
use thiserror::Error;

/// A host application whose tokens are accepted.
#[derive(Clone)]
pub struct IssuerSettings {
    /// What the token's `iss` must be; empty: tokens without one.
    pub issuer: String,
    /// The names of the algorithms that it may sign with, as in a token's header; all for the same kind of key.
    pub algorithms: Vec<String>,
    /// What proves its signatures.
    pub key: IssuerKey,
    /// What the token's `aud` must hold, where it matters.
    pub audience: Option<String>,
    /// The claim that names the person; without it `sub`, else `user_id`.
    pub person_claim: Option<String>,
    /// What becomes of somebody who was never seen before.
    pub people: People,
}

/// What proves an issuer's signatures.
#[derive(Clone)]
pub enum IssuerKey {
    /// The secret that both sides know.
    Secret(Vec<u8>),
    /// A public key as PEM.
    PublicPem(String),
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
}

/// The host applications whose tokens are accepted; several may have one name, while keys change.
#[derive(Default)]
pub struct Issuers(Vec<Issuer>);

struct Issuer {
    name: String,
    algorithms: Vec<Algorithm>,
    key: DecodingKey,
    audience: Option<String>,
    person_claim: Option<String>,
    people: People,
}

/// What a host application says about who comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vouched {
    /// The person.
    pub claimed: Claimed,
    /// What becomes of somebody who was never seen before.
    pub people: People,
}

impl Issuers {
    /// Reads the keys.
    ///
    /// # Errors
    /// Which issuer cannot be used, and why.
    pub fn new(settings: Vec<IssuerSettings>) -> Result<Self, IssuerError> {
        settings
            .into_iter()
            .map(Issuer::new)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Whether no host application is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Who comes with this token.
    ///
    /// # Errors
    /// Why it proves nothing.
    pub fn vouched(&self, token: &str, now: Time) -> Result<Vouched, Flaw> {
        let unproven = Claims::unproven(token)?;
        let name = match unproven.get("iss") {
            None => "",
            Some(Value::String(name)) if !name.is_empty() => name,
            Some(_) => return Err(invalid("iss is no text")),
        };
        let mut flaw = invalid("no key of ours proves it");
        for issuer in self.0.iter().filter(|issuer| issuer.name == name) {
            match Claims::proven(token, &issuer.key, &issuer.algorithms) {
                Ok(claims) => return issuer.vouched(&claims, now),
                Err(found) => flaw = found,
            }
        }
        Err(flaw)
    }
}

impl Issuer {
    fn new(settings: IssuerSettings) -> Result<Self, IssuerError> {
        let issuer = settings.issuer;
        let algorithm = |name: &String| {
            let unknown = || IssuerError::Algorithm {
                issuer: issuer.clone(),
                algorithm: name.clone(),
            };
            name.parse::<Algorithm>().map_err(|_| unknown())
        };
        let algorithms = settings
            .algorithms
            .iter()
            .map(algorithm)
            .collect::<Result<Vec<_>, _>>()?;
        let first = match (algorithms.first(), &settings.key) {
            // A public key taken for a shared secret would let everybody in who can read it.
            (Some(first), key) if is_hmac(*first) == matches!(key, IssuerKey::Secret(_)) => *first,
            _ => return Err(IssuerError::Algorithms { issuer }),
        };
        if algorithms.iter().any(|other| other.family() != first.family()) {
            return Err(IssuerError::Algorithms { issuer });
        }
        let key = match &settings.key {
            IssuerKey::Secret(secret) => Ok(DecodingKey::from_secret(secret)),
            IssuerKey::PublicPem(pem) => public_key(first, pem.as_bytes()),
        };
        let key = key.map_err(|error| IssuerError::Key {
            issuer: issuer.clone(),
            why: error.to_string(),
        })?;
        Ok(Self {
            name: issuer,
            algorithms,
            key,
            audience: settings.audience,
            person_claim: settings.person_claim,
            people: settings.people,
        })
    }

    fn vouched(&self, claims: &Claims, now: Time) -> Result<Vouched, Flaw> {
        claims.check_times(now)?;
        // A token of simplejwt says what it is for; one that a host signs by hand need not.
        if claims.get("token_type").is_some() {
            claims.check_type("access")?;
        }
        self.check_audience(claims)?;
        Ok(Vouched {
            claimed: self.claimed(claims)?,
            people: self.people,
        })
    }

    fn check_audience(&self, claims: &Claims) -> Result<(), Flaw> {
        let Some(wanted) = &self.audience else { return Ok(()) };
        let holds = match claims.get("aud") {
            Some(Value::String(one)) => one == wanted,
            Some(Value::Array(several)) => several.iter().any(|one| one.as_str() == Some(wanted)),
            _ => false,
        };
        if holds {
            Ok(())
        } else {
            Err(invalid("aud does not hold what it must"))
        }
    }

    fn claimed(&self, claims: &Claims) -> Result<Claimed, Flaw> {
        let sub_or_id = if claims.get("sub").is_some() { "sub" } else { "user_id" };
        let claim = self.person_claim.as_deref().unwrap_or(sub_or_id);
        let id = claims.person(claim).inspect_err(|_| {
            tracing::warn!(
                issuer = self.name,
                claim,
                "a good token names its person by something else than a number from 1, which this version does not take: \
                 set person_claim to a claim with the number"
            );
        })?;
        if id >= FIRST_OWN_PERSON {
            return Err(invalid(format!("{claim} is a number that only this server gives")));
        }
        let text = |names: [&str; 2]| {
            names
                .iter()
                .find_map(|name| claims.text(name))
                .map(|text| text.trim().to_owned())
        };
        let mut claimed = Claimed {
            id,
            username: text(["username", "preferred_username"]),
            email: text(["email", "email"]),
            first_name: text(["first_name", "given_name"]),
            last_name: text(["last_name", "family_name"]),
            // A word that we do not know is somebody without special rights, also if they had some before.
            role: claims
                .text("role")
                .map(|word| Role::from_word(word).unwrap_or(Role::User)),
        };
        if let (None, None, Some(name)) = (&claimed.first_name, &claimed.last_name, text(["name", "name"])) {
            let (first, last) = name.split_once(' ').unwrap_or((&name, ""));
            claimed.first_name = Some(first.to_owned());
            claimed.last_name = Some(last.trim().to_owned());
        }
        Ok(claimed)
    }
}

fn is_hmac(algorithm: Algorithm) -> bool {
    matches!(algorithm, Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512)
}

fn public_key(algorithm: Algorithm, pem: &[u8]) -> Result<DecodingKey, jsonwebtoken::errors::Error> {
    match algorithm {
        Algorithm::ES256 | Algorithm::ES384 => DecodingKey::from_ec_pem(pem),
        Algorithm::EdDSA => DecodingKey::from_ed_pem(pem),
        _ => DecodingKey::from_rsa_pem(pem),
    }
}

#[cfg(test)]
mod tests;
