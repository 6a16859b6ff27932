//! Who signs what: the server, the three issuers, and a forger with keys of their own.

use crate::harness::keys::Pair;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

pub const OWN_SECRET: &str = "what signs the server's own tokens, 0123456789";
pub const SHARED_SECRET: &str = "what simplejwt and the chat both know, 0123456789";
pub const RSA_ISSUER: &str = "https://rsa.example";
pub const EC_ISSUER: &str = "https://ec.example";
pub const AUDIENCE: &str = "chat";

/// Far in the future, and long past: only what ends or begins about now needs a clock.
pub const LATER: i64 = 4_102_444_800;
pub const PAST: i64 = 946_684_800;
/// The rooms that one token may grant, as the settings have it unless they say otherwise.
pub const MOST_GRANTS: i64 = 20;

pub const NOT_VALID: &str = r#"{"detail":"Given token not valid for any token type","code":"token_not_valid","messages":[{"token_class":"AccessToken","token_type":"access","message":"Token is invalid"}]}"#;
pub const EXPIRED: &str = r#"{"detail":"Given token not valid for any token type","code":"token_not_valid","messages":[{"token_class":"AccessToken","token_type":"access","message":"Token is expired"}]}"#;
pub const WRONG_TYPE: &str = r#"{"detail":"Given token not valid for any token type","code":"token_not_valid","messages":[{"token_class":"AccessToken","token_type":"access","message":"Token has wrong type"}]}"#;
pub const BAD_HEADER: &str =
    r#"{"detail":"Authorization header must contain two space-delimited values","code":"bad_authorization_header"}"#;

/// A key and the algorithm that it signs with.
pub struct Signer(pub EncodingKey, pub Algorithm);

impl Signer {
    pub fn hs(secret: &[u8], algorithm: Algorithm) -> Self {
        Self(EncodingKey::from_secret(secret), algorithm)
    }

    pub fn shared() -> Self {
        Self::hs(SHARED_SECRET.as_bytes(), Algorithm::HS256)
    }

    pub fn own() -> Self {
        Self::hs(OWN_SECRET.as_bytes(), Algorithm::HS256)
    }

    pub fn rsa(pair: &Pair, algorithm: Algorithm) -> Self {
        Self(
            EncodingKey::from_rsa_pem(pair.private.as_bytes()).expect("an RSA key"),
            algorithm,
        )
    }

    pub fn ec(pair: &Pair, algorithm: Algorithm) -> Self {
        Self(
            EncodingKey::from_ec_pem(pair.private.as_bytes()).expect("an EC key"),
            algorithm,
        )
    }

    /// Signs whatever the two texts are, JSON or not.
    pub fn sign(&self, header: &str, claims: &str) -> String {
        let front = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = jsonwebtoken::crypto::sign(front.as_bytes(), &self.0, self.1).expect("a signature");
        format!("{front}.{signature}")
    }

    pub fn token(&self, claims: &Value) -> String {
        self.sign(&json!({"alg": self.1, "typ": "JWT"}).to_string(), &claims.to_string())
    }
}

/// What the three issuers write when they mean well.
pub fn hs() -> Value {
    json!({"token_type": "access", "exp": LATER, "iat": PAST, "jti": "0a1b2c3d", "user_id": 11})
}

pub fn rs() -> Value {
    json!({"iss": RSA_ISSUER, "aud": AUDIENCE, "exp": LATER, "sub": "11"})
}

pub fn es() -> Value {
    json!({"iss": EC_ISSUER, "exp": LATER, "sub": 11})
}

/// What the server itself writes.
pub fn own(token_type: &str) -> Value {
    json!({"token_type": token_type, "exp": LATER, "iat": PAST, "jti": "0a1b2c3d", "user_id": 11})
}

pub fn with(mut claims: Value, name: &str, value: Value) -> Value {
    claims[name] = value;
    claims
}

pub fn without(mut claims: Value, name: &str) -> Value {
    claims.as_object_mut().expect("an object").remove(name);
    claims
}

#[expect(
    clippy::disallowed_methods,
    reason = "a token that ended a second ago needs to know what time it is"
)]
pub fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970");
    i64::try_from(now.as_secs()).expect("a moment")
}

/// The bytes that a token may have, likewise.
pub const MOST_BYTES: usize = 8_192;

/// A token of just so many bytes.
pub fn sized(signer: &Signer, claims: &Value, bytes: usize) -> String {
    let padded = |pad: usize| signer.token(&with(claims.clone(), "pad", json!("x".repeat(pad))));
    // Three bytes of claims are four letters, and some counts of letters are no base64.
    let about = (bytes - padded(0).len()) * 3 / 4;
    (about..about + 3)
        .map(padded)
        .find(|token| token.len() == bytes)
        .expect("a token of just so many bytes")
}

/// A token that must open nothing: what is wrong with it, the token, and what the calls say to it.
pub type Forged = (String, String, &'static str);

pub fn expired(what: impl Into<String>, token: impl Into<String>) -> Forged {
    (what.into(), token.into(), EXPIRED)
}

pub fn forged(what: impl Into<String>, token: impl Into<String>) -> Forged {
    (what.into(), token.into(), NOT_VALID)
}
