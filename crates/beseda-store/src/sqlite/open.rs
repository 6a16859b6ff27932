//! Opening: which SQLite, whose database, which version of it, and how a connection is set up.

use crate::backup::{self, Before, Snapshot};
use crate::engine::sqlite::SqliteEngine;
use crate::migrations::{self, Newer, SQLITE, find_newer};
use crate::sqlite::Options;
use crate::sqlite::place::{Place, number_of};
use crate::statements::SCHEMA_COUNT_OTHERS;
use beseda_core::error::Fault;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use thiserror::Error;

/// What our databases carry in their header, set by the first migration.
const APPLICATION_ID: i32 = 1_113_944_933;

/// Before 3.51.3 a checkpoint beside a commit could lose the commit (SQLite's "WAL-reset" bug).
const OLDEST_SQLITE: i32 = 3_051_003;

/// Why a database is not opened. Each says in one line what to do.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The SQLite that this program runs with may lose commits.
    #[error("SQLite {0} can lose commits: run a build with SQLite 3.51.3 or later (the bundled one is)")]
    OldSqlite(String),
    /// A later version of this program has written the database.
    #[error(
        "{path} was migrated by a newer Beseda (migration {applied}, this one knows {known}): install that version, or \
         restore a backup made before it"
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// The newest migration that it has.
        applied: i64,
        /// The newest migration that this program knows.
        known: i64,
    },
    /// A SQLite database of some other program.
    #[error("{0} is a database of another program: name another file or data directory")]
    NotOurs(PathBuf),
    /// No SQLite database at all, or a damaged one.
    #[error("{0} is not a SQLite database or is damaged: restore a backup, or name another file or data directory")]
    Damaged(PathBuf),
    /// The file or its directory cannot be used.
    #[error("{path} cannot be opened: {source}; check that its directory exists and can be written")]
    Io {
        /// The database.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The schema could not be brought up to date.
    #[error("{path} cannot be migrated: {reason}; nothing was changed")]
    Migration {
        /// The database.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// It could not be kept before its migration.
    #[error(
        "{path} cannot be backed up before its migration: {reason}; nothing was changed. Mend that, or go on without a \
         backup: `beseda migrate --no-backup`"
    )]
    Backup {
        /// The database.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// Something else that SQLite says.
    #[error("{path} cannot be opened: {source}")]
    Sqlite {
        /// The database.
        path: PathBuf,
        /// What it says.
        source: rusqlite::Error,
    },
}

/// Makes the database if it is not there and brings its schema up to date, kept before that where it is told to; the
/// names of the migrations that were applied now. Safe while a server runs on it, and when two do it at once.
///
/// # Errors
/// Why the database cannot be opened, see [`OpenError`].
pub fn migrate(path: &Path, before: Option<Before>) -> Result<Vec<String>, OpenError> {
    let (_, _, applied) = open_writer(&Options {
        before,
        ..Options::at(path)
    })?;
    Ok(applied)
}

/// A connection that writes, to a database that is ours and up to date, its files, and the migrations that it took.
pub(crate) fn open_writer(options: &Options) -> Result<(Connection, Place, Vec<String>), OpenError> {
    let path = options.path.as_path();
    require_sqlite(rusqlite::version_number())?;
    let io = |source| OpenError::Io {
        path: path.to_owned(),
        source,
    };
    let _turn = take_turns(path).map_err(io)?;
    create_private(path).map_err(io)?;
    let opened = number_of(path).map_err(io)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags).map_err(|error| explain(path, error))?;
    let ours = set_up(&conn, options)
        .and_then(|()| is_ours(&conn))
        .map_err(|error| explain(path, error))?;
    if !ours {
        return Err(OpenError::NotOurs(path.to_owned()));
    }
    refuse_newer(&conn, path)?;
    if let Some(before) = &options.before {
        keep_before(&conn, path, before)?;
    }
    keep_durably(&conn, options).map_err(|error| explain(path, error))?;
    let applied = bring_up(&conn).map_err(|fault| refused(path, &fault))?;
    let place = Place::of(path).map_err(io)?;
    if !place.is(opened) {
        return Err(io(io::Error::other("another file was put in its place meanwhile")));
    }
    Ok((conn, place, applied))
}

/// A connection that can only read.
pub(crate) fn open_reader(options: &Options) -> Result<Connection, OpenError> {
    let path = options.path.as_path();
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags).map_err(|error| explain(path, error))?;
    let set = set_up(&conn, options).and_then(|()| conn.pragma_update(None, "query_only", true));
    set.map_err(|error| explain(path, error))?;
    Ok(conn)
}

/// A connection that can only read, to a database that is ours, of any version that is known here. Whoever is at work in it
/// is not in its way.
pub(crate) fn open_to_look(path: &Path) -> Result<Connection, OpenError> {
    require_sqlite(rusqlite::version_number())?;
    let conn = open_reader(&Options::at(path))?;
    if !is_ours(&conn).map_err(|error| explain(path, error))? {
        return Err(OpenError::NotOurs(path.to_owned()));
    }
    refuse_newer(&conn, path)?;
    Ok(conn)
}

