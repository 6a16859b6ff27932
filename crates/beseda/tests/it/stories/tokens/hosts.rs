//! Tokens of login services: who comes with them, what becomes of them, and what the log says.
#![expect(clippy::disallowed_methods, reason = "a test reads what an operator would")]

use super::signer::*;
use super::{ask, knock};
use crate::harness::keys::{self, EC, RSA};
use crate::harness::{PATIENCE, Server, Town};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::time::timeout;

const KEYCLOAK: &str = "https://id.example/realms/shop";
const GOOGLE: &str = "https://accounts.google.com";

/// A shop's Keycloak, Google beside it, and a host that signs by hand.
fn settings() -> String {
    let (rsa, ec) = (keys::file("rsa.pub", &RSA), keys::file("ec.pub", &EC));
    let (rsa, ec) = (rsa.display(), ec.display());
    format!(
        "[[issuers]]\nissuer = \"{KEYCLOAK}\"\nalgorithms = [\"RS256\"]\npublic_key_file = \"{rsa}\"\n\
         required_claims = {{ azp = \"shop-web\" }}\nrole_claim = \"realm_access.roles\"\n\
         roles = {{ root = \"admin\", manager = \"operator\" }}\n\
         [[issuers]]\nissuer = \"{GOOGLE}\"\nalgorithms = [\"ES256\"]\npublic_key_file = \"{ec}\"\nshares_people = true\n\
         [[issuers]]\nissuer = \"\"\nalgorithms = [\"HS256\"]\nsecret = \"{SHARED_SECRET}\"\nshares_people = true\n"
    )
}

fn keycloak(roles: &[&str]) -> String {
    let claims = json!({
        "iss": KEYCLOAK, "exp": LATER, "iat": now(), "typ": "Bearer", "azp": "shop-web",
        "sub": "3f2c1b0a-9d4e-4a5b-8c6d-7e8f90a1b2c3", "realm_access": {"roles": roles},
        "name": "Анна Петрова", "given_name": "Анна", "family_name": "Петрова", "preferred_username": "anna",
    });
    Signer::rsa(&RSA, Algorithm::RS256).token(&claims)
}

fn google(sub: Value, name: &str) -> String {
    let claims = json!({"iss": GOOGLE, "exp": LATER, "iat": now(), "aud": "7", "sub": sub, "name": name});
    Signer::ec(&EC, Algorithm::ES256).token(&claims)
}

async fn me(server: &Server, token: &str) -> (Value, String, Value) {
    let answer = ask(server, "/api/me/", token).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let me = answer.json();
    let name = me["full_name"].as_str().expect("a name").to_owned();
    (me["id"].clone(), name, me["role"].clone())
}

/// The log file up to now: until it tells of a token that is shown for the purpose.
async fn log(server: &Server) -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let mark = format!("https://mark{}.example", NUMBER.fetch_add(1, Ordering::Relaxed));
    let token = Signer::shared().token(&with(hs(), "iss", json!(mark)));
    assert_eq!(ask(server, "/api/me/", &token).await.status, 401);
    let read = || std::fs::read_to_string(server.data().join("logs/app.log")).unwrap_or_default();
    let told = async {
        while !read().contains(&mark) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, told).await.expect("the log tells of it");
    read()
}

/// How often a log says something.
fn said(log: &str, what: &str) -> usize {
    log.lines().filter(|line| line.contains(what)).count()
}

#[tokio::test]
async fn people_of_login_services_are_who_the_host_means() {
    let server = Server::start("tokens-hosts", &settings(), &Town::default()).await;
    let anna = |role: &str| {
        (
            json!("3f2c1b0a-9d4e-4a5b-8c6d-7e8f90a1b2c3"),
            "Анна Петрова".to_owned(),
            json!(role),
        )
    };
    let manager = keycloak(&["offline_access", "manager", "root\u{1b}[2J"]);
    for _ in 0..3 {
        assert_eq!(me(&server, &manager).await, anna("operator"));
    }
    assert_eq!(me(&server, &keycloak(&["manager", "root"])).await, anna("admin"));
    // Nothing is left of it with a token that tells no role of the table.
    assert_eq!(me(&server, &keycloak(&["offline_access"])).await, anna("user"));
    assert_eq!(me(&server, &keycloak(&["root"])).await, anna("admin"));
    assert_eq!(me(&server, &keycloak(&[])).await, anna("user"));
    // A word that nobody knows is said once, and obeyed by no terminal.
    let log = log(&server).await;
    assert_eq!(said(&log, "says the role \"offline_access\" in realm_access.roles"), 1);
    assert_eq!(said(&log, "says the role \"root\\u{1b}[2J\""), 1);

    for (subject, id, name) in [
        (json!("110169484474386276334"), json!("110169484474386276334"), "Вера"),
        (json!("0042"), json!("0042"), "Глеб"),
        (json!("42"), json!(42), "Дина"),
    ] {
        let first = (id, name.to_owned(), json!("user"));
        assert_eq!(me(&server, &google(subject, name)).await, first);
    }
    let vera = me(&server, &google(json!("110169484474386276334"), "Вера")).await;
    assert_eq!(vera.1, "Вера", "three people");
}

