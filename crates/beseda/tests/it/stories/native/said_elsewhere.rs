//! What was said in a room before it was one of ours, as an application brings it in.

use super::application::app_key;
use super::{hello, next, open};
use crate::harness::actor::answer;
use crate::harness::{Actor, Answer, Server, Town};
use crate::stories::server_api::assert_problem;
use reqwest::Method;
use serde_json::{Value, json};

const PATH: &str = "/api/v1/rooms/deal:1/messages/import/";

async fn bring(app: &Actor, path: &str, lines: &[Value]) -> Answer {
    let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let request = app.request(Method::POST, path);
    answer(request.header("Content-Type", "application/x-ndjson").body(body)).await
}

fn told(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{answer:?}");
    let lines = answer.text.lines();
    lines
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect()
}

fn said(name: &str, author: Option<&str>, at: &str) -> Value {
    json!({"client_id": name, "author": author, "text": format!("давно {name}"), "created_at": at})
}

#[tokio::test]
async fn what_was_said_elsewhere_is_there_read_and_in_its_order_before_anybody_says_more() {
    let person = |id: i64, name: &str| json!({"id": id, "first_name": name, "role": "user"});
    let town = [person(1, "Анна"), person(2, "Борис")]
        .into_iter()
        .fold(Town::default(), Town::person);
    let server = Server::start("native-said-elsewhere", "", &town).await;
    let app = Actor::new(server.address, 0, &app_key(&server, "rooms,import").await);
    let tokens = server.tokens(&[1, 2]).await;
    let [anna, boris] = [(1, 0), (2, 1)].map(|(id, at)| Actor::new(server.address, id, &tokens[at]));
    let put = app
        .ask(Method::PUT, "/api/v1/rooms/deal:1/", &json!({"members": ["1", "2"]}))
        .await;
    assert_eq!(put.status, 201, "{put:?}");
    let (mut socket, ..) = hello(&anna, None).await;
    open(&mut socket, "deal:1").await;

    let lines = [
        said("a", Some("1"), "2019-05-01T10:00:00Z"),
        said("b", Some("2"), "2019-05-01T10:00:07Z"),
        said("c", Some("404"), "2019-05-01T10:00:08Z"),
        said("d", Some("1"), "2018-01-01T00:00:00Z"),
        json!({"client_id": "e", "author": "1", "text": "x"}),
        said("f", None, "2019-05-01T10:00:07Z"),
        said("a", Some("1"), "2019-05-01T10:00:00Z"),
    ];
    let answered = told(&bring(&app, PATH, &lines).await);
    let outcomes: Vec<_> = answered
        .iter()
        .map(|line| (line["id"].as_str(), line["status"].as_u64()))
        .collect();
    let wanted = [
        ("a", 201),
        ("b", 201),
        ("c", 400),
        ("d", 400),
        ("e", 400),
        ("f", 201),
        ("a", 200),
    ];
    assert_eq!(outcomes, wanted.map(|(id, status)| (Some(id), Some(status))));
    for (line, field) in [(2, "author"), (3, "created_at"), (4, "created_at")] {
        assert!(answered[line]["errors"][field].is_array(), "{}", answered[line]);
    }
    let heard = next(&mut socket, "changes").await;
    let texts = |messages: &Value| {
        let messages = messages.as_array().into_iter().flatten();
        messages
            .map(|message| message["text"].as_str().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(texts(&heard["messages"]), ["давно a", "давно b", "давно f"]);
    assert_eq!(heard["me"]["unread"], 0, "they read it elsewhere");
    let page = boris.get("/api/v1/rooms/deal:1/messages/").await.json();
    let times: Vec<_> = page["items"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|item| item["created_at"].clone())
        .collect();
    let second = "2019-05-01T10:00:07.000000Z";
    assert_eq!(
        times,
        [
            json!("2019-05-01T10:00:00.000000Z"),
            json!(second),
            json!(second.replace(".000000", ".000001"))
        ]
    );
    assert_eq!(page["items"][2]["kind"], "system");

    let sent = boris
        .post("/api/v1/rooms/deal:1/messages/", &json!({"text": "Здесь"}))
        .await;
    assert_eq!(sent.status, 201, "{sent:?}");
    let late = told(&bring(&app, PATH, &[said("g", Some("1"), "2020-01-01T00:00:00Z")]).await);
    assert_eq!(
        (&late[0]["status"], &late[0]["code"]),
        (&json!(409), &json!("has_messages"))
    );
    assert_problem(
        &bring(&app, "/api/v1/rooms/deal:2/messages/import/", &[]).await,
        404,
        "no_such_room",
    );
    assert_problem(&bring(&anna, PATH, &[]).await, 401, "api_key_not_valid");
}
