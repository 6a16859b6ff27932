//! Tables of other shapes: contract 1's, and those that a mapping of somebody's own describes.
#![expect(
    clippy::disallowed_methods,
    reason = "a test makes what another program would have made"
)]

use super::{command, import, number, stopped_server};
use crate::harness::Actor;
use crate::harness::server::folder_of;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

fn make(file: &Path, sql: &str) {
    let made = Command::new("sqlite3")
        .args(["-batch", "-bail"])
        .arg(file)
        .arg(sql)
        .status();
    assert!(made.expect("sqlite3 runs").success());
}

/// The order desk's tables, as little as they may have, with hashes of Werkzeug's.
const DESK: &str = "
CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, role TEXT, password_hash TEXT);
CREATE TABLE orders (id INTEGER PRIMARY KEY, generated_order_number TEXT, operator_id INTEGER);
CREATE TABLE order_chats (id INTEGER PRIMARY KEY, order_id INTEGER);
CREATE TABLE chat_messages (id INTEGER PRIMARY KEY, chat_id INTEGER, sender_id INTEGER, message TEXT, created_at DATETIME);
INSERT INTO users VALUES (1, 'op@desk.example', 'OPERATOR', 'scrypt:1024:8:1$aSalt01$5f1426f2f31fc7665d1835b2da6fc153f5815555b9230a67b6a8b6818d81a8cf2e151ea1a9cd46fdbbd475780b90a88dc7b342145e4fada1bb137fa598e3af84');
INSERT INTO users VALUES (2, 'mom@desk.example', 'MOM', 'pbkdf2:sha256:1000$aSalt01$d4f65580eca84ee1fca8f2eca1b8deb29ea47e3c04cb305fb6a0f17104ade811');
INSERT INTO orders VALUES (2, 'A-0002', 1);
INSERT INTO order_chats VALUES (7, 2);
INSERT INTO chat_messages VALUES (3, 7, 1, 'Здравствуйте', '2024-05-01 12:00:00.000000');
INSERT INTO chat_messages VALUES (9, 7, 2, 'Добрый день', '2024-05-01 12:01:00.000000');
";

#[tokio::test(flavor = "multi_thread")]
async fn the_order_desks_tables_come_in_and_its_calls_and_queries_find_them() {
    let mut server = stopped_server("import-desk", "").await;
    let file = folder_of("import-desk-there").join("app.db");
    make(&file, DESK);
    let from = format!("sqlite://{}", file.display());
    let arguments = ["import", "flask", "--from", &from, "--time-zone", "Europe/Moscow"].map(str::to_owned);
    let nowhere = file.with_file_name("nowhere");
    for (word, ends_well) in [("--dry-run", true), ("--skip-bad", false)] {
        let output = Command::new(env!("CARGO_BIN_EXE_beseda"))
            .args(&arguments)
            .args([word, "--data"])
            .arg(&nowhere)
            .output()
            .expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(
            (output.status.success(), said.contains("--new")),
            (ends_well, !ends_well),
            "{said}"
        );
        assert!(!nowhere.exists(), "it made a data directory");
    }
    for new in [2, 0] {
        let (code, said, why) = import(&server, &arguments);
        assert_eq!(
            (code, &said["tables"]["messages"]["new"]),
            (Some(0), &json!(new)),
            "{said} {why}"
        );
    }
    let query = "SELECT cm.id, cm.message, u.email, u.role FROM chat_messages cm JOIN users u ON cm.sender_id = u.id \
        WHERE cm.chat_id = (SELECT id FROM order_chats WHERE order_id = 2) ORDER BY cm.created_at DESC";
    assert_eq!(
        server.by_hand(query),
        "9|Добрый день|mom@desk.example|MOM\n3|Здравствуйте|op@desk.example|OPERATOR"
    );
    server.serve().await;
    let nobody = Actor::new(server.address, 0, "");
    for email in ["op@desk.example", "mom@desk.example"] {
        let body = json!({"email": email, "password": "пароль-7"});
        let answer = nobody.post("/api/token/", &body).await;
        assert_eq!(answer.status, 200, "{email}");
        let access = answer.json()["access"].as_str().map(str::to_owned).expect("a token");
        let somebody = Actor::new(server.address, 0, &access);
        let shown = somebody.get("/api/chat/order/2/messages").await.json();
        let messages = shown["messages"].as_array().expect("messages");
        let ids: Vec<&Value> = messages.iter().map(|message| &message["id"]).collect();
        assert_eq!(ids, [&json!(3), &json!(9)]);
        assert_eq!(
            messages[0]["created_at"], "2024-05-01T09:00:00.000000Z",
            "it was Moscow's time"
        );
        // The operator is in the room and has read what is old; who only looks in has no mark to read by.
        let is_read = [&messages[0]["is_read"], &messages[1]["is_read"]];
        assert_eq!(is_read, [&json!(false), &json!(true)], "{email}");
    }
}

