//! Where the server meets what stands in front of it: prefixes, forwarded headers, subprotocols, and HTTP's own rules.

use crate::harness::actor::answer;
use crate::harness::files::{BOUNDARY, Parts};
use crate::harness::{Actor, Answer, Server, Socket, Town, in_time, town};
use futures_util::{SinkExt, StreamExt};
use reqwest::Method;
use serde_json::{Value, json};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

const BASE: &str = "base_path = '/chat-api'\n";
const TRUSTED: &str = "trusted_proxies = ['127.0.0.1']\n";

fn school_and_shop() -> Town {
    let person = |id: i64, role: &str| {
        let email = format!("p{id}@shop.example");
        json!({"id": id, "username": format!("p{id}"), "email": email, "role": role, "password": "correct horse battery"})
    };
    Town::default()
        .person(person(1, "client"))
        .person(person(2, "expert"))
        .person(person(3, "teacher"))
        .person(person(4, "student"))
        .person(person(5, "admin"))
        .group(json!({"id": 1, "name": "7A", "teacher": 3, "students": [4]}))
        .order(json!({"id": 17, "client": 1, "expert": 2}))
}

/// Sends a small file as a form to any call.
async fn bring(by: &Actor, path: &str, fields: &[(&str, String)]) -> Answer {
    let mut form = Parts::default();
    for (name, value) in fields {
        form = form.text(name, value);
    }
    let request = by
        .request(Method::POST, path)
        .header("Content-Type", format!("multipart/form-data; boundary={BOUNDARY}"));
    answer(request.body(form.file("file", "a.txt", b"words").body())).await
}

/// Every address that an answer or a frame holds.
fn addresses(said: &Value) -> Vec<String> {
    match said {
        Value::String(text) if text.contains("/files/") || text.contains("/api/") => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(addresses).collect(),
        Value::Object(fields) => fields.values().flat_map(addresses).collect(),
        _ => Vec::new(),
    }
}

/// The one address in it, which must begin with the prefix and lead to the file.
async fn leads_to_the_file(by: &Actor, said: &Value, prefix: &str) {
    let found = addresses(said);
    let [file] = found.as_slice() else {
        panic!("one address: {said}")
    };
    assert!(file.starts_with(prefix), "{file}");
    // A path of the base leads here; one that another proxy takes away does once that is gone.
    let here = if prefix.starts_with("/chat-api/") {
        file.as_str()
    } else {
        file.strip_prefix("/outer").unwrap_or(file)
    };
    let fetched = by.fetch(here).await;
    assert_eq!(
        (fetched.status, fetched.bytes.as_slice()),
        (200, b"words".as_slice()),
        "{file}"
    );
}

