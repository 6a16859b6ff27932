//! JPEG: segments, and after each scan's header its pixels up to the next marker.

use super::{Seen, StripError, Walk, exif_of};
use std::io::Write;

const EXIF: &[u8] = b"Exif\0\0";
const END: u8 = 0xd9;
const SCAN: u8 = 0xda;
const FRAMES: [u8; 3] = [0xc0, 0xc1, PROGRESSIVE];
const PROGRESSIVE: u8 = 0xc2;

pub(super) fn strip(walk: &mut Walk<'_>, turn: u8, to: &mut impl Write) -> Result<Seen, StripError> {
    if &walk.array()? != b"\xff\xd8" {
        return Err(StripError::Broken);
    }
    to.write_all(b"\xff\xd8")?;
    let mut turned = exif_of(turn);
    let mut exif = None;
    let mut frame = Frame::default();
    let mut size = None;
    let mut has_scan = false;
    loop {
        let marker = match marker(walk) {
            // A picture that was cut off is shown as far as it goes.
            Err(StripError::Broken) if has_scan => END,
            marker => marker?,
        };
        match marker {
            END => break,
            // Markers without a segment, which say nothing here.
            0x01 | 0xd0..=0xd8 => continue,
            _ => {}
        }
        let len = u16::from_be_bytes(walk.array()?);
        let body = walk.take(len.checked_sub(2).ok_or(StripError::Broken)?)?;
        let body = body.as_slice();
        if FRAMES.contains(&marker) {
            frame = Frame::read(marker, body)?;
            size = size.or(Some((frame.width, frame.height)));
        }
        // JFIF wants to be first, and EXIF next.
        if marker != 0xe0
            && let Some(turned) = turned.take()
        {
            segment(to, 0xe1, &[EXIF, turned.as_slice()])?;
        }
        match marker {
            // Its first 12 bytes; then would come a small picture, perhaps of what was cut away.
            0xe0 if body.starts_with(b"JFIF\0") => {
                segment(to, marker, &[body.get(..12).ok_or(StripError::Broken)?, &[0, 0]])?;
            }
            0xe1 => exif = exif.or(body.strip_prefix(EXIF).map(<[u8]>::to_vec)),
            0xe2 if body.starts_with(b"ICC_PROFILE\0") => segment(to, marker, &[body])?,
            // Says how the colours are meant, in 12 bytes.
            0xee if body.starts_with(b"Adobe") => segment(to, marker, &[body.get(..12).unwrap_or(body)])?,
            // Frames, tables and scans.
            0xc0..=0xcf | SCAN | 0xdb..=0xdd => segment(to, marker, &[body])?,
            _ => {}
        }
        if marker == SCAN {
            has_scan = true;
            frame.is_in_parts |= body.first() != Some(&frame.colours);
            let from = walk.at;
            walk.skip_pixels()?;
            walk.copy(from, to)?;
        }
    }
    if !has_scan {
        return Err(StripError::Broken);
    }
    to.write_all(&[0xff, END])?;
    let held = if frame.is_in_parts { frame.held } else { 0 };
    Ok(Seen {
        exif,
        held,
        holds_file: true,
        size,
    })
}

/// What a frame's header says about size and memory.
#[derive(Default)]
struct Frame {
    width: u32,
    height: u32,
    colours: u8,
    /// Whether its pixels come in several scans: the decoder holds all of them until the last.
    is_in_parts: bool,
    /// How many bytes it holds for each pixel then.
    held: u64,
}

impl Frame {
    fn read(marker: u8, body: &[u8]) -> Result<Self, StripError> {
        let (Some([_, sides @ .., colours]), Some(rows)) = (body.first_chunk::<6>(), body.get(6..)) else {
            return Err(StripError::Broken);
        };
        let [height, width] =
            [[sides[0], sides[1]], [sides[2], sides[3]]].map(|side| u32::from(u16::from_be_bytes(side)));
        // Each colour: its name, how fine it is across and down, and its table.
        let fine = |row: &[u8; 3]| [u64::from(row[1] >> 4), u64::from(row[1] & 15)];
        let rows: Vec<[u64; 2]> = rows.as_chunks().0.iter().map(fine).collect();
        let finest = |way: usize| rows.iter().filter_map(|row| row.get(way)).max().copied().unwrap_or(1);
        let samples: u64 = rows.iter().map(|[across, down]| across * down).sum();
        Ok(Self {
            width,
            height,
            colours: *colours,
            is_in_parts: marker == PROGRESSIVE,
            // Two bytes for each sample.
            held: (samples * 2).div_ceil((finest(0) * finest(1)).max(1)),
        })
    }
}

/// The next marker; whatever stands before it is passed over, as every reader does.
fn marker(walk: &mut Walk<'_>) -> Result<u8, StripError> {
    while walk.byte()? != 0xff {}
    loop {
        match walk.byte()? {
            0xff => {}
            marker => return Ok(marker),
        }
    }
}

fn segment(to: &mut impl Write, marker: u8, parts: &[&[u8]]) -> Result<(), StripError> {
    let len = 2 + parts.iter().map(|part| part.len()).sum::<usize>();
    let len = u16::try_from(len).map_err(|_| StripError::Broken)?;
    to.write_all(&[0xff, marker])?;
    to.write_all(&len.to_be_bytes())?;
    for part in parts {
        to.write_all(part)?;
    }
    Ok(())
}
