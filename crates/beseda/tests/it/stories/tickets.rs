//! A ticket opens one socket in place of a token, within seconds.

use crate::harness::actor::answer;
use crate::harness::{Actor, Heard, Server, Socket, Town, town};
use reqwest::Method;
use serde_json::json;

async fn ticket(by: &Actor) -> String {
    let given = by.post("/api/v1/tickets/", &json!({})).await;
    assert_eq!(given.status, 201, "{given:?}");
    assert_eq!(given.header("cache-control"), "no-store");
    let body = given.json();
    assert_eq!(body.as_object().map(serde_json::Map::len), Some(2), "{body}");
    assert!(body["expires_in"].is_number(), "{body}");
    let ticket = body["ticket"].as_str().expect("a ticket");
    assert!(ticket.starts_with("bst_") && ticket.len() == 47, "{ticket}");
    ticket.to_owned()
}

async fn open(by: &Actor, room: i64, ticket: &str) -> Socket {
    let path = format!("/ws/chat/{room}/?token={ticket}");
    let opened = Socket::open(by.address, &path, &[]).await;
    opened.unwrap_or_else(|answer| panic!("no upgrade: {answer:?}"))
}

#[tokio::test]
async fn a_ticket_opens_one_socket() {
    let server = town::shared().await;
    let party = server.party(33).await;
    let room = party.client.room_of(party.order).await;
    let one = ticket(&party.client).await;
    let mut socket = open(&party.client, room, &one).await;
    assert_eq!(socket.frame().await["type"], "message_history");
    socket.say_and_hear("по билету").await;
    assert_eq!(
        open(&party.client, room, &one).await.closed().await.0,
        4001,
        "a second use"
    );
    socket.say_and_hear("и дальше").await;

    let strange = ticket(&party.stranger).await;
    assert_eq!(
        open(&party.client, room, &strange).await.closed().await.0,
        4003,
        "it proves who came, no more"
    );
    assert_eq!(open(&party.client, room, "bst_canary").await.closed().await.0, 4001);
    let two = ticket(&party.client).await;
    assert_eq!(
        party.client.with_token(&two).get("/api/me/").await.status,
        401,
        "it opens nothing but a socket"
    );
    let logs = server.logs();
    assert!(
        [&one, &strange, &two]
            .iter()
            .all(|ticket| !logs.contains(ticket.as_str()))
    );
}

#[tokio::test]
async fn whoever_is_signed_in_is_given_one_and_nobody_else() {
    let server = town::shared().await;
    let nobody = Actor::new(server.address, 0, "");
    let refused = nobody.post("/api/v1/tickets/", &json!({})).await;
    assert_eq!(
        (refused.status, refused.header("content-type").as_str()),
        (401, "application/problem+json")
    );
    let elsewhere = server.party(34).await.client;
    let request = elsewhere
        .request(Method::POST, "/api/v1/tickets")
        .header("Origin", "https://evil.example");
    assert_eq!(answer(request).await.status, 403);
    assert_eq!(
        answer(elsewhere.request(Method::POST, "/api/v1/tickets")).await.status,
        201,
        "without a body"
    );
}

#[tokio::test]
async fn a_cookie_is_good_for_a_ticket_and_a_sign_out_ends_it() {
    let vera = json!({"id": 7, "username": "vera", "role": "client", "password": "a password of hers"});
    let town = Town::default().person(vera).order(json!({"id": 1, "client": 7}));
    let server = Server::start("tickets-cookie", "", &town).await;
    let nobody = Actor::new(server.address, 7, "");
    let login = json!({"identifier": "vera", "password": "a password of hers"});
    let logged_in = nobody.post("/login/", &login).await;
    let cookie = logged_in
        .header("set-cookie")
        .split(';')
        .next()
        .expect("a cookie")
        .to_owned();
    let vera = nobody.with_token(logged_in.json()["access_token"].as_str().expect("a token"));
    let room = vera.room_of(1).await;
    let by_cookie = |site: &'static str| {
        let request = nobody
            .request(Method::POST, "/api/v1/tickets/")
            .header("Cookie", &cookie);
        async move { answer(request.header("Sec-Fetch-Site", site)).await }
    };
    assert_eq!(by_cookie("cross-site").await.status, 403);
    let given = by_cookie("same-origin").await.json()["ticket"]
        .as_str()
        .expect("a ticket")
        .to_owned();
    assert_eq!(open(&vera, room, &given).await.frame().await["type"], "message_history");

    let late = ticket(&vera).await;
    server.command(&["person", "sign-out", "7"]).await;
    assert_eq!(open(&vera, room, &late).await.closed().await.0, 4001);
}

#[tokio::test]
async fn a_ticket_ends_unused() {
    let settings = "limits.ticket_seconds = 1\nlimits.listeners = 1000\n";
    let server = Server::start("tickets-late", settings, &Town::parties(1)).await;
    let client = server.party(1).await.client;
    let room = client.room_of(1).await;
    let mut tickets = Vec::new();
    for _ in 0..200 {
        tickets.push(ticket(&client).await);
    }
    // Each is tried once, for a second use is refused anyway: sooner or later one has ended unused.
    for ticket in tickets {
        let mut socket = open(&client, room, &ticket).await;
        if let Heard::Closed(code, _) = socket.hear().await {
            assert_eq!(code, 4001);
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("every ticket was good for longer than a second");
}
