//! The index of messages: it narrows down what a search looks at, and decides nothing.

use crate::error::Fault;
use crate::words::{
    Hits, IndexMark, IndexPart, Indexed, Merge, Merged, MessageId, Narrow, PersonId, RoomId, RoomKind, Sieve, Sifted,
    Time, ToIndex,
};

/// Reading the index.
pub trait LookSearch {
    /// Up to which message the index has all, and which is the newest of all.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn indexed_to(&mut self) -> Result<(MessageId, MessageId), Fault>;
    /// The rooms of some kind that the person is in, removed ones too; `None` where they are in more than `most`.
    fn searched_rooms(
        &mut self,
        person: PersonId,
        kind: Option<RoomKind>,
        most: i64,
    ) -> Result<Option<Vec<RoomId>>, Fault>;
    /// Messages that the index has for what is asked, from the one with the number `from` to before `below`, the newest
    /// `limit` of them; fewer where it would have to read too much. It may give one that has changed, or too many.
    fn hits(&mut self, asked: &Narrow, from: MessageId, below: MessageId, limit: i64) -> Result<Hits, Fault>;
    /// The newest `limit` messages from one to before another, whatever they say, newest first.
    fn unindexed(&mut self, from: MessageId, below: MessageId, limit: i64) -> Result<Vec<MessageId>, Fault>;
    /// Between which numbers the messages lie that the index has all of and that were sent from one moment to before another: at
    /// or behind the first, before the second; `None` where there is none.
    fn sent_between(&mut self, from: Time, to: Time) -> Result<Option<(MessageId, MessageId)>, Fault>;
    /// Those of some messages that are not erased and pass the sieve, in any order, each with how whoever searches stands
    /// to its room.
    fn sifted(&mut self, ids: &[MessageId], sieve: &Sieve) -> Result<Vec<Sifted>, Fault>;
    /// The oldest messages that the index lacks, `limit` of them, erased ones too.
    fn to_index(&mut self, limit: i64) -> Result<ToIndex, Fault>;
    /// Parts of the index that are to become one; with `purges`, also one that has something left of an erased message.
    fn to_merge(&mut self, purges: bool) -> Result<Option<Merge>, Fault>;
}

/// Writing the index. Whatever changes a message's text, author, files or room puts it into the index anew; what is new is
/// added later, for many messages at once.
pub trait TxSearch {
    /// Adds messages, if the index is as far as it was when they were read.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn add_to_index(&mut self, part: &IndexPart, mark: IndexMark) -> Result<(), Fault>;
    /// Puts what parts have become in their place, if they are still there.
    fn keep_merged(&mut self, merged: &Merged) -> Result<(), Fault>;
    /// Puts a message into the index as it is now.
    fn index_anew(&mut self, message: &Indexed) -> Result<(), Fault>;
}
