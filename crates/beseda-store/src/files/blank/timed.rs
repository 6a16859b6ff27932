//! Tracks of a film that are neither seen nor heard: places, movements and faces, second by second, as phones and cameras
//! write them.

use super::Numbers;
use super::boxes::Walk;
use std::io::{self, Read, Seek};
use std::ops::Range;

/// The tables of a track are read into the memory; one with longer ones stays.
pub(super) const TABLE_BYTES: usize = 1_048_576;

/// What such tracks are called: in general, by street cameras, and by those of cars.
const UNSEEN: [&[u8; 4]; 4] = [b"meta", b"camm", b"gps ", b"data"];

/// Where the samples of such a track stand, chunk by chunk; `None` where it is another track, or cannot be told.
pub(super) fn samples<R: Read + Seek>(
    walk: &mut Walk<'_, R>,
    track: &Range<u64>,
) -> io::Result<Option<Vec<Range<u64>>>> {
    let Some(media) = walk.find(track, b"mdia")? else {
        return Ok(None);
    };
    let handler = match walk.find(&media, b"hdlr")? {
        Some(header) if header.end - header.start >= 12 => walk.source.array(header.start + 8)?,
        _ => None,
    };
    if !handler.is_some_and(|handler| UNSEEN.contains(&&handler)) {
        return Ok(None);
    }
    let mut table = media;
    for kind in [b"minf", b"stbl"] {
        match walk.find(&table, kind)? {
            Some(found) => table = found,
            None => return Ok(None),
        }
    }
    let mut read = |kind| match walk.find(&table, kind)? {
        Some(range) => walk.source.bytes(&range, TABLE_BYTES),
        None => Ok(None),
    };
    let (sizes, runs) = (read(b"stsz")?, read(b"stsc")?);
    let (narrow, wide) = (read(b"stco")?, read(b"co64")?);
    let (Some(sizes), Some(runs)) = (sizes, runs) else {
        walk.blanks.keeps_some = true;
        return Ok(None);
    };
    let (places, of_place) = match (&narrow, &wide) {
        (Some(narrow), _) => (narrow, 4),
        (_, Some(wide)) => (wide, 8),
        _ => {
            walk.blanks.keeps_some = true;
            return Ok(None);
        }
    };
    let chunks = chunks(&sizes, &runs, places, of_place);
    // The samples of a film in parts stand elsewhere.
    walk.blanks.keeps_some |= chunks.as_ref().is_none_or(Vec::is_empty);
    Ok(chunks)
}

/// The chunks of a track, by its tables of sizes, of how many samples stand in a chunk, and of chunks.
fn chunks(sizes: &[u8], runs: &[u8], places: &[u8], of_place: usize) -> Option<Vec<Range<u64>>> {
    let mut sizes = Numbers(sizes.get(4..)?);
    let (size_of_all, mut left) = (sizes.number(4)?, sizes.number(4)?);
    let mut runs = Numbers(runs.get(4..)?);
    runs.number(4)?;
    let mut places = Numbers(places.get(4..)?);
    let count = places.number(4)?;
    let mut next_run = (runs.number(4).unwrap_or(u64::MAX), runs.number(4).unwrap_or(0));
    let mut in_chunk = next_run.1;
    let mut chunks = Vec::new();
    for chunk in 1..=count {
        let start = places.number(of_place)?;
        if chunk == next_run.0 {
            in_chunk = next_run.1;
            runs.number(4)?;
            next_run = (runs.number(4).unwrap_or(u64::MAX), runs.number(4).unwrap_or(0));
        }
        let held = in_chunk.min(left);
        left -= held;
        let len = match size_of_all {
            0 => {
                let mut len = 0_u64;
                for _ in 0..held {
                    len += sizes.number(4)?;
                }
                len
            }
            size => size.checked_mul(held)?,
        };
        chunks.push(start..start.checked_add(len)?);
    }
    Some(chunks)
}
