//! WebP: chunks in a RIFF file, whose length stands before them all.

use super::{Seen, StripError, Walk, exif_of, length};
use std::io::Write;

/// What is needed to show it: the picture, its transparency, its colours, and its animation.
const KEPT: [&[u8; 4]; 7] = [b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ICCP", b"ANIM", b"ANMF"];

/// Bits of the first byte of `VP8X`, which says what else there is.
const HAS_XMP: u8 = 0x04;
const HAS_EXIF: u8 = 0x08;

pub(super) fn strip<'a>(bytes: &'a [u8], turn: u8, to: &mut impl Write) -> Result<Seen<'a>, StripError> {
    let mut walk = Walk::new(bytes);
    let (riff, len, webp) = (walk.take(4)?, length(u32::from_le_bytes(walk.array()?))?, walk.take(4)?);
    if riff != b"RIFF" || webp != b"WEBP" {
        return Err(StripError::Broken);
    }
    let end = len.checked_add(8).ok_or(StripError::Broken)?.min(bytes.len());
    let chunks = bytes.get(12..end).ok_or(StripError::Broken)?;
    // Only this kind has a place for EXIF, so only this kind can be turned.
    let turned = exif_of(turn).filter(|_| chunks.starts_with(b"VP8X"));
    let mut seen = Seen {
        exif: None,
        // The picture in colours of its own.
        held: 4,
    };
    let mut kept = 4 + turned.map_or(0, |turned| 8 + turned.len());
    each(chunks, |chunk, kind| {
        match kind {
            b"EXIF" => seen.exif = chunk.get(8..),
            // What shines through is decoded like a second picture; and an animation's frame besides what it is shown on.
            b"ALPH" => seen.held = seen.held.max(7),
            b"ANMF" => seen.held = 15,
            _ => {}
        }
        kept += if KEPT.contains(&kind) { chunk.len() } else { 0 };
        Ok(())
    })?;

    to.write_all(b"RIFF")?;
    to.write_all(&u32::try_from(kept).map_err(|_| StripError::Broken)?.to_le_bytes())?;
    to.write_all(b"WEBP")?;
    each(chunks, |chunk, kind| match kind {
        b"VP8X" => extended(chunk, turned.is_some(), to),
        kind if KEPT.contains(&kind) => Ok(to.write_all(chunk)?),
        _ => Ok(()),
    })?;
    if let Some(turned) = turned {
        to.write_all(b"EXIF")?;
        to.write_all(&26_u32.to_le_bytes())?;
        to.write_all(&turned)?;
    }
    Ok(seen)
}

/// The chunk that says what else there is.
fn extended(chunk: &[u8], has_exif: bool, to: &mut impl Write) -> Result<(), StripError> {
    let (head, rest) = chunk.split_at_checked(8).ok_or(StripError::Broken)?;
    let (flags, rest) = rest.split_first().ok_or(StripError::Broken)?;
    let has_exif = if has_exif { HAS_EXIF } else { 0 };
    to.write_all(head)?;
    to.write_all(&[flags & !(HAS_XMP | HAS_EXIF) | has_exif])?;
    Ok(to.write_all(rest)?)
}

/// Every chunk, with the byte that makes its length even.
fn each<'a>(
    chunks: &'a [u8],
    mut found: impl FnMut(&'a [u8], &[u8; 4]) -> Result<(), StripError>,
) -> Result<(), StripError> {
    let mut walk = Walk::new(chunks);
    while walk.rest().len() >= 8 {
        let from = walk.at;
        let kind: [u8; 4] = walk.array()?;
        let len = length(u32::from_le_bytes(walk.array()?))?;
        walk.take(len)?;
        if len % 2 == 1 && !walk.rest().is_empty() {
            walk.take(1)?;
        }
        found(walk.since(from), &kind)?;
    }
    Ok(())
}
