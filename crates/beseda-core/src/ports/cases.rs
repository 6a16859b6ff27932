//! What the desk knows of visitors' rooms.

use crate::error::Fault;
use crate::words::{Case, PersonId, RoomId, RoomView};

/// Reading what the desk knows.
pub trait LookCases {
    /// What the desk knows of a visitor's room.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn case(&mut self, room: RoomId) -> Result<Option<Case>, Fault>;
    /// What the desk knows of the rooms that the person opened as a visitor, of removed ones too, by their numbers.
    fn cases_of_visitor(&mut self, visitor: PersonId) -> Result<Vec<Case>, Fault>;
    /// How many visitors' rooms there are.
    fn count_cases(&mut self) -> Result<i64, Fault>;
    /// The visitors' rooms, the last changed first (then the higher number), with everybody in them and everything else;
    /// `limit` of them after leaving out `offset`.
    fn cases(&mut self, offset: i64, limit: i64) -> Result<Vec<RoomView>, Fault>;
    /// How many messages that are not erased the person has sent into a visitor's room.
    fn said(&mut self, room: RoomId, person: PersonId) -> Result<i64, Fault>;
}

/// Writing what the desk knows.
pub trait TxCases {
    /// Keeps what the desk knows of a visitor's room.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn put_case(&mut self, case: &Case) -> Result<(), Fault>;
    /// Counts a message of the person that was sent into a visitor's room (1) or erased there (-1).
    fn count_said(&mut self, room: RoomId, person: PersonId, messages: i64) -> Result<(), Fault>;
}
