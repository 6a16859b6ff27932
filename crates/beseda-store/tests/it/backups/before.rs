//! Before a migration the database is kept, so that the program of before can go on with it.
#![expect(clippy::disallowed_methods, reason = "the tests of the store look at its files")]

use super::town::{Engine, Town};
use crate::support::Folder;
use beseda_store::backup::Before;
use beseda_store::{OpenError, PostgresError, migrate, migrate_postgres};
use beseda_testkit::Ground;
use rusqlite::Connection;
use std::fs;
use std::path::Path;

/// The versions of databases that are migrated here.
const OLD: usize = 13;
const OLD_POSTGRES: usize = 5;

const PERSON: &str = "INSERT INTO people (id, username, email, phone, first_name, last_name, role, active) \
    VALUES (1, 'before', '', '', '', '', 'client', 1);";

/// The migrations up to a version, each with what notes it.
fn steps(folder: &str, most: usize, note: impl Fn(usize) -> String) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(folder);
    let number = |path: &Path| -> usize {
        let name = path.file_name().unwrap().to_str().unwrap();
        name[1..].split('_').next().unwrap().parse().unwrap()
    };
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort_by_key(|path| number(path));
    let text = |path: &std::path::PathBuf| fs::read_to_string(path).unwrap() + &note(number(path));
    files.iter().take(most).map(text).collect()
}

/// A database of an older version, with `then` done in it.
fn old_sqlite(path: &Path, then: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    for gone in [
        path.to_owned(),
        path.with_extension("db-wal"),
        path.with_extension("db-shm"),
    ] {
        let _there = fs::remove_file(gone);
    }
    let note = |version| format!("INSERT INTO refinery_schema_history VALUES ({version}, '', '', '');");
    let history = "CREATE TABLE refinery_schema_history (
        version INT PRIMARY KEY, name VARCHAR(255), applied_on VARCHAR(255), checksum VARCHAR(255));";
    run(path, &format!("{history}{}{then}", steps("sqlite", OLD, note)));
}

fn old_postgres(ground: &Ground, then: &str) {
    let note = |version| format!("INSERT INTO beseda_migrations VALUES ({version}, '');");
    let history = "CREATE TABLE beseda_migrations (version BIGINT PRIMARY KEY, name TEXT NOT NULL);";
    ground.run(&format!("{history}{}{then}", steps("postgres", OLD_POSTGRES, note)));
}

fn run(database: &Path, sql: &str) {
    Connection::open(database).unwrap().execute_batch(sql).unwrap();
}

fn ask(database: &Path, sql: &str) -> i64 {
    let conn = Connection::open(database).unwrap();
    conn.query_row(sql, [], |row| row.get(0)).unwrap()
}

fn before(data: &Path, second: u32) -> Option<Before> {
    Some(Before {
        folder: data.join("backups"),
        time: format!("20261128T2210{second:02}Z"),
    })
}

