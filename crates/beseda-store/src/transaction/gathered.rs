//! New messages of several changes, kept together once they are needed: where each statement is a way to a server and back.

use super::Transaction;
use crate::engine::{Go, values};
use crate::statements as sql;
use beseda_core::error::Fault;
use beseda_core::words::{Extra, MessageId, NewMessage, PersonId};
use std::collections::VecDeque;

/// What changes have sent and no statement has kept yet.
#[derive(Default)]
pub(super) struct Gathered {
    /// Numbers that were drawn for messages, in rising order.
    numbers: VecDeque<i64>,
    messages: Vec<(MessageId, PersonId, NewMessage)>,
    /// Whether one of them had been sent before: its change must be run again, to find the first one.
    pub(super) sent_before: bool,
}

impl Transaction<'_> {
    /// Lets messages be gathered, at most as many. Their rooms are held by now: so the numbers rise in each.
    pub(super) fn begin_to_gather(&mut self, messages: usize) -> Result<(), Fault> {
        let messages = i64::try_from(messages).unwrap_or(i64::MAX);
        let numbers = self.all(sql::MESSAGES_DRAW, values![messages], |row| row.get(0))?;
        self.gathered.numbers = numbers.into();
        Ok(())
    }

    /// Gathers a message, and gives it the number that it will be kept under; not one that must be kept now.
    pub(crate) fn gather(&mut self, new: &NewMessage) -> Option<MessageId> {
        let sender = new
            .sender
            .filter(|_| new.files.is_empty() && new.extra == Extra::NONE)?;
        let id = MessageId(self.gathered.numbers.pop_front()?);
        self.gathered.messages.push((id, sender, new.clone()));
        self.foresee_message(new);
        Some(id)
    }

    /// Gathers no more: a number that is drawn now is above those that were drawn before.
    pub(crate) fn end_gathering(&mut self) {
        self.gathered.numbers.clear();
    }

    /// Keeps what was gathered: before anything else is asked of the database, and at the end.
    pub(super) fn keep_gathered(&mut self) -> Result<(), Fault> {
        if self.gathered.messages.is_empty() {
            return Ok(());
        }
        let gathered = std::mem::take(&mut self.gathered.messages);
        let list = json(&gathered)?;
        let mut kept = 0;
        self.engine.query(sql::MESSAGES_INSERT_MANY, values![&list], &mut |_| {
            kept += 1;
            Ok(Go::On)
        })?;
        if kept < gathered.len() {
            self.gathered.sent_before = true;
            return Err(Fault::Internal("a message was sent before".to_owned()));
        }
        Ok(())
    }
}

/// The messages as the statement takes them, which knows the columns by their places.
fn json(messages: &[(MessageId, PersonId, NewMessage)]) -> Result<String, Fault> {
    let rows: Vec<_> = messages
        .iter()
        .map(|(id, sender, new)| {
            let (room, seq, client_id) = (new.room.0, new.seq.0, new.client_id.as_deref());
            (
                room,
                seq,
                id.0,
                sender.0,
                client_id,
                &new.text,
                new.created_at.0,
                new.head.0,
            )
        })
        .collect();
    serde_json::to_string(&rows).map_err(|error| Fault::Internal(error.to_string()))
}
