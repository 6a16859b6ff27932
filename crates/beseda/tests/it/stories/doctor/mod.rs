//! What is broken is found from outside, and named with its remedy.
#![expect(clippy::disallowed_methods, reason = "a test breaks what a doctor is to find")]

mod desk;
mod foundations;
mod leaving;
mod probing;
mod proxies;
mod reserved;

use super::documented::blocks;
use crate::harness::nginx::{Nginx, page};
use crate::harness::{Actor, Server, Town};
use serde_json::{Value, json};

fn town() -> Town {
    let person = |id: i64, role: &str| json!({"id": id, "username": format!("p{id}"), "role": role});
    Town::default()
        .person(person(1, "customer"))
        .person(person(2, "therapist"))
        .person(person(3, "client"))
}

/// What a command says as JSON, and how it ended.
async fn told(server: &Server, arguments: &[&str]) -> (Option<i32>, Value) {
    let output = server.attempt(&[arguments, &["--json"]].concat()).await;
    let said = serde_json::from_slice(&output.stdout);
    let said = said.unwrap_or_else(|_| panic!("{arguments:?}: {}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code(), said)
}

fn checks(said: &Value) -> &[Value] {
    said["checks"].as_array().expect("checks")
}

/// The checks that failed, by their words.
fn failed(said: &Value) -> Vec<&str> {
    let failed = checks(said).iter().filter(|check| check["outcome"] == "failed");
    failed.filter_map(|check| check["check"].as_str()).collect()
}

/// The doctor finds this, and says a remedy that has these words; the command ends with 1.
async fn finds(server: &Server, arguments: &[&str], id: &str, words: &str) {
    let (status, said) = told(server, arguments).await;
    assert_eq!(status, Some(1), "{said:#}");
    let check = checks(&said).iter().find(|check| check["check"] == id);
    let check = check.unwrap_or_else(|| panic!("{id} is not looked at: {said:#}"));
    assert_eq!(check["outcome"], "failed", "{said:#}");
    let remedy = check["remedy"].as_str().expect("a remedy");
    assert!(remedy.contains(words), "{words:?} is not in: {remedy}");
}

fn url(server: &Server) -> String {
    format!("http://{}", server.address)
}

/// Of whom or what there is nothing when no doctor is there: people who are let in, rooms, orders, texts, files.
fn left(server: &Server) -> String {
    let own = "host_name LIKE 'beseda/%'";
    [
        format!("people WHERE {own} AND (active = 1 OR role <> 'user')"),
        "rooms WHERE removed_at IS NULL".to_owned(),
        "orders".to_owned(),
        "messages WHERE text <> ''".to_owned(),
        "attachments".to_owned(),
        "files WHERE doomed = 0".to_owned(),
    ]
    .map(|rows| server.by_hand(&format!("SELECT count(*) FROM {rows}")))
    .join(" ")
}

const NOTHING: &str = "0 0 0 0 0 0";

#[tokio::test]
async fn a_server_that_is_well_passes_and_keeps_nothing_of_the_doctor() {
    let server = Server::start("doctor-well", "", &town()).await;
    let url = url(&server);
    let doctor = ["doctor", "--url", &url];
    for _ in 0..2 {
        let (status, said) = told(&server, &doctor).await;
        assert_eq!((status, failed(&said)), (Some(0), vec![]), "{said:#}");
        let skipped = checks(&said).iter().filter(|check| check["outcome"] == "skipped");
        assert_eq!(skipped.map(|check| check["check"].clone()).collect::<Vec<_>>(), ["tls"]);
        assert_eq!(left(&server), NOTHING);
    }
    // Its people are the same ones the next time, and an operator sees what they are.
    let named = "host_name LIKE 'beseda/doctor-%' AND first_name = 'beseda doctor' AND last_name LIKE '(test, %)'";
    assert_eq!(
        server.by_hand(&format!("SELECT count(*) FROM people WHERE {named}")),
        "9"
    );
    let with_password = "SELECT count(*) FROM people WHERE password_hash IS NOT NULL AND host_name LIKE 'beseda/%'";
    assert_eq!(server.by_hand(with_password), "0");
    let closed = server.by_hand("SELECT count(*) FROM cases WHERE state <> 'resolved'");
    assert_eq!(closed, "0", "a case is closed before it is taken away");
    // A host of numbers is one of numbers still: its texts stay mistakes.
    let [token] = <[String; 1]>::try_from(server.tokens(&[3]).await).expect("a token");
    let asked = Actor::new(server.address, 3, &token);
    let text = json!({"order_id": "abc"});
    let answer = asked.post("/api/chat/rooms/create_for_order/", &text).await;
    assert_eq!(answer.status, 400, "{answer:?}");
}

#[tokio::test]
async fn every_check_is_said_in_either_language() {
    let server = Server::start("doctor-languages", "", &town()).await;
    let url = url(&server);
    let (_, english) = told(&server, &["doctor", "--url", &url, "--lang", "en"]).await;
    let (status, russian) = told(&server, &["doctor", "--url", &url, "--lang", "ru"]).await;
    assert_eq!(status, Some(0), "{russian:#}");
    assert_eq!(checks(&english).len(), checks(&russian).len());
    // Addresses and paths are the same in every language.
    let same = ["name", "connection", "database_file"];
    for (en, ru) in checks(&english).iter().zip(checks(&russian)) {
        let is_same = same.iter().any(|id| en["check"] == *id);
        assert!(en["name"] != ru["name"] || en["check"] == "tls", "{ru}");
        assert!(is_same || en["meaning"] != ru["meaning"], "{ru}");
        let cyrillic = |text: &Value| {
            text.as_str()
                .unwrap_or_default()
                .chars()
                .any(|char| ('а'..='я').contains(&char))
        };
        assert!(is_same || cyrillic(&ru["meaning"]), "{ru}");
    }
}

#[tokio::test]
async fn wrong_usage_ends_with_2_and_says_no_token() {
    let server = Server::start("doctor-usage", "", &town()).await;
    for wrong in [
        ["--contract", "nonsense"],
        ["--url", "127.0.0.1:8000"],
        ["--url", "ftp://a.example"],
        ["--url", "http//a.example/?token=secret-word"],
    ] {
        let output = server.attempt(&[&["doctor"], wrong.as_slice()].concat()).await;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{wrong:?}: {said}");
        assert!(!said.is_empty() && !said.contains("secret-word"), "{said}");
    }
}

/// The block of the front page, with something changed.
async fn behind(server: &Server, story: &str, changed: impl Fn(String) -> String) -> Nginx {
    let printed = blocks(&page("README.md"), "nginx");
    Nginx::start(story, &changed(printed[0].clone()), server).await
}

fn without(words: &'static str) -> impl Fn(String) -> String {
    move |block| {
        assert!(block.contains(words), "{words} stands in the block");
        block
            .lines()
            .filter(|line| !line.contains(words))
            .collect::<Vec<_>>()
            .join("\n")
    }
}
