//! The host application calls by its API key: people, orders, groups, rooms and system messages.

use crate::harness::actor::answer;
use crate::harness::{Actor, Answer, Server, Town, town};
use reqwest::Method;
use serde_json::{Value, json};

/// The host application, with a new key for these scopes.
pub async fn host(server: &Server, name: &str, scopes: &str) -> Actor {
    let output = server.command(&["key", "create", name, "--scope", scopes]).await;
    let key = String::from_utf8(output.stdout).expect("a key is text");
    assert!(key.starts_with("bsk_") && key.trim().len() == 47, "{key}");
    Actor::new(server.address, 0, key.trim())
}

pub async fn put(host: &Actor, path: &str, body: Value) -> Answer {
    host.ask(Method::PUT, path, &body).await
}

async fn delete(host: &Actor, path: &str) -> Answer {
    answer(host.request(Method::DELETE, path)).await
}

/// The answer is a problem with this status and code.
pub fn assert_problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{answer:?}");
    assert_eq!(answer.header("content-type"), "application/problem+json", "{answer:?}");
    let body = answer.json();
    assert_eq!((&body["code"], &body["status"]), (&json!(code), &json!(status)));
    assert!(body["detail"].is_string() && body["title"].is_string(), "{body}");
}

#[tokio::test]
async fn people_are_put_as_often_as_one_likes() {
    let server = Server::start("server-people", "", &Town::default()).await;
    let host = host(&server, "shop", "people").await;
    let path = "/api/v1/people/7/";
    let whole = json!({
        "username": "vera", "email": "vera@shop.example", "phone": "+7", "first_name": "Вера", "last_name": "Новая",
        "role": "client",
    });
    let mut kept = whole.clone();
    for (name, value) in [
        ("id", json!("7")),
        ("name", json!("Вера Новая")),
        ("active", json!(true)),
        ("avatar_url", Value::Null),
        ("custom", Value::Null),
        ("locale", Value::Null),
    ] {
        kept[name] = value;
    }
    let first = put(&host, path, whole.clone()).await;
    assert_eq!((first.status, first.json()), (201, kept.clone()));
    let again = put(&host, "/api/v1/people/7", whole).await;
    assert_eq!((again.status, again.json()), (200, kept));

    let patched = host
        .ask(Method::PATCH, path, &json!({"last_name": "Старая", "active": false}))
        .await;
    let body = patched.json();
    assert_eq!(
        (patched.status, &body["last_name"], &body["active"]),
        (200, &json!("Старая"), &json!(false))
    );
    assert_eq!(body["email"], "vera@shop.example");
    let some = put(&host, path, json!({"first_name": "Вера", "email": null, "role": null})).await;
    let some = some.json();
    assert_eq!(
        (&some["email"], &some["role"]),
        (&json!(""), &json!("user")),
        "null empties"
    );
    assert_eq!(
        (&some["username"], &some["last_name"], &some["active"]),
        (&json!("vera"), &json!("Старая"), &json!(false)),
        "what is left out stays"
    );

    for _ in 0..2 {
        assert_eq!(delete(&host, path).await.status, 204);
    }
    assert_problem(
        &host.ask(Method::PATCH, path, &json!({"active": true})).await,
        404,
        "not_found",
    );
    let back = put(&host, path, json!({"username": "vera"})).await;
    assert_eq!((back.status, &back.json()["active"]), (201, &json!(true)));
    assert_problem(
        &host.ask(Method::PATCH, "/api/v1/people/8/", &json!({})).await,
        404,
        "not_found",
    );
    assert_eq!(delete(&host, "/api/v1/people/8/").await.status, 204);
}

#[tokio::test]
async fn somebody_who_was_deleted_comes_back_without_what_they_had_proved() {
    let server = Server::start("server-forgotten", "", &Town::parties(1)).await;
    let (host, party) = (host(&server, "shop", "people,orders").await, server.party(1).await);
    let room = party.client.room_of(1).await;
    let mut socket = party.client.listen(room).await;
    let path = format!("/api/v1/people/{}/", party.client.id);
    assert_eq!(delete(&host, &path).await.status, 204);
    assert_eq!(socket.closed_at_last().await.0, 4001);
    assert_eq!(party.client.get("/api/me/").await.status, 401);
    assert_eq!(put(&host, &path, json!({"first_name": "Кто-то"})).await.status, 201);
    assert_eq!(
        party.client.get("/api/me/").await.status,
        401,
        "an old token lets nobody in"
    );
    let token = server.tokens(&[party.client.id]).await.remove(0);
    let client = party.client.with_token(&token);
    assert_eq!(client.get("/api/me/").await.status, 200);
    let gone = client.get(&format!("/api/chat/rooms/{room}/")).await;
    assert_eq!(gone.status, 404, "their rooms are theirs no more");
}

