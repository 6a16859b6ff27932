//! Events: what a change makes listeners hear.

use super::{Head, Message, MessageId, PersonId, RoomName, RoomView, Seq};
use std::sync::Arc;

/// Something that happened in a room and is kept. It is announced inside the transaction and heard only after its commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Where.
    pub room: RoomName,
    /// The room's head with it.
    pub head: Head,
    /// What.
    pub heard: Heard,
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
    /// Somebody's receipt moved.
    Read {
        /// Whose.
        person: PersonId,
        /// How far.
        seq: Seq,
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
    },
    /// What this person may do, or whether they are let in at all.
    Person(PersonId),
    /// Nobody can tell any more what.
    Everything,
}
