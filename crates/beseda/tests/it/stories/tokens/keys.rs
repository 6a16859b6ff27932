//! Tokens by other keys, by no key, and with headers that ask for another key.

use super::signer::*;
use crate::harness::keys::{self, EC, EC_OTHER, ED, RSA, RSA_OTHER};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

/// Tokens that let their bearer in.
pub fn good() -> Vec<(&'static str, String)> {
    let (shared, rsa) = (Signer::shared(), Signer::rsa(&RSA, Algorithm::RS256));
    let ec = Signer::ec(&EC, Algorithm::ES256);
    let odd = r#"{"alg":"RS256","kid":"../../dev/null","jku":"http://127.0.0.1:1/","typ":"at+jwt","ü":"\u0000"}"#;
    let halves = json!({"exp": LATER as f64 + 0.5, "nbf": PAST as f64 + 0.5, "iat": PAST as f64 + 0.25, "user_id": 11});
    vec![
        ("simplejwt's", shared.token(&hs())),
        (
            "simplejwt's, the number as text",
            shared.token(&with(hs(), "user_id", json!("11"))),
        ),
        ("no type", shared.token(&without(hs(), "token_type"))),
        ("fractions of seconds", shared.token(&halves)),
        (
            "an audience that nobody asked for",
            shared.token(&with(hs(), "aud", json!(["x"]))),
        ),
        ("as long as can be", sized(&shared, &hs(), MOST_BYTES)),
        ("for a chat", shared.token(&with(hs(), "typ", json!("Bearer")))),
        ("ends in a minute", shared.token(&with(hs(), "exp", json!(now() + 60)))),
        ("RSA", rsa.token(&rs())),
        (
            "RSA, one audience of several",
            rsa.token(&with(rs(), "aud", json!(["shop", AUDIENCE]))),
        ),
        ("RSA, a header that says too much", rsa.sign(odd, &rs().to_string())),
        ("EC", ec.token(&es())),
        ("the server's own", Signer::own().token(&own("access"))),
    ]
}

pub fn by_other_keys() -> Vec<Forged> {
    use Algorithm::{ES256, ES384, EdDSA, HS256, HS384, HS512, PS256, RS256, RS384, RS512};
    let mut corpus = Vec::new();
    // What everybody can read, taken for a secret.
    for (issuer, public, claims) in [(RSA_ISSUER, &RSA.public, rs()), (EC_ISSUER, &EC.public, es())] {
        let bare: String = public.lines().filter(|line| !line.starts_with('-')).collect();
        let der = STANDARD.decode(&bare).expect("base64");
        for key in [public.as_bytes(), public.trim_end().as_bytes(), bare.as_bytes(), &der] {
            for algorithm in [HS256, HS384, HS512] {
                let what = format!("{algorithm:?} with {} bytes of the public key of {issuer}", key.len());
                corpus.push(forged(what, Signer::hs(key, algorithm).token(&claims)));
            }
        }
    }
    let ed = || Signer(EncodingKey::from_ed_pem(ED.private.as_bytes()).expect("a key"), EdDSA);
    for (what, signer, claims) in [
        ("the secret, HS512", Signer::hs(SHARED_SECRET.as_bytes(), HS512), hs()),
        (
            "another secret",
            Signer::hs(b"another secret that nobody shares, 0123456789", HS256),
            hs(),
        ),
        ("an empty secret", Signer::hs(b"", HS256), hs()),
        ("the secret for an issuer with a key", Signer::shared(), rs()),
        ("the secret for the other with a key", Signer::shared(), es()),
        ("the server's own secret for an issuer", Signer::own(), rs()),
        ("another RSA key", Signer::rsa(&RSA_OTHER, RS256), rs()),
        ("the RSA key, RS384", Signer::rsa(&RSA, RS384), rs()),
        ("the RSA key, RS512", Signer::rsa(&RSA, RS512), rs()),
        ("the RSA key, PS256", Signer::rsa(&RSA, PS256), rs()),
        ("the RSA key for the one without a name", Signer::rsa(&RSA, RS256), hs()),
        (
            "the RSA key for the other issuer",
            Signer::rsa(&RSA, RS256),
            with(rs(), "iss", json!(EC_ISSUER)),
        ),
        ("the EC key for the other issuer", Signer::ec(&EC, ES256), rs()),
        ("another curve", Signer::ec(&EC_OTHER, ES384), es()),
        ("EdDSA for RSA", ed(), rs()),
        ("EdDSA for EC", ed(), es()),
        ("EdDSA for the secret", ed(), hs()),
    ] {
        corpus.push(forged(what, signer.token(&claims)));
    }
    // The header says another algorithm than the one that signed.
    for (said, signer, claims) in [
        ("RS256", Signer::shared(), hs()),
        ("HS256", Signer::rsa(&RSA, RS256), rs()),
        ("ES256", Signer::rsa(&RSA, RS256), rs()),
        ("RS256", Signer::ec(&EC, ES256), es()),
        ("none", Signer::shared(), hs()),
        ("hs256", Signer::shared(), hs()),
    ] {
        let token = signer.sign(&json!({"alg": said}).to_string(), &claims.to_string());
        corpus.push(forged(format!("{:?} that says {said}", signer.1), token));
    }
    corpus
}

