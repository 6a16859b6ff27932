//! How much of a file is looked at, with files that have one more; and files that lead in circles.

use super::boxes::MEDIA_STRETCHES;
use super::forged::{SECRET, boxed, film, handler, photo, versioned};
use super::tests::{blanked, count, holds};
use super::tiff::{DIRECTORIES_WALKED, ENTRIES_WALKED};
use super::{OVERWRITTEN_PARTS, items, timed};

/// Where the first of these stands.
fn first(bytes: &[u8], wanted: &[u8]) -> usize {
    bytes.windows(wanted.len()).position(|window| window == wanted).unwrap()
}

/// Where the last of these stands.
fn last(bytes: &[u8], wanted: &[u8]) -> usize {
    bytes
        .windows(wanted.len())
        .rposition(|window| window == wanted)
        .unwrap()
}

/// A box with zeros at its end, so many that it holds `len` bytes; the boxes that it is in are so much longer. `at` is
/// where their names stand, the innermost last.
fn grown(mut bytes: Vec<u8>, at: &[usize], len: usize) -> Vec<u8> {
    let has = |at: usize| u32::from_be_bytes(bytes[at - 4..at].try_into().unwrap()) as usize;
    let innermost = *at.last().unwrap();
    let (end, more) = (innermost - 4 + has(innermost), len + 8 - has(innermost));
    let lengths: Vec<u32> = at.iter().map(|at| u32::try_from(has(*at) + more).unwrap()).collect();
    for (at, len) in at.iter().zip(lengths) {
        bytes[at - 4..*at].copy_from_slice(&len.to_be_bytes());
    }
    bytes.splice(end..end, vec![0; more]);
    bytes
}

#[test]
fn a_file_with_one_part_too_many_stays_as_it_came() {
    let begin = boxed(b"ftyp", &[b"isom", &[0; 4]]);
    let with = |parts: usize| [begin.clone(), boxed(b"uuid", &[SECRET]).repeat(parts)].concat();
    let (after, blanks) = blanked("video/mp4", &with(OVERWRITTEN_PARTS));
    assert!(!holds(&after, SECRET) && !blanks.keeps_some);
    let more = with(OVERWRITTEN_PARTS + 1);
    let (after, blanks) = blanked("video/mp4", &more);
    assert!(after == more && blanks.keeps_some);
}

#[test]
fn samples_in_one_stretch_too_many_are_kept() {
    let film = film(b"isom");
    let from = first(&film, b"mdat") - 4;
    for (stretches, is_kept) in [(MEDIA_STRETCHES, false), (MEDIA_STRETCHES + 1, true)] {
        let mut film = film.clone();
        let more = boxed(b"mdat", &[]).repeat(stretches - 1);
        let table = last(&film, b"stco") + 12;
        let place = u32::from_be_bytes(film[table..table + 4].try_into().unwrap());
        let moved = place + u32::try_from(more.len()).unwrap();
        film[table..table + 4].copy_from_slice(&moved.to_be_bytes());
        film.splice(from..from, more);
        let (after, blanks) = blanked("video/mp4", &film);
        assert_eq!((holds(&after, SECRET), blanks.keeps_some), (is_kept, is_kept));
    }
}

