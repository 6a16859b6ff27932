//! Rows that cannot be taken as they are: each is named, and nothing is written unless somebody says to leave them out.

use super::{command, import, messages_here, number, read, stopped_server};
use crate::harness::Server;
use crate::harness::other_chat::OtherChat;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::Stdio;

/// The kinds of rows that were left out, and how many of each.
fn left_out(said: &Value) -> BTreeMap<&str, u64> {
    let kinds = said["left_out"].as_array().expect("a list");
    let mut counts = BTreeMap::new();
    for one in kinds {
        *counts.entry(one["kind"].as_str().expect("a word")).or_insert(0) += one["count"].as_u64().expect("a count");
    }
    counts
}

/// Runs an import for a person, who types a line: its status, and what it says.
fn told(server: &Server, arguments: &[String], line: &str) -> (Option<i32>, String) {
    let mut command = command(server, arguments);
    let mut running = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut input = running.stdin.take().expect("an input");
    input.write_all(line.as_bytes()).expect("it reads");
    drop(input);
    let output = running.wait_with_output().expect("it ends");
    let said = String::from_utf8(output.stdout).expect("a text");
    (output.status.code(), said)
}

/// Messages past those that are good, each odd in a way of its own.
const ODD: &str = "
INSERT INTO chat_messages VALUES (101, 1, 1, '   ', '', FALSE, '2024-05-01 12:00:00');
INSERT INTO chat_messages VALUES (102, 1, 1, '<LONG>', '', FALSE, '2024-05-01 12:00:00');
INSERT INTO chat_messages VALUES (103, 9999, 1, 'no room', '', FALSE, '2024-05-01 12:00:00');
INSERT INTO chat_messages VALUES (104, 1, 1, 'nul' || char(0) || 'nul', '', FALSE, '2024-05-01 12:00:00');
INSERT INTO chat_messages VALUES (105, 1, 1, CAST(x'c328' AS TEXT), '', FALSE, '2024-05-01 12:00:00');
INSERT INTO chat_messages VALUES (106, 1, 1, 'when', '', FALSE, 'yesterday');
INSERT INTO chat_messages VALUES (107, 1, 1, 'file is gone', 'chat_files/gone.pdf', FALSE, '2024-05-01 12:00:00');
INSERT INTO chat_messages VALUES (108, 1, 1, '', 'chat_files/gone.pdf', FALSE, '2024-05-01 12:00:00');
INSERT INTO chat_messages VALUES (109, 1, 1, 'outside', '../shop.sqlite3', FALSE, '2024-05-01 12:00:00');
INSERT INTO chat_messages VALUES (110, 1, 1, 'naive', '', FALSE, '2024-05-01 12:00:00');
INSERT INTO chat_messages VALUES (111, 1, 1, 'with a zone', '', FALSE, '2024-05-01 15:00:00+03:00');
INSERT INTO chat_participants VALUES (9001, 1, 20, NULL, NULL);
INSERT INTO chat_participants VALUES (9002, 1, 20, NULL, NULL);
INSERT INTO chat_participants VALUES (9003, 1, 8888, NULL, NULL);
INSERT INTO chat_participants VALUES (9004, 9999, 1, NULL, NULL);
INSERT INTO shop_order VALUES (5001, NULL, 7777);
UPDATE auth_user SET password = 'md5$salt$5d41402abc4b2a76b9719d911017c592' WHERE id = 8;
UPDATE auth_user SET email = 'U7@shop.example', password = (SELECT password FROM auth_user WHERE id = 7) WHERE id = 9;
";

