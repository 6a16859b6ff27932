//! Bad frames: each gets an `error` frame or its close code, nobody else notices, and no log repeats them.

use crate::harness::frames::opcode::{BINARY, CLOSE, CONTINUATION, PING, TEXT};
use crate::harness::frames::{FIN, RSV1, claim, masked, unmasked};
use crate::harness::town::shared;
use crate::harness::{Actor, Heard, Socket};
use serde_json::json;

/// Stands in every bad frame that has room for it: no log line may hold it.
const CANARY: &str = "canary-4be1";

/// What becomes of a bad frame.
enum Fate {
    /// An `error` frame; the socket lives on.
    Error,
    /// The socket is closed with this code.
    Closed(u16),
}
use Fate::{Closed, Error};

/// Text frames that are only wrong: name, text.
fn wrong_texts() -> Vec<(&'static str, String)> {
    let message = |inner: &str| format!(r#"{{"type": "chat_message", "message": {inner}}}"#);
    let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
    vec![
        ("nothing", String::new()),
        ("white space", " \n\t".to_owned()),
        ("no JSON", format!("{CANARY} is no JSON")),
        (
            "half an object",
            format!(r#"{{"type": "chat_message", "message": "{CANARY}"#),
        ),
        (
            "two objects",
            r#"{"type": "mark_read"}{"type": "mark_read"}"#.to_owned(),
        ),
        ("a byte order mark", format!("\u{feff}{}", message("\"a\""))),
        ("single quotes", "{'type': 'chat_message'}".to_owned()),
        ("a comment", r#"{"type": "mark_read"} // hello"#.to_owned()),
        ("a comma too many", r#"{"type": "mark_read",}"#.to_owned()),
        ("NaN", r#"{"type": NaN}"#.to_owned()),
        ("null", "null".to_owned()),
        ("true", "true".to_owned()),
        ("a number", "42".to_owned()),
        ("a huge number", "1e400".to_owned()),
        ("an endless number", "9".repeat(1_000)),
        ("a text", format!("\"{CANARY}\"")),
        ("an array", r#"[{"type": "chat_message", "message": "a"}]"#.to_owned()),
        ("an empty object", "{}".to_owned()),
        ("nested 100 deep", nested(100)),
        ("nested 20,000 deep", nested(20_000)),
        ("a message nested 100 deep", message(&nested(100))),
        ("brackets without end", "[".repeat(60_000)),
        ("objects without end", r#"{"a":"#.repeat(10_000)),
        ("no type", r#"{"message": "a"}"#.to_owned()),
        ("a type that is null", r#"{"type": null}"#.to_owned()),
        ("a type that is a number", r#"{"type": 1}"#.to_owned()),
        ("a type that is a list", r#"{"type": ["chat_message"]}"#.to_owned()),
        ("an unknown type", format!(r#"{{"type": "{CANARY}"}}"#)),
        (
            "a type in capitals",
            r#"{"type": "CHAT_MESSAGE", "message": "a"}"#.to_owned(),
        ),
        ("a type with a lone surrogate", r#"{"type": "\ud800"}"#.to_owned()),
        ("no message", r#"{"type": "chat_message"}"#.to_owned()),
        ("an empty message", message("\"\"")),
        ("a blank message", message(r#"" \n \u00a0\u2003""#)),
        ("a message that is null", message("null")),
        ("a message that is a number", message("42")),
        ("a message that is true", message("true")),
        ("a message that is a list", message(&format!("[\"{CANARY}\"]"))),
        (
            "a message that is an object",
            message(&format!(r#"{{"text": "{CANARY}"}}"#)),
        ),
        ("a message with NUL", message(&format!(r#""{CANARY}\u0000""#))),
        ("a raw control character", message("\"a\u{1}\"")),
        ("half of an escaped surrogate", message(r#""\ud8""#)),
        ("a bad escape", message(r#""\x41""#)),
        (
            "two messages, the last one wrong",
            r#"{"type": "chat_message", "message": "a", "message": 1}"#.to_owned(),
        ),
        (
            "one character too many",
            message(&format!("\"{}\"", "я".repeat(10_001))),
        ),
        (
            "64 KiB of text",
            message(&format!("\"{}\"", "x".repeat(65_536 - message("\"\"").len()))),
        ),
        (
            "an empty client id",
            r#"{"type": "chat_message", "message": "a", "client_id": ""}"#.to_owned(),
        ),
        (
            "a client id that is a number",
            r#"{"type": "chat_message", "message": "a", "client_id": 1}"#.to_owned(),
        ),
        (
            "a client id too long",
            format!(
                r#"{{"type": "chat_message", "message": "a", "client_id": "{}"}}"#,
                "c".repeat(129)
            ),
        ),
        (
            "typing that is a text",
            format!(r#"{{"type": "typing", "is_typing": "{CANARY}"}}"#),
        ),
        (
            "typing that is a number",
            r#"{"type": "typing", "is_typing": 1e400}"#.to_owned(),
        ),
        (
            "typing that is null",
            r#"{"type": "typing", "is_typing": null}"#.to_owned(),
        ),
    ]
}

/// Bytes that break the protocol or a limit, or are no text: name, bytes, what becomes of it.
fn wrong_bytes() -> Vec<(&'static str, Vec<u8>, Fate)> {
    let canary = CANARY.as_bytes();
    let big = vec![b'x'; 65_537];
    let fragments = |count: usize, payload: &[u8]| {
        let mut bytes = masked(TEXT, payload);
        (1..count).for_each(|_| bytes.extend(masked(CONTINUATION, payload)));
        bytes
    };
    let after = |mut first: Vec<u8>, second: Vec<u8>| {
        first.extend(second);
        first
    };
    vec![
        ("binary", masked(FIN | BINARY, canary), Error),
        ("binary JSON", masked(FIN | BINARY, br#"{"type": "mark_read"}"#), Error),
        ("empty binary", masked(FIN | BINARY, b""), Error),
        ("64 KiB + 1", masked(FIN | TEXT, &big), Closed(1009)),
        ("64 KiB + 1 of binary", masked(FIN | BINARY, &big), Closed(1009)),
        ("64 KiB + 1 in fragments", fragments(3, &big[..32_768]), Closed(1009)),
        ("a claim of 16 MiB", claim(FIN | TEXT, 16 << 20), Closed(1009)),
        ("a claim of 2^62", claim(FIN | TEXT, 1 << 62), Closed(1009)),
        ("fragments without end", fragments(1_000, b""), Closed(1009)),
        (
            "broken UTF-8",
            masked(FIN | TEXT, b"\xff\xfe canary-4be1"),
            Closed(1007),
        ),
        (
            "a surrogate in UTF-8",
            masked(FIN | TEXT, b"\"\xed\xa0\x80\""),
            Closed(1007),
        ),
        ("an overlong NUL", masked(FIN | TEXT, b"\"\xc0\x80\""), Closed(1007)),
        ("half a character", masked(FIN | TEXT, b"\"\xd0"), Closed(1007)),
        (
            "broken UTF-8 in the second fragment",
            after(masked(TEXT, b"\"a"), masked(FIN | CONTINUATION, b"\xff\"")),
            Closed(1007),
        ),
        ("a reserved bit", masked(FIN | RSV1 | TEXT, canary), Closed(1002)),
        ("no mask", unmasked(FIN | TEXT, canary), Closed(1002)),
        ("a ping in fragments", masked(PING, b""), Closed(1002)),
        ("a ping of 126 bytes", masked(FIN | PING, &[0; 126]), Closed(1002)),
        ("a reserved opcode", masked(FIN | 0x3, canary), Closed(1002)),
        ("a reserved control opcode", masked(FIN | 0xb, b""), Closed(1002)),
        (
            "a continuation of nothing",
            masked(FIN | CONTINUATION, canary),
            Closed(1002),
        ),
        (
            "a message inside a message",
            after(masked(TEXT, b"a"), masked(FIN | TEXT, b"b")),
            Closed(1002),
        ),
        ("a close of one byte", masked(FIN | CLOSE, &[3]), Closed(1002)),
        (
            "a close with a code that is none",
            masked(FIN | CLOSE, &999_u16.to_be_bytes()),
            Closed(1002),
        ),
        (
            "a close whose reason is no text",
            masked(FIN | CLOSE, &[3, 0xe8, 0xff]),
            Closed(1007),
        ),
    ]
}

/// Sends a message and hears it: the socket lives.
async fn lives(socket: &mut Socket, alive: &mut Vec<String>) {
    let text = format!("still here {}", alive.len());
    let heard = socket.say_and_hear(&text).await;
    assert_eq!(heard.len(), 1, "{heard:?}");
    alive.push(text);
}

async fn expect_error(socket: &mut Socket, name: &str) {
    match socket.hear().await {
        Heard::Frame(frame) => {
            assert_eq!(frame["type"], "error", "{name}: {frame}");
            assert!(
                frame["code"].is_string() && frame["detail"].is_string(),
                "{name}: {frame}"
            );
        }
        other => panic!("{name}: an error frame should have come: {other:?}"),
    }
}

async fn suffer(sender: &Actor, room: i64, alive: &mut Vec<String>) {
    let mut socket = sender.listen(room).await;
    for (name, text) in wrong_texts() {
        socket.say_text(&text).await;
        expect_error(&mut socket, name).await;
        lives(&mut socket, alive).await;
    }
    for (name, bytes, fate) in wrong_bytes() {
        match fate {
            Error => {
                socket.write_raw(&bytes).await;
                expect_error(&mut socket, name).await;
            }
            Closed(code) => {
                let mut victim = sender.listen(room).await;
                victim.write_raw(&bytes).await;
                match victim.hear().await {
                    Heard::Closed(found, _) => assert_eq!(found, code, "{name}"),
                    other => panic!("{name}: {code} should have come: {other:?}"),
                }
            }
        }
        lives(&mut socket, alive).await;
    }
}

#[tokio::test]
async fn a_bad_frame_is_its_senders_matter_alone() {
    let server = shared().await;
    let party = server.party(4).await;
    let room = party.client.room_of(party.order).await;
    let mut witness = party.expert.listen(room).await;
    let mut alive = Vec::new();
    suffer(&party.client, room, &mut alive).await;
    party.client.send(room, "the end").await;

    alive.push("the end".to_owned());
    assert!(alive.len() > 70, "only {} bad frames", alive.len());
    assert_eq!(witness.texts_until("the end").await, alive);
    assert_no_trace(
        &server.logs(),
        &[CANARY, "still here 1", &party.client.token, &party.expert.token],
    );
}

/// No log line holds any of these, nor the part of a token that proves it.
fn assert_no_trace(logs: &str, secrets: &[&str]) {
    for secret in secrets {
        let proof = secret.rsplit('.').next().unwrap_or(secret);
        for part in [*secret, proof] {
            let line = logs.lines().find(|line| line.contains(part));
            assert_eq!(line, None, "a log line holds {part:?}");
        }
    }
}

#[tokio::test]
async fn no_log_line_holds_a_token_a_password_or_a_message() {
    let server = shared().await;
    let party = server.party(5).await;
    let (anna, room) = (&party.client, party.client.room_of(party.order).await);
    let token = anna.token.as_str();
    let text = "canary-77d0 of a message";
    anna.send(room, text).await;
    let mut socket = anna.listen(room).await;
    socket.say_and_hear("canary-77d0 of a frame").await;
    let bare = anna.with_token("");
    let login = json!({"identifier": "p52@shop.example", "password": "canary-77d1"});
    assert_eq!(bare.post("/login/", &login).await.status, 401);
    bare.post("/api/token/refresh/", &json!({"refresh": token})).await;
    // Where a token does not belong, but where people put it.
    for path in [
        format!("/api/chat/rooms/?token={token}"),
        format!("/api/chat/rooms/?page=1&access={token}"),
        format!("/api/chat/rooms/{token}/"),
        format!("/{token}"),
        format!("/api/{token}/?{token}"),
        format!("/ws/chat/{token}/?token={token}"),
    ] {
        anna.get(&path).await;
        bare.get(&path).await;
    }
    for path in [
        format!("/ws/chat/{token}/?token={token}"),
        format!("/ws/chat/{room}/?token={token}x"),
    ] {
        let mut refused = Socket::open(server.address, &path, &[("X-Api-Key", token), ("Cookie", token)]).await;
        if let Ok(socket) = &mut refused {
            socket.closed().await;
        }
    }
    bare.with_token(&format!("{token}x")).get("/api/chat/rooms/").await;
    anna.post(
        "/api/chat/messages/",
        &json!({"room": room, "message": ["canary-77d0"]}),
    )
    .await;
    let broken = anna
        .request(reqwest::Method::POST, "/api/chat/messages/")
        .header("Content-Type", "application/json");
    crate::harness::actor::answer(broken.body("{\"message\": \"canary-77d0\"")).await;

    let logs = server.logs();
    assert!(
        logs.contains("path=/api/chat/messages/"),
        "requests are not logged at all, so nothing is proved"
    );
    assert_no_trace(&logs, &["canary-77d0", "canary-77d1", token]);
}
