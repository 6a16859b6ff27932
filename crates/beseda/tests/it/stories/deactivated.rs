//! Whoever is deactivated is out everywhere at once, by a call or by a command; let in again, they log in anew.

use super::server_api::host;
use crate::harness::{Actor, Server, Socket, Town};
use reqwest::Method;
use serde_json::{Value, json};

const PASSWORD: &str = "a password of hers";

fn town() -> Town {
    let vera = json!({"id": 7, "username": "vera", "role": "client", "password": PASSWORD});
    Town::default().person(vera).order(json!({"id": 1, "client": 7}))
}

/// Somebody who logs in with a password: their token and session cookie.
async fn log_in(server: &Server) -> (Actor, String) {
    let nobody = Actor::new(server.address, 7, "");
    let login = json!({"identifier": "vera", "password": PASSWORD});
    let answer = nobody.post("/login/", &login).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let cookie = answer.header("set-cookie");
    let cookie = cookie.split(';').next().expect("a cookie").to_owned();
    let token = answer.json()["access_token"].as_str().expect("a token").to_owned();
    (nobody.with_token(&token), cookie)
}

async fn by_cookie(server: &Server, cookie: &str) -> u16 {
    let nobody = Actor::new(server.address, 0, "");
    let request = nobody.request(Method::GET, "/api/me/").header("Cookie", cookie);
    crate::harness::actor::answer(request).await.status
}

/// What they proved before lets them in nowhere; a new login, once they may, does.
async fn is_out(server: &Server, vera: &Actor, cookie: &str) {
    assert_eq!(vera.get("/api/me/").await.status, 401);
    assert_eq!(by_cookie(server, cookie).await, 401);
    assert_eq!(vera.knock(1).await.closed().await.0, 4001);
}

#[tokio::test]
async fn a_call_deactivates_at_once() {
    let server = Server::start("deactivated-call", "", &town()).await;
    let host = host(&server, "shop", "people").await;
    let set = |active: bool| {
        let host = host.clone();
        async move {
            host.ask(Method::PATCH, "/api/v1/people/7/", &json!({"active": active}))
                .await
        }
    };
    let (vera, cookie) = log_in(&server).await;
    let room = vera.room_of(1).await;
    let (mut one, mut other) = (vera.listen(room).await, vera.listen(room).await);
    let done = set(false).await;
    assert_eq!((done.status, &done.json()["active"]), (200, &json!(false)));
    assert_eq!(vera.get("/api/me/").await.status, 401, "before anything else happens");
    assert_eq!(one.closed_at_last().await.0, 4001);
    assert_eq!(other.closed_at_last().await.0, 4001);
    is_out(&server, &vera, &cookie).await;
    let login = json!({"identifier": "vera", "password": PASSWORD});
    assert_eq!(vera.with_token("").post("/login/", &login).await.status, 401);

    assert_eq!(set(true).await.status, 200);
    is_out(&server, &vera, &cookie).await;
    let (vera, _) = log_in(&server).await;
    let mut socket = vera.listen(room).await;
    socket.say_and_hear("снова здесь").await;
}

#[tokio::test]
async fn a_command_beside_the_server_deactivates() {
    let server = Server::start("deactivated-command", "", &town()).await;
    let (vera, cookie) = log_in(&server).await;
    let room = vera.room_of(1).await;
    let mut socket = vera.listen(room).await;
    server.command(&["person", "deactivate", "7"]).await;
    assert_eq!(vera.get("/api/me/").await.status, 401);
    assert_eq!(socket.closed_at_last().await.0, 4001);
    is_out(&server, &vera, &cookie).await;
    server.command(&["person", "activate", "7"]).await;
    is_out(&server, &vera, &cookie).await;

    let (vera, cookie) = log_in(&server).await;
    let mut socket = vera.listen(room).await;
    let said = server.command(&["person", "sign-out", "7", "--json"]).await;
    let said: Value = serde_json::from_slice(&said.stdout).expect("JSON");
    assert_eq!(said, json!({"person": 7, "done": "signed_out"}));
    assert_eq!(socket.closed_at_last().await.0, 4001);
    is_out(&server, &vera, &cookie).await;
    let (vera, _) = log_in(&server).await;
    assert_eq!(vera.get("/api/me/").await.status, 200);
}

#[tokio::test]
async fn a_stopped_server_knows_it_when_it_starts() {
    let mut server = Server::start("deactivated-stopped", "", &town()).await;
    let (vera, cookie) = log_in(&server).await;
    server.kill();
    server.command(&["person", "deactivate", "7"]).await;
    server.serve().await;
    is_out(&server, &vera.at(server.address), &cookie).await;
}

#[tokio::test]
async fn logging_out_ends_the_sockets_of_that_session_and_no_others() {
    let server = Server::start("logged-out", "", &town()).await;
    let (vera, cookie) = log_in(&server).await;
    let room = vera.room_of(1).await;
    let path = format!("/ws/chat/{room}/");
    let mut by_session = Socket::open(server.address, &path, &[("Cookie", &cookie)])
        .await
        .expect("the session opens a socket");
    assert_eq!(by_session.frame().await["type"], "message_history");
    let mut by_token = vera.listen(room).await;
    let nobody = Actor::new(server.address, 0, "");
    let logout = nobody.request(Method::POST, "/logout/").header("Cookie", &cookie);
    assert_eq!(crate::harness::actor::answer(logout).await.status, 204);
    assert_eq!(by_session.closed().await.0, 4001);
    by_token.say_and_hear("still here").await;
}

#[tokio::test]
async fn who_is_no_customer_any_more_hears_the_pairs_room_no_more() {
    let people = |role: &str| {
        Town::default()
            .person(json!({"id": 1, "username": "kira", "role": role}))
            .person(json!({"id": 2, "username": "timur", "role": "therapist"}))
    };
    let server = Server::start("no-customer", "", &people("customer")).await;
    let token = &server.tokens(&[1]).await[0];
    let path = format!("/ws/chat/1/2/?token={token}");
    let mut kira = Socket::open(server.address, &path, &[])
        .await
        .expect("a customer comes in");
    kira.say(&json!({"message": "Добрый день"})).await;
    assert_eq!(kira.frame().await["type"], "chat_message");
    server.seed(&people("student")).await;
    assert_eq!(kira.closed().await.0, 4003);
}