fn refuse_newer(conn: &Connection, path: &Path) -> Result<(), OpenError> {
    let newer = find_newer(&mut SqliteEngine::new(conn), SQLITE).map_err(|fault| refused(path, &fault))?;
    match newer {
        None => Ok(()),
        Some(Newer { applied, known }) => Err(OpenError::Newer {
            path: path.to_owned(),
            applied,
            known,
        }),
    }
}

fn refused(path: &Path, fault: &Fault) -> OpenError {
    OpenError::Migration {
        path: path.to_owned(),
        reason: fault.to_string(),
    }
}

/// Refuses a SQLite that is too old; `number` is as `sqlite3_libversion_number` has it.
fn require_sqlite(number: i32) -> Result<(), OpenError> {
    if number >= OLDEST_SQLITE {
        return Ok(());
    }
    let (major, minor, patch) = (number / 1_000_000, number / 1_000 % 1_000, number % 1_000);
    Err(OpenError::OldSqlite(format!("{major}.{minor}.{patch}")))
}

/// Lets one at a time look whose the database is and set it up, until the lock is dropped: that takes several steps,
/// and somebody between two of them would see a database of nobody's. The folder is locked and not the file, because
/// closing the file a second time would end SQLite's own locks on it.
#[expect(clippy::disallowed_methods, reason = "the store owns its file")]
fn take_turns(path: &Path) -> io::Result<File> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let folder = File::open(folder)?;
    folder.lock()?;
    Ok(folder)
}

/// SQLite gives its other files the mode of the first one.
#[expect(clippy::disallowed_methods, reason = "the store owns its file")]
pub(crate) fn create_private(path: &Path) -> io::Result<()> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// What both kinds of connection have. No mapped memory: pages that are mapped count as resident, and a file that
/// somebody truncates would kill the process.
fn set_up(conn: &Connection, options: &Options) -> rusqlite::Result<()> {
    conn.busy_timeout(Duration::from_millis(options.busy_timeout_ms.into()))?;
    conn.set_prepared_statement_cache_capacity(128);
    // Without this, a statement on a table with a partial index is planned anew whenever other values are bound to it,
    // which takes longer than the statement itself.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    conn.pragma_update(None, "cache_size", -i64::from(options.cache_kib))?;
    conn.pragma_update(None, "foreign_keys", true)
}

/// What the one that writes has besides.
fn keep_durably(conn: &Connection, options: &Options) -> rusqlite::Result<()> {
    conn.pragma_update(None, "journal_mode", "WAL")?;
    let most = i64::try_from(options.wal_bytes).unwrap_or(i64::MAX);
    conn.pragma_update(None, "journal_size_limit", most)?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "wal_autocheckpoint", 4_000)
}

/// Whether the database is new or ours; looking for that finds out whether it is one at all.
pub(crate) fn is_ours(conn: &Connection) -> rusqlite::Result<bool> {
    let id: i32 = conn.pragma_query_value(None, "application_id", |row| row.get(0))?;
    // A first start that was killed may have left the history of the migrations, and nothing in it.
    let things: i64 = conn.query_row(SCHEMA_COUNT_OTHERS.sqlite, [], |row| row.get(0))?;
    Ok(id == APPLICATION_ID || (id == 0 && things == 0))
}

/// Copies the database before it is migrated, if it is to be.
fn keep_before(conn: &Connection, path: &Path, before: &Before) -> Result<(), OpenError> {
    let next = migrations::next(&mut SqliteEngine::new(conn), SQLITE).map_err(|fault| refused(path, &fault))?;
    let Some(version) = next else { return Ok(()) };
    let kept = Snapshot::of_file(path).and_then(|mut now| backup::keep_before(before, &mut now, version));
    kept.map(drop).map_err(|error| OpenError::Backup {
        path: path.to_owned(),
        reason: error.to_string(),
    })
}

fn bring_up(conn: &Connection) -> Result<Vec<String>, Fault> {
    let mut engine = SqliteEngine::new(conn);
    engine.begin()?;
    let applied = migrations::bring_up(&mut engine, SQLITE);
    match &applied {
        Ok(_) => engine.commit()?,
        Err(_) => engine.roll_back()?,
    }
    Ok(applied?.into_iter().map(str::to_owned).collect())
}

pub(crate) fn explain(path: &Path, error: rusqlite::Error) -> OpenError {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => OpenError::Damaged(path.to_owned()),
        _ => OpenError::Sqlite {
            path: path.to_owned(),
            source: error,
        },
    }
}

/// A database of no file, up to date, to try statements on.
#[cfg(test)]
pub(crate) fn in_memory() -> Connection {
    let conn = Connection::open_in_memory().unwrap();
    set_up(&conn, &Options::at(":memory:")).unwrap();
    bring_up(&conn).unwrap();
    conn
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sqlite_that_can_lose_commits_is_refused() {
        assert!(require_sqlite(3_051_003).is_ok());
        assert!(require_sqlite(3_054_001).is_ok());
        let refused = require_sqlite(3_051_002).unwrap_err().to_string();
        assert!(
            refused.starts_with("SQLite 3.51.2 can lose commits: run a build with"),
            "{refused}"
        );
        assert!(require_sqlite(rusqlite::version_number()).is_ok());
    }
}
