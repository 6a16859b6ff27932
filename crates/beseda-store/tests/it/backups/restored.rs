//! What was backed up is what is restored, whichever engine it came from and goes into.
#![expect(clippy::disallowed_methods, reason = "the tests of the store look at its files")]

use super::town::{ENGINES, Engine, Town};
use beseda_core::words::Epoch;
use beseda_store::backup::{self, BackupError, Manifest, Step};
use rusqlite::Connection;
use rusqlite::types::Value;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// Every row of every table, as one sorted list of words a table; but for the numbers of transactions, which are counted anew,
/// and what search looks in, which is made anew.
fn rows(database: &Path) -> BTreeMap<String, Vec<String>> {
    let conn = Connection::open(database).unwrap();
    let mut names = conn
        .prepare(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'refinery%' AND name <> 'ticks' \
                AND name NOT LIKE 'search%'",
        )
        .unwrap();
    let names: Vec<String> = names
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let all = |name: &String| {
        let columns = format!("SELECT name FROM pragma_table_info('{name}') WHERE name <> 'tick'");
        let mut columns = conn.prepare(&columns).unwrap();
        let columns = columns.query_map([], |row| row.get(0)).unwrap();
        let columns: Vec<String> = columns.map(Result::unwrap).collect();
        let list = columns.join("\", \"");
        let mut statement = conn.prepare(&format!("SELECT \"{list}\" FROM {name}")).unwrap();
        let width = statement.column_count();
        let read = statement.query_map([], |row| {
            let cells: Vec<Value> = (0..width).map(|at| row.get(at).unwrap()).collect();
            Ok(format!("{cells:?}"))
        });
        let mut rows: Vec<String> = read.unwrap().map(Result::unwrap).collect();
        rows.sort();
        rows
    };
    names.iter().map(|name| (name.clone(), all(name))).collect()
}

/// The highest number of a transaction that changed a room.
fn ticks(backup: &Path) -> i64 {
    let conn = Connection::open(backup.join("beseda.db")).unwrap();
    let highest = "SELECT max(r.tick) FROM (SELECT tick FROM rooms UNION ALL SELECT tick FROM departures) r";
    conn.query_row(highest, [], |row| row.get(0)).unwrap()
}

#[test]
fn each_engine_is_restored_into_each_with_every_row_and_every_byte() {
    for from in ENGINES {
        let town = Town::new(from);
        let manifest = town.back_up();
        assert_eq!((manifest.counts.people, manifest.counts.rooms), (3, 1));
        assert_eq!(
            (manifest.counts.messages, manifest.counts.files),
            (5, 2),
            "erased ones too"
        );
        assert_eq!((manifest.epoch, manifest.lost.len()), (Some(5), 0));
        let verified = backup::verify(&town.backup(), &mut |_| ()).unwrap();
        assert_eq!(verified.findings, [], "{from:?}");
        assert!(ticks(&town.backup()) > 0, "{from:?}");
        for into in ENGINES {
            let other = Town::empty(into);
            let restored = other.restore(&town.backup(), false).unwrap();
            assert_eq!(restored.replaced, None);
            assert_eq!(backup::restoring(&other.data()), None);
            assert_eq!(fs::read(other.data().join("secret")).unwrap(), b"a secret\n");
            assert_eq!(fs::read(other.path_of(b"a picture")).unwrap(), b"a picture");

            let again = other.back_up();
            assert_eq!(again.epoch, Some(6), "another life");
            assert_eq!(again.counts, manifest.counts);
            let (mut was, mut is) = (
                rows(&town.backup().join("beseda.db")),
                rows(&other.backup().join("beseda.db")),
            );
            assert_ne!(was.remove("epochs"), is.remove("epochs"));
            // A number that was given and went with its row is not given again either: kept in another place on each engine.
            assert_eq!(was, is, "{from:?} into {into:?}");
            assert_eq!(
                ticks(&other.backup()),
                0,
                "transactions of the life before are none of this one's"
            );
            let served = backup::verify_served(&other.kept(), &other.bytes(), &mut |_| ()).unwrap();
            assert_eq!(served.findings, [], "{from:?} into {into:?}");
            assert_eq!(other.found("строк two"), [""; 0]);
            assert_eq!(other.found("line"), ["two\nlines"], "{from:?} into {into:?}");
            // Life goes on where it stood.
            other.say("after the restore", &[(b"a new file", false)]);
            assert_eq!(other.messages().len(), town.messages().len() + 1);
            assert!(other.index() > 0);
            assert_eq!(other.found("line"), ["two\nlines"], "{from:?} into {into:?}");
            assert_eq!(other.found("restore"), ["after the restore"]);
            assert_eq!(other.epoch(), Epoch(6));
        }
    }
}

