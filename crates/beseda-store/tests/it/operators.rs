//! The queries that operators of the order desk run by hand, as they are written in its contract.

use crate::support::{NOW, Stage, person};
use beseda_core::rules;
use beseda_core::words::{Draft, DraftFile, FileLook, Limits, Role};
use rusqlite::Connection;

fn rows(conn: &Connection, sql: &str) -> Vec<Vec<(String, String)>> {
    let mut statement = conn.prepare(sql).unwrap();
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let row = |row: &rusqlite::Row<'_>| {
        let cell = |(at, name): (usize, &String)| {
            let value = match row.get_ref(at).unwrap() {
                rusqlite::types::ValueRef::Null => String::new(),
                rusqlite::types::ValueRef::Integer(number) => number.to_string(),
                other => other.as_str().unwrap().to_owned(),
            };
            (name.clone(), value)
        };
        Ok(names.iter().enumerate().map(cell).collect())
    };
    statement.query_map([], row).unwrap().map(Result::unwrap).collect()
}

fn cell<'a>(row: &'a [(String, String)], name: &str) -> &'a str {
    &row.iter()
        .find(|(column, _)| column == name)
        .unwrap_or_else(|| panic!("no column {name}"))
        .1
}

#[test]
fn the_four_queries_answer() {
    let stage = Stage::new();
    let room = stage.order_room();
    for text in ["first", "second"] {
        stage.send(room, text).recv().unwrap().unwrap();
    }
    let conn = stage.raw();

    let chats = rows(&conn, "SELECT * FROM order_chats WHERE order_id = 1;");
    assert_eq!(chats.len(), 1);
    assert_eq!(cell(&chats[0], "id"), room.to_string());
    assert_eq!(cell(&chats[0], "created_at"), "2025-11-21T04:40:00.123456Z");

    let newest = rows(&conn, "SELECT * FROM chat_messages ORDER BY created_at DESC LIMIT 10;");
    assert_eq!(newest.len(), 2);
    let columns: Vec<&str> = newest[0].iter().map(|(name, _)| name.as_str()).collect();
    let contract =
        "id chat_id order_id sender_id sender_name sender_role message file_url file_name is_read created_at";
    assert_eq!(columns.join(" "), contract);
    assert_eq!(cell(&newest[0], "sender_name"), "Анна");
    assert_eq!(cell(&newest[0], "sender_role"), "CLIENT");
    assert_eq!(cell(&newest[0], "is_read"), "0");

    let of_order = rows(
        &conn,
        "SELECT cm.*, u.email, u.role FROM chat_messages cm JOIN users u ON cm.sender_id = u.id
         WHERE cm.chat_id = (SELECT id FROM order_chats WHERE order_id = 1) ORDER BY cm.created_at DESC;",
    );
    assert_eq!(of_order.len(), 2);
    assert_eq!(cell(&of_order[0], "email"), "User1@example.org");
    assert_eq!(cell(&of_order[0], "role"), "CLIENT");

    let order = rows(
        &conn,
        "SELECT o.id, o.generated_order_number, o.operator_id, u.email AS operator_email
         FROM orders o LEFT JOIN users u ON o.operator_id = u.id WHERE o.id = 1;",
    );
    assert_eq!(cell(&order[0], "generated_order_number"), "ORD-1");
    assert_eq!(cell(&order[0], "operator_email"), "User3@example.org");
}

#[test]
fn what_is_read_or_erased_shows_in_their_tables() {
    let stage = Stage::new();
    let room = stage.order_room();
    let first = stage.send(room, "first").recv().unwrap().unwrap().message;
    stage.send(room, "second").recv().unwrap().unwrap();
    stage
        .change(move |tx| {
            let (mut expert, _) = tx.members(room)?.swap_remove(1);
            expert.read = first.seq;
            tx.keep_receipt(&expert)?;
            let mut second = tx.message_at(room, first.seq.next())?.unwrap();
            second.erased_at = Some(second.created_at);
            Ok(tx.keep_message(&second)?)
        })
        .unwrap();
    let left = rows(
        &stage.raw(),
        "SELECT * FROM chat_messages ORDER BY created_at DESC LIMIT 10;",
    );
    assert_eq!(left.len(), 1);
    assert_eq!(cell(&left[0], "message"), "first");
    assert_eq!(cell(&left[0], "is_read"), "1");
}

#[test]
fn the_first_file_of_a_message_shows_in_their_table() {
    let stage = Stage::new();
    let room = stage.order_room();
    let file = |content: u8| FileLook {
        sha256: [content; 32],
        bytes: 9,
        media: "text/plain".to_owned(),
        picture: None,
    };
    let attachment = stage
        .change(move |tx| {
            let mut files = Vec::new();
            for (content, title) in [(1, "смета.txt"), (2, "план.txt")] {
                let file = tx.reserve_file(&file(content), NOW)?.id;
                let title = title.to_owned();
                files.push(DraftFile { file, title });
            }
            let draft = Draft {
                files,
                ..Draft::default()
            };
            let by = person(1, Role::Client);
            let sent = rules::send(tx, NOW, &Limits::default(), (&by).into(), room, &draft)?;
            Ok(sent.message.attachments[0].id)
        })
        .unwrap();
    stage.send(room, "second").recv().unwrap().unwrap();
    let shown = rows(&stage.raw(), "SELECT * FROM chat_messages ORDER BY id;");
    assert_eq!(shown.len(), 2, "one row for a message, however many files it has");
    assert_eq!(cell(&shown[0], "file_url"), format!("/files/{attachment}"));
    assert_eq!(cell(&shown[0], "file_name"), "смета.txt");
    assert_eq!((cell(&shown[1], "file_url"), cell(&shown[1], "file_name")), ("", ""));
}
