//! WebP: chunks in a RIFF file, whose length stands before them all.

use super::{Seen, StripError, Walk, exif_of, lossless};
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

/// What the decoder of the first picture takes besides its pixels, in bytes, counted up to what is more than `most`. That
/// picture has to be as big as the file says: its decoder would find out when it has unpacked it.
pub(super) fn besides(walk: &mut Walk<'_>, size: (u32, u32), most: u64) -> Result<u64, StripError> {
    walk.skip(12)?;
    let (mut held, mut seen) = (0_u64, Vec::new());
    each(walk, |walk, chunk| {
        // Of each kind, the first is decoded.
        if seen.contains(&chunk.kind) {
            return Ok(());
        }
        seen.push(chunk.kind);
        let more = match &chunk.kind {
            b"ANMF" => frame(walk, size, most)?,
            _ => coded(walk, chunk, size, most)?,
        };
        held = held.saturating_add(more);
        Ok(())
    })?;
    Ok(held)
}

/// The same of an animation's frame.
fn frame(walk: &mut Walk<'_>, canvas: (u32, u32), most: u64) -> Result<u64, StripError> {
    // Where it stands, how wide and how high it is, how long it is shown, and how.
    walk.skip(6)?;
    let [wide, high] =
        [walk.array()?, walk.array()?].map(|[low, middle, high]| u32::from_le_bytes([low, middle, high, 0]));
    let size = (wide + 1, high + 1);
    if size.0 > canvas.0 || size.1 > canvas.1 {
        return Err(StripError::Broken);
    }
    walk.skip(4)?;
    let chunk = Chunk::read(walk)?;
    let held = coded(walk, &chunk, size, most)?;
    if &chunk.kind == b"ALPH" {
        // Behind it stands what it shines through of, whatever that is called.
        walk.seek(chunk.from + chunk.whole())?;
        let picture = Chunk {
            kind: *b"VP8 ",
            ..Chunk::read(walk)?
        };
        coded(walk, &picture, size, most)?;
    }
    Ok(held)
}

/// The same of a chunk that begins here.
fn coded(walk: &mut Walk<'_>, chunk: &Chunk, size: (u32, u32), most: u64) -> Result<u64, StripError> {
    let codes = match &chunk.kind {
        b"VP8 " => {
            let [_, _, _, _, _, _, a, b, c, d] = walk.array()?;
            let side = |bytes| u32::from(u16::from_le_bytes(bytes) & 0x3fff);
            if (side([a, b]), side([c, d])) != size {
                return Err(StripError::Broken);
            }
            Some(0)
        }
        b"VP8L" => walk.within(chunk.len, |file| lossless::codes(file, None, most))?,
        b"ALPH" if walk.byte()? & 3 == 1 => walk.within(chunk.len.saturating_sub(1), |file| {
            lossless::codes(file, Some(size), most)
        })?,
        _ => Some(0),
    };
    codes.ok_or(StripError::Broken)
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
    fn read(walk: &mut Walk<'_>) -> Result<Self, StripError> {
        let (from, kind) = (walk.at, walk.array()?);
        let len = u64::from(u32::from_le_bytes(walk.array()?));
        walk.require(len)?;
        let pad = if walk.rest() > len { len % 2 } else { 0 };
        Ok(Self { from, kind, len, pad })
    }

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
        let chunk = Chunk::read(walk)?;
        found(walk, &chunk)?;
        walk.seek(chunk.from + chunk.whole())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{StripError, besides, coded};
    use crate::files::format::Format;
    use crate::files::temporary::Temporary;
    use std::io::Write as _;
    use std::sync::atomic::{AtomicU64, Ordering};

    fn chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let mut bytes = kind.to_vec();
        bytes.extend(u32::try_from(body.len()).unwrap().to_le_bytes());
        bytes.extend(body);
        bytes.resize(bytes.len().next_multiple_of(2), 0);
        bytes
    }

    /// The beginning of a picture with loss.
    fn lossy(width: u16, height: u16) -> Vec<u8> {
        [
            b"\x10\0\0\x9d\x01\x2a".as_slice(),
            &width.to_le_bytes(),
            &height.to_le_bytes(),
        ]
        .concat()
    }

    fn frame(width: u8, height: u8, chunks: &[Vec<u8>]) -> Vec<u8> {
        let head = [[0; 6].as_slice(), &[width - 1, 0, 0, height - 1, 0, 0], &[0; 4]].concat();
        chunk(b"ANMF", &[head, chunks.concat()].concat())
    }

    /// What the decoder of a picture of 4 by 4 pixels takes besides.
    #[expect(
        clippy::disallowed_methods,
        reason = "a picture is walked in a file, which is gone after the test"
    )]
    fn taken(chunks: &[Vec<u8>]) -> Option<u64> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let name = format!(
            "beseda-webp-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let mut kept = Temporary::make(std::env::temp_dir().join(name)).unwrap();
        kept.write_all(&[b"RIFF\0\0\0\0WEBP".as_slice(), &chunks.concat()].concat())
            .unwrap();
        match besides(Format::WebP, &mut kept.file, (4, 4), u64::MAX) {
            Ok(taken) => Some(taken),
            Err(StripError::Broken) => None,
            Err(StripError::Io(error)) => panic!("{error}"),
        }
    }

    #[test]
    fn a_picture_within_has_the_size_that_the_file_says() {
        let shines = chunk(b"ALPH", &[0; 16]);
        let odd = |width, height| chunk(b"ODD ", &lossy(width, height));
        assert_eq!(taken(&[chunk(b"VP8 ", &lossy(4, 4))]), Some(0));
        // Two of its bits say something else.
        assert_eq!(taken(&[chunk(b"VP8 ", &lossy(0x4004, 0x8004))]), Some(0));
        assert_eq!(taken(&[chunk(b"VP8 ", &lossy(5, 4))]), None);
        assert_eq!(taken(&[chunk(b"VP8 ", &lossy(4, 16_383))]), None);
        assert_eq!(taken(&[frame(3, 2, &[chunk(b"VP8 ", &lossy(3, 2))])]), Some(0));
        assert_eq!(taken(&[frame(3, 2, &[chunk(b"VP8 ", &lossy(4, 4))])]), None);
        assert_eq!(taken(&[frame(3, 2, &[shines.clone(), odd(3, 2)])]), Some(0));
        assert_eq!(taken(&[frame(3, 2, &[shines, odd(4, 4)])]), None);
        assert_eq!(taken(&[frame(5, 4, &[chunk(b"VP8 ", &lossy(5, 4))])]), None);
    }

    #[test]
    fn codes_count_wherever_they_stand() {
        const GROUP: u64 = 5 * (128 + 4 * 1_024);
        let pixels = coded::pixels(3);
        let shines = [b"\x01".as_slice(), &pixels[5..]].concat();
        assert_eq!(taken(&[chunk(b"VP8L", &pixels)]), Some(3 * GROUP));
        assert_eq!(
            taken(&[chunk(b"ALPH", &shines), chunk(b"VP8 ", &lossy(4, 4))]),
            Some(3 * GROUP)
        );
        let frame = frame(4, 4, &[chunk(b"VP8L", &pixels)]);
        // Of two, the first is decoded.
        assert_eq!(taken(&[frame.clone(), frame]), Some(3 * GROUP));
        assert_eq!(taken(&[chunk(b"VP8L", &pixels[..20])]), None);
    }
}
