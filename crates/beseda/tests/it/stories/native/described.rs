//! What the API says of itself, what is left of a rate, and what every call refuses alike.

use super::{hello, party};
use crate::harness::actor::answer;
use crate::harness::{Actor, Answer};
use reqwest::Method;
use serde_json::{Value, json};

/// Allowances that do not come back while a story lasts.
const SLOW: &str = "\
limits.text_chars = 77
limits.sends_per_second = 0.01
limits.sends_burst = 3
limits.searches_per_second = 0.01
limits.uploads_per_minute = 0
limits.connects_per_second = 10
";

const MESSAGES: &str = "/api/v1/rooms/order:1/messages/";

fn rates(answer: &Answer) -> (String, String) {
    (answer.header("ratelimit-policy"), answer.header("ratelimit"))
}

#[tokio::test]
async fn a_rate_is_told_with_what_is_left_of_it_also_once_nothing_is() {
    let (_server, client, _) = party("native-rates", SLOW).await;
    let sends = |answer: &Answer, left: &str| {
        let (policy, told) = rates(answer);
        assert_eq!(policy, "\"sends\";q=3;w=300", "{answer:?}");
        assert!(told.starts_with(&format!("\"sends\";r={left};t=")), "{told}");
    };
    let opened = client.post("/api/v1/rooms/", &json!({"key": "order:1"})).await;
    sends(&opened, "2");
    let first = client.post(MESSAGES, &json!({"text": "one"})).await;
    assert_eq!(first.status, 201, "{first:?}");
    sends(&first, "1");
    sends(&client.post(MESSAGES, &json!({"text": "two"})).await, "0");
    let third = client.post(MESSAGES, &json!({"text": "three"})).await;
    assert_eq!((third.status, third.json()["code"].as_str()), (429, Some("throttled")));
    sends(&third, "0");
    // What counts against none tells none, and a rate that is off is not told.
    let read = client.get(MESSAGES).await;
    assert_eq!((read.status, rates(&read)), (200, (String::new(), String::new())));
    let found = client.get("/api/v1/search/?q=one").await;
    assert_eq!(rates(&found).0, "\"searches\";q=1;w=100", "{found:?}");
    let ticket = client.post("/api/v1/tickets/", &json!({})).await;
    assert!(rates(&ticket).0.starts_with("\"connects\";q="), "{ticket:?}");
}

#[tokio::test]
async fn the_documents_and_the_page_show_the_limits_in_force_to_everybody() {
    let (server, client, _) = party("native-described", SLOW).await;
    let nobody = Actor::new(server.address, 0, "");
    let openapi = nobody.get("/api/v1/openapi.json").await;
    assert_eq!(openapi.status, 200);
    let send = "/paths/~1api~1v1~1rooms~1{key}~1messages~1/post/requestBody/content/application~1json/schema/properties/text/maxLength";
    assert_eq!(openapi.json().pointer(send), Some(&json!(77)));
    let asyncapi = nobody.get("/api/v1/asyncapi.json").await.json();
    assert_eq!(asyncapi["asyncapi"], "3.0.0");
    let page = nobody.get("/api/v1/docs/").await;
    assert_eq!(
        (page.status, page.header("content-type")),
        (200, "text/html; charset=utf-8".to_owned())
    );
    assert!(page.text.contains("at most 77 characters"), "the limits are others");
    let policy = page.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-") && !policy.contains("unsafe"),
        "{policy}"
    );
    let again = client
        .request(Method::GET, "/api/v1/openapi.json")
        .header("If-None-Match", openapi.header("etag"));
    assert_eq!(answer(again).await.status, 304);
}

