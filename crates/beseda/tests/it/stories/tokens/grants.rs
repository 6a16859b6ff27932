//! Grants of tokens: taken back by the application, or by a later token where its issuer names all of them.

use super::signer::*;
use super::{ask, knock};
use crate::harness::actor::answer;
use crate::harness::{Actor, Answer, Server, Town};
use crate::stories::server_api::host;
use reqwest::Method;
use serde_json::json;

async fn taken_out(host: &Actor, person: i64) -> Answer {
    answer(host.request(Method::DELETE, &format!("/api/v1/rooms/order:1/members/{person}/"))).await
}

async fn rooms(server: &Server, token: &str) -> usize {
    let rooms = ask(server, "/api/chat/rooms/", token).await;
    assert_eq!(rooms.status, 200, "{rooms:?}");
    rooms.json().as_array().map(Vec::len).expect("a list")
}

#[tokio::test]
async fn a_member_is_taken_out_of_a_room_and_an_earlier_token_brings_them_back_no_more() {
    let settings = format!(
        "[[issuers]]\nissuer = \"\"\nalgorithms = [\"HS256\"]\nsecret = \"{}\"\n",
        SHARED_SECRET
    );
    let server = Server::start("server-members", &settings, &Town::parties(1)).await;
    let (host, party) = (host(&server, "shop", "rooms").await, server.party(1).await);
    let room = party.client.room_of(1).await;
    let signed = |ago: i64| {
        let iat = now() - ago;
        let claims = json!({"sub": party.stranger.id, "iat": iat, "exp": iat + 900, "rooms": {"order:1": "member"}});
        Signer::shared().token(&claims)
    };
    let earlier = signed(5);
    assert_eq!(rooms(&server, &earlier).await, 1);
    let mut socket = knock(&server, &format!("/ws/chat/{room}/"), &earlier).await;
    assert_eq!(socket.frame().await["type"], "message_history");
    for _ in 0..2 {
        assert_eq!(taken_out(&host, party.stranger.id).await.status, 204);
    }
    assert_eq!(socket.closed_at_last().await.0, 4003);
    assert_eq!(rooms(&server, &earlier).await, 0);
    assert_eq!(rooms(&server, &signed(-2)).await, 1, "one that is signed later does");

    let stays = taken_out(&host, party.client.id).await;
    assert_eq!(stays.status, 400);
    assert!(stays.json()["errors"]["id"].is_array(), "{stays:?}");
    assert_eq!(taken_out(&host, 999).await.status, 204);
    let missing = host.request(Method::DELETE, "/api/v1/rooms/order:99/members/11/");
    assert_eq!(answer(missing).await.status, 404);
}

#[tokio::test]
async fn where_an_issuer_names_all_rooms_a_later_token_takes_back_what_it_does_not_name() {
    for (grants, left) in [("exact", 0), ("add", 1)] {
        let settings = format!(
            "[[issuers]]\nissuer = \"\"\nalgorithms = [\"HS256\"]\nsecret = \"{SHARED_SECRET}\"\ngrants = \"{grants}\"\n"
        );
        let server = Server::start(&format!("grants-{grants}"), &settings, &Town::default()).await;
        let signed = |ago: i64, rooms: serde_json::Value| {
            let iat = now() - ago;
            Signer::shared().token(&json!({"sub": 500, "iat": iat, "exp": iat + 900, "rooms": rooms}))
        };
        let named = signed(5, json!({"order:17": "member"}));
        assert_eq!(rooms(&server, &named).await, 1);
        assert_eq!(rooms(&server, &signed(-2, json!({}))).await, left, "{grants}");
        assert_eq!(rooms(&server, &named).await, left, "{grants}");
    }
}
