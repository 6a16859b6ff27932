//! The condition of a database: what of the schema is missing, and what is broken in it. Looked at without changing it.

use crate::engine::sqlite::SqliteEngine;
use crate::migrations::{Migration, SQLITE, missing};
use crate::postgres::{PostgresError, missing_migrations};
use crate::sqlite::Options;
use crate::sqlite::open::{OpenError, open_reader};
use rusqlite::Connection;
use std::path::Path;

/// Flaws that are told; a broken database has thousands.
const MOST_FLAWS: usize = 10;

/// What a database is like.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Condition {
    /// The migrations that it lacks, by their names.
    pub missing: Vec<String>,
    /// What is broken in it, as the database says it, at most ten.
    pub flaws: Vec<String>,
}

/// Looks at a SQLite database, also while a server runs on it. Of a large one every page is read.
///
/// # Errors
/// Why it cannot be opened, see [`OpenError`].
pub fn inspect(path: &Path) -> Result<Condition, OpenError> {
    let conn = open_reader(&Options::at(path))?;
    let sqlite = |source| OpenError::Sqlite {
        path: path.to_owned(),
        source,
    };
    let flaws = flaws(&conn).map_err(sqlite)?;
    let lacks = missing(&mut SqliteEngine::new(&conn), SQLITE).map_err(|fault| OpenError::Migration {
        path: path.to_owned(),
        reason: fault.to_string(),
    });
    Ok(Condition {
        missing: names(lacks?),
        flaws,
    })
}

/// Looks at a PostgreSQL database. It proves its pages itself, so only the schema is looked at.
///
/// # Errors
/// Why it cannot be opened, see [`PostgresError`].
pub fn inspect_postgres(url: &str) -> Result<Condition, PostgresError> {
    Ok(Condition {
        missing: names(missing_migrations(url)?),
        flaws: Vec::new(),
    })
}

fn names(migrations: Vec<&Migration>) -> Vec<String> {
    migrations.iter().map(|one| one.name.to_owned()).collect()
}

/// What SQLite finds wrong: in its pages and indexes, and rows that speak of none.
fn flaws(conn: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut flaws = Vec::new();
    conn.pragma_query(None, "quick_check", |row| {
        flaws.push(row.get::<_, String>(0)?);
        Ok(())
    })?;
    flaws.retain(|flaw| flaw != "ok");
    conn.pragma_query(None, "foreign_key_check", |row| {
        let (table, parent): (String, String) = (row.get(0)?, row.get(2)?);
        flaws.push(format!("a row of {table} speaks of one of {parent} that is not there"));
        Ok(())
    })?;
    flaws.truncate(MOST_FLAWS);
    Ok(flaws)
}
