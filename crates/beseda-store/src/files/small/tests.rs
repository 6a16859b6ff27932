//! How pictures are made smaller, and that pictures that are upset do no harm.

use super::made::Jpeg;
use super::{Sieve, SmallError, of_jpeg, of_png, small_size};
use image::{DynamicImage, ImageFormat};
use proptest::prelude::*;
use std::io::Cursor;

#[test]
fn a_small_copy_keeps_the_shape_and_is_never_enlarged() {
    assert_eq!(small_size((6_000, 4_000), 480), (480, 320));
    assert_eq!(small_size((480, 961), 480), (240, 480));
    assert_eq!(small_size((480, 480), 480), (480, 480));
    assert_eq!(small_size((7, 5), 480), (7, 5));
    assert_eq!(small_size((65_535, 1), 480), (480, 1));
}

#[test]
fn a_pixel_of_a_small_copy_is_the_mean_of_what_it_covers() {
    for (from, to) in [
        ((10, 6), (5, 3)),
        ((7, 5), (3, 2)),
        ((4, 4), (4, 4)),
        ((9, 1), (2, 1)),
        ((11, 8), (10, 7)),
    ] {
        let shade = |x: u32, y: u32| u8::try_from(x * 20 + y).unwrap();
        let mut sieve = Sieve::new(from, to);
        for y in 0..from.1 {
            sieve.row((0..from.0).map(|x| [shade(x, y), 7, 0, 255]));
        }
        let small = sieve.end().unwrap().to_rgba8();
        assert_eq!(small.dimensions(), to);
        // How much of `at`, of `of` pixels, is covered by one of fewer.
        let covered = |small: u32, at: u32, of: u32, fewer: u32| {
            let end = ((at + 1) * fewer).min((small + 1) * of);
            f64::from(end.saturating_sub((at * fewer).max(small * of))) / f64::from(of)
        };
        for (x, y, pixel) in small.enumerate_pixels() {
            let mut mean = 0.0;
            for at in (0..from.1).flat_map(|y| (0..from.0).map(move |x| (x, y))) {
                let part = covered(x, at.0, from.0, to.0) * covered(y, at.1, from.1, to.1);
                mean += f64::from(shade(at.0, at.1)) * part;
            }
            assert!((f64::from(pixel.0[0]) - mean).abs() <= 0.5, "{from:?} {x} {y} {mean}");
            assert_eq!(pixel.0[1..], [7, 0, 255]);
        }
    }
}

#[test]
fn a_picture_that_lacks_rows_has_no_small_copy() {
    let mut sieve = Sieve::new((2, 2), (1, 1));
    sieve.row([[1; 4]; 2].into_iter());
    assert!(sieve.end().is_none());
}

const SIZE: (u32, u32) = (333, 210);

/// What a JPEG of that size holds of memory: its means, and its eighth with two rows that are being made.
const MEMORY: u64 = 2 * (42 * 28 + 2 * 21 * 14) + 42 * (27 * 4 + 64);

fn jpegs() -> [Vec<u8>; 3] {
    let plain = Jpeg {
        size: SIZE,
        fine: &[(2, 2), (1, 1), (1, 1)],
        is_progressive: false,
        is_apart: false,
        restart: None,
        shade: |_, x, y| if x > y { 200 } else { 90 },
    };
    let progressive = Jpeg {
        is_progressive: true,
        is_apart: true,
        ..plain
    };
    let restarted = Jpeg {
        restart: Some(9),
        ..plain
    };
    [plain, progressive, restarted].map(|jpeg| jpeg.bytes())
}

fn png() -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let picture = DynamicImage::new_rgba8(SIZE.0, SIZE.1);
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[test]
fn a_jpeg_that_needs_one_byte_too_much_has_no_small_copy() {
    for jpeg in jpegs() {
        assert!(of_jpeg(jpeg.as_slice(), 480, MEMORY).is_ok());
        assert!(matches!(
            of_jpeg(jpeg.as_slice(), 480, MEMORY - 1),
            Err(SmallError::Beyond)
        ));
    }
}

#[test]
fn a_png_that_needs_one_byte_too_much_has_no_small_copy() {
    // Four rows, at 16 bits a colour; what is packed; and the small copy with two rows that are being made.
    let memory = 4 * 333 * 4 * 2 + 524_288 + 100 * (63 * 4 + 64);
    let made = |memory| of_png(Cursor::new(png()), 100, memory, 1_000_000);
    assert!(made(memory).is_ok());
    assert!(matches!(made(memory - 1), Err(SmallError::Beyond)));
}

/// A picture with some bytes turned over, or cut off.
fn upset(whole: Vec<u8>, upset: &[(prop::sample::Index, u8)], cut: Option<prop::sample::Index>) -> Vec<u8> {
    let mut bytes = whole;
    for (at, byte) in upset {
        let at = at.index(bytes.len());
        bytes[at] = *byte;
    }
    if let Some(cut) = cut {
        bytes.truncate(cut.index(bytes.len()));
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// However a picture is upset, nothing panics, and what is made of it is as small as it should be.
    #[test]
    fn an_upset_picture_is_made_smaller_as_far_as_it_goes(
        which in any::<prop::sample::Index>(),
        bytes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..5),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let jpegs = jpegs();
        let jpeg = upset(which.get(&jpegs).clone(), &bytes, cut);
        let png = upset(png(), &bytes, cut);
        let made = [of_jpeg(jpeg.as_slice(), 20, 1_048_576), of_png(Cursor::new(png), 20, 1_048_576, 1_048_576)];
        for made in made {
            match made {
                Ok(small) => prop_assert!(small.picture.width().max(small.picture.height()) <= 20),
                Err(error) => prop_assert!(!matches!(error, SmallError::Io(_)), "{error:?}"),
            }
        }
    }

    /// Bytes that nobody made, behind a beginning that could be one.
    #[test]
    fn any_bytes_are_read_as_far_as_they_go(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let frame = jpegs()[1].windows(2).position(|pair| pair == [0xff, 0xda]).unwrap();
        for begin in [b"\xff\xd8".as_slice(), &jpegs()[1][..frame]] {
            for scan in [b"".as_slice(), b"\xff\xda\0\x08\x01\x01\0\0\0\0"] {
                let _ = of_jpeg([begin, scan, &bytes].concat().as_slice(), 20, 1_048_576);
            }
        }
    }
}
