//! Tokens of the right key that claim what is wrong, and good ones taken to pieces.

use super::signer::*;
use crate::harness::keys::{EC, RSA};
use base64::Engine;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

/// Well signed, and wrong in a claim.
pub fn by_claims() -> Vec<Forged> {
    let (shared, rsa, ec) = (
        Signer::shared(),
        Signer::rsa(&RSA, Algorithm::RS256),
        Signer::ec(&EC, Algorithm::ES256),
    );
    let mut corpus = Vec::new();
    for exp in [
        json!(now() - 1),
        json!(PAST),
        json!(0),
        json!(-1),
        json!(-LATER),
        json!(1.5),
        json!(-1e300),
    ] {
        for (signer, good) in [(&shared, hs()), (&rsa, rs()), (&ec, es())] {
            let token = signer.token(&with(good, "exp", exp.clone()));
            corpus.push(expired(format!("exp = {exp}, {:?}", signer.1), token));
        }
    }
    let mut add = |what: String, claims: &dyn Fn(Value) -> Value| {
        for (signer, good) in [(&shared, hs()), (&rsa, rs()), (&ec, es())] {
            corpus.push(forged(format!("{what}, {:?}", signer.1), signer.token(&claims(good))));
        }
    };
    add("no exp".into(), &|claims| without(claims, "exp"));
    for name in ["nbf", "iat"] {
        add(format!("its {name} is in an hour"), &|claims| {
            with(claims, name, json!(now() + 3_600))
        });
    }
    let no_moments = [
        json!("4102444800"),
        Value::Null,
        json!([LATER]),
        json!({"at": LATER}),
        json!(true),
        json!(""),
        json!("never"),
        json!("2100-01-01T00:00:00Z"),
    ];
    for name in ["exp", "nbf", "iat"] {
        for value in &no_moments {
            add(format!("{name} = {value}"), &|claims| with(claims, name, value.clone()));
        }
    }
    for iss in [
        json!("https://elsewhere.example"),
        json!(""),
        Value::Null,
        json!([RSA_ISSUER]),
        json!({"iss": RSA_ISSUER}),
        json!(1),
        json!(true),
        json!(format!("{RSA_ISSUER}/")),
        json!("https://RSA.example"),
    ] {
        add(format!("iss = {iss}"), &|claims| with(claims, "iss", iss.clone()));
    }
    let nobody = [
        json!(""),
        Value::Null,
        json!([11]),
        json!({"id": 11}),
        json!(true),
        json!(0),
        json!(-11),
        json!(11.5),
        json!(1e23),
        json!("11\u{0}"),
        json!("\n"),
        json!("x".repeat(129)),
    ];
    for person in nobody {
        add(format!("sub = {person:.40}"), &|claims| {
            with(claims, "sub", person.clone())
        });
    }
    for rooms in [json!([]), json!("order:1"), json!(1), json!(true)] {
        add(format!("rooms = {rooms}"), &|claims| {
            with(claims, "rooms", rooms.clone())
        });
    }
    for (name, token_type) in [
        ("null", Value::Null),
        ("a number", json!(1)),
        ("nothing", json!("")),
        ("a list", json!(["access"])),
    ] {
        add(format!("token_type is {name}"), &|claims| {
            with(claims, "token_type", token_type.clone())
        });
    }
    corpus.push(forged("no sub, RS256", rsa.token(&without(rs(), "sub"))));
    corpus.push(forged("no user_id, HS256", shared.token(&without(hs(), "user_id"))));
    corpus.push(forged("no aud, RS256", rsa.token(&without(rs(), "aud"))));
    for aud in [
        json!("shop"),
        json!(""),
        Value::Null,
        json!([]),
        json!(["shop"]),
        json!([[AUDIENCE]]),
        json!({AUDIENCE: true}),
        json!({"0": AUDIENCE}),
        json!(1),
        json!(true),
        json!("CHAT"),
        json!("chat "),
        json!("chat,shop"),
    ] {
        corpus.push(forged(format!("aud = {aud}"), rsa.token(&with(rs(), "aud", aud))));
    }
    corpus
}

