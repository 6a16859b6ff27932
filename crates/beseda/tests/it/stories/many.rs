//! Many objects by one call, lists of all of them, and what becomes of somebody as a whole: merged, exported, erased.

use super::server_api::{assert_problem, host, put};
use crate::harness::actor::answer;
use crate::harness::{Actor, Answer, Server, Town, in_time};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

const NDJSON: &str = "application/x-ndjson";

/// Puts many, as they stand.
async fn put_text(host: &Actor, kind: &str, body: impl Into<String>) -> Answer {
    let request = host.request(Method::POST, &format!("/api/v1/app/{kind}/"));
    answer(request.header("Content-Type", NDJSON).body(body.into())).await
}

/// Puts many: a line for each.
async fn put_many(host: &Actor, kind: &str, lines: &[Value]) -> Vec<Value> {
    let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let answer = put_text(host, kind, body).await;
    assert_eq!(
        (answer.status, answer.header("content-type").as_str()),
        (200, NDJSON),
        "{answer:?}"
    );
    lines_of(&answer)
}

fn lines_of(answer: &Answer) -> Vec<Value> {
    let lines = answer.text.lines();
    lines
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect()
}

/// Everything of a list, walked by so many.
async fn walk(host: &Actor, kind: &str, limit: usize) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let list = host.get(&format!("/api/v1/app/{kind}/?limit={limit}{cursor}")).await;
        assert_eq!(list.status, 200, "{list:?}");
        let list = list.json();
        let page = list["items"].as_array().expect("a list");
        assert!(page.len() <= limit, "{list}");
        items.extend(page.iter().cloned());
        match list["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
    }
}

