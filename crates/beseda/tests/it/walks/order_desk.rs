//! The order desk's scenario: an operator who is not assigned and then is, live with the order's room, files, the
//! operators' queries on a copy of the database, and their greps over the log, a failing store among them.

use crate::harness::actor::answer;
use crate::harness::{Actor, Answer, Server, Socket, Town, ids, in_time};
use reqwest::multipart::{Form, Part};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::Path;
use std::process::Output;
use tokio::process::Command;

const PASSWORD: &str = "correct horse battery";
const SEND: &str = "/api/chat/order/2/send";
const MESSAGES: &str = "/api/chat/order/2/messages";

/// Everybody of the scenario, with their numbers and roles.
const PEOPLE: [(&str, i64, &str); 7] = [
    ("olga", 1, "operator"),
    ("maria", 2, "mom"),
    ("alla", 3, "admin"),
    ("anna", 4, "client"),
    ("boris", 5, "expert"),
    ("vera", 6, "client"),
    ("oleg", 7, "operator"),
];

/// What operators run by hand, as their document prints it.
const QUERIES: [&str; 4] = [
    "SELECT * FROM order_chats WHERE order_id = 2;",
    "SELECT * FROM chat_messages ORDER BY created_at DESC LIMIT 10;",
    "SELECT cm.*, u.email, u.role FROM chat_messages cm JOIN users u ON cm.sender_id = u.id
 WHERE cm.chat_id = (SELECT id FROM order_chats WHERE order_id = 2) ORDER BY cm.created_at DESC;",
    "SELECT o.id, o.generated_order_number, o.operator_id, u.email AS operator_email
 FROM orders o LEFT JOIN users u ON o.operator_id = u.id WHERE o.id = 2;",
];

/// The same queries; where the host application has texts, with the order by what it calls it.
fn queries() -> [String; 4] {
    if !ids::are_texts() {
        return QUERIES.map(str::to_owned);
    }
    let called = |column: &str| format!("{column} = '{}'", ids::word(2));
    QUERIES.map(|query| {
        let query = query.replace(
            "order_chats WHERE order_id = 2",
            &format!("order_chats WHERE {}", called("host_id")),
        );
        query.replace("o.id = 2", &called("o.host_name"))
    })
}

/// Copies a database that a server uses (1) to a file (2) and prints the rows of each query (3 …) on the copy.
const ASK_A_COPY: &str = r#"
import json, sqlite3, sys
source = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
copy = sqlite3.connect(sys.argv[2])
source.backup(copy)
copy.row_factory = sqlite3.Row
print(json.dumps([[dict(row) for row in copy.execute(query)] for query in sys.argv[3:]]))
"#;

/// Everybody, and the orders, of which the second has this operator.
fn town(operator: i64) -> Town {
    let person = |town: Town, (name, id, role): (&str, i64, &str)| {
        town.person(json!({
            "id": id, "username": name, "email": format!("{name}@desk.example"), "first_name": name, "last_name": "Ш.",
            "role": role, "password": PASSWORD,
        }))
    };
    PEOPLE
        .into_iter()
        .fold(Town::default(), person)
        .order(order(operator))
        .order(json!({"id": 3, "number": "ORD-3", "client": 6}))
}

fn order(operator: i64) -> Value {
    json!({"id": 2, "number": "ORD-2", "client": 4, "expert": 5, "operator": operator, "status": "new"})
}

/// Somebody's browser: it keeps the session cookie, and shows nothing else.
struct Browser {
    http: Client,
    base: String,
    token: String,
}

impl Browser {
    async fn log_in(server: &Server, name: &str) -> Self {
        let http = Client::builder().cookie_store(true).build().expect("a client");
        let base = format!("http://{}", server.address);
        let login = http.post(format!("{base}/login/"));
        let login = answer(login.json(&json!({"identifier": name, "password": PASSWORD}))).await;
        assert_eq!(login.status, 200, "{login:?}");
        let token = login.json()["access_token"].as_str().expect("a token").to_owned();
        Self { http, base, token }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }

