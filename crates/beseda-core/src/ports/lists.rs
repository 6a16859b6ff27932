//! Rooms as lists of their people show them, and what of them has moved.

use crate::error::Fault;
use crate::words::{Front, Head, Kinds, Member, MemberId, Person, PersonId, Place, Room, RoomId, RoomLook, Tick, Time};
use std::sync::Arc;

/// Reading rooms for lists.
pub trait LookLists {
    /// The last transaction of which everything is seen here, with every one before it.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn tick(&mut self) -> Result<Tick, Fault>;
    /// Every room of these kinds that the person is in and that a transaction behind this one changed, or a receipt of which
    /// it moved, in any order, each with the last such transaction.
    fn moved_after(&mut self, person: PersonId, kinds: Kinds, after: Tick) -> Result<Vec<(Tick, Place)>, Fault>;
    /// The keys of the rooms that the person left, or that were taken away from under them, in a transaction behind this
    /// one, and that they are in no more; in any order.
    fn gone_after(&mut self, person: PersonId, after: Tick) -> Result<Vec<Arc<str>>, Fault>;
    /// How these rooms look of which the host application said anything, in any order.
    fn room_looks(&mut self, rooms: &[RoomId]) -> Result<Vec<(RoomId, RoomLook)>, Fault>;
    /// What these rooms show alike to everybody, in their order. The rooms are as this transaction reads them.
    fn fronts(&mut self, rooms: &[&Room]) -> Result<Vec<Front>, Fault>;
    /// How many people are in these rooms, in any order.
    fn member_counts(&mut self, rooms: &[RoomId]) -> Result<Vec<(RoomId, i64)>, Fault>;
    /// Who is in the room, by the number of their membership: `limit` of them behind this one.
    fn members_after(&mut self, room: RoomId, after: MemberId, limit: i64)
    -> Result<Vec<(Member, Arc<Person>)>, Fault>;
    /// Everybody in these rooms but this person, in any order, each with the room.
    fn others_in(&mut self, rooms: &[RoomId], person: PersonId) -> Result<Vec<(RoomId, Arc<Person>)>, Fault>;
    /// Whether both are in one room of these kinds.
    fn share_room(&mut self, one: PersonId, other: PersonId, kinds: Kinds) -> Result<bool, Fault>;
    /// Those of these people who are in a room of these kinds together with `person`, by their numbers.
    fn companions(&mut self, person: PersonId, kinds: Kinds, of: &[PersonId]) -> Result<Vec<PersonId>, Fault>;
    /// Whether the one has blocked the other.
    fn has_blocked(&mut self, one: PersonId, other: PersonId) -> Result<bool, Fault>;
    /// Whom the person has blocked, the last first.
    fn blocked_by(&mut self, person: PersonId) -> Result<Vec<Person>, Fault>;
    /// Who has blocked the person, the last first.
    fn blockers_of(&mut self, person: PersonId) -> Result<Vec<PersonId>, Fault>;
}

/// Writing what lists show.
pub trait TxLists {
    /// Keeps how a room looks.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn put_room_look(&mut self, room: RoomId, look: &RoomLook) -> Result<(), Fault>;
    /// Keeps what a member is in the room, which changed at this head.
    fn keep_role(&mut self, member: &Member, head: Head) -> Result<(), Fault>;
    /// Keeps that one has blocked the other, or has not any more.
    fn put_block(&mut self, one: PersonId, other: PersonId, on: bool, at: Time) -> Result<(), Fault>;
    /// Keeps whether one of the two whose room it is has blocked the other.
    fn keep_blocked(&mut self, room: &Room) -> Result<(), Fault>;
}
