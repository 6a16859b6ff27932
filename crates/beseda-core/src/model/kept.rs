//! What the model keeps, and the searches that reading and writing share.

use crate::words::{
    Account, Author, Group, GroupId, Member, MemberId, Message, MessageId, Order, OrderId, Person, PersonId,
    RefreshToken, Room, RoomId, Seq, Session,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Everything there is.
#[derive(Clone, Default)]
pub(super) struct Kept {
    pub(super) people: BTreeMap<PersonId, Account>,
    pub(super) sessions: BTreeMap<[u8; 32], Session>,
    pub(super) refresh_tokens: BTreeMap<String, RefreshToken>,
    pub(super) orders: BTreeMap<OrderId, Order>,
    pub(super) groups: BTreeMap<GroupId, Group>,
    /// The rooms that stand. A removed one leaves this map and nothing else: its messages stay.
    pub(super) rooms: BTreeMap<RoomId, Room>,
    pub(super) last_room: RoomId,
    /// Memberships that have not ended.
    pub(super) members: BTreeMap<MemberId, Member>,
    pub(super) last_member: MemberId,
    /// Every message that was ever sent; shared, so that a copy of everything is cheap.
    pub(super) messages: BTreeMap<(RoomId, Seq), Arc<Line>>,
    pub(super) last_message: MessageId,
}

/// A message as it is kept: who sent it is looked up when it is read, because people change their names.
#[derive(Clone)]
pub(super) struct Line {
    pub(super) message: Message,
    pub(super) sender: Option<PersonId>,
    pub(super) client_id: Option<String>,
}

impl Line {
    pub(super) fn is_erased(&self) -> bool {
        self.message.erased_at.is_some()
    }
}

impl Kept {
    pub(super) fn person(&self, id: PersonId) -> Option<&Person> {
        self.people.get(&id).map(|account| &account.person)
    }

    pub(super) fn room_by_key(&self, key: &str) -> Option<&Room> {
        self.rooms.values().find(|room| room.key == key)
    }

    /// The memberships of a room that stands, by their number.
    pub(super) fn members_of(&self, room: RoomId) -> impl Iterator<Item = &Member> {
        self.members
            .values()
            .filter(move |member| member.room == room && self.rooms.contains_key(&room))
    }

    pub(super) fn member(&self, room: RoomId, person: PersonId) -> Option<&Member> {
        self.members_of(room).find(|member| member.person == person)
    }

    /// The rooms that the person is in, by the number of the membership.
    pub(super) fn rooms_of(&self, person: PersonId) -> impl Iterator<Item = &Room> {
        self.members
            .values()
            .filter(move |member| member.person == person)
            .filter_map(|m| self.rooms.get(&m.room))
    }

    /// Every message of a room that stands, erased ones too, by number.
    pub(super) fn lines(&self, room: RoomId) -> impl DoubleEndedIterator<Item = &Line> {
        self.messages
            .range((room, Seq(i64::MIN))..=(room, Seq(i64::MAX)))
            .map(|(_, line)| line.as_ref())
            .filter(move |_| self.rooms.contains_key(&room))
    }

    /// The message with this number among all, if its room stands.
    pub(super) fn line(&self, id: MessageId) -> Option<&Line> {
        let mut all = self.messages.values().map(AsRef::as_ref);
        all.find(|line| line.message.id == id && self.rooms.contains_key(&line.message.room))
    }

    /// The message as a reader sees it, with the author's name as it is today.
    pub(super) fn shown(&self, line: &Line) -> Message {
        let author = line.sender.and_then(|sender| self.person(sender)).map(Author::from);
        Message {
            author,
            ..line.message.clone()
        }
    }
}
