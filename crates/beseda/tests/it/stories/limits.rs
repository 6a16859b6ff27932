//! One past each limit of size: refused in words, and nothing else happens.

use crate::harness::{Actor, Answer, Server, Socket, Town, actor, in_time};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const SETTINGS: &str = "\
limits.text_chars = 20
limits.client_id_chars = 36
limits.frame_bytes = 1024
limits.body_bytes = 2048
limits.attachment_bytes = 1024
limits.headers = 20
limits.header_bytes = 8192
limits.json_depth = 4
limits.page_size = 3
limits.page_size_default = 2
limits.history_messages = 4
limits.listeners = 2
";

async fn send_body(person: &Actor, body: String) -> Answer {
    let request = person
        .request(Method::POST, "/api/chat/messages/")
        .header("Content-Type", "application/json");
    actor::answer(request.body(body)).await
}

#[tokio::test]
async fn one_past_each_limit_of_size_is_refused() {
    let server = Server::start("limits", SETTINGS, &Town::parties(1)).await;
    let party = server.party(1).await;
    let (client, room) = (&party.client, party.client.room_of(party.order).await);
    let mut socket = client.listen(room).await;

    texts_and_client_ids(client, room, &mut socket).await;
    depth(client, room, &mut socket).await;
    pages(client, room).await;
    bodies(client, room).await;
    headers(client).await;

    // A frame of exactly the limit is read, one byte more is not.
    let frame = |length: usize| {
        let bare = json!({"type": "typing", "pad": ""}).to_string();
        json!({"type": "typing", "pad": "x".repeat(length - bare.len())}).to_string()
    };
    socket.say_text(&frame(1_024)).await;
    let heard = socket.say_and_hear("still here").await;
    assert!(heard.iter().all(|frame| frame["type"] == "chat_message"), "{heard:?}");
    socket.say_text(&frame(1_025)).await;
    assert_eq!(socket.closed().await.0, 1009);
}

async fn texts_and_client_ids(client: &Actor, room: i64, socket: &mut Socket) {
    let (fits, too_long) = ("ю".repeat(20), "ю".repeat(21));
    client.send(room, &fits).await;
    assert_eq!(socket.frame().await["message"]["message"], fits);
    let refused = client
        .post("/api/chat/messages/", &json!({"room": room, "message": too_long}))
        .await;
    assert_eq!(refused.status, 400);
    assert_eq!(
        refused.json(),
        json!({"message": ["Ensure this field has no more than 20 characters."]})
    );
    socket.say(&json!({"type": "chat_message", "message": too_long})).await;
    assert_eq!(socket.frame().await["code"], "too_long");

    let (fits, too_long) = ("c".repeat(36), "c".repeat(37));
    let sent = client
        .post(
            "/api/chat/messages/",
            &json!({"room": room, "message": "a", "client_id": fits}),
        )
        .await;
    assert_eq!(sent.status, 201, "{sent:?}");
    assert_eq!(socket.frame().await["client_id"], fits);
    let refused = client
        .post(
            "/api/chat/messages/",
            &json!({"room": room, "message": "a", "client_id": too_long}),
        )
        .await;
    assert_eq!(refused.status, 400, "{refused:?}");
    assert!(refused.json()["client_id"][0].is_string(), "{refused:?}");
    socket
        .say(&json!({"type": "chat_message", "message": "a", "client_id": too_long}))
        .await;
    assert_eq!(socket.frame().await["type"], "error");
}

