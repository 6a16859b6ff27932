//! Tokens of host applications: whose key proves them, and what they say about a person.

use super::claims::{Claims, Flaw, header, invalid};
use super::jwks::{Fetching, Published};
use beseda_core::rules::sign_in::{Claimed, Newcomers};
use beseda_core::words::{HostId, NoRoomKey, Role, RoomKey, Time};
use jsonwebtoken::{Algorithm, DecodingKey, Header};
use serde_json::Value;
use std::fmt;
use std::future::pending;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Bytes of a point on the curve of ES256, and of ES384: a mark and one coordinate, or both.
const P256_POINT: [usize; 2] = [1 + 32, 1 + 2 * 32];
const P384_POINT: [usize; 2] = [1 + 48, 1 + 2 * 48];
/// How long somebody waits for the keys that may prove their token.
const PATIENCE: Duration = Duration::from_secs(5);

/// A host application whose tokens are accepted: one `[[issuers]]` table of the settings.
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
    /// The claim that names the person; without it `sub`, else `user_id`.
    pub person_claim: Option<String>,
    /// The space of ids of its own that it has, where it does not share the deployment's.
    pub namespace: Option<String>,
    /// What becomes of somebody who was never seen before.
    pub people: Newcomers,
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

/// The host applications whose tokens are accepted; several may have one name, while keys change.
#[derive(Default)]
pub struct Issuers(Vec<Issuer>);

struct Issuer {
    name: String,
    algorithms: Vec<Algorithm>,
    proof: IssuerProof,
    audience: Option<String>,
    person_claim: Option<String>,
    namespace: Option<String>,
    /// Every issuer's.
    spaces: Arc<[String]>,
    people: Newcomers,
}

enum IssuerProof {
    /// One key, for as long as the server runs.
    Key(Box<DecodingKey>),
    /// Keys that change.
    Published(Arc<Published>),
}

/// What a host application says about who comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vouched {
    /// The person.
    pub claimed: Claimed,
    /// What becomes of somebody who was never seen before.
    pub people: Newcomers,
}