#[tokio::test]
async fn what_a_frame_is_told_is_what_the_document_says() {
    let (server, client, _) = party("native-frames", SLOW).await;
    let nobody = Actor::new(server.address, 0, "");
    let asyncapi = nobody.get("/api/v1/asyncapi.json").await.json();
    let (_socket, welcome, here) = hello(&client, None).await;
    for frame in [welcome, here] {
        let word = frame["type"].as_str().unwrap_or_default();
        let reference = &asyncapi["components"]["messages"][format!("server.{word}")]["payload"]["$ref"];
        let schema = asyncapi.pointer(reference.as_str().unwrap_or_default().trim_start_matches('#'));
        let properties = schema
            .and_then(|schema| schema["properties"].as_object())
            .expect("a schema");
        let strange: Vec<&String> = frame
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, _)| name)
            .filter(|name| !properties.contains_key(*name))
            .collect();
        assert!(strange.is_empty(), "{word}: {strange:?}");
    }
}

#[tokio::test]
async fn every_call_refuses_what_it_does_not_know_and_what_is_no_plain_text() {
    let (_server, client, _) = party("native-strange", "").await;
    for path in [
        "/api/v1/me/?colour=red",
        "/api/v1/limits/?colour=red",
        "/api/v1/rooms/order:1/?colour=red",
        "/api/v1/docs/?colour=red",
        "/api/v1/events/?colour=red",
        "/api/v1/ws?colour=red",
        "/api/v1/rooms/?colour=red",
    ] {
        let told = client.get(path).await;
        assert_eq!(told.status, 400, "{path}: {told:?}");
        assert!(told.json()["errors"]["colour"].is_array(), "{path}: {told:?}");
    }
    for path in [
        "/api/v1/rooms/?search=%00",
        "/api/v1/people/?search=an%00na",
        "/api/v1/search/?q=%0A",
        "/api/v1/search/?q=a&kind=%00",
        "/api/v1/presence/?people=%00",
        "/api/v1/rooms/?search=%FF",
        "/api/v1/rooms/?limit=",
    ] {
        let told = client.get(path).await;
        assert_eq!(
            (told.status, told.json()["code"].as_str()),
            (400, Some("invalid")),
            "{path}: {told:?}"
        );
    }
}

#[tokio::test]
async fn a_name_of_a_retry_that_could_be_none_is_refused_by_its_name() {
    let (_server, client, _) = party("native-names", "").await;
    let long = "x".repeat(129);
    for wrong in ["", &long, "ж"] {
        for (path, body) in [
            (MESSAGES, json!({"text": "one"})),
            ("/api/v1/rooms/", json!({"kind": "group", "title": "G", "members": []})),
        ] {
            let request = client
                .request(Method::POST, path)
                .header("Idempotency-Key", wrong)
                .json(&body);
            let told = answer(request).await;
            assert_eq!(told.status, 400, "{path} {wrong:?}: {told:?}");
            assert!(told.json()["errors"]["Idempotency-Key"].is_array(), "{told:?}");
        }
    }
    let empty = client
        .post("/api/v1/rooms/", &json!({"key": "order:1", "client_id": ""}))
        .await;
    assert!(empty.json()["errors"]["client_id"].is_array(), "{empty:?}");
}

#[tokio::test]
async fn nobody_but_a_key_says_as_whom_they_act_on_any_call() {
    let (_server, client, _) = party("native-as", "").await;
    for (method, path) in [
        (Method::GET, "/api/v1/me/"),
        (Method::GET, "/api/v1/limits/"),
        (Method::POST, "/api/v1/tickets/"),
        (Method::GET, "/api/v1/events/"),
        (Method::PUT, "/api/v1/people/7/"),
    ] {
        for named in ["2", "", "%00", "nobody"] {
            let told = answer(client.request(method.clone(), path).header("X-Beseda-As", named)).await;
            assert_eq!(
                (told.status, &told.json()["code"]),
                (403, &Value::from("acts_as_another")),
                "{path} {named:?}"
            );
        }
    }
    let told = client.get("/api/v1/events/?as=2").await;
    assert_eq!(
        (told.status, &told.json()["code"]),
        (403, &Value::from("acts_as_another"))
    );
}