#[tokio::test]
async fn a_password_that_is_theirs_already_signs_nobody_out() {
    let server = Server::start("server-passwords", "", &Town::default()).await;
    let host = host(&server, "shop", "people").await;
    let nobody = Actor::new(server.address, 0, "");
    let path = "/api/v1/people/7/";
    let with = |password: &str| json!({"username": "vera", "password": password});
    let login = |password: &str| {
        let login = json!({"identifier": "vera", "password": password});
        let nobody = nobody.clone();
        async move { nobody.post("/login/", &login).await }
    };
    assert_eq!(put(&host, path, with("first password")).await.status, 201);
    let logged_in = login("first password").await;
    assert_eq!(logged_in.status, 200, "{logged_in:?}");
    let vera = nobody.with_token(logged_in.json()["access_token"].as_str().expect("a token"));
    assert_eq!(put(&host, path, with("first password")).await.status, 200);
    assert_eq!(
        put(&host, path, json!({"username": "vera"})).await.status,
        200,
        "none is no change"
    );
    assert_eq!(vera.get("/api/me/").await.status, 200);
    let changed = host
        .ask(Method::PATCH, path, &json!({"password": "second password"}))
        .await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert!(!changed.text.contains("password"), "{}", changed.text);
    assert_eq!(vera.get("/api/me/").await.status, 401);
    assert_eq!(login("first password").await.status, 401);
    assert_eq!(login("second password").await.status, 200);

    // The same of a seed, which is put again and again.
    let seed = || Town::default().person(json!({"id": 7, "username": "vera", "password": "second password"}));
    let vera = nobody.with_token(
        login("second password").await.json()["access_token"]
            .as_str()
            .expect("a token"),
    );
    server.seed(&seed()).await;
    assert_eq!(vera.get("/api/me/").await.status, 200);
    assert!(!server.logs().contains("second password"));
}

#[tokio::test]
async fn a_name_belongs_to_one_person() {
    let server = Server::start("server-names", "", &Town::default()).await;
    let host = host(&server, "shop", "people").await;
    let password = "correct horse battery";
    let named = json!({"username": "vera", "email": "vera@shop.example", "phone": "+7", "password": password});
    assert_eq!(put(&host, "/api/v1/people/1/", named.clone()).await.status, 201);
    for field in ["username", "email", "phone"] {
        let taken = put(
            &host,
            "/api/v1/people/2/",
            json!({field: named[field], "password": password}),
        )
        .await;
        assert_problem(&taken, 409, "name_taken");
        assert!(taken.json()["errors"][field].is_array(), "{taken:?}");
    }
    // Who does not log in here by a name has it beside others, and two may change theirs in turn.
    for (id, email) in [
        (3, "a@a.example"),
        (4, "b@b.example"),
        (3, "b@b.example"),
        (4, "a@a.example"),
    ] {
        let path = format!("/api/v1/people/{id}/");
        let put = put(&host, &path, json!({"username": "vera", "email": email})).await;
        assert!(put.status < 300, "{put:?}");
    }
    assert_eq!(put(&host, "/api/v1/people/2/", json!({})).await.status, 201);
}

