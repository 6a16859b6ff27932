//! A database becomes one file of SQLite, whatever the engine: page by page from SQLite, row by row from PostgreSQL.

use super::rows::{Snapshot, Table, cell, has_table, tables};
use super::{BackupError, Step, Told, disk, patterns};
use crate::engine::postgres::PostgresEngine;
use crate::engine::sqlite::{SqliteEngine, fault};
use crate::migrations::{self, SQLITE};
use crate::sqlite::open::create_private;
use crate::statements as sql;
use beseda_core::error::Fault;
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, params_from_iter};
use std::path::Path;
use std::thread;
use std::time::Duration;
use tokio::time::Instant;

/// How many pages are copied at once: a mebibyte.
const PAGES: i32 = 256;
/// After how many of these the copy is synced, so that the disk has no mountain to write at the end, before which everybody
/// else's commits would stand.
const STEPS_A_SYNC: u32 = 4;
/// How long to wait where the database is busy.
const BUSY: Duration = Duration::from_millis(5);
/// After how many rows of PostgreSQL's there is a pause, and it is told how far it is.
const ROWS_A_STEP: u64 = 2_000;

/// Copies a snapshot into a new file, which is on the disk when this returns.
pub(super) fn copy(from: &mut Snapshot, to: &Path, told: &mut Told<'_>) -> Result<(), BackupError> {
    create_private(to).map_err(disk::trouble(to))?;
    let copy = match from {
        Snapshot::Sqlite(conn) => pages(conn, to, told)?,
        Snapshot::Postgres(engine) => rows(engine, to, told)?,
    };
    copy.close().map_err(|(_, error)| fault(error))?;
    disk::open(to)?.sync_all().map_err(disk::trouble(to))
}

/// Copies every page, with as long a pause after some as those took: half of a core and half of the disk are others'. It
/// holds one snapshot all the while, or each commit of the server would make it begin anew.
fn pages(from: &Connection, to: &Path, told: &mut Told<'_>) -> Result<Connection, BackupError> {
    let mut copy = Connection::open(to).map_err(fault)?;
    copy.pragma_update(None, "synchronous", "OFF").map_err(fault)?;
    let written = disk::open(to)?;
    let backup = Backup::new(from, &mut copy).map_err(fault)?;
    for steps in 1_u32.. {
        let began = Instant::now();
        let result = backup.step(PAGES).map_err(fault)?;
        if steps.is_multiple_of(STEPS_A_SYNC) {
            written.sync_data().map_err(disk::trouble(to))?;
        }
        let progress = backup.progress();
        let [all, left] = [progress.pagecount, progress.remaining].map(|pages| u64::try_from(pages).unwrap_or(0));
        told(Step::Database {
            done: all.saturating_sub(left),
            all: Some(all),
        });
        match result {
            StepResult::Done => break,
            StepResult::More => pause(began),
            _ => thread::park_timeout(BUSY),
        }
    }
    drop(backup);
    // The file alone is the database, and whoever looks at it leaves nothing beside it.
    copy.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))
        .map_err(fault)?;
    Ok(copy)
}

/// As long as what was done since then took.
pub(super) fn pause(began: Instant) {
    thread::park_timeout(began.elapsed());
}

/// Makes the same tables, and copies every row, with pauses as between pages.
fn rows(from: &mut PostgresEngine, to: &Path, told: &mut Told<'_>) -> Result<Connection, BackupError> {
    let version = migrations::version(from)?.unwrap_or_default() + migrations::BEFORE_POSTGRES;
    let copy = Connection::open(to).map_err(fault)?;
    copy.execute_batch(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA cache_size = -16384; BEGIN",
    )
    .map_err(fault)?;
    migrations::apply(&mut SqliteEngine::new(&copy), migrations::up_to(SQLITE, version))?;
    let written = disk::open(to)?;
    let (mut done, mut steps, mut began) = (0, 0_u32, Instant::now());
    for table in tables(&copy)? {
        copy_rows(from, &copy, &table, &mut |rows| {
            (done, steps) = (done + rows, steps + 1);
            if steps.is_multiple_of(STEPS_A_SYNC) {
                written.sync_data().map_err(|error| Fault::Store(error.to_string()))?;
            }
            told(Step::Database { done, all: None });
            pause(began);
            began = Instant::now();
            Ok(())
        })?;
        if table.counts_up {
            keep_count(from, &copy, &table.name)?;
        }
    }
    copy.execute_batch("COMMIT; PRAGMA journal_mode = DELETE")
        .map_err(fault)?;
    Ok(copy)
}

fn copy_rows(
    from: &mut PostgresEngine,
    copy: &Connection,
    table: &Table,
    told: &mut dyn FnMut(u64) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let (name, list) = (&table.name, table.list());
    let places: Vec<String> = (1..=table.columns.len()).map(|at| format!("?{at}")).collect();
    let places = places.join(", ");
    let insert = patterns::INSERT.with(&[("table", name), ("columns", &list), ("places", &places)]);
    let mut insert = copy.prepare(&insert).map_err(fault)?;
    let mut rows = 0;
    let read = patterns::READ.with(&[("table", name), ("columns", &list)]);
    from.stream(&read, &mut |values| {
        insert.execute(params_from_iter(values)).map_err(fault)?;
        rows += 1;
        if rows == ROWS_A_STEP {
            told(rows)?;
            rows = 0;
        }
        Ok(())
    })?;
    told(rows)
}

/// Keeps the highest number that was ever given, which may be higher than the highest that stands.
fn keep_count(from: &mut PostgresEngine, copy: &Connection, table: &str) -> Result<(), Fault> {
    let mut sequence = String::new();
    from.stream(&patterns::SEQUENCE.over(table), &mut |row| {
        sequence = cell(row, 0)?;
        Ok(())
    })?;
    let mut given: i64 = 0;
    from.stream(&patterns::GIVEN_POSTGRES.with(&[("sequence", &sequence)]), &mut |row| {
        given = cell(row, 0)?;
        Ok(())
    })?;
    copy.execute_batch(&patterns::FORGET_GIVEN.over(table)).map_err(fault)?;
    if given == 0 {
        return Ok(());
    }
    let keep = patterns::KEEP_GIVEN.with(&[("table", table), ("given", &given.to_string())]);
    copy.execute_batch(&keep).map_err(fault)
}

/// Forgets the uploads that no message has claimed, which are not in a backup: whoever made one makes it again.
pub(super) fn forget_unclaimed(path: &Path) -> Result<(), BackupError> {
    let conn = Connection::open(path).map_err(fault)?;
    if has_table(&conn, "attachments")? {
        conn.execute_batch(sql::WHOLE_FORGET_UNCLAIMED.sqlite).map_err(fault)?;
    }
    conn.close().map_err(|(_, error)| fault(error))?;
    disk::open(path)?.sync_all().map_err(disk::trouble(path))
}
