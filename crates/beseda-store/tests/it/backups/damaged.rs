//! A backup that is not what was written is found out, and nothing is restored of it.
#![expect(clippy::disallowed_methods, reason = "the tests of the store look at its files")]

use super::town::{ENGINES, Engine, Town};
use beseda_store::backup::{self, BackupError, Finding, Restoring};
use beseda_store::{OpenError, PostgresError};
use rusqlite::Connection;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::fs;
use std::path::{Path, PathBuf};

/// Every file of a folder.
fn files_in(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_in(&path));
        } else {
            found.push(path);
        }
    }
    found
}

/// What verifying says is wrong, in words.
fn found(folder: &Path) -> String {
    match backup::verify(folder, &mut |_| ()) {
        Ok(verified) => format!("{:?}", verified.findings),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_flipped_byte_anywhere_is_found_and_nothing_is_restored() {
    let town = Town::new(Engine::Sqlite);
    town.back_up();
    let files = files_in(&town.backup());
    assert_eq!(files.len(), 6, "database, secret, manifest, two files and a small copy");
    let other = Town::empty(Engine::Sqlite);
    for path in files {
        // The backup has its own copy, or the file that is served would be flipped with it.
        let whole = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        // Every byte of what is small, and some of the database, its last one among them.
        let step = (whole.len() / 61).max(1);
        for at in (0..whole.len()).step_by(step).chain([whole.len() - 1]) {
            let mut flipped = whole.clone();
            flipped[at] ^= 0x20;
            fs::write(&path, flipped).unwrap();
            let found = found(&town.backup());
            assert!(
                found.contains(name) || name == "manifest.json" && found.contains("manifest"),
                "{name} at {at}: {found}"
            );
        }
        let refused = other.restore(&town.backup(), false).unwrap_err();
        assert!(
            matches!(refused, BackupError::Damaged(_) | BackupError::Manifest(_)),
            "{name}: {refused}"
        );
        assert_eq!(files_in(&other.data()), Vec::<PathBuf>::new(), "nothing was changed");
        fs::write(&path, &whole).unwrap();
        assert_eq!(found(&town.backup()), "[]");
    }
}

#[test]
fn a_file_that_is_missing_and_one_too_many_are_named() {
    let town = Town::new(Engine::Sqlite);
    town.back_up();
    fs::write(town.backup().join("files/notes.txt"), "mine").unwrap();
    fs::remove_file(town.backup().join("secret")).unwrap();
    let findings = backup::verify(&town.backup(), &mut |_| ()).unwrap().findings;
    assert_eq!(
        findings,
        [
            Finding::Missing("secret".to_owned()),
            Finding::Additional("files/notes.txt".to_owned())
        ]
    );
    fs::remove_file(town.backup().join("beseda.db")).unwrap();
    let findings = backup::verify(&town.backup(), &mut |_| ()).unwrap().findings;
    assert!(
        findings.contains(&Finding::Missing("beseda.db".to_owned())),
        "{findings:?}"
    );
}

#[test]
fn a_backup_that_was_interrupted_says_so_and_is_not_restored() {
    let town = Town::new(Engine::Sqlite);
    let to = town.backup();
    let killed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        town.back_up_to(&to, &mut |_| panic!("killed in the middle"))
    }));
    assert!(killed.is_err());
    for refused in [
        backup::verify(&to, &mut |_| ()).map(drop).unwrap_err(),
        Town::empty(Engine::Sqlite).restore(&to, false).map(drop).unwrap_err(),
    ] {
        assert!(matches!(refused, BackupError::Unfinished(_)), "{refused}");
    }
    assert!(matches!(
        town.back_up_to(&to, &mut |_| ()).unwrap_err(),
        BackupError::Occupied(_)
    ));
    assert!(matches!(
        backup::verify(&town.data(), &mut |_| ()).unwrap_err(),
        BackupError::NoBackup(_)
    ));
}

