//! The id of a request: in every answer, and in every line about it and about the socket that it opened, but not in the log
//! file, where operators look for whole lines.
#![expect(clippy::disallowed_methods, reason = "a test reads the files that an operator would")]

use crate::harness::{Actor, Server, Socket, Town, in_time};
use reqwest::Method;
use serde_json::{Value, json};
use std::fs;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::sleep;

/// What proxies draw: 32 digits that look like a key.
const OF_THE_PROXY: &str = "8f14e45fceea167a5a36dedd4bea2543";

async fn id_of(actor: &Actor, path: &str, brought: Option<&str>) -> String {
    let request = actor.request(Method::GET, path);
    let request = brought
        .into_iter()
        .fold(request, |request, id| request.header("X-Request-Id", id));
    let answer = request.send().await.expect("an answer");
    let id = answer.headers().get("x-request-id").expect("every answer has one");
    id.to_str().expect("a word").to_owned()
}

/// What standard error says of a request.
async fn said_of(server: &Server, id: &str, what: &str) -> String {
    let stderr = server.data().with_file_name("stderr.1");
    let marks = [format!("[request_id={id}]"), format!("\"request_id\":\"{id}\"")];
    in_time(what, async {
        loop {
            let said = fs::read_to_string(&stderr).expect("standard error");
            let ours = |line: &&str| line.contains(what) && marks.iter().any(|mark| line.contains(mark));
            if let Some(line) = said.lines().find(ours) {
                return line.to_owned();
            }
            sleep(Duration::from_millis(10)).await;
        }
    })
    .await
}

#[tokio::test]
async fn every_answer_has_the_id_that_came_or_a_new_one() {
    let server = Server::start("request-ids", "", &Town::parties(1)).await;
    let party = server.party(1).await;
    for path in ["/api/chat/rooms/", "/healthz", "/nowhere", "/api/v1/limits/"] {
        assert_eq!(
            id_of(&party.client, path, Some(OF_THE_PROXY)).await,
            OF_THE_PROXY,
            "{path}"
        );
        let (one, other) = (
            id_of(&party.client, path, None).await,
            id_of(&party.client, path, None).await,
        );
        assert!(one.len() == 16 && one != other, "{path}: {one} {other}");
        let too_long = "x".repeat(41);
        for odd in ["a b", "<script>", &too_long] {
            assert_eq!(id_of(&party.client, path, Some(odd)).await.len(), 16, "{odd}");
        }
    }
    // Also what is refused before anybody looks what it is for.
    assert!(
        raw(server.address, "GET / HTTP/1.1\r\n\r\n")
            .await
            .contains("x-request-id: ")
    );
    let twice = "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nX-Request-Id: of-the-proxy\r\n\r\n";
    assert!(raw(server.address, twice).await.contains("x-request-id: of-the-proxy"));
}

async fn raw(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    stream.write_all(request.as_bytes()).await.expect("it is taken");
    let mut answer = vec![0; 4_096];
    let length = in_time("an answer", stream.read(&mut answer)).await.expect("an answer");
    String::from_utf8_lossy(&answer[..length]).into_owned()
}

#[tokio::test]
async fn lines_on_standard_error_name_their_request_and_the_file_keeps_them_whole() {
    let server = Server::start("request-lines", "", &Town::parties(1)).await;
    let party = server.party(1).await;
    let path = format!("/api/chat/order/{}/send/", party.order);
    let sent = party
        .client
        .request(Method::POST, &path)
        .header("X-Request-Id", OF_THE_PROXY);
    let sent = sent.json(&json!({"message": "hello"})).send().await.expect("an answer");
    assert_eq!(sent.status(), 200);
    let saved = said_of(&server, OF_THE_PROXY, "Chat message saved").await;
    let (front, line) = saved
        .split_once(&format!(" [request_id={OF_THE_PROXY}] "))
        .expect("the id in front");
    assert!(
        front.ends_with('Z') && line.starts_with("INFO: Chat message saved: message_id="),
        "{saved}"
    );
    in_time("the file has the same line", async {
        let whole = format!("{front} {line}");
        loop {
            let kept = fs::read_to_string(server.data().join("logs/app.log")).expect("a log");
            assert!(!kept.contains("request_id"), "{kept}");
            if kept.lines().any(|kept| kept == whole) {
                return;
            }
            sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_socket_is_called_by_the_request_that_opened_it_to_its_end() {
    let settings = "log_format = \"json\"\nlog = [\"order_rooms=debug\"]\n";
    let server = Server::start("request-sockets", settings, &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    // A change of what is wanted of one contract shows its answers alone.
    let id = id_of(&party.client, "/api/chat/rooms/", None).await;
    let line: Value = serde_json::from_str(&said_of(&server, &id, "answered").await).expect("JSON");
    assert_eq!(
        (&line["target"], &line["status"]),
        (&json!("beseda_contracts::order_rooms"), &json!(200))
    );

    server.rename_by_hand("members", "members_gone");
    let path = format!("/ws/chat/{room}/?token={}", party.client.token);
    let mut socket = Socket::open(server.address, &path, &[("X-Request-Id", OF_THE_PROXY)])
        .await
        .unwrap_or_else(|answer| panic!("no upgrade: {answer:?}"));
    assert_eq!(socket.closed().await.0, 1011);
    let line: Value =
        serde_json::from_str(&said_of(&server, OF_THE_PROXY, "a socket could not join").await).expect("JSON");
    assert_eq!(
        (&line["contract"], &line["level"]),
        (&json!("order_rooms"), &json!("ERROR"))
    );
    assert!(!server.logs().contains(&party.client.token));
}
