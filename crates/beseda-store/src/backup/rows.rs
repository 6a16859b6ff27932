//! Whole tables: what reads them on either engine, and which there are.

use super::manifest::Counts;
use super::{BackupError, patterns};
use crate::engine::postgres::{Begin, PostgresEngine};
use crate::engine::sqlite::{SqliteEngine, fault};
use crate::engine::{Columns as _, FromValue, Value, strange};
use crate::migrations::{self, POSTGRES, SQLITE};
use crate::postgres::open::Address;
use crate::sqlite::open::open_to_look;
use crate::statements::{self as sql, Statement};
use beseda_core::error::Fault;
use rusqlite::Connection;
use std::path::Path;

/// What a snapshot of PostgreSQL that is read whole asks of it: the opposite of what senders need.
const READ_WHOLE: &str = "SET LOCAL enable_seqscan = on; SET LOCAL enable_hashjoin = on; SET LOCAL enable_mergejoin = on; \
    SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL lock_timeout = 0";

/// A database, on one snapshot of it.
pub(crate) enum Snapshot {
    Sqlite(Connection),
    Postgres(Box<PostgresEngine>),
}

/// A file that hangs on a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hanging {
    pub(super) name: String,
    pub(super) bytes: u64,
    pub(super) sha256: [u8; 32],
    pub(super) has_small: bool,
}

/// A table, and its columns.
pub(super) struct Table {
    pub(super) name: String,
    pub(super) columns: Vec<String>,
    /// Whether no number of it is given twice.
    pub(super) counts_up: bool,
}

impl Table {
    /// Its columns for a statement; their names are words of ours.
    pub(super) fn list(&self) -> String {
        let quoted: Vec<String> = self.columns.iter().map(|name| format!("\"{name}\"")).collect();
        quoted.join(", ")
    }
}

impl Snapshot {
    /// Of a SQLite file.
    pub(crate) fn of_file(path: &Path) -> Result<Self, BackupError> {
        let conn = open_to_look(path)?;
        conn.execute_batch("BEGIN").map_err(fault)?;
        // The snapshot begins with what is read first.
        rows_of(&conn, sql::SCHEMA_COUNT_OTHERS.sqlite, &mut |_| Ok(()))?;
        Ok(Self::Sqlite(conn))
    }

    /// Of a PostgreSQL database of ours.
    pub(crate) fn of_postgres(address: &Address) -> Result<Self, BackupError> {
        let mut engine = address.connect_to_ours()?;
        engine.begin(Begin::Looking)?;
        engine.script(READ_WHOLE)?;
        Ok(Self::Postgres(Box::new(engine)))
    }