#[test]
fn a_restore_that_fails_or_is_killed_leaves_what_was_there() {
    for into in ENGINES {
        let town = Town::new(Engine::Sqlite);
        town.back_up();
        let other = Town::new(into);
        other.say("only here", &[]);
        let was = other.messages();
        // At every step: while files are copied, and for PostgreSQL in the middle of the transaction.
        let mut kills = 0;
        loop {
            let mut steps = 0;
            let killed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                other.restore_telling(&town.backup(), true, &mut |_| {
                    steps += 1;
                    assert!(steps <= kills, "killed in the middle");
                })
            }));
            match killed {
                // Not at each of PostgreSQL's, which takes a while.
                Err(_) => kills += if into == Engine::Postgres { 5 } else { 1 },
                // The one before it is still being taken back.
                Ok(Err(BackupError::Postgres(PostgresError::Served(_)))) => continue,
                Ok(restored) => {
                    restored.unwrap();
                    break;
                }
            }
            assert_eq!(backup::restoring(&other.data()), Some(Restoring::Building));
            assert_eq!(other.messages(), was);
        }
        assert!(kills >= 5, "{into:?}: {kills}");
        // Once more, and it is whole.
        assert_eq!(backup::restoring(&other.data()), None);
        assert_eq!(other.messages(), town.messages());
        if into == Engine::Postgres {
            other.drop_aside();
        }
    }
}

/// The data directory of a restore that was killed when so many things were aside, and what came in already.
fn torn(aside: usize, moved_in: bool) -> Town {
    let town = Town::new(Engine::Sqlite);
    town.say("only here", &[]);
    let data = town.data();
    fs::write(data.join("secret"), "the old one").unwrap();
    // What a database leaves beside it that was not closed.
    fs::write(data.join("beseda.db-shm"), "").unwrap();
    fs::create_dir_all(data.join("restoring/new")).unwrap();
    fs::write(data.join("restoring/moving"), "replaced-then").unwrap();
    fs::create_dir(data.join("replaced-then")).unwrap();
    for name in ["uploads", "secret", "beseda.db", "beseda.db-shm"].iter().take(aside) {
        fs::rename(data.join(name), data.join("replaced-then").join(name)).unwrap();
    }
    if moved_in {
        fs::create_dir_all(data.join("uploads/chat")).unwrap();
        fs::write(data.join("uploads/chat/half"), "").unwrap();
    }
    town
}

#[test]
fn a_restore_that_was_killed_while_it_moved_things_is_mended_by_the_next_one_and_keeps_what_was_there() {
    let town = Town::new(Engine::Sqlite);
    town.back_up();
    let broken = town.backup().with_file_name("broken");
    town.back_up_to(&broken, &mut |_| ()).unwrap();
    fs::write(broken.join("beseda.db"), "no database").unwrap();
    for (aside, moved_in) in [(0, false), (1, false), (2, false), (3, false), (4, false), (4, true)] {
        let other = torn(aside, moved_in);
        other.restore(&broken, true).unwrap_err();
        assert_eq!(
            backup::restoring(&other.data()),
            Some(Restoring::Moving),
            "still nobody serves it"
        );
        // What it does to what is there was agreed to when it began.
        let restored = other.restore(&town.backup(), false).unwrap();
        assert_eq!(backup::restoring(&other.data()), None);
        assert_eq!(other.messages(), town.messages());
        let kept = restored.replaced.unwrap();
        assert_eq!(kept, other.data().join("replaced-then"));
        assert_eq!(fs::read_to_string(kept.join("secret")).unwrap(), "the old one");
        assert!(!kept.join("uploads/chat/half").exists() && kept.join("beseda.db-shm").exists());
        let old = Connection::open(kept.join("beseda.db")).unwrap();
        let found: i64 = old
            .query_row("SELECT count(*) FROM messages", [], |row| row.get(0))
            .unwrap();
        assert_eq!(found, 6, "{aside}");
    }
}

#[test]
fn a_restore_that_was_killed_when_all_was_in_its_place_has_ended() {
    let town = Town::new(Engine::Sqlite);
    fs::create_dir_all(town.data().join("restoring")).unwrap();
    assert_eq!(backup::restoring(&town.data()), None);
    fs::create_dir(town.data().join("restoring/new")).unwrap();
    assert_eq!(backup::restoring(&town.data()), Some(Restoring::Building));
    fs::remove_dir(town.data().join("restoring/new")).unwrap();
    town.back_up();
    town.restore(&town.backup(), true).unwrap();
    assert!(!town.data().join("restoring").exists());
}

#[test]
fn a_restore_that_never_began_to_move_things_takes_nothing_for_moved() {
    let town = Town::new(Engine::Sqlite);
    town.back_up();
    // What a full disk, or a loss of power, leaves of a file; and what no restore has written.
    for begun in ["", "../elsewhere", "replaced-/../..", "uploads"] {
        let other = Town::new(Engine::Sqlite);
        other.say("only here", &[]);
        fs::create_dir_all(other.data().join("restoring/new")).unwrap();
        fs::write(other.data().join("restoring/moving"), begun).unwrap();
        let restored = other.restore(&town.backup(), true).unwrap();
        let aside = other.data().join("replaced-20261128T221005Z");
        assert_eq!(restored.replaced, Some(aside.clone()), "{begun:?}");
        let old = Connection::open(aside.join("beseda.db")).unwrap();
        let found: i64 = old
            .query_row("SELECT count(*) FROM messages", [], |row| row.get(0))
            .unwrap();
        assert_eq!(found, 6, "{begun:?}: what was there is gone");
        assert!(aside.join("uploads/chat").is_dir());
        assert_eq!(other.messages(), town.messages());
    }
}

