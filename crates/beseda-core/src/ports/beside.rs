//! What messages have beside their text.

use crate::error::Fault;
use crate::words::{Extra, Head, Kept, Message, Named, PersonId, Reaction, RoomId, Seq, Time, Version};

/// Reading what messages have beside their text. Where several messages are named, they are of one room.
pub trait LookBeside {
    /// What is kept in one row beside each of these messages that have one, in any order.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn kept(&mut self, room: RoomId, seqs: &[Seq]) -> Result<Vec<(Seq, Kept)>, Fault>;
    /// What people make of these messages, each message's in the order in which they did.
    fn reactions(&mut self, room: RoomId, seqs: &[Seq]) -> Result<Vec<(Seq, Reaction)>, Fault>;
    /// Who is mentioned in these messages, each message's in their order.
    fn mentions(&mut self, room: RoomId, seqs: &[Seq]) -> Result<Vec<(Seq, Named)>, Fault>;
    /// Who alone sees these messages, which are for some; each message's by their numbers.
    fn readers_of(&mut self, room: RoomId, seqs: &[Seq]) -> Result<Vec<(Seq, PersonId)>, Fault>;
    /// The messages with these numbers, erased or not, by their numbers.
    fn messages_at(&mut self, room: RoomId, seqs: &[Seq]) -> Result<Vec<Message>, Fault>;
    /// The messages of a room that are for some and not for this person, erased ones left out, by their numbers.
    fn hidden_from(&mut self, room: RoomId, person: PersonId) -> Result<Vec<Seq>, Fault>;
    /// What a message said before, the oldest first.
    fn versions(&mut self, room: RoomId, seq: Seq) -> Result<Vec<Version>, Fault>;
    /// The messages of a room that answer this one and are not erased, by their numbers.
    fn answers_to(&mut self, room: RoomId, seq: Seq) -> Result<Vec<Seq>, Fault>;
    /// What the person makes of messages, in removed rooms too, by rooms, numbers and emoji: `limit` of it behind this place.
    fn reactions_by(
        &mut self,
        person: PersonId,
        after: (RoomId, Seq, &str),
        limit: i64,
    ) -> Result<Vec<(RoomId, Seq, String)>, Fault>;
    /// The pinned messages of a room, the last pinned first, then the higher number: `limit` of them behind this one.
    fn pinned(&mut self, room: RoomId, after: Option<(Time, Seq)>, limit: i64) -> Result<Vec<(Time, Seq)>, Fault>;
    /// In how many messages behind these numbers the person is mentioned, by room; rooms with none are left out.
    fn unread_mentions(&mut self, person: PersonId, rooms: &[(RoomId, Seq)]) -> Result<Vec<(RoomId, i64)>, Fault>;
}

/// Writing what messages have beside their text.
pub trait TxBeside {
    /// Keeps what is kept in one row beside a message, in place of what was.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn put_kept(&mut self, room: RoomId, seq: Seq, kept: &Kept) -> Result<(), Fault>;
    /// Keeps a reaction of somebody, or takes it away; whether that changed anything.
    fn react(&mut self, room: RoomId, seq: Seq, emoji: &str, person: PersonId, on: bool) -> Result<bool, Fault>;
    /// Keeps who is mentioned in a message, in place of who was.
    fn put_mentions(&mut self, room: RoomId, seq: Seq, people: &[PersonId]) -> Result<(), Fault>;
    /// Keeps who alone sees a new message, and adds one to the `skip` of every other member.
    fn put_readers(&mut self, room: RoomId, seq: Seq, people: &[PersonId]) -> Result<(), Fault>;
    /// Keeps what a message said before it was edited, behind what it said before that.
    fn put_version(&mut self, room: RoomId, seq: Seq, text: &str, at: Time) -> Result<(), Fault>;
    /// Forgets everything beside a message that is erased, but for who alone sees it.
    fn clear_beside(&mut self, room: RoomId, seq: Seq) -> Result<(), Fault>;
    /// Keeps at which head a message changed, and what it has beside its text.
    fn touch_message(&mut self, room: RoomId, seq: Seq, changed: Head, extra: Extra) -> Result<(), Fault>;
}
