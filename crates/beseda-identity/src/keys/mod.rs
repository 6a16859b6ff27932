//! Keys for tests, of every kind: what they sign, and how an issuer publishes them.

mod made;

pub use made::Pair;

use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use std::sync::LazyLock;

pub static RSA: LazyLock<Pair> = LazyLock::new(|| made::rsa(2_048));
pub static RSA_OTHER: LazyLock<Pair> = LazyLock::new(|| made::rsa(2_048));
/// Too few bits.
pub static RSA_SHORT: LazyLock<Pair> = LazyLock::new(|| made::rsa(1_024));
pub static P256: LazyLock<Pair> = LazyLock::new(made::p256);
pub static P384: LazyLock<Pair> = LazyLock::new(made::p384);
pub static ED25519: LazyLock<Pair> = LazyLock::new(made::ed25519);

impl Pair {
    fn signing(&self, algorithm: Algorithm) -> EncodingKey {
        let pem = self.private.as_bytes();
        match algorithm {
            Algorithm::ES256 | Algorithm::ES384 => EncodingKey::from_ec_pem(pem),
            Algorithm::EdDSA => EncodingKey::from_ed_pem(pem),
            _ => EncodingKey::from_rsa_pem(pem),
        }
        .unwrap()
    }

    /// A token with these claims that names the key.
    pub fn sign(&self, algorithm: Algorithm, kid: Option<&str>, claims: &Value) -> String {
        let header = Header {
            kid: kid.map(str::to_owned),
            ..Header::new(algorithm)
        };
        jsonwebtoken::encode(&header, claims, &self.signing(algorithm)).unwrap()
    }

    /// The public half as a set names it, for whatever its kind can sign.
    pub fn jwk(&self, algorithm: Algorithm, kid: &str) -> Value {
        let key = Jwk::from_encoding_key(&self.signing(algorithm), algorithm).unwrap();
        let mut key = serde_json::to_value(key).unwrap();
        key.as_object_mut().unwrap().remove("alg");
        key["kid"] = json!(kid);
        key
    }
}
