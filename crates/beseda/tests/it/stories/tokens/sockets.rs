//! Open sockets and the tokens that opened them: with `sockets_end_with = "token"` one ends with its token.

use super::knock;
use super::signer::*;
use crate::harness::{Server, Town};
use serde_json::json;
use std::time::Duration;

/// A token that expires in so many seconds.
fn short(seconds: i64) -> String {
    Signer::shared().token(&json!({"sub": 11, "iat": now(), "exp": now() + seconds}))
}

async fn server(name: &str, setting: &str) -> (Server, i64) {
    let issuer = format!("[[issuers]]\nissuer = \"\"\nalgorithms = [\"HS256\"]\nsecret = \"{SHARED_SECRET}\"\n");
    let server = Server::start(name, &format!("{setting}\n{issuer}"), &Town::parties(1)).await;
    let room = server.party(1).await.client.room_of(1).await;
    (server, room)
}

#[tokio::test]
async fn a_socket_ends_with_its_token_where_that_is_asked_for() {
    let (server, room) = server("sockets-token", "sockets_end_with = \"token\"").await;
    let path = format!("/ws/chat/{room}/");
    let mut by_token = knock(&server, &path, &short(3)).await;
    let caller = crate::harness::Actor::new(server.address, 11, &short(3));
    let given = caller.post("/api/v1/tickets/", &json!({})).await;
    let ticket = given.json()["ticket"].as_str().expect("a ticket").to_owned();
    let mut by_ticket = knock(&server, &path, &ticket).await;
    for socket in [&mut by_token, &mut by_ticket] {
        assert_eq!(socket.frame().await["type"], "message_history");
        let (code, reason) = socket.closed_at_last().await;
        assert_eq!((code, reason.as_str()), (4001, "token_expired"));
    }
    assert_eq!(
        knock(&server, &path, &short(60)).await.frame().await["type"],
        "message_history"
    );
}

#[tokio::test]
async fn a_socket_outlives_its_token_otherwise() {
    for word in ["session", "person"] {
        let setting = format!("sockets_end_with = \"{word}\"");
        let (server, room) = server(&format!("sockets-{word}"), &setting).await;
        let path = format!("/ws/chat/{room}/");
        let token = short(2);
        let mut socket = knock(&server, &path, &token).await;
        assert_eq!(socket.frame().await["type"], "message_history");
        while super::ask(&server, "/api/me/", &token).await.status == 200 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        // The wheel has turned since.
        tokio::time::sleep(Duration::from_millis(600)).await;
        socket.say_and_hear("ещё тут").await;
    }
}
