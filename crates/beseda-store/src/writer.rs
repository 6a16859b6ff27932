//! The one thread that writes: everything that is queued goes into one commit.

use crate::transaction::{Announced, Transaction, fault};
use beseda_core::error::{Error, Fault};
use beseda_core::ports::{Audience, Job};
use beseda_core::words::Notice;
use rusqlite::Connection;
use std::cell::Cell;
use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// How many jobs go into one commit at most; more would only make the first of them wait.
const BATCH: usize = 256;
/// After how long without work the log is looked at, and what others have written.
const IDLE: Duration = Duration::from_secs(1);
/// From how many bytes on the log is written back while there is nothing else to do.
const LARGE_WAL: u64 = 4 * 1024 * 1024;

type Batch = Vec<Box<dyn Job>>;
type Outcome = Result<(), Error>;

/// The audience, once there is one: the store is opened before anybody can listen.
pub(crate) type Ears = Arc<OnceLock<Arc<dyn Audience>>>;

pub(crate) struct Writer {
    conn: Connection,
    ears: Ears,
    wal: PathBuf,
    /// What `data_version` was when last asked.
    version: Cell<i64>,
}

/// What became of a batch.
enum Commit {
    /// It was committed, with what each job came to and what was announced.
    Kept(Vec<Outcome>, Announced),
    /// A job went wrong after it had written, so everything was taken back.
    TakenBack(Error),
    /// There is no commit, whoever's fault it was.
    Failed(Fault),
}

impl Writer {
    pub(crate) fn new(conn: Connection, ears: Ears, path: &Path) -> Self {
        let mut wal = OsString::from(path);
        wal.push("-wal");
        Self {
            conn,
            ears,
            wal: wal.into(),
            version: Cell::new(0),
        }
    }

