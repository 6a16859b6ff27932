//! What messages have beside their text: what they answer, who is mentioned, what people make of them.

use super::person::host_id;
use super::{HostId, Message, Person, PersonId, Seq, Time};
use std::ops::{BitOr, BitOrAssign};
use std::sync::Arc;

/// What of a message stands beside it, as one small number: a plain one has 0, and nobody looks for more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Extra(pub i64);

impl Extra {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// It is an event, answers something, is pinned, or has something of an application's own.
    pub const KEPT: Self = Self(1);
    /// Somebody has reacted to it.
    pub const REACTIONS: Self = Self(2);
    /// Somebody is mentioned in it.
    pub const MENTIONS: Self = Self(4);
    /// It is for some alone.
    pub const READERS: Self = Self(8);
    /// It was edited, and what it said before is kept.
    pub const VERSIONS: Self = Self(16);
    /// It is pinned.
    pub const PINNED: Self = Self(32);
    /// Another one answers it.
    pub const ANSWERED: Self = Self(64);
    /// Of a room: the desk has a case of it.
    pub const CASE: Self = Self(128);
    /// Of a room: all that was said in it was said elsewhere, and more of that may be brought in.
    pub const IMPORTED: Self = Self(256);

    /// Whether it has any of these.
    #[must_use]
    pub fn has(self, any: Self) -> bool {
        self.0 & any.0 != 0
    }

    /// The same without these.
    #[must_use]
    pub fn without(self, these: Self) -> Self {
        Self(self.0 & !these.0)
    }

    /// The same without all but these.
    #[must_use]
    pub fn only(self, these: Self) -> Self {
        Self(self.0 & these.0)
    }

    /// The same with these, or without them.
    #[must_use]
    pub fn with(self, these: Self, on: bool) -> Self {
        if on { self | these } else { self.without(these) }
    }
}

impl BitOr for Extra {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Extra {
    fn bitor_assign(&mut self, other: Self) {
        *self = *self | other;
    }
}

/// Somebody, as what is beside a message names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Their number.
    pub id: PersonId,
    /// What the host application calls them, as [`Person::host_name`].
    pub host_name: Option<String>,
    /// They were deleted.
    pub forgotten: bool,
}

impl Named {
    /// What the host application calls them.
    #[must_use]
    pub fn host_id(&self) -> HostId<'_> {
        host_id(self.id, self.host_name.as_deref(), self.forgotten)
    }
}

impl From<&Person> for Named {
    fn from(person: &Person) -> Self {
        Self {
            id: person.id,
            host_name: person.host_name.clone(),
            forgotten: person.forgotten,
        }
    }
}

/// What somebody makes of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaction {
    /// One emoji, in the one way in which whoever takes it writes it.
    pub emoji: String,
    /// Who.
    pub person: Named,
}

/// Who pinned a message, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pinned {
    /// Who.
    pub by: Named,
    /// When.
    pub at: Time,
}

/// What of a message is kept in one row beside it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kept {
    /// It reports something in structure: `custom` says what.
    pub is_event: bool,
    /// The message of the room that it answers.
    pub reply_to: Option<Seq>,
    /// What an application says beside it, as JSON.
    pub custom: Option<Arc<str>>,
    /// Who pinned it, and when.
    pub pinned: Option<Pinned>,
}

/// All that a message has beside its text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Beside {
    /// What is kept in one row.
    pub kept: Kept,
    /// The message that it answers, as it is now.
    pub quoted: Option<Arc<Message>>,
    /// What people make of it, in the order in which they did.
    pub reactions: Vec<Reaction>,
    /// Who is mentioned, in the order of the text.
    pub mentions: Vec<Named>,
    /// Who alone sees it, where it is for some.
    pub readers: Option<Vec<PersonId>>,
}

/// What a message said before it was edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// What it said.
    pub text: String,
    /// Since when it said so.
    pub at: Time,
    /// Who wrote it; nobody for what the application said.
    pub by: Option<Named>,
}
