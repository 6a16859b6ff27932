//! A case: what the desk knows of a room besides what is said in it.

use super::{HostId, Person, PersonId, RoomId, Time, worded};
use std::sync::Arc;

/// What the desk knows of a room. Of a visitor's, what it is about is the room's title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The room.
    pub room: RoomId,
    /// How far it is.
    pub state: CaseState,
    /// Who of the staff answers: whoever answered first, until somebody says otherwise.
    pub assigned_to: Option<Assigned>,
    /// Whose turn it is to answer; nobody's while nothing is said.
    pub owes: Option<Side>,
    /// When the first of the messages was sent that wait for an answer; when the room was opened, while nothing is said.
    pub since: Time,
    /// Until when nobody has to look at it, where it is snoozed.
    pub snoozed_until: Option<Time>,
    /// What the staff sorts it by, each once, in alphabetical order.
    pub tags: Vec<String>,
    /// Who opened it as a visitor.
    pub visitor: Option<Visitor>,
}

impl Case {
    /// The case of a room of which nobody said anything yet, opened at this moment.
    #[must_use]
    pub fn new(room: RoomId, opened_at: Time) -> Self {
        Self {
            room,
            state: CaseState::New,
            assigned_to: None,
            owes: None,
            since: opened_at,
            snoozed_until: None,
            tags: Vec::new(),
            visitor: None,
        }
    }

    /// Puts it into a state in which it is not snoozed.
    pub fn turn(&mut self, state: CaseState) {
        self.state = state;
        self.snoozed_until = None;
    }
}

/// Who opened a case as a visitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor {
    /// As whom everybody speaks who comes by the room's unguessable name.
    pub person: PersonId,
    /// What they want to be called.
    pub name: String,
    /// Where to write to them, or empty.
    pub email: String,
    /// Where they came from.
    pub visit: Visit,
}

/// What is known of the page from which a visitor wrote, each text empty where it is not known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Visit {
    /// The page's address.
    pub page: String,
    /// Where they were before.
    pub referrer: String,
    /// The language that their browser asks for.
    pub locale: String,
    /// What their browser says that it is.
    pub agent: String,
    /// What the application says besides, as JSON.
    pub custom: Option<Arc<str>>,
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

worded! {
    /// How far a case is.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum CaseState {
        /// Nobody of the staff has answered yet.
        New = "new",
        /// Somebody has.
        Open = "open",
        /// The staff has done what it can, until somebody else does something.
        Waiting = "waiting",
        /// Nobody has to look at it until a moment.
        Snoozed = "snoozed",
        /// It is over.
        Resolved = "resolved",
    }
}

worded! {
    /// Who is to answer.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Side {
        /// The staff.
        Us = "us",
        /// Who is not of the staff.
        Them = "them",
    }
}

/// Which cases are wanted, of those that are somebody's to see.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CaseFilter {
    /// In one of these states; in any, where none is named.
    pub states: Vec<CaseState>,
    /// Assigned to this one.
    pub assigned: Option<Owner>,
    /// Where it is theirs to answer.
    pub owes: Option<Side>,
    /// With this tag.
    pub tag: Option<String>,
    /// Those that wait longest first, instead of last.
    pub oldest_first: bool,
}

/// Whose a case is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// Nobody's.
    Nobody,
    /// This person's.
    Person(PersonId),
}

/// Where a list of cases goes on: behind this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CasePlace {
    /// Its `since`.
    pub since: Time,
    /// Its room.
    pub room: RoomId,
}
