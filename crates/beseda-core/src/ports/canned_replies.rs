//! What the staff says again and again.

use crate::error::Fault;
use crate::words::{CannedReply, Shortcut};
use uuid::Uuid;

/// Reading canned replies. Each has a number of the store's beside it; one that was made later has the higher number.
pub trait LookCannedReplies {
    /// The one with this name.
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
}

/// Writing canned replies.
pub trait TxCannedReplies {
    /// Keeps one, in the place of that with the same name. No other has its shortcut.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn put_canned_reply(&mut self, reply: &CannedReply) -> Result<(), Fault>;
    /// Forgets one.
    fn remove_canned_reply(&mut self, id: Uuid) -> Result<(), Fault>;
}