/// `limits.json_depth` is four: the body's own level and three more.
async fn depth(client: &Actor, room: i64, socket: &mut Socket) {
    let padded = |inner: &str| format!(r#"{{"room": {room}, "message": "a", "more": {inner}}}"#);
    assert_eq!(send_body(client, padded("[[[]]]")).await.status, 201);
    assert_eq!(socket.frame().await["type"], "chat_message");
    let refused = send_body(client, padded("[[[[]]]]")).await;
    assert_eq!(refused.status, 400, "{refused:?}");
    socket.say_text(r#"{"type": "typing", "more": [[[]]]}"#).await;
    socket.say_text(r#"{"type": "typing", "more": [[[[]]]]}"#).await;
    assert_eq!(socket.frame().await["type"], "error");
}

async fn pages(client: &Actor, room: i64) {
    for n in 0..5 {
        client.send(room, &n.to_string()).await;
    }
    let page = async |query: &str| {
        let envelope = client
            .get(&format!("/api/chat/rooms/{room}/messages/?{query}"))
            .await
            .json();
        envelope["results"].as_array().map(Vec::len)
    };
    assert_eq!(page("page=1").await, Some(2));
    assert_eq!(page("page=1&page_size=3").await, Some(3));
    assert_eq!(page("page=1&page_size=4").await, Some(3));
    let history: Vec<Value> = {
        let socket = client.listen(room).await;
        socket
            .history
            .iter()
            .map(|message| message["message"].clone())
            .collect()
    };
    assert_eq!(history, ["1", "2", "3", "4"]);
}

async fn bodies(client: &Actor, room: i64) {
    let padded = |length: usize| {
        let bare = json!({"room": room, "message": "a", "pad": ""}).to_string();
        json!({"room": room, "message": "a", "pad": "x".repeat(length - bare.len())}).to_string()
    };
    assert_eq!(send_body(client, padded(2_048)).await.status, 201);
    let refused = send_body(client, padded(2_049)).await;
    assert_eq!(refused.status, 413, "{refused:?}");
    assert!(refused.json()["detail"].is_string(), "{refused:?}");
    // A body without a length ends at the same byte, whatever takes it.
    for path in [
        "/api/chat/messages/",
        "/api/chat/rooms/",
        "/api/chat/rooms/create_for_order/",
        "/login/",
        "/api/token/",
        "/api/token/refresh/",
    ] {
        let status = endless(client, path).await;
        assert_eq!(status, "413", "{path}");
    }
}

/// Sends a body in pieces that never ends; the status of the answer.
async fn endless(client: &Actor, path: &str) -> String {
    let mut stream = TcpStream::connect(client.address).await.expect("the server listens");
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Transfer-Encoding: chunked\r\n\r\n",
        client.address, client.token
    );
    stream.write_all(head.as_bytes()).await.expect("the head leaves");
    let (mut read, mut write) = stream.split();
    let piece = format!("200\r\n{}\r\n", " ".repeat(512));
    let mut answer = Vec::new();
    let mut bytes = [0; 512];
    in_time("an answer to an endless body", async {
        let mut open = true;
        loop {
            tokio::select! {
                heard = read.read(&mut bytes) => match heard {
                    Ok(length) if length > 0 => {
                        answer.extend_from_slice(&bytes[..length]);
                        if answer.len() > 12 { break; }
                    }
                    _ => break,
                },
                sent = write.write_all(piece.as_bytes()), if open => open = sent.is_ok(),
            }
        }
    })
    .await;
    String::from_utf8_lossy(&answer)
        .split(' ')
        .nth(1)
        .unwrap_or("no answer")
        .to_owned()
}

async fn headers(client: &Actor) {
    // The library adds some of its own: well below, and well above.
    let with = async |count: usize, length: usize| {
        let mut request = client.request(Method::GET, "/api/chat/rooms/");
        for n in 0..count {
            request = request.header(format!("x-pad-{n}"), "x".repeat(length));
        }
        actor::answer(request).await.status
    };
    assert_eq!(with(10, 10).await, 200);
    assert_eq!(with(21, 10).await, 431);
    assert_eq!(with(2, 3_000).await, 200);
    assert_eq!(with(2, 5_000).await, 431);
}

#[tokio::test]
async fn one_socket_too_many_of_a_person_is_closed_with_its_own_code() {
    let server = Server::start("listeners", SETTINGS, &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    let (mut first, second) = (party.client.listen(room).await, party.client.listen(room).await);
    let mut third = party.client.knock(room).await;
    assert_eq!(third.closed().await.0, 4029);
    // It is a limit of the person: others come in, the standing ones stay, and one that leaves makes room.
    let mut other = party.expert.listen(room).await;
    first.say_and_hear("still here").await;
    assert_eq!(other.texts_until("still here").await.len(), 1);
    drop(second);
    in_time("a place is free again", async {
        loop {
            let mut again = party.client.knock(room).await;
            match again.hear().await {
                crate::harness::Heard::Frame(frame) => break assert_eq!(frame["type"], "message_history"),
                crate::harness::Heard::Closed(code, _) => assert_eq!(code, 4029),
                crate::harness::Heard::Lost(why) => panic!("lost: {why}"),
            }
        }
    })
    .await;
}
