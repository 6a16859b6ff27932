//! Events: what a change makes listeners hear.

use super::{Head, Message, MessageId, PersonId, RoomId, RoomName, RoomView, Seq};
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
        /// The sender's own name for it: of interest to the sender's windows alone.
        client_id: Option<String>,
    },
    /// A message was edited.
    Edited {
        /// The message as it is now.
        message: Arc<Message>,
        /// Everybody's receipt, because what is read looks different to each.
        receipts: Arc<Vec<(PersonId, Seq)>>,
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

/// Something that another process has changed: what it names is to be read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// A room has come to this head, or a receipt in it has moved.
    Room {
        /// Which.
        room: RoomId,
        /// Its head then.
        head: Head,
    },
    /// What this person may do, or whether they are let in at all.
    Person(PersonId),
    /// Nobody can tell any more what.
    Everything,
}
