//! Tokens that prove nothing open nothing; a host application's good ones do.

use crate::harness::{Actor, Server, Town};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

const SECRET: &str = "the secret that host and chat share, 0123456789";
const OTHER_SECRET: &str = "another secret that nobody shares, 0123456789";
/// Far in the future, and long past: no clock is needed.
const LATER: i64 = 4_102_444_800;
const PAST: i64 = 946_684_800;

fn settings(people: &str) -> String {
    format!("[[issuers]]\nissuer = \"\"\nalgorithms = [\"HS256\"]\nsecret = \"{SECRET}\"\npeople = \"{people}\"\n")
}

/// What simplejwt writes.
fn claims(user: impl Into<Value>) -> Value {
    json!({"token_type": "access", "exp": LATER, "iat": PAST, "jti": "0a1b2c3d", "user_id": user.into()})
}

fn signed(claims: &Value) -> String {
    signed_with(claims, SECRET, Algorithm::HS256)
}

fn signed_with(claims: &Value, secret: &str, algorithm: Algorithm) -> String {
    let key = EncodingKey::from_secret(secret.as_bytes());
    encode(&Header::new(algorithm), claims, &key).expect("a token")
}

/// A token with this header and a signature that somebody invented.
fn unsigned(header: &Value, claims: &Value, signature: &str) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.{signature}", part(header), part(claims))
}

/// The claims with one of them changed, or taken away by null.
fn but(name: &str, value: Value) -> Value {
    let mut claims = claims(11);
    let fields = claims.as_object_mut().expect("an object");
    match value {
        Value::Null => fields.remove(name),
        value => fields.insert(name.to_owned(), value),
    };
    claims
}

/// Tokens that must open nothing, by what is wrong with them.
fn corpus() -> Vec<(String, String)> {
    let good = signed(&claims(11));
    let (front, signature) = good.rsplit_once('.').expect("three parts");
    let body = front.split('.').nth(1).expect("three parts");
    let mut corpus: Vec<(String, String)> = vec![
        ("nothing".into(), String::new()),
        ("a word".into(), "fake".into()),
        ("dots".into(), "..".into()),
        ("two parts".into(), front.into()),
        ("four parts".into(), format!("{good}.x")),
        ("no signature".into(), format!("{front}.")),
        ("half a signature".into(), format!("{front}.{}", &signature[..20])),
        (
            "another key".into(),
            signed_with(&claims(11), OTHER_SECRET, Algorithm::HS256),
        ),
        ("an empty key".into(), signed_with(&claims(11), "", Algorithm::HS256)),
        (
            "another algorithm".into(),
            signed_with(&claims(11), SECRET, Algorithm::HS512),
        ),
        ("a token of another body".into(), format!("{front}x.{signature}")),
        ("8 KiB of padding".into(), signed(&but("pad", json!("x".repeat(6_200))))),
    ];
    for none in ["none", "None", "NONE", "nOnE", "HS256", "RS256"] {
        let token = unsigned(&json!({"alg": none, "typ": "JWT"}), &claims(11), "");
        corpus.push((format!("alg {none} without a signature"), token));
    }
    for header in [
        json!({"alg": "HS256", "kid": "../../../../dev/null"}),
        json!({"alg": "HS256", "kid": "' OR 1=1 --"}),
        json!({"alg": "HS256", "jku": "http://127.0.0.1:1/keys"}),
        json!({"alg": "HS256", "x5u": "http://127.0.0.1:1/keys"}),
        json!({"alg": "HS256", "jwk": {"kty": "oct", "k": URL_SAFE_NO_PAD.encode("mine")}}),
        json!({"typ": "JWT"}),
        json!({"alg": null}),
        json!([]),
    ] {
        corpus.push((format!("header {header}"), unsigned(&header, &claims(11), signature)));
        corpus.push((
            format!("header {header}, the good body"),
            format!("{}.{body}.", URL_SAFE_NO_PAD.encode(header.to_string())),
        ));
    }
    let wrong = [
        ("exp", json!(PAST)),
        ("exp", json!(null)),
        ("exp", json!(LATER.to_string())),
        ("exp", json!([LATER])),
        ("exp", json!({"at": LATER})),
        ("exp", json!(true)),
        ("exp", json!(-1)),
        ("exp", json!("never")),
        ("nbf", json!(LATER)),
        ("nbf", json!("2000")),
        ("nbf", json!([0])),
        ("token_type", json!("refresh")),
        ("token_type", json!("sliding")),
        ("token_type", json!(1)),
        ("user_id", json!(null)),
        ("user_id", json!("")),
        ("user_id", json!("11 OR 1=1")),
        ("user_id", json!(11.5)),
        ("user_id", json!([11])),
        ("user_id", json!({"id": 11})),
        ("user_id", json!(true)),
        ("user_id", json!(-11)),
        ("user_id", json!(0)),
        ("user_id", json!("99999999999999999999999")),
        ("iss", json!("https://elsewhere.example")),
    ];
    corpus.extend(
        wrong
            .into_iter()
            .map(|(name, value)| (format!("{name} = {value}"), signed(&but(name, value)))),
    );
    corpus
}

