//! Imports: what another chat has kept comes in under its own numbers, once, whatever ends it on the way.

mod odd;
mod tables;

use crate::harness::other_chat::{self, OtherChat, ROOMS, There, USERS};
use crate::harness::{Actor, Heard, Server, Town};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};
use std::io::Cursor;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use tokio::time::sleep;

/// How many messages there are: `TEST_IMPORT_MESSAGES`, or some that take no time.
fn count() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "a run is told so")]
    let told = std::env::var("TEST_IMPORT_MESSAGES");
    told.map_or(20_000, |told| told.parse().expect("a number of messages"))
}

/// A server that does not run yet.
async fn stopped_server(story: &str, settings: &str) -> Server {
    let mut server = Server::start(story, settings, &Town::default()).await;
    server.ask_to_stop();
    assert!(server.stopped().await.success());
    server
}

/// Runs an import: its status, what it says as JSON, and what it complains of.
fn import(server: &Server, arguments: &[String]) -> (Option<i32>, Value, String) {
    let output = command(server, arguments).arg("--json").output().expect("it runs");
    let said = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (
        output.status.code(),
        said,
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

fn command(server: &Server, arguments: &[String]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_beseda"));
    command.args(arguments).arg("--data").arg(server.data());
    command
}

/// Kills an import once so many messages are here: how many were when it was dead.
async fn killed_at(server: &Server, arguments: &[String], messages: i64) -> i64 {
    let mut running = command(server, arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    while messages_here(server) < messages {
        assert!(
            running.try_wait().expect("it can be waited for").is_none(),
            "it ended by itself"
        );
        sleep(Duration::from_millis(20)).await;
    }
    running.kill().expect("it is killed");
    running.wait().expect("it is dead");
    messages_here(server)
}

fn messages_here(server: &Server) -> i64 {
    number(server, "SELECT count(*) FROM messages")
}

fn number(server: &Server, sql: &str) -> i64 {
    server.by_hand(sql).parse().expect("a number")
}

/// Everything that an import writes, as text.
fn everything(server: &Server) -> Vec<String> {
    [
        "SELECT id, username, email, first_name, last_name, role, active, put_at FROM people ORDER BY id",
        "SELECT id, client_id, expert_id, operator_id FROM orders ORDER BY id",
        "SELECT id, key, seq, head, shown, created_at, updated_at, receipts FROM rooms ORDER BY id",
        "SELECT id, room_id, person_id, read_seq, read_at, skip, joined_at, granted, receipt FROM members ORDER BY id",
        "SELECT id, room_id, seq, sender_id, text, created_at, sent_head, changed, files FROM messages ORDER BY id",
        "SELECT id, room_id, seq, title, file_id FROM attachments ORDER BY id",
        "SELECT id, name, bytes, reserved_at FROM files ORDER BY id",
    ]
    .map(|sql| server.by_hand(sql))
    .to_vec()
}

/// Whether every message is here as it is there, in the order of the numbers, and nothing else.
fn compare_messages(server: &Server, messages: i64) {
    let here = server.by_hand("SELECT id, room_id, sender_id, text FROM messages ORDER BY id");
    let mut here = here.lines();
    let nobody = number(server, "SELECT id FROM people WHERE forgotten = 1");
    for id in 1..=messages {
        let there = There::of(id);
        let sender = there.sender.map(|sender| if sender == 9_999 { nobody } else { sender });
        let sender = sender.map_or_else(String::new, |sender| sender.to_string());
        assert_eq!(
            here.next(),
            Some(format!("{id}|{}|{sender}|{}", there.room, there.text).as_str())
        );
    }
    assert_eq!(here.next(), None);
    let wrong = [
        "SELECT count(*) FROM rooms r WHERE r.seq <> (SELECT count(*) FROM messages x WHERE x.room_id = r.id)",
        "SELECT count(*) FROM messages a JOIN messages b ON b.room_id = a.room_id AND b.seq = a.seq + 1 WHERE b.id <= a.id",
        "SELECT count(*) FROM members m WHERE m.skip <> (SELECT count(*) FROM messages x WHERE x.room_id = m.room_id \
         AND x.seq > m.read_seq AND x.sender_id = m.person_id)",
    ];
    for sql in wrong {
        assert_eq!(number(server, sql), 0, "{sql}");
    }
    compare_files(server, messages);
}

fn compare_files(server: &Server, messages: i64) {
    let here = server.by_hand(
        "SELECT x.id, f.name FROM attachments a JOIN files f ON f.id = a.file_id \
         JOIN messages x ON x.room_id = a.room_id AND x.seq = a.seq ORDER BY x.id",
    );
    let there = (1..=messages)
        .map(There::of)
        .filter_map(|there| Some((there.id, there.file?)));
    let there: Vec<(i64, i64)> = there.collect();
    let names: Vec<String> = there
        .iter()
        .map(|(id, file)| format!("{id}|{}", other_chat::name_of(*file)))
        .collect();
    assert_eq!(here.lines().collect::<Vec<_>>(), names);
    for (_, file) in there {
        let name = other_chat::name_of(file);
        let kept = server.data().join("uploads/chat").join(&name[..2]).join(&name);
        assert_eq!(read(&kept), other_chat::bytes_of(file));
    }
}

#[expect(clippy::disallowed_methods, reason = "a test looks into the server's folders")]
fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).expect("the file is there")
}

async fn a_chat_that_is_killed_on_its_way_comes_in_whole(story: &str, on_postgresql: bool) {
    let mut server = stopped_server(story, "limits.searches_per_second = 0\n").await;
    let messages = count();
    let there = OtherChat::django(&format!("{story}-there"), messages, on_postgresql);
    let arguments = there.arguments();

    let dry = [arguments.clone(), vec!["--dry-run".to_owned()]].concat();
    let (code, said, why) = import(&server, &dry);
    assert_eq!((code, &said["written"]), (Some(0), &json!(false)), "{why}");
    assert_eq!(said["tables"]["messages"]["new"], messages);
    assert_eq!(messages_here(&server), 0, "it wrote something");

    let mut last = 0;
    for kill in 1..=5 {
        let here = killed_at(&server, &arguments, kill * messages / 7 + 1).await;
        assert!((last..messages).contains(&here), "{here} messages after {last}");
        last = here;
    }
    let (code, said, why) = import(&server, &arguments);
    assert_eq!((code, &said["ok"]), (Some(0), &json!(true)), "{said} {why}");
    assert_eq!(said["tables"]["messages"]["here"], last);
    compare_messages(&server, messages);
    let people = "SELECT count(*) FROM people WHERE forgotten = 0";
    assert_eq!(
        (number(&server, people), number(&server, "SELECT count(*) FROM rooms")),
        (USERS, ROOMS)
    );

    let before = everything(&server);
    let (code, said, _) = import(&server, &arguments);
    assert_eq!((code, &said["tables"]["messages"]["here"]), (Some(0), &json!(messages)));
    assert_eq!(everything(&server), before, "the same again changed something");

    let there = there.with(messages + 500);
    let (code, said, _) = import(&server, &arguments);
    assert_eq!((code, &said["tables"]["messages"]["new"]), (Some(0), &json!(500)));
    compare_messages(&server, there.messages);

    server.serve().await;
    used_by_a_client(&server, &there).await;
    let (code, _, why) = import(&server, &arguments);
    assert_eq!(code, Some(1));
    assert!(why.contains("serves"), "{why}");
}

/// Contract 4's client in a room that was imported.
async fn used_by_a_client(server: &Server, there: &OtherChat) {
    let room = 2;
    let [client, expert] = other_chat::people_of(room);
    let tokens = server.tokens(&[client, expert]).await;
    let [client, expert] =
        [(client, &tokens[0]), (expert, &tokens[1])].map(|(id, token)| Actor::new(server.address, id, token));
    let in_room: Vec<There> = (1..=there.messages)
        .map(There::of)
        .filter(|there| there.room == room)
        .collect();
    let shown = client.all_messages(room).await;
    let ids: Vec<Option<i64>> = shown.iter().map(|message| message["id"].as_i64()).collect();
    assert_eq!(ids, in_room.iter().map(|there| Some(there.id)).collect::<Vec<_>>());
    let unread = |room: &Value| room["unread_count"].as_i64();
    let path = format!("/api/chat/rooms/{room}/");
    assert_eq!(
        unread(&client.get(&path).await.json()),
        Some(0),
        "they had read everything"
    );
    let of_others = in_room.iter().filter(|there| there.sender != Some(expert.id)).count();
    assert_eq!(unread(&expert.get(&path).await.json()), i64::try_from(of_others).ok());

    let mut socket = expert.listen(room).await;
    let history: Vec<Option<i64>> = socket.history.iter().map(|message| message["id"].as_i64()).collect();
    assert_eq!(history, ids[ids.len() - 50..]);
    let sent = client.send(room, "Продолжим здесь").await;
    assert!(sent["id"].as_i64() > Some(there.messages), "{sent}");
    match socket.hear().await {
        Heard::Frame(frame) => assert_eq!(frame["message"]["id"], sent["id"]),
        other => panic!("{other:?}"),
    }
    assert_eq!(client.room_of(room + 1_000).await, room, "the room of the order stands");
    finds_what_was_said_before(&client, &in_room).await;
    logs_in_by_the_old_password(server).await;
}

/// What was said in the other chat is found here by its words, indexed or not.
async fn finds_what_was_said_before(client: &Actor, in_room: &[There]) {
    let is_written = |there: &&There| !there.text.is_empty();
    let [first, .., last] = &in_room.iter().filter(is_written).collect::<Vec<_>>()[..] else {
        panic!("two messages at least");
    };
    for there in [first, last] {
        let typed = format!("\"сообщения {}\"", there.id);
        assert_eq!(first_found(client, &typed).await.as_ref(), Some(&there.text), "{typed}");
    }
}

/// What is found first, on whichever page: as long as there is no index, one looks at so many messages.
async fn first_found(client: &Actor, typed: &str) -> Option<String> {
    let mut cursor = String::new();
    loop {
        let page = client.get(&format!("/api/v1/search/?q={typed}{cursor}")).await;
        assert_eq!(page.status, 200, "{page:?}");
        let list = page.json();
        if let Some(text) = list["items"][0]["message"]["text"].as_str() {
            return Some(text.to_owned());
        }
        cursor = format!("&cursor={}", list["next"].as_str()?);
    }
}

async fn logs_in_by_the_old_password(server: &Server) {
    let nobody = Actor::new(server.address, 0, "");
    let hash = || server.by_hand("SELECT password_hash FROM people WHERE id = 7");
    assert!(hash().starts_with("pbkdf2_sha256$"));
    let log_in = async |password: &str| {
        let body = json!({"email": "u7@shop.example", "password": password});
        nobody.post("/api/token/", &body).await.status
    };
    assert_eq!(log_in("не тот").await, 401);
    assert!(hash().starts_with("pbkdf2_sha256$"), "a wrong password changed it");
    let password = other_chat::PASSWORD;
    let at_once = tokio::join!(log_in(password), log_in(password), log_in(password));
    assert_eq!(at_once, (200, 200, 200), "each makes it anew, and one is the first");
    assert!(hash().starts_with("$argon2id$"), "it is made anew");
    assert_eq!((log_in(password).await, log_in("не тот").await), (200, 401));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_in_sqlite_that_is_killed_five_times_comes_in_whole() {
    a_chat_that_is_killed_on_its_way_comes_in_whole("import-sqlite", false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_in_postgresql_that_is_killed_five_times_comes_in_whole() {
    a_chat_that_is_killed_on_its_way_comes_in_whole("import-postgresql", true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_of_another_chat_gets_its_small_copy_and_its_blurred_look() {
    let server = stopped_server("import-picture", "").await;
    let there = OtherChat::django("import-picture-there", 200, false);
    let mut picture = Cursor::new(Vec::new());
    let pixels = DynamicImage::ImageRgb8(RgbImage::from_fn(60, 40, |x, y| Rgb([x as u8, y as u8, 90])));
    pixels.write_to(&mut picture, ImageFormat::Png).expect("it is encoded");
    there.put_file(1, picture.get_ref());
    let (code, _, why) = import(&server, &there.arguments());
    assert_eq!(code, Some(0), "{why}");
    let kept = "SELECT count(*) FROM files WHERE media = 'image/png' AND has_thumbnail = 1 AND length(blur) > 16";
    assert_eq!(number(&server, kept), 1);
}
