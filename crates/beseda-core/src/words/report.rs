//! Reports: somebody says that staff is to look at a message, and staff settles it.

use super::{OwnWord, PersonId, RoomId, RoomKind, Seq, Time, worded};
use std::fmt;
use uuid::Uuid;

/// Why somebody reports a message, in a word of the application's own.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ReportReason(OwnWord);

impl ReportReason {
    /// The reason of a word; `None` where none can be called so.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        OwnWord::of(word).map(Self)
    }

    /// Its word.
    #[must_use]
    pub fn word(&self) -> &str {
        self.0.word()
    }
}

impl fmt::Debug for ReportReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

worded! {
    /// How far a report is.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum ReportState {
        /// Nobody of the staff has settled it.
        Open = "open",
        /// Somebody has.
        Settled = "settled",
    }
}

/// That somebody reports a message. What the message says is not kept with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// An unguessable name of ours.
    pub id: Uuid,
    /// The message's room.
    pub room: RoomId,
    /// What that is about: who settles it follows from this.
    pub kind: RoomKind,
    /// The message's number there.
    pub seq: Seq,
    /// Who reports it.
    pub by: PersonId,
    /// Why.
    pub reason: ReportReason,
    /// What they say of it, or empty.
    pub text: String,
    /// What the staff notes on it, or empty.
    pub note: String,
    /// Who of the staff settled it, and when.
    pub settled: Option<(PersonId, Time)>,
    /// When it was made.
    pub created_at: Time,
}

impl Report {
    /// How far it is.
    #[must_use]
    pub fn state(&self) -> ReportState {
        if self.settled.is_some() {
            ReportState::Settled
        } else {
            ReportState::Open
        }
    }
}
