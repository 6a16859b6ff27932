//! A transaction as a rule sees it: statements on some database, and what it announces.

mod gathered;

use crate::at_hand::AtHand;
use crate::engine::{Engine, Go, Row, Value, values};
use crate::statements::{self as sql, Statement};
use crate::told::{Batch, Outcome};
use beseda_core::error::{Error, Fault};
use beseda_core::ports::{Change, Glance, Lane, Tx};
use beseda_core::words::{Event, NewMessage, PersonId, Place, RoomId};
use gathered::Gathered;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A transaction that somebody else began and will end. Readers hold one too, and only look.
pub(crate) struct Transaction<'e> {
    engine: &'e mut dyn Engine,
    announced: Announced,
    foreseen: Vec<Foreseen>,
    gathered: Gathered,
    /// Whether the change that runs has written something, and whether any did.
    wrote: bool,
    has_written: bool,
    /// Whether the transaction is still to be counted, where nobody else counts them.
    uncounted: bool,
    /// Whether the change that runs has written what is not in the places that were foreseen.
    outdated: bool,
    /// Whether this is one snapshot, to which nobody writes: all that is read was committed.
    pub(crate) only_looks: bool,
}

/// A place that was looked at for a change which is still to run: whose, and what is there.
pub(crate) type Foreseen = ((RoomId, PersonId), Option<Place>);

/// What a commit makes known.
#[derive(Default)]
pub(crate) struct Announced {
    /// In the order in which it was announced.
    pub(crate) events: Vec<Event>,
    /// Who may do something else now, each once.
    pub(crate) people: Vec<PersonId>,
    /// Whether that may be anybody.
    pub(crate) everybody: bool,
    /// Whether there are new jobs.
    pub(crate) jobs: bool,
    /// The rooms whose cases are other ones, each once.
    pub(crate) cases: Vec<RoomId>,
}

impl<'e> Transaction<'e> {
    pub(crate) fn new(engine: &'e mut dyn Engine) -> Self {
        Self {
            engine,
            announced: Announced::default(),
            foreseen: Vec::new(),
            gathered: Gathered::default(),
            wrote: false,
            has_written: false,
            uncounted: false,
            outdated: false,
            only_looks: false,
        }
    }

    /// What is kept of what was read before over this connection.
    pub(crate) fn at_hand(&mut self) -> &mut AtHand {
        self.engine.at_hand()
    }

    /// Runs a change: its outcome where the transaction can go on, and the error where it must be taken back.
    pub(crate) fn run(&mut self, change: &mut dyn Change) -> Result<Result<(), Error>, Error> {
        self.wrote = false;
        self.outdated = false;
        let announced = (self.announced.events.len(), self.announced.people.len());
        let (everybody, jobs) = (self.announced.everybody, self.announced.jobs);
        let cases = self.announced.cases.len();
        let outcome = catch_unwind(AssertUnwindSafe(|| change.run(self)));
        let Ok(outcome) = outcome else {
            tracing::error!("a rule panicked; what it wrote is taken back");
            return Err(Fault::Internal("a rule panicked".to_owned()).into());
        };
        if outcome.is_err() {
            self.announced.events.truncate(announced.0);
            self.announced.people.truncate(announced.1);
            self.announced.everybody = everybody;
            self.announced.jobs = jobs;
            self.announced.cases.truncate(cases);
        }
        if !self.engine.can_go_on() || self.gathered.sent_before {
            let lost = || Fault::Store("the transaction was lost".to_owned()).into();
            return Err(outcome.err().unwrap_or_else(lost));
        }
        match outcome {
            Err(error) if self.wrote => Err(error),
            outcome => Ok(outcome),
        }
    }

    /// Looks at the places that changes will look at first, all at once, where each look is a way to a server and back.
    /// With `gathers`, what they send there is kept all at once too.
    fn foresee(&mut self, batch: &Batch, gathers: bool) -> Result<(), Fault> {
        let place_of = |lane| match lane {
            Lane::Place(room, person) => Some((room, person)),
            Lane::Any | Lane::Room(_) | Lane::Named(_) => None,
        };
        let lanes = batch.iter().map(|change| change.lane());
        let mut wanted: Vec<_> = lanes.filter_map(place_of).collect();
        wanted.sort_unstable();
        wanted.dedup();
        if wanted.len() > 1 && self.engine.is_remote() {
            self.foreseen = self.places_of(&wanted)?;
            if gathers {
                self.begin_to_gather(batch.len())?;
            }
        }
        Ok(())
    }

    /// What was foreseen of a place, for the first who asks before they write.
    pub(crate) fn take_foreseen(&mut self, room: RoomId, person: PersonId) -> Option<Option<Place>> {
        if self.wrote {
            return None;
        }
        let found = self.foreseen.iter().position(|(of, _)| *of == (room, person))?;
        Some(self.foreseen.swap_remove(found).1)
    }

    /// What is foreseen of a room once a message was gathered there. Its sender's own place is not: it was looked at.
    fn foresee_message(&mut self, new: &NewMessage) {
        self.mark_written();
        let places = self.foreseen.iter_mut().filter_map(|(_, place)| place.as_mut());
        for place in places.filter(|place| place.room.id == new.room) {
            place.room.seq = new.seq;
            place.room.shown = new.seq;
            place.room.head = new.head;
            place.room.updated_at = new.created_at;
        }
    }

    /// What a change that has run may have made wrong is foreseen no more.
    fn forget_foreseen(&mut self, lane: Lane) {
        match lane.room() {
            _ if !self.outdated => {}
            Some(room) => self.foreseen.retain(|((other, _), _)| *other != room),
            None => self.foreseen.clear(),
        }
    }

