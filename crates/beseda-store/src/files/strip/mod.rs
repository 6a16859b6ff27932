//! Pictures without what they tell besides the picture: where it was taken, by whom, with what, and what it was before.
//!
//! Each format is walked from part to part, and only the parts that are needed to show it are copied, as they are: of
//! its pixels nothing changes. Nothing after a picture's end is copied either: phones put whole films there.

#[cfg(test)]
mod coded;
mod gif;
mod jpeg;
mod lossless;
mod png;
mod webp;

use super::format::Format;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _, Seek as _, SeekFrom, Write};

/// More of EXIF is not read: how the picture is turned stands in its beginning.
const EXIF_BYTES: u64 = 65_536;

/// Why a picture could not be copied.
#[derive(Debug)]
pub(super) enum StripError {
    /// It is not made as its format says.
    Broken,
    /// It could not be read, or the copy not be written.
    Io(io::Error),
}

impl From<io::Error> for StripError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// What was seen on the way.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// EXIF, as the picture had it.
    pub(super) exif: Option<Vec<u8>>,
    /// How many bytes for each pixel its decoder holds at most, besides those that it gives.
    pub(super) held: u64,
    /// Whether its decoder holds the file's own bytes, too.
    pub(super) holds_file: bool,
    /// How wide and how high it is, where that is known before a decoder is made.
    pub(super) size: Option<(u32, u32)>,
}

/// Copies a picture without its metadata; `turn`, from 1 to 8, is how it is to be turned when it is shown, as EXIF has
/// it. Whatever was copied has all its parts within its bounds.
pub(super) fn strip(format: Format, original: &mut File, turn: u8, to: &mut impl Write) -> Result<Seen, StripError> {
    let walk = &mut Walk::new(original)?;
    match format {
        Format::Jpeg => jpeg::strip(walk, turn, to),
        Format::Png => png::strip(walk, turn, to),
        Format::WebP => webp::strip(walk, turn, to),
        // It has no EXIF, and its decoder counts what it takes itself.
        Format::Gif => gif::strip(walk, to).map(|()| Seen::default()),
    }
}

/// What the decoder of a copy takes besides what [`Seen`] says, in bytes, counted up to what is more than `most`; `size` is
/// that of the picture.
pub(super) fn besides(format: Format, kept: &mut File, size: (u32, u32), most: u64) -> Result<u64, StripError> {
    match format {
        Format::WebP => webp::besides(&mut Walk::new(kept)?, size, most),
        Format::Jpeg | Format::Png | Format::Gif => Ok(0),
    }
}

/// EXIF that says how to turn the picture, and nothing else; `None` where there is nothing to turn.
fn exif_of(turn: u8) -> Option<[u8; 26]> {
    // Little-endian; a directory at byte 8 with one entry: orientation, one short number; no further directory.
    let mut exif = *b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\0\0\0\0\0\0\0\0";
    *exif.get_mut(18)? = turn;
    (turn > 1).then_some(exif)
}

/// What is left of a picture to walk. It is read piece by piece, so that a file of any size takes no memory.
struct Walk<'a> {
    file: BufReader<&'a mut File>,
    at: u64,
    end: u64,
}

impl<'a> Walk<'a> {
    fn new(file: &'a mut File) -> io::Result<Self> {
        let end = file.seek(SeekFrom::End(0))?;
        file.seek(SeekFrom::Start(0))?;
        Ok(Self {
            file: BufReader::with_capacity(65_536, file),
            at: 0,
            end,
        })
    }

    /// How much is left.
    fn rest(&self) -> u64 {
        self.end.saturating_sub(self.at)
    }

    fn require(&self, len: u64) -> Result<(), StripError> {
        if len > self.rest() {
            return Err(StripError::Broken);
        }
        Ok(())
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], StripError> {
        let mut array = [0; N];
        self.require(N as u64)?;
        self.file.read_exact(&mut array)?;
        self.at += N as u64;
        Ok(array)
    }

    fn byte(&mut self) -> Result<u8, StripError> {
        self.array().map(|[byte]| byte)
    }

    /// A short part as it is.
    fn take(&mut self, len: u16) -> Result<Vec<u8>, StripError> {
        let mut taken = vec![0; usize::from(len)];
        self.require(u64::from(len))?;
        self.file.read_exact(&mut taken)?;
        self.at += u64::from(len);
        Ok(taken)
    }

    fn skip(&mut self, len: u64) -> Result<(), StripError> {
        self.require(len)?;
        self.seek(self.at + len)
    }

    /// Skips a part, and gives the beginning of it: EXIF.
    fn exif(&mut self, len: u64) -> Result<Vec<u8>, StripError> {
        self.require(len)?;
        let mut exif = Vec::new();
        let read = self.file.by_ref().take(len.min(EXIF_BYTES)).read_to_end(&mut exif)?;
        self.at += read as u64;
        self.skip(len - read as u64)?;
        Ok(exif)
    }

    /// Reads something of the next bytes, and no further.
    fn within<T>(&mut self, len: u64, read: impl FnOnce(&mut dyn BufRead) -> T) -> Result<T, StripError> {
        self.require(len)?;
        let read = read(&mut self.file.by_ref().take(len));
        self.at = self.file.stream_position()?;
        Ok(read)
    }

    /// Skips a JPEG's pixels: up to the next marker that is not one of theirs.
    fn skip_pixels(&mut self) -> Result<(), StripError> {
        let mut last = 0;
        loop {
            let bytes = self.file.fill_buf()?;
            let len = bytes.len();
            let is_end = |byte: &u8| {
                let pair = [last, *byte];
                last = *byte;
                matches!(pair, [0xff, second] if !matches!(second, 0 | 0xd0..=0xd7 | 0xff))
            };
            let end = bytes.iter().position(is_end);
            let walked = end.unwrap_or(len);
            self.file.consume(walked);
            self.at += walked as u64;
            match end {
                // The marker has begun one byte before.
                Some(_) => return self.seek(self.at.saturating_sub(1)),
                None if len == 0 => return Ok(()),
                None => {}
            }
        }
    }

    /// Copies what was walked since `from`.
    fn copy(&mut self, from: u64, to: &mut impl Write) -> Result<(), StripError> {
        let until = self.at;
        self.seek(from)?;
        self.at += io::copy(&mut self.file.by_ref().take(until.saturating_sub(from)), to)?;
        if self.at == until {
            Ok(())
        } else {
            Err(StripError::Broken)
        }
    }

    fn seek(&mut self, to: u64) -> Result<(), StripError> {
        self.file
            .seek_relative(to.cast_signed().wrapping_sub(self.at.cast_signed()))?;
        self.at = to;
        Ok(())
    }
}
