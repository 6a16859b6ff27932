//! What the desk knows of visitors' rooms.

use crate::error::Fault;
use crate::words::{Case, RoomId, RoomView};

/// Reading what the desk knows.
pub trait LookCases {
    /// What the desk knows of a visitor's room.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn case(&mut self, room: RoomId) -> Result<Option<Case>, Fault>;
    /// How many visitors' rooms there are.
    fn count_cases(&mut self) -> Result<i64, Fault>;
    /// The visitors' rooms, the last changed first (then the higher number), with everything but their members;
    /// `limit` of them after leaving out `offset`.
    fn cases(&mut self, offset: i64, limit: i64) -> Result<Vec<RoomView>, Fault>;
}

/// Writing what the desk knows.
pub trait TxCases {
    /// Keeps what the desk knows of a visitor's room.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn put_case(&mut self, case: &Case) -> Result<(), Fault>;
}
