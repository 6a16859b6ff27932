//! Without a socket: server-sent events and long polls.

use super::{future, party};
use crate::harness::{ids, in_time};
use reqwest::Method;
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn events_tell_what_the_socket_tells() {
    let (_server, client, expert) = party("native-events", "").await;
    let room = client.room_of(1).await;
    let path = format!("/api/v1/events/?open=order:{}", ids::encoded(&ids::word(1)));
    let asking = client.request(Method::GET, &path).send();
    let mut answer = in_time("an answer", asking).await.expect("an answer");
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let mut told = String::new();
    let mut is_sent = false;
    while !told.contains("Добрый день") {
        let piece = in_time("a piece", answer.chunk()).await.expect("a piece");
        told += &String::from_utf8_lossy(&piece.expect("it does not end"));
        if told.contains("\"live\":true") && !is_sent {
            is_sent = true;
            expert.send(room, "Добрый день").await;
        }
    }
    let kinds = ["welcome", "here", "changes"].map(|kind| format!("\"type\":\"{kind}\""));
    assert!(kinds.iter().all(|kind| told.contains(kind)), "{told}");
    assert!(told.contains("id: "), "{told}");
}

#[tokio::test]
async fn a_long_poll_is_held_until_something_happens_and_no_longer_than_asked() {
    let (_server, client, expert) = party("native-poll", "").await;
    let room = client.room_of(1).await;
    let now = client.get("/api/v1/rooms/order:1/changes/").await.json();
    assert_eq!(now["reset"], true, "without a cursor it is the newest page");
    let cursor = now["cursor"].as_str().expect("a cursor");
    let mut known = client.get("/api/v1/changes/").await.json();
    // The opening is told again while an older transaction of anybody is under way.
    while known["rooms"] != json!([]) {
        let token = known["token"].as_str().expect("a token");
        known = client.get(&format!("/api/v1/changes/?after={token}")).await.json();
    }
    let token = known["token"].as_str().expect("a token");

    let (held, all) = (
        format!("/api/v1/rooms/order:1/changes/?after={cursor}&wait=30"),
        format!("/api/v1/changes/?after={token}&wait=30"),
    );
    let sends = async {
        // Whoever asks is waiting by then, or finds it: either will do.
        tokio::time::sleep(Duration::from_millis(300)).await;
        expert.send(room, "Да").await;
    };
    let (one, every, ()) = tokio::join!(client.get(&held), client.get(&all), sends);
    assert_eq!(one.json()["messages"][0]["text"], "Да");
    assert_eq!(every.json()["rooms"][0]["messages"][0]["text"], "Да");

    let cursor = one.json()["cursor"].as_str().expect("a cursor").to_owned();
    let empty = client
        .get(&format!("/api/v1/rooms/order:1/changes/?after={cursor}&wait=1"))
        .await;
    assert_eq!(
        (&empty.json()["messages"], &empty.json()["more"]),
        (&json!([]), &json!(false))
    );
    let strange = client.get("/api/v1/rooms/order:1/changes/?after=1-9999-0").await.json();
    assert_eq!(strange["reset"], true, "a cursor of another life");
    let path = format!("/api/v1/changes/?after={}&wait=30", future(token));
    let strange = client.get(&path).await.json();
    assert_eq!((&strange["all"], &strange["gone"]), (&json!(true), &json!([])));
    assert_eq!(strange["rooms"][0]["room"], "order:1");
}