impl Issuers {
    /// Reads the keys. Those at an address come with `fetching`, where there is one.
    ///
    /// # Errors
    /// Which issuer cannot be used, and why.
    pub fn new(settings: Vec<IssuerSettings>, fetching: Option<&Fetching>) -> Result<Self, IssuerError> {
        let spaces: Arc<[String]> = settings.iter().filter_map(|one| one.namespace.clone()).collect();
        settings
            .into_iter()
            .map(|settings| Issuer::new(settings, Arc::clone(&spaces), fetching))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Keeps the ids of one more space from being taken for an issuer's that has none.
    pub fn reserve(&mut self, space: &str) {
        for issuer in &mut self.0 {
            issuer.spaces = issuer
                .spaces
                .iter()
                .map(String::as_str)
                .chain([space])
                .map(str::to_owned)
                .collect();
        }
    }

    /// Fetches what the issuers publish, at once and again and again, for as long as it is polled. A panic over one
    /// issuer's keys goes on to whoever polls.
    pub async fn keep_keys_fresh(&self) {
        let mut sets: JoinSet<()> = self
            .0
            .iter()
            .filter_map(Issuer::published)
            .map(|keys| Arc::clone(keys).keep_fresh())
            .collect();
        while let Some(ended) = sets.join_next().await {
            if let Err(error) = ended
                && let Ok(panic) = error.try_into_panic()
            {
                resume_unwind(panic);
            }
        }
        // None of them publishes anything.
        pending().await
    }

    /// Whether no host application is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Who comes with this token. A token that names a key which its issuer may have published just now waits for a
    /// look, some seconds at most.
    ///
    /// # Errors
    /// Why it proves nothing.
    pub async fn vouched(&self, token: &str, now: Time) -> Result<Vouched, Flaw> {
        let unproven = Claims::unproven(token)?;
        let name = match unproven.get("iss") {
            None => "",
            Some(Value::String(name)) if !name.is_empty() => name,
            Some(_) => return Err(invalid("iss is no text")),
        };
        let header = header(token)?;
        let mut flaw = invalid("no key of ours proves it");
        let mut unknown = Vec::new();
        for issuer in self.0.iter().filter(|issuer| issuer.name == name) {
            match issuer.proven(token, &header) {
                Ok(claims) => return issuer.vouched(&claims, now),
                Err(Unproven::Flaw(found)) => flaw = found,
                Err(Unproven::NoKey(keys)) => unknown.push((issuer, keys)),
            }
        }
        fetched(unknown.iter().filter_map(|(_, keys)| keys.ask()).collect()).await;
        for (issuer, _) in unknown {
            match issuer.proven(token, &header) {
                Ok(claims) => return issuer.vouched(&claims, now),
                Err(Unproven::Flaw(found)) => flaw = found,
                Err(Unproven::NoKey(_)) => flaw = invalid("its issuer publishes no such key"),
            }
        }
        Err(flaw)
    }
}

/// Whether an id reads like one of these spaces of ids, each of which somebody has for their own.
pub(super) fn is_within(id: &HostId<'_>, spaces: &[String]) -> bool {
    let HostId::Name(name) = id else { return false };
    let space = name.split_once('/').map(|(space, _)| space);
    spaces.iter().any(|known| space == Some(known))
}

/// Waits until all of these have ended, or longer than anybody should wait.
async fn fetched(fetches: Vec<watch::Receiver<u64>>) {
    let all = async {
        for mut fetch in fetches {
            let _ = fetch.changed().await;
        }
    };
    let _ = tokio::time::timeout(PATIENCE, all).await;
}

/// Why an issuer does not prove a token.
enum Unproven<'a> {
    Flaw(Flaw),
    /// None of these keys can be meant; one that was published since can.
    NoKey(&'a Arc<Published>),
}

impl IssuerProof {
    fn key(key: DecodingKey) -> Self {
        Self::Key(Box::new(key))
    }
}

impl Issuer {
    fn new(settings: IssuerSettings, spaces: Arc<[String]>, fetching: Option<&Fetching>) -> Result<Self, IssuerError> {
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
        let proof = match settings.key {
            IssuerKey::Secret(secret) => IssuerProof::key(DecodingKey::from_secret(&secret)),
            IssuerKey::PublicPem(pem) => match public_key(first, pem.as_bytes()) {
                Ok(key) => IssuerProof::key(key),
                Err(why) => return Err(IssuerError::Key { issuer, why }),
            },
            IssuerKey::Jwks { url } => match fetching {
                Some(fetching) => {
                    let keys = Published::new(issuer.clone(), url, algorithms.clone(), fetching.clone());
                    IssuerProof::Published(Arc::new(keys))
                }
                None => return Err(IssuerError::NoNetwork { issuer }),
            },
        };
        Ok(Self {
            name: issuer,
            algorithms,
            proof,
            audience: settings.audience,
            person_claim: settings.person_claim,
            namespace: settings.namespace,
            spaces,
            people: settings.people,
        })
    }

    fn published(&self) -> Option<&Arc<Published>> {
        match &self.proof {
            IssuerProof::Key(_) => None,
            IssuerProof::Published(keys) => Some(keys),
        }
    }

    /// The claims of a token, by the keys that are here.
    fn proven(&self, token: &str, header: &Header) -> Result<Claims, Unproven<'_>> {
        let proven = |key: &DecodingKey| Claims::proven(token, key, &self.algorithms);
        let keys = match &self.proof {
            IssuerProof::Key(key) => return proven(key).map_err(Unproven::Flaw),
            IssuerProof::Published(keys) => keys,
        };
        if !self.algorithms.contains(&header.alg) {
            return Err(Unproven::Flaw(invalid(
                "it is signed with an algorithm that is not allowed",
            )));
        }
        let mut unproven = Unproven::NoKey(keys);
        for key in keys.fitting(header) {
            match proven(&key) {
                Ok(claims) => return Ok(claims),
                Err(flaw) => unproven = Unproven::Flaw(flaw),
            }
        }
        Err(unproven)
    }

