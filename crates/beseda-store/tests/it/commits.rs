//! Group commit: many changes in one commit, and what one that goes wrong costs the others.

use crate::support::{NOW, Stage, person, room_name, say};
use beseda_core::error::{Error, Fault, Refusal};
use beseda_core::ports::{Audience, Store};
use beseda_core::rules;
use beseda_core::words::{Event, Head, Heard, Kinds, NewRoom, Notice, PersonId, Receipts, Role, RoomKind, Seq};
use beseda_store::{Opened, Opener, Options, Postgres, PostgresOptions, Sqlite};
use beseda_testkit::Ground;
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;
use uuid::Uuid;

fn sent_texts(events: &[Event]) -> Vec<String> {
    let text = |event: &Event| match &event.heard {
        Heard::Sent { message, .. } => Some(message.text.clone()),
        _ => None,
    };
    events.iter().filter_map(text).collect()
}

#[test]
fn what_is_queued_together_is_committed_together_and_heard_in_order() {
    let stage = Stage::new();
    let room = stage.order_room();
    let before = stage.heard().len();
    let gate = stage.hold();
    let texts: Vec<&'static str> = (0..100).map(|n| &*format!("{n}").leak()).collect();
    let outcomes: Vec<_> = texts.iter().map(|text| stage.send(room, text)).collect();
    assert_eq!(stage.heard().len(), before);
    drop(gate);
    for (n, outcome) in outcomes.iter().enumerate() {
        assert_eq!(outcome.recv().unwrap().unwrap().message.seq.0, n as i64 + 1);
    }
    let heard = stage.heard().split_off(before);
    assert_eq!(heard.len(), 1, "a hundred messages make one commit");
    assert_eq!(sent_texts(&heard[0]), texts);
    assert_eq!(stage.texts(room), texts);
}

#[test]
fn a_change_that_fails_after_writing_takes_back_only_itself() {
    let stage = Stage::new();
    let room = stage.order_room();
    let before = stage.heard().len();
    let gate = stage.hold();
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let first = stage.begin(move |tx| {
        counted.fetch_add(1, Ordering::Relaxed);
        say(tx, room, "first")
    });
    let wrong = stage.begin(move |tx| {
        say(tx, room, "wrong")?;
        Err::<(), Error>(Refusal::NotAllowed.into())
    });
    let last = stage.send(room, "last");
    drop(gate);
    assert!(first.recv().unwrap().is_ok());
    assert_eq!(wrong.recv().unwrap(), Err(Refusal::NotAllowed.into()));
    assert_eq!(
        last.recv().unwrap().unwrap().message.seq.0,
        2,
        "the number that was taken back is given again"
    );
    assert_eq!(runs.load(Ordering::Relaxed), 2, "the neighbour ran again");
    assert_eq!(stage.texts(room), ["first", "last"]);
    let heard = stage.heard().split_off(before);
    let heard: Vec<_> = heard.iter().flat_map(|events| sent_texts(events)).collect();
    assert_eq!(
        heard,
        ["first", "last"],
        "each once, and nothing of what was taken back"
    );
}

#[test]
fn a_refusal_before_writing_is_silent_and_costs_nobody_a_commit() {
    let stage = Stage::new();
    let room = stage.order_room();
    let before = stage.heard().len();
    let gate = stage.hold();
    let first = stage.send(room, "first");
    let refused = stage.begin(move |tx| {
        tx.announce(Event {
            room: room_name(room.0),
            head: Head(99),
            heard: Heard::Changed,
            key: "".into(),
            receipts: Receipts(0),
            seq: Seq(0),
        });
        Err::<(), Error>(Refusal::NoSuchOrder.into())
    });
    let last = stage.send(room, "last");
    drop(gate);
    assert!(first.recv().unwrap().is_ok());
    assert_eq!(refused.recv().unwrap(), Err(Refusal::NoSuchOrder.into()));
    assert!(last.recv().unwrap().is_ok());
    let heard = stage.heard().split_off(before);
    assert_eq!(heard.len(), 1);
    assert_eq!(heard[0].len(), 2);
    assert_eq!(sent_texts(&heard[0]), ["first", "last"]);
}

