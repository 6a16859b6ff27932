//! What the host application is refused, and how it is told.

use super::server_api::{assert_problem, host, put};
use crate::harness::actor::answer;
use crate::harness::{Actor, Server, Town, town};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn what_is_wrong_is_named_and_nothing_of_it_kept() {
    let settings = "limits.members = 3\nlimits.title_chars = 10\n";
    let server = Server::start("server-wrong", settings, &Town::parties(1)).await;
    let host = host(&server, "shop", "people,orders,groups,rooms").await;
    let uuid = "6f1c2a3b-0000-4000-8000-000000000001";
    let room = format!("rooms/group:{uuid}");
    let long = "п".repeat(11);
    for (path, body, field) in [
        ("people/5", json!({"naem": "x"}), "naem"),
        ("people/5", json!({"username": long}), "username"),
        ("people/5", json!({"first_name": 5}), "first_name"),
        ("people/5", json!({"password": null}), "password"),
        ("people/5", json!({"phone": "a\u{0}"}), "phone"),
        ("people/5", json!({"email": "nobody"}), "email"),
        ("people/5", json!({"role": "the boss"}), "role"),
        ("people/5", json!({"active": "yes"}), "active"),
        ("people/5", json!({"password": "1234567"}), "password"),
        ("people/5", json!({"password": "x".repeat(129)}), "password"),
        ("people/a%0Ab", json!({}), "id"),
        (&format!("orders/{}", "x".repeat(129)), json!({}), "id"),
        ("orders/5", json!({"client": 77}), "client"),
        ("orders/5", json!({"expert": 0}), "expert"),
        ("orders/5", json!({"operator": "011"}), "operator"),
        ("orders/5", json!({"operator": ""}), "operator"),
        ("orders/5", json!({"operator": 11.5}), "operator"),
        ("orders/5", json!({"client": 9_007_199_254_740_992_i64}), "client"),
        ("orders/5", json!({"number": long}), "number"),
        ("orders/5", json!({"status": []}), "status"),
        ("groups/5", json!({"students": [11, 77]}), "students"),
        ("groups/5", json!({"students": 11}), "students"),
        ("groups/5", json!({"students": [11, -1]}), "students"),
        ("groups/5", json!({"students": [11, 12, 13]}), "students"),
        ("groups/5", json!({"teacher": 77}), "teacher"),
        ("groups/5", json!({"name": long}), "name"),
        (&room, json!({"members": [77]}), "members"),
        (&room, json!({"members": [11, 12, 13, 14]}), "members"),
        (&room, json!({"title": long}), "title"),
        ("rooms/order:1", json!({"members": [11]}), "members"),
        ("rooms/order:77", json!({}), "key"),
        ("rooms/pair:11:77", json!({}), "key"),
        ("rooms/private:11:11", json!({}), "key"),
        ("rooms/order:01", json!({}), "key"),
        ("rooms/Lesson:1", json!({}), "key"),
        (&format!("rooms/support:{uuid}"), json!({}), "key"),
    ] {
        let wrong = put(&host, &format!("/api/v1/{path}/"), body.clone()).await;
        assert_problem(&wrong, 400, "invalid");
        let errors = wrong.json()["errors"].clone();
        assert!(
            errors[field][0].as_str().is_some_and(|said| !said.is_empty()),
            "{path} {body}: {errors}"
        );
        assert_eq!(
            errors.as_object().map(serde_json::Map::len),
            Some(1),
            "{path} {body}: {errors}"
        );
    }
    // One less of everything is taken, and then it is new: nothing was kept of what was wrong.
    for (path, body) in [
        (
            "people/1099511627775",
            json!({"username": "п".repeat(10), "password": "12345678"}),
        ),
        ("people/5", json!({"password": "п".repeat(128)})),
        ("orders/9007199254740991", json!({"client": 11})),
        ("orders/5", json!({"client": 11, "expert": null})),
        ("groups/5", json!({"students": [11, 12]})),
        (&room, json!({"title": "п".repeat(10), "members": [11, 12, 13]})),
    ] {
        let taken = put(&host, &format!("/api/v1/{path}/"), body).await;
        assert_eq!(taken.status, 201, "{path}: {taken:?}");
    }
}