    /// Takes jobs until nobody can hand any over, and finishes those that are queued then.
    pub(crate) fn run(self, jobs: &Receiver<Box<dyn Job>>) {
        loop {
            match jobs.recv_timeout(IDLE) {
                Ok(first) => {
                    let mut batch = vec![first];
                    batch.extend(jobs.try_iter().take(BATCH - 1));
                    self.keep(batch);
                }
                Err(RecvTimeoutError::Timeout) => self.rest(),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.checkpoint("TRUNCATE");
    }

    /// What is done while there is no work.
    fn rest(&self) {
        self.look_elsewhere();
        if std::fs::metadata(&self.wal).is_ok_and(|log| log.len() >= LARGE_WAL) {
            // Not TRUNCATE: that one waits for readers, and jobs would wait with it.
            self.checkpoint("PASSIVE");
        }
    }

    /// Tells the audience when another process has committed. SQLite's `data_version` changes with the commits of
    /// every connection but the one that asks.
    fn look_elsewhere(&self) {
        let version = self.conn.prepare_cached("PRAGMA data_version");
        let version = version.and_then(|mut asked| asked.query_row([], |row| row.get(0)));
        match version {
            Ok(version) if version == self.version.replace(version) => {}
            Ok(_) => {
                if let Some(audience) = self.ears.get() {
                    audience.changed_elsewhere(&[Notice::Everything]);
                }
            }
            Err(error) => tracing::warn!(%error, "cannot tell whether another process has written"),
        }
    }

    /// Commits a batch, tells the audience and then each job.
    fn keep(&self, mut batch: Batch) {
        match self.attempt(&mut batch) {
            Commit::Kept(outcomes, announced) => {
                self.tell(&announced);
                batch
                    .into_iter()
                    .zip(outcomes)
                    .for_each(|(job, outcome)| finish(job, outcome));
            }
            Commit::Failed(fault) => batch.into_iter().for_each(|job| finish(job, Err(fault.clone().into()))),
            Commit::TakenBack(error) if batch.len() == 1 => {
                batch.into_iter().for_each(|job| finish(job, Err(error.clone())));
            }
            // One of them was wrong and its neighbours were not: each gets a transaction of its own.
            Commit::TakenBack(_) => batch.into_iter().for_each(|job| self.keep(vec![job])),
        }
    }

    fn attempt(&self, batch: &mut Batch) -> Commit {
        if let Err(fault) = self.execute("BEGIN IMMEDIATE") {
            return Commit::Failed(fault);
        }
        // Nobody else can write until our commit: what it announces is heard by who may hear it then.
        self.look_elsewhere();
        let mut tx = Transaction::new(&self.conn);
        let mut outcomes = Vec::with_capacity(batch.len());
        for job in batch {
            match self.run_job(job.as_mut(), &mut tx) {
                Ok(outcome) => outcomes.push(outcome),
                Err(error) => {
                    self.roll_back();
                    return Commit::TakenBack(error);
                }
            }
        }
        if let Err(fault) = self.execute("COMMIT") {
            tracing::error!(%fault, jobs = outcomes.len(), "a commit failed");
            self.roll_back();
            return Commit::Failed(fault);
        }
        Commit::Kept(outcomes, tx.into_announced())
    }

    /// Runs a job: its outcome where the transaction can go on, and the error where it must be taken back.
    fn run_job(&self, job: &mut dyn Job, tx: &mut Transaction<'_>) -> Result<Outcome, Error> {
        let mark = tx.mark();
        let outcome = catch_unwind(AssertUnwindSafe(|| job.run(tx)));
        let Ok(outcome) = outcome else {
            tracing::error!("a rule panicked; what it wrote is taken back");
            return Err(Fault::Internal("a rule panicked".to_owned()).into());
        };
        if outcome.is_err() {
            tx.hush(&mark);
        }
        // A full disk and some other failures end the transaction without being asked to.
        if self.conn.is_autocommit() {
            let lost = || Fault::Store("the transaction was lost".to_owned()).into();
            return Err(outcome.err().unwrap_or_else(lost));
        }
        match outcome {
            Err(error) if tx.wrote() => Err(error),
            outcome => Ok(outcome),
        }
    }

    fn tell(&self, Announced { events, people }: &Announced) {
        let Some(audience) = self.ears.get() else {
            return;
        };
        // Whoever lost their place is not to hear what comes with it.
        let changed = || audience.people_changed(people);
        if !people.is_empty() && catch_unwind(AssertUnwindSafe(changed)).is_err() {
            tracing::error!(people = people.len(), "the audience panicked over people who changed");
        }
        let hear = || audience.hear(events);
        if !events.is_empty() && catch_unwind(AssertUnwindSafe(hear)).is_err() {
            tracing::error!(
                events = events.len(),
                "the audience panicked; what it did not hear is in the store"
            );
        }
    }

    fn execute(&self, sql: &str) -> Result<(), Fault> {
        let run = |sql| self.conn.prepare_cached(sql)?.execute([]);
        run(sql).map(drop).map_err(fault)
    }

    fn roll_back(&self) {
        if self.conn.is_autocommit() {
            return;
        }
        if let Err(fault) = self.execute("ROLLBACK") {
            tracing::error!(%fault, "a transaction could not be taken back");
        }
    }

    fn checkpoint(&self, mode: &str) {
        let asked = self
            .conn
            .query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |_| Ok(()));
        if let Err(error) = asked {
            tracing::warn!(%error, "the write-ahead log could not be written back");
        }
    }
}

fn finish(job: Box<dyn Job>, outcome: Outcome) {
    if catch_unwind(AssertUnwindSafe(|| job.done(outcome))).is_err() {
        tracing::error!("somebody panicked over the outcome of their job");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open::in_memory;
    use beseda_core::error::Refusal;
    use beseda_core::ports::Tx;
    use beseda_core::words::{Event, Head, Heard, NewPerson, Person, PersonId, Role, RoomId, RoomKind, RoomName};
    use std::sync::Mutex;
    use uuid::Uuid;

    type Outcomes = Arc<Mutex<Vec<(i64, Outcome)>>>;

    /// Puts a person with a name of so many bytes, and says so; without a name it is an error after all.
    struct Put(i64, usize, Outcomes);

    impl Job for Put {
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
            self.2.lock().unwrap().push((self.0, outcome));
        }
    }

    /// The heads that it heard, and who changed as negative numbers.
    #[derive(Default)]
    struct Ear(Mutex<Vec<i64>>);

    impl Audience for Ear {
        fn hear(&self, events: &[Event]) {
            self.0.lock().unwrap().extend(events.iter().map(|event| event.head.0));
        }

        fn people_changed(&self, people: &[PersonId]) {
            self.0.lock().unwrap().extend(people.iter().map(|person| -person.0));
        }
    }

    /// Commits each batch of (number, bytes): the outcomes, the numbers heard and the numbers kept.
    fn keep(set_up: &str, batches: &[&[(i64, usize)]]) -> (Vec<(i64, Outcome)>, Vec<i64>, Vec<i64>) {
        let conn = in_memory();
        conn.execute_batch(set_up).unwrap();
        let ear = Arc::new(Ear::default());
        let ears = Ears::default();
        assert!(ears.set(Arc::clone(&ear) as Arc<dyn Audience>).is_ok());
        let writer = Writer::new(conn, ears, Path::new("nowhere"));
        let outcomes = Outcomes::default();
        for batch in batches {
            let job = |&(id, bytes): &(i64, usize)| Box::new(Put(id, bytes, Arc::clone(&outcomes))) as Box<dyn Job>;
            writer.keep(batch.iter().map(job).collect());
        }
        let mut people = writer.conn.prepare("SELECT id FROM people ORDER BY id").unwrap();
        let kept = people
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let heard = ear.0.lock().unwrap().clone();
        (outcomes.lock().unwrap().clone(), heard, kept)
    }

    #[test]
    fn a_disk_without_room_for_one_job_keeps_its_neighbours() {
        let (outcomes, heard, kept) = keep("PRAGMA max_page_count = 100", &[&[(1, 9), (2, 900_000), (3, 9)]]);
        assert_eq!(outcomes[0], (1, Ok(())));
        assert!(matches!(&outcomes[1], (2, Err(Error::Failed(Fault::Store(why)))) if why.contains("full")));
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
    fn a_commit_tells_of_each_person_once_before_its_events_and_of_nobody_from_a_refused_job() {
        let (outcomes, heard, kept) = keep("", &[&[(1, 9), (2, 0), (3, 9)]]);
        assert_eq!(outcomes[1], (2, Err(Refusal::NotAllowed.into())));
        assert_eq!((heard, kept), (vec![-1, -100, -3, 1, 3], vec![1, 3]));
    }
}