    async fn get(&self, path: &str) -> Answer {
        answer(self.request(Method::GET, path)).await
    }

    async fn send(&self, text: &str) -> Answer {
        answer(self.request(Method::POST, SEND).form(&[("message", text)])).await
    }

    async fn send_json(&self, text: &str) -> Answer {
        answer(self.request(Method::POST, SEND).json(&json!({"message": text}))).await
    }

    async fn send_file(&self, text: &str, name: &'static str, bytes: &'static [u8]) -> Answer {
        let form = Form::new().text("message", text.to_owned());
        let form = form.part("file", Part::bytes(bytes).file_name(name));
        answer(self.request(Method::POST, SEND).multipart(form)).await
    }
}

async fn everybody(server: &Server) -> HashMap<&'static str, Browser> {
    let mut browsers = HashMap::new();
    for (name, _, _) in PEOPLE {
        browsers.insert(name, Browser::log_in(server, name).await);
    }
    browsers
}

/// The message of an answer that says that it was sent.
fn sent(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{answer:?}");
    let body = answer.json();
    assert_eq!(body["success"], true, "{body}");
    body["message"].clone()
}

fn texts(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{answer:?}");
    let body = answer.json();
    assert_eq!(body["success"], true, "{body}");
    let messages = body["messages"].as_array().expect("a list");
    let text = |message: &Value| message["message"].as_str().expect("a text").to_owned();
    messages.iter().map(text).collect()
}

fn assert_denied(answer: &Answer) {
    assert_eq!(answer.status, 403, "{answer:?}");
    assert_eq!(
        answer.json(),
        json!({"success": false, "error": "Нет доступа к чату этого заказа"})
    );
}

async fn run(program: &str, arguments: &[&str]) -> Output {
    let running = Command::new(program).args(arguments).kill_on_drop(true).output();
    in_time(program, running)
        .await
        .unwrap_or_else(|error| panic!("this test needs {program}, which cannot be started: {error}"))
}

/// The rows that each of the operators' queries gives on a copy of the running server's database, with the host's ids.
async fn asked_by_hand(server: &Server) -> Vec<Vec<Value>> {
    let mut rows = rows_of(server, queries()).await;
    if ids::are_texts() {
        // The numbers there are ours.
        let people = hosts(server, "SELECT id || ' ' || host_id FROM users");
        let orders = hosts(server, "SELECT order_id || ' ' || host_id FROM order_chats");
        for row in rows.iter_mut().flatten() {
            for (column, known) in [("sender_id", &people), ("operator_id", &people), ("order_id", &orders)] {
                if let Some(id) = row.get_mut(column) {
                    *id = known[&*id].clone();
                }
            }
        }
        let order = &mut rows[3][0]["id"];
        *order = orders[&*order].clone();
    }
    rows
}

/// What the host calls those who have these numbers of ours.
fn hosts(server: &Server, query: &str) -> HashMap<Value, Value> {
    let pair = |line: &str| {
        let (own, host) = line.split_once(' ').expect("two ids");
        let number = |text: &str| Value::from(text.parse::<i64>().expect("a number"));
        (number(own), number(&ids::line(host)))
    };
    server.by_hand(query).lines().map(pair).collect()
}

async fn rows_of(server: &Server, queries: [String; 4]) -> Vec<Vec<Value>> {
    if server.ground().is_some() {
        let rows = |query: String| {
            let query = query.trim_end_matches(';');
            let rows = server.by_hand(&format!("SELECT coalesce(json_agg(q), '[]') FROM ({query}) q"));
            serde_json::from_str(&rows).expect("rows")
        };
        return queries.into_iter().map(rows).collect();
    }
    let database = server.data().join("beseda.db");
    let copy = server.data().with_file_name("copy.db");
    let mut arguments = vec!["-c", ASK_A_COPY, path(&database), path(&copy)];
    arguments.extend(queries.iter().map(String::as_str));
    let output = run("python3", &arguments).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("rows")
}

