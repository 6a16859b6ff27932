//! Where the bytes of uploaded files are kept, apart from what the store knows about them.
//!
//! Calls may wait for a disk or a network, so they are not for threads that serve others. Whatever is kept here under a
//! name is whole: it appears at once, with every byte, or not at all.

use crate::error::{Error, Fault};
use crate::words::{FileLook, Time};

/// Where the bytes of files are kept.
pub trait Files: Send + Sync {
    /// A place for the bytes of a new file, which has no name yet.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the disk or the network fails.
    fn begin(&self) -> Result<Box<dyn Upload>, Fault>;

    /// At most `most` bytes of a file from byte `from` on; fewer at its end. `None` where nothing has this name.
    fn read(&self, name: &str, from: u64, most: usize) -> Result<Option<Vec<u8>>, Fault>;

    /// Forgets a file; one that is not there is fine.
    fn remove(&self, name: &str) -> Result<(), Fault>;

    /// The names of everything that is kept, each with when it was kept.
    fn names(&self) -> Result<Vec<(String, Time)>, Fault>;

    /// Forgets uploads that were begun before `before` and neither kept nor dropped: their process was killed.
    fn sweep(&self, before: Time) -> Result<(), Fault>;

    /// Whether the folders are there in which uploads are kept; looks, and writes nothing.
    fn stand(&self) -> Result<(), Fault>;

    /// Whether an upload could be kept: writes something and forgets it.
    fn prove(&self) -> Result<(), Fault>;
}

/// A file that is being uploaded. Dropping it forgets it.
pub trait Upload: Send {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// A [`Fault`] where they cannot be kept.
    fn write(&mut self, bytes: &[u8]) -> Result<(), Fault>;

    /// Ends the bytes and says what they are: their type by their own beginning, never by a name. A picture or a film
    /// loses its metadata here, and a small copy of a picture is made where the limits allow.
    ///
    /// # Errors
    /// [`crate::Refusal::EmptyFile`], [`crate::Refusal::FileTooLarge`] and [`crate::Refusal::FileType`]; a fault.
    fn finish(&mut self) -> Result<FileLook, Error>;

    /// Keeps the finished bytes under `name`, and the small copy, where there is one, under `thumbnail_name(name)`.
    /// Kept means on disk: what is acked after this survives a loss of power.
    ///
    /// # Errors
    /// A [`Fault`] where they cannot be kept.
    fn keep(self: Box<Self>, name: &str) -> Result<(), Fault>;
}

/// The name of the small copy of the picture that is kept under `name`.
#[must_use]
pub fn thumbnail_name(name: &str) -> String {
    format!("{name}.thumbnail")
}

/// Where what is kept under `name` lies, below the folder or the prefix of all files: on the shelf of its first two
/// digits. By this it can be looked for.
#[must_use]
pub fn kept_as(name: &str) -> String {
    let shelf = name.get(..2).unwrap_or(name);
    format!("{shelf}/{name}")
}
