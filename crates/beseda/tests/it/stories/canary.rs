//! Secrets sent through every door there is: none of them turns up in a log, an error or a header, whatever the route.

pub(super) mod house;

use crate::harness::{Actor, Heard, Server, Socket, Town, actor, in_time};
use beseda_contracts::shared::RouteLine;
use house::{House, ORDER, PASSWORD, PEOPLE, SAID, settings};
use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The path of a route with something in the place of each variable.
fn filled(path: &str, value: &str) -> String {
    let segments = path
        .split('/')
        .map(|segment| if segment.starts_with('{') { value } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

fn is_socket(route: &RouteLine) -> bool {
    route.path.starts_with("/ws/")
}

async fn knock_at_every_call(house: &House, routes: &[RouteLine]) {
    let canaries = &house.canaries;
    let values = ["1", canaries.token.as_str(), &canaries.random, &canaries.key];
    for (at, route) in routes.iter().enumerate() {
        for method in route.allow.split(", ") {
            let method = Method::from_bytes(method.as_bytes()).expect("a method");
            for proof in 0..house.proofs().len() {
                // Who logs out takes the session along: see the end.
                if route.path == "/logout/" && proof < 2 {
                    continue;
                }
                // Whoever is let in brings every kind of body, the others one.
                let kinds = if proof == 0 && !method.is_safe() { 3 } else { 1 };
                for kind in (at + proof..).take(kinds) {
                    let path = filled(route.path, values[proof % values.len()]);
                    let request = house.request(method.clone(), &path, proof, kind);
                    let what = format!("{method} {path}, proof {proof}, body {}", kind % 3);
                    house.check(&what, &actor::answer(request).await);
                }
            }
        }
    }
}

async fn knock_at_every_socket(house: &House, routes: &[RouteLine]) {
    let canaries = &house.canaries;
    let mut opened = 0;
    for route in routes.iter().filter(|route| is_socket(route)) {
        for value in ["1", "16", "6f1c2a3b-9d4e-4a5b-8c6d-7e8f90a1b2c3", &canaries.random] {
            let path = filled(route.path, value);
            let bearer = format!("Bearer {}", house.access);
            let cookie = format!("beseda_session={}", house.session);
            for (query, header) in [
                (
                    format!("token={}", house.access),
                    ("User-Agent", canaries.token.as_str()),
                ),
                (
                    format!("%74oken={}&x={}", canaries.token, canaries.hex),
                    ("Referer", canaries.token.as_str()),
                ),
                (
                    format!("token={}", canaries.ticket),
                    ("X-Beseda-Visitor", canaries.token.as_str()),
                ),
                (format!("token={}", canaries.key), ("X-API-Key", canaries.key.as_str())),
                (String::new(), ("Authorization", bearer.as_str())),
                (canaries.random.clone(), ("Cookie", cookie.as_str())),
            ] {
                match Socket::open(house.server.address, &format!("{path}?{query}"), &[header]).await {
                    Ok(socket) => opened += usize::from(tell_everything(house, socket, &path).await),
                    Err(answer) => house.check(&path, &answer),
                }
            }
        }
    }
    assert!(opened >= 3, "sockets are let in: {opened}");
}

/// Says secrets in every frame; whether the socket was open to what was said.
async fn tell_everything(house: &House, mut socket: Socket, path: &str) -> bool {
    let canaries = &house.canaries;
    let frames = [
        json!({"type": "chat_message", "message": SAID, "token": canaries.token, "client_id": "c-1"}),
        json!({"message": SAID, "password": PASSWORD}),
        json!({"type": "chat_message", "message": {"token": canaries.token}}),
        json!({"type": canaries.random, "token": canaries.token}),
        json!({"type": "typing", "is_typing": canaries.token}),
        json!({"type": "mark_read", "message_id": canaries.hex}),
        json!({"latitude": canaries.hex, "longitude": PASSWORD}),
        json!([canaries.token]),
        json!(canaries.key),
    ];
    for frame in &frames {
        // A socket that was refused closes while we talk.
        if !socket.try_say(frame).await {
            break;
        }
    }
    let (mut heard, mut errors) = (0, 0);
    // Four of the frames are nothing to anybody, whatever the contract; the echo says all of them back.
    while errors < 4 && heard < frames.len() {
        match socket.hear().await {
            Heard::Frame(frame) => {
                heard += 1;
                errors += usize::from(frame["type"] == "error");
                let text = frame.to_string();
                let told = house.traces().into_iter().find(|trace| text.contains(trace.as_str()));
                assert!(told.is_none() || path == "/ws/test/", "{path}: {frame}");
                assert!(frame["type"] != "error" || !text.contains(SAID), "{path}: {frame}");
            }
            Heard::Closed(_, reason) => {
                let told = house.traces().into_iter().find(|trace| reason.contains(trace.as_str()));
                assert_eq!(told, None, "{path}: {reason}");
                return false;
            }
            Heard::Lost(_) => return false,
        }
    }
    socket.leave().await;
    true
}

/// Requests that are no HTTP, or too much of it; and addresses that no contract knows.
async fn knock_where_no_door_is(house: &House) {
    let (token, random) = (&house.canaries.token, &house.canaries.random);
    let long = token.repeat(400);
    for head in [
        format!("GET /?token={token} HTTP/9.9\r\nHost: x\r\n"),
        format!("GET {token} HTTP/1.1\r\nHost: x\r\n"),
        format!("{token} /{random} HTTP/1.1\r\nHost: x\r\n"),
        format!("{token}\r\n{random}"),
        format!("GET /api/me/ HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {long}\r\n"),
        format!("GET /api/me/ HTTP/1.1\r\nHost: x\r\nAuthorization : Bearer {token}\r\n"),
        format!("GET /api/me/ HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \u{1}{token}\r\n"),
        format!("GET /api/me/?token={long} HTTP/1.1\r\nHost: x\r\n"),
        format!("GET /api/me/ HTTP/1.1\r\nHost: {token}\r\nOrigin: https://{token}\r\n"),
        format!(
            "POST /login/ HTTP/1.1\r\nHost: x\r\nContent-Type: {token}\r\nContent-Length: {}\r\n\r\n{PASSWORD}",
            PASSWORD.len()
        ),
        format!(
            "POST /login/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{token}"
        ),
        format!(
            "GET /ws/chat/1/ HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             Sec-WebSocket-Protocol: bearer.{token}\r\n"
        ),
        format!("GET /ws/chat/1/?token={token} HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: {random}\r\n"),
    ] {
        let mut stream = in_time("a connection", TcpStream::connect(house.server.address))
            .await
            .expect("it listens");
        stream
            .write_all(format!("{head}Connection: close\r\n\r\n").as_bytes())
            .await
            .expect("it listens");
        let mut answer = Vec::new();
        // What is refused in the middle may end in a reset.
        let _ = in_time("the end", stream.read_to_end(&mut answer)).await;
    }
    let pages = [
        "/",
        "/healthz",
        "/readyz",
        "/chat",
        "/chat/assets/",
        "/metrics",
        "/api/",
        "/admin/chat",
        "/uploads/chat/",
        "/.env",
    ];
    for page in pages {
        for path in [page.to_owned(), format!("{page}/{token}"), format!("{page}/{random}/x")] {
            for proof in [0, 2, 9] {
                let answer = actor::answer(house.request(Method::GET, &path, proof, 0)).await;
                house.check(&path, &answer);
            }
        }
    }
}

async fn nothing_leaks(format: &str) {
    let mut house = House::open(format).await;
    let routes = beseda_contracts::routes();
    assert!(routes.list().len() >= 15, "{:?}", routes.list());
    knock_at_every_call(&house, routes.list()).await;
    knock_at_every_socket(&house, routes.list()).await;
    knock_where_no_door_is(&house).await;
    let goodbye = house.request(Method::POST, "/logout/", 1, 0);
    house.check("/logout/", &actor::answer(goodbye).await);
    house.server.ask_to_stop();
    house.server.stopped().await;

    let logs = house.server.logs();
    let lines = logs.lines().filter(|line| line.contains("answered")).count();
    assert!(lines >= 2 * 500, "a log that says nothing proves nothing: {lines}");
    assert!(logs.contains("[redacted]") && logs.contains("/api/me/"));
    for trace in house
        .traces()
        .iter()
        .map(String::as_str)
        .chain([SAID, &house.canaries.sought])
    {
        let told = logs.lines().find(|line| line.contains(trace));
        assert_eq!(told, None, "{trace} is in the log");
    }
}

#[tokio::test]
async fn no_secret_reaches_a_log_of_text_an_error_or_a_header() {
    nothing_leaks("text").await;
}

#[tokio::test]
async fn no_secret_reaches_a_log_of_json_an_error_or_a_header() {
    nothing_leaks("json").await;
}

/// What ends a line, colours a terminal or turns a text around.
const HOSTILE: &str = "x\r\n2000-01-01T00:00:00.000000Z ERROR: forged\u{1b}[31m\u{9b}31m\u{7f}\u{202e}\u{2066}\u{2028}";

#[tokio::test]
async fn nobody_can_forge_a_line_of_the_log() {
    for format in ["text", "json"] {
        let people = PEOPLE.iter().map(|(id, role)| {
            json!({"id": id, "username": format!("u{id}{HOSTILE}"), "first_name": HOSTILE, "role": role, "password": PASSWORD})
        });
        let town = people
            .fold(Town::default(), Town::person)
            .order(json!({"id": ORDER, "number": HOSTILE, "client": 12}));
        let server = Server::start(&format!("forged-line-{format}"), &settings(format), &town).await;
        let ids = PEOPLE.map(|(id, _)| id);
        let tokens = server.tokens(&ids).await;
        let nobody = Actor::new(server.address, 0, "");
        nobody
            .post("/login/", &json!({"identifier": HOSTILE, "password": HOSTILE}))
            .await;
        for route in beseda_contracts::routes()
            .list()
            .iter()
            .filter(|route| is_socket(route))
        {
            for (token, id) in tokens.iter().zip(ids) {
                let path = filled(route.path, &id.to_string());
                if let Ok(mut socket) = Socket::open(server.address, &format!("{path}?token={token}"), &[]).await {
                    for frame in [
                        json!({"type": HOSTILE}),
                        json!({"type": "chat_message", "message": HOSTILE}),
                        json!({"message": ""}),
                    ] {
                        let _ = socket.try_say(&frame).await;
                    }
                    socket.leave().await;
                }
            }
        }
        for path in [
            "/\u{9b}31m",
            "/\u{202e}gpj",
            "/\u{2028}x",
            "/%0d%0aERROR:%20forged",
            "/a\u{7f}",
            "/ws/chat/\u{9b}/",
        ] {
            let mut stream = TcpStream::connect(server.address).await.expect("it listens");
            let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            stream.write_all(request.as_bytes()).await.expect("it listens");
            let mut answer = Vec::new();
            let _ = in_time("the end", stream.read_to_end(&mut answer)).await;
        }
        let logs = server.logs();
        assert!(logs.contains("answered"), "{logs}");
        for line in logs.lines() {
            let is_line = ["20", "{\"timestamp\":", "Beseda serves "]
                .iter()
                .any(|start| line.starts_with(start));
            assert!(is_line && !line.starts_with("2000"), "{line:?}");
            let odd = |char: char| char.is_control() || "\u{202e}\u{2066}\u{2028}".contains(char);
            assert!(!line.contains(odd), "{line:?}");
        }
    }
}