async fn odd_chat(story: &str) -> (Server, OtherChat) {
    let server = stopped_server(story, "limits.text_chars = 200\n").await;
    let there = OtherChat::django(&format!("{story}-there"), 100, false);
    there.run(&ODD.replace("<LONG>", &"я".repeat(201)));
    (server, there)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_taken_is_named_and_left_out_only_if_told_so() {
    let (server, there) = odd_chat("import-odd").await;
    let arguments = there.arguments();
    let (code, said, _) = import(&server, &arguments);
    assert_eq!((code, &said["written"]), (Some(1), &json!(false)));
    assert_eq!(messages_here(&server), 0);
    assert_eq!(number(&server, "SELECT count(*) FROM people"), 0);
    let expected = [
        ("empty", 1),
        ("too_long", 1),
        ("no_room", 2),
        ("nul", 1),
        ("not_utf8", 1),
        ("no_time", 1),
        ("file_missing", 2),
        ("file_outside", 1),
        ("member_twice", 1),
        ("no_person", 1),
        ("person_of_order_unknown", 1),
        ("password_unknown", 1),
    ];
    let mut found = left_out(&said);
    found.remove("sender_unknown");
    assert_eq!(
        found.into_iter().collect::<Vec<_>>(),
        BTreeMap::from(expected).into_iter().collect::<Vec<_>>()
    );

    let report = String::from_utf8(read(&there.report())).expect("a text");
    let lines: Vec<Value> = report
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let of = |id: &str| -> Vec<&str> {
        let rows = lines
            .iter()
            .filter(|line| line["id"] == id && line["table"] == "chat_messages");
        rows.filter_map(|line| line["kind"].as_str()).collect()
    };
    assert_eq!(
        (of("102"), of("108"), of("110")),
        (vec!["too_long"], vec!["file_missing"], vec![])
    );
    assert!(!report.contains("no room"), "a text of a message is in the report");

    let skipping = [
        arguments,
        vec!["--skip-bad".to_owned(), "--time-zone".to_owned(), "+03:00".to_owned()],
    ]
    .concat();
    let (code, said, why) = import(&server, &skipping);
    assert_eq!((code, &said["written"]), (Some(0), &json!(true)), "{why}");
    assert_eq!(left_out(&said).get("name_taken"), Some(&1), "two have one e-mail");
    let odd = server.by_hand("SELECT id, created_at, text FROM messages WHERE id > 100 ORDER BY id");
    let nine = "1714554000000000";
    let expected = [
        format!("107|{nine}|file is gone"),
        format!("109|{nine}|outside"),
        format!("110|{nine}|naive"),
        "111|1714564800000000|with a zone".to_owned(),
    ];
    assert_eq!(odd.lines().collect::<Vec<_>>(), expected);
    let hashes = "SELECT count(*) FROM people WHERE password_hash IS NOT NULL";
    assert_eq!(
        number(&server, hashes),
        1,
        "one of the two that have one e-mail, and nobody with an unknown hash"
    );

    // What was left out stays out: later messages are there.
    there.run("UPDATE chat_messages SET message = 'short' WHERE id = 102");
    let (code, said, _) = import(&server, &skipping);
    assert_eq!((code, left_out(&said).get("late")), (Some(0), Some(&4)));
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_that_are_somebody_elses_are_refused_by_name_before_anything_is_written() {
    let server = stopped_server("import-clash", "").await;
    let there = OtherChat::django("import-clash-there", 300, false);
    let (code, ..) = import(&server, &there.arguments());
    assert_eq!(code, Some(0));
    let before = super::everything(&server);

    let other = OtherChat::django("import-clash-other", 300, false);
    other.run("UPDATE chat_messages SET created_at = '2024-01-01 00:00:00' WHERE id = 5; UPDATE chat_rooms SET order_id = 4321 WHERE id = 3;
        INSERT INTO shop_order VALUES (4321, 1, 2); INSERT INTO chat_rooms VALUES (777, 1003, '2024-01-01', '2024-01-01');");
    for more in [vec![], vec!["--skip-bad".to_owned()]] {
        let (code, said, _) = import(&server, &[other.arguments(), more].concat());
        assert_eq!((code, &said["written"]), (Some(1), &json!(false)), "{said}");
        let report = String::from_utf8(read(&other.report())).expect("a text");
        for row in [
            "the number 5 is here that of another message",
            "the room order:1003 has the number 3 here",
            "the number 3 is here that of the room order:1003",
        ] {
            assert!(report.contains(row), "{row} is not in {report}");
        }
    }
    assert_eq!(super::everything(&server), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_only_reading_finds_wrong_stops_an_import_that_then_goes_on_behind_it() {
    let server = stopped_server("import-file", "").await;
    let there = OtherChat::django("import-file-there", 2_200, false);
    // Message 2,200 has it alone.
    there.put_file(22, b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0");
    let arguments = there.arguments();
    let dry = [arguments.clone(), vec!["--dry-run".to_owned()]].concat();
    assert_eq!(import(&server, &dry).0, Some(0), "it is not read");

    let (code, _, why) = import(&server, &arguments);
    assert_eq!((code, messages_here(&server)), (Some(1), 2_000), "{why}");
    assert!(why.contains("message 2200: files of this type are not taken"), "{why}");

    let skipping = [arguments, vec!["--skip-bad".to_owned()]].concat();
    let (code, said, why) = import(&server, &skipping);
    assert_eq!((code, messages_here(&server)), (Some(0), 2_200), "{why}");
    assert_eq!(left_out(&said).get("file_type"), Some(&1));
    let without = "SELECT files FROM messages WHERE id = 2200";
    assert_eq!(number(&server, without), 0);
    let (code, said, _) = import(&server, &skipping);
    assert_eq!(
        (code, left_out(&said).get("file_type")),
        (Some(0), None),
        "the same again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn it_speaks_russian_and_takes_the_address_from_standard_input() {
    let (server, there) = odd_chat("import-russian").await;
    let mut arguments = there.arguments();
    let at = arguments.iter().position(|word| word == "--from").expect("an address") + 1;
    let from = std::mem::replace(&mut arguments[at], "-".to_owned());
    let (code, said) = told(
        &server,
        &[arguments, vec!["--lang".to_owned(), "ru".to_owned()]].concat(),
        &from,
    );
    assert_eq!(code, Some(1));
    for line in [
        "сообщения            111         104           0         0         7",
        "chat_messages, строк 2: её файла нет в папке с файлами",
        "ничего не записано: взять можно не всё",
    ] {
        assert!(said.contains(line), "{line} is not in {said}");
    }
}