fn kept(data: &Path) -> Vec<String> {
    let entries = fs::read_dir(data.join("backups")).into_iter().flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

const VERSION: &str = "SELECT max(version) FROM refinery_schema_history";
const PEOPLE: &str = "SELECT count(*) FROM people";
const ANOTHER: &str = "INSERT INTO people (id, username, email, phone, first_name, last_name, role, active, search) \
    VALUES (2, 'after', '', '', '', '', 'client', 1, 'after')";

#[test]
fn the_last_three_databases_of_before_migrations_are_kept_and_one_is_restored_alone() {
    let town = Town::empty(Engine::Sqlite);
    let (data, database) = (town.data(), town.data().join("beseda.db"));
    for second in 1..=4 {
        old_sqlite(&database, PERSON);
        assert!(!migrate(&database, before(&data, second)).unwrap().is_empty());
    }
    assert!(migrate(&database, before(&data, 5)).unwrap().is_empty());
    let names = kept(&data);
    assert_eq!(names.len(), 3, "and none where nothing is migrated: {names:?}");
    assert!(
        names[0].starts_with("before-v") && names[0].ends_with("-20261128T221002Z.db"),
        "{names:?}"
    );

    run(&database, ANOTHER);
    let uploads = data.join("uploads/chat/ab");
    fs::create_dir_all(&uploads).unwrap();
    let restored = town.restore(&data.join("backups").join(&names[0]), true).unwrap();
    assert!(restored.manifest.is_none());
    assert_eq!(ask(&database, VERSION), OLD as i64, "the program of before takes it");
    assert_eq!(ask(&database, PEOPLE), 1);
    assert_eq!(ask(&restored.replaced.unwrap().join("beseda.db"), PEOPLE), 2);
    assert!(uploads.exists(), "everything else stays");
}

#[test]
fn a_database_that_was_not_closed_is_restored_with_what_its_log_holds() {
    let town = Town::empty(Engine::Sqlite);
    let database = town.data().join("beseda.db");
    fs::create_dir_all(town.data()).unwrap();
    migrate(&database, None).unwrap();
    let open = Connection::open(&database).unwrap();
    let in_the_log = "PRAGMA wal_autocheckpoint = 0; PRAGMA wal_checkpoint(TRUNCATE);";
    open.execute_batch(&format!("{in_the_log}{ANOTHER}")).unwrap();
    // By hand, in the middle of its life.
    let by_hand = town.data().with_file_name("by-hand");
    fs::create_dir(&by_hand).unwrap();
    for name in ["beseda.db", "beseda.db-wal"] {
        fs::copy(town.data().join(name), by_hand.join(name)).unwrap();
    }
    let other = Town::empty(Engine::Sqlite);
    other.restore(&by_hand.join("beseda.db"), false).unwrap();
    assert_eq!(ask(&other.data().join("beseda.db"), PEOPLE), 1);
}

#[test]
fn a_database_of_postgresql_is_kept_as_well_and_goes_back() {
    let town = Town::empty(Engine::Postgres);
    let data = town.data();
    fs::create_dir_all(&data).unwrap();
    old_postgres(town.ground(), PERSON);
    assert!(
        !migrate_postgres(town.ground().url(), before(&data, 1).as_ref())
            .unwrap()
            .is_empty()
    );
    let names = kept(&data);
    assert_eq!(names.len(), 1);
    let copy = data.join("backups").join(&names[0]);
    assert_eq!(ask(&copy, VERSION), OLD as i64, "as SQLite counts them");

    town.ground().run(ANOTHER);
    town.restore(&copy, true).unwrap();
    assert_eq!(
        town.ground().run("SELECT max(version) FROM beseda_migrations"),
        OLD_POSTGRES.to_string()
    );
    assert_eq!(town.ground().run(PEOPLE), "1");
    assert_eq!(town.drop_aside(), "0");
}

#[test]
fn what_was_cut_off_of_a_copy_goes_with_the_next_one() {
    let town = Town::empty(Engine::Sqlite);
    let (data, database) = (town.data(), town.data().join("beseda.db"));
    fs::create_dir_all(data.join("backups")).unwrap();
    fs::write(data.join("backups/draft"), "half of it, of a server that was killed").unwrap();
    old_sqlite(&database, PERSON);
    assert!(!migrate(&database, before(&data, 1)).unwrap().is_empty());
    let [first] = <[String; 1]>::try_from(kept(&data)).unwrap();
    // Its name is taken, so the copy comes to nothing, as on a full disk.
    let taken = first.replace("221001", "221002");
    fs::create_dir(data.join("backups").join(&taken)).unwrap();
    old_sqlite(&database, PERSON);
    migrate(&database, before(&data, 2)).unwrap_err();
    assert_eq!(kept(&data), [first, taken], "nothing is left of what failed");
}

#[test]
fn an_empty_database_is_migrated_as_it_is() {
    let folder = Folder::new();
    let data = folder.database().with_file_name("data");
    let database = data.join("beseda.db");
    old_sqlite(&database, "");
    assert!(!migrate(&database, before(&data, 1)).unwrap().is_empty());
    assert_eq!(kept(&data), Vec::<String>::new());
}

#[test]
fn a_database_that_cannot_be_kept_is_not_migrated() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let town = Town::empty(engine);
        let (data, database) = (town.data(), town.data().join("beseda.db"));
        fs::create_dir_all(&data).unwrap();
        fs::write(data.join("backups"), "a file where a folder is to be").unwrap();
        let (refused, applied) = match engine {
            Engine::Sqlite => {
                old_sqlite(&database, PERSON);
                let refused = migrate(&database, before(&data, 1)).unwrap_err();
                assert!(matches!(refused, OpenError::Backup { .. }));
                (refused.to_string(), migrate(&database, None).unwrap())
            }
            Engine::Postgres => {
                old_postgres(town.ground(), PERSON);
                let url = town.ground().url();
                let refused = migrate_postgres(url, before(&data, 1).as_ref()).unwrap_err();
                assert!(matches!(refused, PostgresError::Backup { .. }));
                (refused.to_string(), migrate_postgres(url, None).unwrap())
            }
        };
        assert!(
            refused.contains("nothing was changed") && refused.contains("--no-backup"),
            "{refused}"
        );
        assert!(
            !applied.is_empty(),
            "it still was as it was before, and goes on without"
        );
    }
}
