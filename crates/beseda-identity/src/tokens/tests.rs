//! Tokens that are good, and tokens that somebody made up.

use super::*;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use beseda_core::words::Role;
use serde_json::{Value, json};

const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";
const NOW: Time = Time(1_795_237_200_500_000);
/// Tokens tell whole seconds.
const ISSUED: Time = Time(1_795_237_200_000_000);
/// Those of these tests are good for a minute.
const ENDS: Time = Time(ISSUED.0 + 60_000_000);
const ANNA: PersonId = PersonId(5);

fn own() -> OwnTokens {
    OwnTokens::new(SECRET, 8_192)
}

fn anna() -> Person {
    Person::new(ANNA, Role::Client)
}

fn claims() -> Value {
    json!({"token_type": "access", "exp": NOW.seconds() + 60, "iat": NOW.seconds(), "jti": "a1", "user_id": 5})
}

/// The claims with some of them changed; null takes one away.
fn with(changes: Value) -> Value {
    let mut claims = claims();
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims
}

fn without(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

fn signed(algorithm: Algorithm, secret: &[u8], claims: &Value) -> String {
    jsonwebtoken::encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(secret)).unwrap()
}

fn good(claims: &Value) -> String {
    signed(Algorithm::HS256, SECRET, claims)
}

fn refused(token: &str) {
    assert!(
        matches!(own().person(token, NOW), Err(Flaw::Invalid(_) | Flaw::Expired(_))),
        "accepted: {token}"
    );
}

#[test]
fn whoever_the_host_calls_otherwise_reads_its_id_in_their_token() {
    for (host_name, told) in [(None, json!(5)), (Some("3f2c"), json!("3f2c")), (Some("6"), json!(6))] {
        let person = Person {
            host_name: host_name.map(str::to_owned),
            ..anna()
        };
        let token = own().access(&person, NOW, 60, [7; 16]).unwrap();
        assert_eq!(own().person(&token, NOW), Ok((ANNA, ISSUED, ENDS)));
        assert_eq!(Claims::unproven(&token).unwrap().at("user_id"), Some(&told));
    }
}

#[test]
fn what_is_minted_is_proven_until_it_ends() {
    let token = own().access(&anna(), NOW, 60, [7; 16]).unwrap();
    assert_eq!(own().person(&token, NOW), Ok((ANNA, ISSUED, ENDS)));
    let end = Time((NOW.seconds() + 60) * 1_000_000);
    assert_eq!(own().person(&token, Time(end.0 - 1)), Ok((ANNA, ISSUED, ENDS)));
    let expired = Flaw::Expired("it has expired (exp), 0 s ago".to_owned());
    assert_eq!(own().person(&token, end), Err(expired));
    // It may begin with the next seconds; before a clock that went back, it is older than any other.
    assert_eq!(
        own().person(&token, Time(ISSUED.0 - 5_000_000)).map(|(_, at, _)| at),
        Ok(ISSUED)
    );
    assert_eq!(
        own().person(&token, Time(ISSUED.0 - 5_000_001)).map(|(_, at, _)| at),
        Ok(ISSUED.told_ahead())
    );
    assert!(
        OwnTokens::new(b"fedcba9876543210fedcba9876543210", 8_192)
            .person(&token, NOW)
            .is_err()
    );
}

#[test]
fn a_refresh_token_is_the_same_whenever_it_is_written() {
    let kept = RefreshToken {
        jti: "b2".to_owned(),
        family: "b2".to_owned(),
        person: ANNA,
        issued_at: NOW,
        expires_at: NOW.plus_seconds(60),
        used_at: None,
        successor: None,
        revoked_at: None,
    };
    let token = own().refresh(&kept).unwrap();
    let later = RefreshToken {
        used_at: Some(NOW),
        successor: Some("c3".to_owned()),
        ..kept
    };
    assert_eq!(own().refresh(&later).unwrap(), token);
    assert_eq!(own().refresh_name(&token, NOW), Ok("b2".to_owned()));
    // Neither opens the other's door.
    let wrong = |word: &str| Flaw::WrongType(format!("its token_type is \"{word}\""));
    assert_eq!(own().person(&token, NOW), Err(wrong("refresh")));
    let access = own().access(&anna(), NOW, 60, [1; 16]).unwrap();
    assert_eq!(own().refresh_name(&access, NOW), Err(wrong("access")));
}