#[test]
fn a_client_with_a_cursor_of_before_begins_anew_and_is_never_told_that_nothing_is_new() {
    let town = Town::new(Engine::Sqlite);
    town.back_up();
    town.say("sent after the backup, and heard", &[]);
    let cursor = town.cursor();
    assert_eq!(town.heard_after(cursor), (Vec::new(), false), "it has seen everything");
    town.restore(&town.backup(), true).unwrap();
    // Here this cursor's place is one that the client has never seen.
    town.say("sent after the restore", &[]);
    assert_eq!(
        (town.cursor().head, town.cursor().receipts),
        (cursor.head, cursor.receipts)
    );
    let (texts, reset) = town.heard_after(cursor);
    assert!(reset);
    assert_eq!(texts, town.messages(), "everything, as it is now");
}

#[test]
fn a_backup_is_for_its_owner_alone_and_links_files_that_never_change() {
    let town = Town::new(Engine::Sqlite);
    town.back_up();
    for path in ["", "beseda.db", "secret", "manifest.json", "files"] {
        let mode = fs::metadata(town.backup().join(path)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{path} can be read by others");
    }
    let live = town.path_of(b"the first file");
    assert_eq!(fs::metadata(&live).unwrap().nlink(), 2);
    let names: Vec<_> = fs::read_dir(town.backup())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(names.len(), 4, "nothing is left beside the database: {names:?}");
    // Erased by the server, it is whole in the backup.
    fs::remove_file(live).unwrap();
    assert_eq!(backup::verify(&town.backup(), &mut |_| ()).unwrap().findings, []);
}

#[test]
fn what_is_erased_while_a_backup_is_made_is_in_it_whole_or_not_at_all() {
    let town = Town::new(Engine::Sqlite);
    let (mut sent, mut erased) = (false, false);
    let manifest = town.back_up_to(&town.backup(), &mut |step| match step {
        // After the first look at files, one more comes …
        Step::Files { .. } if !sent => {
            sent = true;
            town.say("with a file that goes", &[(b"it goes", false)]);
        }
        // … and is gone for good between the copy of the database and the second look.
        Step::Database { .. } if !erased => {
            erased = true;
            town.erase(6);
            fs::remove_file(town.path_of(b"it goes")).unwrap();
        }
        _ => {}
    });
    let manifest = manifest.unwrap();
    assert!(sent && erased);
    assert_eq!(
        (manifest.lost.len(), manifest.counts.files),
        (0, 2),
        "the database was copied anew"
    );
    assert_eq!(backup::verify(&town.backup(), &mut |_| ()).unwrap().findings, []);
}

#[test]
fn bytes_that_were_gone_before_are_named_and_everything_else_is_backed_up() {
    let town = Town::new(Engine::Sqlite);
    let gone = town.path_of(b"the first file");
    fs::remove_file(&gone).unwrap();
    fs::write(town.path_of(b"a picture"), b"another").unwrap();
    let manifest = town.back_up();
    let name = |path: PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
    assert_eq!(manifest.lost, [name(gone), name(town.path_of(b"a picture"))]);
    let verified = backup::verify(&town.backup(), &mut |_| ()).unwrap();
    assert_eq!(verified.findings, [], "it is what it could be");
    Town::empty(Engine::Postgres).restore(&town.backup(), false).unwrap();
}

#[test]
fn nothing_is_restored_over_anything_unless_it_goes_aside() {
    let town = Town::new(Engine::Sqlite);
    town.back_up();
    for into in ENGINES {
        let other = Town::new(into);
        other.say("only here", &[]);
        let refused = other.restore(&town.backup(), false).unwrap_err();
        let is_occupied = matches!(
            refused,
            BackupError::FolderOccupied(_) | BackupError::DatabaseOccupied(_)
        );
        assert!(is_occupied, "{refused}");
        assert_eq!(other.messages().last().unwrap(), "only here", "nothing was changed");

        // What SQLite would roll back into whatever database it finds.
        fs::write(other.data().join("beseda.db-journal"), "").unwrap();
        let restored = other.restore(&town.backup(), true).unwrap();
        let aside = restored.replaced.unwrap();
        assert_eq!(other.messages(), town.messages());
        assert!(aside.join("uploads/chat").is_dir());
        match into {
            Engine::Sqlite => {
                assert!(aside.join("beseda.db-journal").exists());
                let old = rows(&aside.join("beseda.db"));
                assert_eq!(old["messages"].len(), 6);
            }
            Engine::Postgres => assert_eq!(other.drop_aside(), "6"),
        }
    }
}

#[test]
fn a_database_that_has_our_tables_and_nothing_in_them_is_empty() {
    let town = Town::new(Engine::Sqlite);
    town.back_up();
    let other = Town::empty(Engine::Postgres);
    assert!(!other.is_known(1), "and has tables now");
    other.restore(&town.backup(), false).unwrap();
    assert!(other.is_known(1));
    let schemas = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE current_schema() || '_before%'";
    assert_eq!(other.ground().run(schemas), "0", "nothing of it is kept");
}

#[test]
fn the_oldest_whole_backups_go_and_nothing_else() {
    let town = Town::new(Engine::Sqlite);
    let all = town.backup();
    let back_up = |time: &str| {
        let to = all.join(time);
        let made = town.back_up_to(&to, &mut |_| ()).unwrap();
        (to, made)
    };
    back_up("2026-11-01T00-00-00Z");
    back_up("2026-11-02T00-00-00Z");
    let (newest, made) = back_up("2026-11-03T00-00-00Z");
    for other in ["2026-10-01T00-00-00Z", "mine"] {
        fs::create_dir(all.join(other)).unwrap();
    }
    let keep = |most, (made, manifest): (&Path, &Manifest)| backup::keep_newest(&all, most, (made, manifest)).unwrap();
    let nothing = Vec::<PathBuf>::new();
    assert_eq!(keep(2, (&newest, &made)), [all.join("2026-11-01T00-00-00Z")]);
    assert_eq!(keep(2, (&newest, &made)), nothing);
    let mut left: Vec<_> = fs::read_dir(&all)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(
        left,
        [
            "2026-10-01T00-00-00Z",
            "2026-11-02T00-00-00Z",
            "2026-11-03T00-00-00Z",
            "mine"
        ]
    );
}

#[test]
fn the_one_that_was_just_made_stays_whatever_a_clock_called_the_others() {
    let town = Town::new(Engine::Sqlite);
    let all = town.backup();
    let (ahead, made) = (all.join("2031-01-01T00-00-00Z"), all.join("2026-11-03T00-00-00Z"));
    town.back_up_to(&ahead, &mut |_| ()).unwrap();
    let manifest = town.back_up_to(&made, &mut |_| ()).unwrap();
    assert_eq!(backup::keep_newest(&all, 1, (&made, &manifest)).unwrap(), [ahead]);
    assert!(made.exists());
}

#[test]
fn a_backup_that_has_a_file_which_is_lost_by_now_is_kept() {
    let town = Town::new(Engine::Sqlite);
    let all = town.backup();
    let [first, second, third, fourth] = [1, 2, 3, 4].map(|day| all.join(format!("2026-11-0{day}T00-00-00Z")));
    town.back_up_to(&first, &mut |_| ()).unwrap();
    let keep_one = |made: &Path| {
        let manifest = town.back_up_to(made, &mut |_| ()).unwrap();
        let gone = backup::keep_newest(&all, 1, (made, &manifest)).unwrap();
        (manifest.lost.len(), gone)
    };
    let kept_away = town.path_of(b"the first file").with_extension("away");
    fs::rename(town.path_of(b"the first file"), &kept_away).unwrap();
    assert_eq!(keep_one(&second), (1, vec![]));
    assert_eq!(keep_one(&third), (1, vec![second]), "it is in the first one alone");
    assert!(first.join("manifest.json").exists());

    fs::rename(&kept_away, town.path_of(b"the first file")).unwrap();
    // Of a picture whose small copy is gone, the bytes are still in each.
    fs::remove_file(town.path_of(b"a picture").with_extension("thumbnail")).unwrap();
    assert_eq!(keep_one(&fourth), (1, vec![first, third]));
}

#[test]
fn of_a_backup_that_fails_nothing_is_left() {
    let town = Town::new(Engine::Sqlite);
    let unreadable = town.path_of(b"the first file");
    fs::remove_file(&unreadable).unwrap();
    fs::create_dir(&unreadable).unwrap();
    let to = town.backup();
    town.back_up_to(&to, &mut |_| ()).unwrap_err();
    assert!(!to.exists());
    fs::create_dir(&to).unwrap();
    town.back_up_to(&to, &mut |_| ()).unwrap_err();
    assert_eq!(fs::read_dir(&to).unwrap().count(), 0, "the folder was there before");
}
