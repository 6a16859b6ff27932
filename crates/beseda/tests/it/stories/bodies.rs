//! Calls that no honest client makes: each is refused in JSON with a 4xx, none is ever the server's own failure.

use crate::harness::town::shared;
use crate::harness::{Actor, Answer, actor, in_time};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn post_as(person: &Actor, kind: &str, body: impl Into<reqwest::Body>) -> Answer {
    let request = person
        .request(Method::POST, "/api/chat/messages/")
        .header("Content-Type", kind);
    actor::answer(request.body(body)).await
}

fn assert_refused(what: &str, answer: &Answer) {
    assert!((400..500).contains(&answer.status), "{what}: {answer:?}");
    assert!(answer.json().is_object(), "{what}: {answer:?}");
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_refused() {
    let party = shared().await.party(13).await;
    let (anna, room) = (&party.client, party.client.room_of(party.order).await);
    let json_kind = "application/json";
    let bodies: Vec<(&str, &str, Vec<u8>)> = vec![
        ("nothing", json_kind, Vec::new()),
        (
            "broken UTF-8",
            json_kind,
            [format!("{{\"room\": {room}, \"message\": \"").as_bytes(), b"\xff\"}"].concat(),
        ),
        (
            "a byte order mark in UTF-16",
            json_kind,
            vec![0xff, 0xfe, b'{', 0, b'}', 0],
        ),
        (
            "100 levels",
            json_kind,
            format!(
                r#"{{"room": {room}, "message": {}1{}}}"#,
                "[".repeat(100),
                "]".repeat(100)
            )
            .into(),
        ),
        ("100,000 brackets", json_kind, "[".repeat(100_000).into_bytes()),
        (
            "NaN",
            json_kind,
            format!(r#"{{"room": {room}, "message": NaN}}"#).into_bytes(),
        ),
        (
            "a number beyond all",
            json_kind,
            format!(r#"{{"room": {room}, "message": 1e999}}"#).into_bytes(),
        ),
        (
            "a room beyond all",
            json_kind,
            br#"{"room": 99999999999999999999999, "message": "a"}"#.to_vec(),
        ),
        (
            "a room of 1e400",
            json_kind,
            br#"{"room": 1e400, "message": "a"}"#.to_vec(),
        ),
        (
            "a room below zero",
            json_kind,
            br#"{"room": -9223372036854775808, "message": "a"}"#.to_vec(),
        ),
        (
            "a room with NUL",
            json_kind,
            br#"{"room": "1\u0000", "message": "a"}"#.to_vec(),
        ),
        ("two values", json_kind, b"{}{}".to_vec()),
        ("null", json_kind, b"null".to_vec()),
        (
            "JSON in another charset",
            "application/json; charset=utf-16",
            b"{\"room\": 1}".to_vec(),
        ),
        (
            "a form of no UTF-8",
            "application/x-www-form-urlencoded",
            format!("room={room}&message=%ff").into_bytes(),
        ),
        (
            "a form with NUL",
            "application/x-www-form-urlencoded",
            format!("room={room}&message=%00").into_bytes(),
        ),
        ("an empty form", "application/x-www-form-urlencoded", Vec::new()),
        (
            "multipart without a boundary",
            "multipart/form-data",
            b"--x\r\n\r\n".to_vec(),
        ),
        (
            "multipart without an end",
            "multipart/form-data; boundary=x",
            b"--x\r\nContent-Disposition: form-data; name=\"room\"\r\n\r\n1".to_vec(),
        ),
        ("multipart of nothing", "multipart/form-data; boundary=x", Vec::new()),
        ("a kind that is none", "nonsense", b"{}".to_vec()),
        ("XML", "application/xml", b"<a/>".to_vec()),
    ];
    for (what, kind, body) in bodies {
        assert_refused(what, &post_as(anna, kind, body).await);
    }
    assert_eq!(anna.all_messages(room).await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_path_that_names_nothing_is_not_found() {
    let party = shared().await.party(14).await;
    let anna = &party.client;
    anna.room_of(party.order).await;
    let strange = [
        "0",
        "-1",
        "9223372036854775807",
        "9223372036854775808",
        "1e3",
        "0x1",
        "1.0",
        "%00",
        "%ff",
        "%20",
        "..%2f1",
        "%D9%A1",
        "null",
        "1;2",
        "1%2F2",
        "'",
        "%F0%9F%92%A9",
        "99999999999999999999999999999999",
    ];
    for id in strange {
        for path in [
            format!("/api/chat/rooms/{id}/"),
            format!("/api/chat/rooms/{id}/messages/?page=1"),
            format!("/api/chat/messages/{id}/"),
        ] {
            let answer = anna.get(&path).await;
            assert_refused(&path, &answer);
            assert!([400, 404].contains(&answer.status), "{path}: {answer:?}");
        }
        let path = format!("/api/chat/rooms/{id}/mark_read/");
        assert_refused(&path, &anna.post(&path, &json!({})).await);
    }
    for query in [
        "page=%00",
        "page=%ff",
        "page=1e3",
        "page=1.0",
        "page=",
        "page=1&page=2&page=%",
        "page=9223372036854775807",
    ] {
        for path in ["/api/chat/messages/", "/api/chat/rooms/"] {
            let answer = anna.get(&format!("{path}?{query}")).await;
            assert!(answer.status < 500, "{path}?{query}: {answer:?}");
        }
    }
    let long = "x".repeat(5_000);
    assert_refused("a long path", &anna.get(&format!("/api/chat/rooms/{long}/")).await);
}

/// Sends bytes on a connection of their own; the status of what comes back, or nothing.
async fn raw(person: &Actor, bytes: Vec<u8>) -> Option<u16> {
    let stream = TcpStream::connect(person.address).await.expect("the server listens");
    let (mut read, mut write) = stream.into_split();
    // The server may have answered and gone before it has read everything.
    let sending = tokio::spawn(async move {
        let _ = write.write_all(&bytes).await;
        write
    });
    let mut answer = Vec::new();
    let mut piece = [0; 1_024];
    in_time("an answer or the end", async {
        while !answer.windows(2).any(|pair| pair == b"\r\n") {
            match read.read(&mut piece).await {
                Ok(length) if length > 0 => answer.extend_from_slice(&piece[..length]),
                _ => break,
            }
        }
    })
    .await;
    sending.abort();
    String::from_utf8_lossy(&answer).split(' ').nth(1)?.parse().ok()
}

#[tokio::test]
async fn headers_beyond_reason_are_refused_before_anything_is_done() {
    let party = shared().await.party(15).await;
    let anna = &party.client;
    let start = format!(
        "GET /api/chat/rooms/ HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nConnection: close\r\n",
        anna.address, anna.token
    );
    let with = |more: &str| format!("{start}{more}\r\n").into_bytes();
    assert_eq!(raw(anna, with("")).await, Some(200));
    assert_eq!(
        raw(anna, with(&format!("X-Big: {}\r\n", "x".repeat(100_000)))).await,
        Some(431)
    );
    assert_eq!(raw(anna, with(&"X-Many: 1\r\n".repeat(2_000))).await, Some(431));
    for odd in [
        "X-Odd: a\u{b}b\r\n",
        "X-Odd: a\0b\r\n",
        "X Odd: a\r\n",
        ": a\r\n",
        "X-Odd\r\n",
        "Content-Length: 1\r\nContent-Length: 2\r\n",
    ] {
        let status = raw(anna, with(odd)).await;
        assert_eq!(status, Some(400), "{odd:?}");
    }
    // A request hidden behind a handshake is not answered: what stands before the 101 is no second request.
    let smuggled = "GET /ws/chat/1/ HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\n\r\n";
    assert_eq!(raw(anna, smuggled.as_bytes().to_vec()).await, Some(400));
    assert_eq!(anna.get("/api/chat/rooms/").await.status, 200);
}
