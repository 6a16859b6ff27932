//! A seed beside a running server: who comes is in the room at once, and who was replaced is out of it.

use crate::harness::{Server, Town};
use serde_json::{Value, json};

fn order(expert: Option<i64>) -> Town {
    Town::default().order(json!({"id": 1, "client": 11, "expert": expert, "operator": 13}))
}

fn people(room: &Value) -> Vec<i64> {
    let participants = room["participants"].as_array().expect("a list");
    participants
        .iter()
        .map(|one| one["user"]["id"].as_i64().expect("an id"))
        .collect()
}

#[tokio::test]
async fn an_expert_who_comes_later_joins_and_one_who_is_replaced_is_shut_out() {
    let server = Server::start("seeded", "", &Town::parties(1)).await;
    server.seed(&order(None)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    let path = format!("/api/chat/rooms/{room}/");
    party.client.send(room, "before the expert").await;
    assert_eq!(party.expert.get(&path).await.status, 404);

    server.seed(&order(Some(12))).await;
    let seen = party.expert.get(&path).await;
    assert_eq!(seen.status, 200, "{seen:?}");
    assert_eq!(
        (people(&seen.json()), &seen.json()["unread_count"]),
        (vec![11, 13, 12], &json!(1))
    );
    let mut expert = party.expert.listen(room).await;
    assert_eq!(expert.history.len(), 1);
    let mut client = party.client.listen(room).await;
    client.say_and_hear("welcome").await;
    assert_eq!(expert.texts_until("welcome").await, ["welcome"]);

    // Another takes the place: what is said from now on is not for the first one.
    server.seed(&order(Some(14))).await;
    client.say_and_hear("between us").await;
    assert_eq!(expert.closed().await.0, 4003);
    assert_eq!(party.expert.get(&path).await.status, 404);
    assert_eq!(party.expert.knock(room).await.closed().await.0, 4003);
    let newcomer = party.stranger.listen(room).await;
    assert_eq!(
        newcomer.history.len(),
        3,
        "the newcomer reads what was said before them"
    );
}

#[tokio::test]
async fn whoever_is_replaced_is_shut_out_of_a_silent_room_too() {
    let server = Server::start("replaced", "", &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    let mut expert = party.expert.listen(room).await;
    server.seed(&order(None)).await;
    assert_eq!(expert.closed().await.0, 4003);
}

#[tokio::test]
async fn a_seed_can_be_repeated_as_often_as_one_likes() {
    let server = Server::start("reseeded", "", &Town::parties(2)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    let mut socket = party.expert.listen(room).await;
    party.client.send(room, "one").await;
    socket.frame().await;
    let before = party.client.get("/api/chat/rooms/").await.json();
    for _ in 0..3 {
        server.seed(&Town::parties(2)).await;
    }
    assert_eq!(party.client.get("/api/chat/rooms/").await.json(), before);
    // It makes no rooms, and closes nobody's socket.
    assert_eq!(party.stranger.get("/api/chat/rooms/").await.json(), json!([]));
    party.client.send(room, "two").await;
    assert_eq!(socket.texts_until("two").await, ["two"]);
}
