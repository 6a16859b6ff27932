//! Typing has an end of its own, and ends with the typist.

use crate::harness::town::shared;
use crate::harness::{Server, Town};
use serde_json::json;

#[tokio::test]
async fn a_typist_who_says_nothing_more_stops_typing() {
    let server = Server::start("typing", "limits.typing_seconds = 1", &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    let (mut typist, mut other) = (party.client.listen(room).await, party.expert.listen(room).await);
    typist.say(&json!({"type": "typing", "is_typing": true})).await;
    let typing = |is_typing: bool| json!({"type": "user_typing", "user_id": party.client.id, "is_typing": is_typing});
    assert_eq!(other.frame().await, typing(true));
    assert_eq!(other.frame().await, typing(false));
}

#[tokio::test]
async fn a_typist_whose_link_is_cut_stops_typing() {
    // Here typing lasts a minute by itself: what is heard comes from the cut.
    let party = shared().await.party(6).await;
    let room = party.client.room_of(party.order).await;
    let (mut first, second) = (party.client.listen(room).await, party.client.listen(room).await);
    let mut other = party.expert.listen(room).await;
    first.say(&json!({"type": "typing", "is_typing": true})).await;
    let typing = |is_typing: bool| json!({"type": "user_typing", "user_id": party.client.id, "is_typing": is_typing});
    assert_eq!(other.frame().await, typing(true));
    // As long as the person has another window open in the room, they may go on there.
    drop(first);
    drop(second);
    assert_eq!(other.frame().await, typing(false));
}

#[tokio::test]
async fn a_flood_of_typing_is_joined_and_its_last_state_always_told() {
    let settings = "limits.typing_per_second = 2.0\nlimits.typing_burst = 2\nlimits.typing_seconds = 60";
    let server = Server::start("typing-flood", settings, &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    let (mut typist, mut other) = (party.client.listen(room).await, party.expert.listen(room).await);
    for n in 0..200 {
        typist.say(&json!({"type": "typing", "is_typing": n % 2 == 0})).await;
    }
    typist.say(&json!({"type": "typing", "is_typing": true})).await;
    // The typist is told nothing, least of all an error: the next that they hear is somebody's message.
    other.say(&json!({"type": "chat_message", "message": "the end"})).await;
    assert_eq!(typist.frame().await["message"]["message"], "the end");
    let frames = other
        .frames_until(|frame| frame["message"]["message"] == "the end")
        .await;
    let mut told: Vec<bool> = frames.iter().filter_map(|frame| frame["is_typing"].as_bool()).collect();
    assert!(told.len() < 20, "{} announcements of 201", told.len());
    while told.last() != Some(&true) {
        told.push(other.frame().await["is_typing"].as_bool().expect("an announcement"));
    }
    // What was typed is sent: that is told at once, whatever the rate.
    typist.say(&json!({"type": "chat_message", "message": "sent"})).await;
    let frames = other.frames_until(|frame| frame["message"]["message"] == "sent").await;
    let before: Vec<_> = frames.iter().filter_map(|frame| frame["is_typing"].as_bool()).collect();
    assert_eq!(before, [false]);
}