/// Lessons of a school of its own: names stand in another table, rooms are about lessons, some rows are drafts.
const LESSONS: &str = "
CREATE TABLE account (uid TEXT PRIMARY KEY, mail TEXT);
CREATE TABLE profile (account TEXT, given TEXT, kind TEXT);
CREATE TABLE room (no INTEGER PRIMARY KEY, lesson TEXT);
CREATE TABLE seat (no INTEGER PRIMARY KEY, room INTEGER, account TEXT, seen REAL);
CREATE TABLE line (no INTEGER PRIMARY KEY, room INTEGER, account TEXT, body TEXT, at INTEGER, draft INTEGER);
INSERT INTO account VALUES ('t-1', 't@school.example'), ('s-1', 's@school.example');
INSERT INTO profile VALUES ('t-1', 'Таня', 'tutor'), ('s-1', 'Саша', 'student');
INSERT INTO room VALUES (4, 'b:7');
INSERT INTO seat VALUES (1, 4, 't-1', 1714566896.5), (2, 4, 's-1', NULL);
INSERT INTO line VALUES (10, 4, 't-1', 'один', 1714566896, 0), (11, 4, 't-1', 'не отправлено', 1714566897, 1),
    (12, 4, 's-1', 'два', 1714566898000, 0);
";

const MAPPING: &str = r#"
roles = { tutor = "teacher" }
room_kind = "lesson"
[people]
table = "account"
[people.columns]
id = "uid"
email = "mail"
first_name = "p.given"
role = "p.kind"
phone = "phone?"
[[people.join]]
table = "profile"
called = "p"
on = { account = "uid" }
[rooms]
table = "room"
[rooms.columns]
id = "no"
about = "lesson"
title = "=Урок"
[members]
table = "seat"
[members.columns]
id = "no"
room = "room"
person = "account"
read_until = "seen"
[messages]
table = "line"
only = { draft = "0" }
[messages.columns]
id = "no"
room = "room"
sender = "account"
text = "body"
created_at = "at"
"#;

