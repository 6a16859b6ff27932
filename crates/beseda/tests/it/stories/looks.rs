//! What an operator finds by looking: people, keys and rooms, in pages or one by one, without a secret and without a text.

use crate::harness::{Server, Town};
use serde_json::{Value, json};

async fn shown(server: &Server, line: &str) -> (String, String) {
    let arguments: Vec<&str> = line.split(' ').chain(["--lang", "en"]).collect();
    let output = server.command(&arguments).await;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

async fn listed(server: &Server, line: &str) -> Value {
    let (text, _) = shown(server, &format!("{line} --json")).await;
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn column(list: &Value, key: &str) -> Vec<Value> {
    list.as_array()
        .expect("a list")
        .iter()
        .map(|row| row[key].clone())
        .collect()
}

#[tokio::test]
async fn people_are_listed_in_pages_and_shown_with_where_they_come_from() {
    let town = Town::parties(1)
        .person(json!({"id": "shop/7f", "first_name": "Фёдор", "role": "teacher"}))
        .person(json!({"id": 5, "username": "boris", "password": "a secret of Boris's own"}));
    let server = Server::start("look-people", "", &town).await;
    let party = server.party(1).await;
    party.client.room_of(party.order).await;
    server.command(&["person", "sign-out", "12"]).await;
    server.command(&["person", "deactivate", "13"]).await;

    let all = listed(&server, "person list").await;
    assert_eq!(
        column(&all, "id"),
        [json!(5), json!(11), json!(12), json!(13), json!(14), json!("shop/7f")]
    );
    assert_eq!(
        all[1],
        json!({
            "id": 11, "name": "Person 11", "role": "client", "active": true, "deleted": false, "signed_out_at": null,
        })
    );
    assert_eq!(
        column(&listed(&server, "person list --limit 2").await, "id"),
        [json!(5), json!(11)]
    );
    assert_eq!(
        column(&listed(&server, "person list --after 11 --limit 2").await, "id"),
        [json!(12), json!(13)]
    );
    let (lines, told) = shown(&server, "person list --limit 2").await;
    assert_eq!(lines.lines().count(), 2, "{lines}");
    assert!(told.contains("beseda person list --after 11"), "{told}");
    assert!(lines.contains("active") && lines.contains("Person 11"), "{lines}");

    let client = listed(&server, "person show 11").await;
    for (key, value) in [
        ("role", json!("client")),
        ("comes_from", json!("application")),
        ("rooms", json!(1)),
        ("password", json!(false)),
    ] {
        assert_eq!(client[key], value, "{key}: {client}");
    }
    let signed_out = listed(&server, "person show 12").await;
    assert!(signed_out["signed_out_at"].is_string(), "{signed_out}");
    assert_eq!(listed(&server, "person show 13").await["active"], false);
    let of_shop = listed(&server, "person show shop/7f").await;
    assert_eq!(
        (&of_shop["comes_from"], &of_shop["namespace"]),
        (&json!("issuer"), &json!("shop"))
    );
    let (boris, _) = shown(&server, "person show 5").await;
    assert!(
        boris.contains("yes, they log in here") && !boris.contains("secret") && !boris.contains("argon2"),
        "{boris}"
    );
    let output = server.command(&["person", "show", "11", "--lang", "ru"]).await;
    assert!(String::from_utf8_lossy(&output.stdout).contains("откуда               приложение"));
}

#[tokio::test]
async fn rooms_are_listed_and_shown_without_what_is_said_in_them() {
    let server = Server::start("look-rooms", "", &Town::parties(2)).await;
    let (first, second) = (server.party(1).await, server.party(2).await);
    let room = first.client.room_of(first.order).await;
    second.client.room_of(second.order).await;
    for text in ["the canary of this room", "and another"] {
        first.client.send(room, text).await;
    }
    let visitor = first.client.with_token("");
    let opened = visitor
        .post(
            "/api/public/chat-rooms/",
            &json!({"customer_name": "Guest", "message": "a canary"}),
        )
        .await;
    assert_eq!(opened.status, 201, "{opened:?}");
    let uuid = opened.json()["id"].as_str().expect("an id").to_owned();

    let all = listed(&server, "room list").await;
    assert_eq!(
        column(&all, "key"),
        [json!("order:1"), json!("order:2"), json!("support:[redacted]")]
    );
    assert_eq!(
        column(&listed(&server, "room list --after 1 --limit 1").await, "key"),
        [json!("order:2")]
    );

    let shown_room = listed(&server, "room show order:1").await;
    assert_eq!(
        (&shown_room["kind"], &shown_room["seq"], &shown_room["number"]),
        (&json!("order"), &json!(2), &json!(room))
    );
    assert_eq!(column(&shown_room["members"], "id"), [json!(11), json!(12), json!(13)]);
    assert_eq!(
        column(&shown_room["members"], "role"),
        [json!("client"), json!("expert"), json!("operator")]
    );
    assert_eq!(listed(&server, &format!("room show {room}")).await, shown_room);
    let case = listed(&server, &format!("room show {uuid}")).await;
    assert_eq!(case["kind"], "support");

    for line in ["room list", "room show order:1", "room show 3"] {
        for line in [line.to_owned(), format!("{line} --json")] {
            let (text, told) = shown(&server, &line).await;
            assert!(
                !text.contains("canary") && !told.contains("canary") && !text.contains(&uuid),
                "{line}: {text}"
            );
        }
    }
}

#[tokio::test]
async fn a_key_is_shown_and_never_what_it_is() {
    let server = Server::start("look-keys", "", &Town::parties(1)).await;
    let made = server.command(&["key", "create", "shop", "--scope", "rooms"]).await;
    let secret = String::from_utf8_lossy(&made.stdout).trim().to_owned();
    let keys = listed(&server, "key show shop").await;
    assert_eq!(
        (&keys[0]["name"], &keys[0]["scopes"], &keys[1]),
        (&json!("shop"), &json!(["rooms"]), &Value::Null)
    );
    let (text, _) = shown(&server, "key show shop").await;
    assert!(text.contains("in use") && !text.contains(&secret), "{text}");
}