#[tokio::test]
async fn the_log_says_which_issuer_and_which_claim_and_never_the_token() {
    let server = Server::start("tokens-log", &settings(), &Town::default()).await;
    let rsa = Signer::rsa(&RSA, Algorithm::RS256);
    let claims = json!({"iss": KEYCLOAK, "exp": LATER, "iat": now(), "azp": "shop-web", "sub": "7"});
    let mut shown = Vec::new();
    let long = format!("https://evil.example/\u{1b}[2J{}", "x".repeat(900));
    for (token, why) in [
        (
            rsa.token(&with(claims.clone(), "iss", json!(long))),
            "its iss is \"https://evil.example/\\u{1b}[2Jxxx",
        ),
        (
            rsa.token(&with(claims.clone(), "iss", json!("https://other.example"))),
            "its iss is \"https://other.example\", and wanted is one of [\"https://id.example/realms/shop\", \
             \"https://accounts.google.com\", \"\"]",
        ),
        (
            rsa.token(&with(claims.clone(), "azp", json!("till"))),
            "azp is \"till\", and wanted is \"shop-web\"; its issuer is \"https://id.example/realms/shop\"",
        ),
        (
            rsa.token(&with(claims.clone(), "exp", json!(now() - 9))),
            "it has expired (exp), ",
        ),
        (
            rsa.token(&with(claims.clone(), "iat", json!(now() + 900))),
            "its iat is ",
        ),
        (
            rsa.token(&with(claims.clone(), "typ", json!("Refresh"))),
            "its typ is \"Refresh\"; its issuer is",
        ),
        (
            Signer::shared().token(&with(claims.clone(), "iss", json!(GOOGLE))),
            "it is signed with an algorithm that is not allowed; its issuer is \"https://accounts.google.com\"",
        ),
        (Signer::shared().token(&json!({"exp": LATER})), "user_id is missing"),
    ] {
        assert_eq!(ask(&server, "/api/me/", &token).await.status, 401, "{why}");
        shown.push((token, format!("INFO: a token was refused: {why}")));
    }
    let log = log(&server).await;
    for (token, why) in shown {
        assert_eq!(said(&log, &why), 1, "{why} is missing:\n{log}");
        assert_eq!(said(&log, &token), 0, "{why}");
    }
    assert_eq!(said(&log, &"x".repeat(100)), 0, "foreign words are cut");
}

#[tokio::test]
async fn a_bad_word_in_a_grant_costs_that_grant() {
    let server = Server::start("tokens-bad-grants", &settings(), &Town::parties(1)).await;
    let shared = Signer::shared();
    let grants = |rooms: Value| shared.token(&with(hs(), "rooms", rooms));
    for (order, room, role) in [
        (5_001, "order:5100", json!("admin")),
        (5_002, "order:5100", json!(true)),
        (5_003, "order:", json!("member")),
        (5_004, "everything", json!("member")),
        (5_005, "Lesson:1", json!("member")),
        (5_006, "private:12:13", json!("member")),
        (5_007, "pair:12:13", json!("member")),
        (5_008, "support:6f1c2a3b-9d4e-4a5b-8c6d-7e8f90a1b2c3", json!("member")),
    ] {
        let token = grants(json!({format!("order:{order}"): "member", room: role}));
        for _ in 0..2 {
            let list = ask(&server, "/api/chat/rooms/", &token).await;
            assert_eq!(list.status, 200, "{room}: {list:?}");
            assert!(list.text.contains(&format!("\"order\":{order}")), "{room}: {list:?}");
            assert!(!list.text.contains("5100"), "{room}: {list:?}");
        }
    }
    let log = log(&server).await;
    for why in [
        "\"order:5100\" is granted as something else than \"member\"",
        "\"everything\" names no room",
        "a grant of person 11 is left out: \"private:12:13\"",
    ] {
        assert_eq!(said(&log, why), 1, "{why}:\n{log}");
    }
}

#[tokio::test]
async fn what_a_token_of_unknown_age_opened_ends_with_the_next_sign_out() {
    let server = Server::start("tokens-age", &settings(), &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    let shared = Signer::shared();
    let no_age = shared.token(&without(hs(), "iat"));
    let path = format!("/ws/chat/{room}/");
    let mut socket = knock(&server, &path, &no_age).await;
    assert_eq!(socket.frame().await["type"], "message_history");
    let ticket = async |token: &str| {
        let nobody = party.client.with_token(token);
        let ticket = nobody.post("/api/v1/tickets/", &json!({})).await;
        ticket.json()["ticket"].as_str().map(str::to_owned)
    };
    let good = ticket(&no_age).await.expect("a ticket");
    assert_eq!(
        knock(&server, &path, &good).await.frame().await["type"],
        "message_history"
    );
    let left = ticket(&no_age).await.expect("a ticket");

    server.command(&["person", "sign-out", "11"]).await;
    assert_eq!(socket.closed_at_last().await.0, 4001);
    assert_eq!(knock(&server, &path, &left).await.closed().await.0, 4001);
    let refused = ask(&server, "/api/me/", &no_age).await;
    assert_eq!(
        (
            refused.status,
            refused.text.replace(
                "Token does not say when it was signed (iat), and its user was signed out since",
                "Token is invalid"
            )
        ),
        (401, NOT_VALID.to_owned())
    );
    assert_eq!(
        said(
            &log(&server).await,
            "the token does not say when it was signed (iat), and its person was signed out since"
        ),
        1
    );
    assert_eq!(knock(&server, &path, &no_age).await.closed().await.0, 4001);
    assert_eq!(ticket(&no_age).await, None);
}
