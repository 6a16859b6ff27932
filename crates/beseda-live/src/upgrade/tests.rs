//! The handshake over real sockets, right and wrong.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::routing::any;
use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::client_async;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::accept::{AcceptLimits, listen, serve};
use crate::codec::{Incoming, text_frame};
use crate::socket::{Ear, Queue, QueueLimits, SocketLimits, drive};

struct Echo(Arc<Queue>);

impl Ear for Echo {
    fn heard(&mut self, incoming: Incoming<'_>) {
        if let Incoming::Text(text) = incoming {
            let _ = self.0.push(text_frame(text.as_bytes()));
        }
    }
}

async fn echo(upgrade: Upgrade) -> Response {
    upgrade.answer(async move |stream, leftover| {
        let queue = Arc::new(Queue::new(QueueLimits::default()));
        let ear = Echo(Arc::clone(&queue));
        drive(stream, leftover, queue, SocketLimits::default(), ear).await;
    })
}

fn server(connections: Option<usize>) -> SocketAddr {
    let listener = listen(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let address = listener.local_addr().unwrap();
    let limits = AcceptLimits {
        connections,
        ..AcceptLimits::default()
    };
    let router = Router::new().route("/ws", any(echo));
    tokio::spawn(serve(listener, router, limits, CancellationToken::new()));
    address
}

#[tokio::test]
async fn a_client_gets_a_socket() {
    let stream = TcpStream::connect(server(None)).await.unwrap();
    let (mut socket, response) = client_async("ws://localhost/ws", stream).await.unwrap();
    assert_eq!(response.status(), 101);
    socket.send("привет".into()).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap().into_text().unwrap(), "привет");
    socket.close(None).await.unwrap();
}

const WISH: &str = "GET /ws HTTP/1.1\r\nhost: x\r\nconnection: keep-alive, Upgrade\r\nupgrade: WebSocket\r\n\
                    sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

#[tokio::test]
async fn a_frame_sent_together_with_the_handshake_is_heard() {
    let mut stream = TcpStream::connect(server(None)).await.unwrap();
    let mut bytes = WISH.as_bytes().to_vec();
    bytes.extend(b"\x81\x82\0\0\0\0hi");
    stream.write_all(&bytes).await.unwrap();
    let mut got = Vec::new();
    while !got.ends_with(b"\x81\x02hi") {
        assert_ne!(stream.read_buf(&mut got).await.unwrap(), 0);
    }
    let head = String::from_utf8_lossy(&got);
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    assert!(
        head.contains("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
        "{head}"
    );
}

#[tokio::test]
async fn the_first_subprotocol_that_is_offered_is_selected() {
    let address = server(None);
    for (lines, selected) in [
        ("", None),
        ("sec-websocket-protocol: chat.v2, chat\r\n", Some("chat.v2")),
        ("sec-websocket-protocol: bearer, a.b.c\r\n", Some("bearer")),
        (
            "sec-websocket-protocol: bearer\r\nsec-websocket-protocol: a.b.c\r\n",
            Some("bearer"),
        ),
        ("sec-websocket-protocol: ,chat\r\n", Some("chat")),
    ] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let wish = WISH.replace("upgrade: WebSocket\r\n", &format!("upgrade: WebSocket\r\n{lines}"));
        stream.write_all(wish.as_bytes()).await.unwrap();
        let mut got = Vec::new();
        while !got.ends_with(b"\r\n\r\n") {
            assert_ne!(stream.read_buf(&mut got).await.unwrap(), 0);
        }
        let head = String::from_utf8(got).unwrap();
        let line = head
            .lines()
            .find_map(|line| line.strip_prefix("sec-websocket-protocol: "));
        assert!(head.starts_with("HTTP/1.1 101"), "{head}");
        assert_eq!(line, selected, "{lines}");
        assert!(!head.contains("a.b.c"), "a token is not said back: {head}");
    }
}

#[test]
fn a_token_is_what_is_offered_right_behind_bearer() {
    let token = |lines: &[&str]| {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::SEC_WEBSOCKET_PROTOCOL, line.parse().unwrap());
        }
        offered_token(&headers).map(str::to_owned)
    };
    for lines in [
        ["bearer, a.b.c"].as_slice(),
        &["bearer,a.b.c , chat"],
        &["bearer", "a.b.c"],
    ] {
        assert_eq!(token(lines).as_deref(), Some("a.b.c"), "{lines:?}");
    }
    for lines in [
        [].as_slice(),
        &["bearer"],
        &["a.b.c"],
        &["chat, bearer, a.b.c"],
        &["Bearer, a.b.c"],
    ] {
        assert_eq!(token(lines), None, "{lines:?}");
    }
}

#[tokio::test]
async fn a_wrong_handshake_is_refused_in_words() {
    let cases = [
        (
            WISH.replace("upgrade: WebSocket\r\n", ""),
            "426",
            "sec-websocket-version: 13",
        ),
        (WISH.replace("version: 13", "version: 8"), "426", "upgrade: websocket"),
        (WISH.replace("dGhlIHNhbXBsZSBub25jZQ==", "short"), "400", "{\"detail\":"),
        (WISH.replace("sec-websocket-key", "sec-other"), "400", "{\"detail\":"),
        (WISH.replace("GET", "POST"), "405", "allow: GET"),
    ];
    let address = server(None);
    for (wish, status, part) in cases {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(wish.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{wish}\n{answer}");
        assert!(answer.contains(part) && answer.contains("detail"), "{wish}\n{answer}");
    }
}

#[tokio::test]
async fn a_socket_holds_its_seat_until_it_ends() {
    let address = server(Some(1));
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut first, _) = client_async("ws://localhost/ws", stream).await.unwrap();
    let stream = TcpStream::connect(address).await.unwrap();
    let second = tokio::spawn(client_async("ws://localhost/ws", stream));
    first.send("still here".into()).await.unwrap();
    first.next().await.unwrap().unwrap();
    assert!(!second.is_finished());
    first.close(None).await.unwrap();
    assert_eq!(second.await.unwrap().unwrap().1.status(), 101);
}
