//! What the staff of the desk has: what it says again and again, and its hours.

use crate::error::Fault;
use crate::words::{CannedReply, Hours, Shortcut};
use uuid::Uuid;

/// Reading it. Each canned reply has a number of the store's beside it; one that was made later has the higher number.
pub trait LookDesk {
    /// The canned reply with this name.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn canned_reply(&mut self, id: Uuid) -> Result<Option<CannedReply>, Fault>;
    /// The one that is typed so.
    fn canned_reply_typed(&mut self, shortcut: &Shortcut) -> Result<Option<CannedReply>, Fault>;
    /// `limit` of those with a number above `after`, the first first.
    fn canned_replies(&mut self, after: i64, limit: i64) -> Result<Vec<(i64, CannedReply)>, Fault>;
    /// How many there are.
    fn count_canned_replies(&mut self) -> Result<i64, Fault>;
    /// When somebody is there; `None` where nobody has said.
    fn hours(&mut self) -> Result<Option<Hours>, Fault>;
}

/// Writing it.
pub trait TxDesk {
    /// Keeps a canned reply, in the place of that with the same name. No other has its shortcut.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn put_canned_reply(&mut self, reply: &CannedReply) -> Result<(), Fault>;
    /// Forgets one.
    fn remove_canned_reply(&mut self, id: Uuid) -> Result<(), Fault>;
    /// Keeps when somebody is there.
    fn put_hours(&mut self, hours: &Hours) -> Result<(), Fault>;
}