#[tokio::test(flavor = "multi_thread")]
async fn any_other_tables_come_in_as_a_mapping_describes_them() {
    let server = stopped_server("import-mapping", "").await;
    let folder = folder_of("import-mapping-there");
    make(&folder.join("school.db"), LESSONS);
    let mapping = folder.join("mapping.toml");
    std::fs::write(&mapping, MAPPING).expect("it is written");
    let from = format!("sqlite://{}", folder.join("school.db").display());
    let arguments = [
        "import",
        "--mapping",
        mapping.to_str().expect("a path"),
        "--from",
        &from,
    ]
    .map(str::to_owned);
    let (code, said, why) = import(&server, &arguments);
    assert_eq!(
        (code, &said["tables"]["messages"]["new"]),
        (Some(0), &json!(2)),
        "{said} {why}"
    );
    assert_eq!(
        server.by_hand("SELECT host_name, first_name, role FROM people ORDER BY host_name"),
        "s-1|Саша|student\nt-1|Таня|teacher"
    );
    assert_eq!(
        server.by_hand("SELECT id, key, title, seq FROM rooms"),
        "4|lesson:b:7|Урок|2"
    );
    assert_eq!(
        server.by_hand("SELECT id, created_at, text FROM messages ORDER BY id"),
        "10|1714566896000000|один\n12|1714566898000000|два"
    );
    // One has read until a time; of the other nothing is told, and what is old is not news.
    let read = "SELECT count(*) FROM members WHERE room_id = 4 AND granted = 1 AND read_seq = 1";
    assert_eq!(number(&server, read), 2);

    let lacks = MAPPING.replace("body", "text_of_it");
    std::fs::write(&mapping, lacks).expect("it is written");
    let (code, _, why) = import(&server, &arguments);
    assert_eq!(code, Some(1));
    assert!(
        why.contains("line has no column text_of_it; it has account, at, body"),
        "{why}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_rows_that_a_joined_table_makes_of_one_the_first_counts_and_a_word_is_that_of_every_row() {
    let server = stopped_server("import-joined", "").await;
    let folder = folder_of("import-joined-there");
    let twice = "CREATE TABLE label (room INTEGER, word TEXT); INSERT INTO label VALUES (4, 'first'), (4, 'second');
        INSERT INTO profile VALUES ('t-1', 'Яна', 'boss');";
    make(&folder.join("school.db"), &format!("{LESSONS}{twice}"));
    let mapping = folder.join("mapping.toml");
    let joined = MAPPING
        .replace("phone = \"phone?\"", "active = \"=false\"")
        .replace("created_at = \"at\"", "created_at = \"=2024-05-01\"\nis_read = \"=no\"")
        .replace(
            "title = \"=Урок\"",
            "title = \"l.word\"\n[[rooms.join]]\ntable = \"label\"\ncalled = \"l\"\non = { room = \"no\" }",
        );
    std::fs::write(&mapping, joined).expect("it is written");
    let from = format!("sqlite://{}", folder.join("school.db").display());
    let report = folder.join("no-folder/report.jsonl");
    let mut arguments = [
        "import",
        "--skip-bad",
        "--mapping",
        mapping.to_str().expect("a path"),
        "--from",
        &from,
        "--report",
        report.to_str().expect("a path"),
    ]
    .map(str::to_owned);
    let (code, _, why) = import(&server, &arguments);
    assert!(
        code == Some(1) && why.contains("no-folder/report.jsonl") && why.contains("--report"),
        "{why}"
    );

    arguments[7] = folder.join("report.jsonl").display().to_string();
    let (code, said, why) = import(&server, &arguments);
    let left = |table: &str| said["tables"][table]["left_out"].as_i64();
    assert_eq!(
        (code, left("people"), left("rooms")),
        (Some(0), Some(1), Some(1)),
        "{said} {why}"
    );
    assert_eq!(
        server.by_hand("SELECT host_name, first_name, role, active FROM people ORDER BY host_name"),
        "s-1|Саша|student|0\nt-1|Таня|teacher|0"
    );
    assert_eq!(server.by_hand("SELECT id, title, seq FROM rooms"), "4|first|2");
    assert_eq!(
        server.by_hand("SELECT DISTINCT created_at FROM messages"),
        "1714521600000000"
    );
    assert_eq!(number(&server, "SELECT count(*) FROM members WHERE read_seq = 0"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mapping_that_comes_with_the_program_can_be_printed_and_given_back() {
    let server = stopped_server("import-printed", "").await;
    let printed = command(&server, &["import", "flask", "--print-mapping"].map(str::to_owned)).output();
    let printed = printed.expect("it runs").stdout;
    let folder = folder_of("import-printed-there");
    make(&folder.join("app.db"), DESK);
    std::fs::write(folder.join("own.toml"), printed).expect("it is written");
    let from = format!("sqlite://{}", folder.join("app.db").display());
    let mapping = folder.join("own.toml");
    let arguments = [
        "import",
        "--mapping",
        mapping.to_str().expect("a path"),
        "--from",
        &from,
    ]
    .map(str::to_owned);
    let (code, said, why) = import(&server, &arguments);
    assert_eq!(
        (code, &said["tables"]["messages"]["new"]),
        (Some(0), &json!(2)),
        "{why}"
    );
}
