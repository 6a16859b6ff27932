//! What the staff of the desk has: what it says again and again, and its hours.

use crate::engine::{Row, strange, values};
use crate::rows::word;
use crate::statements as sql;
use crate::transaction::Transaction;
use beseda_core::error::Fault;
use beseda_core::ports::{LookDesk, TxDesk};
use beseda_core::words::{CannedReply, Hours, Shortcut, Time};
use uuid::Uuid;

/// A canned reply, behind its number.
fn canned_reply(row: &Row<'_>) -> Result<(i64, CannedReply), Fault> {
    let reply = CannedReply {
        id: Uuid::from_bytes(row.get(1)?),
        shortcut: word(row, 2, Shortcut::of)?,
        title: row.get(3)?,
        text: row.get(4)?,
        updated_at: Time(row.get(5)?),
    };
    Ok((row.get(0)?, reply))
}

impl LookDesk for Transaction<'_> {
    fn canned_reply(&mut self, id: Uuid) -> Result<Option<CannedReply>, Fault> {
        let found = self.one(sql::CANNED_REPLIES_GET, values![&id], canned_reply)?;
        Ok(found.map(|(_, reply)| reply))
    }

    fn canned_reply_typed(&mut self, shortcut: &Shortcut) -> Result<Option<CannedReply>, Fault> {
        let found = self.one(sql::CANNED_REPLIES_TYPED, values![shortcut.text()], canned_reply)?;
        Ok(found.map(|(_, reply)| reply))
    }

    fn canned_replies(&mut self, after: i64, limit: i64) -> Result<Vec<(i64, CannedReply)>, Fault> {
        self.all(sql::CANNED_REPLIES_PAGE, values![after, limit], canned_reply)
    }

    fn count_canned_replies(&mut self) -> Result<i64, Fault> {
        let count = self.one(sql::CANNED_REPLIES_COUNT, values![], |row| row.get(0))?;
        Ok(count.unwrap_or(0))
    }

    fn hours(&mut self) -> Result<Option<Hours>, Fault> {
        self.one(sql::HOURS_GET, values![], |row| {
            Ok(Hours {
                zone: row.get(0)?,
                week: serde_json::from_str(row.text(1)?).map_err(|_| strange(1))?,
                words: row.get(2)?,
                updated_at: Time(row.get(3)?),
            })
        })
    }
}

impl TxDesk for Transaction<'_> {
    fn put_canned_reply(&mut self, reply: &CannedReply) -> Result<(), Fault> {
        let values = values![
            &reply.id,
            reply.shortcut.text(),
            &reply.title,
            &reply.text,
            reply.updated_at.0,
        ];
        self.write(sql::CANNED_REPLIES_PUT, values).map(drop)
    }

    fn remove_canned_reply(&mut self, id: Uuid) -> Result<(), Fault> {
        self.write(sql::CANNED_REPLIES_REMOVE, values![&id]).map(drop)
    }

    fn put_hours(&mut self, hours: &Hours) -> Result<(), Fault> {
        let week = serde_json::to_string(&hours.week).map_err(|error| Fault::Internal(error.to_string()))?;
        let values = values![&hours.zone, &week, &hours.words, hours.updated_at.0];
        self.write(sql::HOURS_PUT, values).map(drop)
    }
}