#[test]
fn a_rule_that_panics_is_a_fault_of_its_own() {
    let stage = Stage::new();
    let room = stage.order_room();
    let gate = stage.hold();
    let first = stage.send(room, "first");
    let (outcome, panicked) = sync_channel(1);
    stage.chat.change(
        move |tx| {
            say(tx, room, "never")?;
            panic!("a rule panics on purpose");
            #[expect(unreachable_code, reason = "a closure that only panics has no type")]
            Ok(())
        },
        move |result: Result<(), Error>| outcome.send(result).unwrap(),
    );
    let last = stage.send(room, "last");
    drop(gate);
    assert!(first.recv().unwrap().is_ok());
    assert!(matches!(
        panicked.recv().unwrap(),
        Err(Error::Failed(Fault::Internal(_)))
    ));
    assert!(last.recv().unwrap().is_ok());
    assert_eq!(stage.texts(room), ["first", "last"]);
}

/// Looks, from a connection of its own, whether what it hears is kept; then panics.
struct Witness {
    path: std::path::PathBuf,
    kept: Mutex<Vec<i64>>,
}

impl Audience for Witness {
    fn hear(&self, _: &[Event]) {
        let conn = rusqlite::Connection::open(&self.path).unwrap();
        let count = conn
            .query_row("SELECT count(*) FROM people", [], |row| row.get(0))
            .unwrap();
        self.kept.lock().push(count);
        panic!("an audience panics on purpose");
    }
}

#[test]
fn events_are_heard_after_the_commit_and_before_the_outcome() {
    let stage = Stage::new();
    stage.store.close();
    let options = Options::at(stage.folder.database());
    let store = Arc::new(Sqlite::open(&options).unwrap());
    let witness = Arc::new(Witness {
        path: options.path.clone(),
        kept: Mutex::default(),
    });
    store.set_audience(Arc::clone(&witness) as Arc<dyn Audience>);
    for id in 1..=3 {
        let (done, outcome) = sync_channel(1);
        let there = Arc::clone(&witness);
        store.transact(Box::new(Put {
            id,
            done: Box::new(move |result| {
                done.send((result, there.kept.lock().len())).unwrap();
            }),
        }));
        assert_eq!(
            outcome.recv().unwrap(),
            (Ok(()), id as usize),
            "heard before the outcome, also after a panic"
        );
    }
    assert_eq!(*witness.kept.lock(), [1, 2, 3], "kept before it is heard");
}

type Done = Box<dyn FnOnce(Result<(), Error>) + Send>;

struct Put {
    id: i64,
    done: Done,
}

impl beseda_core::ports::Change for Put {
    fn run(&mut self, tx: &mut dyn beseda_core::ports::Tx) -> Result<(), Error> {
        rules::put_person(tx, NOW, &person(self.id, Role::User).into())?;
        let (room, _) = tx.open_room(&NewRoom {
            uuid: Uuid::nil(),
            key: "order:1".to_owned(),
            kind: RoomKind::Order,
            group: None,
            title: String::new(),
            now: NOW,
        })?;
        tx.announce(Event {
            room: room.name(),
            head: Head(self.id),
            heard: Heard::Changed,
            key: "".into(),
            receipts: Receipts(0),
            seq: Seq(0),
        });
        Ok(())
    }

    fn done(self: Box<Self>, outcome: Result<(), Error>) {
        (self.done)(outcome);
    }
}

#[test]
fn one_change_more_than_the_queue_holds_is_busy_at_once() {
    let stage = Stage::with(|options| options.queue = 3);
    let room = stage.order_room();
    let gate = stage.hold();
    let queued: Vec<_> = ["a", "b", "c"].map(|text| stage.send(room, text)).into();
    let refused = stage.send(room, "d");
    assert_eq!(
        refused.try_recv().unwrap(),
        Err(Fault::Busy.into()),
        "answered before the writer is free"
    );
    drop(gate);
    queued
        .iter()
        .for_each(|outcome| assert!(outcome.recv().unwrap().is_ok()));
    assert!(stage.send(room, "d").recv().unwrap().is_ok());
    assert_eq!(stage.texts(room), ["a", "b", "c", "d"]);
}

