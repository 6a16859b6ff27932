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
    /// What stands in its place until it is loaded.
    pub blur: Option<Blur>,
}

/// A blurred look of a picture: a ThumbHash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blur {
    len: u8,
    /// What comes behind `len` is zero.
    bytes: [u8; Self::BYTES],
}

impl Blur {
    /// The longest has a shape that is nearly a square, and transparency.
    pub const BYTES: usize = 25;

    /// Of the bytes of a ThumbHash; none where there are none, or more than [`Self::BYTES`].
    #[must_use]
    pub fn of(hash: &[u8]) -> Option<Self> {
        let mut bytes = [0; Self::BYTES];
        bytes.get_mut(..hash.len())?.copy_from_slice(hash);
        let len = u8::try_from(hash.len()).ok().filter(|len| *len > 0)?;
        Some(Self { len, bytes })
    }

    /// The ThumbHash.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len.into()).unwrap_or_default()
    }
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

#[cfg(test)]
mod tests {
    use super::Blur;

    #[test]
    fn a_blur_has_a_byte_at_least_and_25_at_most() {
        for len in [1, 17, Blur::BYTES] {
            let hash = vec![7; len];
            assert_eq!(Blur::of(&hash).unwrap().bytes(), hash);
        }
        assert_eq!((Blur::of(&[]), Blur::of(&[7; Blur::BYTES + 1])), (None, None));
    }
}
