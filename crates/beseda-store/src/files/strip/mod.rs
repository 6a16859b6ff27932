//! Pictures without what they tell besides the picture: where it was taken, by whom, with what, and what it was before.
//!
//! Each format is walked from part to part, and only the parts that are needed to show it are copied, as they are: of
//! its pixels nothing changes. Nothing after a picture's end is copied either: phones put whole films there.

mod gif;
mod jpeg;
mod png;
mod webp;

use super::format::Format;
use std::io::{self, Write};

/// Why a picture could not be copied.
#[derive(Debug)]
pub(super) enum StripError {
    /// It is not made as its format says.
    Broken,
    /// The copy could not be written.
    Io(io::Error),
}

impl From<io::Error> for StripError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// What was seen on the way.
#[derive(Debug, Default)]
pub(super) struct Seen<'a> {
    /// EXIF, as the picture had it.
    pub(super) exif: Option<&'a [u8]>,
    /// How many bytes for each pixel its decoder holds at most, besides those that it gives.
    pub(super) held: u64,
}

/// Copies a picture without its metadata; `turn`, from 1 to 8, is how it is to be turned when it is shown, as EXIF has
/// it. Whatever was copied has all its parts within its bounds.
pub(super) fn strip<'a>(
    format: Format,
    bytes: &'a [u8],
    turn: u8,
    to: &mut impl Write,
) -> Result<Seen<'a>, StripError> {
    match format {
        Format::Jpeg => jpeg::strip(bytes, turn, to),
        Format::Png => png::strip(bytes, turn, to),
        Format::WebP => webp::strip(bytes, turn, to),
        // It has no EXIF, and its decoder counts what it takes itself.
        Format::Gif => gif::strip(bytes, to).map(|()| Seen::default()),
    }
}

/// EXIF that says how to turn the picture, and nothing else; `None` where there is nothing to turn.
fn exif_of(turn: u8) -> Option<[u8; 26]> {
    // Little-endian; a directory at byte 8 with one entry: orientation, one short number; no further directory.
    let mut exif = *b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\0\0\0\0\0\0\0\0";
    *exif.get_mut(18)? = turn;
    (turn > 1).then_some(exif)
}

/// What is left of a picture to walk.
struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Walk<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8], StripError> {
        let end = self.at.checked_add(len).ok_or(StripError::Broken)?;
        let taken = self.bytes.get(self.at..end).ok_or(StripError::Broken)?;
        self.at = end;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, StripError> {
        let (byte, _) = self.take(1)?.split_first().ok_or(StripError::Broken)?;
        Ok(*byte)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], StripError> {
        self.take(N)?.first_chunk().copied().ok_or(StripError::Broken)
    }

    /// What was walked since `from`.
    fn since(&self, from: usize) -> &'a [u8] {
        self.bytes.get(from..self.at).unwrap_or_default()
    }

    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }
}

/// A length as the file says it.
fn length(len: u32) -> Result<usize, StripError> {
    usize::try_from(len).map_err(|_| StripError::Broken)
}
