//! A SQLite file of another program. Each part of a table is read on its own, so that its program waits for nobody.

use super::{Cell, Cells, ROWS_AT_ONCE, Select, SourceError};
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, OpenFlags, ToSql, params_from_iter};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long its own program may write before a read is given up.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) struct SqliteSource {
    conn: Connection,
    path: PathBuf,
}

impl SqliteSource {
    pub(super) fn open(path: &Path) -> Result<Self, SourceError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = Connection::open_with_flags(path, flags).and_then(|conn| {
            conn.busy_timeout(PATIENCE)?;
            conn.pragma_update(None, "query_only", true)?;
            // Reading something finds out whether it is a database at all.
            conn.pragma_query_value(None, "schema_version", |row| row.get::<_, i64>(0))?;
            Ok(conn)
        });
        let path = path.to_owned();
        match opened {
            Ok(conn) => Ok(Self { conn, path }),
            Err(error) => Err(failed(&path, &error)),
        }
    }

    pub(super) fn tables(&mut self) -> Result<Vec<String>, SourceError> {
        let mut tables = Vec::new();
        let each = |row: &rusqlite::Row<'_>| {
            tables.push(row.get::<_, String>("name")?);
            Ok(())
        };
        self.conn
            .pragma_query(None, "table_list", each)
            .map_err(|error| failed(&self.path, &error))?;
        tables.retain(|name| !name.starts_with("sqlite_"));
        tables.sort();
        Ok(tables)
    }

    pub(super) fn columns(&mut self, table: &str) -> Result<Vec<String>, SourceError> {
        let mut columns = Vec::new();
        let each = |row: &rusqlite::Row<'_>| {
            columns.push(row.get::<_, String>("name")?);
            Ok(())
        };
        let asked = match table.split_once('.') {
            Some((schema, table)) => self.conn.pragma(Some(schema), "table_info", table, each),
            None => self.conn.pragma(None, "table_info", table, each),
        };
        asked.map_err(|error| failed(&self.path, &error))?;
        Ok(columns)
    }

    pub(super) fn read(
        &mut self,
        select: &Select,
        rows: &mut dyn FnMut(Vec<Cells>) -> ControlFlow<()>,
    ) -> Result<(), SourceError> {
        let mut last = None;
        loop {
            let part = self
                .part(select, last.as_ref())
                .map_err(|error| failed(&self.path, &error))?;
            last = part.last().and_then(|row| row.first().cloned());
            let is_whole = part.len() == ROWS_AT_ONCE;
            if (!part.is_empty() && rows(part).is_break()) || !is_whole {
                return Ok(());
            }
        }
    }

    fn part(&self, select: &Select, after: Option<&Cell>) -> rusqlite::Result<Vec<Cells>> {
        let sql = select.sql(false, after.is_some(), Some(ROWS_AT_ONCE));
        let only = select.only.iter().map(|only| Cell::Text(only.is.clone()));
        let values = params_from_iter(only.chain(after.cloned()));
        let mut asked = self.conn.prepare_cached(&sql)?;
        let width = select.columns.len();
        let read = |row: &rusqlite::Row<'_>| (0..width).map(|at| Ok(cell(row.get_ref(at)?))).collect();
        asked.query_map(values, read)?.collect()
    }
}

fn cell(value: ValueRef<'_>) -> Cell {
    match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(number) => Cell::Int(number),
        ValueRef::Real(number) => Cell::Real(number),
        ValueRef::Text(text) => match str::from_utf8(text) {
            Ok(text) => Cell::Text(text.to_owned()),
            Err(_) => Cell::Bytes(text.to_owned()),
        },
        ValueRef::Blob(bytes) => Cell::Bytes(bytes.to_owned()),
    }
}

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Owned(Value::Null),
            Self::Int(number) => ToSqlOutput::Owned(Value::Integer(*number)),
            Self::Real(number) => ToSqlOutput::Owned(Value::Real(*number)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        })
    }
}

fn failed(path: &Path, error: &rusqlite::Error) -> SourceError {
    let reason = error.to_string();
    let hint = match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::CannotOpen) => {
            "; a database in WAL mode needs a folder that can be written, or copy it with its -wal and read the copy"
        }
        Some(rusqlite::ErrorCode::NotADatabase) => "; is this the database's file, whole?",
        _ => "",
    };
    SourceError::Sqlite {
        path: path.to_owned(),
        reason: reason + hint,
    }
}
