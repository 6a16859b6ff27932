//! Events: what a change makes listeners hear.

use super::{Head, Me, Message, MessageId, Named, PersonId, Receipts, Room, RoomName, RoomView, Seq};
use std::sync::Arc;

/// Something that happened in a room and is kept. It is announced inside the transaction and heard only after its commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Where.
    pub room: RoomName,
    /// What the room is about, as [`super::Room::key`].
    pub key: Arc<str>,
    /// The room's head with it.
    pub head: Head,
    /// The room's newest message with it.
    pub seq: Seq,
    /// How often receipts of the room have moved with it.
    pub receipts: Receipts,
    /// What.
    pub heard: Heard,
}

impl Event {
    /// What happened in a room, of which this is what it is now.
    #[must_use]
    pub fn of(room: &Room, heard: Heard) -> Self {
        Self {
            room: room.name(),
            key: Arc::clone(&room.key),
            head: room.head,
            seq: room.seq,
            receipts: room.receipts,
            heard,
        }
    }
}

/// What listeners hear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// The room is new.
    Opened {
        /// The room as it was opened.
        view: Arc<RoomView>,
    },
    /// A message was sent.
    Sent {
        /// The message.
        message: Arc<Message>,
    },
    /// A message was edited.
    Edited {
        /// The message as it is now.
        message: Arc<Message>,
        /// Who has read it, because that looks different to each.
        readers: Readers,
    },
    /// A message was erased.
    Erased {
        /// Its number among all messages.
        id: MessageId,
        /// Its number in the room.
        seq: Seq,
    },
    /// Something beside the text of a message changed: what people make of it, whether it is pinned, what it quotes.
    Touched {
        /// The message as it is now, with all that is beside its text.
        message: Arc<Message>,
    },
    /// Somebody's receipt moved.
    Read {
        /// Whose.
        person: PersonId,
        /// How far.
        seq: Seq,
        /// What they are called.
        name: Named,
        /// How they stand to the room now.
        me: Arc<Me>,
    },
    /// Somebody sees the room otherwise, which only they hear of.
    Viewed {
        /// How they stand to the room now.
        me: Arc<Me>,
    },
    /// Somebody became a member.
    Joined {
        /// Who.
        person: PersonId,
    },
    /// Somebody is no longer a member, and hears nothing after this.
    Left {
        /// Who.
        person: PersonId,
    },
    /// The room itself changed.
    Changed,
    /// The room is gone; nobody hears anything after this.
    Removed,
}

/// Who has read up to a message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Readers(Arc<[PersonId]>);

impl Readers {
    /// These people, in any order.
    #[must_use]
    pub fn new(mut people: Vec<PersonId>) -> Self {
        people.sort_unstable();
        Self(people.into())
    }

    /// Whether the message is read, as the viewer sees it: see [`super::Marks::is_read`].
    #[must_use]
    pub fn is_read(&self, message: &Message, viewer: PersonId) -> bool {
        if message.is_by(viewer) {
            self.0.iter().any(|&reader| reader != viewer)
        } else {
            self.0.binary_search(&viewer).is_ok()
        }
    }
}

/// Something that another process has changed: what it names is to be read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// Something happened in a room: it has come to this head, or a receipt in it has moved.
    Room {
        /// Which.
        room: RoomName,
        /// Its head then.
        head: Head,
        /// Who came into it, where somebody did.
        came: Option<PersonId>,
    },
    /// What this person may do, or whether they are let in at all.
    Person(PersonId),
    /// Nobody can tell any more what.
    Everything,
}
