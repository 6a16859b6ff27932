//! The database file, read from outside: what is stored, and whether SQLite finds it sound.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, params};

use super::checker::Row;
use super::finding::{Finding, Kind};

/// The database of a data directory, read only.
pub struct Stored {
    connection: Connection,
}

impl Stored {
    pub fn open(data: &Path) -> Result<Self> {
        let path: PathBuf = data.join("beseda.db");
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection =
            Connection::open_with_flags(&path, flags).with_context(|| format!("opening {}", path.display()))?;
        Ok(Self { connection })
    }

    /// A room's messages after a number, by number.
    pub fn rows(&self, room: i64, after_seq: i64) -> Result<Vec<Row>> {
        let mut statement = self.connection.prepare(
            "SELECT seq, id, sender_id, client_id, text, erased_at IS NOT NULL FROM messages
             WHERE room_id = ?1 AND seq > ?2 ORDER BY seq",
        )?;
        let rows = statement.query_map(params![room, after_seq], |row| {
            Ok(Row {
                seq: row.get(0)?,
                id: row.get(1)?,
                sender: row.get(2)?,
                client_id: row.get(3)?,
                text: row.get(4)?,
                erased: row.get(5)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The newest number that a room itself keeps.
    pub fn room_seq(&self, room: i64) -> Result<i64> {
        Ok(self
            .connection
            .query_row("SELECT seq FROM rooms WHERE id = ?1", [room], |row| row.get(0))?)
    }

    /// The number in its room of a message; 0 when it is not there.
    pub fn seq_of(&self, id: i64) -> Result<i64> {
        let seq = self
            .connection
            .query_row("SELECT seq FROM messages WHERE id = ?1", [id], |row| row.get(0));
        Ok(seq.optional()?.unwrap_or_default())
    }

    /// How far a member has read, and how many messages of others stand behind that, counted one by one.
    pub fn receipt(&self, room: i64, person: i64) -> Result<(i64, i64)> {
        let receipt = self.connection.query_row(
            "SELECT read_seq, (
                 SELECT count(*) FROM messages x
                 WHERE x.room_id = m.room_id AND x.seq > m.read_seq AND x.sender_id IS NOT m.person_id
                     AND x.erased_at IS NULL)
             FROM members m WHERE room_id = ?1 AND person_id = ?2",
            [room, person],
            |row| Ok((row.get(0)?, row.get(1)?)),
        );
        receipt.with_context(|| format!("person {person} is no member of room {room}"))
    }

    /// What SQLite itself finds wrong with the file.
    pub fn damage(&self) -> Result<Vec<Finding>> {
        let mut findings = Vec::new();
        let mut statement = self.connection.prepare("PRAGMA integrity_check")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let says: String = row.get(0)?;
            if says != "ok" {
                findings.push(Finding::new(Kind::Database, format!("integrity_check: {says}")));
            }
        }
        let mut statement = self.connection.prepare("PRAGMA foreign_key_check")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (table, id, parent): (String, Option<i64>, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let says = format!("foreign_key_check: a row of {table} (rowid {id:?}) has no row in {parent}");
            findings.push(Finding::new(Kind::Database, says));
        }
        Ok(findings)
    }
}
