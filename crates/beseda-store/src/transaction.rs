//! A transaction as a rule sees it: statements over one connection, and what it announces.

use beseda_core::error::Fault;
use beseda_core::words::{Event, PersonId};
use rusqlite::{Connection, OptionalExtension, Params, Row};

/// A transaction that somebody else began and will end. Readers hold one too, and only look.
pub(crate) struct Transaction<'c> {
    conn: &'c Connection,
    events: Vec<Event>,
    people: Vec<PersonId>,
    wrote: bool,
}

/// A place in a transaction to go back to.
pub(crate) struct Mark {
    events: usize,
    people: usize,
}

/// What a commit makes known.
#[derive(Default)]
pub(crate) struct Announced {
    /// In the order in which it was announced.
    pub(crate) events: Vec<Event>,
    /// Who may do something else now, each once.
    pub(crate) people: Vec<PersonId>,
}

impl<'c> Transaction<'c> {
    pub(crate) fn new(conn: &'c Connection) -> Self {
        Self {
            conn,
            events: Vec::new(),
            people: Vec::new(),
            wrote: false,
        }
    }

    /// A job begins: nothing of its own is written or announced yet.
    pub(crate) fn mark(&mut self) -> Mark {
        self.wrote = false;
        Mark {
            events: self.events.len(),
            people: self.people.len(),
        }
    }

    /// Whether anything was written since the mark.
    pub(crate) fn wrote(&self) -> bool {
        self.wrote
    }

    /// Forgets what was announced since the mark.
    pub(crate) fn hush(&mut self, mark: &Mark) {
        self.events.truncate(mark.events);
        self.people.truncate(mark.people);
    }

    /// Everything that was announced.
    pub(crate) fn into_announced(self) -> Announced {
        Announced {
            events: self.events,
            people: self.people,
        }
    }

    pub(crate) fn push_event(&mut self, event: Event) {
        self.events.push(event);
    }

    pub(crate) fn push_person(&mut self, person: PersonId) {
        if !self.people.contains(&person) {
            self.people.push(person);
        }
    }

    /// The first row, if there is one.
    pub(crate) fn one<T>(
        &self,
        sql: &str,
        values: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, Fault> {
        let mut statement = self.conn.prepare_cached(sql).map_err(fault)?;
        statement.query_row(values, read).optional().map_err(fault)
    }

    /// Every row.
    pub(crate) fn all<T>(
        &self,
        sql: &str,
        values: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, Fault> {
        let mut statement = self.conn.prepare_cached(sql).map_err(fault)?;
        let rows = statement.query_map(values, read).map_err(fault)?;
        rows.collect::<rusqlite::Result<_>>().map_err(fault)
    }

    /// How many rows were changed.
    pub(crate) fn write(&mut self, sql: &str, values: impl Params) -> Result<usize, Fault> {
        let mut statement = self.conn.prepare_cached(sql).map_err(fault)?;
        let rows = statement.execute(values).map_err(fault)?;
        self.wrote |= rows > 0;
        Ok(rows)
    }

    /// The number that a new row was given; `None` where a row stood in its way.
    pub(crate) fn insert(&mut self, sql: &str, values: impl Params) -> Result<Option<i64>, Fault> {
        self.returning(sql, values, |row| row.get(0))
    }

    /// The row that was written or deleted; `None` where there was nothing to do.
    pub(crate) fn returning<T>(
        &mut self,
        sql: &str,
        values: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, Fault> {
        let row = self.one(sql, values, read)?;
        self.wrote |= row.is_some();
        Ok(row)
    }
}

/// What SQLite says never holds a bound value, so no message or token comes into the log with it.
pub(crate) fn fault(error: rusqlite::Error) -> Fault {
    Fault::Store(error.to_string())
}