#[tokio::test]
async fn an_order_makes_its_room_and_a_late_expert_joins() {
    let server = Server::start("server-orders", "", &Town::parties(1)).await;
    let (host, party) = (host(&server, "shop", "orders").await, server.party(1).await);
    let path = "/api/v1/orders/500/";
    let order = |expert: Option<i64>| json!({"number": "A-500", "client": party.client.id, "operator": party.operator.id, "expert": expert, "status": "new"});
    let first = put(&host, path, order(None)).await;
    let mut kept = order(None);
    for (field, said) in [
        ("id", json!("500")),
        ("room", json!("order:500")),
        ("client", json!(party.client.id.to_string())),
        ("operator", json!(party.operator.id.to_string())),
    ] {
        kept[field] = said;
    }
    assert_eq!((first.status, first.json()), (201, kept));
    let room = party.client.room_of(500).await;
    let mut listening = party.client.listen(room).await;
    let path_of_room = format!("/api/chat/rooms/{room}/");
    assert_eq!(party.expert.get(&path_of_room).await.status, 404);

    let late = put(&host, path, order(Some(party.expert.id))).await;
    assert_eq!((late.status, &late.json()["room"]), (200, &json!("order:500")));
    let mut expert = party.expert.listen(room).await;
    let people = party.expert.get(&path_of_room).await.json();
    assert_eq!(people["participants"].as_array().map(Vec::len), Some(3), "{people}");
    listening.say_and_hear("вот и вы").await;
    assert_eq!(expert.texts_until("вот и вы").await.len(), 1);

    let same = put(&host, path, order(Some(party.expert.id))).await;
    assert_eq!((same.status, same.json()), (200, late.json()));
    assert_eq!(put(&host, path, order(None)).await.status, 200);
    assert_eq!(
        expert.closed_at_last().await.0,
        4003,
        "who lost their place hears no more"
    );
    for _ in 0..2 {
        assert_eq!(delete(&host, path).await.status, 204);
    }
    assert_eq!(listening.closed_at_last().await.0, 4003);
    assert_eq!(party.client.get(&path_of_room).await.status, 404);
    let seeded = put(&host, "/api/v1/orders/1/", json!({"client": party.client.id})).await;
    assert_eq!(seeded.status, 200, "an order of a seed is there already");
}

/// Who is in a room.
fn ids_in(room: &Value) -> Vec<&str> {
    let members = room["members"].as_array().expect("a list").iter();
    members.filter_map(|member| member["person"]["id"].as_str()).collect()
}

#[tokio::test]
async fn groups_and_rooms_are_put_and_rooms_keep_what_is_left_out() {
    let server = Server::start("server-groups", "", &Town::parties(1)).await;
    let (host, party) = (host(&server, "shop", "groups,rooms").await, server.party(1).await);
    let group = json!({"name": "5 А", "teacher": 11, "students": [14, 12, 12]});
    let first = put(&host, "/api/v1/groups/3/", group.clone()).await;
    assert_eq!(
        (first.status, first.json()),
        (
            201,
            json!({"id": "3", "name": "5 А", "teacher": "11", "students": ["12", "14"]})
        )
    );
    assert_eq!(put(&host, "/api/v1/groups/3/", group).await.status, 200);
    let same = put(&host, "/api/v1/groups/3/", json!({})).await;
    assert_eq!(
        (same.status, same.json()),
        (200, first.json()),
        "what is left out stays"
    );
    let nobody = json!({"name": null, "teacher": null, "students": null});
    assert_eq!(
        put(&host, "/api/v1/groups/3/", nobody).await.json(),
        json!({"id": "3", "name": "", "teacher": null, "students": []})
    );
    for _ in 0..2 {
        assert_eq!(delete(&host, "/api/v1/groups/3/").await.status, 204);
    }

    let uuid = "6f1c2a3b-0000-4000-8000-000000000001";
    let path = format!("/api/v1/rooms/group:{uuid}/");
    let opened = put(&host, &path, json!({"title": "Кружок", "members": [12, 11]})).await;
    let body = opened.json();
    assert_eq!(
        (opened.status, &body["title"], ids_in(&body)),
        (201, &json!("Кружок"), vec!["11", "12"])
    );
    assert_eq!(
        (&body["key"], &body["uuid"]),
        (&json!(format!("group:{uuid}")), &json!(uuid))
    );
    let same = answer(host.request(Method::PUT, &path)).await;
    assert_eq!(
        (same.status, same.json()),
        (200, body.clone()),
        "what is left out stays"
    );
    let others = put(&host, &path, json!({"members": [13]})).await.json();
    assert_eq!((&others["title"], ids_in(&others)), (&json!("Кружок"), vec!["13"]));
    assert_eq!((&others["me"], &others["can"][0]), (&Value::Null, &json!("read")));

    let pair = put(&host, "/api/v1/rooms/private:14:11/", json!({})).await;
    assert_eq!((pair.status, &pair.json()["key"]), (201, &json!("private:11:14")));
    let of_order = put(&host, "/api/v1/rooms/order:1/", json!({"title": "Заказ"})).await;
    assert_eq!(
        (of_order.status, ids_in(&of_order.json())),
        (201, vec!["11", "12", "13"])
    );
    let room = party.client.room_of(1).await;
    assert_eq!(party.client.get(&format!("/api/chat/rooms/{room}/")).await.status, 200);
    for _ in 0..2 {
        assert_eq!(delete(&host, "/api/v1/rooms/order:1/").await.status, 204);
    }
    assert_eq!(party.client.get(&format!("/api/chat/rooms/{room}/")).await.status, 404);
}

