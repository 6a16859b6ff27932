//! Messages of rooms.

use crate::error::Fault;
use crate::words::{Head, Message, MessageId, NewMessage, PersonId, RoomId, Seq, Time};

/// Reading messages.
pub trait LookMessages {
    /// The message, erased or not, unless its room was removed.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn message(&mut self, id: MessageId) -> Result<Option<Message>, Fault>;
    /// The message with this number in the room, erased or not.
    fn message_at(&mut self, room: RoomId, seq: Seq) -> Result<Option<Message>, Fault>;
    /// The message that `sender`, or the system, sent into the room under this client id, erased or not.
    fn message_by_client_id(
        &mut self,
        room: RoomId,
        sender: Option<PersonId>,
        client_id: &str,
    ) -> Result<Option<Message>, Fault>;
    /// The newest `limit` messages with a number below `before` that are not erased, oldest first.
    fn messages_before(&mut self, room: RoomId, before: Seq, limit: i64) -> Result<Vec<Message>, Fault>;
    /// The oldest `limit` messages with a number above `after` that are not erased, oldest first.
    fn messages_after(&mut self, room: RoomId, after: Seq, limit: i64) -> Result<Vec<Message>, Fault>;
    /// The oldest `limit` messages with a number above `after`, whatever happened to them since, erased ones too.
    fn sent_after(&mut self, room: RoomId, after: Seq, limit: i64) -> Result<Vec<Message>, Fault>;
    /// The first `limit` messages by `changed` with a number of at most `to` to which something happened at a head above
    /// `after`.
    fn touched_after(&mut self, room: RoomId, after: Head, to: Seq, limit: i64) -> Result<Vec<Message>, Fault>;
    /// The oldest `limit` messages of the person in the rooms behind that of `after` (and in that one behind it) up to `to`, by
    /// rooms and numbers, also in removed rooms: those that are not erased, and those that have a name of the person's own.
    fn written_by(
        &mut self,
        person: PersonId,
        after: (RoomId, Seq),
        to: RoomId,
        limit: i64,
    ) -> Result<Vec<Message>, Fault>;
    /// How many messages of each block of [`ERASED_BLOCK`] numbers are erased, by block; blocks with none are left
    /// out. Block 0 holds the numbers 1 to [`ERASED_BLOCK`].
    fn erased_by_block(&mut self, room: RoomId) -> Result<Vec<(i64, i64)>, Fault>;
    /// The numbers of the erased messages from `from` to `to`, both included, ascending.
    fn erased_between(&mut self, room: RoomId, from: Seq, to: Seq) -> Result<Vec<Seq>, Fault>;
    /// How many messages after `after` are erased, by `person`, or for some of whom they are none: what [`crate::words::Member::skip`] is made of.
    fn count_skipped(&mut self, room: RoomId, person: PersonId, after: Seq) -> Result<i64, Fault>;
    /// The newest message below `before` that is not erased; 0 where there is none.
    fn shown_before(&mut self, room: RoomId, before: Seq) -> Result<Seq, Fault>;
    /// The earliest moment from `from` on at which a message of the room was sent, erased or not.
    fn said_from(&mut self, room: RoomId, from: Time) -> Result<Option<Time>, Fault>;
    /// The number among all messages of the one with this number in the room, erased or not.
    fn id_at(&mut self, room: RoomId, seq: Seq) -> Result<Option<MessageId>, Fault>;
}

/// Writing messages.
pub trait TxMessages {
    /// Keeps a new message with its files, and its room's `seq`, `head`, `shown` and `updated_at` with it, puts the room first
    /// in the lists, adds one to the `skip` of its sender, and gives its number; `None`, and nothing kept, when the sender's client id is taken. A system
    /// message has a sender in that sense too: nobody.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn insert_message(&mut self, message: &NewMessage) -> Result<Option<MessageId>, Fault>;
    /// Keeps what the sender of a message is called in it, whatever they are called elsewhere.
    fn name_sender(&mut self, room: RoomId, seq: Seq, name: &str) -> Result<(), Fault>;
    /// Makes everything of `from` in the log of a room, removed or not, `to`'s: what they wrote, pinned, make of messages and
    /// alone see, and where they are mentioned; of two reactions or mentions the first stays. Each message that looks different
    /// by it, also because it answers one of theirs, has the next head behind `head`: how many those are. A client id that
    /// `to` has used there is none any more.
    fn hand_over_messages(&mut self, room: RoomId, from: PersonId, to: PersonId, head: Head) -> Result<i64, Fault>;
    /// Keeps a message's `text`, `edited_at`, `erased_at`, `changed` and `extra`; one that is erased also loses its files and is
    /// counted in its block.
    fn keep_message(&mut self, message: &Message) -> Result<(), Fault>;
}

/// How many numbers of a room one block of [`LookMessages::erased_by_block`] covers.
pub const ERASED_BLOCK: i64 = 1024;
