//! Rooms and who is in them.

use crate::error::Fault;
use crate::words::{
    Epoch, GroupId, Head, Kinds, Member, NewMember, NewRoom, Person, PersonId, Place, Receipts, Room, RoomId, RoomView,
    Seq, Time,
};
use std::sync::Arc;
use uuid::Uuid;

/// Reading rooms and memberships.
pub trait LookRooms {
    /// The room, unless it was removed.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn room(&mut self, id: RoomId) -> Result<Option<Room>, Fault>;
    /// The room with this key, unless it was removed.
    fn room_by_key(&mut self, key: &str) -> Result<Option<Room>, Fault>;
    /// The room with this unguessable name, unless it was removed.
    fn room_by_uuid(&mut self, uuid: Uuid) -> Result<Option<Room>, Fault>;
    /// The rooms behind this number that were not removed, `limit` of them, in the order of their numbers.
    fn rooms_after(&mut self, after: RoomId, limit: i64) -> Result<Vec<Room>, Fault>;
    /// The rooms about this group, by their numbers.
    fn rooms_of_group(&mut self, group: &GroupId) -> Result<Vec<Room>, Fault>;
    /// The room and the person's membership in it, in one statement: every send begins with it. In a transaction it
    /// holds the room until the commit, so that two who number messages at once take turns.
    fn place(&mut self, room: RoomId, person: PersonId) -> Result<Option<Place>, Fault>;
    /// Everybody in the room, by the number of their membership.
    fn members(&mut self, room: RoomId) -> Result<Vec<(Member, Arc<Person>)>, Fault>;
    /// The furthest receipt of anybody in the room but `person`.
    fn others_mark(&mut self, room: RoomId, person: PersonId) -> Result<Seq, Fault>;
    /// When the person was last shown out of the room that they are not in: a grant of before does not count.
    fn shown_out_at(&mut self, room: RoomId, person: PersonId) -> Result<Option<Time>, Fault>;
    /// Every room that a grant let the person into and they are in, by their numbers.
    fn granted_rooms(&mut self, person: PersonId) -> Result<Vec<Room>, Fault>;
    /// Every room of these kinds that the person is in, in any order.
    fn places(&mut self, person: PersonId, kinds: Kinds) -> Result<Vec<Place>, Fault>;
    /// Every room that the person is or was in, removed ones too, by their numbers.
    fn rooms_ever_of(&mut self, person: PersonId) -> Result<Vec<RoomId>, Fault>;
    /// The newest room, removed or not.
    fn last_room(&mut self) -> Result<RoomId, Fault>;
    /// Who came into the room, came back, or became something else there, at a head above `after` and up to `to`, and is in it,
    /// by the number of their membership.
    fn joined_between(&mut self, room: RoomId, after: Head, to: Head) -> Result<Vec<Member>, Fault>;
    /// Who left the room at a head above `after` and up to `to`, and is not in it, by their numbers.
    fn left_between(&mut self, room: RoomId, after: Head, to: Head) -> Result<Vec<PersonId>, Fault>;
    /// Whose receipts, or own view of the room, moved after so many had, of who is in it, by the number of their membership.
    fn receipts_after(&mut self, room: RoomId, after: Receipts) -> Result<Vec<Member>, Fault>;
    /// Who has read the message with this number, or later ones, by their numbers.
    fn readers(&mut self, room: RoomId, seq: Seq) -> Result<Vec<PersonId>, Fault>;
    /// Which life of the database this is, once one has begun.
    fn epoch(&mut self) -> Result<Option<Epoch>, Fault>;
    /// How many rooms of these kinds the person is in.
    fn count_rooms(&mut self, person: PersonId, kinds: Kinds) -> Result<i64, Fault>;
    /// The rooms of these kinds that the person is in, the last stirred first, whatever their clocks said, with everybody
    /// in them and their newest message, but without a case; `limit` of them after leaving out `offset`.
    fn rooms(&mut self, person: PersonId, kinds: Kinds, offset: i64, limit: i64) -> Result<Vec<RoomView>, Fault>;
}

/// Writing rooms and memberships.
pub trait TxRooms {
    /// Opens a room, unless one with its key stands: the room, which comes first in the lists, and whether it is new.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn open_room(&mut self, room: &NewRoom) -> Result<(Room, bool), Fault>;
    /// Keeps a room's `seq`, `head`, `shown`, `erased`, `changed`, `updated_at`, `ahead`, `changed_at`, `closed`, `extra`, `key`
    /// and `title`.
    fn keep_room(&mut self, room: &Room) -> Result<(), Fault>;
    /// Takes the title from a room, also from a removed one.
    fn untitle_room(&mut self, room: RoomId) -> Result<(), Fault>;
    /// Puts a room first in the lists: something happened to it itself.
    fn stir_room(&mut self, room: RoomId) -> Result<(), Fault>;
    /// Takes a room away: it is found by nothing any more, and its key and its unguessable name are free.
    fn remove_room(&mut self, room: &Room, now: Time) -> Result<(), Fault>;
    /// Makes the person a member, with the mark that they had when they left and no `skip`, and a receipt that counts among
    /// the room's; `None` when they are one already.
    fn join(&mut self, member: &NewMember) -> Result<Option<Member>, Fault>;
    /// Ends a membership at this head of the room; false when there was none.
    fn leave(&mut self, room: RoomId, person: PersonId, head: Head) -> Result<bool, Fault>;
    /// Keeps that grants of before this moment do not let the person, who is not in the room any more or never was, into it.
    fn show_out(&mut self, room: RoomId, person: PersonId, at: Time) -> Result<(), Fault>;
    /// Keeps a member's `read`, `read_at`, `skip`, `delivered` and `view`, and counts one more of the room's receipts.
    fn keep_receipt(&mut self, member: &Member) -> Result<(), Fault>;
    /// Begins another life of the database.
    fn put_epoch(&mut self, epoch: Epoch) -> Result<(), Fault>;
    /// Changes something that means nothing, to find out whether anything can be kept.
    fn prove_kept(&mut self) -> Result<(), Fault>;
    /// Adds one to the `skip` of every member but `author` who has read less than `seq`: that message was erased. Where it is
    /// for some alone, only to theirs: the others skip it already.
    fn skip_erased(
        &mut self,
        room: RoomId,
        author: Option<PersonId>,
        seq: Seq,
        readers: Option<&[PersonId]>,
    ) -> Result<(), Fault>;
}
