//! Messages.

use crate::engine::{Value, values};
use crate::rows::{self, MESSAGE_FILES, json_list, number};
use crate::statements::{self as sql, Statement};
use crate::transaction::Transaction;
use beseda_core::error::Fault;
use beseda_core::ports::{ERASED_BLOCK, LookMessages, TxMessages, TxSearch};
use beseda_core::words::{Head, Indexed, Message, MessageId, NewMessage, PersonId, RoomId, Seq, Time};

impl Transaction<'_> {
    /// The messages of a statement that gives nothing but messages.
    pub(crate) fn messages(&mut self, sql: &'static Statement, values: &[Value<'_>]) -> Result<Vec<Message>, Fault> {
        let mut files = Vec::new();
        let mut messages = self.all(sql, values, |row| {
            files.push(row.get(MESSAGE_FILES)?);
            rows::message(row, 0)
        })?;
        self.read_files(messages.iter_mut().map(Some).zip(files))?;
        Ok(messages)
    }

    /// The first of them, if there is one.
    pub(crate) fn first_message(
        &mut self,
        sql: &'static Statement,
        values: &[Value<'_>],
    ) -> Result<Option<Message>, Fault> {
        let mut files = 0;
        let mut message = self.one(sql, values, |row| {
            files = row.get(MESSAGE_FILES)?;
            rows::message(row, 0)
        })?;
        self.read_files(std::iter::once((message.as_mut(), files)))?;
        Ok(message)
    }

    /// Moves the room of a new message on, and skips the message for its own sender.
    fn move_on(&mut self, new: &NewMessage, id: i64) -> Result<(), Fault> {
        let values = values![new.seq.0, new.head.0, new.created_at.0, id, new.room.0];
        self.write(sql::ROOMS_MOVE_ON, values)?;
        if let Some(sender) = new.sender {
            self.write(sql::MEMBERS_SKIP_OWN, values![new.room.0, sender.0])?;
        }
        Ok(())
    }

    /// Inserts a message by a statement of its own and hangs its files on it.
    pub(crate) fn insert_with_files(
        &mut self,
        sql: &'static Statement,
        values: &[Value<'_>],
        new: &NewMessage,
    ) -> Result<Option<MessageId>, Fault> {
        let Some(id) = self.insert(sql, values)? else {
            return Ok(None);
        };
        if !self.is_remote() {
            self.move_on(new, id)?;
        }
        self.hang_up(new)?;
        Ok(Some(MessageId(id)))
    }

    /// Hangs its files on a message that was just kept.
    pub(crate) fn hang_up(&mut self, new: &NewMessage) -> Result<(), Fault> {
        for (position, hung) in (0_i64..).zip(&new.files) {
            let values = values![new.room.0, new.seq.0, position, &hung.title, hung.file];
            if self.write(sql::ATTACHMENTS_PUT, values)? == 0 {
                return Err(Fault::Store(format!("file {} is gone", hung.file)));
            }
        }
        Ok(())
    }
}

impl LookMessages for Transaction<'_> {
    fn message(&mut self, id: MessageId) -> Result<Option<Message>, Fault> {
        self.first_message(sql::MESSAGES_GET, values![id.0])
    }

    fn message_at(&mut self, room: RoomId, seq: Seq) -> Result<Option<Message>, Fault> {
        self.first_message(sql::MESSAGES_AT, values![room.0, seq.0])
    }

    fn message_by_client_id(
        &mut self,
        room: RoomId,
        sender: Option<PersonId>,
        client_id: &str,
    ) -> Result<Option<Message>, Fault> {
        match sender {
            Some(sender) => self.first_message(sql::MESSAGES_BY_CLIENT, values![room.0, sender.0, client_id]),
            None => self.first_message(sql::MESSAGES_BY_SYSTEM_CLIENT, values![room.0, client_id]),
        }
    }

    fn messages_before(&mut self, room: RoomId, before: Seq, limit: i64) -> Result<Vec<Message>, Fault> {
        let mut messages = self.messages(sql::MESSAGES_BEFORE, values![room.0, before.0, limit])?;
        messages.reverse();
        Ok(messages)
    }

    fn messages_after(&mut self, room: RoomId, after: Seq, limit: i64) -> Result<Vec<Message>, Fault> {
        self.messages(sql::MESSAGES_AFTER, values![room.0, after.0, limit])
    }

    fn sent_after(&mut self, room: RoomId, after: Seq, limit: i64) -> Result<Vec<Message>, Fault> {
        self.messages(sql::MESSAGES_SENT_AFTER, values![room.0, after.0, limit])
    }

    fn touched_after(&mut self, room: RoomId, after: Head, to: Seq, limit: i64) -> Result<Vec<Message>, Fault> {
        self.messages(sql::MESSAGES_TOUCHED_AFTER, values![room.0, after.0, to.0, limit])
    }

    fn written_by(
        &mut self,
        person: PersonId,
        after: (RoomId, Seq),
        to: RoomId,
        limit: i64,
    ) -> Result<Vec<Message>, Fault> {
        let values = values![after.0.0, after.1.0, to.0, person.0, limit];
        self.messages(sql::MESSAGES_WRITTEN_BY, values)
    }

    fn erased_by_block(&mut self, room: RoomId) -> Result<Vec<(i64, i64)>, Fault> {
        self.all(sql::ERASED_BLOCKS_OF_ROOM, values![room.0], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
    }

    fn erased_between(&mut self, room: RoomId, from: Seq, to: Seq) -> Result<Vec<Seq>, Fault> {
        self.all(sql::MESSAGES_ERASED_BETWEEN, values![room.0, from.0, to.0], |row| {
            row.get(0).map(Seq)
        })
    }

    fn count_skipped(&mut self, room: RoomId, person: PersonId, after: Seq) -> Result<i64, Fault> {
        let skipped = self.one(sql::MESSAGES_COUNT_SKIPPED, values![room.0, after.0, person.0], |row| {
            row.get(0)
        })?;
        Ok(skipped.unwrap_or(0))
    }

    fn shown_before(&mut self, room: RoomId, before: Seq) -> Result<Seq, Fault> {
        let shown = self.one(sql::MESSAGES_SHOWN_BEFORE, values![room.0, before.0], |row| row.get(0))?;
        Ok(Seq(shown.unwrap_or(0)))
    }

    fn said_from(&mut self, room: RoomId, from: Time) -> Result<Option<Time>, Fault> {
        let at = self.one(sql::MESSAGES_SAID_FROM, values![room.0, from.0], |row| row.get(0))?;
        Ok(at.flatten().map(Time))
    }

    fn id_at(&mut self, room: RoomId, seq: Seq) -> Result<Option<MessageId>, Fault> {
        let id = self.one(sql::MESSAGES_ID_AT, values![room.0, seq.0], |row| row.get(0))?;
        Ok(id.map(MessageId))
    }
}

impl TxMessages for Transaction<'_> {
    fn insert_message(&mut self, new: &NewMessage) -> Result<Option<MessageId>, Fault> {
        if let Some(id) = self.gather(new) {
            return Ok(Some(id));
        }
        self.end_gathering();
        let files = i64::try_from(new.files.len()).unwrap_or(i64::MAX);
        let Some(sender) = new.sender else {
            let values = values![
                new.room.0,
                new.seq.0,
                &new.client_id,
                &new.text,
                new.created_at.0,
                new.head.0,
                files,
                new.extra.0,
            ];
            return self.insert_with_files(sql::MESSAGES_INSERT_SYSTEM, values, new);
        };
        let values = values![
            new.room.0,
            new.seq.0,
            sender.0,
            &new.client_id,
            &new.text,
            new.created_at.0,
            new.head.0,
            files,
            new.extra.0,
        ];
        self.insert_with_files(sql::MESSAGES_INSERT, values, new)
    }

    fn name_sender(&mut self, room: RoomId, seq: Seq, name: &str) -> Result<(), Fault> {
        self.write(sql::MESSAGES_NAME_SENDER, values![name, room.0, seq.0])
            .map(drop)
    }

    fn hand_over_messages(&mut self, room: RoomId, from: PersonId, to: PersonId, head: Head) -> Result<i64, Fault> {
        let theirs: Vec<i64> = self.all(sql::MESSAGES_THEIRS, values![room.0, from.0], |row| row.get(0))?;
        for sql in [
            sql::REACTIONS_FIRST_OF_TWO,
            sql::MENTIONS_FIRST_OF_TWO,
            sql::READERS_ONE_OF_TWO,
        ] {
            self.write(sql, values![room.0, from.0, to.0])?;
        }
        for sql in [
            sql::REACTIONS_HAND_OVER,
            sql::MENTIONS_HAND_OVER,
            sql::READERS_HAND_OVER,
            sql::EXTRAS_HAND_OVER,
        ] {
            self.write(sql, values![to.0, room.0, from.0])?;
        }
        let numbers = json_list(theirs);
        let values = values![from.0, to.0, head.0, &numbers, room.0];
        let messages = self.write(sql::MESSAGES_HAND_OVER, values)?;
        Ok(i64::try_from(messages).unwrap_or(i64::MAX))
    }

    fn keep_message(&mut self, message: &Message) -> Result<(), Fault> {
        if message.erased_at.is_some() {
            self.write(
                sql::ERASED_BLOCKS_COUNT,
                values![ERASED_BLOCK, message.room.0, message.seq.0],
            )?;
            self.write(sql::ATTACHMENTS_CLEAR, values![message.room.0, message.seq.0])?;
        }
        let values = values![
            &message.text,
            number(message.edited_at),
            number(message.erased_at),
            message.changed.0,
            message.extra.0,
            message.room.0,
            message.seq.0,
        ];
        self.write(sql::MESSAGES_KEEP, values)?;
        self.index_anew(&Indexed::from(message))
    }
}
