//! `kill -9` in the middle of everything: what was acknowledged is there afterwards, once.

use crate::harness::{Actor, Heard, Server, Town, in_time};
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Sends by REST until the server is gone; what it acknowledged, by client id.
async fn by_rest(person: Actor, room: i64, lane: usize, count: Arc<AtomicUsize>) -> HashMap<String, i64> {
    let mut acknowledged = HashMap::new();
    for n in 0.. {
        let client_id = format!("rest-{lane}-{n}");
        let body = json!({"room": room, "message": client_id, "client_id": client_id});
        let request = person.request(reqwest::Method::POST, "/api/chat/messages/").json(&body);
        let Ok(answer) = request.send().await else { break };
        let Ok(message) = answer.json::<serde_json::Value>().await else {
            break;
        };
        acknowledged.insert(client_id, message["id"].as_i64().expect("an id"));
        count.fetch_add(1, Ordering::Relaxed);
    }
    acknowledged
}

/// Sends by socket until the server is gone; what came back of it, by client id.
async fn by_socket(person: Actor, room: i64, lane: usize, count: Arc<AtomicUsize>) -> HashMap<String, i64> {
    let mut socket = person.listen(room).await;
    let mut acknowledged = HashMap::new();
    for n in 0.. {
        let client_id = format!("socket-{lane}-{n}");
        if !socket
            .try_say(&json!({"type": "chat_message", "message": client_id, "client_id": client_id}))
            .await
        {
            break;
        }
        loop {
            match socket.hear().await {
                Heard::Frame(frame) if frame["client_id"] == client_id.as_str() => {
                    acknowledged.insert(client_id, frame["message"]["id"].as_i64().expect("an id"));
                    count.fetch_add(1, Ordering::Relaxed);
                    break;
                }
                Heard::Frame(_) => {}
                Heard::Closed(..) | Heard::Lost(_) => return acknowledged,
            }
        }
    }
    acknowledged
}

#[tokio::test]
async fn a_killed_server_has_kept_what_it_acknowledged() {
    let mut server = Server::start("crash", "", &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    let count = Arc::new(AtomicUsize::new(0));
    let mut lanes = Vec::new();
    for lane in 0..4 {
        lanes.push(tokio::spawn(by_rest(
            party.client.clone(),
            room,
            lane,
            Arc::clone(&count),
        )));
        lanes.push(tokio::spawn(by_socket(
            party.expert.clone(),
            room,
            lane,
            Arc::clone(&count),
        )));
    }
    in_time("three hundred acknowledged messages", async {
        while count.load(Ordering::Relaxed) < 300 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    server.kill();
    let mut acknowledged = HashMap::new();
    for lane in lanes {
        acknowledged.extend(in_time("the lane ends", lane).await.expect("the lane ends well"));
    }
    assert!(acknowledged.len() >= 300);

    server.serve().await;
    let (client, expert) = (party.client.at(server.address), party.expert.at(server.address));
    let kept = client.all_messages(room).await;
    let by_text: HashMap<&str, i64> = kept
        .iter()
        .map(|m| (m["message"].as_str().expect("a text"), m["id"].as_i64().expect("an id")))
        .collect();
    assert_eq!(by_text.len(), kept.len(), "nothing is doubled");
    for (client_id, id) in &acknowledged {
        assert_eq!(
            by_text.get(client_id.as_str()),
            Some(id),
            "{client_id} was acknowledged"
        );
    }
    // A retry of what was acknowledged before the crash finds it, by either way.
    for (client_id, id) in acknowledged.iter().take(20) {
        let person = if client_id.starts_with("rest") {
            &client
        } else {
            &expert
        };
        let body = json!({"room": room, "message": client_id, "client_id": client_id});
        assert_eq!(person.post("/api/chat/messages/", &body).await.json()["id"], json!(id));
    }
    assert_eq!(client.all_messages(room).await.len(), kept.len());
    let unread = client.get(&format!("/api/chat/rooms/{room}/")).await.json()["unread_count"].clone();
    let of_others = kept
        .iter()
        .filter(|message| message["sender"]["id"] != json!(client.id))
        .count();
    assert_eq!(unread, json!(of_others));
}
