//! Messages with the files that hang on them, in SQL. The bytes of files are not kept in the database.

use crate::rows::{self, MESSAGE_FILES};
use crate::statements as sql;
use crate::transaction::Transaction;
use beseda_core::error::Fault;
use beseda_core::words::{
    Attachment, FileLook, Message, MessageId, NewMessage, Picture, RoomId, Seq, StoredFile, Time,
};
use rusqlite::{Params, Row, params};

impl Transaction<'_> {
    /// The messages of a statement that gives nothing but messages.
    pub(crate) fn messages(&self, sql: &str, values: impl Params) -> Result<Vec<Message>, Fault> {
        let mut messages = self.all(sql, values, |row| with_count(row, 0))?;
        for (message, files) in &mut messages {
            self.read_files(message, *files)?;
        }
        Ok(messages.into_iter().map(|(message, _)| message).collect())
    }

    /// The first of them, if there is one.
    pub(crate) fn first_message(&self, sql: &str, values: impl Params) -> Result<Option<Message>, Fault> {
        let Some((mut message, files)) = self.one(sql, values, |row| with_count(row, 0))? else {
            return Ok(None);
        };
        self.read_files(&mut message, files)?;
        Ok(Some(message))
    }

    /// Reads the files of a message; most have none, and no statement is run for those.
    pub(crate) fn read_files(&self, message: &mut Message, files: i64) -> Result<(), Fault> {
        if files > 0 {
            message.attachments = self.attachments_of(message.room, message.seq)?;
        }
        Ok(())
    }

    pub(crate) fn attachments_of(&self, room: RoomId, seq: Seq) -> Result<Vec<Attachment>, Fault> {
        self.all(sql::ATTACHMENTS_OF_MESSAGE, [room.0, seq.0], |row| {
            rows::attachment(row, 0)
        })
    }

    /// Inserts a message by a statement of its own and hangs its files on it.
    pub(crate) fn insert_with_files(
        &mut self,
        sql: &str,
        values: impl Params,
        new: &NewMessage,
    ) -> Result<Option<MessageId>, Fault> {
        let Some(id) = self.insert(sql, values)? else {
            return Ok(None);
        };
        for (position, hung) in (0_i64..).zip(&new.files) {
            let values = params![new.room.0, new.seq.0, position, hung.title, hung.file];
            if self.write(sql::ATTACHMENTS_PUT, values)? == 0 {
                return Err(Fault::Store(format!("file {} is gone", hung.file)));
            }
        }
        Ok(Some(MessageId(id)))
    }

    /// The file with these bytes that nobody has given up, or a new one.
    pub(crate) fn reserve(&mut self, look: &FileLook, now: Time) -> Result<StoredFile, Fault> {
        if let Some(standing) = self.one(sql::FILES_BY_HASH, [look.sha256], |row| rows::file(row, 0))? {
            self.write(sql::FILES_RESERVE, [now.0, standing.id])?;
            return Ok(standing);
        }
        let name = self.free_name(&look.sha256)?;
        let picture = |side: fn(&Picture) -> u32| look.picture.as_ref().map(side);
        let values = params![
            look.sha256,
            name,
            i64::try_from(look.bytes).unwrap_or(i64::MAX),
            look.media,
            picture(|picture| picture.width),
            picture(|picture| picture.height),
            look.picture.is_some_and(|picture| picture.has_thumbnail),
            now.0,
        ];
        let id = self.insert(sql::FILES_INSERT, values)?;
        let id = id.ok_or_else(|| Fault::Internal("a new file was given no number".to_owned()))?;
        Ok(StoredFile {
            id,
            name,
            look: look.clone(),
        })
    }

    /// The hash in hex, or with a number where bytes that are being forgotten still have that name.
    fn free_name(&self, sha256: &[u8; 32]) -> Result<String, Fault> {
        let hex: String = sha256.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut name = hex.clone();
        let mut number = 1;
        while self.has_file_called(&name)? {
            number += 1;
            name = format!("{hex}-{number}");
        }
        Ok(name)
    }

    pub(crate) fn has_file_called(&self, name: &str) -> Result<bool, Fault> {
        Ok(self.one(sql::FILES_KNOWS, [name], |row| row.get(0))?.unwrap_or(false))
    }
}

/// A message and how many files hang on it.
pub(crate) fn with_count(row: &Row<'_>, at: usize) -> rusqlite::Result<(Message, i64)> {
    Ok((rows::message(row, at)?, row.get(at + MESSAGE_FILES)?))
}
