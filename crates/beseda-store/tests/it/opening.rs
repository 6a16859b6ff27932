//! Opening: which databases are taken, and which are refused in words that say what to do.

#![expect(clippy::disallowed_methods, reason = "the tests of the store look at its files")]

use crate::support::{Folder, Stage};
use beseda_store::{OpenError, Options, Sqlite, migrate};
use rusqlite::Connection;
use std::os::unix::fs::PermissionsExt;

fn refusal(folder: &Folder) -> OpenError {
    Sqlite::open(&Options::at(folder.database()))
        .err()
        .expect("it should have been refused")
}

#[test]
fn an_empty_folder_becomes_a_database_once() {
    let folder = Folder::new();
    let applied = migrate(&folder.database(), None).unwrap();
    assert_eq!(applied.first().map(String::as_str), Some("V1__people"));
    assert!(migrate(&folder.database(), None).unwrap().is_empty());
    let mode = std::fs::metadata(folder.database()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let store = Sqlite::open(&Options::at(folder.database())).unwrap();
    let log = std::fs::metadata(folder.database().with_extension("db-wal"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(log & 0o777, 0o600);
    drop(store);
}

#[test]
fn eight_that_open_a_new_database_at_once_all_get_it() {
    let folder = Folder::new();
    std::thread::scope(|scope| {
        let open = || Sqlite::open(&Options::at(folder.database())).map(drop);
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
        for thread in threads {
            thread.join().unwrap().unwrap();
        }
    });
}

#[test]
fn a_newer_database_is_refused() {
    let folder = Folder::new();
    migrate(&folder.database(), None).unwrap();
    let later = "INSERT INTO refinery_schema_history SELECT 99, 'later', applied_on, checksum \
                 FROM refinery_schema_history WHERE version = 1";
    Connection::open(folder.database()).unwrap().execute(later, []).unwrap();
    let refused = refusal(&folder).to_string();
    assert!(
        refused.contains("newer Beseda (migration 99, this one knows"),
        "{refused}"
    );
    assert!(!refused.contains('\n'));
}

#[test]
fn somebody_elses_database_is_left_alone() {
    let folder = Folder::new();
    Connection::open(folder.database())
        .unwrap()
        .execute("CREATE TABLE theirs (id INTEGER)", [])
        .unwrap();
    assert!(matches!(refusal(&folder), OpenError::NotOurs(_)));
    let tables: i64 = Connection::open(folder.database())
        .unwrap()
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .unwrap();
    assert_eq!(tables, 1);
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let folder = Folder::new();
    std::fs::write(folder.database(), "no database ".repeat(1_000)).unwrap();
    assert!(matches!(refusal(&folder), OpenError::Damaged(_)));
}

#[test]
fn a_missing_folder_is_named() {
    let folder = Folder::new();
    let path = folder.database().join("deeper").join("beseda.db");
    let refused = Sqlite::open(&Options::at(path)).err().unwrap();
    assert!(matches!(refused, OpenError::Io { .. }), "{refused}");
}

#[test]
fn another_process_may_write_while_the_store_is_open() {
    let stage = Stage::new();
    let room = stage.order_room();
    let mut other = stage.raw();
    other.busy_timeout(std::time::Duration::from_secs(5)).unwrap();
    let held = other
        .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
        .unwrap();
    held.execute("UPDATE people SET first_name = 'Вера' WHERE id = 1", [])
        .unwrap();
    let sent = stage.send(room, "waits for the other");
    held.commit().unwrap();
    sent.recv().unwrap().unwrap();
    let names = stage
        .look(move |look| Ok(look.messages_after(room, beseda_core::words::Seq(0), 9)?))
        .unwrap();
    assert_eq!(names[0].author.as_ref().unwrap().first_name, "Вера");
}
