//! The index of messages: it narrows down what a search looks at, and decides nothing.

use crate::error::Fault;
use crate::words::{
    IndexEntry, IndexMark, Indexed, Lexeme, Message, MessageId, PersonId, Place, RoomId, Sieve, Time, ToIndex,
};

/// Reading the index.
pub trait LookSearch {
    /// Up to which message the index has all, and which is the newest of all.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn indexed_to(&mut self) -> Result<(MessageId, MessageId), Fault>;
    /// Some of the rooms that the person is in, removed ones too, `limit` of them.
    fn some_rooms(&mut self, person: PersonId, limit: i64) -> Result<Vec<RoomId>, Fault>;
    /// Messages that the index has with one lexeme of every group, from the one with the number `from` to before `below`, the
    /// newest `limit` of them, newest first. It may give one that has changed, or too many.
    fn hits(
        &mut self,
        groups: &[Vec<Lexeme>],
        from: MessageId,
        below: MessageId,
        limit: i64,
    ) -> Result<Vec<MessageId>, Fault>;
    /// Messages that the index may not have, in the same way, whatever they say.
    fn unindexed(&mut self, from: MessageId, below: MessageId, limit: i64) -> Result<Vec<MessageId>, Fault>;
    /// Between which numbers the messages lie that the index has all of and that were sent from one moment to before another: at
    /// or behind the first, before the second; `None` where there is none.
    fn sent_between(&mut self, from: Time, to: Time) -> Result<Option<(MessageId, MessageId)>, Fault>;
    /// Those of some messages that are not erased and pass the sieve, in any order, each with its room and the membership in it
    /// of whoever searches.
    fn sifted(&mut self, ids: &[MessageId], sieve: &Sieve) -> Result<Vec<(Message, Place)>, Fault>;
    /// The oldest messages that the index lacks, `limit` of them, erased ones too.
    fn to_index(&mut self, limit: i64) -> Result<ToIndex, Fault>;
}

/// Writing the index. Whatever changes a message's text, author, files or room puts it into the index anew; what is new is
/// added later, for many messages at once.
pub trait TxSearch {
    /// Adds messages, but those that the index has already: they have changed since these were read.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn add_to_index(&mut self, entries: &[IndexEntry], mark: IndexMark) -> Result<(), Fault>;
    /// Puts a message into the index as it is now.
    fn index_anew(&mut self, message: &Indexed) -> Result<(), Fault>;
}
