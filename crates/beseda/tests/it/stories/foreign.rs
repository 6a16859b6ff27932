//! What belongs to others answers as if it did not exist, by every call and on every socket.

use crate::harness::town::shared;
use crate::harness::{Actor, Answer, actor};
use reqwest::Method;
use serde_json::{Value, json};

/// Numbers that are nobody's.
const MISSING: i64 = 999_999_999;

/// Every call that names a room or a message, with `room` and `message` in it.
fn calls(room: i64, message: i64) -> Vec<(Method, String, Option<Value>)> {
    let text = json!({"room": room, "message": "intruder"});
    let rooms = format!("/api/chat/rooms/{room}/");
    let messages = format!("/api/chat/messages/{message}/");
    vec![
        (Method::GET, rooms.clone(), None),
        (Method::PUT, rooms.clone(), Some(json!({"order": 1}))),
        (Method::PATCH, rooms.clone(), Some(json!({"order": 1}))),
        (Method::PATCH, rooms.clone(), Some(json!({}))),
        (Method::DELETE, rooms.clone(), None),
        (Method::HEAD, rooms.clone(), None),
        (Method::GET, format!("{rooms}messages/"), None),
        (Method::GET, format!("{rooms}messages/?page=1"), None),
        (Method::GET, format!("{rooms}messages/?page=last&page_size=1"), None),
        (Method::GET, format!("{rooms}messages/?page=99"), None),
        (Method::POST, format!("{rooms}mark_read/"), None),
        (Method::GET, messages.clone(), None),
        (Method::PUT, messages.clone(), Some(text.clone())),
        (Method::PUT, messages.clone(), Some(json!({}))),
        (Method::PATCH, messages.clone(), Some(json!({"message": "intruder"}))),
        (Method::PATCH, messages.clone(), Some(json!({"message": ""}))),
        (Method::DELETE, messages, None),
        (Method::POST, "/api/chat/messages/".to_owned(), Some(text)),
        (
            Method::POST,
            "/api/chat/messages/".to_owned(),
            Some(json!({"room": room, "message": ""})),
        ),
        (
            Method::POST,
            "/api/chat/messages/".to_owned(),
            Some(json!({"room": room, "client_id": ""})),
        ),
    ]
}

async fn call(person: &Actor, (method, path, body): &(Method, String, Option<Value>)) -> Answer {
    let request = person.request(method.clone(), path);
    actor::answer(match body {
        Some(body) => request.json(body),
        None => request,
    })
    .await
}

/// Everything of an answer that a stranger can see; the numbers that they named themselves are no news to them.
fn seen(answer: &Answer, own: [i64; 2]) -> (u16, String, Vec<String>) {
    let body = own
        .iter()
        .fold(answer.text.clone(), |body, id| body.replace(&id.to_string(), "#"));
    let mut names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
    names.sort();
    (answer.status, body, names)
}

#[tokio::test]
async fn a_foreign_room_answers_like_a_missing_one() {
    let server = shared().await;
    let party = server.party(10).await;
    let room = party.client.room_of(party.order).await;
    let message = party.client.send(room, "ours").await["id"].as_i64().expect("an id");
    let before = party.client.get(&format!("/api/chat/rooms/{room}/")).await.json();
    let mut witness = party.expert.listen(room).await;

    for (foreign, missing) in calls(room, message).iter().zip(&calls(MISSING, MISSING)) {
        let (found, none) = (
            call(&party.stranger, foreign).await,
            call(&party.stranger, missing).await,
        );
        assert!([400, 404].contains(&none.status), "{missing:?}: {none:?}");
        assert_eq!(
            seen(&found, [room, message]),
            seen(&none, [MISSING, MISSING]),
            "{foreign:?}"
        );
    }
    let (mut foreign, mut missing) = (party.stranger.knock(room).await, party.stranger.knock(MISSING).await);
    let refused = foreign.closed().await;
    assert_eq!(refused.0, 4003);
    assert_eq!(refused, missing.closed().await);

    // None of it was heard, changed or counted.
    assert_eq!(
        party.client.get(&format!("/api/chat/rooms/{room}/")).await.json(),
        before
    );
    party.client.send(room, "the end").await;
    assert_eq!(witness.texts_until("the end").await, ["the end"]);
    let lists = ["/api/chat/rooms/", "/api/chat/messages/"];
    for path in lists {
        let list = party.stranger.get(path).await.text;
        assert!(!list.contains("ours") && !list.contains("the end"), "{path}: {list}");
    }
}

#[tokio::test]
async fn a_message_is_not_moved_into_another_room() {
    let server = shared().await;
    let (party, elsewhere) = (server.party(11).await, server.party(12).await);
    let room = party.client.room_of(party.order).await;
    let other = elsewhere.client.room_of(elsewhere.order).await;
    let message = party.client.send(room, "ours").await;
    let path = format!("/api/chat/messages/{}/", message["id"]);
    let mut witness = elsewhere.client.listen(other).await;
    for method in [Method::PUT, Method::PATCH] {
        let answer = party
            .client
            .ask(method, &path, &json!({"room": other, "message": "moved"}))
            .await;
        assert!([200, 400].contains(&answer.status), "{answer:?}");
    }
    assert_eq!(party.client.get(&path).await.json()["room"], json!(room));
    elsewhere.client.send(other, "the end").await;
    assert_eq!(witness.texts_until("the end").await, ["the end"]);
}
