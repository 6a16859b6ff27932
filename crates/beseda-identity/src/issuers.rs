//! Tokens of host applications: whose key proves them, and what they say about a person.

mod person;
mod purpose;
mod said;
mod settings;

pub use settings::{IssuerError, IssuerKey, IssuerSettings};

use super::claims::{Claims, Flaw, check_size, header, invalid, shown};
use super::jwks::{Fetching, Published};
use super::space::Space;
use beseda_core::rules::sign_in::{Claimed, Newcomers};
use beseda_core::words::{Time, printable};
use jsonwebtoken::{Algorithm, DecodingKey, Header};
use said::Said;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Bytes of a point on the curve of ES256, and of ES384: a mark and one coordinate, or both.
const P256_POINT: [usize; 2] = [1 + 32, 1 + 2 * 32];
const P384_POINT: [usize; 2] = [1 + 48, 1 + 2 * 48];
/// How long somebody waits for the keys that may prove their token.
const PATIENCE: Duration = Duration::from_secs(5);
/// How far into the future `nbf` and `iat` may be, at least.
const EARLY_SECONDS: u32 = 5;

/// The host applications whose tokens are accepted; several may have one name, while keys change.
pub struct Issuers {
    all: Vec<Issuer>,
    most_bytes: usize,
    said: Said,
}

struct Issuer {
    settings: IssuerSettings,
    algorithms: Vec<Algorithm>,
    proof: IssuerProof,
    space: Space,
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
    /// When that ends by itself, where it is known.
    pub ends_at: Option<Time>,
}

impl Issuers {
    /// Reads the keys. Those at an address come with `fetching`, where there is one. Tokens are looked at that have at most
    /// `most_bytes`.
    ///
    /// # Errors
    /// Which issuer cannot be used, and why.
    pub fn new(
        settings: Vec<IssuerSettings>,
        fetching: Option<&Fetching>,
        most_bytes: usize,
    ) -> Result<Self, IssuerError> {
        let spaces: Arc<[String]> = settings.iter().filter_map(|one| one.namespace.clone()).collect();
        let all = settings
            .into_iter()
            .map(|settings| Issuer::new(settings, Arc::clone(&spaces), fetching));
        Ok(Self {
            all: all.collect::<Result<_, _>>()?,
            most_bytes,
            said: Said::default(),
        })
    }

    /// Keeps the ids of one more space from being taken for an issuer's that has none.
    pub fn reserve(&mut self, space: &str) {
        for issuer in &mut self.all {
            issuer.space.reserve(space);
        }
    }

    /// What the issuers publish.
    pub(crate) fn published(&self) -> Vec<Arc<Published>> {
        self.all.iter().filter_map(Issuer::published).cloned().collect()
    }

    /// Goes on with the keys that these issuers, who counted before, have fetched: while their address cannot be reached
    /// they stay good.
    pub(crate) fn take_over(&mut self, before: &Self) {
        let known = before.published();
        for issuer in &mut self.all {
            if let IssuerProof::Published(keys) = &mut issuer.proof
                && let Some(same) = known.iter().find(|same| same.is_same(keys))
            {
                *keys = Arc::clone(same);
            }
        }
    }

    /// Whether no host application is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Writes a line about a token into the log, unless it stands there since the start.
    pub fn say_once(&self, line: String) {
        self.said.once(line);
    }

    /// Who comes with this token. A token that names a key which its issuer may have published just now waits for a
    /// look, some seconds at most.
    ///
    /// # Errors
    /// Why it proves nothing.
    pub async fn vouched(&self, token: &str, now: Time) -> Result<Vouched, Flaw> {
        check_size(token, self.most_bytes)?;
        let unproven = Claims::unproven(token)?;
        let name = match unproven.at("iss") {
            None => "",
            Some(Value::String(name)) if !name.is_empty() => name,
            Some(_) => return Err(invalid("iss is no text")),
        };
        let named: Vec<&Issuer> = self.all.iter().filter(|one| one.settings.issuer == name).collect();
        if named.is_empty() {
            return Err(self.unknown(name));
        }
        let vouched = self.vouched_by(&named, token, now).await;
        vouched.map_err(|flaw| flaw.of(&format!("its issuer is \"{}\"", printable(name))))
    }

    /// No issuer has this name.
    fn unknown(&self, name: &str) -> Flaw {
        let mut wanted: Vec<_> = self.all.iter().map(|issuer| issuer.settings.issuer.as_str()).collect();
        wanted.dedup();
        invalid(format!(
            "its iss is \"{}\", and wanted is one of {wanted:?}",
            printable(name)
        ))
    }

