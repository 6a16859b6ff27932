//! A transaction as a rule sees it: statements over one connection, and what it announces.

use beseda_core::error::Fault;
use beseda_core::words::Event;
use rusqlite::{Connection, OptionalExtension, Params, Row};

/// A transaction that somebody else began and will end. Readers hold one too, and only look.
pub(crate) struct Transaction<'c> {
    conn: &'c Connection,
    events: Vec<Event>,
    wrote: bool,
}

/// A place in a transaction to go back to.
pub(crate) struct Mark(usize);

impl<'c> Transaction<'c> {
    pub(crate) fn new(conn: &'c Connection) -> Self {
        Self {
            conn,
            events: Vec::new(),
            wrote: false,
        }
    }

    /// A job begins: nothing of its own is written or announced yet.
    pub(crate) fn mark(&mut self) -> Mark {
        self.wrote = false;
        Mark(self.events.len())
    }

    /// Whether anything was written since the mark.
    pub(crate) fn wrote(&self) -> bool {
        self.wrote
    }

    /// Forgets what was announced since the mark.
    pub(crate) fn hush(&mut self, mark: &Mark) {
        self.events.truncate(mark.0);
    }

    /// Everything that was announced, in order.
    pub(crate) fn into_events(self) -> Vec<Event> {
        self.events
    }

    pub(crate) fn push_event(&mut self, event: Event) {
        self.events.push(event);
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
        let id = self.one(sql, values, |row| row.get(0))?;
        self.wrote |= id.is_some();
        Ok(id)
    }
}

/// What SQLite says never holds a bound value, so no message or token comes into the log with it.
pub(crate) fn fault(error: rusqlite::Error) -> Fault {
    Fault::Store(error.to_string())
}
