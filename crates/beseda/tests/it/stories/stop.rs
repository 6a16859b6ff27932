//! A graceful stop: what was begun is finished, every socket learns when to come back, and the exit code is 0.

use crate::harness::{Heard, Server, Town, in_time};
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::collections::HashSet;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test]
async fn a_stop_finishes_what_was_begun_and_tells_everybody() {
    let mut server = Server::start("stop", "", &Town::parties(2)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    let mut sockets = join_all([&party.client, &party.expert, &party.operator].map(|person| person.listen(room))).await;

    // A request that has begun when the signal comes, and ends after it.
    let body = json!({"room": room, "message": "begun before the stop"}).to_string();
    let (front, back) = body.split_at(body.len() / 2);
    let mut begun = TcpStream::connect(server.address).await.expect("the server listens");
    let head = format!(
        "POST /api/chat/messages/ HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{front}",
        server.address,
        party.client.token,
        body.len()
    );
    begun.write_all(head.as_bytes()).await.expect("half a request leaves");
    // A whole one on a younger connection: when it is answered, the half one has been read.
    party.client.send(room, "before").await;

    server.ask_to_stop();
    let mut hints = HashSet::new();
    for socket in &mut sockets {
        let (code, reason) = socket.closed_at_last().await;
        assert_eq!(code, 4009);
        let hint = reason
            .strip_prefix("retry_ms=")
            .and_then(|hint| hint.parse::<u64>().ok());
        hints.insert(hint.unwrap_or_else(|| panic!("no hint: {reason:?}")));
    }
    assert!(
        hints.len() > 1,
        "everybody is told to come back at the same moment: {hints:?}"
    );

    begun.write_all(back.as_bytes()).await.expect("the other half leaves");
    let mut answer = Vec::new();
    in_time("the answer of what was begun", begun.read_to_end(&mut answer))
        .await
        .expect("an answer");
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");

    let status = server.stopped().await;
    assert_eq!(status.code(), Some(0), "{status}\n{}", server.logs());

    server.serve().await;
    let client = party.client.at(server.address);
    let texts: Vec<Value> = client
        .all_messages(room)
        .await
        .iter()
        .map(|m| m["message"].clone())
        .collect();
    assert_eq!(texts, ["before", "begun before the stop"]);
}

#[tokio::test]
async fn a_stop_does_not_wait_for_ever() {
    let mut server = Server::start("stop-stuck", "limits.stop_seconds = 1", &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    // One who never ends their request, and one who never answers the close.
    let mut stuck = TcpStream::connect(server.address).await.expect("the server listens");
    let head = format!(
        "POST /login/ HTTP/1.1\r\nHost: {}\r\nContent-Length: 9\r\n\r\n{{",
        server.address
    );
    stuck.write_all(head.as_bytes()).await.expect("half a request leaves");
    let deaf = party.expert.listen(room).await;
    server.ask_to_stop();
    let status = server.stopped().await;
    assert_eq!(status.code(), Some(0), "{status}\n{}", server.logs());
    drop(deaf);
}

#[tokio::test]
async fn a_stop_under_load_loses_nothing_that_was_acknowledged() {
    let mut server = Server::start("stop-load", "", &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    let mut socket = party.expert.listen(room).await;
    let senders = (0..8).map(|lane| {
        let client = party.client.clone();
        tokio::spawn(async move {
            let mut acknowledged = Vec::new();
            for n in 0.. {
                let body = json!({"room": room, "message": format!("{lane}/{n}")});
                let request = client.request(reqwest::Method::POST, "/api/chat/messages/").json(&body);
                match request.send().await {
                    Ok(answer) if answer.status() == 201 => acknowledged.push(format!("{lane}/{n}")),
                    // Refused, or no server there any more.
                    _ => break,
                }
            }
            acknowledged
        })
    });
    let senders: Vec<_> = senders.collect();
    for _ in 0..100 {
        socket.frame().await;
    }
    server.ask_to_stop();
    let mut heard = 100;
    while let Heard::Frame(_) = socket.hear().await {
        heard += 1;
    }
    let status = server.stopped().await;
    assert_eq!(status.code(), Some(0), "{status}\n{}", server.logs());
    let mut acknowledged = Vec::new();
    for sender in senders {
        acknowledged.extend(in_time("the sender gives up", sender).await.expect("the sender ends"));
    }
    assert!(
        acknowledged.len() + 8 >= heard,
        "{} acknowledged, {heard} heard",
        acknowledged.len()
    );

    server.serve().await;
    let kept = party.client.at(server.address).all_messages(room).await;
    let kept: Vec<&str> = kept
        .iter()
        .map(|message| message["message"].as_str().expect("a text"))
        .collect();
    let distinct: HashSet<&str> = kept.iter().copied().collect();
    assert_eq!(distinct.len(), kept.len(), "nothing is doubled");
    let lost: Vec<_> = acknowledged
        .iter()
        .filter(|text| !distinct.contains(text.as_str()))
        .collect();
    assert!(lost.is_empty(), "lost: {lost:?}");
}
