//! A host application whose ids are texts does by API all that one with numbers does, and hears its own ids.

use super::server_api::{assert_problem, host, put};
use crate::harness::actor::answer;
use crate::harness::ids::encoded;
use crate::harness::{Actor, Server, Town};
use reqwest::Method;
use serde_json::{Value, json};

/// People, an order and a class as a Django with UUID keys, an Auth0 and a shop with speaking ids call them.
const ANNA: &str = "6f1c2a3b-0000-4000-8000-0000000000a1";
const BORIS: &str = "auth0|5f7c";
const OLGA: &str = "a:b%25 ё/?#";
const ORDER: &str = "2026/11 №17:b%";
const CLASS: &str = "7А";

struct Stage {
    server: Server,
    host: Actor,
}

impl Stage {
    async fn build(story: &str, roles: [&str; 3]) -> Self {
        let server = Server::start(story, "", &Town::default()).await;
        let host = host(&server, "shop", "people,orders,groups,rooms").await;
        let stage = Self { server, host };
        for (id, role) in [ANNA, BORIS, OLGA].into_iter().zip(roles) {
            let put = stage
                .put("people", id, json!({"first_name": "Имя", "role": role}))
                .await;
            assert_eq!(put["id"], id, "{put}");
        }
        stage
    }

    async fn put(&self, of: &str, id: &str, body: Value) -> Value {
        let answer = put(&self.host, &path(of, id), body).await;
        assert!(answer.status < 300, "{id}: {answer:?}");
        answer.json()
    }

    async fn delete(&self, of: &str, id: &str) {
        // Twice is once.
        for _ in 0..2 {
            let answer = answer(self.host.request(Method::DELETE, &path(of, id))).await;
            assert_eq!(answer.status, 204, "{answer:?}");
        }
    }

    async fn person(&self, id: &str) -> Actor {
        let output = self.server.command(&["token", "--ttl", "12h", "--person", id]).await;
        let token = String::from_utf8(output.stdout).expect("a token is text");
        Actor::new(self.server.address, 0, token.trim())
    }
}

/// The number of the order's room, as contract 4 has it.
async fn room_of(by: &Actor) -> i64 {
    let opened = by
        .post("/api/chat/rooms/create_for_order/", &json!({"order_id": ORDER}))
        .await;
    opened.json()["id"].as_i64().expect("a room has a number")
}

fn path(of: &str, id: &str) -> String {
    format!("/api/v1/{of}/{}/", encoded(id))
}

#[tokio::test]
async fn an_order_its_people_and_its_room() {
    let stage = Stage::build("texts-order", ["client", "expert", "operator"]).await;
    let order = |expert: Option<&str>| json!({"number": "A-17", "client": ANNA, "expert": expert, "operator": OLGA, "status": "new"});
    let made = stage.put("orders", ORDER, order(None)).await;
    let mut kept = order(None);
    kept["id"] = json!(ORDER);
    kept["room"] = made["room"].clone();
    assert_eq!(made, kept);
    assert_eq!(made["room"], format!("order:{ORDER}"));
    let [anna, boris] = [stage.person(ANNA).await, stage.person(BORIS).await];
    let room = room_of(&anna).await;
    let mut listening = anna.listen(room).await;
    assert_eq!(boris.knock(room).await.closed().await.0, 4003);
    stage.put("orders", ORDER, order(Some(BORIS))).await;
    let mut expert = boris.listen(room).await;
    let shown = boris.get(&format!("/api/chat/rooms/{room}/")).await.json();
    let members: Vec<&Value> = shown["participants"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| &one["user"]["id"])
        .collect();
    assert_eq!(
        (&shown["order"], json!(members)),
        (&json!(ORDER), json!([ANNA, OLGA, BORIS]))
    );

    // What is said names them, by each of the two contracts that have this room.
    let heard = expert.say_and_hear("вот и я").await.remove(0);
    assert_eq!(heard["message"]["sender"]["id"], BORIS);
    expert.say(&json!({"type": "typing", "is_typing": true})).await;
    assert_eq!(listening.frame().await["message"]["sender"]["id"], BORIS);
    assert_eq!(
        listening.frame().await,
        json!({"type": "user_typing", "user_id": BORIS, "is_typing": true})
    );
    let desk = anna
        .get(&format!("/api/chat/order/{}/messages", encoded(ORDER)))
        .await
        .json();
    let first = &desk["messages"][0];
    assert_eq!(
        (&first["order_id"], &first["sender_id"]),
        (&json!(ORDER), &json!(BORIS))
    );

    // The room by its key, and in nobody's name.
    let key = format!("order:{ORDER}");
    let by_key = stage.put("rooms", &key, json!({"title": "Заказ"})).await;
    assert_eq!((&by_key["key"], &by_key["title"]), (&json!(key), &json!("Заказ")));
    let says = format!("{}system-messages/", path("rooms", &key));
    let said = stage
        .host
        .post(&says, &json!({"text": "Оплачен", "client_id": "paid"}))
        .await;
    assert_eq!((said.status, &said.json()["room"]), (201, &json!(key)), "{said:?}");
    assert_eq!(listening.frame().await["message"]["message"], "Оплачен");

    // Who is unknown is named, who loses a place hears no more, and an order goes with its room.
    let unknown = put(&stage.host, &path("orders", ORDER), json!({"client": "nobody|1"})).await;
    assert_problem(&unknown, 400, "invalid");
    assert_eq!(
        unknown.json()["errors"],
        json!({"client": ["There is no person nobody|1."]})
    );
    stage.put("orders", ORDER, order(None)).await;
    assert_eq!(expert.closed_at_last().await.0, 4003);
    stage.delete("orders", ORDER).await;
    assert_eq!(listening.closed_at_last().await.0, 4003);
    assert_problem(
        &stage.host.post(&says, &json!({"text": "Поздно"})).await,
        404,
        "no_such_room",
    );
}

