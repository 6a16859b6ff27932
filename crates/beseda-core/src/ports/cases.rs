//! What the desk knows of rooms.

use crate::error::Fault;
use crate::words::{Case, CaseFilter, CasePlace, PersonId, Role, Room, RoomId, RoomKind, RoomView};

/// Reading what the desk knows.
pub trait LookCases {
    /// What the desk knows of a room.
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
    /// The cases of every room of some kinds, and of those rooms of some others that the person is in: `limit` of those that
    /// are as wanted, behind this place, by `since` and then by the room's number.
    fn queue(
        &mut self,
        of: &AtDesk,
        filter: &CaseFilter,
        after: Option<CasePlace>,
        limit: i64,
    ) -> Result<Vec<(Case, Room)>, Fault>;
    /// Rooms of this kind of which the desk knows nothing, by their numbers; `limit` of them.
    fn rooms_without_case(&mut self, kind: RoomKind, limit: i64) -> Result<Vec<Room>, Fault>;
    /// Who works at the desk of this kind of rooms, as settings had it when they were last kept; `None` where it has none.
    fn desk_roles(&mut self, kind: RoomKind) -> Result<Option<Vec<Role>>, Fault>;
    /// How many messages that are not erased the person has sent into a visitor's room.
    fn said(&mut self, room: RoomId, person: PersonId) -> Result<i64, Fault>;
}

/// Which rooms' cases are somebody's to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtDesk {
    /// Who.
    pub person: PersonId,
    /// Of these kinds, every room.
    pub every: Vec<RoomKind>,
    /// Of these, the rooms that they are in.
    pub own: Vec<RoomKind>,
}

/// Writing what the desk knows.
pub trait TxCases {
    /// Keeps what the desk knows of a room.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn put_case(&mut self, case: &Case) -> Result<(), Fault>;
    /// Announces that a case, or what is said in its room, is another one now: those who work at the desk read it again.
    fn case_moved(&mut self, room: RoomId);
    /// Keeps who works at the desk of which kinds of rooms.
    fn keep_desk(&mut self, desk: &[(RoomKind, Vec<Role>)]) -> Result<(), Fault>;
    /// Counts a message of the person that was sent into a visitor's room (1) or erased there (-1).
    fn count_said(&mut self, room: RoomId, person: PersonId, messages: i64) -> Result<(), Fault>;
}
