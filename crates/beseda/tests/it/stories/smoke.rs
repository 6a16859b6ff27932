//! The quick look at a host from outside, and what stands at its root.

use crate::harness::actor::answer;
use crate::harness::{Actor, Server, Town};
use reqwest::Method;
use serde_json::{Value, json};
use std::net::TcpListener;

/// What `beseda smoke` says about an address, as JSON, and its status.
async fn smoke(server: &Server, arguments: &[&str]) -> (Option<i32>, Value) {
    let output = server.attempt(&[&["smoke", "--json"], arguments].concat()).await;
    let said = serde_json::from_slice(&output.stdout).expect("it says JSON");
    (output.status.code(), said)
}

fn outcomes(said: &Value) -> Vec<(&str, &str)> {
    let checks = said["checks"].as_array().expect("checks");
    checks
        .iter()
        .map(|check| {
            (
                check["check"].as_str().expect("a word"),
                check["outcome"].as_str().expect("a word"),
            )
        })
        .collect()
}

const ASKED: [&str; 9] = [
    "root",
    "ready",
    "me",
    "native",
    "order_desk",
    "order_rooms",
    "school",
    "spa",
    "support_desk",
];

#[tokio::test]
async fn a_server_that_is_well_passes_as_nobody_and_as_somebody() {
    let server = Server::start("smoke-well", "", &Town::parties(1)).await;
    let url = format!("http://{}", server.address);
    let [token] = <[String; 1]>::try_from(server.tokens(&[11]).await).expect("one token");
    for arguments in [vec![url.as_str()], vec![url.as_str(), "--token", &token]] {
        let (status, said) = smoke(&server, &arguments).await;
        assert_eq!((status, &said["ok"]), (Some(0), &json!(true)), "{said:#}");
        assert_eq!(outcomes(&said), ASKED.map(|id| (id, "passed")));
    }
    let (status, said) = smoke(&server, &[url.as_str(), "--token", "forged"]).await;
    assert_eq!(status, Some(1), "{said:#}");
    assert!(outcomes(&said).contains(&("me", "failed")));
}

#[tokio::test]
async fn who_is_not_there_is_asked_once_and_the_remedy_is_said_in_the_language_wanted() {
    let server = Server::start("smoke-away", "", &Town::parties(1)).await;
    let nobody = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let url = format!("http://{}", nobody.expect("a port that nobody listens on"));
    let (status, said) = smoke(&server, &[&url, "--lang", "ru"]).await;
    assert_eq!(status, Some(1));
    let outcomes = outcomes(&said);
    assert_eq!(outcomes[0], ("root", "failed"));
    assert!(
        outcomes[1..].iter().all(|(_, outcome)| *outcome == "skipped"),
        "{said:#}"
    );
    assert_eq!(said["checks"][0]["remedy"], "запущен ли сервер, и верен ли адрес?");
    for wrong in ["no address", "127.0.0.1:8000", "ftp://a.example"] {
        let output = server.attempt(&["smoke", wrong]).await;
        assert_eq!(output.status.code(), Some(2), "{wrong}");
    }
    let output = server.attempt(&["smoke", &url, "--token", "a b"]).await;
    assert_eq!(output.status.code(), Some(2));
}

#[tokio::test]
async fn the_root_leads_a_person_to_the_page_and_tells_a_monitor_where_things_are() {
    let server = Server::start("smoke-root", "", &Town::parties(1)).await;
    let nobody = Actor::new(server.address, 0, "");
    let told = nobody.get("/").await;
    assert_eq!(told.status, 200);
    let told = told.json();
    assert_eq!(
        (&told["name"], &told["status"], &told["ready"]),
        (&json!("beseda"), &json!("ok"), &json!("/readyz"))
    );
    let seen = json!({"address": "127.0.0.1", "host": server.address.to_string(), "https": false, "proxy": "none"});
    assert_eq!(told["seen"], seen);
    let forwarded = nobody.request(Method::GET, "/").header("x-forwarded-for", "192.0.2.7");
    assert_eq!(answer(forwarded).await.json()["seen"]["proxy"], "unknown");
    for name in ["page", "alive", "ready", "limits"] {
        let path = told[name].as_str().expect("a path");
        assert_ne!(nobody.get(path).await.status, 404, "{path}");
    }
    let moved = nobody
        .request(Method::GET, "/")
        .header("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
    let moved = answer(moved).await;
    assert_eq!((moved.status, moved.header("location").as_str()), (303, "/chat"));
}
