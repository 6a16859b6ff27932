//! A SQLite file becomes a PostgreSQL database, in one transaction: all of it or nothing.

use super::restore::put_life;
use super::rows::{Table, cell, rows_of, tables};
use super::{BackupError, Step, Told, patterns};
use crate::engine::postgres::{Begin, PostgresEngine};
use crate::engine::sqlite::SqliteEngine;
use crate::engine::values;
use crate::migrations::{self, POSTGRES};
use crate::postgres::PostgresError;
use crate::postgres::open::Address;
use crate::statements as sql;
use crate::transaction::Transaction;
use beseda_core::error::Fault;
use rusqlite::Connection;

/// After how many rows it is told how far it is.
const ROWS_A_STEP: u64 = 5_000;

/// A transaction over a database of PostgreSQL that nobody serves meanwhile.
pub(super) struct Loaded {
    engine: PostgresEngine,
    /// Of what was loaded, as SQLite counts.
    version: i64,
}

impl Loaded {
    /// Begins, where nobody serves the database. What of ours is in it goes aside, into a schema named by this time, if that
    /// may be; of an empty one nothing is kept.
    pub(super) fn begin(address: &Address, time: &str, may_replace: bool) -> Result<Self, BackupError> {
        let mut engine = address.connect_to_ours()?;
        let alone = Transaction::new(&mut engine).one(sql::SERVERS_ALONE, values![], |row| row.get::<bool>(0))?;
        if alone != Some(true) {
            return Err(PostgresError::Served(address.to_string()).into());
        }
        engine.begin(Begin::Migrating)?;
        let holds = holds_something(&mut engine)?;
        if holds && !may_replace {
            return Err(BackupError::DatabaseOccupied(address.to_string()));
        }
        let aside = aside_of(&mut engine, time)?;
        put_aside(&mut engine, &aside)?;
        if !holds {
            engine.script(&patterns::DROP_ASIDE.with(&[("aside", &aside)]))?;
        }
        Ok(Self { engine, version: 0 })
    }

    /// Makes the tables of the file's version, and copies every row.
    pub(super) fn fill(&mut self, from: &Connection, told: &mut Told<'_>) -> Result<(), BackupError> {
        self.version = migrations::version(&mut SqliteEngine::new(from))?.unwrap_or_default();
        let version = self.version - migrations::BEFORE_POSTGRES;
        if version < 1 {
            return Err(BackupError::TooOld);
        }
        migrations::apply(&mut self.engine, migrations::up_to(POSTGRES, version))?;
        let mut done = 0;
        for table in tables(from)? {
            let loaded = self.copy(from, &table, &mut |rows| {
                done += rows;
                told(Step::Database { done, all: None });
            });
            loaded.map_err(|fault| BackupError::Database(format!("the table {}: {fault}", table.name)))?;
            self.go_on_counting(from, &table)?;
        }
        Ok(self.engine.script(&patterns::KEEP_MESSAGE_IDS.with(&[]))?)
    }

    fn copy(&mut self, from: &Connection, table: &Table, told: &mut dyn FnMut(u64)) -> Result<(), Fault> {
        let list = table.list();
        let read = patterns::READ.with(&[("table", &table.name), ("columns", &list)]);
        let mut loading = self.engine.load(&table.name, &list)?;
        let mut rows = 0;
        rows_of(from, &read, &mut |values| {
            loading.row(values)?;
            rows += 1;
            if rows == ROWS_A_STEP {
                told(rows);
                rows = 0;
            }
            Ok(())
        })?;
        told(rows);
        loading.finish().map(drop)
    }

    /// No number that was given is given again, where the table gives them.
    fn go_on_counting(&mut self, from: &Connection, table: &Table) -> Result<(), Fault> {
        let name = &table.name;
        let mut given: i64 = 0;
        if table.counts_up {
            rows_of(from, &patterns::GIVEN.over(name), &mut |row| {
                given = cell(row, 0)?;
                Ok(())
            })?;
        }
        if !table.columns.iter().any(|column| column == "id") {
            return Ok(());
        }
        let keep = patterns::KEEP_GIVEN_POSTGRES.with(&[("table", name), ("given", &given.to_string())]);
        self.engine.script(&keep)
    }

    /// Begins another life of the database, and keeps everything.
    pub(super) fn commit(mut self, epoch: i64) -> Result<(), BackupError> {
        put_life(&mut self.engine, self.version, epoch)?;
        Ok(self.engine.commit()?)
    }
}

/// Whether somebody or something is in a database; one that has our tables and nothing in them is empty.
fn holds_something(engine: &mut PostgresEngine) -> Result<bool, Fault> {
    if migrations::version(engine)?.is_none() {
        return Ok(false);
    }
    let mut found = false;
    engine.stream(sql::WHOLE_ANYBODY.postgres, &mut |row| {
        found = cell(row, 0)?;
        Ok(())
    })?;
    Ok(found)
}

/// Schemas of several servers may stand in one database: each has its own beside it.
fn aside_of(engine: &mut PostgresEngine, time: &str) -> Result<String, Fault> {
    let mut aside = String::new();
    engine.stream(&patterns::SCHEMA.with(&[]), &mut |row| {
        let ours: String = cell(row, 0)?;
        aside = format!("{ours}_before_{}", time.to_lowercase());
        Ok(())
    })?;
    Ok(aside)
}

fn put_aside(engine: &mut PostgresEngine, aside: &str) -> Result<(), Fault> {
    let mut steps = vec![patterns::MAKE_ASIDE.with(&[("aside", aside)])];
    engine.stream(&patterns::THINGS.with(&[]), &mut |row| {
        let (kind, name): (String, String) = (cell(row, 0)?, cell(row, 1)?);
        steps.push(patterns::MOVE_ASIDE.with(&[("kind", &kind), ("table", &name), ("aside", aside)]));
        Ok(())
    })?;
    if steps.len() == 1 {
        return Ok(());
    }
    engine.script(&steps.join(";\n"))
}
