//! Files: what is uploaded, and how it hangs on a message.

use super::{MessageId, RoomId};

/// What an upload turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLook {
    /// SHA-256 of the bytes as they are kept.
    pub sha256: [u8; 32],
    /// How many bytes are kept.
    pub bytes: u64,
    /// The media type that its bytes tell, from the list of those that are taken: `image/png`, `text/plain`, and for a
    /// text whose encoding is certain `text/plain; charset=utf-8`.
    pub media: String,
    /// What it looks like, where it is a picture.
    pub picture: Option<Picture>,
}

/// What a picture looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Picture {
    /// Width in pixels, as it is shown.
    pub width: u32,
    /// Height in pixels, as it is shown.
    pub height: u32,
    /// Whether there is a small copy.
    pub has_thumbnail: bool,
}

/// A file that is kept: its bytes once, however many messages they hang on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// Its number.
    pub id: i64,
    /// The name under which its bytes are kept; made of their hash, never of what a person called it.
    pub name: String,
    /// What it is.
    pub look: FileLook,
}

/// A file that hangs on a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its number among all attachments: what addresses of files are made of.
    pub id: i64,
    /// What its sender called it, made harmless.
    pub title: String,
    /// The file.
    pub file: StoredFile,
}

/// An attachment with the message that it hangs on: what a download is decided by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedAttachment {
    /// The room.
    pub room: RoomId,
    /// The message.
    pub message: MessageId,
    /// The attachment.
    pub attachment: Attachment,
}