/// Well signed, of a text that no serializer writes.
pub fn by_odd_bodies() -> Vec<Forged> {
    let shared = Signer::shared();
    let mut corpus = Vec::new();
    for body in [
        format!(r#"{{"exp":{LATER},"user_id":11,"exp":{PAST}}}"#),
        format!(r#"{{"exp":{PAST},"user_id":11,"exp":{LATER}}}"#),
        format!(r#"{{"exp":{LATER},"user_id":11,"user_id":"nobody\u0000"}}"#),
        format!(r#"{{"exp":{LATER},"user_id":11,"iss":"https://elsewhere.example"}}"#),
        format!(r#"{{"exp":{LATER},"user_id":11,"token_type":"access","token_type":null}}"#),
        r#"{"exp":1e400,"user_id":11}"#.to_owned(),
        format!(r#"{{"exp":{LATER},"nbf":1e400,"user_id":11}}"#),
        format!(r#"{{"exp":{LATER},"nbf":-1e400,"user_id":11}}"#),
        r#"{"exp":Infinity,"user_id":11}"#.to_owned(),
        r#"{"exp":NaN,"user_id":11}"#.to_owned(),
        r#"{"exp":0x7fffffff,"user_id":11}"#.to_owned(),
        format!(r#"{{"EXP":{LATER},"user_id":11}}"#),
        format!(r#"{{"exp":{LATER},"user_id":11"#),
        format!(r#"[{{"exp":{LATER},"user_id":11}}]"#),
        format!(r#"{{"exp":{LATER},"user_id":11}}{{}}"#),
        "11".to_owned(),
        String::new(),
    ] {
        corpus.push(forged(
            format!("the claims {body}"),
            shared.sign(r#"{"alg":"HS256"}"#, &body),
        ));
    }
    corpus
}

/// A good token taken to pieces.
pub fn by_shape() -> Vec<Forged> {
    let shared = Signer::shared();
    let good = shared.token(&hs());
    let parts: Vec<&str> = good.split('.').collect();
    let [head, body, signature] = parts.as_slice() else {
        panic!("a token has three parts")
    };
    let bytes = URL_SAFE_NO_PAD.decode(signature).expect("base64");
    // The last of 43 letters tells four bits: the next letter tells the same four and something that is nothing.
    let (front, last) = signature.split_at(signature.len() - 1);
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let at = alphabet.find(last).expect("a letter of base64");
    let twin = &alphabet[at + 1..at + 2];
    let padded = |text: &str| URL_SAFE.encode(URL_SAFE_NO_PAD.decode(text).expect("base64"));
    // Some bytes of this signature are `-` or `_` in one alphabet and `+` or `/` in the other.
    let slashed = (0..)
        .map(|jti: i32| shared.token(&with(hs(), "jti", json!(jti.to_string()))))
        .find(|token| {
            token
                .rsplit('.')
                .next()
                .is_some_and(|signature| signature.contains(['-', '_']))
        })
        .expect("a signature");
    let mut corpus = vec![
        forged("a word", "fake"),
        forged("two dots", ".."),
        forged("three dots", "..."),
        forged("four parts", format!("{good}.{signature}")),
        forged("an empty fourth part", format!("{good}.")),
        forged("an empty first part", format!(".{good}")),
        forged("the signature first", format!("{signature}.{head}.{body}")),
        forged("no claims", format!("{head}..{signature}")),
        forged("no header", format!(".{body}.{signature}")),
        forged("half a signature", format!("{head}.{body}.{}", &signature[..21])),
        forged("a signature and more", format!("{good}AAAA")),
        forged("the last letter's twin", format!("{head}.{body}.{front}{twin}")),
        forged("padding", format!("{head}.{body}.{}", padded(signature))),
        forged(
            "padding everywhere",
            format!("{}.{}.{}", padded(head), padded(body), padded(signature)),
        ),
        forged("one more =", format!("{good}=")),
        forged("the other alphabet", slashed.replace('-', "+").replace('_', "/")),
        forged(
            "the signature in hexadecimals",
            format!(
                "{head}.{body}.{}",
                bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
            ),
        ),
        forged(
            "another's claims",
            format!(
                "{head}.{}.{signature}",
                URL_SAFE_NO_PAD.encode(with(hs(), "user_id", json!(12)).to_string())
            ),
        ),
        forged("in small letters", good.to_lowercase()),
        forged("a byte too long", sized(&shared, &hs(), MOST_BYTES + 1)),
        forged("9 KiB", sized(&shared, &hs(), 9_000)),
        forged("9 KiB of dots", ".".repeat(9_000)),
        forged(
            "an encrypted one",
            format!("{}....", URL_SAFE_NO_PAD.encode(r#"{"alg":"dir","enc":"A256GCM"}"#)),
        ),
    ];
    for (what, token) in [
        ("", ""),
        ("two tokens", &*format!("{good} {good}")),
        ("not ASCII", "\u{44f}"),
    ] {
        corpus.push((what.to_owned(), token.to_owned(), BAD_HEADER));
    }
    corpus
}

/// Tokens of the right signer that are for something else.
pub fn by_type() -> Vec<Forged> {
    let (server, shared) = (Signer::own(), Signer::shared());
    let mut corpus = Vec::new();
    for other in ["refresh", "visitor", "sliding", "Access", "access "] {
        corpus.push((format!("our own, {other:?}"), server.token(&own(other)), WRONG_TYPE));
        let token = shared.token(&with(hs(), "token_type", json!(other)));
        corpus.push((format!("the host's, {other:?}"), token, WRONG_TYPE));
    }
    for (what, claims) in [
        ("without a type", without(own("access"), "token_type")),
        ("without a name", without(own("access"), "jti")),
        ("with an empty name", with(own("access"), "jti", json!(""))),
        ("without an end", without(own("access"), "exp")),
        ("without a person", without(own("access"), "user_id")),
        ("by sub", with(without(own("access"), "user_id"), "sub", json!(11))),
    ] {
        corpus.push(forged(format!("our own, {what}"), server.token(&claims)));
    }
    let ended = with(own("access"), "exp", json!(PAST));
    corpus.push(expired("our own, ended", server.token(&ended)));
    for (name, word) in [
        ("type", "refresh"),
        ("typ", "Refresh"),
        ("typ", "ID"),
        ("token_use", "id"),
        ("purpose", "password_reset"),
    ] {
        let token = shared.token(&with(hs(), name, json!(word)));
        corpus.push((format!("the host's, {name} = {word:?}"), token, WRONG_TYPE));
    }
    for typ in ["refresh+jwt", "logout+jwt"] {
        let header = json!({"alg": "HS256", "typ": typ}).to_string();
        corpus.push((
            format!("the host's, {typ}"),
            shared.sign(&header, &hs().to_string()),
            WRONG_TYPE,
        ));
    }
    corpus
}

/// Well signed, and granting more rooms than a token may.
pub fn by_grants() -> Vec<Forged> {
    let rsa = Signer::rsa(&RSA, Algorithm::RS256);
    let rooms = (1..=MOST_GRANTS + 1).map(|order| (format!("order:{}", 5_000 + order), json!("member")));
    let token = rsa.token(&with(rs(), "rooms", rooms.collect()));
    vec![forged("one room too many", token)]
}