pub fn unsigned() -> Vec<Forged> {
    let mut corpus = Vec::new();
    for claims in [hs(), rs(), es(), own("access")] {
        let body = URL_SAFE_NO_PAD.encode(claims.to_string());
        for alg in ["none", "None", "NONE", "nOnE", "", "HS256", "RS256", "ES256", "EdDSA"] {
            let head = URL_SAFE_NO_PAD.encode(json!({"alg": alg, "typ": "JWT"}).to_string());
            corpus.push(forged(
                format!("{alg:?}, no signature, {claims}"),
                format!("{head}.{body}."),
            ));
            corpus.push(forged(
                format!("{alg:?}, two parts, {claims}"),
                format!("{head}.{body}"),
            ));
            for bytes in [32, 64, 256] {
                // Zeros are a good signature to verifiers that forget a check (CVE-2022-21449).
                let zeros = URL_SAFE_NO_PAD.encode(vec![0; bytes]);
                let what = format!("{alg:?}, {bytes} zeros, {claims}");
                corpus.push(forged(what, format!("{head}.{body}.{zeros}")));
            }
        }
    }
    corpus
}

/// Headers that ask for another key; each is signed by the forger, who hopes to be asked for it at `address`.
pub fn by_headers(address: &str) -> Vec<Forged> {
    let mut corpus = Vec::new();
    let (mine, empty) = (
        Signer::rsa(&RSA_OTHER, Algorithm::RS256),
        Signer::hs(b"", Algorithm::HS256),
    );
    let other = keys::file("other.pub", &RSA_OTHER);
    let certificate = STANDARD.encode("a certificate");
    for (name, value) in [
        ("kid", json!("../../../../../dev/null")),
        ("kid", json!("/proc/self/environ")),
        ("kid", json!("x' UNION SELECT '")),
        ("kid", json!("x'; DROP TABLE people; --")),
        ("kid", json!("| sleep 10 |")),
        ("kid", json!(format!("http://{address}/kid"))),
        ("kid", json!("\u{0}")),
        ("kid", json!("k".repeat(2_000))),
        ("kid", json!(7)),
        ("jku", json!(format!("http://{address}/keys.json"))),
        ("jku", json!(format!("file://{}", other.display()))),
        ("x5u", json!(format!("http://{address}/key.pem"))),
        ("x5c", json!([certificate])),
        ("jwk", json!({"kty": "oct", "k": ""})),
        (
            "jwk",
            json!({"kty": "oct", "alg": "HS256", "k": URL_SAFE_NO_PAD.encode("mine")}),
        ),
        (
            "jwk",
            json!({"kty": "RSA", "n": URL_SAFE_NO_PAD.encode([7; 256]), "e": "AQAB"}),
        ),
        ("alg", json!(["RS256", "none"])),
        ("alg", json!({"RS256": true})),
        ("alg", json!(256)),
        ("alg", Value::Null),
    ] {
        for (alg, signer, claims) in [("RS256", &mine, rs()), ("HS256", &empty, hs())] {
            let mut header = json!({"alg": alg, "typ": "JWT"});
            header[name] = value.clone();
            let header = header.to_string();
            let what = format!("{:.80}, by {alg}", header);
            corpus.push(forged(what, signer.sign(&header, &claims.to_string())));
        }
    }
    let shared = Signer::shared();
    for header in [
        "",
        "{}",
        "[]",
        "null",
        "\"HS256\"",
        "{\"alg\":\"HS256\"",
        "\u{feff}{\"alg\":\"HS256\"}",
        "{\"alg\":\"HS256\\u0000\"}",
        "{\"alg\":\"НS256\"}",
        "\0",
        "{\"alg\":\"HS256\",\"crit\":[\"x-bound-to\"],\"x-bound-to\":\"another\"}",
        "{\"alg\":\"HS256\",\"crit\":[\"b64\"],\"b64\":false}",
    ] {
        corpus.push(forged(
            format!("the header {header:?}"),
            shared.sign(header, &hs().to_string()),
        ));
    }
    corpus
}
