//! The database, read from outside: what is stored, and whether the engine itself finds it sound.

use parking_lot::{Mutex, MutexGuard};
use std::path::Path;

use anyhow::{Context as _, Result, anyhow, bail};
use postgres::NoTls;
use postgres::types::{ToSql, Type};
use rusqlite::types::ValueRef;
use rusqlite::{OpenFlags, params_from_iter};

use super::checker::Row;
use super::finding::{Finding, Kind};
use crate::postgres::aside;

/// A database, only read.
pub enum Stored {
    Sqlite(rusqlite::Connection),
    Postgres(Mutex<Session>),
}

/// A connection, which is also ended beside the runtime of the clients.
pub struct Session(Option<postgres::Client>);

impl Session {
    fn client(&mut self) -> Result<&mut postgres::Client> {
        self.0.as_mut().context("the connection has ended")
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let client = self.0.take();
        let _ended = aside(move || drop(client));
    }
}

/// What stands in a column.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Cell {
    Nothing,
    Number(i64),
    Text(String),
}

impl Cell {
    fn number(self) -> Result<i64> {
        match self {
            Self::Number(number) => Ok(number),
            other => bail!("{other:?} is no number"),
        }
    }

    fn text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl Stored {
    /// The database of a data directory, or the one at `url`.
    pub fn open(data: &Path, url: Option<&str>) -> Result<Self> {
        if let Some(url) = url {
            let client = aside(|| postgres::Client::connect(url, NoTls))?;
            let client = client.with_context(|| format!("opening {url}"))?;
            return Ok(Self::Postgres(Mutex::new(Session(Some(client)))));
        }
        let path = data.join("beseda.db");
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = rusqlite::Connection::open_with_flags(&path, flags);
        Ok(Self::Sqlite(
            connection.with_context(|| format!("opening {}", path.display()))?,
        ))
    }

    /// A room's messages after a number, by number.
    pub fn rows(&self, room: i64, after_seq: i64) -> Result<Vec<Row>> {
        let rows = self.ask(
            "SELECT seq, id, sender_id, client_id, text, CASE WHEN erased_at IS NULL THEN 0 ELSE 1 END
             FROM messages WHERE room_id = $1 AND seq > $2 ORDER BY seq",
            &[room, after_seq],
        )?;
        rows.into_iter().map(row).collect()
    }

    /// The newest number that a room itself keeps.
    pub fn room_seq(&self, room: i64) -> Result<i64> {
        let seq = self.numbers::<1>("SELECT seq FROM rooms WHERE id = $1", &[room])?;
        let [seq] = seq.with_context(|| format!("there is no room {room}"))?;
        Ok(seq)
    }

    /// The number in its room of a message; 0 when it is not there.
    pub fn seq_of(&self, id: i64) -> Result<i64> {
        let seq = self.numbers::<1>("SELECT seq FROM messages WHERE id = $1", &[id])?;
        Ok(seq.map_or(0, |[seq]| seq))
    }

    /// How far a member has read, and how many messages of others stand behind that, counted one by one.
    pub fn receipt(&self, room: i64, person: i64) -> Result<(i64, i64)> {
        let receipt = self.numbers::<2>(
            "SELECT read_seq, (
                 SELECT count(*) FROM messages x
                 WHERE x.room_id = m.room_id AND x.seq > m.read_seq AND x.sender_id IS DISTINCT FROM m.person_id
                     AND x.erased_at IS NULL)
             FROM members m WHERE room_id = $1 AND person_id = $2",
            &[room, person],
        )?;
        let [read_seq, unread] = receipt.with_context(|| format!("person {person} is no member of room {room}"))?;
        Ok((read_seq, unread))
    }

    /// What the engine itself finds wrong.
    pub fn damage(&self) -> Result<Vec<Finding>> {
        match self {
            Self::Sqlite(connection) => damage_of_sqlite(connection),
            Self::Postgres(client) => self.damage_of_postgres(client),
        }
    }

    /// Every index is whole and knows every row.
    fn damage_of_postgres(&self, client: &Mutex<Session>) -> Result<Vec<Finding>> {
        aside(|| {
            Ok::<_, anyhow::Error>(
                locked(client)
                    .client()?
                    .batch_execute("CREATE EXTENSION IF NOT EXISTS amcheck")?,
            )
        })??;
        let indexes = self.ask(
            "SELECT c.oid::bigint, c.relname::text FROM pg_class c JOIN pg_am a ON a.oid = c.relam
             WHERE c.relkind = 'i' AND a.amname = 'btree' AND c.relnamespace = 'public'::regnamespace",
            &[],
        )?;
        let mut findings = Vec::new();
        for index in indexes {
            let [oid, name] = <[Cell; 2]>::try_from(index).map_err(|index| anyhow!("{index:?}"))?;
            let checked = self.ask(
                "SELECT 1 FROM bt_index_check($1::bigint::oid::regclass, true)",
                &[oid.number()?],
            );
            if let Err(error) = checked {
                let says = format!("amcheck of {}: {error:#}", name.text().unwrap_or_default());
                findings.push(Finding::new(Kind::Database, says));
            }
        }
        Ok(findings)
    }

    /// The numbers of the first row.
    fn numbers<const N: usize>(&self, sql: &str, values: &[i64]) -> Result<Option<[i64; N]>> {
        let Some(row) = self.ask(sql, values)?.into_iter().next() else {
            return Ok(None);
        };
        let numbers = row.into_iter().map(Cell::number).collect::<Result<Vec<_>>>()?;
        let numbers = <[i64; N]>::try_from(numbers).map_err(|found| anyhow!("{} columns in {sql}", found.len()))?;
        Ok(Some(numbers))
    }