    /// Runs a glance; a panic is a fault of its own.
    pub(crate) fn look(&mut self, glance: &mut dyn Glance) -> Result<(), Error> {
        self.only_looks = true;
        let outcome = catch_unwind(AssertUnwindSafe(|| glance.run(self)));
        outcome.unwrap_or_else(|_| {
            tracing::error!("a rule that reads panicked");
            Err(Fault::Internal("a rule that reads panicked".to_owned()).into())
        })
    }

    /// Announces that the case of a room is another one.
    pub(crate) fn announce_case(&mut self, room: RoomId) {
        if !self.announced.cases.contains(&room) {
            self.announced.cases.push(room);
        }
    }

    /// Announces that there are new jobs.
    pub(crate) fn announce_jobs(&mut self) {
        self.announced.jobs = true;
    }

    /// What was announced until now.
    pub(crate) fn announced(&self) -> &Announced {
        &self.announced
    }

    /// Everything that was announced.
    pub(crate) fn into_announced(self) -> Announced {
        self.announced
    }

    /// Whether anything was written by anybody.
    pub(crate) fn has_written(&self) -> bool {
        self.has_written
    }

    /// Whether each statement is a way to a server and back, as [`Engine::is_remote`] says.
    pub(crate) fn is_remote(&self) -> bool {
        self.engine.is_remote()
    }

    /// The first row, if there is one.
    pub(crate) fn one<T>(
        &mut self,
        sql: &'static Statement,
        values: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        let mut first = None;
        self.keep_gathered()?;
        self.engine.query(sql, values, &mut |row| {
            first = Some(read(row)?);
            Ok(Go::NoFurther)
        })?;
        Ok(first)
    }

    /// Every row.
    pub(crate) fn all<T>(
        &mut self,
        sql: &'static Statement,
        values: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        let mut all = Vec::new();
        self.keep_gathered()?;
        self.engine.query(sql, values, &mut |row| {
            all.push(read(row)?);
            Ok(Go::On)
        })?;
        Ok(all)
    }

    /// How many rows were changed.
    pub(crate) fn write(&mut self, sql: &'static Statement, values: &[Value<'_>]) -> Result<u64, Fault> {
        self.keep_gathered()?;
        self.count_transaction()?;
        let rows = self.engine.execute(sql, values)?;
        self.wrote(rows > 0);
        Ok(rows)
    }

    /// The number that a new row was given; `None` where a row stood in its way.
    pub(crate) fn insert(&mut self, sql: &'static Statement, values: &[Value<'_>]) -> Result<Option<i64>, Fault> {
        self.returning(sql, values, |row| row.get(0))
    }

    /// The row that was written or deleted; `None` where there was nothing to do.
    pub(crate) fn returning<T>(
        &mut self,
        sql: &'static Statement,
        values: &[Value<'_>],
        read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        self.count_transaction()?;
        let row = self.one(sql, values, read)?;
        self.wrote(row.is_some());
        Ok(row)
    }

    /// Counts the transaction before it writes: what it changes has its number. PostgreSQL numbers its own.
    fn count_transaction(&mut self) -> Result<(), Fault> {
        if std::mem::take(&mut self.uncounted) {
            self.engine.execute(sql::TICKS_COUNT, values![])?;
        }
        Ok(())
    }

    fn wrote(&mut self, something: bool) {
        if something {
            self.outdated = true;
            self.mark_written();
        }
    }

    fn mark_written(&mut self) {
        self.wrote = true;
        self.has_written = true;
    }
}

/// How a batch is run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Running {
    /// Others are told of what is changed here.
    pub(crate) notes: bool,
    /// What its changes send is gathered and kept at once: every one of them stands on one room.
    pub(crate) gathers: bool,
}

/// Why all of a batch must be taken back.
pub(crate) struct Stopped {
    /// Which change met it.
    pub(crate) place: usize,
    pub(crate) error: Error,
    /// What was gathered holds a message that was sent before. Run without gathering, its change finds the first one.
    pub(crate) sent_before: bool,
}

/// Runs a batch: what each came to and what they announced.
pub(crate) fn run_all(
    engine: &mut dyn Engine,
    batch: &mut Batch,
    running: Running,
) -> Result<(Vec<Outcome>, Announced), Stopped> {
    let mut tx = Transaction::new(engine);
    match run_each(&mut tx, batch, running) {
        Ok(outcomes) => Ok((outcomes, tx.into_announced())),
        Err((place, error)) => Err(Stopped {
            place,
            error,
            sent_before: tx.gathered.sent_before,
        }),
    }
}

fn run_each(tx: &mut Transaction<'_>, batch: &mut Batch, running: Running) -> Result<Vec<Outcome>, (usize, Error)> {
    // Whichever of them is in its way: half of them each find out.
    let somebody = batch.len() / 2;
    let of_somebody = |fault: Fault| (somebody, fault.into());
    tx.uncounted = !tx.is_remote();
    tx.foresee(batch, running.gathers).map_err(of_somebody)?;
    let mut outcomes = Vec::with_capacity(batch.len());
    for (place, change) in batch.iter_mut().enumerate() {
        let outcome = tx.run(change.as_mut()).map_err(|error| (place, error))?;
        tx.forget_foreseen(change.lane());
        outcomes.push(outcome);
    }
    tx.keep_gathered().map_err(of_somebody)?;
    if running.notes {
        tx.note().map_err(|fault| (0, fault.into()))?;
    }
    Ok(outcomes)
}

impl Tx for Transaction<'_> {
    fn announce(&mut self, event: Event) {
        self.announced.events.push(event);
    }

    fn announce_person(&mut self, person: PersonId) {
        if !self.announced.people.contains(&person) {
            self.announced.people.push(person);
        }
    }

    fn announce_everybody(&mut self) {
        self.announced.everybody = true;
    }
}
