//! Search: what is found, what a query may say, and who finds what.

use super::application::{deals, members, put_deal};
use super::party;
use crate::harness::actor::answer;
use crate::harness::{Actor, Answer};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

const ROOM: &str = "/api/v1/rooms/order:1/";
/// As many searches as somebody likes.
const RATE: &str = "limits.searches_per_second = 0\n";

async fn say(by: &Actor, text: &str) -> Value {
    let sent = by.post(&format!("{ROOM}messages/"), &json!({"text": text})).await;
    assert_eq!(sent.status, 201, "{sent:?}");
    sent.json()
}

async fn search(by: &Actor, query: &str) -> Answer {
    by.get(&format!("/api/v1/search/?{query}")).await
}

/// The texts that somebody finds.
async fn texts(by: &Actor, query: &str) -> Vec<String> {
    let found = search(by, query).await;
    assert_eq!(found.status, 200, "{query}: {found:?}");
    let list = found.json();
    let items = list["items"].as_array().unwrap_or_else(|| panic!("no list: {list}"));
    let text = |item: &Value| item["message"]["text"].as_str().expect("a text").to_owned();
    items.iter().map(text).collect()
}

#[tokio::test]
async fn words_are_found_in_any_inflection_and_told_where_they_stand() {
    let (_server, client, expert) = party("native-search", RATE).await;
    client.post("/api/v1/rooms/", &json!({"key": "order:1"})).await;
    say(&client, "😀 Где мой заказ?").await;
    say(&expert, "Ещё и\u{306}од: I was running").await;
    for (query, found) in [
        ("q=заказа", "😀 Где мой заказ?"),
        ("q=еще", "Ещё и\u{306}од: I was running"),
        ("q=йод", "Ещё и\u{306}од: I was running"),
        ("q=run", "Ещё и\u{306}од: I was running"),
        ("q=%22мой заказ%22", "😀 Где мой заказ?"),
        ("q=где+мой+зак", "😀 Где мой заказ?"),
    ] {
        assert_eq!(texts(&client, query).await, [found], "{query}");
    }
    assert_eq!(texts(&client, "q=%22где заказ%22").await, [""; 0]);
    let list = search(&client, "q=заказа").await.json();
    assert_eq!(list["next"], Value::Null);
    let item = &list["items"][0];
    assert_eq!(
        (&item["room"], &item["highlights"]),
        (&json!("order:1"), &json!([[11, 16]]))
    );
    let path = format!("{ROOM}messages/{}/", item["message"]["seq"]);
    assert_eq!(client.get(&path).await.json(), item["message"]);
}

#[tokio::test]
async fn pages_go_on_where_the_last_one_ended() {
    let (_server, client, _) = party("native-search-pages", &format!("{RATE}limits.page_size_default = 2")).await;
    client.post("/api/v1/rooms/", &json!({"key": "order:1"})).await;
    for number in 1..=5 {
        say(&client, &format!("груша {number}")).await;
    }
    let mut query = "q=груши".to_owned();
    let mut walked = Vec::new();
    loop {
        let page = search(&client, &query).await.json();
        let items = page["items"].as_array().expect("a list");
        assert!(items.len() <= 2, "{page}");
        walked.extend(
            items
                .iter()
                .map(|item| item["message"]["seq"].as_i64().expect("a number")),
        );
        let Some(next) = page["next"].as_str() else { break };
        query = format!("q=груши&cursor={next}");
    }
    assert_eq!(walked, [5, 4, 3, 2, 1]);
    let page = search(&client, "q=груши&limit=5").await;
    assert_eq!(page.json()["items"].as_array().map(Vec::len), Some(5));
    let tag = page.header("etag");
    assert_eq!(page.header("cache-control"), "private, no-cache");
    assert!(page.header("vary").contains("Authorization"), "{page:?}");
    let again = client.request(Method::GET, "/api/v1/search/?q=груши&limit=5");
    assert_eq!(answer(again.header("If-None-Match", &tag)).await.status, 304);
    say(&client, "груша 6").await;
    let again = client.request(Method::GET, "/api/v1/search/?q=груши&limit=5");
    assert_eq!(answer(again.header("If-None-Match", &tag)).await.status, 200);
}

