//! Rooms and memberships.

use super::{
    Case, Extra, GroupId, Head, MemberId, MemberRole, Message, OrderId, Person, PersonId, Receipts, RoomId, RoomKey,
    RoomKind, Seq, Time,
};
use std::sync::Arc;
use uuid::Uuid;

/// What a room is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoomName {
    /// Its number.
    pub id: RoomId,
    /// Its unguessable name.
    pub uuid: Uuid,
    /// What it is about, as a kind.
    pub kind: RoomKind,
}

/// A room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// Its number.
    pub id: RoomId,
    /// Its unguessable name.
    pub uuid: Uuid,
    /// What it is about, unique, as [`super::RoomKey`] writes it.
    pub key: Arc<str>,
    /// What it is about, as a kind.
    pub kind: RoomKind,
    /// A title, or empty.
    pub title: String,
    /// The newest message's number; 0 while there is none.
    pub seq: Seq,
    /// How many durable changes there have been.
    pub head: Head,
    /// The newest message that is not erased; 0 when there is none.
    pub shown: Seq,
    /// How many of its messages are erased.
    pub erased: i64,
    /// The head at which the room itself or who is in it (not a message) last changed.
    pub changed: Head,
    /// How often receipts of it have moved.
    pub receipts: Receipts,
    /// When it was opened.
    pub created_at: Time,
    /// When a message was last sent, or the room itself last changed.
    pub updated_at: Time,
    /// From when on messages of it may have moments already, given by a clock that was ahead.
    pub ahead: Option<Time>,
    /// When anything of it last changed but by a new message: see [`Self::last_changed_at`].
    pub changed_at: Time,
    /// Its business is over: what its kind leaves is left of its people's rights.
    pub closed: bool,
    /// What any of its messages has or had beside its text.
    pub extra: Extra,
    /// One of the two whose room it is has blocked the other.
    pub blocked: bool,
}

impl Room {
    /// The unguessable name of the room that these notes are about; `None` where it is none of notes.
    #[must_use]
    pub fn is_about(&self) -> Option<Uuid> {
        // Every place that is read asks: few are read further.
        if self.kind != RoomKind::Notes {
            return None;
        }
        match self.key.parse() {
            Ok(RoomKey::Notes(uuid)) => Some(uuid),
            _ => None,
        }
    }

    /// The order, where it is about one.
    #[must_use]
    pub fn order(&self) -> Option<OrderId> {
        let id = self.key.strip_prefix(RoomKind::Order.word())?.strip_prefix(':')?;
        id.parse().ok()
    }

    /// The key under which a room of two is kept whose one was deleted: nobody comes to it by their ids any more, because
    /// the host may give that id to somebody else.
    #[must_use]
    pub fn key_when_left(&self) -> String {
        format!("#left-{}:{}", self.id, self.key)
    }

    /// Whether one of the two whose room it is was deleted.
    #[must_use]
    pub fn is_left(&self) -> bool {
        self.key.starts_with('#')
    }

    /// How many messages a reader can see.
    #[must_use]
    pub fn visible(&self) -> i64 {
        self.seq.0 - self.erased
    }

    /// The unguessable name that it has once it is removed, so that its own is free for a room with the same key: no two
    /// rooms have the same, because no two have the same number.
    #[must_use]
    pub fn name_when_removed(&self) -> Uuid {
        let number = u128::from(self.id.0.unsigned_abs());
        Uuid::from_u128(self.uuid.as_u128() ^ (number << 64) ^ 1)
    }

    /// When anything of it last changed.
    #[must_use]
    pub fn last_changed_at(&self) -> Time {
        self.updated_at.not_before(self.changed_at)
    }

    /// What it is known by.
    #[must_use]
    pub fn name(&self) -> RoomName {
        RoomName {
            id: self.id,
            uuid: self.uuid,
            kind: self.kind,
        }
    }
}

/// The key that a room had before one of the two whose it is was deleted: its own, where nobody was.
#[must_use]
pub fn key_before_left(key: &str) -> &str {
    match key.strip_prefix('#') {
        Some(left) => left.split_once(':').map_or(left, |(_, key)| key),
        None => key,
    }
}

/// A room to open; opening one whose key stands gives the one that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRoom {
    /// Its unguessable name, drawn by the caller.
    pub uuid: Uuid,
    /// What it is about, unique.
    pub key: String,
    /// What it is about, as a kind.
    pub kind: RoomKind,
    /// The group whose people are in it, where it is about one.
    pub group: Option<GroupId>,
    /// A title, or empty.
    pub title: String,
    /// When.
    pub now: Time,
}

/// Somebody's membership in a room, with their receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The membership's own number.
    pub id: MemberId,
    /// The room.
    pub room: RoomId,
    /// Who.
    pub person: PersonId,
    /// How far they have read: a watermark that only moves forward.
    pub read: Seq,
    /// When they last moved it.
    pub read_at: Option<Time>,
    /// How many messages after `read` do not count as unread for them: their own, and erased ones.
    pub skip: i64,
    /// Since when.
    pub joined_at: Time,
    /// A grant let them in: they stay when the people of the room's subject change.
    pub granted: bool,
    /// What they are in the room.
    pub role: MemberRole,
    /// The newest message that has reached a device of theirs; never before `read`.
    pub delivered: Seq,
    /// How they see the room, which is nobody else's business.
    pub view: View,
}

