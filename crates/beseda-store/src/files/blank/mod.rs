//! Files of phones and cameras that are not made anew: what they tell besides themselves is overwritten where it stands, so
//! that everything else stays in its place.
//!
//! Nothing is refused here. What cannot be walked to its end keeps what was not understood.

mod boxes;
mod items;
mod tiff;
mod timed;

#[cfg(test)]
mod forged;
#[cfg(test)]
mod limit_tests;
#[cfg(test)]
mod tests;

use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;

/// How many parts of one file are overwritten at most; a file with more stays as it came.
const OVERWRITTEN_PARTS: usize = 65_536;

/// What is to be overwritten in a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Blanks {
    /// Become zeros.
    zeros: Vec<Range<u64>>,
    /// Then these bytes are put here.
    put: Vec<(u64, Vec<u8>)>,
    /// Whether something was met that is not made as it should be, and is kept.
    pub(super) keeps_some: bool,
}

impl Blanks {
    /// The file stays as it came.
    fn none() -> Self {
        Self {
            keeps_some: true,
            ..Self::default()
        }
    }

    fn zero(&mut self, range: Range<u64>) {
        if range.start < range.end && !self.is_full() {
            self.zeros.push(range);
        }
    }

    fn put(&mut self, at: u64, bytes: &[u8]) {
        if !self.is_full() {
            self.put.push((at, bytes.to_vec()));
        }
    }

    fn is_full(&self) -> bool {
        self.zeros.len().max(self.put.len()) > OVERWRITTEN_PARTS
    }

    fn ended(mut self) -> Self {
        if self.is_full() {
            return Self::none();
        }
        self.zeros = joined(self.zeros);
        self
    }

    pub(super) fn is_empty(&self) -> bool {
        self.zeros.is_empty() && self.put.is_empty()
    }

    /// Overwrites.
    pub(super) fn apply(&self, file: &mut (impl io::Write + Seek)) -> io::Result<()> {
        for range in &self.zeros {
            file.seek(SeekFrom::Start(range.start))?;
            io::copy(&mut io::repeat(0).take(range.end - range.start), file)?;
        }
        for (at, bytes) in &self.put {
            file.seek(SeekFrom::Start(*at))?;
            file.write_all(bytes)?;
        }
        Ok(())
    }
}

/// The same bytes, each in one range: however often a file names a part, it is written once.
fn joined(mut ranges: Vec<Range<u64>>) -> Vec<Range<u64>> {
    ranges.sort_by_key(|range| range.start);
    let mut joined: Vec<Range<u64>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

/// How a file is made in which things can be overwritten.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// MP4, QuickTime, HEIC and AVIF.
    Boxes,
    /// TIFF.
    Directories,
}

impl Shape {
    /// The shape of a file of this media type; `None` where it is made in another way, or all of it is needed.
    pub(super) fn of(media: &str, mut file: impl Read + Seek) -> io::Result<Option<Self>> {
        let mut begin = Vec::new();
        file.seek(SeekFrom::Start(0))?;
        file.take(12).read_to_end(&mut begin)?;
        Ok(match (media, begin.get(4..).unwrap_or_default()) {
            ("image/tiff", _) => Some(Self::Directories),
            // A camera's own file, made of boxes: it is shown by what it says besides.
            (_, b"ftypcrx ") => None,
            ("video/quicktime", _) => Some(Self::Boxes),
            (_, kind) => kind.starts_with(b"ftyp").then_some(Self::Boxes),
        })
    }

    /// What is to be overwritten in such a file.
    pub(super) fn blanks(self, file: impl Read + Seek) -> io::Result<Blanks> {
        let mut source = Source::new(file)?;
        let blanks = match self {
            Self::Boxes => boxes::blanks(&mut source)?,
            Self::Directories => tiff::blanks(&mut source)?,
        };
        Ok(blanks.ended())
    }
}

/// A file that is looked at here and there.
struct Source<R> {
    file: BufReader<R>,
    at: u64,
    len: u64,
}

impl<R: Read + Seek> Source<R> {
    fn new(mut file: R) -> io::Result<Self> {
        let len = file.seek(SeekFrom::End(0))?;
        file.seek(SeekFrom::Start(0))?;
        Ok(Self {
            file: BufReader::new(file),
            at: 0,
            len,
        })
    }

    /// The bytes there; `None` where the file has not that many.
    fn array<const N: usize>(&mut self, at: u64) -> io::Result<Option<[u8; N]>> {
        let mut array = [0; N];
        Ok(self.fill(at, &mut array)?.then_some(array))
    }

    /// The bytes there; `None` where the file has not that many, or they are more than `most`.
    fn bytes(&mut self, range: &Range<u64>, most: usize) -> io::Result<Option<Vec<u8>>> {
        let len = range.end.saturating_sub(range.start);
        let Some(len) = usize::try_from(len).ok().filter(|len| *len <= most) else {
            return Ok(None);
        };
        if range.end > self.len {
            return Ok(None);
        }
        let mut bytes = vec![0; len];
        Ok(self.fill(range.start, &mut bytes)?.then_some(bytes))
    }

    fn fill(&mut self, at: u64, bytes: &mut [u8]) -> io::Result<bool> {
        let end = at.checked_add(bytes.len() as u64);
        if end.is_none_or(|end| end > self.len) {
            return Ok(false);
        }
        self.file
            .seek_relative(at.cast_signed().wrapping_sub(self.at.cast_signed()))?;
        self.at = at;
        self.file.read_exact(bytes)?;
        self.at += bytes.len() as u64;
        Ok(true)
    }
}

/// What is left of some bytes to read as numbers, the highest byte first.
struct Numbers<'a>(&'a [u8]);

impl<'a> Numbers<'a> {
    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(taken)
    }

    /// A number of so many bytes, at most 8; of none it is 0.
    fn number(&mut self, len: usize) -> Option<u64> {
        let bytes = self.take(len.min(8))?;
        Some(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }
}
