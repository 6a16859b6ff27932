//! Rooms of the application's own kinds: who may what in them, what is for some alone, and a key that acts as a person.

use super::{hello, next};
use crate::harness::{Actor, Server, Town};
use reqwest::Method;
use serde_json::{Value, json};

const DEALS: &str = "\
limits.searches_per_second = 0
[kinds.deal]
title = \"Deal\"
roles = { seller = [\"take-part\"], buyer = [\"take-part\"], auditor = [\"read\"] }
staff = { admin = [\"read\", \"govern\"], broker = [\"step-in\"] }
closed = [\"read\"]
";

/// A server with a seller, a buyer, an auditor, a broker and an administrator, and a key of their application.
pub(super) async fn deals(story: &str) -> (Server, Vec<Actor>, String) {
    let people = [(1, "user"), (2, "user"), (3, "user"), (4, "broker"), (5, "admin")];
    let mut town = Town::default();
    for (id, role) in people {
        town = town.person(json!({"id": id, "first_name": format!("P{id}"), "role": role}));
    }
    let server = Server::start(story, DEALS, &town).await;
    let tokens = server.tokens(&[1, 2, 3, 4, 5]).await;
    let actors = (1..)
        .zip(&tokens)
        .map(|(id, token)| Actor::new(server.address, id, token))
        .collect();
    let key = app_key(&server, "rooms,act").await;
    (server, actors, key)
}

/// A new API key of the application's.
pub(super) async fn app_key(server: &Server, scopes: &str) -> String {
    let made = server.command(&["key", "create", "app", "--scope", scopes]).await;
    let told = String::from_utf8_lossy(&made.stdout);
    let key = told.split_whitespace().find(|word| word.starts_with("bsk_"));
    key.expect("a key").to_owned()
}

pub(super) async fn put_deal(app: &Actor, body: &Value) {
    let put = app.ask(Method::PUT, "/api/v1/rooms/deal:17/", body).await;
    assert!([200, 201].contains(&put.status), "{put:?}");
}

pub(super) fn members() -> Value {
    json!([{"id": "1", "role": "seller"}, {"id": "2", "role": "buyer"}, {"id": "3", "role": "auditor"}])
}

#[tokio::test]
async fn what_somebody_may_follows_from_what_they_are_in_the_room() {
    let (server, people, key) = deals("native-deals").await;
    let app = Actor::new(server.address, 0, &key);
    let subject = json!({"title": "Deal 17", "fields": [{"label": "Price", "value": "10"}]});
    put_deal(
        &app,
        &json!({"title": "Bicycle", "members": members(), "subject": subject, "custom": {"x": 1}}),
    )
    .await;
    let path = "/api/v1/rooms/deal:17/";
    let room = people[0].get(path).await.json();
    assert_eq!(
        (&room["subject"], &room["custom"], &room["me"]["role"]),
        (&subject, &json!({"x": 1}), &json!("seller"))
    );
    assert!(room["can"].as_array().is_some_and(|can| can.contains(&json!("send"))));
    let auditor = people[2].get(path).await.json();
    assert_eq!(auditor["can"], json!(["read"]));
    let send = json!({"text": "x"});
    let sent = people[2].post(&format!("{path}messages/"), &send).await;
    assert_eq!((sent.status, &sent.json()["code"]), (403, &json!("not_allowed")));
    // The broker steps in: they read and write without being in it.
    let broker = people[3].post(&format!("{path}messages/"), &send).await;
    assert_eq!(broker.status, 201, "{broker:?}");
    assert_eq!(people[3].get(path).await.json()["me"], json!(null));
    let (mut socket, ..) = hello(&people[3], None).await;
    super::open(&mut socket, "deal:17").await;

    // Who governs it changes it and who is in it; its other people do not.
    let change = json!({"title": "Bicycle, red"});
    assert_eq!(people[0].ask(Method::PATCH, path, &change).await.status, 403);
    let changed = people[4].ask(Method::PATCH, path, &change).await;
    assert_eq!(
        (changed.status, &changed.json()["title"]),
        (200, &json!("Bicycle, red"))
    );
    let became = people[4]
        .ask(Method::PUT, &format!("{path}members/3/"), &json!({"role": "buyer"}))
        .await;
    assert_eq!((became.status, &became.json()["role"]), (200, &json!("buyer")));
    assert_eq!(people[2].post(&format!("{path}messages/"), &send).await.status, 201);

    // What the settings do not name, nobody becomes: they could do nothing here.
    let calls = [
        (Method::PUT, format!("{path}members/3/"), json!({"role": "sellr"})),
        (Method::PUT, format!("{path}members/3/"), json!({})),
        (
            Method::PATCH,
            format!("{path}members/"),
            json!({"add": [{"id": "3", "role": "sellr"}]}),
        ),
    ];
    for (method, path, body) in calls {
        let refused = people[4].ask(method, &path, &body).await;
        let said = refused.json()["errors"]["role"][0].clone();
        assert_eq!(
            (refused.status, said),
            (400, json!("In such a room somebody is one of seller, buyer, auditor.")),
            "{body}"
        );
    }
    let put = app.ask(Method::PUT, path, &json!({"members": ["3"]})).await;
    assert_eq!(put.status, 400, "{put:?}");

    // Closed, it is read and no more.
    put_deal(&app, &json!({"closed": true})).await;
    let late = people[0].post(&format!("{path}messages/"), &send).await;
    assert_eq!((late.status, &late.json()["code"]), (403, &json!("room_closed")));
    assert_eq!(people[0].get(&format!("{path}messages/")).await.status, 200);
    assert_eq!(
        people[0]
            .ask(Method::DELETE, &format!("{path}members/1/"), &json!({}))
            .await
            .status,
        204
    );
    assert_eq!(people[0].get(path).await.status, 404, "they have left");
}

#[tokio::test]
async fn a_kind_says_how_many_are_in_its_rooms() {
    let town = (1..=4).fold(Town::default(), |town, id| {
        town.person(json!({"id": id, "first_name": "P"}))
    });
    let settings = "limits.members = 2\n[kinds.deal]\nmembers = 3\n";
    let server = Server::start("native-kind-members", settings, &town).await;
    let made = server.command(&["key", "create", "app", "--scope", "rooms"]).await;
    let app = Actor::new(server.address, 0, String::from_utf8_lossy(&made.stdout).trim());
    let put = async |key: &str, members: Value| {
        let path = format!("/api/v1/rooms/{key}/");
        app.ask(Method::PUT, &path, &json!({"members": members})).await
    };
    assert_eq!(put("deal:1", json!(["1", "2", "3"])).await.status, 201);
    for (key, members, most) in [
        ("deal:1", json!(["1", "2", "3", "4"]), 3),
        ("lesson:1", json!(["1", "2", "3"]), 2),
    ] {
        let refused = put(key, members).await;
        let said = refused.json()["errors"]["members"][0].to_string();
        assert!(refused.status == 400 && said.contains(&most.to_string()), "{refused:?}");
    }
}

#[tokio::test]
async fn what_is_for_some_is_missing_for_everybody_else() {
    let (server, people, key) = deals("native-for-some").await;
    let app = Actor::new(server.address, 0, &key);
    put_deal(&app, &json!({"title": "x", "members": members()})).await;
    let (mut seller, ..) = hello(&people[0], None).await;
    let (mut buyer, ..) = hello(&people[1], None).await;
    super::open(&mut seller, "deal:17").await;
    super::open(&mut buyer, "deal:17").await;
    let path = "/api/v1/rooms/deal:17/";
    let secret = json!({"text": "Only for the seller", "to": ["1"], "kind": "event", "custom": {"price": 9}});
    assert_eq!(app.post(&format!("{path}system-messages/"), &secret).await.status, 201);
    let heard = next(&mut seller, "changes").await;
    assert_eq!(
        (&heard["messages"][0]["kind"], &heard["messages"][0]["custom"]),
        (&json!("event"), &json!({"price": 9}))
    );
    let sent = people[1]
        .post(&format!("{path}messages/"), &json!({"text": "for all"}))
        .await;
    assert_eq!(sent.json()["seq"], 2);
    let told = next(&mut buyer, "changes").await;
    assert_eq!(
        told["messages"][0]["seq"], 2,
        "they hear nothing of the other one: {told}"
    );
    assert_eq!(people[1].get(&format!("{path}messages/1/")).await.status, 404);
    let list = people[1].get(&format!("{path}messages/")).await.json();
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(people[1].get(path).await.json()["me"]["unread"], 0);
    assert_eq!(people[0].get(path).await.json()["me"]["unread"], 2);
}

#[tokio::test]
async fn a_key_acts_as_a_person_where_it_says_as_whom() {
    let (server, people, key) = deals("native-act").await;
    let app = Actor::new(server.address, 0, &key);
    put_deal(&app, &json!({"title": "x", "members": members()})).await;
    let path = "/api/v1/rooms/deal:17/messages/";
    let as_seller = app
        .request(Method::POST, path)
        .header("X-Beseda-As", "1")
        .json(&json!({"text": "as the seller"}));
    let sent = crate::harness::answer(as_seller).await;
    assert_eq!((sent.status, &sent.json()["author"]["id"]), (201, &json!("1")));
    let alone = app.get("/api/v1/me/").await;
    assert_eq!((alone.status, &alone.json()["code"]), (403, &json!("person_required")));
    let other = people[0].request(Method::GET, "/api/v1/me/").header("X-Beseda-As", "2");
    let other = crate::harness::answer(other).await;
    assert_eq!((other.status, &other.json()["code"]), (403, &json!("acts_as_another")));
}

#[tokio::test]
async fn the_application_sees_its_rooms_and_says_who_is_in_them_in_its_own_name() {
    let (server, people, key) = deals("native-host").await;
    let app = Actor::new(server.address, 0, &key);
    let path = "/api/v1/rooms/deal:17/";
    put_deal(&app, &json!({"title": "x", "members": members()})).await;
    people[0]
        .post(&format!("{path}messages/"), &json!({"text": "for all"}))
        .await;
    let secret = json!({"text": "for one", "to": ["1"], "client_id": "s-1"});
    app.post(&format!("{path}system-messages/"), &secret).await;

    let room = app.get(path).await.json();
    assert_eq!((&room["me"], &room["member_count"]), (&json!(null), &json!(3)));
    assert_eq!(room["can"], json!(["read", "invite", "remove", "close", "rename"]));
    assert_eq!(
        (&room["last_message"]["text"], &room["last_message"]["client_id"]),
        (&json!("for one"), &json!("s-1")),
        "what it said to some it knows"
    );
    let by_uuid = format!(
        "/api/v1/rooms/{}/messages/?limit=1",
        room["uuid"].as_str().expect("a name")
    );
    let page = app.get(&by_uuid).await.json();
    assert_eq!(
        (
            &page["items"][0]["seq"],
            &page["has_before"],
            &page["items"][0]["client_id"]
        ),
        (&json!(2), &json!(true), &json!("s-1"))
    );
    let first = app.get(&format!("{path}messages/?before=2")).await.json();
    assert_eq!(
        (&first["items"][0]["text"], &first["items"][0]["client_id"]),
        (&json!("for all"), &json!(null))
    );

    // Who is in it: page by page, one more, one who is something else, and several at once or none of them.
    let two = app.get(&format!("{path}members/?limit=2")).await.json();
    assert_eq!(two["items"].as_array().map(Vec::len), Some(2));
    let next = two["next"].as_str().expect("there is one more");
    let third = app.get(&format!("{path}members/?limit=2&cursor={next}")).await.json();
    assert_eq!(
        (
            &third["items"][0]["person"]["id"],
            &third["items"][0]["role"],
            &third["next"]
        ),
        (&json!("3"), &json!("auditor"), &json!(null))
    );
    for (role, status) in [("buyer", 201), ("seller", 200)] {
        let put = app
            .ask(Method::PUT, &format!("{path}members/4/"), &json!({"role": role}))
            .await;
        assert_eq!((put.status, &put.json()["role"]), (status, &json!(role)), "{put:?}");
    }
    let both = json!({"add": [{"id": "5", "role": "seller"}], "remove": ["3", "4"]});
    let changed = app.ask(Method::PATCH, &format!("{path}members/"), &both).await;
    assert_eq!(
        (changed.status, &changed.json()["member_count"]),
        (200, &json!(3)),
        "{changed:?}"
    );
    let unknown = json!({"add": [{"id": "1", "role": "seller"}, {"id": "77", "role": "seller"}], "remove": ["5"]});
    let refused = app.ask(Method::PATCH, &format!("{path}members/"), &unknown).await;
    assert_eq!(refused.status, 404, "{refused:?}");
    assert_eq!(app.get(path).await.json()["member_count"], 3);

    // Whatever only people do it does as one of them, and a key for other things does none of it.
    for path in [
        format!("{path}messages/1/"),
        format!("{path}changes/"),
        format!("{path}pins/"),
    ] {
        let refused = app.get(&path).await;
        assert_eq!(
            (refused.status, &refused.json()["code"]),
            (403, &json!("person_required")),
            "{path}"
        );
    }
    let made = server
        .command(&["key", "create", "other", "--scope", "people,act"])
        .await;
    let other = String::from_utf8_lossy(&made.stdout).trim().to_owned();
    let other = Actor::new(server.address, 0, other.split_whitespace().last().expect("a key"));
    for (method, path) in [
        (Method::GET, path.to_owned()),
        (Method::GET, format!("{path}members/")),
        (Method::PUT, format!("{path}members/4/")),
        (Method::PATCH, format!("{path}members/")),
        (Method::GET, format!("{path}messages/")),
    ] {
        let refused = other.ask(method, &path, &json!({})).await;
        assert_eq!(
            (refused.status, &refused.json()["code"]),
            (403, &json!("wrong_scope")),
            "{path}"
        );
    }
    // In a room whose people follow from its key nobody is let in by that.
    assert_eq!(
        app.ask(Method::PUT, "/api/v1/rooms/private:1:2/", &json!({}))
            .await
            .status,
        201
    );
    let third = app
        .ask(Method::PUT, "/api/v1/rooms/private:1:2/members/3/", &json!({}))
        .await;
    assert_eq!((third.status, &third.json()["code"]), (403, &json!("not_allowed")));
    let two = app.get("/api/v1/rooms/private:1:2/").await.json();
    assert_eq!(
        (&two["title"], &two["can"]),
        (&json!(""), &json!(["read", "close", "rename"]))
    );
}
