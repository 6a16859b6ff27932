//! Who we are to push services (VAPID, RFC 8292), and what is to be told made unreadable for them (RFC 8291).

mod seal;

pub use seal::{Drawn, is_key, seal};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use beseda_core::Fault;
use beseda_core::words::{PUSH_KEY_BYTES, Time};
use hmac::digest::Key;
use hmac::{Hmac, KeyInit, Mac};
use http::Uri;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use p256::SecretKey;
use p256::pkcs8::EncodePrivateKey;
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// How long a token for a push service is good for; they take none that is for more than a day.
const TOKEN_SECONDS: i64 = 12 * 3_600;

/// The most characters of a topic that push services take.
const TOPIC_CHARS: usize = 32;

/// What can be set of web push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushSettings {
    /// Who answers for this server at push services: an address that begins with `mailto:` or `https:`.
    pub subject: String,
    /// The origins of push services that are reached wherever they are.
    pub near: Vec<String>,
}

/// Who we are to push services, and which of them are ours to ask.
pub struct Push {
    subject: String,
    near: Vec<String>,
    sign: EncodingKey,
    public: [u8; PUSH_KEY_BYTES],
    topics: Hmac<Sha256>,
}

/// The claims of a token for a push service.
#[derive(Serialize)]
struct Claims<'a> {
    aud: &'a str,
    exp: i64,
    sub: &'a str,
}

impl Push {
    /// With the pair of keys that follows from a secret.
    ///
    /// # Errors
    /// A fault where no pair follows from it.
    pub fn new(secret: &[u8], settings: PushSettings) -> Result<Self, Fault> {
        let private = private_key(secret)?;
        let der = private.to_pkcs8_der();
        let der =
            der.map_err(|error| Fault::Internal(format!("the key for push services cannot be written: {error}")))?;
        Ok(Self {
            subject: settings.subject,
            near: settings.near,
            sign: EncodingKey::from_ec_der(der.as_bytes()),
            public: seal::point(&private.public_key())?,
            topics: keyed(secret).chain_update(b"push topics\0"),
        })
    }

    /// The public key, as a page gives it to the browser that subscribes.
    #[must_use]
    pub fn public_key(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.public)
    }

    /// Whether an address can be one of a push service: of HTTPS, or of an origin that is reached wherever it is.
    #[must_use]
    pub fn takes(&self, endpoint: &str) -> bool {
        let Some(origin) = origin(endpoint) else {
            return false;
        };
        origin.starts_with("https://") || self.is_near(endpoint)
    }

    /// Whether an address is of an origin that is reached wherever it is.
    #[must_use]
    pub fn is_near(&self, endpoint: &str) -> bool {
        origin(endpoint).is_some_and(|origin| self.near.contains(&origin))
    }

    /// What a push service is told that a push is about: the same for one room and one browser, and nothing else can be read off
    /// it.
    #[must_use]
    pub fn topic(&self, browser: Uuid, room: Uuid) -> String {
        let mac = self
            .topics
            .clone()
            .chain_update(browser.as_bytes())
            .chain_update(room.as_bytes());
        let mut topic = BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
        topic.truncate(TOPIC_CHARS);
        topic
    }

    /// What an `Authorization` header says to the push service of an address.
    ///
    /// # Errors
    /// A fault where the address has no origin, or nothing can be signed.
    pub fn authorization(&self, endpoint: &str, now: Time) -> Result<String, Fault> {
        let aud = origin(endpoint).ok_or_else(|| Fault::Internal("a browser has no address".to_owned()))?;
        let claims = Claims {
            aud: &aud,
            exp: now.seconds().saturating_add(TOKEN_SECONDS),
            sub: &self.subject,
        };
        let token = jsonwebtoken::encode(&Header::new(Algorithm::ES256), &claims, &self.sign);
        let token =
            token.map_err(|error| Fault::Internal(format!("a token for a push service cannot be signed: {error}")))?;
        Ok(format!("vapid t={token}, k={}", self.public_key()))
    }
}

