//! Web push: what leaves for a push service of the test's own, which a browser of the test's own reads.

use super::hello;
use crate::harness::push_service::{Browser, PushService, claims};
use crate::harness::{Actor, Server, Town, host, ids};
use crate::stories::server_api::assert_problem;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::sleep;

const PUSH: &str = "/api/v1/push/";
const BROWSERS: &str = "/api/v1/push/subscriptions/";
const ROOM: &str = "/api/v1/rooms/order:1/messages/";
const ME: &str = "/api/v1/rooms/order:1/me/";
/// A body that no log may hold.
const CANARY: &str = "канарейка-в-сообщении";

/// A party's server that pushes to a service of its own; its client and expert.
async fn pushing(story: &str, settings: &str) -> (PushService, Server, Actor, Actor) {
    let service = PushService::serve().await;
    let settings = service.settings() + settings;
    let server = Server::start(story, &settings, &Town::parties(1)).await;
    let party = server.party(1).await;
    party.client.room_of(1).await;
    (service, server, party.client, party.expert)
}

async fn subscribe(actor: &Actor, browser: &Browser) -> Value {
    let answer = actor.post(BROWSERS, &browser.subscription()).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()
}

async fn say(actor: &Actor, text: &str) {
    let answer = actor.post(ROOM, &json!({"text": text})).await;
    assert_eq!(answer.status, 201, "{answer:?}");
}

