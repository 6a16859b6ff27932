//! Migrating: a database of the first release, with rows in it, becomes one of today and loses nothing.

use crate::support::{Folder, Still};
use beseda_core::Chat;
use beseda_core::ports::{Look, Store};
use beseda_core::words::{HostId, Kinds, Limits, MessageId, OrderId, PersonId, Role, RoomId, Seq, Time};
use beseda_store::{Options, Postgres, PostgresOptions, Sqlite, migrate};
use beseda_testkit::Ground;
use rusqlite::Connection;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

const FIRST: [(&str, &str); 4] = [
    ("V1__people", include_str!("../../migrations/sqlite/V1__people.sql")),
    (
        "V2__orders_and_groups",
        include_str!("../../migrations/sqlite/V2__orders_and_groups.sql"),
    ),
    ("V3__rooms", include_str!("../../migrations/sqlite/V3__rooms.sql")),
    (
        "V4__order_desk_views",
        include_str!("../../migrations/sqlite/V4__order_desk_views.sql"),
    ),
];

const ROWS: &str = "
    INSERT INTO people VALUES
        (1, 'fedor', 'Fedor@a.example', '+71', 'Фёдор', 'Ёлкин', 'client', 1, '$hash'),
        (2, '', '', '', '', '', 'expert', 1, NULL),
        (3, 'gone', '', '', 'Фёдор', 'Ушедший', 'client', 0, NULL);
    INSERT INTO sessions VALUES (zeroblob(32), 1, 1, 2, 3);
    INSERT INTO refresh_tokens VALUES ('a', 'a', 1, 1, 9, NULL, NULL, NULL);
    INSERT INTO orders VALUES (5, 'ORD-5', 1, 2, NULL, 'new');
    INSERT INTO groups VALUES (6, '7 А', 2);
    INSERT INTO group_students VALUES (6, 1);
    INSERT INTO rooms VALUES (7, zeroblob(16), 'order:5', 'order', 5, '', 3, 6, 2, 1, 2, 1, 2, NULL);
    INSERT INTO members VALUES (8, 7, 1, 1, 2, 1, 1), (9, 7, 2, 0, NULL, 2, 1);
    INSERT INTO messages VALUES
        (7, 1, 1, 1, 'c-1', 'первое', 1, 2, NULL, 3, 4),
        (7, 2, 2, NULL, NULL, 'от системы', 2, NULL, NULL, 5, 5),
        (7, 3, 3, 2, 'c-1', '', 2, NULL, 3, 5, 6);
    INSERT INTO erased_blocks VALUES (7, 0, 1);
";

/// A database as the first release left it, which applied its migrations with refinery.
fn first_release(path: &Path) {
    let conn = Connection::open(path).unwrap();
    let history = "CREATE TABLE refinery_schema_history(
        version INT4 PRIMARY KEY, name VARCHAR(255), applied_on VARCHAR(255), checksum VARCHAR(255));";
    conn.execute_batch(history).unwrap();
    for (version, (name, sql)) in (1..).zip(FIRST) {
        conn.execute_batch(sql).unwrap();
        let subject = name.split_once("__").unwrap().1;
        let applied = "INSERT INTO refinery_schema_history VALUES (?, ?, '2026-11-20T08:00:00.000000000Z', '17')";
        conn.execute(applied, rusqlite::params![version, subject]).unwrap();
    }
    conn.execute_batch(ROWS).unwrap();
}

/// Asks the database at a path, opened anew.
fn ask<T: Send + 'static>(path: &Path, rule: impl FnOnce(&mut dyn Look) -> T + Send + 'static) -> T {
    asked(Arc::new(Sqlite::open(&Options::at(path)).unwrap()), rule)
}

fn asked<T: Send + 'static>(store: Arc<dyn Store>, rule: impl FnOnce(&mut dyn Look) -> T + Send + 'static) -> T {
    let chat = Chat::new(store, Arc::new(Still), Arc::new(Still), Arc::new(Limits::default()));
    let (answer, answered) = sync_channel(1);
    chat.look(move |look| Ok(rule(look)), move |result| answer.send(result).unwrap());
    answered.recv().unwrap().unwrap()
}

fn find(look: &mut dyn Look, text: &str) -> Vec<i64> {
    let found = look.search_by_role(text, [Role::Client, Role::Expert], 9).unwrap();
    found.into_iter().map(|person| person.id.0).collect()
}