#[test]
fn a_person_is_a_number_or_its_text_and_a_time_may_be_a_fraction() {
    assert_eq!(own().person(&good(&claims()), NOW), Ok((ANNA, ISSUED, ENDS)));
    let now = NOW.seconds() as f64;
    for changes in [
        json!({"user_id": "5"}),
        json!({"exp": now + 0.75, "iat": now - 0.25, "nbf": now + 0.5}),
        json!({"extra": {"anything": [1]}}),
    ] {
        assert_eq!(
            own()
                .person(&good(&with(changes.clone())), NOW)
                .map(|(person, ..)| person),
            Ok(ANNA),
            "{changes}"
        );
    }
    refused(&good(&with(json!({"exp": now + 0.5}))));
    refused(&good(&with(json!({"nbf": now + 0.75}))));
}

#[test]
fn claims_that_are_missing_or_of_a_wrong_type_are_no_claims() {
    for name in ["exp", "iat", "jti", "token_type", "user_id"] {
        refused(&good(&without(name)));
        for wrong in [json!(null), json!([]), json!({}), json!(true), json!("")] {
            refused(&good(&with(json!({ name: wrong }))));
        }
    }
    let later = (NOW.seconds() + 60).to_string();
    for name in ["exp", "nbf", "iat"] {
        for wrong in [
            json!(later),
            json!(null),
            json!([NOW.seconds() + 60]),
            json!({}),
            json!(true),
        ] {
            refused(&good(&with(json!({ name: wrong }))));
        }
    }
    for wrong in [
        json!(0),
        json!(-5),
        json!(5.5),
        json!("5.0"),
        json!("-5"),
        json!(" 5"),
        json!("abc"),
        json!(u64::MAX),
    ] {
        refused(&good(&with(json!({ "user_id": wrong }))));
    }
    refused(&good(&with(json!({"exp": -1}))));
    refused(&good(&json!([claims()])));
}

/// A token of three parts, as somebody writes it who has no key.
fn forged(header: &str, claims: &str, signature: &str) -> String {
    format!(
        "{}.{}.{signature}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(claims)
    )
}

#[test]
fn forged_tokens_are_refused() {
    let token = good(&claims());
    let mut parts = token.split('.');
    let (header, body, signature) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    let claims_text = claims().to_string();
    for alg in ["none", "None", "NONE", "nOnE", "", "HS257", "RS256", "ES256"] {
        let header = format!(r#"{{"alg":"{alg}","typ":"JWT"}}"#);
        refused(&forged(&header, &claims_text, ""));
        refused(&forged(&header, &claims_text, signature));
    }
    for header_text in [
        r#"{"typ":"JWT"}"#,
        r#"{"alg":null}"#,
        r#"{"alg":["HS256"]}"#,
        r#"{"alg":"HS256","kid":"../../dev/null"}"#,
        r#"{"alg":"HS256","jku":"https://evil.example/jwks.json"}"#,
        "not json",
    ] {
        refused(&forged(header_text, &claims_text, ""));
    }
    refused(&signed(
        Algorithm::HS256,
        b"another secret of 32 bytes......",
        &claims(),
    ));
    refused(&signed(Algorithm::HS256, b"", &claims()));
    refused(&signed(Algorithm::HS384, SECRET, &claims()));
    refused(&signed(Algorithm::HS512, SECRET, &claims()));
    for broken in [
        format!("{header}.{body}."),
        format!("{header}.{body}"),
        format!("{header}.{body}.{signature}."),
        format!(".{header}.{body}.{signature}"),
        format!("{header}.{body}.{}", &signature[..signature.len() - 4]),
        format!("{header}.{body}.{signature}="),
        format!(
            "{header}.{}.{signature}",
            URL_SAFE_NO_PAD.encode(with(json!({"user_id": 1})).to_string())
        ),
        String::new(),
        "..".to_owned(),
        "a.b.c".to_owned(),
    ] {
        refused(&broken);
    }
    // Numbers that no JSON can hold, and tokens that are too long even if signed.
    refused(&good(&with(json!({"padding": "x".repeat(6_200)}))));
    refused(&forged(
        r#"{"alg":"HS256"}"#,
        &claims_text.replace("\"exp\":", "\"exp\":1e400,\"x\":"),
        signature,
    ));
}