#[test]
fn a_table_that_is_one_byte_too_long_is_not_read() {
    for (len, is_kept) in [(timed::TABLE_BYTES, false), (timed::TABLE_BYTES + 1, true)] {
        let film = film(b"isom");
        let at = [b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsz"].map(|name| last(&film, name));
        let (after, blanks) = blanked("video/mp4", &grown(film, &at, len));
        assert_eq!((holds(&after, SECRET), blanks.keeps_some), (is_kept, is_kept));
    }
    for table in [b"iinf", b"iloc"] {
        for (len, is_kept) in [(items::TABLE_BYTES, false), (items::TABLE_BYTES + 1, true)] {
            let photo = photo(b"heic", 1);
            let at = [b"meta", table].map(|name| first(&photo, name));
            let (after, blanks) = blanked("image/heic", &grown(photo, &at, len));
            // Beside the items' box stands the same again.
            let exifs = 1 + usize::from(is_kept);
            assert_eq!((count(&after, b"Exif\0\0+55"), blanks.keeps_some), (exifs, is_kept));
        }
    }
}

#[test]
fn items_in_one_place_too_many_are_kept() {
    // One item that is Exif; each of its places is the whole of what the box of items holds.
    let info = versioned(b"infe", 2, &[&[0, 1, 0, 0], b"Exif\0"]);
    let most = u16::try_from(OVERWRITTEN_PARTS - 1).unwrap();
    let item = |places: u16| {
        let each = [0, 0, 0, 18].repeat(usize::from(places));
        [&[0, 1, 0, 1, 0, 0][..], &places.to_be_bytes(), &each].concat()
    };
    for (more, is_kept) in [(1, false), (2, true)] {
        let places = [&[0x04, 0, 0, 2][..], &item(most), &item(more)].concat();
        let meta = [
            handler(b"pict"),
            versioned(b"iinf", 0, &[&[0, 1], &info]),
            versioned(b"iloc", 1, &[&places]),
            boxed(b"idat", &[SECRET]),
        ];
        let photo = [
            boxed(b"ftyp", &[b"heic", &[0; 4]]),
            versioned(b"meta", 0, &[&meta.concat()]),
        ]
        .concat();
        let (after, blanks) = blanked("image/heic", &photo);
        assert_eq!((holds(&after, SECRET), blanks.keeps_some), (is_kept, is_kept), "{more}");
    }
}

/// A TIFF of directories, one after the other, with so many entries each; the very first entry tells who made it.
fn directories(counts: &[usize], other: [u8; 12]) -> Vec<u8> {
    let len: usize = counts.iter().map(|count| 6 + count * 12).sum();
    let told = u32::try_from(8 + len).unwrap().to_le_bytes();
    let told = [b"\x0f\x01\x02\0\x12\0\0\0".as_slice(), &told].concat();
    let mut bytes = b"II*\0\x08\0\0\0".to_vec();
    for (place, count) in counts.iter().enumerate() {
        bytes.extend(u16::try_from(*count).unwrap().to_le_bytes());
        let tells = usize::from(place == 0);
        bytes.extend(told.repeat(tells));
        bytes.extend(other.repeat(count - tells));
        let next = bytes.len() + 4;
        let next = if place + 1 < counts.len() { next } else { 0 };
        bytes.extend(u32::try_from(next).unwrap().to_le_bytes());
    }
    bytes.extend(SECRET);
    bytes
}

const WIDTH: [u8; 12] = *b"\0\x01\x03\0\x01\0\0\0\x01\0\0\0";

fn assert_kept(tiff: &[u8], is_kept: bool) {
    let (after, blanks) = blanked("image/tiff", tiff);
    assert_eq!((after == tiff, holds(&after, SECRET)), (is_kept, is_kept));
    assert_eq!(blanks.keeps_some, is_kept);
}

#[test]
fn a_tiff_with_one_directory_or_one_entry_too_many_stays_as_it_came() {
    assert_kept(&directories(&[1].repeat(DIRECTORIES_WALKED), WIDTH), false);
    assert_kept(&directories(&[1].repeat(DIRECTORIES_WALKED + 1), WIDTH), true);
    let more = |more: usize| directories(&[60_000, ENTRIES_WALKED - 60_000 + more], WIDTH);
    assert_kept(&more(0), false);
    assert_kept(&more(1), true);
}

#[test]
fn a_tiff_that_lists_one_place_too_many_stays_as_it_came() {
    let list = |len: u32, at: usize| {
        let [one, two] = [len, u32::try_from(at).unwrap()].map(u32::to_le_bytes);
        let entry: [u8; 12] = [b"\x4a\x01\x04\0".as_slice(), &one, &two].concat().try_into().unwrap();
        entry
    };
    let most = u32::try_from(DIRECTORIES_WALKED).unwrap();
    for (lists, len, is_kept) in [
        (1, most, false),
        (2, most / 2, false),
        (1, most + 1, true),
        (2, most / 2 + 1, true),
    ] {
        // Each of the lists is the same one, behind everything else.
        let behind = 8 + 6 + 12 * (1 + lists) + SECRET.len();
        let mut tiff = directories(&[1 + lists], list(len, behind));
        tiff.resize(tiff.len() + len as usize * 4, 0);
        assert_kept(&tiff, is_kept);
    }
    // A small file that lists the same all over.
    let mut tiff = directories(&[60_000], list(most, 60_000));
    tiff.resize(tiff.len() + 10, 0);
    assert_kept(&tiff, true);
}

#[test]
fn directories_that_lead_in_circles_are_walked_once() {
    let around = *b"\x4a\x01\x04\0\x01\0\0\0\x08\0\0\0";
    let mut tiff = directories(&[2, 2], around);
    let next = 8 + 2 * (6 + 24) - 4;
    tiff[next..next + 4].copy_from_slice(&8_u32.to_le_bytes());
    let (after, blanks) = blanked("image/tiff", &tiff);
    assert!(!holds(&after, SECRET) && !blanks.keeps_some);
}

#[test]
fn boxes_in_boxes_end_and_lengths_are_not_believed() {
    let mut deep = boxed(b"ftyp", &[b"isom", &[0; 4]]);
    for _ in 0..20_000 {
        deep.extend(b"\0\0\0\0moov\0\0\0\0trak\0\0\0\0traf");
    }
    blanked("video/mp4", &deep);
    for claim in [0_u32, 1, 7, 9, u32::MAX] {
        let film = film(b"isom");
        for kind in [b"mdat", b"moov", b"udta", b"keys", b"stco", b"hdlr"] {
            let mut film = film.clone();
            let at = first(&film, kind);
            film[at - 4..at].copy_from_slice(&claim.to_be_bytes());
            blanked("video/mp4", &film);
        }
    }
}
