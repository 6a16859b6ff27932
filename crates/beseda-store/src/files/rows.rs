//! What is known of files, in SQL: their bytes are not kept in the database.

use crate::engine::values;
use crate::rows::{self, json_list};
use crate::statements as sql;
use crate::transaction::Transaction;
use beseda_core::error::Fault;
use beseda_core::ports::{LookFiles, TxFiles};
use beseda_core::words::{
    Attachment, FileLook, Message, MessageId, Picture, PlacedAttachment, RoomId, Seq, StoredFile, Time,
};
use std::collections::HashMap;

/// Where a message stands.
type MessagePlace = (RoomId, Seq);

impl Transaction<'_> {
    /// Reads the files of those messages on which some hang, all at once. Most messages have none, and no statement is run
    /// for those.
    pub(crate) fn read_files<'m>(
        &mut self,
        messages: impl Iterator<Item = (Option<&'m mut Message>, i64)>,
    ) -> Result<(), Fault> {
        let filed = messages
            .filter(|(_, files)| *files > 0)
            .filter_map(|(message, _)| message);
        let mut filed: HashMap<_, _> = filed.map(|message| ((message.room, message.seq), message)).collect();
        if filed.is_empty() {
            return Ok(());
        }
        for (place, attachment) in self.attachments_of(filed.keys().copied())? {
            if let Some(message) = filed.get_mut(&place) {
                message.attachments.push(attachment);
            }
        }
        Ok(())
    }

    /// The files that hang on the messages in these places, those of each in their order.
    fn attachments_of(
        &mut self,
        places: impl Iterator<Item = MessagePlace>,
    ) -> Result<Vec<(MessagePlace, Attachment)>, Fault> {
        let places = json_list(places.map(|(room, seq)| json_list([room.0, seq.0])));
        self.all(sql::ATTACHMENTS_OF_MESSAGES, values![&places], |row| {
            let place = (RoomId(row.get(0)?), Seq(row.get(1)?));
            Ok((place, rows::attachment(row, 2)?))
        })
    }

    /// The file with these bytes that nobody has given up, or a new one.
    pub(crate) fn reserve(&mut self, look: &FileLook, now: Time) -> Result<StoredFile, Fault> {
        if let Some(standing) = self.one(sql::FILES_BY_HASH, values![&look.sha256], |row| rows::file(row, 0))? {
            self.write(sql::FILES_RESERVE, values![now.0, standing.id])?;
            return Ok(standing);
        }
        let name = self.free_name(&look.sha256)?;
        let picture = |side: fn(&Picture) -> u32| look.picture.as_ref().map(side);
        let values = values![
            &look.sha256,
            &name,
            i64::try_from(look.bytes).unwrap_or(i64::MAX),
            &look.media,
            picture(|picture| picture.width),
            picture(|picture| picture.height),
            look.picture.is_some_and(|picture| picture.has_thumbnail),
            look.picture.as_ref().and_then(|picture| picture.blur.as_ref()),
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
    fn free_name(&mut self, sha256: &[u8; 32]) -> Result<String, Fault> {
        let hex: String = sha256.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut name = hex.clone();
        let mut number = 1;
        while self.has_file_called(&name)? {
            number += 1;
            name = format!("{hex}-{number}");
        }
        Ok(name)
    }

    pub(crate) fn has_file_called(&mut self, name: &str) -> Result<bool, Fault> {
        Ok(self
            .one(sql::FILES_KNOWS, values![name], |row| row.get(0))?
            .unwrap_or(false))
    }
}

impl LookFiles for Transaction<'_> {
    fn attachment(&mut self, id: i64) -> Result<Option<PlacedAttachment>, Fault> {
        self.one(sql::ATTACHMENTS_GET, values![id], |row| {
            Ok(PlacedAttachment {
                room: RoomId(row.get(0)?),
                message: MessageId(row.get(1)?),
                attachment: rows::attachment(row, 2)?,
            })
        })
    }

    fn knows_file(&mut self, name: &str) -> Result<bool, Fault> {
        self.has_file_called(name)
    }
}

impl TxFiles for Transaction<'_> {
    fn reserve_file(&mut self, look: &FileLook, now: Time) -> Result<StoredFile, Fault> {
        self.reserve(look, now)
    }

    fn doom_files(&mut self, before: Time) -> Result<Vec<String>, Fault> {
        self.write(sql::FILES_DOOM, values![before.0])?;
        self.all(sql::FILES_DOOMED, values![], |row| row.get(0))
    }

    fn doom_file(&mut self, name: &str) -> Result<bool, Fault> {
        Ok(self.write(sql::FILES_DOOM_ONE, values![name])? > 0)
    }

    fn mend_files(&mut self, now: Time, ahead: Time) -> Result<u64, Fault> {
        self.write(sql::FILES_MEND, values![now.0, ahead.0])
    }

    fn forget_file(&mut self, name: &str) -> Result<(), Fault> {
        self.write(sql::FILES_FORGET, values![name]).map(drop)
    }

    fn attachments(&mut self, room: RoomId, seq: Seq) -> Result<Vec<Attachment>, Fault> {
        let found = self.attachments_of(std::iter::once((room, seq)))?;
        Ok(found.into_iter().map(|(_, attachment)| attachment).collect())
    }
}