#[tokio::test]
async fn a_system_message_is_taken_once_and_heard_live() {
    let server = Server::start("server-says", "limits.text_chars = 20\n", &Town::parties(1)).await;
    let (host, party) = (host(&server, "shop", "rooms").await, server.party(1).await);
    let path = "/api/v1/rooms/order:1/system-messages/";
    let say = |text: &str, client_id: &str| json!({"text": text, "client_id": client_id});
    assert_problem(&host.post(path, &say("рано", "a")).await, 404, "no_such_room");
    let room = party.client.room_of(1).await;
    let mut socket = party.expert.listen(room).await;
    let first = host.post(path, &say("Заказ оплачен", "paid-1")).await;
    let body = first.json();
    assert_eq!(
        (first.status, &body["text"], &body["room"]),
        (201, &json!("Заказ оплачен"), &json!("order:1"))
    );
    assert_eq!(
        (&body["seq"], &body["kind"], &body["client_id"]),
        (&json!(1), &json!("system"), &json!("paid-1"))
    );
    let heard = socket.frame().await;
    assert_eq!(
        (&heard["message"]["message"], &heard["message"]["sender"]),
        (&json!("Заказ оплачен"), &Value::Null)
    );
    let retry = host.post(path, &say("Заказ оплачен", "paid-1")).await;
    assert_eq!((retry.status, retry.json()), (200, body));

    let by_header = |key: &str| host.request(Method::POST, path).header("Idempotency-Key", key);
    let second = answer(by_header("k-1").json(&json!({"text": "Отправлен"}))).await;
    let again = answer(by_header("k-1").json(&json!({"text": "Отправлен"}))).await;
    assert_eq!((second.status, again.status, again.json()), (201, 200, second.json()));
    assert_eq!(socket.frame().await["message"]["message"], "Отправлен");
    assert_eq!(host.post(path, &json!({"text": "п".repeat(20)})).await.status, 201);
    assert_eq!(
        socket.frame().await["message"]["message"],
        "п".repeat(20),
        "nothing was heard twice"
    );
    for (field, body) in [
        ("text", json!({"text": "п".repeat(21)})),
        ("text", json!({"text": " \n"})),
        ("text", json!({"text": "a\u{0}b"})),
        ("text", json!({"text": 5})),
        ("text", json!({})),
        ("client_id", say("x", "")),
        ("client_id", say("x", &"x".repeat(129))),
        ("file", json!({"text": "x", "file": 1})),
    ] {
        let wrong = host.post(path, &body).await;
        assert_problem(&wrong, 400, "invalid");
        assert!(wrong.json()["errors"][field].is_array(), "{body}: {wrong:?}");
    }
    let odd = answer(by_header("ключ").json(&json!({"text": "x"}))).await;
    assert!(odd.json()["errors"]["Idempotency-Key"].is_array(), "{odd:?}");
    assert_eq!(party.client.all_messages(room).await.len(), 3);
}

#[tokio::test]
async fn the_limits_are_told_to_everybody() {
    let server = town::shared().await;
    let told = Actor::new(server.address, 0, "").get("/api/v1/limits/").await;
    assert_eq!(told.status, 200);
    let limits = told.json();
    assert_eq!(limits["text_chars"], json!({"value": 10_000, "unit": "characters"}));
    assert_eq!(limits["listeners"]["value"], 60, "as this server has it set");
    assert_eq!(limits["sends_per_second"]["value"], json!(0.0));
    for (name, limit) in limits.as_object().expect("an object") {
        assert!(
            limit["value"].is_number() && limit["unit"].is_string(),
            "{name}: {limit}"
        );
    }
}
