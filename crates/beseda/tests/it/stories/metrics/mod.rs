//! The numbers of a running server: where they are served, what they count, and that dashboard and alarms ask for nothing
//! that is not there.

mod page;

use crate::harness::server::folder_of;
use crate::harness::{Actor, Server, Town, in_time};
use page::Numbers;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::process::Command;
use tokio::time::sleep;

/// A server that shows its numbers at a port of its own.
const SHOWN: &str = "metrics_listen = \"127.0.0.1:0\"\n";

const ALERTS: &str = include_str!("../../../../../../deploy/prometheus/alerts.yml");
const BOARD: &str = include_str!("../../../../../../deploy/grafana/beseda.json");
const MANUAL: &str = include_str!("../../../../../../docs/operating/monitoring.md");

/// Where the numbers are, as the log says.
async fn place(server: &Server) -> SocketAddr {
    in_time("the log tells where the numbers are", async {
        loop {
            let logs = server.logs();
            let told = logs
                .split("metrics on http://")
                .last()
                .filter(|_| logs.contains("metrics on"));
            if let Some(address) = told.and_then(|rest| rest.split_once("/metrics")) {
                return address.0.parse().expect("an address");
            }
            sleep(Duration::from_millis(10)).await;
        }
    })
    .await
}

/// Somebody who asks for the numbers.
async fn scraper(server: &Server) -> Actor {
    Actor::new(place(server).await, 0, "")
}

async fn numbers(scraper: &Actor) -> Numbers {
    let answer = scraper.get("/metrics").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(
        answer.header("content-type"),
        "text/plain; version=0.0.4; charset=utf-8"
    );
    Numbers::read(&answer.text, false)
}

/// Waits until a number is so big: what is counted after an answer is there a moment later.
async fn until(scraper: &Actor, series: &str, least: f64) -> Numbers {
    in_time(series, async {
        loop {
            let numbers = numbers(scraper).await;
            if numbers.of(series) >= least {
                return numbers;
            }
            sleep(Duration::from_millis(20)).await;
        }
    })
    .await
}

#[tokio::test]
async fn numbers_are_served_in_both_formats_and_never_on_the_port_of_the_chat() {
    let server = Server::start("metrics-formats", SHOWN, &Town::parties(1)).await;
    let party = server.party(1).await;
    let scraper = scraper(&server).await;
    assert_eq!(party.client.get("/metrics").await.status, 404);
    for probe in ["/healthz", "/readyz"] {
        assert_eq!(scraper.get(probe).await.status, 200, "{probe}");
    }
    assert_eq!(
        scraper.get("/api/chat/rooms/").await.status,
        404,
        "nothing of the chat is there"
    );
    numbers(&scraper).await;
    let open = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    let asked = scraper
        .request(Method::GET, "/metrics")
        .header("accept", open)
        .send()
        .await;
    let answer = asked.expect("an answer");
    assert_eq!(answer.headers()["content-type"], open);
    let numbers = Numbers::read(&answer.text().await.expect("a page"), true);
    for series in [
        "beseda_ready",
        "process_resident_memory_bytes",
        "process_open_fds",
        "process_max_fds",
    ] {
        assert!(numbers.of(series) > 0.0, "{series}");
    }
}

