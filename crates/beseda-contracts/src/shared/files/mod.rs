//! Files of messages: how they come in, and how they go out.

pub mod download;
#[cfg(test)]
pub(crate) mod shelf;
pub mod title;
pub mod upload;

use beseda_core::words::{Attachment, Message};

/// The address of a file's bytes, for whoever may read its room.
#[must_use]
pub fn address(attachment: &Attachment) -> String {
    format!("/files/{}/{}", attachment.id, title::in_address(&attachment.title))
}

/// The address of the first file of a message: older contracts know one at most.
#[must_use]
pub fn address_of(message: &Message) -> Option<String> {
    message.attachments.first().map(address)
}