#[tokio::test]
async fn of_many_lines_each_is_done_as_by_the_single_call_and_answered_in_its_place() {
    let server = Server::start("many-lines", "", &Town::default()).await;
    let host = host(&server, "shop", "people,orders,groups,rooms").await;
    let body = "\n{\"id\": 7, \"first_name\": \"Вера\", \"role\": \"client\"}\r\n\n{\"id\": \"8\", \"email\": \"no\", \"naem\": 1}\n{\"id\":\n[7]\n\
        {\"first_name\": \"x\"}\n{\"id\": \"beseda/x\"}\n{\"id\": \"auth0|9\"}\n{\"id\": \"7\", \"last_name\": \"Новая\"}";
    let answer = put_text(&host, "people", body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let said = lines_of(&answer);
    let short: Vec<Value> = said
        .iter()
        .map(|line| json!([line["id"], line["status"], line["code"]]))
        .collect();
    assert_eq!(
        short,
        [
            json!(["7", 201, null]),
            json!(["8", 400, "invalid"]),
            json!([null, 400, "parse_error"]),
            json!([null, 400, "invalid"]),
            json!([null, 400, "invalid"]),
            json!([null, 400, "invalid"]),
            json!(["auth0|9", 201, null]),
            json!(["7", 200, null]),
        ]
    );
    assert!(
        said[1]["errors"]["email"].is_array() && said[1]["errors"]["naem"].is_array(),
        "{}",
        said[1]
    );
    assert_eq!(said[4]["errors"], json!({"id": ["This field is required."]}));
    assert!(
        said[0].get("code").is_none() && said[0].get("errors").is_none(),
        "{}",
        said[0]
    );
    let vera = put(&host, "/api/v1/people/7/", json!({})).await.json();
    assert_eq!(
        (&vera["first_name"], &vera["last_name"], &vera["role"]),
        (&json!("Вера"), &json!("Новая"), &json!("client"))
    );

    let orders = put_many(
        &host,
        "orders",
        &[json!({"id": 1, "client": 7}), json!({"id": 2, "client": 99})],
    )
    .await;
    assert_eq!(orders[0], json!({"id": "1", "status": 201}));
    assert_eq!(
        orders[1],
        json!({"id": "2", "status": 400, "code": "invalid", "errors": {"client": ["There is no person 99."]}})
    );
    let groups = put_many(&host, "groups", &[json!({"id": "5a", "students": ["7", "auth0|9"]})]).await;
    assert_eq!(groups, [json!({"id": "5a", "status": 201})]);
    let rooms = [
        json!({"key": "deal:17", "members": ["7"]}),
        json!({"id": "deal:17", "title": "Сделка"}),
        json!({"key": "deal:18", "id": "deal:18"}),
        json!({"key": "Deal:1"}),
        json!({"key": "order:9"}),
        json!({"title": "x"}),
    ];
    let rooms = put_many(&host, "rooms", &rooms).await;
    let short: Vec<Value> = rooms.iter().map(|line| json!([line["id"], line["status"]])).collect();
    assert_eq!(
        short,
        [
            json!(["deal:17", 201]),
            json!(["deal:17", 200]),
            json!([null, 400]),
            json!([null, 400]),
            json!(["order:9", 400]),
            json!([null, 400]),
        ]
    );
    let room = put(&host, "/api/v1/rooms/deal:17/", json!({})).await.json();
    assert_eq!(
        (&room["title"], &room["members"][0]["person"]["id"]),
        (&json!("Сделка"), &json!("7"))
    );
    assert_eq!(put_text(&host, "people", "\n \n").await.text, "");
}

#[tokio::test]
async fn one_line_or_one_byte_too_many_does_nothing_at_all() {
    let settings = "limits.bulk_rows = 3\nlimits.body_bytes = 2048\nlimits.attachment_bytes = 1024\n";
    let server = Server::start("many-limits", settings, &Town::default()).await;
    let host = host(&server, "shop", "people").await;
    let lines =
        |from: i64, count: i64| -> String { (from..from + count).map(|id| format!("{{\"id\": {id}}}\n\n")).collect() };
    assert_eq!(lines_of(&put_text(&host, "people", lines(1, 3)).await).len(), 3);
    assert_problem(&put_text(&host, "people", lines(11, 4)).await, 413, "too_large");
    let padded = |bytes: usize| {
        let line = lines(21, 1);
        format!("{line}{}", " ".repeat(bytes - line.len()))
    };
    assert_problem(&put_text(&host, "people", padded(2_049)).await, 413, "too_large");
    let there = walk(&host, "people", 9).await;
    assert_eq!(
        there.iter().map(|person| &person["id"]).collect::<Vec<_>>(),
        ["1", "2", "3"]
    );
    assert_eq!(put_text(&host, "people", padded(2_048)).await.status, 200);
    let as_json = host.post("/api/v1/app/people/", &json!({"id": 1})).await;
    assert_problem(&as_json, 415, "unsupported_media_type");
}

#[tokio::test]
async fn a_thousand_are_put_and_listed_each_once() {
    let server = Server::start("many-thousand", "", &Town::default()).await;
    let host = host(&server, "shop", "people").await;
    let people: Vec<Value> = (1..=1_000)
        .map(|id| json!({"id": id, "first_name": format!("n{id}")}))
        .collect();
    let said = put_many(&host, "people", &people).await;
    assert_eq!(said.len(), 1_000);
    for (line, id) in said.iter().zip(1..) {
        assert_eq!(*line, json!({"id": id.to_string(), "status": 201}));
    }
    let listed = walk(&host, "people", 77).await;
    let ids: BTreeSet<&str> = listed.iter().filter_map(|person| person["id"].as_str()).collect();
    assert_eq!((listed.len(), ids.len()), (1_000, 1_000));
    let most = host.get("/api/v1/app/people/?limit=5000").await.json();
    assert_eq!(
        most["items"].as_array().map(Vec::len),
        Some(200),
        "as many as a page has"
    );
    let later = host
        .get("/api/v1/app/people/?updated_after=2999-01-01T00:00:00Z")
        .await
        .json();
    assert_eq!(later, json!({"items": [], "next": null}));
}

/// What is kept of somebody.
async fn export(privacy: &Actor, id: i64) -> Vec<Value> {
    let exported = privacy.get(&format!("/api/v1/people/{id}/export/")).await;
    assert_eq!(
        (exported.status, exported.header("content-type").as_str()),
        (200, NDJSON)
    );
    let lines = lines_of(&exported);
    assert_eq!(lines.last(), Some(&json!({"type": "end"})), "it is whole");
    lines
}

fn of_type(lines: &[Value], kind: &str) -> Vec<Value> {
    lines.iter().filter(|line| line["type"] == kind).cloned().collect()
}

#[tokio::test]
async fn what_is_kept_of_somebody_is_exported_and_then_erased() {
    let server = Server::start("many-erase", "", &Town::parties(1)).await;
    let shop = host(&server, "shop", "people,orders,groups,rooms").await;
    let privacy = host(&server, "privacy", "people,export").await;
    let party = server.party(1).await;
    let (client, room) = (&party.client, party.client.room_of(1).await);
    let mut expert = party.expert.listen(room).await;
    put(&shop, "/api/v1/orders/500/", json!({"client": client.id})).await;
    let other = client.room_of(500).await;
    put(
        &shop,
        "/api/v1/groups/3/",
        json!({"name": "5 А", "students": [client.id]}),
    )
    .await;
    for n in 0..60 {
        client.send(room, &format!("тайна {n}")).await;
    }
    client.send(other, "тайна другого заказа").await;
    party.expert.send(room, "ответ").await;
    let part = Part::bytes(b"a secret".to_vec()).file_name("план.txt");
    let form = Form::new().text("room", room.to_string()).part("file", part);
    let sent = answer(client.request(Method::POST, "/api/chat/messages/").multipart(form)).await;
    assert_eq!(sent.status, 201, "{sent:?}");
    let removed = answer(shop.request(Method::DELETE, "/api/v1/orders/500/")).await;
    assert_eq!(removed.status, 204, "{removed:?}");

    let lines = export(&privacy, client.id).await;
    assert_eq!(lines[0]["type"], "person");
    assert_eq!(lines[0]["id"], client.id.to_string());
    assert_eq!(of_type(&lines, "order").len(), 1, "{lines:?}");
    assert_eq!(of_type(&lines, "order")[0]["places"], json!(["client"]));
    assert_eq!(of_type(&lines, "group")[0]["places"], json!(["student"]));
    assert_eq!(of_type(&lines, "membership")[0]["room"], "order:1");
    let messages = of_type(&lines, "message");
    assert_eq!(messages.len(), 62, "{messages:?}");
    assert!(
        !lines.iter().any(|line| line.to_string().contains("ответ")),
        "what others wrote is theirs"
    );
    let removed: Vec<&Value> = messages.iter().filter(|message| message["removed"] == true).collect();
    assert_eq!((removed.len(), &removed[0]["room"]), (1, &json!("order:500")));
    let file = messages
        .iter()
        .find_map(|message| message["files"].get(0))
        .expect("a file");
    assert_eq!((&file["name"], &file["bytes"]), (&json!("план.txt"), &json!(8)));
    let url = file["url"].as_str().expect("an address");
    let path = url
        .split_once("/files/")
        .map(|(_, path)| format!("/files/{path}"))
        .expect("a path");
    assert_eq!(client.get(&path).await.text, "a secret");

    let path = format!("/api/v1/people/{}/?erase=true", client.id);
    for _ in 0..2 {
        assert_eq!(answer(privacy.request(Method::DELETE, &path)).await.status, 204);
    }
    in_time("everything is erased", async {
        while party.expert.all_messages(room).await.len() > 1 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let left = party.expert.all_messages(room).await;
    assert_eq!(left[0]["message"], "ответ");
    expert.frames_until(|frame| frame["type"] == "message_deleted").await;
    assert_problem(
        &privacy.get(&format!("/api/v1/people/{}/export/", client.id)).await,
        404,
        "not_found",
    );
    server.logged("what is kept of somebody is exported", 1).await;
    server.logged("somebody is erased with what they wrote", 2).await;
    assert!(!server.logs().contains("тайна"));
}