#[tokio::test]
async fn a_person_is_changed_deactivated_and_let_in_again() {
    let stage = Stage::build("texts-person", ["client", "expert", "operator"]).await;
    stage.put("orders", ORDER, json!({"client": OLGA})).await;
    let olga = stage.person(OLGA).await;
    let room = room_of(&olga).await;
    let mut socket = olga.listen(room).await;
    let change = async |body: Value| stage.host.ask(Method::PATCH, &path("people", OLGA), &body).await;
    let changed = change(json!({"last_name": "Иная"})).await.json();
    assert_eq!((&changed["id"], &changed["last_name"]), (&json!(OLGA), &json!("Иная")));
    assert_eq!(change(json!({"active": false})).await.status, 200);
    assert_eq!(olga.get("/api/me/").await.status, 401);
    assert_eq!(socket.closed_at_last().await.0, 4001);
    assert_eq!(change(json!({"active": true})).await.status, 200);
    let olga = stage.person(OLGA).await;
    assert_eq!(olga.get("/api/me/").await.json()["id"], OLGA);
    stage.server.command(&["person", "deactivate", OLGA]).await;
    assert_eq!(olga.get("/api/me/").await.status, 401);

    stage.delete("people", OLGA).await;
    assert_problem(&change(json!({"active": true})).await, 404, "not_found");
    let back = put(&stage.host, &path("people", OLGA), json!({})).await;
    assert_eq!((back.status, &back.json()["id"]), (201, &json!(OLGA)));
    let wrong = put(&stage.host, &path("people", &"x".repeat(129)), json!({})).await;
    assert_problem(&wrong, 400, "invalid");
}

#[tokio::test]
async fn a_class_and_rooms_of_every_kind() {
    let stage = Stage::build("texts-class", ["student", "teacher", "student"]).await;
    let group = json!({"name": "7А", "teacher": BORIS, "students": [ANNA]});
    let made = stage.put("groups", CLASS, group.clone()).await;
    let mut kept = group;
    kept["id"] = json!(CLASS);
    assert_eq!(made, kept);
    let boris = stage.person(BORIS).await;
    assert_eq!(boris.get("/api/groups/").await.json()[0]["id"], CLASS);
    let chat = boris
        .post("/api/chats/create_group/", &json!({"group_id": CLASS}))
        .await;
    assert_eq!(chat.status, 201, "{chat:?}");
    let olga = stage.person(OLGA).await;
    assert_eq!(olga.get("/api/chats/").await.json(), json!([]));
    stage
        .put(
            "groups",
            CLASS,
            json!({"name": "7А", "teacher": BORIS, "students": [OLGA]}),
        )
        .await;
    assert_eq!(olga.get("/api/chats/").await.json()[0]["id"], chat.json()["id"]);
    stage.delete("groups", CLASS).await;
    assert_eq!(boris.get("/api/groups/").await.json(), json!([]));

    // Rooms of two: a sign that parts ids in a key is one of theirs in percents, and a private one is found either way.
    let escaped = "a%3Ab%2525 ё/?#";
    for (asked, kept) in [
        (format!("private:{BORIS}:{ANNA}"), format!("private:{ANNA}:{BORIS}")),
        (
            format!("private:{BORIS}:{escaped}"),
            format!("private:{escaped}:{BORIS}"),
        ),
        (format!("pair:{escaped}:{ANNA}"), format!("pair:{escaped}:{ANNA}")),
    ] {
        let room = stage.put("rooms", &asked, json!({})).await;
        assert_eq!(room["key"], kept);
        assert_eq!(stage.put("rooms", &kept, json!({})).await["uuid"], room["uuid"]);
        let says = format!("{}system-messages/", path("rooms", &asked));
        assert_eq!(stage.host.post(&says, &json!({"text": "привет"})).await.status, 201);
        stage.delete("rooms", &asked).await;
        assert_problem(
            &stage.host.post(&says, &json!({"text": "привет"})).await,
            404,
            "no_such_room",
        );
    }
    let own = stage
        .put("rooms", "lesson:2026-11-28:b2", json!({"members": [OLGA, ANNA]}))
        .await;
    assert_eq!(
        (&own["key"], own["members"].as_array().map(Vec::len)),
        (&json!("lesson:2026-11-28:b2"), Some(2))
    );
    let fewer = stage
        .put("rooms", "lesson:2026-11-28:b2", json!({"members": [OLGA]}))
        .await;
    assert_eq!(
        (
            &fewer["uuid"],
            &fewer["members"][0]["person"]["id"],
            &fewer["member_count"]
        ),
        (&own["uuid"], &json!(OLGA), &json!(1))
    );
}
