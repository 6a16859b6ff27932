//! A look at a database past its server: of a file that is there, and of one that is not.
#![expect(clippy::disallowed_methods, reason = "the tests of the store look at its files")]

use crate::support::{Folder, Stage, say};
use beseda_core::words::OrderId;
use beseda_store::{Inspection, NotSeen, Question, migrate};
use rusqlite::Connection;
use std::fs;

#[test]
fn what_is_not_there_or_not_ours_is_said_and_nothing_is_made() {
    let folder = Folder::new();
    let path = folder.database();
    assert!(matches!(Inspection::of_file(&path), Err(NotSeen::Missing(_))));
    assert!(!path.exists());
    fs::write(
        &path,
        "no database at all, and long enough to be asked whether it is one".repeat(10),
    )
    .unwrap();
    let refused = Inspection::of_file(&path).err().map(|error| error.to_string());
    assert!(refused.is_some_and(|refused| refused.contains("not a SQLite database")));
    let conn = Connection::open(folder.database().with_extension("other")).unwrap();
    conn.execute_batch("CREATE TABLE somebody (id INTEGER)").unwrap();
    let foreign = Inspection::of_file(&folder.database().with_extension("other"));
    assert!(
        foreign
            .err()
            .is_some_and(|error| error.to_string().contains("another program"))
    );
}

#[test]
fn a_database_in_use_is_asked_and_one_flipped_byte_is_found() {
    let stage = Stage::new();
    let room = stage.order_room();
    for number in 0..200 {
        let text = format!("a message of some length, {number}");
        stage.change(move |tx| say(tx, room, &text)).unwrap();
    }
    let path = stage.folder.database();
    let mut inspection = Inspection::of_file(&path).unwrap();
    assert_eq!(inspection.condition().unwrap().flaws, [""; 0]);
    assert_eq!(inspection.number_of(&OrderId::from(1)).unwrap(), Some(1));
    let messages = inspection.ask(Question::MessagesOfOrder, 1).unwrap();
    assert_eq!((messages.rows.len(), messages.is_cut), (100, true));
    let operator = inspection.ask(Question::OperatorOfOrder, 1).unwrap();
    assert_eq!(
        operator.columns,
        ["id", "generated_order_number", "operator_id", "operator_email"]
    );
    assert_eq!(operator.rows.len(), 1);
    drop(inspection);

    let copy = path.with_file_name("copy.db");
    stage.raw().execute("VACUUM INTO ?1", [copy.to_str().unwrap()]).unwrap();
    let mut bytes = fs::read(&copy).unwrap();
    // The second page is the root of a table, and begins with what kind of page it is.
    bytes[4_096] = !bytes[4_096];
    fs::write(&copy, bytes).unwrap();
    let condition = Inspection::of_file(&copy).unwrap().condition();
    assert!(condition.is_err() || condition.is_ok_and(|condition| !condition.flaws.is_empty()));
}

#[test]
fn what_a_database_lacks_and_what_is_broken_in_it_is_told() {
    let folder = Folder::new();
    migrate(&folder.database(), None).unwrap();
    let condition = || Inspection::of_file(&folder.database()).unwrap().condition().unwrap();
    let well = condition();
    assert_eq!(well.schema.applied, Some(well.schema.known));
    assert!(well.schema.missing.is_empty() && well.flaws.is_empty(), "{well:?}");

    let conn = Connection::open(folder.database()).unwrap();
    conn.execute_batch(
        "PRAGMA foreign_keys = OFF;
         DELETE FROM refinery_schema_history WHERE version = 1;
         INSERT INTO members (id, room_id, person_id, read_seq, joined_at) VALUES (1, 7, 8, 0, 0);",
    )
    .unwrap();
    let broken = condition();
    assert_eq!(broken.schema.missing, ["V1__people"]);
    assert!(
        broken
            .flaws
            .contains(&"a row of members speaks of one of rooms that is not there".to_owned()),
        "{broken:?}"
    );
    // A look changes nothing: what is missing is missing still.
    assert_eq!(condition(), broken);

    // Each of them speaks of a room and of a person.
    conn.execute_batch(
        "INSERT INTO members (id, room_id, person_id, read_seq, joined_at)
         VALUES (2, 7, 9, 0, 0), (3, 7, 10, 0, 0), (4, 7, 11, 0, 0), (5, 7, 12, 0, 0);",
    )
    .unwrap();
    assert_eq!(condition().flaws.len(), 10);
    conn.execute_batch("INSERT INTO members (id, room_id, person_id, read_seq, joined_at) VALUES (6, 7, 13, 0, 0);")
        .unwrap();
    assert_eq!(condition().flaws.len(), 10);
}