    /// Gives each row of a statement that takes no values.
    pub(super) fn each(
        &mut self,
        statement: &Statement,
        each: &mut dyn FnMut(&[Value<'_>]) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        match self {
            Self::Sqlite(conn) => rows_of(conn, statement.sqlite, each),
            Self::Postgres(engine) => engine.stream(statement.postgres, each),
        }
    }

    /// The newest migration, as SQLite counts them; none where there is nothing.
    pub(super) fn schema(&mut self) -> Result<Option<i64>, Fault> {
        match self {
            Self::Sqlite(conn) => migrations::version(&mut SqliteEngine::new(conn)),
            Self::Postgres(engine) => {
                let version = migrations::version(engine.as_mut())?;
                Ok(version.map(|version| version + migrations::BEFORE_POSTGRES))
            }
        }
    }

    /// Whether it has every table of this version.
    pub(super) fn is_current(&mut self) -> Result<bool, Fault> {
        let lacks = match self {
            Self::Sqlite(conn) => migrations::schema(&mut SqliteEngine::new(conn), SQLITE)?.missing,
            Self::Postgres(engine) => migrations::schema(engine.as_mut(), POSTGRES)?.missing,
        };
        Ok(lacks.is_empty())
    }

    /// Every file that hangs on a message.
    pub(super) fn hanging(&mut self) -> Result<Vec<Hanging>, Fault> {
        let mut found = Vec::new();
        self.each(sql::WHOLE_FILES, &mut |row| {
            found.push(Hanging {
                name: cell(row, 0)?,
                bytes: cell(row, 1)?,
                sha256: cell(row, 2)?,
                has_small: cell(row, 3)?,
            });
            Ok(())
        })?;
        Ok(found)
    }

    /// How much is in it.
    pub(super) fn counts(&mut self) -> Result<Counts, Fault> {
        let mut counts = Counts::default();
        self.each(sql::WHOLE_COUNTS, &mut |row| {
            counts = Counts {
                people: cell(row, 0)?,
                rooms: cell(row, 1)?,
                messages: cell(row, 2)?,
                files: cell(row, 3)?,
            };
            Ok(())
        })?;
        Ok(counts)
    }

    /// Which life of the database it is.
    pub(super) fn epoch(&mut self) -> Result<Option<i64>, Fault> {
        let mut epoch = None;
        self.each(sql::EPOCHS_GET, &mut |row| {
            epoch = Some(cell(row, 0)?);
            Ok(())
        })?;
        Ok(epoch)
    }

    /// Pairs of numbers.
    pub(super) fn pairs(&mut self, statement: &Statement) -> Result<Vec<(i64, i64)>, Fault> {
        let mut pairs = Vec::new();
        self.each(statement, &mut |row| {
            pairs.push((cell(row, 0)?, cell(row, 1)?));
            Ok(())
        })?;
        Ok(pairs)
    }
}

/// A value of a row as what is wanted of it.
pub(super) fn cell<T: FromValue>(row: &[Value<'_>], at: usize) -> Result<T, Fault> {
    row.get(at).copied().and_then(T::from_value).ok_or_else(|| strange(at))
}

/// Gives each row of a statement on SQLite that takes no values.
pub(super) fn rows_of(
    conn: &Connection,
    sql: &str,
    each: &mut dyn FnMut(&[Value<'_>]) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut statement = conn.prepare(sql).map_err(fault)?;
    let width = statement.column_count();
    let mut rows = statement.query([]).map_err(fault)?;
    while let Some(row) = rows.next().map_err(fault)? {
        let values = (0..width).map(|at| row.column(at)).collect::<Result<Vec<_>, _>>()?;
        each(&values)?;
    }
    Ok(())
}

/// Whether a SQLite file has a table.
pub(super) fn has_table(conn: &Connection, name: &str) -> Result<bool, Fault> {
    let mut has = false;
    rows_of(conn, &patterns::HAS.over(name), &mut |_| {
        has = true;
        Ok(())
    })?;
    Ok(has)
}

/// The tables of a SQLite file, none before one that it refers to; without what SQLite and the migrations keep for themselves.
pub(super) fn tables(conn: &Connection) -> Result<Vec<Table>, Fault> {
    let mut tables = Vec::new();
    rows_of(conn, &patterns::TABLES.with(&[]), &mut |row| {
        tables.push(Table {
            name: cell(row, 0)?,
            columns: Vec::new(),
            counts_up: cell(row, 1)?,
        });
        Ok(())
    })?;
    for table in &mut tables {
        rows_of(conn, &patterns::COLUMNS.over(&table.name), &mut |row| {
            table.columns.push(cell(row, 0)?);
            Ok(())
        })?;
    }
    Ok(tables)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migrations::BEFORE_POSTGRES;
    use beseda_testkit::Ground;
    use std::collections::BTreeMap;

    type Columns = BTreeMap<String, Vec<String>>;

    fn of_sqlite(version: i64) -> Columns {
        let conn = Connection::open_in_memory().unwrap();
        migrations::apply(&mut SqliteEngine::new(&conn), migrations::up_to(SQLITE, version)).unwrap();
        let sorted = |mut table: Table| {
            table.columns.sort();
            (table.name, table.columns)
        };
        tables(&conn).unwrap().into_iter().map(sorted).collect()
    }

    fn of_postgres(version: i64) -> Columns {
        let ground = Ground::new();
        let address = Address::of(ground.url()).unwrap();
        let mut engine = PostgresEngine::connect(&address.config).unwrap();
        migrations::apply(&mut engine, migrations::up_to(POSTGRES, version)).unwrap();
        let mut found = Columns::new();
        let all = "SELECT t.table_name::text, c.column_name::text FROM information_schema.tables t \
            JOIN information_schema.columns c ON c.table_name = t.table_name AND c.table_schema = t.table_schema \
            WHERE t.table_schema = current_schema() AND t.table_type = 'BASE TABLE' \
                AND t.table_name <> 'beseda_migrations' AND t.table_name NOT LIKE 'search%' ORDER BY 1, 2";
        let read = engine.stream(all, &mut |row| {
            found.entry(cell(row, 0)?).or_default().push(cell(row, 1)?);
            Ok(())
        });
        read.unwrap();
        found
    }

    /// Without this, what one engine has kept could not be copied to the other.
    #[test]
    fn both_engines_have_the_same_tables_and_columns_at_every_step() {
        let steps = migrations::newest_of(POSTGRES);
        assert_eq!(
            migrations::newest_of(SQLITE),
            steps + BEFORE_POSTGRES,
            "a step of one is a step of the other"
        );
        for version in 1..=steps {
            assert_eq!(
                of_sqlite(version + BEFORE_POSTGRES),
                of_postgres(version),
                "step {version}"
            );
        }
    }

    #[test]
    fn no_table_comes_before_one_that_it_refers_to() {
        let conn = Connection::open_in_memory().unwrap();
        migrations::apply(&mut SqliteEngine::new(&conn), SQLITE).unwrap();
        let mut before: Vec<String> = Vec::new();
        for table in tables(&conn).unwrap() {
            let asked = format!("SELECT f.\"table\" FROM pragma_foreign_key_list('{}') f", table.name);
            rows_of(&conn, &asked, &mut |row| {
                let to: String = cell(row, 0)?;
                assert!(
                    before.contains(&to) || to == table.name,
                    "{} comes before {to}",
                    table.name
                );
                Ok(())
            })
            .unwrap();
            before.push(table.name);
        }
    }
}
