//! What only an import asks for: rows under numbers that are given, and whose a number is already.

use crate::error::Fault;
use crate::words::{
    Member, MemberId, MessageId, NewMember, NewMessage, NewRoom, Room, RoomId, Seq, StandingMessage, StandingRoom, Time,
};

/// Reading what has a number already.
pub trait LookImports {
    /// Those of these rooms that are there or were, in any order. In a transaction they are held until the commit.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn standing_rooms(&mut self, ids: &[RoomId]) -> Result<Vec<StandingRoom>, Fault>;
    /// The messages with numbers from `first` to `last`, both included, by their numbers.
    fn standing_messages(&mut self, first: MessageId, last: MessageId) -> Result<Vec<StandingMessage>, Fault>;
    /// The last message of the room that was sent until then; 0 where none was.
    fn last_until(&mut self, room: RoomId, until: Time) -> Result<Seq, Fault>;
}

/// Writing under numbers that are given.
pub trait TxImports {
    /// Whether no server serves this database, nor will before the commit.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn nobody_serves(&mut self) -> Result<bool, Fault>;
    /// Opens a room under a number that no room has or had, with a key that no room has.
    fn open_room_as(&mut self, id: RoomId, room: &NewRoom, updated_at: Time) -> Result<(), Fault>;
    /// As [`super::TxRooms::join`], under this number where it is free.
    fn join_as(&mut self, id: Option<MemberId>, member: &NewMember) -> Result<Option<Member>, Fault>;
    /// Keeps new messages with their files under these numbers, each above those of the messages before it in its room, and
    /// adds them to the `skip` of their senders. Nobody had a client id there. `rooms` are their rooms as they stand then:
    /// of those, `seq`, `head` and `updated_at` are kept, and the newest message is shown.
    fn insert_messages_as(&mut self, messages: &[(MessageId, NewMessage)], rooms: &[Room]) -> Result<(), Fault>;
    /// Numbers that are drawn from now on are above all that were given.
    fn draw_above(&mut self) -> Result<(), Fault>;
}
