//! PNG: chunks, each with its length, its name and a checksum.

use super::{Seen, StripError, Walk, exif_of};
use std::io::Write;

const SIGNATURE: &[u8; 8] = b"\x89PNG\r\n\x1a\n";

/// What is needed to show it: the picture, its colours, its shape on paper, and its animation.
const KEPT: [&[u8; 4]; 20] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP", b"mDCV",
    b"cLLI", b"bKGD", b"hIST", b"pHYs", b"sPLT", b"acTL", b"fcTL", b"fdAT",
];

pub(super) fn strip(walk: &mut Walk<'_>, turn: u8, to: &mut impl Write) -> Result<Seen, StripError> {
    if &walk.array()? != SIGNATURE {
        return Err(StripError::Broken);
    }
    to.write_all(SIGNATURE)?;
    let mut seen = Seen::default();
    loop {
        let from = walk.at;
        let len = u64::from(u32::from_be_bytes(walk.array()?));
        let kind: [u8; 4] = walk.array()?;
        match &kind {
            b"eXIf" => seen.exif = Some(walk.exif(len)?),
            _ => walk.skip(len)?,
        }
        walk.skip(4)?;
        if KEPT.contains(&&kind) {
            walk.copy(from, to)?;
        }
        match &kind {
            b"IHDR" => {
                if let Some(exif) = exif_of(turn) {
                    chunk(to, b"eXIf", &exif)?;
                }
            }
            b"IEND" => return Ok(seen),
            _ => {}
        }
    }
}

fn chunk(to: &mut impl Write, kind: &[u8; 4], body: &[u8]) -> Result<(), StripError> {
    let len = u32::try_from(body.len()).map_err(|_| StripError::Broken)?;
    let mut sum = crc32fast::Hasher::new();
    sum.update(kind);
    sum.update(body);
    to.write_all(&len.to_be_bytes())?;
    to.write_all(kind)?;
    to.write_all(body)?;
    to.write_all(&sum.finalize().to_be_bytes())?;
    Ok(())
}