#[tokio::test]
async fn a_key_opens_what_it_was_made_for_until_it_is_revoked() {
    let server = Server::start("server-keys", "", &Town::parties(1)).await;
    let people = host(&server, "people", "people").await;
    let rest = host(&server, "rest", "orders,groups,rooms").await;
    let person = server.party(1).await.client;
    let nobody = Actor::new(server.address, 0, "");
    let calls = [
        ("people", Method::PUT, "/api/v1/people/5/"),
        ("people", Method::PATCH, "/api/v1/people/5/"),
        ("people", Method::DELETE, "/api/v1/people/5/"),
        ("orders", Method::PUT, "/api/v1/orders/5/"),
        ("orders", Method::DELETE, "/api/v1/orders/5/"),
        ("groups", Method::PUT, "/api/v1/groups/5/"),
        ("groups", Method::DELETE, "/api/v1/groups/5/"),
        ("rooms", Method::PUT, "/api/v1/rooms/order:1/"),
        ("rooms", Method::DELETE, "/api/v1/rooms/order:1/"),
        ("rooms", Method::POST, "/api/v1/rooms/order:1/system-messages/"),
    ];
    for (scope, method, path) in calls {
        let wrong = if scope == "people" { &rest } else { &people };
        let refused = wrong.ask(method.clone(), path, &json!({})).await;
        assert_problem(&refused, 403, "wrong_scope");
        for (stranger, code) in [
            (&nobody, "not_authenticated"),
            (&person, "api_key_not_valid"),
            (&nobody.with_token("bsk_canary"), "api_key_not_valid"),
        ] {
            let refused = stranger.ask(method.clone(), path, &json!({})).await;
            assert_problem(&refused, 401, code);
            assert!(refused.header("www-authenticate").starts_with("Bearer"), "{refused:?}");
        }
    }
    assert_eq!(people.get("/api/me/").await.status, 401, "a key is nobody");
    assert_problem(&people.post("/api/v1/tickets/", &json!({})).await, 403, "wrong_scope");

    assert_eq!(put(&people, "/api/v1/people/5/", json!({})).await.status, 201);
    server.command(&["key", "revoke", "people"]).await;
    assert_problem(
        &put(&people, "/api/v1/people/5/", json!({})).await,
        401,
        "api_key_not_valid",
    );
    let listed = server.command(&["key", "list", "--json"]).await;
    let listed: Value = serde_json::from_slice(&listed.stdout).expect("JSON");
    let line = |at: usize| {
        (
            listed[at]["name"].clone(),
            listed[at]["scopes"].clone(),
            listed[at]["revoked_at"].is_null(),
        )
    };
    assert_eq!(line(0), (json!("people"), json!(["people"]), false));
    assert_eq!(line(1), (json!("rest"), json!(["orders", "groups", "rooms"]), true));
    for key in [&people.token, &rest.token] {
        assert!(!listed.to_string().contains(key.as_str()) && !server.logs().contains(key.as_str()));
    }
}

#[tokio::test]
async fn what_is_no_call_of_ours_is_a_problem_too() {
    let server = town::shared().await;
    let host = host(server, "odd-calls", "people").await;
    let path = "/api/v1/people/800/";
    for method in [Method::GET, Method::POST, Method::HEAD] {
        let refused = answer(host.request(method.clone(), "/api/v1/groups/800/")).await;
        assert_eq!(
            (refused.status, refused.header("allow").as_str()),
            (405, "PUT, DELETE, OPTIONS")
        );
        if method != Method::HEAD {
            assert_problem(&refused, 405, "method_not_allowed");
        }
    }
    let send = |media: &'static str, body: String| {
        let request = host.request(Method::PUT, path).header("Content-Type", media).body(body);
        async move { answer(request).await }
    };
    let form = "application/x-www-form-urlencoded";
    assert_problem(
        &send(form, "username=x".to_owned()).await,
        415,
        "unsupported_media_type",
    );
    assert_problem(&send("application/json", "{".to_owned()).await, 400, "parse_error");
    assert_problem(&send("application/json", "[".repeat(40)).await, 400, "parse_error");
    assert_problem(&send("application/json", "[]".to_owned()).await, 400, "invalid");
    assert_problem(
        &send("application/json", r#"{"phone": 1e999}"#.to_owned()).await,
        400,
        "parse_error",
    );
    assert_eq!(answer(host.request(Method::OPTIONS, path)).await.status, 204);
}

#[tokio::test]
async fn a_body_has_so_many_bytes_and_no_more() {
    let settings = "limits.body_bytes = 1024\nlimits.attachment_bytes = 1024\n";
    let server = Server::start("server-large", settings, &Town::default()).await;
    let host = host(&server, "shop", "people").await;
    let send = |bytes: usize| {
        let request = host.request(Method::PUT, "/api/v1/people/5/");
        let body = format!("{{{}}}", " ".repeat(bytes - 2));
        async move { answer(request.header("Content-Type", "application/json").body(body)).await }
    };
    assert_eq!(send(1024).await.status, 201);
    assert_problem(&send(1025).await, 413, "too_large");
}
