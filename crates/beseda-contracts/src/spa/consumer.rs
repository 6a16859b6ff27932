//! What a socket of the contract is called, and the two people whom it is for.

use crate::shared::{Shared, ids};
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use beseda_core::Error;
use beseda_core::words::HostId;

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
#[derive(Clone)]
pub(super) struct Pair {
    pub customer: HostId<'static>,
    pub therapist: HostId<'static>,
}

impl Pair {
    /// `None` where an id is missing or nothing that an id can be.
    pub fn read(ids: Result<Path<(String, String)>, PathRejection>) -> Option<Self> {
        let Path((customer, therapist)) = ids.ok()?;
        Some(Self {
            customer: HostId::of(customer).ok()?,
            therapist: HostId::of(therapist).ok()?,
        })
    }

    /// Whether the host application may call two people so.
    ///
    /// # Errors
    /// A fault where that cannot be found out.
    pub async fn can_be(&self, shared: &Shared) -> Result<bool, Error> {
        Ok(ids::can_be(shared, &self.customer).await? && ids::can_be(shared, &self.therapist).await?)
    }
}