#[tokio::test]
async fn a_search_is_narrowed_and_what_it_may_not_say_is_named() {
    let settings = format!("{RATE}limits.search_chars = 6");
    let (_server, client, expert) = party("native-search-narrowed", &settings).await;
    client.post("/api/v1/rooms/", &json!({"key": "order:1"})).await;
    let room = client.get(ROOM).await.json();
    let first = say(&client, "груша 1").await;
    let second = say(&expert, "груша 2").await;
    let part = Part::bytes(b"a file".as_slice()).file_name("note.txt");
    let upload = client.request(Method::POST, &format!("{ROOM}files/"));
    let file = answer(upload.multipart(Form::new().part("file", part))).await.json();
    let with_file = json!({"text": "груша 3", "files": [file["id"]]});
    let sent = client.post(&format!("{ROOM}messages/"), &with_file).await;
    assert_eq!(sent.status, 201, "{sent:?}");
    let uuid = room["uuid"].as_str().expect("a uuid");
    let (from, to) = (&first["created_at"], &second["created_at"]);
    let (from, to) = (from.as_str().expect("a time"), to.as_str().expect("a time"));
    for (narrow, found) in [
        (String::new(), vec!["груша 3", "груша 2", "груша 1"]),
        (
            "&room=order:1&kind=order".to_owned(),
            vec!["груша 3", "груша 2", "груша 1"],
        ),
        (format!("&room={uuid}&author={}", expert.id), vec!["груша 2"]),
        ("&author=404".to_owned(), vec![]),
        ("&has=file".to_owned(), vec!["груша 3"]),
        ("&kind=group".to_owned(), vec![]),
        ("&kind=No+such".to_owned(), vec![]),
        (format!("&from={from}&to={to}"), vec!["груша 1"]),
        (format!("&from={to}"), vec!["груша 3", "груша 2"]),
    ] {
        assert_eq!(texts(&client, &format!("q=груши{narrow}")).await, found, "{narrow}");
    }
    assert_eq!(
        texts(&client, "q=груша1").await,
        [""; 0],
        "as many characters as may be"
    );
    for (query, field) in [
        ("", "q"),
        ("q=", "q"),
        ("q=?!", "q"),
        ("q=грушами", "q"),
        ("q=груша&from=yesterday", "from"),
        ("q=груша&to=1", "to"),
        ("q=груша&has=picture", "has"),
        ("q=груша&author=a%0Ab", "author"),
        ("q=груша&limit=0", "limit"),
        ("q=груша&cursor=x", "cursor"),
        ("q=груша&colour=red", "colour"),
    ] {
        let refused = search(&client, query).await;
        assert_eq!(refused.status, 400, "{query}: {refused:?}");
        let problem = refused.json();
        assert_eq!(problem["code"], "invalid");
        let fields: Vec<&String> = problem["errors"].as_object().expect("errors").keys().collect();
        assert_eq!(fields, [field], "{problem}");
    }
}

#[tokio::test]
async fn what_is_edited_or_erased_is_found_as_it_is_at_once() {
    let (_server, client, expert) = party("native-search-now", RATE).await;
    client.post("/api/v1/rooms/", &json!({"key": "order:1"})).await;
    say(&client, "груша").await;
    let path = format!("{ROOM}messages/1/");
    let edited = client.ask(Method::PATCH, &path, &json!({"text": "слива"})).await;
    assert_eq!(edited.status, 200, "{edited:?}");
    assert_eq!(texts(&expert, "q=груша").await, [""; 0]);
    assert_eq!(texts(&expert, "q=слива").await, ["слива"]);
    assert_eq!(client.ask(Method::DELETE, &path, &json!({})).await.status, 204);
    assert_eq!(texts(&expert, "q=слива").await, [""; 0]);
}

#[tokio::test]
async fn only_rooms_that_one_is_in_are_searched_and_who_may_step_in_names_the_room() {
    let (server, people, key) = deals("native-search-deals").await;
    let app = Actor::new(server.address, 0, &key);
    put_deal(&app, &json!({"title": "Bicycle", "members": members()})).await;
    let path = "/api/v1/rooms/deal:17/";
    people[0]
        .post(&format!("{path}messages/"), &json!({"text": "Нужен велосипед"}))
        .await;
    let whispered = json!({"text": "Велосипед отправлен", "to": ["2"]});
    assert_eq!(
        app.post(&format!("{path}system-messages/"), &whispered).await.status,
        201
    );
    let [seller, buyer, auditor, broker, admin] = [0, 1, 2, 3, 4].map(|at: usize| &people[at]);
    for by in [seller, auditor] {
        assert_eq!(texts(by, "q=велосипеды").await, ["Нужен велосипед"]);
    }
    assert_eq!(
        texts(buyer, "q=велосипеды&room=deal:17").await,
        ["Велосипед отправлен", "Нужен велосипед"]
    );
    for by in [broker, admin] {
        assert_eq!(texts(by, "q=велосипеды").await, [""; 0]);
        assert_eq!(texts(by, "q=велосипеды&room=deal:17").await, ["Нужен велосипед"]);
    }
    // Whose room it is not is told what they would be told of none, whatever else they ask.
    let removed = app.ask(Method::DELETE, &format!("{path}members/3/"), &json!({})).await;
    assert_eq!(removed.status, 204, "{removed:?}");
    for also in ["", "&author=404", "&author=1", "&kind=nothing", "&cursor=MQ"] {
        let foreign = search(auditor, &format!("q=велосипед&room=deal:17{also}")).await;
        let missing = search(auditor, &format!("q=велосипед&room=deal:18{also}")).await;
        assert_eq!((foreign.status, &foreign.text), (404, &missing.text), "{also}");
        assert_eq!(foreign.json()["code"], "no_such_room");
    }
    assert_eq!(texts(auditor, "q=велосипед").await, [""; 0]);
    // A key searches as a person, and not as itself.
    let as_seller = app.request(Method::GET, "/api/v1/search/?q=велосипед");
    let as_seller = answer(as_seller.header("X-Beseda-As", "1")).await.json();
    assert_eq!(as_seller["items"].as_array().map(Vec::len), Some(1));
    let itself = search(&app, "q=велосипед").await;
    assert_eq!(
        (itself.status, &itself.json()["code"]),
        (403, &json!("person_required"))
    );
}
