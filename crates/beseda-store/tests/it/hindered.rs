//! What keeps a database from keeping anything: each is told by its name, nothing is acknowledged meanwhile, and it is over
//! by itself.

#![expect(
    clippy::disallowed_methods,
    reason = "the tests of the store do to its files what people do"
)]

use crate::support::{NOW, Stage, Still, person};
use beseda_core::error::{Error, Hindrance};
use beseda_core::ports::{Store, Tx};
use beseda_core::words::{Draft, Epoch, Limits, Role, RoomId, Seq};
use beseda_core::{Chat, Fault, rules};
use beseda_store::{Opened as _, Postgres, PostgresOptions};
use beseda_testkit::Ground;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;
use std::time::Duration;
use tokio_postgres::config::Host;

fn beside(path: &Path, end: &str) -> PathBuf {
    PathBuf::from(format!("{}{end}", path.display()))
}

fn why<T>(outcome: Result<T, impl Into<Error>>) -> Option<Hindrance> {
    match outcome.map_err(Into::into) {
        Err(Error::Failed(Fault::Hindered(why, _))) => Some(why),
        _ => None,
    }
}

/// What a send meets, and whoever asks whether the store is well.
fn met(stage: &Stage, room: RoomId, text: &'static str) -> [Option<Hindrance>; 2] {
    let sent = why(stage.send(room, text).recv().unwrap());
    [sent, why(stage.store.ready())]
}

#[test]
fn nothing_is_acknowledged_into_a_file_that_is_not_there_any_more() {
    for end in ["", "-wal", "-shm"] {
        let stage = Stage::new();
        let room = stage.order_room();
        assert_eq!(met(&stage, room, "before"), [None; 2]);
        let heard = stage.heard().len();
        let path = beside(&stage.folder.database(), end);
        let away = beside(&path, ".away");
        std::fs::rename(&path, &away).unwrap();
        assert_eq!(met(&stage, room, "gone"), [Some(Hindrance::Replaced); 2], "{end}");
        std::fs::write(&path, b"somebody else's").unwrap();
        assert_eq!(met(&stage, room, "another"), [Some(Hindrance::Replaced); 2], "{end}");
        assert_eq!(stage.heard().len(), heard, "nobody hears of it");
        assert_eq!(stage.texts(room), ["before"], "what is open is read as before");
        // The one that was there before is put back.
        std::fs::rename(&away, &path).unwrap();
        assert_eq!(met(&stage, room, "after"), [None; 2], "{end}");
        assert_eq!(stage.texts(room), ["before", "after"]);
    }
}

#[test]
fn a_proof_is_written() {
    let stage = Stage::new();
    let begun = stage.change(|tx| rules::begin_epoch(tx, Epoch(7)));
    begun.unwrap();
    let log = beside(&stage.folder.database(), "-wal");
    for times in 1..=3_i64 {
        let before = std::fs::metadata(&log).unwrap().len();
        stage.change(rules::prove_kept).unwrap();
        assert!(std::fs::metadata(&log).unwrap().len() > before, "the log is longer");
        let count = stage.raw().query_row("SELECT proven FROM epochs", [], |row| row.get(0));
        assert_eq!(count, Ok(times));
    }
}

#[test]
fn a_change_that_was_committed_into_a_file_that_went_meanwhile_is_not_acknowledged() {
    let stage = Stage::new();
    let room = stage.order_room();
    let gate = stage.hold();
    let sent = stage.send(room, "committed too late");
    std::fs::remove_file(stage.folder.database()).unwrap();
    drop(gate);
    assert_eq!(why(sent.recv().unwrap()), Some(Hindrance::Replaced));
}

#[test]
fn a_database_that_another_process_holds_is_waited_for_and_then_not_long() {
    let stage = Stage::with(|options| options.busy_timeout_ms = 1_500);
    let room = stage.order_room();
    let other = stage.raw();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let first = stage.send(room, "first");
    // Who asks is told while the first is waiting still.
    while stage.store.ready().is_ok() {
        std::thread::yield_now();
    }
    assert!(first.try_recv().is_err());
    assert_eq!(why(first.recv().unwrap()), Some(Hindrance::Locked));
    assert_eq!(met(&stage, room, "second"), [Some(Hindrance::Locked); 2]);
    assert_eq!(stage.texts(room), [""; 0], "it is read as before");
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(met(&stage, room, "third"), [None; 2]);
    assert_eq!(stage.texts(room), ["third"]);
}