#[test]
fn closing_finishes_what_is_queued_and_takes_nothing_more() {
    let stage = Stage::new();
    let room = stage.order_room();
    assert_eq!(stage.store.ready(), Ok(()));
    let gate = stage.hold();
    let queued: Vec<_> = ["a", "b"].map(|text| stage.send(room, text)).into();
    let closing = Arc::clone(&stage.store);
    let closing = std::thread::spawn(move || closing.close());
    while stage.store.ready().is_ok() {
        std::thread::yield_now();
    }
    assert_eq!(stage.store.ready(), Err(Fault::Stopping));
    assert_eq!(stage.send(room, "late").recv().unwrap(), Err(Fault::Stopping.into()));
    assert_eq!(
        stage.look(|look| Ok(look.count_rooms(PersonId(1), Kinds::ALL)?)),
        Err(Fault::Stopping.into())
    );
    drop(gate);
    closing.join().unwrap();
    queued
        .iter()
        .for_each(|outcome| assert!(outcome.recv().unwrap().is_ok()));
    assert!(
        !stage.folder.database().with_extension("db-wal").exists(),
        "the log is written back"
    );
    let again = Sqlite::open(&Options::at(stage.folder.database())).unwrap();
    assert_eq!(again.ready(), Ok(()));
    let count: i64 = stage
        .raw()
        .query_row("SELECT count(*) FROM messages", [], |row| row.get(0))
        .unwrap();
    assert_eq!(count, 2);
}

/// Gathers what others were seen to have changed.
struct Neighbour(std::sync::mpsc::SyncSender<Vec<Notice>>);

impl Audience for Neighbour {
    fn hear(&self, _: &[Event]) {}

    fn changed_elsewhere(&self, notices: &[Notice]) {
        self.0.send(notices.to_vec()).unwrap();
    }
}

fn put(store: &dyn Store, id: i64) {
    let (done, outcome) = sync_channel(1);
    let done = Box::new(move |result| done.send(result).unwrap());
    store.transact(Box::new(Put { id, done }));
    outcome.recv().unwrap().unwrap();
}

/// What a server is told of when a command on the same database puts these people, one transaction each.
fn told_of(serve: &dyn Fn(Arc<dyn Audience>) -> Box<dyn Store>, command: &dyn Fn() -> Box<dyn Store>) {
    let (seen, sights) = sync_channel(64);
    let server = serve(Arc::new(Neighbour(seen)));
    put(server.as_ref(), 1);
    assert!(sights.try_recv().is_err(), "its own commit is no news");
    let other = command();
    put(other.as_ref(), 2);
    put(other.as_ref(), 3);
    let mut told = Vec::new();
    while told.len() < 2 {
        told.extend(sights.recv_timeout(std::time::Duration::from_secs(60)).unwrap());
    }
    let room = |head| Notice::Room {
        room: room_name(1),
        head: Head(head),
        came: None,
    };
    assert_eq!(told, [room(2), room(3)], "exactly what was changed");
}

#[test]
fn a_server_on_sqlite_is_told_what_a_command_has_changed() {
    let folder = crate::support::Folder::new();
    let open = |opener| {
        let options = Options {
            opener,
            ..Options::at(folder.database())
        };
        Sqlite::open(&options).unwrap()
    };
    let serve = |audience: Arc<dyn Audience>| {
        let store = open(Opener::Server);
        store.set_audience(audience);
        Box::new(store) as Box<dyn Store>
    };
    told_of(&serve, &|| Box::new(open(Opener::Command)));
}

#[test]
fn a_server_on_postgresql_is_told_what_a_command_has_changed() {
    let ground = Ground::new();
    let open = |opener| {
        let options = PostgresOptions {
            opener,
            ..PostgresOptions::at(ground.url())
        };
        Postgres::open(&options).unwrap()
    };
    let serve = |audience: Arc<dyn Audience>| {
        let store = open(Opener::Server);
        store.set_audience(audience);
        Box::new(store) as Box<dyn Store>
    };
    told_of(&serve, &|| Box::new(open(Opener::Command)));
}

#[test]
fn who_writes_by_hand_may_have_changed_anything() {
    let folder = crate::support::Folder::new();
    let options = Options {
        opener: Opener::Server,
        ..Options::at(folder.database())
    };
    let store = Sqlite::open(&options).unwrap();
    let (seen, sights) = sync_channel(64);
    store.set_audience(Arc::new(Neighbour(seen)));
    put(&store, 1);
    let other = rusqlite::Connection::open(&options.path).unwrap();
    other.execute("UPDATE people SET first_name = 'Other'", []).unwrap();
    let told = sights.recv_timeout(std::time::Duration::from_secs(60)).unwrap();
    assert_eq!(told, [Notice::Everything]);
}
