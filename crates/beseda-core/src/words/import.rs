//! What another chat has kept, on its way in under the numbers that it has there.

use super::{DraftFile, MemberId, MessageId, PersonId, Room, RoomId, RoomKey, Time};

/// A room of another chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignRoom {
    /// Its number there and here.
    pub id: RoomId,
    /// What it is about.
    pub key: RoomKey,
    /// A title, or empty.
    pub title: String,
    /// When it was opened.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
}

/// Somebody who is in a room of another chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForeignMember {
    /// The number of the membership, which it keeps where that is free; a new one otherwise.
    pub id: Option<MemberId>,
    /// The room.
    pub room: RoomId,
    /// Who.
    pub person: PersonId,
    /// Since when.
    pub joined_at: Time,
}

/// A message of another chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignMessage {
    /// Its number there and here.
    pub id: MessageId,
    /// Its room.
    pub room: RoomId,
    /// Who sent it; nobody where that is not known any more.
    pub sender: Option<PersonId>,
    /// What it says.
    pub text: String,
    /// The file that hangs on it, which is kept and reserved by now.
    pub file: Option<DraftFile>,
    /// When it was sent.
    pub created_at: Time,
}

/// How far somebody has read a room of another chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForeignReceipt {
    /// Everything that was sent until then.
    Until(Time),
    /// A message and everything before it.
    UpTo(MessageId),
}

/// A room that has a number here already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingRoom {
    /// The room; a removed one has no key that anybody asks for.
    pub room: Room,
    /// It was removed.
    pub removed: bool,
    /// The newest message in it, erased or not.
    pub last: Option<MessageId>,
}

/// A message that has a number here already, erased or not, also of a removed room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StandingMessage {
    /// Its number.
    pub id: MessageId,
    /// Its room.
    pub room: RoomId,
    /// Who sent it.
    pub sender: Option<PersonId>,
    /// When it was sent.
    pub created_at: Time,
}