    async fn vouched_by(&self, issuers: &[&Issuer], token: &str, now: Time) -> Result<Vouched, Flaw> {
        let header = header(token)?;
        let mut flaw = invalid("no key of ours proves it");
        let mut unknown = Vec::new();
        for issuer in issuers {
            match issuer.proven(token, &header) {
                Ok(claims) => return issuer.vouched(&header, &claims, now, &self.said),
                Err(Unproven::Flaw(found)) => flaw = found,
                Err(Unproven::NoKey(keys)) => unknown.push((issuer, keys)),
            }
        }
        fetched(unknown.iter().filter_map(|(_, keys)| keys.ask()).collect()).await;
        for (issuer, _) in unknown {
            match issuer.proven(token, &header) {
                Ok(claims) => return issuer.vouched(&header, &claims, now, &self.said),
                Err(Unproven::Flaw(found)) => flaw = found,
                Err(Unproven::NoKey(_)) => flaw = invalid("its issuer publishes no such key"),
            }
        }
        Err(flaw)
    }
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
        let issuer = || settings.issuer.clone();
        let algorithm = |name: &String| {
            name.parse::<Algorithm>().map_err(|_| IssuerError::Algorithm {
                issuer: issuer(),
                algorithm: name.clone(),
            })
        };
        let algorithms = settings.algorithms.iter().map(algorithm);
        let algorithms = algorithms.collect::<Result<Vec<_>, _>>()?;
        let first = match (algorithms.first(), &settings.key) {
            // A public key taken for a shared secret would let everybody in who can read it.
            (Some(first), key) if is_hmac(*first) == matches!(key, IssuerKey::Secret(_)) => *first,
            _ => return Err(IssuerError::Algorithms { issuer: issuer() }),
        };
        if algorithms.iter().any(|other| other.family() != first.family()) {
            return Err(IssuerError::Algorithms { issuer: issuer() });
        }
        let proof = match &settings.key {
            IssuerKey::Secret(secret) => IssuerProof::key(DecodingKey::from_secret(secret)),
            IssuerKey::PublicPem(pem) => match public_key(first, pem.as_bytes()) {
                Ok(key) => IssuerProof::key(key),
                Err(why) => return Err(IssuerError::Key { issuer: issuer(), why }),
            },
            IssuerKey::Jwks { url } => match fetching {
                Some(fetching) => {
                    let keys = Published::new(issuer(), url.clone(), algorithms.clone(), fetching.clone());
                    IssuerProof::Published(Arc::new(keys))
                }
                None => return Err(IssuerError::NoNetwork { issuer: issuer() }),
            },
        };
        Ok(Self {
            space: Space::new(settings.namespace.clone(), spaces),
            settings,
            algorithms,
            proof,
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

    fn vouched(&self, header: &Header, claims: &Claims, now: Time, said: &Said) -> Result<Vouched, Flaw> {
        let proven_at = self.checked_times(claims, now)?;
        // A token of simplejwt says what it is for; one that a host signs by hand need not.
        if claims.at("token_type").is_some() {
            claims.check_type("access")?;
        }
        purpose::check(header, claims)?;
        self.check_audience(claims)?;
        self.check_required(claims)?;
        Ok(Vouched {
            claimed: self.claimed(claims, proven_at, said)?,
            people: self.settings.people,
            ends_at: Some(claims.ends_at()?),
        })
    }

    /// When the token was signed, at the earliest; `None` where that cannot be known.
    fn checked_times(&self, claims: &Claims, now: Time) -> Result<Option<Time>, Flaw> {
        let leeway = self.settings.leeway_seconds.unwrap_or(0);
        let early = i64::from(leeway.max(EARLY_SECONDS));
        claims.check_end(now, i64::from(leeway))?;
        claims.check_begun("nbf", now, early)?;
        claims.check_begun("iat", now, early)?;
        let signed = claims.signed_at()?;
        let Some(lifetime) = self.settings.lifetime_seconds else {
            return Ok(signed);
        };
        let earliest = claims.ends_at()?.plus_seconds(-i64::from(lifetime));
        if earliest > signed.unwrap_or_else(|| now.plus_seconds(early)) {
            return Err(invalid(format!(
                "it lives for more than lifetime_seconds = {lifetime} (exp, iat)"
            )));
        }
        Ok(Some(signed.unwrap_or(earliest)))
    }

    fn check_audience(&self, claims: &Claims) -> Result<(), Flaw> {
        match &self.settings.audience {
            Some(wanted) => check_holds(claims, "aud", &Value::from(wanted.as_str())),
            None => Ok(()),
        }
    }

    fn check_required(&self, claims: &Claims) -> Result<(), Flaw> {
        let mut required = self.settings.required_claims.iter();
        required.try_for_each(|(claim, wanted)| check_holds(claims, claim, wanted))
    }
}

/// Checks that a claim is this, or a list that holds it.
fn check_holds(claims: &Claims, claim: &str, wanted: &Value) -> Result<(), Flaw> {
    let came = claims.at(claim);
    let holds = match came {
        Some(Value::Array(several)) => several.contains(wanted),
        came => came == Some(wanted),
    };
    if holds {
        return Ok(());
    }
    let came = came.map_or_else(|| "missing".to_owned(), shown);
    Err(invalid(format!("{claim} is {came}, and wanted is {wanted}")))
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
mod shapes;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod times;