#[tokio::test]
async fn a_token_that_proves_nothing_opens_nothing() {
    let server = Server::start("forged", &settings("known"), &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    let by = |token: &str| Actor::new(server.address, 11, token);

    // The good one first, with the number as a number and as a text: simplejwt has written both.
    for user in [json!(11), json!("11")] {
        let host = by(&signed(&claims(user)));
        assert_eq!(host.get(&format!("/api/chat/rooms/{room}/")).await.status, 200);
        host.listen(room).await;
    }
    let corpus = corpus();
    assert!(corpus.len() >= 40, "{}", corpus.len());
    for (what, token) in &corpus {
        let answer = by("")
            .request(reqwest::Method::GET, "/api/chat/rooms/")
            .header("Authorization", format!("Bearer {token}"));
        let answer = crate::harness::actor::answer(answer).await;
        assert_eq!(answer.status, 401, "{what}: {answer:?}");
        assert!(
            answer.header("WWW-Authenticate").starts_with("Bearer"),
            "{what}: {answer:?}"
        );
        let mut socket = by(token).knock(room).await;
        assert_eq!(socket.closed().await.0, 4001, "{what}");
    }
    let logs = server.logs();
    let told = corpus
        .iter()
        .filter(|(_, token)| token.len() > 40)
        .find(|(_, token)| logs.contains(token.as_str()));
    assert_eq!(told, None, "a log line holds a token");
}

#[tokio::test]
async fn only_an_access_token_opens_what_access_tokens_open() {
    let server = Server::start("types", &settings("known"), &Town::parties(1)).await;
    let by = |token: &str| Actor::new(server.address, 11, token);
    let refresh = signed(&but("token_type", json!("refresh")));
    let answer = by(&refresh).get("/api/chat/rooms/").await;
    assert_eq!(answer.status, 401);
    assert_eq!(
        answer.json()["messages"][0]["message"],
        "Token has wrong type",
        "{answer:?}"
    );
    // A refresh token of the host is for the host.
    let exchanged = by("").post("/api/token/refresh/", &json!({"refresh": refresh})).await;
    assert_eq!(exchanged.status, 401, "{exchanged:?}");

    // A good token of somebody who is not here.
    let unknown = by(&signed(&claims(4_242))).get("/api/chat/rooms/").await;
    assert_eq!(
        (unknown.status, &unknown.json()["code"]),
        (401, &json!("user_not_found")),
        "{unknown:?}"
    );
    assert_eq!(unknown.json()["detail"], "User not found");
    let mut socket = by(&signed(&claims(4_242))).knock(1).await;
    assert_eq!(socket.closed().await.0, 4001);
}

#[tokio::test]
async fn a_hosts_person_may_be_made_on_first_sight() {
    let server = Server::start("first-sight", &settings("create"), &Town::parties(1)).await;
    let mut claims = claims("4242");
    claims["email"] = json!("new@shop.example");
    claims["first_name"] = json!("Нина");
    let newcomer = Actor::new(server.address, 4_242, &signed(&claims));
    let list = newcomer.get("/api/chat/rooms/").await;
    assert_eq!((list.status, list.text.as_str()), (200, "[]"), "{list:?}");
    server
        .seed(&Town::default().order(json!({"id": 2, "client": 4_242})))
        .await;
    let room = newcomer.room_of(2).await;
    assert_eq!(
        newcomer.send(room, "hello").await["sender"]["email"],
        "new@shop.example"
    );
}
