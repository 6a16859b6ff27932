//! The one thread that writes: everything that is queued goes into one commit.

use super::Options;
use super::log::Log;
use super::place::Place;
use crate::Opener;
use crate::counts::{Counts, Undone, to_i64};
use crate::engine::sqlite::SqliteEngine;
use crate::notices::NoticeReader;
use crate::reach::Reach;
use crate::told::{Batch, Ears, Outcome, fail_all, finish_all};
use crate::transaction::{Announced, Running, Transaction, run_all};
use beseda_core::error::{Error, Fault, Hindrance};
use beseda_core::ports::Change;
use beseda_core::words::Notice;
use rusqlite::Connection;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;
use tokio::time::Instant;

/// How many changes go into one commit at most; more would only make the first of them wait.
const BATCH: usize = 256;
/// After how long without work the log is looked at, and what others have written.
const IDLE: Duration = Duration::from_secs(1);
/// How long one try waits for others: for another process that writes, or for readers while the log is written back.
const TRY: Duration = Duration::from_millis(250);
/// After how many tries others are told that another process holds the database, while it is waited for further.
const TOLD_AFTER: u32 = 4;

pub(crate) struct Writer<'c> {
    engine: SqliteEngine<'c>,
    ears: Ears,
    /// Nothing where the database is in no file.
    place: Option<Arc<Place>>,
    /// What stands in the way, for those who ask.
    reach: Reach,
    log: Log,
    /// How long another process that writes is waited for.
    patience: Duration,
    /// What `data_version` was when last asked.
    version: i64,
    /// How far what others noted is read, where that is asked for; otherwise notes are written here.
    read: Option<NoticeReader>,
    opener: Opener,
    counts: Counts,
}

/// What became of a batch.
enum Commit {
    /// It was committed, and the log has so many bytes, with what each change came to and what was announced.
    Kept(u64, Vec<Outcome>, Announced),
    /// A change went wrong after it had written, so everything was taken back.
    TakenBack(Error),
    /// There is no commit, whoever's fault it was.
    Failed(Fault),
}

impl<'c> Writer<'c> {
    pub(crate) fn new(
        conn: &'c Connection,
        ears: Ears,
        options: &Options,
        place: Option<Arc<Place>>,
        reach: Reach,
        counts: Counts,
    ) -> Self {
        Self {
            engine: SqliteEngine::new(conn),
            ears,
            place,
            reach,
            log: Log::new(options.wal_bytes, Instant::now()),
            patience: Duration::from_millis(options.busy_timeout_ms.into()),
            version: 0,
            read: None,
            opener: options.opener,
            counts,
        }
    }