/// The origin of an address, as a token names it; none where it is no plain address of the web.
fn origin(endpoint: &str) -> Option<String> {
    let uri: Uri = endpoint.parse().ok()?;
    let (scheme, authority) = (uri.scheme_str()?, uri.authority()?.as_str());
    let is_plain = !authority.contains('@') && matches!(scheme, "https" | "http");
    is_plain.then(|| format!("{scheme}://{}", authority.to_ascii_lowercase()))
}

fn keyed(secret: &[u8]) -> Hmac<Sha256> {
    let mut key = Key::<Hmac<Sha256>>::default();
    for (to, from) in key.iter_mut().zip(Sha256::digest(secret)) {
        *to = from;
    }
    Hmac::new(&key)
}

/// The private key that follows from a secret: of some that are drawn from it the first that is one, which is the first but for
/// one secret of four thousand million.
fn private_key(secret: &[u8]) -> Result<SecretKey, Fault> {
    let hmac = keyed(secret).chain_update(b"push\0");
    let mut drawn = (0..8_u8).map(|turn| hmac.clone().chain_update([turn]).finalize().into_bytes());
    drawn
        .find_map(|bytes| SecretKey::from_slice(&bytes).ok())
        .ok_or_else(|| Fault::Internal("no key for push services follows from the secret".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jsonwebtoken::{DecodingKey, Validation};
    use serde_json::Value;

    fn push(secret: &str) -> Push {
        let settings = PushSettings {
            subject: "mailto:admin@shop.example".to_owned(),
            near: vec!["http://127.0.0.1:9000".to_owned()],
        };
        Push::new(secret.as_bytes(), settings).unwrap()
    }

    #[test]
    fn a_secret_has_one_pair_of_keys_and_no_other_secret_has_it() {
        let one = push("one");
        assert_eq!(one.public_key(), push("one").public_key());
        assert_ne!(one.public_key(), push("other").public_key());
        let topic = |browser, room| one.topic(Uuid::from_u128(browser), Uuid::from_u128(room));
        assert_eq!((topic(1, 2).len(), topic(1, 2)), (32, topic(1, 2)));
        assert!(topic(1, 2) != topic(2, 2) && topic(1, 2) != topic(1, 3));
        let public: [u8; PUSH_KEY_BYTES] = BASE64_URL_SAFE_NO_PAD
            .decode(one.public_key())
            .unwrap()
            .try_into()
            .unwrap();
        assert!(is_key(&public));
    }

    #[test]
    fn a_token_names_the_service_who_answers_and_an_end_within_a_day() {
        let (push, now) = (push("one"), Time(1_796_000_000_000_000));
        let said = push
            .authorization("https://Push.example:8443/send/abc?d=1", now)
            .unwrap();
        let (token, key) = said.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        assert_eq!(key, push.public_key());
        let point = BASE64_URL_SAFE_NO_PAD.decode(key).unwrap();
        let [x, y] = [&point[1..33], &point[33..]].map(|half| BASE64_URL_SAFE_NO_PAD.encode(half));
        let mut validation = Validation::new(Algorithm::ES256);
        validation.validate_exp = false;
        validation.set_audience(&["https://push.example:8443"]);
        let claims: Value = jsonwebtoken::decode(token, &DecodingKey::from_ec_components(&x, &y).unwrap(), &validation)
            .unwrap()
            .claims;
        assert_eq!(claims["sub"], "mailto:admin@shop.example");
        assert_eq!(claims["exp"], now.seconds() + TOKEN_SECONDS);
    }

    #[test]
    fn an_address_is_of_https_or_of_an_origin_that_is_named() {
        let push = push("one");
        for endpoint in [
            "https://fcm.googleapis.com/fcm/send/abc",
            "https://updates.push.services.mozilla.com/wpush/v2/abc",
            "http://127.0.0.1:9000/abc",
        ] {
            assert!(push.takes(endpoint), "{endpoint}");
        }
        for endpoint in [
            "",
            "/send/abc",
            "http://push.example/abc",
            "http://127.0.0.1:9001/abc",
            "https://somebody@push.example/abc",
            "ftp://push.example/abc",
            "https:///abc",
        ] {
            assert!(!push.takes(endpoint), "{endpoint}");
        }
        assert!(!push.is_near("https://push.example/abc"));
    }
}
