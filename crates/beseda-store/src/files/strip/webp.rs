//! WebP: chunks in a RIFF file, whose length stands before them all.

use super::{Seen, StripError, Walk, exif_of};
use std::io::Write;

/// What is needed to show it: the picture, its transparency, its colours, and its animation.
const KEPT: [&[u8; 4]; 7] = [b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ICCP", b"ANIM", b"ANMF"];

/// Bits of the first byte of `VP8X`, which says what else there is.
const HAS_XMP: u8 = 0x04;
const HAS_EXIF: u8 = 0x08;

pub(super) fn strip(walk: &mut Walk<'_>, turn: u8, to: &mut impl Write) -> Result<Seen, StripError> {
    let [riff, len, webp] = [walk.array()?, walk.array()?, walk.array()?];
    if &riff != b"RIFF" || &webp != b"WEBP" {
        return Err(StripError::Broken);
    }
    let end = u64::from(u32::from_le_bytes(len)) + 8;
    if end < walk.at {
        return Err(StripError::Broken);
    }
    // Behind it stands nothing of the picture's.
    walk.end = walk.end.min(end);
    let mut seen = Seen {
        exif: None,
        // The picture in colours of its own.
        held: 4,
        holds_file: true,
        size: None,
    };
    let mut is_extended = false;
    let mut kept = 4;
    each(walk, |walk, chunk| {
        match &chunk.kind {
            b"EXIF" => seen.exif = Some(walk.exif(chunk.len)?),
            // What shines through is decoded like a second picture; and an animation's frame besides what it is shown on.
            b"ALPH" => seen.held = seen.held.max(7),
            b"ANMF" => seen.held = 15,
            // Only this kind has a place for EXIF, so only this kind can be turned.
            b"VP8X" => is_extended |= chunk.from == 12,
            _ => {}
        }
        kept += if KEPT.contains(&&chunk.kind) { chunk.whole() } else { 0 };
        Ok(())
    })?;
    let turned = exif_of(turn).filter(|_| is_extended);
    kept += turned.map_or(0, |turned| 8 + turned.len() as u64);

    to.write_all(b"RIFF")?;
    to.write_all(&u32::try_from(kept).map_err(|_| StripError::Broken)?.to_le_bytes())?;
    to.write_all(b"WEBP")?;
    walk.seek(12)?;
    each(walk, |walk, chunk| match &chunk.kind {
        b"VP8X" => extended(walk, chunk, turned.is_some(), to),
        kind if KEPT.contains(&kind) => {
            walk.seek(chunk.from + chunk.whole())?;
            walk.copy(chunk.from, to)
        }
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
fn extended(walk: &mut Walk<'_>, chunk: &Chunk, has_exif: bool, to: &mut impl Write) -> Result<(), StripError> {
    let flags_at = walk.at;
    walk.copy(chunk.from, to)?;
    let flags = walk.byte()?;
    let has_exif = if has_exif { HAS_EXIF } else { 0 };
    to.write_all(&[flags & !(HAS_XMP | HAS_EXIF) | has_exif])?;
    walk.seek(chunk.from + chunk.whole())?;
    walk.copy(flags_at + 1, to)
}

/// A chunk, with its header of 8 bytes and perhaps the byte that makes its length even.
struct Chunk {
    from: u64,
    kind: [u8; 4],
    len: u64,
    pad: u64,
}

impl Chunk {
    fn whole(&self) -> u64 {
        8 + self.len + self.pad
    }
}

/// Every chunk, with the walk at the beginning of what it holds.
fn each(
    walk: &mut Walk<'_>,
    mut found: impl FnMut(&mut Walk<'_>, &Chunk) -> Result<(), StripError>,
) -> Result<(), StripError> {
    while walk.rest() >= 8 {
        let (from, kind) = (walk.at, walk.array()?);
        let len = u64::from(u32::from_le_bytes(walk.array()?));
        walk.require(len)?;
        let pad = if walk.rest() > len { len % 2 } else { 0 };
        let chunk = Chunk { from, kind, len, pad };
        found(walk, &chunk)?;
        walk.seek(from + chunk.whole())?;
    }
    Ok(())
}
