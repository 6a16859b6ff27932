//! Keys for tests, of every kind: what they sign, and how an issuer publishes them. Everybody knows them.

use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

/// A private key and its public half, as PEM.
pub struct Pair {
    pub private: &'static str,
    pub public: &'static str,
}

pub const RSA: Pair = Pair {
    private: include_str!("rsa.pem"),
    public: include_str!("rsa.pub"),
};
pub const RSA_OTHER: Pair = Pair {
    private: include_str!("rsa_other.pem"),
    public: include_str!("rsa_other.pub"),
};
/// 1024 bits: too few.
pub const RSA_SHORT: Pair = Pair {
    private: include_str!("rsa_short.pem"),
    public: include_str!("rsa_short.pub"),
};
pub const P256: Pair = Pair {
    private: include_str!("p256.pem"),
    public: include_str!("p256.pub"),
};
pub const P384: Pair = Pair {
    private: include_str!("p384.pem"),
    public: include_str!("p384.pub"),
};
pub const ED25519: Pair = Pair {
    private: include_str!("ed25519.pem"),
    public: include_str!("ed25519.pub"),
};

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
