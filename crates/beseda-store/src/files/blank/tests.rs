//! What is overwritten of films, photos and TIFFs, and that nothing else is.

use super::forged::{SECRET, SHOWN, boxed, film, handler, photo, recording, tiff, versioned};
use super::{Blanks, Shape};
use proptest::prelude::*;
use std::io::Cursor;

pub(super) fn holds(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

pub(super) fn count(bytes: &[u8], wanted: &[u8]) -> usize {
    bytes.windows(wanted.len()).filter(|window| *window == wanted).count()
}

/// The bytes with what is to be overwritten, after what must be true of every file.
pub(super) fn blanked(media: &str, bytes: &[u8]) -> (Vec<u8>, Blanks) {
    let once = |bytes: &[u8]| {
        let mut file = Cursor::new(bytes.to_vec());
        let shape = Shape::of(media, &mut file).unwrap();
        let blanks = shape.map(|shape| shape.blanks(&mut file).unwrap()).unwrap_or_default();
        blanks.apply(&mut file).unwrap();
        (file.into_inner(), blanks)
    };
    let (after, found) = once(bytes);
    assert_eq!(after.len(), bytes.len());
    let mut left = bytes.to_vec();
    let mut overwrite = |from: u64, until: u64| {
        let range = usize::try_from(from).unwrap()..usize::try_from(until).unwrap();
        left[range.clone()].copy_from_slice(&after[range]);
    };
    for range in &found.zeros {
        overwrite(range.start, range.end);
    }
    for (at, bytes) in &found.put {
        overwrite(*at, *at + bytes.len() as u64);
    }
    assert!(left == after, "nothing else is changed");
    assert!(once(&after).0 == after, "twice is once");
    (after, found)
}

#[test]
fn a_film_loses_where_and_when_it_was_made() {
    for (media, brand) in [("video/mp4", b"isom"), ("video/quicktime", b"qt  ")] {
        let film = film(brand);
        assert_eq!(count(&film, SECRET), 23);
        let (after, blanks) = blanked(media, &film);
        assert_eq!((count(&after, SECRET), blanks.keeps_some), (0, false));
        assert_eq!(count(&after, SHOWN), 2);
        // When it was made; what follows it stays.
        assert!(!holds(&after, &[0x77; 8]) && holds(&after, &[3; 64]));
        assert!(holds(&after, b"vide") && holds(&after, b"stco"));
    }
}

#[test]
fn a_track_goes_with_its_samples_where_it_is_neither_seen_nor_heard() {
    for (kind, is_kept) in [
        (b"camm", false),
        (b"gps ", false),
        (b"data", false),
        (b"vide", true),
        (b"text", true),
    ] {
        let mut film = film(b"isom");
        let says = b"hdlr\0\0\0\0\0\0\0\0meta";
        let at = film.windows(says.len()).rposition(|part| part == says).unwrap();
        film[at + 12..at + 16].copy_from_slice(kind);
        let (after, _) = blanked("video/mp4", &film);
        assert_eq!(count(&after, SECRET), if is_kept { 2 } else { 0 });
    }
}

#[test]
fn a_song_keeps_its_name() {
    let (after, blanks) = blanked("audio/mp4", &recording());
    assert!(!holds(&after, SECRET) && !blanks.keeps_some);
    assert_eq!(count(&after, SHOWN), 2);
    assert!(holds(&after, b"\xa9nam") && !holds(&after, b"\xa9xyz"));
}

#[test]
fn a_photo_of_a_phone_loses_its_exif_and_its_xmp() {
    for (media, brand) in [("image/heic", b"heic"), ("image/avif", b"avif")] {
        for version in 0..=2 {
            let photo = photo(brand, version);
            let (mut after, blanks) = blanked(media, &photo);
            assert!(!blanks.keeps_some, "{version}");
            // Beside the items' box stands the same again, which nothing says to be Exif.
            if version > 0 {
                let media = after.windows(4).rposition(|kind| kind == b"mdat").unwrap();
                after.drain(media..media + 4 + 2 * SHOWN.len() + 10 + 2 * SECRET.len());
            }
            assert!(!holds(&after, SECRET), "{version}");
            assert_eq!(count(&after, SHOWN), 2);
            assert!(
                holds(&after, b"\0\0\0\0MM\0*\0\0\0\x08\0\0"),
                "an Exif that says nothing"
            );
        }
    }
}

#[test]
fn exif_that_stands_among_the_boxes_is_kept_for_the_boxes_are_needed() {
    let mut photo = photo(b"heic", 0);
    let base = u32::try_from(photo.windows(4).rposition(|kind| kind == b"mdat").unwrap() + 4).unwrap();
    let is_base = |bytes: &[u8]| bytes == base.to_be_bytes();
    while let Some(at) = photo.windows(4).position(is_base) {
        photo[at..at + 4].copy_from_slice(&8_u32.to_be_bytes());
    }
    let (after, blanks) = blanked("image/heic", &photo);
    assert!(blanks.keeps_some && after.starts_with(&photo[..100]));
}

#[test]
fn a_tiff_loses_who_where_and_with_what() {
    for is_little in [true, false] {
        let tiff = tiff(is_little, false);
        let (after, blanks) = blanked("image/tiff", &tiff);
        assert!(!holds(&after, SECRET) && holds(&after, SHOWN) && !blanks.keeps_some);
        // Six entries are left, in their order, and no directory follows.
        let two = |at: usize| {
            after[at..at + 2]
                .iter()
                .fold(0, |all, byte| all << 8 | u16::from(*byte))
        };
        let two = |at| if is_little { two(at).swap_bytes() } else { two(at) };
        assert_eq!(two(8), 6);
        let tags: Vec<u16> = (0..6).map(|entry| two(10 + entry * 12)).collect();
        assert_eq!(tags, [256, 257, 262, 273, 274, 279]);
        assert!(after[82..280].iter().all(|byte| *byte == 0));
    }
}

#[test]
fn a_picture_of_a_sensor_keeps_what_is_needed_to_show_it() {
    for is_little in [true, false] {
        let (after, blanks) = blanked("image/tiff", &tiff(is_little, true));
        // Its maker, and what only the maker reads.
        assert_eq!((count(&after, SECRET), blanks.keeps_some), (2, false));
        assert_eq!((&after[200..218], &after[240..258]), (SECRET, SECRET));
    }
}

#[test]
fn other_files_are_not_touched() {
    for media in ["application/pdf", "audio/mpeg", "video/webm", "text/plain"] {
        assert!(Shape::of(media, Cursor::new(tiff(true, false))).unwrap().is_none());
    }
}

#[test]
fn where_a_length_was_wrong_nothing_is_overwritten_behind_it() {
    let begin = boxed(b"ftyp", &[b"isom", &[0; 4]]);
    let media = [b"\0\0\0\x1a\xc7\x12\x90\0", SECRET, &boxed(b"uuid", &[SECRET])].concat();
    let film = [begin.clone(), boxed(b"mdat", &[SHOWN]), media.clone()].concat();
    let (after, blanks) = blanked("video/mp4", &film);
    assert!(after == film && blanks.keeps_some);
    // A name that nobody knows is one all the same.
    let named = [begin, boxed(b"mdat", &[SHOWN]), boxed(b"sefd", &[SECRET])].concat();
    let (after, blanks) = blanked("video/mp4", &named);
    assert!(!holds(&after, SECRET) && holds(&after, SHOWN) && !blanks.keeps_some);
}

#[test]
fn an_item_without_a_type_goes_unless_it_says_to_be_a_picture() {
    for (media, is_kept) in [(b"text/xml\0".as_slice(), false), (b"image/x.y\0", true)] {
        let info = versioned(b"infe", 0, &[&[0, 1, 0, 0], b"\0", media]);
        let places = [0x44, 0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 18];
        let meta = [
            handler(b"pict"),
            versioned(b"iinf", 0, &[&[0, 1], &info]),
            versioned(b"iloc", 1, &[&places]),
            boxed(b"idat", &[SECRET]),
        ];
        let begin = boxed(b"ftyp", &[b"heic", &[0; 4]]);
        let (after, blanks) = blanked(
            "image/heic",
            &[begin, versioned(b"meta", 0, &[&meta.concat()])].concat(),
        );
        assert_eq!((holds(&after, SECRET), blanks.keeps_some), (is_kept, false));
    }
}

#[test]
fn a_file_of_a_camera_that_is_made_of_boxes_stays_as_it_came() {
    let film = film(b"crx ");
    assert!(blanked("video/mp4", &film).0 == film);
}

#[test]
fn wherever_a_file_is_cut_off_it_is_overwritten_in_its_place() {
    for (media, bytes) in files() {
        for len in 0..bytes.len() {
            blanked(media, &bytes[..len]);
        }
    }
}

fn files() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("video/mp4", film(b"isom")),
        ("audio/mp4", recording()),
        ("image/heic", photo(b"heic", 0)),
        ("image/avif", photo(b"avif", 1)),
        ("image/heic", photo(b"heic", 2)),
        ("image/tiff", tiff(true, false)),
        ("image/tiff", tiff(false, true)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// However a file is upset: nothing panics, nothing moves, nothing changes but what is overwritten, and twice is once.
    #[test]
    fn an_upset_file_is_overwritten_in_its_place(
        which in any::<prop::sample::Index>(),
        upset in prop::collection::vec((any::<prop::sample::Index>(), prop_oneof![any::<u8>(), 0..16_u8]), 0..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let files = files();
        let (media, mut bytes) = which.get(&files).clone();
        for (at, byte) in upset {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        blanked(media, &bytes);
    }

    #[test]
    fn any_bytes_are_overwritten_in_their_place(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for (media, begin) in [
            ("video/quicktime", b"".as_slice()),
            ("video/mp4", b"\0\0\0\x08ftyp\0\0\0\0moov"),
            ("image/heic", b"\0\0\0\x08ftyp\0\0\0\0meta\0\0\0\0"),
            ("image/tiff", b"II*\0\x08\0\0\0"),
            ("image/tiff", b"MM\0*\0\0\0\x08\0"),
        ] {
            blanked(media, &[begin, &bytes].concat());
        }
    }
}
