//! A support case: what the desk knows of a visitor's room besides what is said in it.

use super::{HostId, Person, PersonId, RoomId};

/// What the desk knows of a visitor's room. Its subject is the room's title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The room.
    pub room: RoomId,
    /// The visitor, as whom everybody speaks who comes by the room's unguessable name.
    pub visitor: PersonId,
    /// What the visitor wants to be called.
    pub customer_name: String,
    /// Where to write to them, or empty.
    pub customer_email: String,
    /// How far it is.
    pub status: CaseStatus,
    /// Who of the staff answered first.
    pub assigned_to: Option<Assigned>,
}

/// Who of the staff a case is assigned to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assigned {
    /// The person.
    pub person: PersonId,
    /// What the host application calls them.
    pub host_id: HostId<'static>,
}

impl From<&Person> for Assigned {
    fn from(person: &Person) -> Self {
        Self {
            person: person.id,
            host_id: person.host_id().into_owned(),
        }
    }
}

/// How far a support case is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseStatus {
    /// Nobody of the staff has answered yet.
    New,
    /// Somebody has.
    Open,
    /// It is over.
    Closed,
}

impl CaseStatus {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }

    /// The status of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::New, Self::Open, Self::Closed]
            .into_iter()
            .find(|status| status.word() == word)
    }
}