/// How a member sees a room in their own list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct View {
    /// It makes no noise, and counts nowhere, until then.
    pub muted_until: Option<Time>,
    /// Since when it stands above the others.
    pub pinned_at: Option<Time>,
    /// It is out of sight.
    pub archived: bool,
    /// They marked it as unread from this message on.
    pub unread_from: Option<Seq>,
}

/// Somebody who is to be a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewMember {
    /// The room.
    pub room: RoomId,
    /// Who.
    pub person: PersonId,
    /// Whether a grant lets them in.
    pub granted: bool,
    /// What they are to be in the room.
    pub role: MemberRole,
    /// The room's head with it.
    pub head: Head,
    /// When.
    pub now: Time,
}

impl View {
    /// Whether the room makes a noise now, and counts among what is unread.
    #[must_use]
    pub fn counts(&self, now: Time) -> bool {
        !self.archived && self.muted_until.is_none_or(|until| until <= now)
    }
}

impl Member {
    /// How many messages of others the member has not read, in constant time.
    #[must_use]
    pub fn unread(&self, room: &Room) -> i64 {
        room.seq.0 - self.read.0 - self.skip
    }
}

/// A room and how one person stands to it: what a rule needs before anything else, read in one statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The room.
    pub room: Room,
    /// The person's membership, if they are in it.
    pub member: Option<Member>,
    /// Of notes: how they stand to the room that these are about.
    pub noted: Option<Noted>,
}

impl Place {
    /// What of it decides what the person may do there.
    #[must_use]
    pub fn spot(&self) -> Spot {
        Spot {
            kind: self.room.kind,
            closed: self.room.closed,
            member: self.member.as_ref().map(|member| (member.role, member.granted)),
            noted: self.noted,
        }
    }
}

/// How somebody stands to the room that notes are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Noted {
    /// The room's kind.
    pub kind: RoomKind,
    /// If they are in it, as what, and whether they were let in.
    pub member: Option<(MemberRole, bool)>,
}

impl From<&Place> for Noted {
    fn from(place: &Place) -> Self {
        let Spot { kind, member, .. } = place.spot();
        Self { kind, member }
    }
}

/// What of a place decides what the person may do there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    /// The room's kind.
    pub kind: RoomKind,
    /// Whether the room is closed.
    pub closed: bool,
    /// If they are in it, as what, and whether they were let in.
    pub member: Option<(MemberRole, bool)>,
    /// Of notes: how they stand to the room that these are about.
    pub noted: Option<Noted>,
}

/// How one person stands to a room, with what is derived from their receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Me {
    /// Their membership.
    pub member: Member,
    /// How many messages of others they have not read.
    pub unread: i64,
    /// In how many of those they are mentioned.
    pub mentions: i64,
}

/// What the host application says of a room for its people to see.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RoomLook {
    /// Where its picture is, or empty.
    pub avatar_url: String,
    /// Whatever the application shows of it, as JSON.
    pub custom: Option<Arc<str>>,
    /// What it is about: a card of the business object, as JSON.
    pub subject: Option<Arc<str>>,
}

/// All of a room that somebody in it, or who steps in, is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FullRoom {
    /// The room.
    pub room: Room,
    /// How it looks.
    pub look: RoomLook,
    /// The other one, where it is a room of two: it is called as they are.
    pub other: Option<Arc<Person>>,
    /// How many people are in it.
    pub member_count: i64,
    /// The first of them, by the number of their membership; `None` where only a list is told.
    pub members: Option<Vec<(Member, Arc<Person>)>>,
    /// The newest message that is not erased and is theirs to see, with what is beside it.
    pub last: Option<Arc<Message>>,
    /// How they stand to it; `None` for who is not in it.
    pub me: Option<Me>,
    /// What they may do in it, in words.
    pub can: Arc<[&'static str]>,
}

/// What a room shows alike to everybody who reads all of it. None of this is otherwise as long as the room's head stands still,
/// but what its author is called and looks like.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Front {
    /// How it looks.
    pub look: RoomLook,
    /// How many people are in it.
    pub member_count: i64,
    /// The newest message that is not erased, without what is beside it, with how its author looks now. None where some
    /// messages of the room are for some alone.
    pub last: Option<Arc<Message>>,
}

/// A room as one of its members sees it in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomView {
    /// The room.
    pub room: Room,
    /// Everybody in it, by the number of their membership. Who is in many rooms of a list is there once.
    pub members: Vec<(Member, Arc<Person>)>,
    /// The newest message that is not erased.
    pub last: Option<Message>,
    /// What the desk knows of it, where it is a visitor's.
    pub case: Option<Case>,
}

impl RoomView {
    /// A room of which nothing but itself is looked at yet.
    #[must_use]
    pub fn of(room: Room) -> Self {
        Self {
            room,
            members: Vec::new(),
            last: None,
            case: None,
        }
    }
}