/// Brings the database of a backup to a later version, and its manifest with it, as a later program makes one.
fn make_newer(backup: &Path) {
    let (database, manifest) = (backup.join("beseda.db"), backup.join("manifest.json"));
    let sum = |bytes: &[u8]| -> String { Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect() };
    let before = sum(&fs::read(&database).unwrap());
    let later = "INSERT INTO refinery_schema_history VALUES (9999, '', '', '')";
    Connection::open(&database).unwrap().execute_batch(later).unwrap();
    let after = sum(&fs::read(&database).unwrap());
    let text = fs::read_to_string(&manifest).unwrap().replace(&before, &after);
    let told: Value = serde_json::from_str(&text).unwrap();
    let zeros = "0".repeat(64);
    let text = text.replacen(told["sha256"].as_str().unwrap(), &zeros, 1);
    fs::write(&manifest, text.replacen(&zeros, &sum(text.as_bytes()), 1)).unwrap();
}

#[test]
fn what_nobody_could_serve_is_not_restored() {
    let town = Town::new(Engine::Sqlite);
    town.back_up();
    make_newer(&town.backup());
    let empty = town.backup().with_file_name("empty.db");
    fs::write(&empty, "").unwrap();
    for (from, is_newer) in [
        (town.backup(), true),
        (town.backup().join("beseda.db"), true),
        (empty, false),
    ] {
        for into in ENGINES {
            let other = Town::new(into);
            let was = other.messages();
            match other.restore(&from, true).unwrap_err() {
                BackupError::Sqlite(OpenError::Newer { path, .. }) if is_newer => {
                    assert!(path.starts_with(&from), "{}", path.display())
                }
                BackupError::Damaged(path) if !is_newer => assert_eq!(path, from),
                other => panic!("{other}"),
            }
            assert_eq!(backup::restoring(&other.data()), None);
            assert_eq!(other.messages(), was);
        }
    }
}

#[test]
fn what_a_restore_replaced_is_never_replaced_itself() {
    let town = Town::new(Engine::Sqlite);
    town.back_up();
    town.restore(&town.backup(), true).unwrap();
    // Within the same second, or with a clock that was set back.
    let again = town.restore(&town.backup(), true).unwrap_err();
    assert!(matches!(again, BackupError::Occupied(_)), "{again}");
    assert_eq!(backup::restoring(&town.data()), None);
}

#[test]
fn what_is_served_is_verified_while_it_is_and_what_is_wrong_is_named() {
    for engine in ENGINES {
        let town = Town::new(engine);
        let verify = || {
            let verified = backup::verify_served(&town.kept(), &town.bytes(), &mut |_| ());
            verified.unwrap().findings
        };
        assert_eq!(verify(), []);
        let wrong = [
            "UPDATE messages SET seq = 9, files = 3 WHERE seq = 3",
            "UPDATE members SET skip = skip + 1 WHERE person_id = 2",
            "INSERT INTO members (room_id, person_id, read_seq, joined_at) SELECT 1, 3, 0, 1 WHERE NOT EXISTS \
             (SELECT 1 FROM members WHERE person_id = 3)",
            "UPDATE members SET skip = 4 WHERE person_id = 3",
        ];
        for sql in wrong {
            match engine {
                Engine::Sqlite => Connection::open(town.data().join("beseda.db"))
                    .unwrap()
                    .execute_batch(sql)
                    .unwrap(),
                Engine::Postgres => drop(town.ground().run(sql)),
            }
        }
        fs::remove_file(town.path_of(b"the first file")).unwrap();
        fs::write(town.path_of(b"a picture"), b"b picture").unwrap();
        let findings = verify();
        assert!(findings.contains(&Finding::Numbers(1, 5)), "{findings:?}");
        assert!(findings.contains(&Finding::Unread(1, 3)), "{findings:?}");
        assert!(findings.contains(&Finding::Hanging(1, 9)), "{findings:?}");
        let bytes = |finding: &&Finding| matches!(finding, Finding::NoBytes(_) | Finding::OtherBytes(_));
        assert_eq!(findings.iter().filter(bytes).count(), 2, "{findings:?}");
    }
}