#[tokio::test]
async fn numbers_count_messages_sockets_requests_and_doors_by_contract() {
    let server = Server::start("metrics-counts", SHOWN, &Town::parties(1)).await;
    let (party, scraper) = (server.party(1).await, scraper(&server).await);
    let room = party.client.room_of(party.order).await;
    let mut socket = party.expert.listen(room).await;
    let by_request = json!({"room": room, "message": "once", "client_id": "one"});
    for _ in 0..2 {
        let sent = party.client.post("/api/chat/messages/", &by_request).await;
        assert_eq!(sent.status, 201, "{sent:?}");
    }
    let empty = party
        .client
        .post("/api/chat/messages/", &json!({"room": room, "message": ""}))
        .await;
    assert_eq!(empty.status, 400);
    socket.say_and_hear("said").await;
    assert_eq!(
        party.client.with_token("nonsense").get("/api/chat/rooms/").await.status,
        401
    );
    assert_eq!(party.client.get("/no/such/place/7/").await.status, 404);

    let route = "contract=\"order_rooms\",method=\"POST\",route=\"/api/chat/messages/\"";
    let by = |outcome: &str, transport: &str| {
        format!("beseda_messages_total{{contract=\"order_rooms\",transport=\"{transport}\",outcome=\"{outcome}\"}}")
    };
    let found = until(&scraper, &by("new", "socket"), 1.0).await;
    for (series, count) in [
        (by("new", "http"), 1.0),
        (by("repeated", "http"), 1.0),
        (by("new", "socket"), 1.0),
        ("beseda_ws_connections{contract=\"order_rooms\"}".to_owned(), 1.0),
        ("beseda_ws_opened_total{contract=\"order_rooms\"}".to_owned(), 1.0),
        ("beseda_ws_connections{contract=\"spa\"}".to_owned(), 0.0),
        (format!("beseda_http_requests_total{{{route},status=\"201\"}}"), 2.0),
        (format!("beseda_http_requests_total{{{route},status=\"400\"}}"), 1.0),
        (
            "beseda_sign_ins_total{door=\"token\",outcome=\"refused\"}".to_owned(),
            1.0,
        ),
        (
            "beseda_refused_total{contract=\"shared\",transport=\"http\",reason=\"no_such_address\"}".to_owned(),
            1.0,
        ),
        ("beseda_jobs{state=\"dead\"}".to_owned(), 0.0),
    ] {
        assert!(
            (found.of(&series) - count).abs() < 0.5,
            "{series}: {}",
            found.of(&series)
        );
    }
    assert!(found.of("beseda_fanout_seconds_count") >= 2.0);
    assert!(found.of("beseda_store_transaction_seconds_count") >= 2.0);
    // What a client made up is in no label.
    assert!(
        !found.series.keys().any(|series| series.contains("/no/such/place")),
        "{found:?}"
    );

    socket.leave().await;
    let closed = "beseda_ws_closed_total{contract=\"order_rooms\",code=\"1005\"}";
    let found = until(&scraper, closed, 1.0).await;
    assert!(found.of("beseda_ws_connections{contract=\"order_rooms\"}").abs() < 0.5);
}

/// What a text asks for of one number with braces behind it: its name, and each label with a value where it asks for
/// exactly that one. What Prometheus adds itself is left out.
fn selectors(text: &str) -> Vec<(String, String, Option<String>)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices('{') {
        let is_part = |char: char| char.is_ascii_alphanumeric() || char == '_';
        let before = &text[..at];
        let name = &before[before.trim_end_matches(is_part).len()..];
        let labels = text[at + 1..].split('}').next().expect("an end of the labels");
        if !name.starts_with("beseda_") {
            continue;
        }
        for label in labels.split("\",") {
            let (label, value) = label.split_once('=').expect("a label");
            if label != "instance" && label != "job" {
                let exactly = value.strip_prefix('"').map(|value| value.trim_matches('"').to_owned());
                found.push((name.to_owned(), label.to_owned(), exactly));
            }
        }
    }
    found
}

/// Whatever looks like one of our numbers in a text.
fn asked_for(text: &str) -> BTreeSet<String> {
    let is_part = |char: char| char.is_ascii_alphanumeric() || char == '_';
    let words = text.split(|char| !is_part(char));
    let ours = words.filter(|word| word.starts_with("beseda_") || word.starts_with("process_"));
    ours.map(str::to_owned).collect()
}