fn path(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// What a shell command prints over the log, without the times in front of the lines.
async fn grepped(server: &Server, command: &str) -> Vec<String> {
    let log = server.data().join("logs/app.log");
    let output = run("sh", &["-c", command, path(&log)]).await;
    let lines = String::from_utf8(output.stdout).expect("text");
    let bare = |line: &str| {
        let (time, rest) = line.split_once(' ').expect("a time");
        assert!(time.len() == 27 && time.ends_with('Z'), "{line}");
        ids::line(rest)
    };
    lines.lines().map(bare).collect()
}

const CHAT_LINES: &str = r#"grep -i chat "$0""#;
const FAILURES: &str = r#"grep -i "error\|exception\|failed" "$0" | grep -i chat"#;

#[tokio::test]
async fn an_operator_is_refused_until_the_order_is_theirs() {
    let server = Server::start("desk-operator", "", &town(7)).await;
    let browsers = everybody(&server).await;
    let olga = &browsers["olga"];
    assert_denied(&olga.send("секрет первый").await);
    assert_denied(&olga.get(MESSAGES).await);
    assert_eq!(texts(&browsers["oleg"].get(MESSAGES).await), [""; 0]);
    let first = sent(&browsers["anna"].send("Здравствуйте!").await);
    assert_eq!(first["sender_role"], "CLIENT");

    // Somebody else takes the order over while the server runs.
    server.seed(&Town::default().order(order(1))).await;
    assert_denied(&browsers["oleg"].get(MESSAGES).await);
    let room = &first["chat_id"];
    let socket = format!("/ws/chat/{room}/?token={}", browsers["anna"].token);
    let mut socket = Socket::open(server.address, &socket, &[]).await.expect("a socket");
    assert_eq!(socket.frame().await["type"], "message_history");
    let second = sent(&olga.send("Чем помочь?").await);
    assert_eq!(
        second,
        json!({
            "id": second["id"], "chat_id": room, "order_id": 2, "sender_id": 1, "sender_name": "olga Ш.",
            "sender_role": "OPERATOR", "message": "Чем помочь?", "file_url": null, "file_name": null, "is_read": false,
            "created_at": second["created_at"],
        })
    );
    let heard = socket.frame().await;
    assert_eq!(
        (&heard["type"], &heard["message"]["id"]),
        (&json!("chat_message"), &second["id"])
    );
    assert_eq!(heard["message"]["message"], "Чем помочь?");
    // And the other way round: what is said in the room is read at the desk.
    socket.say_and_hear("Где заказ?").await;
    let polled = olga.get(&format!("{MESSAGES}?after={}", second["id"])).await;
    assert_eq!(texts(&polled), ["Где заказ?"]);

    assert_eq!(
        grepped(&server, CHAT_LINES).await,
        [
            "INFO: Chat message send attempt: order_id=2, user_id=1, user_role=OPERATOR".to_owned(),
            "WARNING: Chat access denied: order_id=2, user_id=1".to_owned(),
            "WARNING: Chat access denied: order_id=2, user_id=1".to_owned(),
            "INFO: Chat message send attempt: order_id=2, user_id=4, user_role=CLIENT".to_owned(),
            format!("INFO: Chat message saved: message_id={}, order_id=2", first["id"]),
            "WARNING: Chat access denied: order_id=2, user_id=7".to_owned(),
            "INFO: Chat message send attempt: order_id=2, user_id=1, user_role=OPERATOR".to_owned(),
            format!("INFO: Chat message saved: message_id={}, order_id=2", second["id"]),
        ]
    );
    let logs = server.logs();
    for text in ["секрет", "Здравствуйте", "Чем помочь", "Где заказ"] {
        assert!(!logs.contains(text), "a message's text is in the log: {text}");
    }
}

#[tokio::test]
async fn everybody_of_an_order_sends_and_their_operators_ask_the_database() {
    let server = Server::start("desk-people", "", &town(1)).await;
    let browsers = everybody(&server).await;
    let mut messages = Vec::new();
    for name in ["anna", "boris", "olga", "maria", "alla"] {
        messages.push(sent(&browsers[name].send(&format!("form of {name}")).await));
        messages.push(sent(&browsers[name].send_json(&format!("json of {name}")).await));
    }
    let file = browsers["olga"].send_file("", "смета.txt", "Итого: 5".as_bytes());
    messages.push(sent(&file.await));
    assert_denied(&browsers["vera"].send("let me in").await);
    assert_denied(&browsers["vera"].get(MESSAGES).await);
    let roles: Vec<&Value> = messages
        .iter()
        .step_by(2)
        .map(|message| &message["sender_role"])
        .collect();
    assert_eq!(
        json!(roles),
        json!(["CLIENT", "EXPERT", "OPERATOR", "MOM", "ADMIN", "OPERATOR"])
    );

    // Everybody who may read sees the same, oldest first; `is_read` alone is their own.
    for name in ["anna", "boris", "olga", "maria", "alla"] {
        let list = browsers[name].get(MESSAGES).await.json();
        assert_eq!(list, json!({"success": true, "messages": messages}), "{name}");
    }

    let rows = asked_by_hand(&server).await;
    assert_eq!(rows[0].len(), 1, "{rows:?}");
    assert_eq!(
        (&rows[0][0]["id"], &rows[0][0]["order_id"]),
        (&messages[0]["chat_id"], &json!(2))
    );
    let newest: Vec<&Value> = messages.iter().rev().take(10).collect();
    assert_eq!(rows[1].len(), 10);
    for (row, message) in rows[1].iter().zip(&newest) {
        for column in [
            "id",
            "chat_id",
            "order_id",
            "sender_id",
            "sender_name",
            "sender_role",
            "message",
            "file_name",
        ] {
            assert_eq!(row[column], message[column], "{column}: {row}");
        }
        assert_eq!(
            (&row["is_read"], &row["created_at"]),
            (&json!(0), &message["created_at"])
        );
    }
    assert!(
        rows[1][0]["file_url"]
            .as_str()
            .is_some_and(|url| url.starts_with("/files/"))
    );
    assert_eq!(rows[2].len(), messages.len());
    for (row, message) in rows[2].iter().zip(messages.iter().rev()) {
        assert_eq!((&row["id"], &row["role"]), (&message["id"], &message["sender_role"]));
        let (name, ..) = PEOPLE[row["sender_id"].as_u64().expect("a number") as usize - 1];
        assert_eq!(row["email"], format!("{name}@desk.example"));
    }
    assert_eq!(
        json!(rows[3]),
        json!([{"id": 2, "generated_order_number": "ORD-2", "operator_id": 1, "operator_email": "olga@desk.example"}])
    );
}

#[tokio::test]
async fn a_file_is_for_those_who_may_read_the_order() {
    let server = Server::start("desk-files", "", &town(1)).await;
    let browsers = everybody(&server).await;
    let bytes = "Итого: 5 рублей".as_bytes();
    let message = sent(&browsers["anna"].send_file("Вот смета", "смета.txt", bytes).await);
    assert_eq!(
        (&message["message"], &message["file_name"]),
        (&json!("Вот смета"), &json!("смета.txt"))
    );
    let url = message["file_url"].as_str().expect("an address");
    for name in ["anna", "boris", "olga", "maria", "alla"] {
        let file = browsers[name].get(url).await;
        assert_eq!((file.status, file.text.as_bytes()), (200, bytes), "{name}");
        assert!(file.header("Content-Disposition").starts_with("attachment"), "{file:?}");
    }
    let foreign = browsers["vera"].get(url).await;
    let missing = browsers["vera"].get("/files/999999/x.txt").await;
    assert_eq!((foreign.status, &foreign.text), (404, &missing.text));
    assert_eq!(browsers["oleg"].get(url).await.status, 404);
    assert_eq!(Actor::new(server.address, 0, "").get(url).await.status, 401);

    // What is no file that is taken is a refusal, and nothing is said of it in the room.
    let page = browsers["anna"]
        .send_file("x", "page.png", b"\x00\x01\x02\x03 what is this")
        .await;
    assert_eq!(page.status, 400, "{page:?}");
    assert_eq!(page.json()["success"], false);
    let empty = browsers["anna"].send_file("x", "empty.txt", b"").await;
    assert_eq!(empty.status, 400, "{empty:?}");
    assert_eq!(texts(&browsers["anna"].get(MESSAGES).await), ["Вот смета"]);
}

#[tokio::test]
async fn a_store_that_fails_is_an_answer_and_two_lines_and_then_is_over() {
    let server = Server::start("desk-failing", "", &town(1)).await;
    let olga = Browser::log_in(&server, "olga").await;
    let before = sent(&olga.send("before").await);

    let hold = server.hold_by_hand();
    // It waits as long as the store waits for other processes, and then it says so.
    let failed = olga.send("lost").await;
    assert_eq!(failed.status, 500, "{failed:?}");
    assert_eq!(
        failed.json(),
        json!({"success": false, "error": "Произошла ошибка при отправке сообщения"})
    );
    assert_eq!(
        texts(&olga.get(MESSAGES).await),
        ["before"],
        "reading goes on meanwhile"
    );
    hold.release();

    let after = sent(&olga.send("after").await);
    assert_eq!(texts(&olga.get(MESSAGES).await), ["before", "after"]);
    let failures = grepped(&server, FAILURES).await;
    let [failed, error] = &failures[..] else {
        panic!("two lines tell of the failure: {failures:?}");
    };
    let cause = failed
        .strip_prefix("ERROR: Failed to save chat message: ")
        .expect("its shape");
    let word = if server.ground().is_some() { "busy" } else { "locked" };
    assert!(cause.contains(word), "{cause}");
    assert_eq!(error, &format!("ERROR: Error in send_chat_message: {cause}"));
    let attempt = "INFO: Chat message send attempt: order_id=2, user_id=1, user_role=OPERATOR".to_owned();
    let saved = |message: &Value| format!("INFO: Chat message saved: message_id={}, order_id=2", message["id"]);
    assert_eq!(
        grepped(&server, CHAT_LINES).await,
        [
            attempt.clone(),
            saved(&before),
            attempt.clone(),
            failed.clone(),
            error.clone(),
            attempt,
            saved(&after)
        ]
    );
}

#[tokio::test]
async fn what_fails_before_a_message_is_saved_is_one_line() {
    let server = Server::start("desk-broken", "", &town(1)).await;
    let olga = Browser::log_in(&server, "olga").await;
    server.rename_by_hand("orders", "orders_away");
    let send = olga.send("lost").await;
    let list = olga.get(MESSAGES).await;
    server.rename_by_hand("orders_away", "orders");
    for (answer, sentence) in [
        (send, "Произошла ошибка при отправке сообщения"),
        (list, "Произошла ошибка при получении сообщений"),
    ] {
        assert_eq!(answer.status, 500, "{answer:?}");
        assert_eq!(answer.json(), json!({"success": false, "error": sentence}));
    }
    sent(&olga.send("kept").await);
    let failures = grepped(&server, FAILURES).await;
    let calls = ["send_chat_message", "get_chat_messages"];
    assert_eq!(failures.len(), calls.len(), "{failures:?}");
    for (line, call) in failures.iter().zip(calls) {
        let cause = line.strip_prefix(&format!("ERROR: Error in {call}: "));
        assert!(cause.is_some_and(|cause| cause.contains("orders")), "{line}");
    }
}
