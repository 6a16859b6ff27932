//! Whether a file is text, by all of its bytes, and in which encoding, where that is certain.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

/// What is read at once.
const PIECE_BYTES: usize = 65_536;

/// How a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    /// With the mark at its beginning that says in which order its bytes are.
    Utf16,
    Utf16Le,
    Utf16Be,
    /// A byte or two for each character: CP1251, CP866, KOI8-R, Latin-1 or any other. Nothing in the bytes says which.
    Unsaid,
}

impl Encoding {
    /// Its name in a `Content-Type`.
    pub(super) fn charset(self) -> Option<&'static str> {
        match self {
            Self::Utf8 => Some("utf-8"),
            Self::Utf16 => Some("utf-16"),
            Self::Utf16Le => Some("utf-16le"),
            Self::Utf16Be => Some("utf-16be"),
            Self::Unsaid => None,
        }
    }
}

/// How the whole file is written; `None` where it is no text.
pub(super) fn encoding(file: &mut (impl Read + Seek)) -> io::Result<Option<Encoding>> {
    let mut mark = Vec::new();
    from_start(file)?.take(2).read_to_end(&mut mark)?;
    // What says that it is UTF-16 is that, or no text.
    match mark.as_slice() {
        [0xff, 0xfe] => return Ok(is_utf16(from_start(file)?, u16::from_le_bytes)?.then_some(Encoding::Utf16)),
        [0xfe, 0xff] => return Ok(is_utf16(from_start(file)?, u16::from_be_bytes)?.then_some(Encoding::Utf16)),
        _ => {}
    }
    if is_utf8(from_start(file)?)? {
        return Ok(Some(Encoding::Utf8));
    }
    if is_plain_utf16(from_start(file)?, u16::from_le_bytes)? {
        return Ok(Some(Encoding::Utf16Le));
    }
    if is_plain_utf16(from_start(file)?, u16::from_be_bytes)? {
        return Ok(Some(Encoding::Utf16Be));
    }
    Ok(is_printed(from_start(file)?)?.then_some(Encoding::Unsaid))
}

fn from_start<F: Read + Seek>(file: &mut F) -> io::Result<BufReader<&mut F>> {
    file.seek(SeekFrom::Start(0))?;
    Ok(BufReader::with_capacity(PIECE_BYTES, file))
}

/// UTF-8 without a NUL.
fn is_utf8(mut reader: impl Read) -> io::Result<bool> {
    let mut bytes = Vec::new();
    loop {
        let cut = bytes.len();
        reader.by_ref().take(PIECE_BYTES as u64).read_to_end(&mut bytes)?;
        if bytes.len() == cut {
            // What is left is a character without its end.
            return Ok(bytes.is_empty());
        }
        let whole = match std::str::from_utf8(&bytes) {
            Ok(_) => bytes.len(),
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => return Ok(false),
        };
        if bytes.drain(..whole).any(|byte| byte == 0) {
            return Ok(false);
        }
    }
}

/// UTF-16 without a NUL: every half of a character has its other.
fn is_utf16(reader: impl BufRead, unit: fn([u8; 2]) -> u16) -> io::Result<bool> {
    let mut high = false;
    let is_whole = every_unit(reader, unit, |unit| match (unit, high) {
        (0xdc00..=0xdfff, true) => {
            high = false;
            true
        }
        (0xdc00..=0xdfff, false) | (0, _) | (_, true) => false,
        (unit, false) => {
            high = matches!(unit, 0xd800..=0xdbff);
            true
        }
    })?;
    Ok(is_whole && !high)
}

/// UTF-16 that nothing marks as such: without controls and characters that nobody writes, and most of it in the alphabets
/// between Latin and Arabic. Read in the other order, or where it is none, hardly anything of it is.
fn is_plain_utf16(reader: impl BufRead, unit: fn([u8; 2]) -> u16) -> io::Result<bool> {
    let (mut all, mut letters, mut high) = (0_u64, 0_u64, false);
    let is_whole = every_unit(reader, unit, |unit| {
        let is_low = matches!(unit, 0xdc00..=0xdfff);
        let fits = is_low == high;
        high = matches!(unit, 0xd800..=0xdbff);
        all += 1;
        letters += u64::from(unit < 0x0800);
        let is_control = matches!(unit, 0..=8 | 0x0b | 0x0e..=0x1f | 0x7f..=0x9f);
        fits && !is_control && !matches!(unit, 0xe000..=0xf8ff | 0xfffe..=0xffff)
    })?;
    Ok(is_whole && !high && all > 0 && letters * 4 >= all * 3)
}

/// Whether the file is whole units, and each passes.
fn every_unit(reader: impl BufRead, unit: fn([u8; 2]) -> u16, mut passes: impl FnMut(u16) -> bool) -> io::Result<bool> {
    let mut bytes = reader.bytes();
    while let Some(first) = bytes.next().transpose()? {
        let Some(second) = bytes.next().transpose()? else {
            return Ok(false);
        };
        if !passes(unit([first, second])) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Bytes that a terminal or a printer takes, without other controls: what is no text has those before long.
fn is_printed(mut reader: impl BufRead) -> io::Result<bool> {
    // Tabs and ends of lines and pages, the end of a file of DOS, and what begins a sequence of a terminal.
    let is_printed = |byte: &u8| matches!(byte, 0x09..=0x0d | 0x1a | 0x1b | 0x20..=0x7e | 0x80..);
    loop {
        let piece = reader.fill_buf()?;
        if piece.is_empty() {
            return Ok(true);
        }
        if !piece.iter().all(is_printed) {
            return Ok(false);
        }
        let len = piece.len();
        reader.consume(len);
    }
}
