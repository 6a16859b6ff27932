//! What a socket of the contract is called, and the two people whom it is for.

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use beseda_core::words::PersonId;

/// The two sockets of a conversation, under the names that operators know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Consumer {
    /// They talk.
    Chat,
    /// They see each other on the way.
    Location,
}

impl Consumer {
    /// What its lines in the log begin with.
    pub fn bracketed(self) -> &'static str {
        match self {
            Self::Chat => "[ChatConsumer]",
            Self::Location => "[LocationConsumer]",
        }
    }

    /// What its group's name in the log begins with.
    pub fn group(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Location => "location",
        }
    }

    /// The one type that a frame may say it has.
    pub fn frame_type(self) -> &'static str {
        match self {
            Self::Chat => "chat_message",
            Self::Location => "location_update",
        }
    }
}

/// The customer and the therapist whom an address names.
#[derive(Clone, Copy)]
pub(super) struct Pair {
    pub customer: PersonId,
    pub therapist: PersonId,
}

impl Pair {
    /// `None` where an id is missing or no number that an id can be.
    pub fn read(ids: Result<Path<(String, String)>, PathRejection>) -> Option<Self> {
        let number = |text: &str| {
            let digits = text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse().ok().filter(|_| digits).map(PersonId)
        };
        let Path((customer, therapist)) = ids.ok()?;
        Some(Self {
            customer: number(&customer)?,
            therapist: number(&therapist)?,
        })
    }
}
