//! Files of messages: how they come in, and how they go out.

pub mod download;
#[cfg(test)]
pub(crate) mod shelf;
pub mod title;
mod turns;
pub mod upload;

use beseda_core::words::{Attachment, Message};
use beseda_live::place::under;

/// The address of a file's bytes, for whoever may read its room and is answered now.
#[must_use]
pub fn address(attachment: &Attachment) -> String {
    let (under, title) = (under(), title::in_address(&attachment.title));
    format!("{under}/files/{}/{title}", attachment.id)
}

/// The address of the small copy of a picture; none where there is none.
#[must_use]
pub fn thumbnail_address(attachment: &Attachment) -> Option<String> {
    let picture = attachment.file.look.picture.filter(|picture| picture.has_thumbnail);
    picture.map(|_| format!("{}?view=thumbnail", address(attachment)))
}

/// The address of the first file of a message: older contracts know one at most.
#[must_use]
pub fn address_of(message: &Message) -> Option<String> {
    message.attachments.first().map(address)
}