#[test]
fn readers_who_take_turns_do_not_keep_the_log_from_being_written_back() {
    const MOST: u64 = 1024 * 1024;
    let stage = Stage::with(|options| {
        options.wal_bytes = MOST;
        options.readers = 3;
    });
    let room = stage.order_room();
    let (done, text) = (AtomicBool::new(false), "много слов ".repeat(500));
    let log = beside(&stage.folder.database(), "-wal");
    let (mut before, mut emptied) = (0, 0);
    std::thread::scope(|scope| {
        // Each begins while another one has not ended.
        for _ in 0..3 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    let read = stage.look(move |look| {
                        let messages = look.messages_after(room, Seq(0), 10)?;
                        Ok(messages.len())
                    });
                    read.unwrap();
                }
            });
        }
        // One who is interrupted while they read may be in the way for a moment; for ever nobody is.
        let begun = tokio::time::Instant::now();
        while emptied < 3 && begun.elapsed() < Duration::from_secs(120) {
            let said = text.clone();
            let sent = stage.change(move |tx| {
                let draft = Draft {
                    text: said.clone(),
                    client_id: None,
                    files: Vec::new(),
                    more: None,
                };
                let by = person(1, Role::Client);
                rules::send(tx, NOW, &Limits::default(), (&by).into(), room, &draft)
            });
            sent.unwrap();
            let length = std::fs::metadata(&log).unwrap().len();
            emptied += u32::from(length < before && before > MOST / 2);
            before = length;
        }
        done.store(true, Ordering::Relaxed);
    });
    assert_eq!(emptied, 3, "the log has {before} bytes");
}

#[test]
fn who_reads_for_long_makes_the_log_grow_and_holds_up_nobody() {
    let stage = Stage::with(|options| options.wal_bytes = 64 * 1024);
    let room = stage.order_room();
    let other = stage.raw();
    other.execute_batch("BEGIN; SELECT count(*) FROM people").unwrap();
    let log = beside(&stage.folder.database(), "-wal");
    for n in 0..60 {
        let text: &'static str = Box::leak(format!("{n} {}", "x".repeat(4_000)).into_boxed_str());
        assert_eq!(met(&stage, room, text), [None; 2]);
    }
    assert!(
        std::fs::metadata(&log).unwrap().len() > 64 * 1024,
        "what is read is not written over"
    );
    other.execute_batch("COMMIT").unwrap();
    let written_back = || std::fs::metadata(&log).unwrap().len() < 64 * 1024;
    // At rest, or with a later change: a try waits for a moment after one that failed.
    let begun = tokio::time::Instant::now();
    while !written_back() && begun.elapsed() < Duration::from_secs(60) {
        std::thread::yield_now();
    }
    assert!(written_back());
}

/// Somebody of their own on a piece of PostgreSQL, who can be told to read only; gone when this is dropped.
struct Guest {
    ground: Ground,
    url: String,
}

impl Guest {
    fn new() -> Self {
        let ground = Ground::new();
        let known: tokio_postgres::Config = ground.url().parse().unwrap();
        let [Host::Tcp(host)] = known.get_hosts() else {
            panic!("TEST_POSTGRES_URL names a host");
        };
        let (name, port) = (ground.name(), known.get_ports().first().unwrap_or(&5432));
        let database = known.get_dbname().unwrap_or("postgres");
        ground.run(&format!("CREATE ROLE {name} LOGIN SUPERUSER PASSWORD 'a guest'"));
        let url = format!("postgres://{name}:a%20guest@{host}:{port}/{database}?options=-c%20search_path%3D{name}");
        Self { ground, url }
    }

    /// Lets them begin anew, to read only or also to write.
    fn may_write(&self, may: bool) {
        let name = self.ground.name();
        let only = if may { "off" } else { "on" };
        self.ground
            .run(&format!("ALTER ROLE {name} SET default_transaction_read_only = {only}"));
        self.ground.run(&format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{name}'"
        ));
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let name = self.ground.name();
        self.ground.run(&format!("DROP OWNED BY {name} CASCADE"));
        self.ground.run(&format!("DROP ROLE {name}"));
    }
}

#[test]
fn a_postgresql_that_can_only_be_read_is_told_by_its_name_and_found_again_when_it_is_not() {
    let guest = Guest::new();
    let store = Arc::new(Postgres::open(&PostgresOptions::at(&guest.url)).unwrap());
    let chat = Chat::new(
        Arc::clone(&store) as Arc<dyn Store>,
        Arc::new(Still),
        Arc::new(Still),
        Arc::new(Limits::default()),
    );
    let keep = || {
        let (done, kept) = sync_channel(1);
        let rule = |tx: &mut dyn Tx| rules::begin_epoch(tx, Epoch(7)).and_then(|_| rules::prove_kept(tx));
        chat.change(rule, move |outcome| done.send(outcome).unwrap());
        kept.recv().unwrap()
    };
    assert_eq!(keep(), Ok(()));
    guest.may_write(false);
    let begun = tokio::time::Instant::now();
    while why(store.ready()) != Some(Hindrance::ReadOnly) && begun.elapsed() < Duration::from_secs(60) {
        let _tried = keep();
    }
    assert_eq!(why(store.ready()), Some(Hindrance::ReadOnly));
    assert_eq!(why(keep()), Some(Hindrance::ReadOnly));
    guest.may_write(true);
    while keep() != Ok(()) && begun.elapsed() < Duration::from_secs(120) {}
    assert_eq!(keep(), Ok(()));
    assert_eq!(store.ready(), Ok(()));
    store.close();
}