async fn set(actor: &Actor, settings: Value) -> Value {
    let answer = actor.ask(Method::PUT, PUSH, &settings).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

/// Has somebody's browsers tried, and waits for that: by then everything from before that was to be pushed has been.
async fn nothing_but_a_test(service: &PushService, actor: &Actor, before: usize) {
    // The window in which what is said together is told as one, and as much again.
    sleep(Duration::from_secs(3)).await;
    let tried = actor.post("/api/v1/push/test/", &json!({})).await;
    assert_eq!(tried.status, 200, "{tried:?}");
    service.until(before + 1).await;
    assert_eq!(service.pushed().len(), before + 1, "only the test has come");
}

#[tokio::test]
async fn who_is_away_is_told_what_another_says_and_nobody_on_the_way_can_read_it() {
    let (service, server, client, expert) = pushing("push-told", "").await;
    let browser = Browser::at(&service, "expert");
    let settings = expert.get(PUSH).await.json();
    let key = settings["public_key"].as_str().expect("a key").to_owned();
    assert_eq!(
        settings,
        json!({"public_key": key, "on": true, "preview": false, "quiet": null, "subscriptions": 0})
    );
    let subscription = subscribe(&expert, &browser).await;
    let again = expert.post(BROWSERS, &browser.subscription()).await;
    assert_eq!((again.status, again.json()), (200, subscription));

    say(&client, CANARY).await;
    let pushed = service.until(1).await;
    let told = browser.read(&pushed[0]);
    assert_eq!(
        told,
        json!({
            "type": "message", "room": "order:1", "seq": 1, "title": "", "author": "Person 11", "text": null, "files": 0
        })
    );
    assert_eq!(pushed[0].path, "/expert");
    let headers = &pushed[0].headers;
    assert_eq!(
        (
            headers["ttl"].as_str(),
            headers["urgency"].as_str(),
            headers["topic"].len()
        ),
        ("86400", "high", 32)
    );
    let said = claims(&pushed[0], &key, &service);
    assert_eq!(said["sub"], "mailto:admin@shop.example");
    let ahead = said["exp"].as_i64().expect("an end") - host::now();
    assert!((0..=24 * 3_600).contains(&ahead), "{said}");

    // How it begins, once they want to know: so much of it and no more.
    assert_eq!(set(&expert, json!({"preview": true})).await["preview"], true);
    say(&client, &"я".repeat(121)).await;
    let pushed = service.until(2).await;
    assert_eq!(browser.read(&pushed[1])["text"], "я".repeat(120));
    assert_eq!(
        pushed[1].headers["topic"], pushed[0].headers["topic"],
        "of one room the last is kept"
    );

    // Their own words are not told, nor are reactions.
    say(&expert, "Иду").await;
    let liked = client
        .ask(
            Method::PUT,
            "/api/v1/rooms/order:1/messages/3/reactions/%F0%9F%91%8D/",
            &Value::Null,
        )
        .await;
    assert_eq!(liked.status, 200, "{liked:?}");
    nothing_but_a_test(&service, &expert, 2).await;
    assert_eq!(browser.read(&service.pushed()[2]), json!({"type": "test"}));
    let logs = server.logs();
    for secret in [CANARY, "/expert", "яяя"] {
        assert!(!logs.contains(secret), "the log holds {secret}");
    }
}

#[tokio::test]
async fn who_looks_or_wants_no_noise_is_told_nothing() {
    let (service, _server, client, expert) = pushing("push-untold", "").await;
    let browser = Browser::at(&service, "expert");
    subscribe(&expert, &browser).await;
    let (mut socket, ..) = hello(&expert, None).await;
    say(&client, "one").await;
    nothing_but_a_test(&service, &expert, 0).await;
    // Nobody looks at the window any more.
    socket.say(&json!({"type": "state", "away": true})).await;
    sleep(Duration::from_millis(200)).await;
    say(&client, "two").await;
    assert_eq!(browser.read(&service.until(2).await[1])["seq"], 2);
    drop(socket);

    for (view, back) in [
        (
            json!({"muted_until": "2999-01-01T00:00:00Z"}),
            json!({"muted_until": null}),
        ),
        (json!({"archived": true}), json!({"archived": false})),
    ] {
        let before = service.pushed().len();
        assert_eq!(expert.ask(Method::PATCH, ME, &view).await.status, 200);
        say(&client, "quietly").await;
        nothing_but_a_test(&service, &expert, before).await;
        assert_eq!(expert.ask(Method::PATCH, ME, &back).await.status, 200);
    }
    // All day but for one minute of it, which is not now or the next.
    let minute = host::now() / 60 % 1_440;
    let quiet = json!({"zone": "UTC", "from": (minute + 1_300) % 1_440, "to": (minute + 1_299) % 1_440});
    for (settings, back) in [
        (json!({"quiet": quiet}), json!({"quiet": null})),
        (json!({"on": false}), json!({"on": true})),
    ] {
        let before = service.pushed().len();
        set(&expert, settings).await;
        say(&client, "quietly").await;
        nothing_but_a_test(&service, &expert, before).await;
        set(&expert, back).await;
    }
    let before = service.pushed().len();
    say(&client, "loudly").await;
    service.until(before + 1).await;
}

#[tokio::test]
async fn a_browser_that_is_gone_is_forgotten_and_a_service_that_fails_is_asked_again() {
    let (service, server, client, expert) = pushing("push-gone", "").await;
    let browser = Browser::at(&service, "expert");
    subscribe(&expert, &browser).await;
    let count = async || expert.get(PUSH).await.json()["subscriptions"].clone();
    service.says(503);
    say(&client, "one").await;
    service.until(1).await;
    service.says(201);
    let tried = service.until(2).await;
    assert_eq!(browser.read(&tried[1])["seq"], 1, "the same once more, encrypted anew");
    assert_ne!(tried[0].headers["authorization"], "", "each has its proof");
    assert_eq!(count().await, 1);

    for status in [404, 410] {
        let before = service.pushed().len();
        service.says(status);
        say(&client, "two").await;
        service.until(before + 1).await;
        while count().await != 0 {
            sleep(Duration::from_millis(20)).await;
        }
        service.says(201);
        subscribe(&expert, &browser).await;
    }
    // What is refused for good is not asked again, and is no reason to forget anybody.
    service.says(403);
    let before = service.pushed().len();
    say(&client, "three").await;
    service.until(before + 1).await;
    server
        .logged("a push is given up: the push service answered 403", 1)
        .await;
    assert_eq!(count().await, 1);
    let dead = server.command(&["jobs"]).await;
    let told = String::from_utf8_lossy(&dead.stdout).into_owned();
    assert!(!told.contains("push"), "{told}");
}

#[tokio::test]
async fn browsers_are_their_persons_so_many_and_as_browsers_give_them() {
    let (service, server, client, expert) = pushing("push-own", "limits.push_subscriptions = 1\n").await;
    let [first, second] = ["first", "second"].map(|name| Browser::at(&service, name));
    let id = subscribe(&expert, &first).await["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let one_more = expert.post(BROWSERS, &second.subscription()).await;
    assert_problem(&one_more, 409, "too_many_push_subscriptions");
    let path = format!("{BROWSERS}{id}/");
    assert_problem(&client.ask(Method::DELETE, &path, &Value::Null).await, 404, "not_found");
    assert_eq!(expert.ask(Method::DELETE, &path, &Value::Null).await.status, 204);
    assert_problem(&expert.ask(Method::DELETE, &path, &Value::Null).await, 404, "not_found");

    let with = |field: &str, value: Value| {
        let mut body = first.subscription();
        body[field] = value;
        body
    };
    for (field, value) in [
        ("endpoint", json!("")),
        ("endpoint", json!("http://127.0.0.1:1/x")),
        ("endpoint", json!("ftp://push.example/x")),
        ("endpoint", json!(format!("https://push.example/{}", "x".repeat(2_000)))),
        ("keys", Value::Null),
        ("keys", json!({"p256dh": "AAAA", "auth": "AAAA"})),
        ("expirationTime", json!("x".repeat(99))),
        ("colour", json!("red")),
    ] {
        let refused = expert.post(BROWSERS, &with(field, value)).await;
        assert_problem(&refused, 400, "invalid");
        assert!(refused.json()["errors"][field].is_array(), "{refused:?}");
    }
    for quiet in [
        json!({"zone": "Mars/Olympus", "from": 0, "to": 60}),
        json!({"zone": "UTC", "from": 0, "to": 1_441}),
        json!({"zone": "UTC", "from": 7, "to": 7}),
        json!({"zone": "UTC", "from": 7}),
        json!("night"),
    ] {
        let refused = expert.ask(Method::PUT, PUSH, &json!({"quiet": quiet})).await;
        assert_problem(&refused, 400, "invalid");
        assert!(refused.json()["errors"]["quiet"].is_array(), "{refused:?}");
    }

    // Whoever is signed out everywhere has no browser left.
    subscribe(&expert, &first).await;
    server.command(&["person", "deactivate", &ids::word(expert.id)]).await;
    server.command(&["person", "activate", &ids::word(expert.id)]).await;
    let token = server.tokens(&[expert.id]).await.remove(0);
    let back = expert.with_token(&token);
    assert_eq!(back.get(PUSH).await.json()["subscriptions"], 0);
}

#[tokio::test]
async fn a_server_that_nobody_answers_for_pushes_to_nobody() {
    let service = PushService::serve().await;
    let (_server, client, _) = super::party("push-off", "").await;
    let settings = client.get(PUSH).await.json();
    assert_eq!(settings["public_key"], Value::Null);
    let browser = Browser::at(&service, "client");
    assert_problem(&client.post(BROWSERS, &browser.subscription()).await, 409, "no_push");
    assert_problem(&client.post("/api/v1/push/test/", &json!({})).await, 409, "no_push");
}
