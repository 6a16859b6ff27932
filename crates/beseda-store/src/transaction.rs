//! A transaction as a rule sees it: statements on some database, and what it announces.

use crate::engine::{Engine, Go, Row, Value};
use crate::statements::Statement;
use beseda_core::error::{Error, Fault};
use beseda_core::ports::{Change, Tx};
use beseda_core::words::{Event, PersonId};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A transaction that somebody else began and will end. Readers hold one too, and only look.
pub(crate) struct Transaction<'e> {
    engine: &'e mut dyn Engine,
    events: Vec<Event>,
    people: Vec<PersonId>,
    /// Whether the change that runs has written something.
    wrote: bool,
}

/// What a commit makes known.
#[derive(Default)]
pub(crate) struct Announced {
    /// In the order in which it was announced.
    pub(crate) events: Vec<Event>,
    /// Who may do something else now, each once.
    pub(crate) people: Vec<PersonId>,
}

impl<'e> Transaction<'e> {
    pub(crate) fn new(engine: &'e mut dyn Engine) -> Self {
        Self {
            engine,
            events: Vec::new(),
            people: Vec::new(),
            wrote: false,
        }
    }

    /// Runs a change: its outcome where the transaction can go on, and the error where it must be taken back.
    pub(crate) fn run(&mut self, change: &mut dyn Change) -> Result<Result<(), Error>, Error> {
        self.wrote = false;
        let announced = (self.events.len(), self.people.len());
        let outcome = catch_unwind(AssertUnwindSafe(|| change.run(self)));
        let Ok(outcome) = outcome else {
            tracing::error!("a rule panicked; what it wrote is taken back");
            return Err(Fault::Internal("a rule panicked".to_owned()).into());
        };
        if outcome.is_err() {
            self.events.truncate(announced.0);
            self.people.truncate(announced.1);
        }
        if !self.engine.can_go_on() {
            let lost = || Fault::Store("the transaction was lost".to_owned()).into();
            return Err(outcome.err().unwrap_or_else(lost));
        }
        match outcome {
            Err(error) if self.wrote => Err(error),
            outcome => Ok(outcome),
        }
    }

    /// Everything that was announced.
    pub(crate) fn into_announced(self) -> Announced {
        Announced {
            events: self.events,
            people: self.people,
        }
    }

    /// The first row, if there is one.
    pub(crate) fn one<T>(
        &mut self,
        sql: &'static Statement,
        values: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        let mut first = None;
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
        self.engine.query(sql, values, &mut |row| {
            all.push(read(row)?);
            Ok(Go::On)
        })?;
        Ok(all)
    }

    /// How many rows were changed.
    pub(crate) fn write(&mut self, sql: &'static Statement, values: &[Value<'_>]) -> Result<u64, Fault> {
        let rows = self.engine.execute(sql, values)?;
        self.wrote |= rows > 0;
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
        let row = self.one(sql, values, read)?;
        self.wrote |= row.is_some();
        Ok(row)
    }
}

impl Tx for Transaction<'_> {
    fn announce(&mut self, event: Event) {
        self.events.push(event);
    }

    fn announce_person(&mut self, person: PersonId) {
        if !self.people.contains(&person) {
            self.people.push(person);
        }
    }
}