#[tokio::test]
async fn under_a_base_path_every_address_carries_it_in_every_contract() {
    let server = Server::start("edge-base", BASE, &school_and_shop()).await;
    let tokens = server.tokens(&[1, 3, 5]).await;
    let [anna, teacher, olga] = [(1, 0), (3, 1), (5, 2)].map(|(id, at)| Actor::new(server.address, id, &tokens[at]));
    let prefix = "/chat-api/";

    // Contract 4, over REST and on a socket, by either path.
    let room = anna.room_of(17).await;
    let path = format!("/chat-api/ws/chat/{room}/?token={}", anna.token);
    let mut socket = Socket::open(server.address, &path, &[]).await.expect("an upgrade");
    assert_eq!(socket.frame().await["type"], "message_history");
    let sent = bring(&anna, "/chat-api/api/chat/messages/", &[("room", room.to_string())]).await;
    leads_to_the_file(&anna, &sent.json(), prefix).await;
    leads_to_the_file(&anna, &socket.frame().await, prefix).await;
    let list = anna.get("/chat-api/api/chat/rooms/").await.json();
    leads_to_the_file(&anna, &list[0]["last_message"], prefix).await;
    let history = format!("/ws/chat/{room}/?token={}", anna.token);
    let mut late = Socket::open(server.address, &history, &[]).await.expect("an upgrade");
    leads_to_the_file(&anna, &late.frame().await, prefix).await;
    let pages = anna
        .get(&format!("/chat-api/api/chat/rooms/{room}/messages/?page_size=1"))
        .await;
    leads_to_the_file(&anna, &pages.json()[0], prefix).await;
    let root = anna.get("/chat-api/api/chat/").await.json();
    let here = format!("http://{}/chat-api", server.address);
    assert_eq!(root["messages"], format!("{here}/api/chat/messages/"));
    anna.send(room, "one more").await;
    let page = anna
        .get(&format!("/api/chat/messages/?room={room}&page=1&page_size=1"))
        .await
        .json();
    let next = page["next"].as_str().expect("a next page");
    assert!(next.starts_with(&format!("{here}/api/chat/messages/?page=2")), "{next}");

    // Contract 1, of the same room.
    let sent = bring(&anna, "/api/chat/order/17/send", &[]).await;
    assert_eq!(sent.status, 200, "{sent:?}");
    leads_to_the_file(&anna, &sent.json(), prefix).await;

    // Contract 2.
    let chat = teacher
        .post("/chat-api/api/chats/create_private/", &json!({"user_id": 4}))
        .await;
    let sent = bring(&teacher, "/api/messages/", &[("chat", chat.json()["id"].to_string())]).await;
    leads_to_the_file(&teacher, &sent.json(), prefix).await;

    // Contract 5, for a visitor and for the staff.
    let nobody = anna.with_token("");
    let opened = nobody
        .post("/chat-api/api/public/chat-rooms/", &json!({"customer_name": "Вера"}))
        .await;
    let cookie = opened.header("Set-Cookie");
    assert!(
        cookie.starts_with("beseda_visitor=") && cookie.contains("; Path=/chat-api; "),
        "{cookie}"
    );
    let id = opened.json()["id"].as_str().expect("an id").to_owned();
    let desk = format!("/ws/admin/chat/?token={}", olga.token);
    let mut desk = Socket::open(server.address, &desk, &[]).await.expect("an upgrade");
    let sent = bring(&nobody, &format!("/api/public/chat-rooms/{id}/send_message/"), &[]).await;
    leads_to_the_file(&nobody, &sent.json(), prefix).await;
    leads_to_the_file(&olga, &desk.frame().await, prefix).await;
}