#[test]
fn a_database_of_the_first_release_keeps_every_row() {
    let folder = Folder::new();
    first_release(&folder.database());
    let applied = migrate(&folder.database(), None).unwrap();
    assert_eq!(
        applied.first().map(String::as_str),
        Some("V5__doors"),
        "what was applied is not applied again"
    );
    assert!(migrate(&folder.database(), None).unwrap().is_empty());
    let (rows, broken): (i64, i64) = Connection::open(folder.database())
        .unwrap()
        .query_row(
            "SELECT (SELECT count(*) FROM messages), (SELECT count(*) FROM pragma_foreign_key_check())",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    assert_eq!((rows, broken), (3, 0));

    ask(&folder.database(), |look| {
        let account = look.account("fedor@a.example").unwrap().unwrap();
        assert_eq!(account.password_hash.as_deref(), Some("$hash"));
        assert_eq!(
            (account.person.last_name.as_str(), account.person.signed_out_at),
            ("Ёлкин", None)
        );
        assert_eq!(
            find(look, "ФЕДОР елк"),
            [1],
            "also who was there before names were searched"
        );
        assert_eq!(find(look, ""), [2, 1], "also who has no name");
        assert!(look.session(&[0; 32]).unwrap().is_some());
        assert!(look.refresh_token("a").unwrap().is_some());
        assert_eq!(
            look.groups_of(PersonId(1)).unwrap()[0].students,
            [PersonId(1)],
            "groups as well"
        );

        let views = look.rooms(PersonId(1), Kinds::ALL, 0, 9).unwrap();
        let view = &views[0];
        assert_eq!((view.room.id, view.room.order()), (RoomId(7), Some(OrderId::from(5))));
        assert!(view.members.iter().all(|(member, _)| !member.granted));
        assert_eq!(view.last.as_ref().map(|last| last.id), Some(MessageId(2)));
        let messages = look.messages_after(RoomId(7), Seq(0), 9).unwrap();
        let roles: Vec<_> = messages
            .iter()
            .map(|message| message.author.as_ref().map(|author| author.role))
            .collect();
        assert_eq!(roles, [Some(Role::Client), None]);
        assert!(messages.iter().all(|message| message.attachments.is_empty()));
        let erased = look.message_by_client_id(RoomId(7), Some(PersonId(2)), "c-1").unwrap();
        assert_eq!(erased.unwrap().erased_at, Some(Time(3)));
    });
}

#[test]
fn whose_names_were_put_in_by_hand_can_be_searched_after_the_next_start() {
    let folder = Folder::new();
    first_release(&folder.database());
    migrate(&folder.database(), None).unwrap();
    let by_hand = "INSERT INTO people (id, username, email, phone, first_name, last_name, role, active)
                   VALUES (4, '', '', '', 'Ёлка', '', 'client', 1)";
    let conn = Connection::open(folder.database()).unwrap();
    conn.execute(by_hand, []).unwrap();
    drop(conn);
    assert_eq!(ask(&folder.database(), |look| find(look, "ЕЛК")), [4, 1]);
}

#[test]
fn names_that_were_searched_with_their_marks_apart_are_found_whole() {
    let folder = Folder::new();
    first_release(&folder.database());
    let conn = Connection::open(folder.database()).unwrap();
    for (version, sql) in (5..).zip(SQLITE_BEFORE_NAMES) {
        conn.execute_batch(sql).unwrap();
        let applied = "INSERT INTO refinery_schema_history VALUES (?, '', '', '')";
        conn.execute(applied, [version]).unwrap();
    }
    // As an earlier version wrote it: in lower case, the mark of `й` a sign of its own.
    let kept = "INSERT INTO people (id, username, email, phone, first_name, last_name, role, active, search)
                VALUES (4, '', '', '', 'Андреи\u{306}', '', 'client', 1, 'андреи\u{306}  андреи\u{306} ')";
    conn.execute(kept, []).unwrap();
    drop(conn);
    assert_eq!(ask(&folder.database(), |look| find(look, "АНДРЕЙ")), [4]);
}

/// Everything up to the migration that gave people names at the host, as an earlier version applied it.
const SQLITE_BEFORE_NAMES: [&str; 7] = [
    include_str!("../../migrations/sqlite/V5__doors.sql"),
    include_str!("../../migrations/sqlite/V6__school_and_desk.sql"),
    include_str!("../../migrations/sqlite/V7__files.sql"),
    include_str!("../../migrations/sqlite/V8__setup_codes.sql"),
    include_str!("../../migrations/sqlite/V9__notices_and_desk.sql"),
    include_str!("../../migrations/sqlite/V10__cursors.sql"),
    include_str!("../../migrations/sqlite/V11__jobs.sql"),
];
const POSTGRES_BEFORE_NAMES: [&str; 3] = [
    include_str!("../../migrations/postgres/V1__everything.sql"),
    include_str!("../../migrations/postgres/V2__cursors.sql"),
    include_str!("../../migrations/postgres/V3__jobs.sql"),
];
/// Somebody with a name of one issuer, two whom two issuers call alike, and somebody forgotten.
const NAMED: &str = "
    INSERT INTO people (id, username, email, phone, first_name, last_name, role, active, signed_out_at) VALUES
        (11, '', '', '', '', '', 'user', 1, NULL), (12, '', '', '', '', '', 'user', 1, 5000000),
        (13, '', '', '', '', '', 'user', 1, NULL), (14, '', '', '', '', '', 'user', 0, 4611686018427387904 + 7000000);
    INSERT INTO subjects VALUES ('https://a.example', 'auth0|x', 11), ('https://a.example', 'anna', 12), ('', 'anna', 13);
";

fn assert_named(look: &mut dyn Look) {
    let named = |look: &mut dyn Look, name: &str| {
        let found = look.person_of_host(&HostId::Name(name.into())).unwrap();
        found.map(|person| person.id.0)
    };
    assert_eq!(named(look, "auth0|x"), Some(11));
    assert_eq!(named(look, "anna"), None, "it is two people's");
    assert_eq!(
        [named(look, "https://a.example/anna"), named(look, "/anna")],
        [Some(12), Some(13)]
    );
    let mut ended = |id| {
        let person = look.person(PersonId(id)).unwrap().unwrap();
        (person.forgotten, person.signed_out_at)
    };
    assert_eq!(ended(12), (false, Some(Time(5_000_000))));
    assert_eq!(
        ended(14),
        (true, Some(Time(7_000_000))),
        "at the moment at which it was"
    );
}

#[test]
fn whom_issuers_called_by_names_keep_them_where_no_two_share_one() {
    let folder = Folder::new();
    first_release(&folder.database());
    let conn = Connection::open(folder.database()).unwrap();
    for (version, sql) in (5..).zip(SQLITE_BEFORE_NAMES) {
        conn.execute_batch(sql).unwrap();
        let applied = "INSERT INTO refinery_schema_history VALUES (?, '', '', '')";
        conn.execute(applied, [version]).unwrap();
    }
    conn.execute_batch(NAMED).unwrap();
    drop(conn);
    ask(&folder.database(), assert_named);
}

#[test]
fn on_postgresql_they_keep_them_too() {
    let ground = Ground::new();
    ground.run("CREATE TABLE beseda_migrations (version BIGINT PRIMARY KEY, name TEXT NOT NULL)");
    for (version, sql) in (1..).zip(POSTGRES_BEFORE_NAMES) {
        ground.run(sql);
        ground.run(&format!("INSERT INTO beseda_migrations VALUES ({version}, '')"));
    }
    ground.run(NAMED);
    let store = Postgres::open(&PostgresOptions::at(ground.url())).unwrap();
    asked(Arc::new(store), assert_named);
}

/// Rooms of two as they were kept when people had names at the host and keys held our numbers: somebody with a number, two
/// with names, an administrator, and two who were deleted.
const NAMED_BY_NUMBERS: &str = "
    INSERT INTO people (id, username, email, phone, first_name, last_name, role, active, host_name, forgotten) VALUES
        (21, '', '', '', '', '', 'user', 1, NULL, 0), (1099511627776, '', '', '', '', '', 'user', 1, 'b:c%', 0),
        (1099511627777, '', '', '', '', '', 'user', 1, 'a', 0), (1099511627778, '', '', '', '', '', 'admin', 1, NULL, 0),
        (26, '', '', '', '', '', 'user', 0, NULL, 1), (1099511627779, '', '', '', '', '', 'user', 0, 'gone', 1);
";
/// The key of each, and what it becomes.
const KEYS: [(&str, &str); 10] = [
    ("private:21:1099511627776", "private:21:b%3Ac%25"),
    ("private:1099511627776:1099511627777", "private:a:b%3Ac%25"),
    ("private:1099511627776:1099511627778", "private:1099511627778:b%3Ac%25"),
    ("private:21:22", "private:21:22"),
    ("private:21:1099511627778", "private:21:1099511627778"),
    ("pair:1099511627776:1099511627777", "pair:b%3Ac%25:a"),
    ("pair:1099511627777:21", "pair:a:21"),
    ("private:21:26", "#left-ID:private:21:26"),
    ("pair:1099511627779:21", "#left-ID:pair:1099511627779:21"),
    ("order:26", "order:26"),
];

/// The rooms with these keys, each with its place in the list as its number.
fn rooms_named_by_numbers(uuid_of: impl Fn(usize) -> String) -> String {
    let rows = (100..).zip(KEYS).map(|(id, (key, _))| {
        let (kind, uuid) = (key.split(':').next().unwrap(), uuid_of(id));
        format!("({id}, {uuid}, '{key}', '{kind}', '', 1, 1)")
    });
    let rows: Vec<_> = rows.collect();
    let columns = "id, uuid, key, kind, title, created_at, updated_at";
    format!(
        "{NAMED_BY_NUMBERS} INSERT INTO rooms ({columns}) VALUES {};",
        rows.join(", ")
    )
}

fn assert_named_as_the_host_does(look: &mut dyn Look) {
    for (id, (_, key)) in (100..).zip(KEYS) {
        let room = look.room(RoomId(id)).unwrap().unwrap();
        assert_eq!(*room.key, *key.replace("ID", &id.to_string()));
    }
}

#[test]
fn rooms_of_two_are_named_as_the_host_calls_both_and_those_of_somebody_deleted_are_closed() {
    let folder = Folder::new();
    first_release(&folder.database());
    let conn = Connection::open(folder.database()).unwrap();
    let names = include_str!("../../migrations/sqlite/V12__names_at_the_host.sql");
    for (version, sql) in (5..).zip(SQLITE_BEFORE_NAMES.into_iter().chain([names])) {
        conn.execute_batch(sql).unwrap();
        let applied = "INSERT INTO refinery_schema_history VALUES (?, '', '', '')";
        conn.execute(applied, [version]).unwrap();
    }
    conn.execute_batch(&rooms_named_by_numbers(|id| format!("x'{id:032}'")))
        .unwrap();
    drop(conn);
    ask(&folder.database(), assert_named_as_the_host_does);
}

#[test]
fn on_postgresql_they_are_named_so_too() {
    let ground = Ground::new();
    ground.run("CREATE TABLE beseda_migrations (version BIGINT PRIMARY KEY, name TEXT NOT NULL)");
    let names = include_str!("../../migrations/postgres/V4__names_at_the_host.sql");
    for (version, sql) in (1..).zip(POSTGRES_BEFORE_NAMES.into_iter().chain([names])) {
        ground.run(sql);
        ground.run(&format!("INSERT INTO beseda_migrations VALUES ({version}, '')"));
    }
    ground.run(&rooms_named_by_numbers(|id| format!("'\\x{id:032}'")));
    let store = Postgres::open(&PostgresOptions::at(ground.url())).unwrap();
    asked(Arc::new(store), assert_named_as_the_host_does);
}

/// A picture as it was kept before pictures had blurred looks, on the first message.
const PICTURE: &str = "
    INSERT INTO files (id, sha256, name, bytes, media, width, height, has_thumbnail, reserved_at)
        VALUES (1, zeroblob(32), '00', 9, 'image/png', 3, 2, 1, 1);
    INSERT INTO attachments (id, room_id, seq, position, file_id, title) VALUES (1, 7, 1, 0, 1, 'a.png');
";

#[test]
fn a_picture_that_was_kept_before_has_its_small_copy_and_no_blurred_look() {
    let folder = Folder::new();
    first_release(&folder.database());
    let conn = Connection::open(folder.database()).unwrap();
    for (version, sql) in (5..).zip(SQLITE_BEFORE_NAMES) {
        conn.execute_batch(sql).unwrap();
        let applied = "INSERT INTO refinery_schema_history VALUES (?, '', '', '')";
        conn.execute(applied, [version]).unwrap();
    }
    conn.execute_batch(PICTURE).unwrap();
    drop(conn);
    ask(&folder.database(), |look| {
        let placed = look.attachment(1).unwrap().unwrap();
        let picture = placed.attachment.file.look.picture.unwrap();
        assert_eq!((picture.has_thumbnail, picture.blur), (true, None));
    });
}
