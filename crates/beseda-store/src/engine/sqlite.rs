//! Statements on SQLite.

use super::{Columns, Engine, Go, Row, Value};
use crate::at_hand::AtHand;
use crate::statements::{COUNT, Statement};
use beseda_core::error::{Fault, Hindrance};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, ToSql, ffi};
use std::time::Duration;

/// A connection with its prepared statements, each under its own number: nothing is hashed to find one.
pub(crate) struct SqliteEngine<'c> {
    conn: &'c Connection,
    prepared: Vec<Option<rusqlite::Statement<'c>>>,
    at_hand: AtHand,
}

impl<'c> SqliteEngine<'c> {
    pub(crate) fn new(conn: &'c Connection) -> Self {
        let prepared = std::iter::repeat_with(|| None).take(COUNT).collect();
        let at_hand = AtHand::default();
        Self {
            conn,
            prepared,
            at_hand,
        }
    }

    /// Begins to write: nobody else does until the end.
    pub(crate) fn begin(&mut self) -> Result<(), Fault> {
        self.run("BEGIN IMMEDIATE")
    }

    /// Begins to look at one snapshot.
    pub(crate) fn begin_to_look(&mut self) -> Result<(), Fault> {
        self.run("BEGIN")
    }

    /// Keeps what was written.
    pub(crate) fn commit(&mut self) -> Result<(), Fault> {
        self.run("COMMIT")
    }

    /// Takes back what was written, or lets a snapshot go.
    pub(crate) fn roll_back(&mut self) -> Result<(), Fault> {
        if self.conn.is_autocommit() {
            Ok(())
        } else {
            self.run("ROLLBACK")
        }
    }

    /// A number that changes with the commits of every connection but this one.
    pub(crate) fn data_version(&mut self) -> Result<i64, Fault> {
        let asked = self.conn.prepare_cached("PRAGMA data_version");
        asked
            .and_then(|mut asked| asked.query_row([], |row| row.get(0)))
            .map_err(fault)
    }

    /// Writes the log back into the database to its end, and empties it; false where somebody reads what is older for longer
    /// than is waited. Who begins to read meanwhile reads the database alone, so that readers who take turns hold up nothing.
    pub(crate) fn checkpoint(&mut self) -> Result<bool, Fault> {
        let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
        let busy = self.conn.query_row(sql, [], |row| row.get::<_, i64>(0));
        busy.map(|busy| busy == 0).map_err(fault)
    }

    /// How long to wait for others from now on.
    pub(crate) fn wait_for_others(&self, most: Duration) -> Result<(), Fault> {
        self.conn.busy_timeout(most).map_err(fault)
    }

    fn run(&mut self, sql: &str) -> Result<(), Fault> {
        let run = |sql| self.conn.prepare_cached(sql)?.execute([]);
        run(sql).map(drop).map_err(fault)
    }

    /// The statement, ready to run with these values.
    fn bound(
        &mut self,
        statement: &'static Statement,
        values: &[Value<'_>],
    ) -> Result<&mut rusqlite::Statement<'c>, Fault> {
        let place = self.prepared.get_mut(statement.number);
        let place = place.ok_or_else(|| Fault::Internal("a statement without a number".to_owned()))?;
        let prepared = match place {
            Some(prepared) => prepared,
            None => place.insert(self.conn.prepare(statement.sqlite).map_err(fault)?),
        };
        if prepared.parameter_count() != values.len() {
            return Err(Fault::Internal(format!("{} was given other values", statement.name)));
        }
        for (at, value) in (1..).zip(values) {
            prepared.raw_bind_parameter(at, value).map_err(fault)?;
        }
        Ok(prepared)
    }
}

impl Engine for SqliteEngine<'_> {
    fn query(
        &mut self,
        statement: &'static Statement,
        values: &[Value<'_>],
        each: &mut dyn FnMut(&Row<'_>) -> Result<Go, Fault>,
    ) -> Result<(), Fault> {
        let mut rows = self.bound(statement, values)?.raw_query();
        while let Some(row) = rows.next().map_err(fault)? {
            if each(&Row(row))? == Go::NoFurther {
                break;
            }
        }
        Ok(())
    }

    fn execute(&mut self, statement: &'static Statement, values: &[Value<'_>]) -> Result<u64, Fault> {
        let changed = self.bound(statement, values)?.raw_execute().map_err(fault)?;
        Ok(u64::try_from(changed).unwrap_or(u64::MAX))
    }

    fn script(&mut self, sql: &str) -> Result<(), Fault> {
        self.conn.execute_batch(sql).map_err(fault)
    }

    fn is_remote(&self) -> bool {
        false
    }

    fn can_go_on(&self) -> bool {
        // A full disk is one of those that end a transaction.
        !self.conn.is_autocommit()
    }

    fn at_hand(&mut self) -> &mut AtHand {
        &mut self.at_hand
    }
}

impl Columns for rusqlite::Row<'_> {
    fn column(&self, at: usize) -> Result<Value<'_>, Fault> {
        Ok(match self.get_ref(at).map_err(fault)? {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(number) => Value::Int(number),
            ValueRef::Text(text) => Value::Text(str::from_utf8(text).map_err(|_| super::strange(at))?),
            ValueRef::Blob(bytes) => Value::Bytes(bytes),
            ValueRef::Real(_) => return Err(super::strange(at)),
        })
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Value::Null => ValueRef::Null,
            Value::Int(number) => ValueRef::Integer(number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// What SQLite says never holds a bound value, so no message or token comes into the log with it. Its codes are told apart
/// where they say that nothing can be kept.
pub(crate) fn fault(error: rusqlite::Error) -> Fault {
    let Some(why) = error.sqlite_error().and_then(hindrance) else {
        return Fault::Store(error.to_string());
    };
    Fault::Hindered(why, format!("SQLite says: {error}"))
}

fn hindrance(error: &ffi::Error) -> Option<Hindrance> {
    Some(match error.code {
        ErrorCode::DiskFull => Hindrance::DiskFull,
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Hindrance::Locked,
        ErrorCode::ReadOnly if error.extended_code == ffi::SQLITE_READONLY_DBMOVED => Hindrance::Replaced,
        ErrorCode::ReadOnly => Hindrance::ReadOnly,
        ErrorCode::CannotOpen => Hindrance::Closed,
        ErrorCode::SystemIoFailure => Hindrance::Disk,
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Hindrance::Damaged,
        _ => return None,
    })
}