#[tokio::test]
async fn a_prefix_that_a_trusted_proxy_takes_away_is_in_every_address() {
    let server = Server::start("edge-prefix", TRUSTED, &school_and_shop()).await;
    let anna = Actor::new(server.address, 1, &server.tokens(&[1]).await[0]);
    let room = anna.room_of(17).await;
    let proxied = [
        ("X-Forwarded-Host", "shop.example:8443"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Prefix", "/outer"),
        ("Origin", "https://shop.example:8443"),
    ];
    let path = format!("/ws/chat/{room}/?token={}", anna.token);
    let mut through = Socket::open(server.address, &path, &proxied).await.expect("an upgrade");
    let mut past = Socket::open(server.address, &path, &[]).await.expect("an upgrade");
    for socket in [&mut through, &mut past] {
        assert_eq!(socket.frame().await["type"], "message_history");
    }
    bring(&anna, "/api/chat/messages/", &[("room", room.to_string())]).await;
    leads_to_the_file(&anna, &through.frame().await, "/outer/files/").await;
    leads_to_the_file(&anna, &past.frame().await, "/files/").await;

    let call = async |method, path: &str, body: &Value| {
        let mut request = anna.request(method, path).json(body);
        for (name, value) in proxied {
            request = request.header(name, value);
        }
        answer(request).await
    };
    let root = call(Method::GET, "/api/chat/", &json!({})).await.json();
    assert_eq!(root["rooms"], "https://shop.example:8443/outer/api/chat/rooms/");
    let login = json!({"identifier": "p1", "password": "correct horse battery"});
    let cookie = call(Method::POST, "/login/", &login).await.header("Set-Cookie");
    assert!(
        cookie.contains("; Path=/outer; ") && cookie.ends_with("; Secure"),
        "{cookie}"
    );
}

#[tokio::test]
async fn what_a_stranger_writes_about_proxies_is_believed_by_nobody() {
    let party = town::shared().await.party(39).await;
    let anna = &party.client;
    let root = anna
        .request(Method::GET, "/api/chat/")
        .header("X-Forwarded-Host", "evil.example")
        .header("X-Forwarded-Proto", "https")
        .header("X-Forwarded-Prefix", "/evil");
    let rooms = format!("http://{}/api/chat/rooms/", anna.address);
    assert_eq!(answer(root).await.json()["rooms"], Value::from(rooms));
    let page = anna
        .request(Method::GET, "/api/chat/")
        .header("X-Forwarded-Host", "evil.example")
        .header("Origin", "http://evil.example");
    assert_eq!(answer(page).await.status, 403);
}

#[tokio::test]
async fn the_hosts_that_are_answered_to_are_those_that_a_trusted_proxy_was_asked_for() {
    let settings = format!("{TRUSTED}allowed_hosts = ['.shop.example']\n");
    let server = Server::start("edge-hosts", &settings, &Town::parties(1)).await;
    let anna = server.party(1).await.client;
    let ask = async |host: &str| {
        let request = anna.request(Method::GET, "/api/me/").header("X-Forwarded-Host", host);
        answer(request).await.status
    };
    assert_eq!(ask("chat.shop.example:8443").await, 200);
    assert_eq!(ask("evil.example, chat.shop.example").await, 200);
    assert_eq!(ask("chat.shop.example, evil.example").await, 400);
    assert_eq!(ask("shop.example.evil.example").await, 400);
    assert_eq!(
        ask("chat.shop.example/evil").await,
        400,
        "which leaves the Host, an address"
    );
    assert_eq!(anna.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn what_is_printed_on_the_first_start_carries_the_base_path() {
    let server = Server::start("edge-printed", BASE, &Town::default()).await;
    let here = format!("http://{}/chat-api", server.address);
    let printed = server.logs();
    let (_, link) = printed.split_once(&format!("{here}/setup/?code=")).expect("a link");
    assert!(printed.contains(&format!("Beseda serves {here}\n")), "{printed}");
    let code = link.split_whitespace().next().expect("a code");
    let form = Actor::new(server.address, 0, "")
        .get(&format!("/chat-api/setup/?code={code}"))
        .await;
    assert_eq!(form.status, 200, "{form:?}");
    assert!(form.text.contains("action=\"/chat-api/setup/\""), "{}", form.text);
    let output = server
        .command(&["admin", "create", "--link", "--email", "a@shop.example"])
        .await;
    let more = String::from_utf8(output.stdout).expect("text");
    assert!(more.contains("/chat-api/setup/?code="), "{more}");
}

#[tokio::test]
async fn a_socket_may_offer_its_token_behind_bearer_and_always_gets_a_subprotocol() {
    let server = Server::start("edge-bearer", "log_level = 'trace'\n", &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    let path = format!("/ws/chat/{room}/");
    let offering = async |lines: &[&str], path: &str| {
        let headers: Vec<_> = lines.iter().map(|line| ("Sec-WebSocket-Protocol", *line)).collect();
        // Like a browser, the library fails where none of those is selected.
        let opened = Socket::open(server.address, path, &headers).await;
        opened.unwrap_or_else(|answer| panic!("no upgrade: {answer:?}"))
    };
    let token = &party.client.token;
    let mut socket = offering(&[&format!("bearer, {token}")], &path).await;
    assert_eq!(socket.frame().await["type"], "message_history");
    socket.say_and_hear("по протоколу").await;
    let mut socket = offering(&["bearer", token], &path).await;
    assert_eq!(socket.frame().await["type"], "message_history");
    let mut socket = offering(&["chat.v1, chat.v2"], &format!("{path}?token={token}")).await;
    assert_eq!(socket.frame().await["type"], "message_history");
    // It is refused in words that a browser can read.
    for (offer, code) in [
        ("bearer, not.a.token", 4001),
        ("chat.v1", 4001),
        (&format!("bearer, {}", party.stranger.token), 4003),
    ] {
        let mut refused = offering(&[offer], &path).await;
        assert_eq!(refused.closed().await.0, code, "{offer}");
    }
    // It proves more than the query does, and the spa's sockets take it too.
    let mut socket = offering(&[&format!("bearer, {token}")], &format!("{path}?token=bad")).await;
    assert_eq!(socket.frame().await["type"], "message_history");
    let logs = server.logs();
    assert!(
        !logs.contains(token) && !logs.contains("not.a.token"),
        "no token is logged"
    );
}

/// What comes back for these bytes until the server closes.
async fn raw(address: SocketAddr, request: &str) -> String {
    let mut stream = in_time("a connection", TcpStream::connect(address))
        .await
        .expect("it listens");
    stream.write_all(request.as_bytes()).await.expect("it is sent");
    let mut got = Vec::new();
    let _ = in_time("the end", stream.read_to_end(&mut got)).await;
    String::from_utf8_lossy(&got).into_owned()
}

#[tokio::test]
async fn http_is_kept_to_in_what_requests_are_and_what_they_carry() {
    let server = town::shared().await;
    let party = server.party(40).await;
    let room = party.client.room_of(party.order).await;
    let ask = async |line: &str, headers: &str| {
        let head = format!("{line} HTTP/1.1\r\nAuthorization: Bearer {}\r\n", party.client.token);
        raw(server.address, &format!("{head}{headers}Connection: close\r\n\r\n")).await
    };
    let status = |answer: &str| answer.get(9..12).unwrap_or_default().to_owned();
    let me = "GET /api/me/";
    assert_eq!(status(&ask(me, "Host: here\r\n").await), "200");
    assert_eq!(status(&ask(me, "").await), "400");
    assert_eq!(status(&ask(me, "Host: here\r\nHost: there\r\n").await), "400");
    assert_eq!(status(&ask(me, "Host: here\r\nTE: gzip\r\n").await), "501");
    let chunked = "Host: here\r\nTransfer-Encoding: gzip, chunked\r\n";
    assert_eq!(status(&ask("POST /api/chat/messages/", chunked).await), "501");

    // Letters in percents are letters, once.
    for (path, wanted) in [
        ("/api/%63hat/rooms/", "200"),
        ("/%61%70%69/me/", "200"),
        ("/api/%2563hat/rooms/", "404"),
        ("/api%2Fme/", "404"),
    ] {
        let answer = ask(&format!("GET {path}"), "Host: here\r\n").await;
        assert_eq!(status(&answer), wanted, "{path}\n{answer}");
    }

    // A body that is packed is refused in the voice of its contract, and nothing is kept of it.
    for (path, word) in [
        ("/api/chat/messages/", "detail"),
        ("/api/chat/order/40/send", "error"),
        ("/login/", "detail"),
    ] {
        let packed = party
            .client
            .request(Method::POST, path)
            .header("Content-Encoding", "gzip")
            .json(&json!({"room": room, "message": "packed"}));
        let refused = answer(packed).await;
        assert_eq!(refused.status, 415, "{path}: {refused:?}");
        let said = refused.json()[word].as_str().expect("a sentence").to_owned();
        assert!(said.contains("gzip"), "{said}");
    }
    let plain = party
        .client
        .request(Method::POST, "/api/chat/messages/")
        .header("Content-Encoding", "identity")
        .json(&json!({"room": room, "message": "plain"}));
    assert_eq!(answer(plain).await.status, 201);
    let texts = party.client.all_messages(room).await;
    assert_eq!(texts.len(), 1, "{texts:?}");
}

#[tokio::test]
async fn the_page_says_who_may_show_it_in_a_frame() {
    let framing = async |story: &str, settings: &str| {
        let server = Server::start(story, settings, &Town::default()).await;
        let framed = async |path: &str| {
            let page = Actor::new(server.address, 0, "").get(path).await;
            assert_eq!(page.status, 200, "{}: npm run build --prefix web", page.text);
            let policy = page.header("Content-Security-Policy");
            let (_, ancestors) = policy.split_once("frame-ancestors ").expect("a directive");
            (ancestors.to_owned(), page.header("X-Frame-Options"))
        };
        let page = framed("/chat/").await;
        assert_eq!(framed("/widget/").await, page, "the widget is shown by the same sites");
        page
    };
    let told = |ancestors: &str, older: &str| (ancestors.to_owned(), older.to_owned());
    assert_eq!(framing("edge-frame", "").await, told("'self'", "SAMEORIGIN"));
    let shops = "frame_ancestors = ['https://shop.example', 'https://*.shop.example']\n";
    let named = "https://shop.example https://*.shop.example";
    assert_eq!(framing("edge-frame-shops", shops).await, told(named, ""));
    let none = "frame_ancestors = [\"'none'\"]\n";
    assert_eq!(framing("edge-frame-none", none).await, told("'none'", "DENY"));
}

#[tokio::test]
async fn the_loader_of_the_widget_is_kept_for_minutes_and_its_files_for_ever() {
    let nobody = Actor::new(town::shared().await.address, 0, "");
    let loader = nobody.get("/widget.js").await;
    assert_eq!(loader.status, 200, "{}: npm run build --prefix web", loader.text);
    assert!(loader.header("Content-Type").contains("javascript"), "{loader:?}");
    assert_eq!(loader.header("Cache-Control"), "public, max-age=600");
    let tag = loader.header("ETag");
    let known = nobody.request(Method::GET, "/widget.js").header("If-None-Match", &tag);
    assert_eq!(answer(known).await.status, 304);
    let page = nobody.get("/widget").await.text;
    let (_, script) = page.split_once("src=\"./widget/").expect("its script lies below it");
    let (script, _) = script.split_once('"').expect("a whole attribute");
    let script = nobody.get(&format!("/widget/{script}")).await;
    assert_eq!(script.status, 200, "{script:?}");
    assert!(script.header("Cache-Control").contains("immutable"), "{script:?}");
    assert_eq!(nobody.get("/widget/index.html").await.status, 404);
}

#[tokio::test]
async fn the_test_socket_says_bytes_back_and_answers_a_close_at_once() {
    let address = town::shared().await.address;
    let stream = in_time("a connection", TcpStream::connect(address))
        .await
        .expect("it listens");
    let opened = in_time("the upgrade", client_async(format!("ws://{address}/ws/test/"), stream)).await;
    let (mut socket, _) = opened.expect("an upgrade");
    let mut hear = async |said: Option<Message>| {
        if let Some(said) = said {
            socket.send(said).await.expect("it is sent");
        }
        in_time("a frame", socket.next())
            .await
            .expect("it is open")
            .expect("a frame")
    };
    assert!(hear(None).await.is_text(), "a greeting");
    let bytes = Message::binary(vec![0xFF, 0x00, 0x7B]);
    assert_eq!(hear(Some(bytes.clone())).await, bytes);
    let bye = CloseFrame {
        code: 4321.into(),
        reason: "".into(),
    };
    // Its own time is longer than anything here is waited for.
    let closed = hear(Some(Message::Close(Some(bye.clone())))).await;
    assert_eq!(closed, Message::Close(Some(bye)));
}
