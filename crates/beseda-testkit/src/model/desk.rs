//! What the staff of the desk has, in memory.

use super::{Run, rows, wrong};
use beseda_core::error::Fault;
use beseda_core::ports::{LookDesk, TxDesk};
use beseda_core::words::{CannedReply, Hours, Shortcut};
use uuid::Uuid;

impl LookDesk for Run {
    fn canned_reply(&mut self, id: Uuid) -> Result<Option<CannedReply>, Fault> {
        let mut replies = self.kept.canned_replies.values();
        Ok(replies.find(|reply| reply.id == id).cloned())
    }

    fn canned_reply_typed(&mut self, shortcut: &Shortcut) -> Result<Option<CannedReply>, Fault> {
        let mut replies = self.kept.canned_replies.values();
        Ok(replies.find(|reply| reply.shortcut == *shortcut).cloned())
    }

    fn canned_replies(&mut self, after: i64, limit: i64) -> Result<Vec<(i64, CannedReply)>, Fault> {
        let later = self.kept.canned_replies.range(after.saturating_add(1)..);
        let later = later.map(|(number, reply)| (*number, reply.clone()));
        Ok(later.take(rows(limit)).collect())
    }

    fn count_canned_replies(&mut self) -> Result<i64, Fault> {
        i64::try_from(self.kept.canned_replies.len()).map_err(|error| wrong(error.to_string()))
    }

    fn hours(&mut self) -> Result<Option<Hours>, Fault> {
        Ok(self.kept.hours.clone())
    }
}

impl TxDesk for Run {
    fn put_canned_reply(&mut self, reply: &CannedReply) -> Result<(), Fault> {
        let typed = self.canned_reply_typed(&reply.shortcut)?;
        if typed.is_some_and(|typed| typed.id != reply.id) {
            return Err(wrong(format!("two canned replies are typed {:?}", reply.shortcut)));
        }
        let kept = self.kept();
        let standing = kept
            .canned_replies
            .values_mut()
            .find(|standing| standing.id == reply.id);
        if let Some(standing) = standing {
            standing.clone_from(reply);
        } else {
            kept.last_canned_reply += 1;
            kept.canned_replies.insert(kept.last_canned_reply, reply.clone());
        }
        Ok(())
    }

    fn remove_canned_reply(&mut self, id: Uuid) -> Result<(), Fault> {
        self.kept().canned_replies.retain(|_, reply| reply.id != id);
        Ok(())
    }

    fn put_hours(&mut self, hours: &Hours) -> Result<(), Fault> {
        self.kept().hours = Some(hours.clone());
        Ok(())
    }
}
