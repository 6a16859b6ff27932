//! What is known of files and how they hang on messages; their bytes are in [`super::bytes`].

use crate::error::Fault;
use crate::words::{Attachment, FileLook, PlacedAttachment, RoomId, Seq, StoredFile, Time};

/// Reading what is known of files.
pub trait LookFiles {
    /// The attachment, unless its message is erased or its room removed.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn attachment(&mut self, id: i64) -> Result<Option<PlacedAttachment>, Fault>;
    /// Whether a file is known by this name of its bytes.
    fn knows_file(&mut self, name: &str) -> Result<bool, Fault>;
}

/// Writing what is known of files.
pub trait TxFiles {
    /// The file with these bytes, reserved from `now` on: the one that is kept already, or a new one under a new name.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn reserve_file(&mut self, look: &FileLook, now: Time) -> Result<StoredFile, Fault>;
    /// The names of files that hang on no message and were last reserved before `before`: nobody can reserve them any
    /// more, and their bytes may be forgotten. Also of those that were given out here before.
    fn doom_files(&mut self, before: Time) -> Result<Vec<String>, Fault>;
    /// Gives up one file at once, unless it hangs on a message: whether that was done now.
    fn doom_file(&mut self, name: &str) -> Result<bool, Fault>;
    /// Takes files for reserved `now` that were reserved after `ahead`: how many.
    fn mend_files(&mut self, now: Time, ahead: Time) -> Result<u64, Fault>;
    /// Forgets a doomed file.
    fn forget_file(&mut self, name: &str) -> Result<(), Fault>;
    /// The files of a message, as just kept.
    fn attachments(&mut self, room: RoomId, seq: Seq) -> Result<Vec<Attachment>, Fault>;
}
