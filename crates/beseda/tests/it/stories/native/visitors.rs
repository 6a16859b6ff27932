//! Whoever writes to the support desk without an account: they open a room, and hear and say on the socket for all rooms.

use super::{hello, next};
use crate::harness::actor::answer;
use crate::harness::{Actor, Answer, Server, Town};
use reqwest::Method;
use serde_json::json;

fn town() -> Town {
    Town::default().person(json!({"id": 1, "first_name": "Olga", "role": "operator"}))
}

#[tokio::test]
async fn a_visitor_opens_a_room_with_the_desk_and_hears_it_on_the_socket() {
    let server = Server::start("native-visitors", "", &town()).await;
    let nobody = Actor::new(server.address, 0, "");
    let operator = Actor::new(server.address, 1, &server.tokens(&[1]).await[0]);
    let wish = json!({
        "kind": "support", "name": "Вера", "email": "vera@shop.example", "subject": "Доставка",
        "text": "Где мой заказ?", "client_id": "0b6d3b1e-6a53-4a40-9c2f-5d5a6f1f7a11",
    });
    let opened = nobody.post("/api/v1/rooms/", &wish).await;
    assert_eq!(opened.status, 201, "{opened:?}");
    let room = opened.json();
    assert_eq!((&room["kind"], &room["title"]), (&json!("support"), &json!("Доставка")));
    assert_eq!(room["last_message"]["text"], "Где мой заказ?");
    assert!(opened.header("set-cookie").starts_with("beseda_visitor="), "{opened:?}");
    let again = nobody.post("/api/v1/rooms/", &wish).await;
    assert_eq!((again.status, &again.json()["key"]), (200, &room["key"]), "taken once");

    let visitor = nobody.with_token(room["visitor"].as_str().expect("a proof"));
    let (mut socket, welcome, here) = hello(&visitor, None).await;
    assert_eq!(welcome["person"]["first_name"], "Вера");
    assert_eq!(here["rooms"].as_array().map(Vec::len), Some(1));
    assert_eq!(here["rooms"][0]["key"], room["key"]);
    let path = format!("/api/v1/rooms/{}/messages/", room["key"].as_str().expect("a key"));
    assert_eq!(operator.post(&path, &json!({"text": "Уже в пути"})).await.status, 201);
    let moved = next(&mut socket, "moved").await;
    assert_eq!(moved["last_message"]["text"], "Уже в пути");
    socket
        .say(&json!({"type": "send", "room": room["key"], "text": "Спасибо", "ref": "s"}))
        .await;
    // Their own message moves the room as any other does.
    assert_eq!(next(&mut socket, "moved").await["last_message"]["text"], "Спасибо");
    assert_eq!(next(&mut socket, "sent").await["message"]["text"], "Спасибо");
    let said = operator.get(&path).await.json();
    assert_eq!(said["items"][2]["text"], "Спасибо");
}

#[tokio::test]
async fn who_says_to_be_a_visitor_is_one_whatever_cookies_go_along() {
    let olga = json!({"id": 1, "username": "olga", "role": "operator", "password": "correct horse battery"});
    let server = Server::start("native-visitor-said", "", &Town::default().person(olga)).await;
    let nobody = Actor::new(server.address, 0, "");
    let login = json!({"identifier": "olga", "password": "correct horse battery"});
    let set = nobody.post("/login/", &login).await.header("Set-Cookie");
    let cookie = set.split(';').next().expect("a cookie").to_owned();
    let wish = json!({"kind": "support", "name": "Вера"});
    let opened = nobody.post("/api/v1/rooms/", &wish).await.json();
    let proof = opened["visitor"].as_str().expect("a proof").to_owned();
    let me = async |headers: &[(&str, &str)]| {
        let asked = nobody.request(Method::GET, "/api/v1/me/").header("Cookie", &cookie);
        let asked = headers
            .iter()
            .fold(asked, |asked, (name, value)| asked.header(*name, *value));
        answer(asked).await.json()["role"].clone()
    };
    assert_eq!(me(&[]).await, "operator");
    assert_eq!(me(&[("X-Beseda-Visitor", &proof)]).await, "visitor");
    assert_eq!(
        me(&[("X-Beseda-Visitor", "forged")]).await,
        "operator",
        "as if none had come"
    );
    let token = format!("Bearer {}", server.tokens(&[1]).await[0]);
    let both = [("X-Beseda-Visitor", proof.as_str()), ("Authorization", &token)];
    assert_eq!(me(&both).await, "operator", "a token is said as well");
}

/// That an answer refuses one field, once.
fn is_wrong_with(refused: &Answer, field: &str) {
    let said = refused.json();
    let errors: Vec<_> = said["errors"].as_object().into_iter().flatten().collect();
    assert_eq!(refused.status, 400, "{said}");
    assert!(
        matches!(errors.as_slice(), [(name, sentences)] if *name == field && sentences.as_array().is_some_and(|all| all.len() == 1)),
        "{field}: {said}"
    );
}

#[tokio::test]
async fn what_is_wrong_with_an_opening_is_said_by_its_field_and_opens_nothing() {
    let server = Server::start("native-openings", "", &town()).await;
    let nobody = Actor::new(server.address, 0, "");
    let operator = Actor::new(server.address, 1, &server.tokens(&[1]).await[0]);
    let of_nobody = [
        (json!({"kind": "support"}), "name"),
        (json!({"kind": "support", "name": " "}), "name"),
        (json!({"kind": "support", "name": null}), "name"),
        (json!({"kind": "support", "name": "Вера", "email": "vera"}), "email"),
        (json!({"kind": "support", "name": "Вера", "with": "1"}), "with"),
        (json!({"kind": "support", "name": "Вера", "name_": "x"}), "name_"),
    ];
    for (body, field) in of_nobody {
        is_wrong_with(&nobody.post("/api/v1/rooms/", &body).await, field);
    }
    let of_somebody = [
        (json!({"kind": "private", "with": "1", "title": "x"}), "title"),
        (json!({"kind": "group"}), "title"),
        (json!({"key": "order:1", "kind": "group", "title": "x"}), "key"),
        (json!({}), "key"),
        (json!({"kind": "parade"}), "kind"),
    ];
    for (body, field) in of_somebody {
        is_wrong_with(&operator.post("/api/v1/rooms/", &body).await, field);
    }
    let signed_in = operator
        .post("/api/v1/rooms/", &json!({"kind": "support", "name": "Olga"}))
        .await;
    assert_eq!(
        (signed_in.status, &signed_in.json()["code"]),
        (403, &json!("not_allowed"))
    );
    assert_eq!(
        nobody
            .post("/api/v1/rooms/", &json!({"kind": "private", "with": "1"}))
            .await
            .status,
        401
    );
    let rooms = operator.get("/api/admin/chat-rooms/").await.json();
    assert_eq!(rooms["count"].as_i64().unwrap_or(0), 0, "{rooms}");
}