    fn vouched(&self, claims: &Claims, now: Time) -> Result<Vouched, Flaw> {
        claims.check_times(now)?;
        // A token of simplejwt says what it is for; one that a host signs by hand need not.
        if claims.get("token_type").is_some() {
            claims.check_type("access")?;
        }
        self.check_audience(claims)?;
        Ok(Vouched {
            claimed: self.claimed(claims, now)?,
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

    fn claimed(&self, claims: &Claims, now: Time) -> Result<Claimed, Flaw> {
        let id = self.host_id(claims)?;
        let text = |names: [&str; 2]| {
            names
                .iter()
                .find_map(|name| claims.text(name))
                .map(|text| text.trim().to_owned())
        };
        let mut claimed = Claimed {
            id,
            proven_at: claims.issued_at(now)?,
            grants: Self::grants(claims)?,
            username: text(["username", "preferred_username"]),
            email: text(["email", "email"]),
            first_name: text(["first_name", "given_name"]),
            last_name: text(["last_name", "family_name"]),
            // A word that we do not know is somebody without special rights, also if they had some before.
            role: claims
                .text("role")
                .map(|word| Role::in_any_case(word).unwrap_or(Role::User)),
        };
        if let (None, None, Some(name)) = (&claimed.first_name, &claimed.last_name, text(["name", "name"])) {
            let (first, last) = name.split_once(' ').unwrap_or((&name, ""));
            claimed.first_name = Some(first.to_owned());
            claimed.last_name = Some(last.trim().to_owned());
        }
        Ok(claimed)
    }

    /// What the host calls the person, in the space of the issuer's ids. What reads like an id of another issuer's own
    /// space would be taken for it.
    fn host_id(&self, claims: &Claims) -> Result<HostId<'static>, Flaw> {
        let sub_or_id = if claims.get("sub").is_some() { "sub" } else { "user_id" };
        let claim = self.person_claim.as_deref().unwrap_or(sub_or_id);
        let id = claims.host_id(claim)?;
        if let Some(space) = &self.namespace {
            return Ok(id.within(space));
        }
        if is_within(&id, &self.spaces) {
            return Err(invalid(format!("{claim} is an id of another issuer's namespace")));
        }
        Ok(id)
    }

    /// The rooms that the token lets its bearer into: `"rooms": {"order:17": "member"}`.
    fn grants(claims: &Claims) -> Result<Vec<RoomKey>, Flaw> {
        let rooms = match claims.get("rooms") {
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(Value::Object(rooms)) => rooms,
            Some(_) => return Err(invalid("rooms is no object")),
        };
        rooms
            .iter()
            .map(|(key, role)| match role.as_str() {
                Some("member") => key.parse().map_err(|NoRoomKey| invalid("rooms names no room")),
                _ => Err(invalid("rooms grants something else than member")),
            })
            .collect()
    }
}

fn is_hmac(algorithm: Algorithm) -> bool {
    matches!(algorithm, Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512)
}

fn public_key(algorithm: Algorithm, pem: &[u8]) -> Result<DecodingKey, String> {
    let (key, point) = match algorithm {
        Algorithm::ES256 => (DecodingKey::from_ec_pem(pem), Some(P256_POINT)),
        Algorithm::ES384 => (DecodingKey::from_ec_pem(pem), Some(P384_POINT)),
        Algorithm::EdDSA => (DecodingKey::from_ed_pem(pem), None),
        _ => (DecodingKey::from_rsa_pem(pem), None),
    };
    let key = key.map_err(|error| error.to_string())?;
    match point {
        Some(sizes) if !key.try_get_as_bytes().is_ok_and(|point| sizes.contains(&point.len())) => {
            Err(format!("it is no key of the curve of {algorithm:?}"))
        }
        _ => Ok(key),
    }
}

#[cfg(test)]
mod kinds;
#[cfg(test)]
mod tests;