#[tokio::test]
async fn dashboard_and_alarms_ask_for_numbers_that_are_there() {
    let issuer = "\n[[issuers]]\nissuer = \"https://login.example\"\nalgorithms = [\"RS256\"]\njwks_url = \"http://127.0.0.1:9/keys\"\n";
    let server = Server::start("metrics-asked", &format!("{SHOWN}{issuer}"), &Town::parties(1)).await;
    let (party, scraper) = (server.party(1).await, scraper(&server).await);
    let room = party.client.room_of(party.order).await;
    party.expert.listen(room).await.leave().await;
    let stranger = party.client.with_token("nonsense");
    assert_eq!(stranger.knock(room).await.closed().await.0, 4001);
    let file = reqwest::multipart::Part::bytes(Vec::new()).file_name("empty.txt");
    let form = reqwest::multipart::Form::new()
        .text("room", room.to_string())
        .part("file", file);
    let sent = party
        .client
        .request(Method::POST, "/api/chat/messages/")
        .multipart(form)
        .send()
        .await;
    assert_eq!(sent.expect("an answer").status(), 400);
    let closed = "beseda_ws_closed_total{contract=\"order_rooms\",code=\"1005\"}";
    let there = until(&scraper, closed, 1.0).await;

    let board: Value = serde_json::from_str(BOARD).expect("JSON");
    let panels = board["panels"].as_array().expect("panels");
    let targets = panels.iter().filter_map(|panel| panel["targets"].as_array()).flatten();
    let exprs: Vec<&str> = targets
        .map(|target| target["expr"].as_str().expect("an expr"))
        .collect();
    assert!(exprs.len() > 40, "{}", exprs.len());
    // Of a database that is no file here there is no size.
    let is_elsewhere = |name: &str| server.ground().is_some() && name.starts_with("beseda_database_");
    for (whose, text) in [("the dashboard", exprs.join("\n")), ("the alarms", ALERTS.to_owned())] {
        let asked = asked_for(&text);
        assert!(asked.len() > 10, "{whose}: {asked:?}");
        for name in asked.iter().filter(|name| !is_elsewhere(name)) {
            assert!(there.names.contains(name), "{whose} asks for {name}");
        }
        for (name, label, value) in selectors(&text) {
            let wanted = value.map_or(format!("{label}=\""), |value| format!("{label}=\"{value}\""));
            let mut series = there
                .series
                .keys()
                .filter(|series| series.starts_with(&format!("{name}{{")));
            assert!(
                series.any(|series| series.contains(&wanted)),
                "{whose} asks for {name}{{{wanted}}}"
            );
        }
        for labels in text.split(" by (").skip(1) {
            let labels = labels.split(')').next().expect("an end of the labels").split(", ");
            for label in labels.filter(|label| !["instance", "job"].contains(label)) {
                let begin = format!("{label}=\"");
                assert!(
                    there.series.keys().any(|series| series.contains(&begin)),
                    "{whose} groups by {label}"
                );
            }
        }
    }
    let told = asked_for(MANUAL);
    for name in there.names.iter().filter(|name| name.starts_with("beseda_")) {
        let family = ["_bucket", "_sum", "_count"]
            .iter()
            .find_map(|part| name.strip_suffix(part))
            .unwrap_or(name);
        let short = family.strip_prefix("beseda").expect("ours");
        assert!(
            told.contains(family) || MANUAL.contains(&format!("`{short}`")),
            "no page tells what {family} is"
        );
    }
}

#[test]
fn every_alarm_says_what_it_means_and_what_to_do() {
    let alarms: Vec<&str> = ALERTS
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- alert: "))
        .collect();
    assert!(alarms.len() >= 15, "{alarms:?}");
    for alarm in &alarms {
        let (_, rest) = MANUAL
            .split_once(&format!("\n### {alarm}\n"))
            .unwrap_or_else(|| panic!("{alarm} is told nowhere"));
        let told = rest.split("\n#").next().unwrap_or_default().trim();
        assert!(told.len() > 60 && told.ends_with('.'), "{alarm}: {told}");
        let runbook = format!("runbook: docs/operating/monitoring.md#{}", alarm.to_lowercase());
        assert_eq!(ALERTS.matches(&runbook).count(), 1, "{runbook}");
    }
    let told = MANUAL.matches("\n### Beseda").count();
    assert_eq!(told, alarms.len(), "an alarm is told of that is none");
}

#[tokio::test]
async fn a_place_for_the_numbers_that_somebody_chose_has_to_be_free() {
    let first = Server::start("metrics-first", SHOWN, &Town::default()).await;
    let taken = place(&first).await;
    let folder = folder_of("metrics-second");
    let second = Command::new(env!("CARGO_BIN_EXE_beseda"))
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(&folder)
        .env("BESEDA_METRICS_LISTEN", taken.to_string())
        .kill_on_drop(true)
        .output();
    let second = in_time("the second ends", second).await.expect("it starts");
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert_eq!(second.status.code(), Some(1), "{said}");
    assert!(
        said.contains(&format!("cannot serve metrics on {taken}; choose another address")),
        "{said}"
    );
}