    /// Takes changes until nobody can hand any over, and finishes those that are queued then.
    pub(crate) fn run(mut self, changes: &Receiver<Box<dyn Change>>) {
        self.begin_to_look();
        self.wait_for_others(TRY.min(self.patience));
        loop {
            match changes.recv_timeout(IDLE) {
                Ok(first) => {
                    let mut batch = vec![first];
                    batch.extend(changes.try_iter().take(BATCH - 1));
                    self.counts.changes_waiting.dec_by(to_i64(batch.len()));
                    self.keep(batch);
                }
                Err(RecvTimeoutError::Timeout) => self.rest(),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.wait_for_others(self.patience);
        if let Ok(bytes) = self.check_place() {
            self.write_back(bytes);
        }
    }

    /// What is done while there is no work.
    fn rest(&mut self) {
        self.look_elsewhere();
        if let Ok(bytes) = self.check_place()
            && self.log.is_due(bytes, true, Instant::now())
        {
            self.write_back(bytes);
        }
    }

    /// Whether what is kept is kept where it is found again: how many bytes the log has.
    fn check_place(&self) -> Result<u64, Fault> {
        self.place.as_ref().map_or(Ok(0), |place| place.check())
    }

    /// Finds out where things stand.
    fn begin_to_look(&mut self) {
        let begun = self.engine.data_version().and_then(|version| {
            self.version = version;
            NoticeReader::begin(&mut Transaction::new(&mut self.engine))
        });
        match begun {
            Ok(read) => self.read = Some(read),
            Err(error) => tracing::warn!(%error, "cannot tell what another process has written"),
        }
    }

    /// Tells the audience what another process has changed. SQLite's `data_version` changes with the commits of every
    /// connection but the one that asks; who has written and noted nothing may have changed anything.
    fn look_elsewhere(&mut self) {
        let looked = self.engine.data_version().and_then(|version| {
            if version == self.version || self.opener == Opener::Command {
                return Ok(Vec::new());
            }
            let notices = self.read_notices()?;
            // Known only once it is read: a look that fails is made again.
            self.version = version;
            Ok(notices)
        });
        match looked {
            Ok(notices) => self.ears.elsewhere(&notices),
            Err(error) => tracing::warn!(%error, "cannot tell whether another process has written"),
        }
    }

    fn read_notices(&mut self) -> Result<Vec<Notice>, Fault> {
        let mut tx = Transaction::new(&mut self.engine);
        let Some(read) = &mut self.read else {
            return Ok(vec![Notice::Everything]);
        };
        let before = read.last();
        let notices = read.next(&mut tx)?;
        Ok(if read.last() == before {
            vec![Notice::Everything]
        } else {
            notices
        })
    }

    /// Commits a batch, tells the audience and then each change.
    fn keep(&mut self, mut batch: Batch) {
        let begun = Instant::now();
        match self.attempt(&mut batch) {
            Commit::Kept(bytes, outcomes, announced) => {
                self.counts.kept(batch.len(), begun.elapsed());
                self.reach.set(None);
                self.ears.tell(&announced);
                finish_all(batch, outcomes);
                if self.log.is_due(bytes, false, Instant::now()) {
                    self.write_back(bytes);
                }
            }
            Commit::Failed(fault) => {
                self.counts.undone(Undone::Failed);
                fail_all(batch, &self.met(fault.into()));
            }
            Commit::TakenBack(error) => {
                self.counts.undone(Undone::TakenBack);
                if batch.len() == 1 {
                    return fail_all(batch, &self.met(error));
                }
                // One of them was wrong and its neighbours were not: each gets a transaction of its own.
                batch.into_iter().for_each(|change| self.keep(vec![change]));
            }
        }
    }

    /// What went wrong, as those hear it who asked; whoever asks whether the store is well hears of what stays in the way.
    fn met(&self, error: Error) -> Error {
        let Error::Failed(fault) = error else {
            return error;
        };
        let fault = self
            .place
            .as_ref()
            .map_or_else(|| fault.clone(), |place| place.explain(fault.clone()));
        if let Fault::Hindered(..) = &fault {
            self.reach.set(Some(fault.clone()));
        }
        fault.into()
    }

    /// Begins to write. Another process that writes is waited for; one that has held the database for that long before is
    /// asked once.
    fn begin(&mut self) -> Result<(), Fault> {
        let is_known = self.reach.check().is_err();
        let tries = if is_known {
            1
        } else {
            self.patience.as_millis().div_ceil(TRY.as_millis())
        };
        let mut tried = 0;
        loop {
            tried += 1;
            match self.engine.begin() {
                Err(fault @ Fault::Hindered(Hindrance::Locked, _)) => {
                    if u128::from(tried) >= tries {
                        return Err(fault);
                    }
                    if tried == TOLD_AFTER {
                        self.reach.set(Some(fault));
                    }
                }
                begun => return begun,
            }
        }
    }

    fn attempt(&mut self, batch: &mut Batch) -> Commit {
        if let Err(fault) = self.check_place().and_then(|_| self.begin()) {
            return Commit::Failed(fault);
        }
        // Nobody else can write until our commit: what it announces is heard by who may hear it then.
        self.look_elsewhere();
        let running = Running {
            notes: self.opener == Opener::Command,
            ..Running::default()
        };
        match run_all(&mut self.engine, batch, running) {
            // Once it is committed: what was put into a file that nobody finds again is not kept.
            Ok((outcomes, announced)) => match self.engine.commit().and_then(|()| self.check_place()) {
                Ok(bytes) => Commit::Kept(bytes, outcomes, announced),
                Err(fault) => {
                    // Of what stays in the way those are told who ask whether the store is well.
                    if !matches!(fault, Fault::Hindered(..)) {
                        tracing::error!(%fault, changes = outcomes.len(), "a commit failed");
                    }
                    self.roll_back();
                    Commit::Failed(fault)
                }
            },
            Err(stopped) => {
                self.roll_back();
                Commit::TakenBack(stopped.error)
            }
        }
    }

    fn roll_back(&mut self) {
        if let Err(fault) = self.engine.roll_back() {
            tracing::error!(%fault, "a transaction could not be taken back");
        }
    }

    fn write_back(&mut self, bytes: u64) {
        let done = self.engine.checkpoint().unwrap_or_else(|fault| {
            tracing::debug!(%fault, "the write-ahead log could not be written back");
            false
        });
        self.log.tried(bytes, done, Instant::now());
    }

    fn wait_for_others(&self, most: Duration) {
        if let Err(fault) = self.engine.wait_for_others(most) {
            tracing::warn!(%fault, "cannot say how long to wait for other processes");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::open::in_memory;
    use beseda_core::error::Refusal;
    use beseda_core::ports::{Audience, Tx};
    use beseda_core::words::{
        Event, Head, Heard, NewPerson, Person, PersonId, Receipts, Role, RoomId, RoomKind, RoomName, Seq,
    };
    use parking_lot::Mutex;
    use std::sync::Arc;
    use uuid::Uuid;

    type Outcomes = Arc<Mutex<Vec<(i64, Outcome)>>>;

    /// Puts a person with a name of so many bytes, and says so; without a name it is an error after all.
    struct Put(i64, usize, Outcomes);

    impl Change for Put {
        fn run(&mut self, tx: &mut dyn Tx) -> Outcome {
            let person = Person {
                first_name: "x".repeat(self.1),
                ..Person::new(PersonId(self.0), Role::User)
            };
            tx.announce(Event {
                room: RoomName {
                    id: RoomId(0),
                    uuid: Uuid::nil(),
                    kind: RoomKind::Order,
                },
                head: Head(self.0),
                heard: Heard::Changed,
                key: "".into(),
                receipts: Receipts(0),
                seq: Seq(0),
            });
            for id in [self.0, 100, self.0] {
                tx.announce_person(PersonId(id));
            }
            if self.1 == 0 {
                return Err(Refusal::NotAllowed.into());
            }
            Ok(tx.put_person(&NewPerson::from(person))?)
        }

        fn done(self: Box<Self>, outcome: Outcome) {
            self.2.lock().push((self.0, outcome));
        }
    }

    /// The heads that it heard, and who changed as negative numbers.
    #[derive(Default)]
    struct Ear(Mutex<Vec<i64>>);

    impl Audience for Ear {
        fn hear(&self, events: &[Event]) {
            self.0.lock().extend(events.iter().map(|event| event.head.0));
        }

        fn people_changed(&self, people: &[PersonId]) {
            self.0.lock().extend(people.iter().map(|person| -person.0));
        }
    }

    /// Commits each batch of (number, bytes): the outcomes, the numbers heard and the numbers kept.
    fn keep(set_up: &str, batches: &[&[(i64, usize)]]) -> (Vec<(i64, Outcome)>, Vec<i64>, Vec<i64>) {
        let conn = in_memory();
        conn.execute_batch(set_up).unwrap();
        let ear = Arc::new(Ear::default());
        let ears = Ears::default();
        ears.set(Arc::clone(&ear) as Arc<dyn Audience>);
        let options = Options {
            opener: Opener::Server,
            ..Options::at("nowhere")
        };
        let mut writer = Writer::new(&conn, ears, &options, None, Reach::default(), Counts::default());
        let outcomes = Outcomes::default();
        for batch in batches {
            let change =
                |&(id, bytes): &(i64, usize)| Box::new(Put(id, bytes, Arc::clone(&outcomes))) as Box<dyn Change>;
            writer.keep(batch.iter().map(change).collect());
        }
        let mut people = conn.prepare("SELECT id FROM people ORDER BY id").unwrap();
        let kept = people
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let heard = ear.0.lock().clone();
        (outcomes.lock().clone(), heard, kept)
    }

    #[test]
    fn a_disk_without_room_for_one_change_keeps_its_neighbours() {
        let (outcomes, heard, kept) = keep("PRAGMA max_page_count = 100", &[&[(1, 9), (2, 900_000), (3, 9)]]);
        assert_eq!(outcomes[0], (1, Ok(())));
        assert!(matches!(
            &outcomes[1],
            (2, Err(Error::Failed(Fault::Hindered(Hindrance::DiskFull, _))))
        ));
        assert_eq!(outcomes[2], (3, Ok(())));
        assert_eq!((heard, kept), (vec![-1, -100, 1, -3, -100, 3], vec![1, 3]));
    }

    #[test]
    fn nothing_is_acked_or_heard_when_the_commit_fails() {
        let late = "CREATE TABLE late (id INTEGER REFERENCES rooms (id) DEFERRABLE INITIALLY DEFERRED);
            CREATE TRIGGER break_commit AFTER INSERT ON people WHEN new.id = 13
            BEGIN INSERT INTO late VALUES (999); END;";
        let (outcomes, heard, kept) = keep(late, &[&[(1, 9), (13, 9), (3, 9)], &[(4, 9)]]);
        let failed = |(_, outcome): &(i64, Outcome)| matches!(outcome, Err(Error::Failed(Fault::Store(_))));
        assert_eq!(outcomes.len(), 4);
        assert!(outcomes[..3].iter().all(failed), "{outcomes:?}");
        assert_eq!(outcomes[3], (4, Ok(())), "the next batch is none the worse");
        assert_eq!((heard, kept), (vec![-4, -100, 4], vec![4]));
    }

    #[test]
    fn a_commit_tells_of_each_person_once_before_its_events_and_of_nobody_from_a_refused_change() {
        let (outcomes, heard, kept) = keep("", &[&[(1, 9), (2, 0), (3, 9)]]);
        assert_eq!(outcomes[1], (2, Err(Refusal::NotAllowed.into())));
        assert_eq!((heard, kept), (vec![-1, -100, -3, 1, 3], vec![1, 3]));
    }
}
