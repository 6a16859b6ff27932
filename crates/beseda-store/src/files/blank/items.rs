//! What a HEIC or AVIF file is made of: items, some of which are no pictures but Exif and XMP (ISO/IEC 23008-12).

use super::boxes::Walk;
use super::{Numbers, OVERWRITTEN_PARTS};
use std::collections::BTreeMap;
use std::io::{self, Read, Seek};
use std::ops::Range;

/// The tables of items are read into the memory; a file with longer ones keeps what they name.
pub(super) const TABLE_BYTES: usize = 1_048_576;

/// Properties that say what is not seen: a description, and when it was made and changed.
const TOLD: [&[u8; 4]; 3] = [b"udes", b"crtt", b"mdft"];

/// Items that are no pictures, by their numbers, and whether they are Exif.
type Others = BTreeMap<u64, bool>;

/// A part of such an item.
struct Extent {
    range: Range<u64>,
    /// Whether an Exif begins here.
    is_exif: bool,
    /// Whether it stands in the file, not within the items' own box.
    is_outside: bool,
}

/// Overwrites what says something besides the pictures of `meta`.
pub(super) fn overwrite<R: Read + Seek>(walk: &mut Walk<'_, R>, meta: &Range<u64>) -> io::Result<()> {
    if let Some(properties) = walk.find(meta, b"iprp")?
        && let Some(properties) = walk.find(&properties, b"ipco")?
    {
        walk.each(properties, |walk, part| {
            if TOLD.contains(&&part.kind) {
                walk.free(&part);
            }
            Ok(())
        })?;
    }
    let (infos, places) = (table(walk, meta, b"iinf")?, table(walk, meta, b"iloc")?);
    let within = walk.find(meta, b"idat")?.unwrap_or_default();
    let others = infos.as_deref().and_then(others);
    let extents = others
        .zip(places)
        .and_then(|(others, places)| extents(&others, &places, &within));
    for extent in extents.iter().flatten() {
        match extent {
            Some(extent) if extent.is_outside => walk.want(extent.range.clone(), extent.is_exif),
            Some(extent) => walk.among_media(extent.range.clone(), extent.is_exif),
            None => walk.blanks.keeps_some = true,
        }
    }
    walk.blanks.keeps_some |= extents.is_none();
    Ok(())
}

fn table<R: Read + Seek>(walk: &mut Walk<'_, R>, meta: &Range<u64>, kind: &[u8; 4]) -> io::Result<Option<Vec<u8>>> {
    match walk.find(meta, kind)? {
        Some(range) => walk.source.bytes(&range, TABLE_BYTES),
        None => Ok(None),
    }
}

/// The parts of items that are no pictures, by the table of places; nothing for one that cannot be overwritten. `None`
/// where the table is not made as it should be.
fn extents(others: &Others, places: &[u8], within: &Range<u64>) -> Option<Vec<Option<Extent>>> {
    let mut numbers = Numbers(places);
    let version = numbers.number(1)?;
    numbers.take(3)?;
    let (sizes, more) = (numbers.number(1)?, numbers.number(1)?);
    let [of_offset, of_length, of_base, of_index] =
        [sizes >> 4, sizes & 15, more >> 4, more & 15].map(|size| usize::try_from(size).unwrap_or(0));
    let is_odd = |size: &usize| ![0, 4, 8].contains(size);
    // What has no length is all there is, and may be anything.
    if version > 2 || of_length == 0 || [of_offset, of_length, of_base, of_index].iter().any(is_odd) {
        return None;
    }
    let of_id = if version == 2 { 4 } else { 2 };
    let mut found = Vec::new();
    for _ in 0..numbers.number(of_id)? {
        let id = numbers.number(of_id)?;
        let method = if version == 0 { 0 } else { numbers.number(2)? & 15 };
        let is_elsewhere = numbers.number(2)? != 0;
        let base = numbers.number(of_base)?;
        let item = others.get(&id);
        for place in 0..numbers.number(2)? {
            if version > 0 {
                numbers.number(of_index)?;
            }
            let (offset, length) = (numbers.number(of_offset)?, numbers.number(of_length)?);
            let Some(is_exif) = item else {
                continue;
            };
            let start = base.checked_add(offset)?;
            let start = if method == 1 {
                start.checked_add(within.start)?
            } else {
                start
            };
            let range = start..start.checked_add(length)?;
            let is_reached = match method {
                0 => true,
                1 => within.start <= range.start && range.end <= within.end,
                _ => false,
            };
            let is_known = is_reached && length > 0 && !is_elsewhere;
            if found.len() >= OVERWRITTEN_PARTS {
                return None;
            }
            found.push(is_known.then_some(Extent {
                range,
                is_exif: *is_exif && place == 0,
                is_outside: method == 0,
            }));
        }
    }
    Some(found)
}

/// The items of a table that are no pictures; `None` where it is not made as it should be.
fn others(infos: &[u8]) -> Option<Others> {
    let mut numbers = Numbers(infos);
    let version = numbers.number(1)?;
    numbers.take(3)?;
    let count = numbers.number(if version == 0 { 2 } else { 4 })?;
    let mut found = Others::new();
    for _ in 0..count {
        let len = usize::try_from(numbers.number(4)?).ok()?;
        let mut info = Numbers(numbers.take(len.checked_sub(4)?)?);
        if info.take(4)? != b"infe" {
            continue;
        }
        let version = info.number(1)?;
        info.take(3)?;
        let id = info.number(if version == 3 { 4 } else { 2 })?;
        info.take(2)?;
        let kind = match version {
            // The older ones have nothing but a media type.
            0 | 1 => b"mime",
            2 | 3 => info.take(4)?,
            _ => return None,
        };
        let mut words = info.0.split(|byte| *byte == 0);
        let is_picture = words.nth(1).is_some_and(|media| media.starts_with(b"image/"));
        match kind {
            b"mime" if is_picture => {}
            b"Exif" | b"mime" | b"uri " => {
                found.insert(id, kind == b"Exif");
            }
            _ => {}
        }
    }
    Some(found)
}