    fn ask(&self, sql: &str, values: &[i64]) -> Result<Vec<Vec<Cell>>> {
        match self {
            Self::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql)?;
                let width = statement.column_count();
                let mut rows = statement.query(params_from_iter(values))?;
                let mut found = Vec::new();
                while let Some(row) = rows.next()? {
                    found.push(
                        (0..width)
                            .map(|at| of_sqlite(row.get_ref(at)?))
                            .collect::<Result<_>>()?,
                    );
                }
                Ok(found)
            }
            Self::Postgres(client) => {
                let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
                let rows = aside(|| Ok::<_, anyhow::Error>(locked(client).client()?.query(sql, &values)?))??;
                rows.iter()
                    .map(|row| (0..row.len()).map(|at| of_postgres(row, at)).collect())
                    .collect()
            }
        }
    }
}

fn locked(client: &Mutex<Session>) -> MutexGuard<'_, Session> {
    client.lock()
}

fn row(cells: Vec<Cell>) -> Result<Row> {
    let cells = <[Cell; 6]>::try_from(cells).map_err(|cells| anyhow!("a message of {} columns", cells.len()))?;
    let [seq, id, sender, client_id, text, erased] = cells;
    Ok(Row {
        seq: seq.number()?,
        id: id.number()?,
        sender: sender.number().ok(),
        client_id: client_id.text(),
        text: text.text().context("a message without a text")?,
        erased: erased.number()? != 0,
    })
}

fn of_sqlite(value: ValueRef<'_>) -> Result<Cell> {
    Ok(match value {
        ValueRef::Null => Cell::Nothing,
        ValueRef::Integer(number) => Cell::Number(number),
        ValueRef::Text(text) => Cell::Text(std::str::from_utf8(text)?.to_owned()),
        other => bail!("no column here is {:?}", other.data_type()),
    })
}

fn of_postgres(row: &postgres::Row, at: usize) -> Result<Cell> {
    let column = row.columns().get(at).context("a column")?.type_();
    let cell = match *column {
        Type::INT8 => row.try_get::<_, Option<i64>>(at)?.map(Cell::Number),
        Type::INT4 => row
            .try_get::<_, Option<i32>>(at)?
            .map(|number| Cell::Number(number.into())),
        _ => row.try_get::<_, Option<String>>(at)?.map(Cell::Text),
    };
    Ok(cell.unwrap_or(Cell::Nothing))
}

fn damage_of_sqlite(connection: &rusqlite::Connection) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let mut statement = connection.prepare("PRAGMA integrity_check")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let says: String = row.get(0)?;
        if says != "ok" {
            findings.push(Finding::new(Kind::Database, format!("integrity_check: {says}")));
        }
    }
    let mut statement = connection.prepare("PRAGMA foreign_key_check")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (table, id, parent): (String, Option<i64>, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let says = format!("foreign_key_check: a row of {table} (rowid {id:?}) has no row in {parent}");
        findings.push(Finding::new(Kind::Database, says));
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postgres::Postgres;

    /// As much of the tables as is looked at, and three messages: of person 7, of nobody, and one that is erased.
    const TABLES: &str = "
        CREATE TABLE rooms (id bigint PRIMARY KEY, seq bigint NOT NULL);
        CREATE TABLE members (room_id bigint, person_id bigint, read_seq bigint);
        CREATE TABLE messages (room_id bigint, seq bigint, id bigint, sender_id bigint, client_id text, text text,
            erased_at bigint);
        INSERT INTO rooms VALUES (1, 3);
        INSERT INTO members VALUES (1, 7, 0);
        INSERT INTO messages VALUES (1, 1, 10, 7, 'a', 'привет', NULL), (1, 2, 12, NULL, NULL, 'two\nlines', NULL),
            (1, 3, 15, 8, 'b', '', 99);";

    fn reads(stored: &Stored) {
        let rows = stored.rows(1, 1).unwrap();
        assert_eq!(stored.rows(1, 0).unwrap().len(), 3);
        let told: Vec<_> = rows
            .iter()
            .map(|row| {
                (
                    row.seq,
                    row.id,
                    row.sender,
                    row.client_id.as_deref(),
                    row.text.as_str(),
                    row.erased,
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                (2, 12, None, None, "two\nlines", false),
                (3, 15, Some(8), Some("b"), "", true)
            ]
        );
        assert_eq!((stored.room_seq(1).unwrap(), stored.seq_of(12).unwrap()), (3, 2));
        assert_eq!((stored.seq_of(11).unwrap(), stored.receipt(1, 7).unwrap()), (0, (0, 1)));
        assert!(stored.room_seq(2).is_err() && stored.receipt(1, 8).is_err());
        assert_eq!(stored.damage().unwrap(), []);
    }

    #[test]
    fn both_engines_are_read_alike() {
        let folder = std::env::temp_dir().join(format!("stored-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let database = rusqlite::Connection::open(folder.join("beseda.db")).unwrap();
        database.execute_batch(TABLES).unwrap();
        reads(&Stored::open(&folder, None).unwrap());
        std::fs::remove_dir_all(&folder).unwrap();

        let server = Postgres::start().unwrap();
        let url = server.database("stored").unwrap();
        let mut database = postgres::Client::connect(&url, NoTls).unwrap();
        database.batch_execute(TABLES).unwrap();
        reads(&Stored::open(&folder, Some(&url)).unwrap());
    }
}
