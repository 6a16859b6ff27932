//! How big a picture may be, and what its small copy is.

use crate::forged::{exif, jpeg_with, png_with};
use crate::ground::{Folder, keep, read};
use crate::samples::picture;
use crate::webp_coded;
use beseda_core::ports::Files as _;
use beseda_core::words::Limits;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use std::io::Cursor;

const FORMATS: [ImageFormat; 4] = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP];

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// The small copy of a picture, and its format.
fn small(bytes: &[u8], limits: &Limits) -> (DynamicImage, ImageFormat) {
    let folder = Folder::new();
    let files = folder.disk(limits);
    keep(&files, "ab", bytes);
    let small = read(&files, "ab.thumbnail");
    (
        image::load_from_memory(&small).unwrap(),
        image::guess_format(&small).unwrap(),
    )
}

#[test]
fn the_longer_side_of_a_small_copy_is_the_limit_and_nothing_is_enlarged() {
    let limits = Limits::default();
    for format in FORMATS {
        for (from, to) in [
            ((960, 480), (480, 240)),
            ((480, 961), (240, 480)),
            ((481, 10), (480, 10)),
            ((480, 480), (480, 480)),
            ((7, 5), (7, 5)),
            ((2_000, 1), (480, 1)),
        ] {
            let (small, _) = small(&picture(format, from.0, from.1), &limits);
            assert_eq!((small.width(), small.height()), to, "{format:?} {from:?}");
        }
    }
    let limits = Limits {
        thumbnail_side_pixels: 16,
        ..limits
    };
    let (small, _) = small(&picture(ImageFormat::Png, 100, 50), &limits);
    assert_eq!((small.width(), small.height()), (16, 8));
}

#[test]
fn a_small_copy_is_png_where_something_shines_through() {
    let limits = Limits::default();
    for format in [ImageFormat::Png, ImageFormat::Gif, ImageFormat::WebP] {
        let (small, kind) = small(&picture(format, 600, 300), &limits);
        assert_eq!(
            (kind, small.color().has_alpha()),
            (ImageFormat::Png, true),
            "{format:?}"
        );
        assert_eq!(small.to_rgba8().get_pixel(3, 3).0[3], 0);
        let full = DynamicImage::ImageRgba8(RgbaImage::from_pixel(600, 300, Rgba([9, 9, 9, 255])));
        let (_, kind) = self::small(&encoded(&full, format), &limits);
        assert_eq!(kind, ImageFormat::Jpeg, "{format:?}");
    }
}

#[test]
fn every_way_of_keeping_colours_has_a_small_copy() {
    let rgb = DynamicImage::ImageRgb8(RgbImage::from_pixel(20, 10, Rgb([250, 10, 10])));
    for picture in [
        DynamicImage::ImageLuma8(rgb.to_luma8()),
        DynamicImage::ImageLumaA8(rgb.to_luma_alpha8()),
        DynamicImage::ImageLuma16(rgb.to_luma16()),
        DynamicImage::ImageRgb16(rgb.to_rgb16()),
        DynamicImage::ImageRgba16(rgb.to_rgba16()),
        rgb.clone(),
    ] {
        let (small, kind) = small(&encoded(&picture, ImageFormat::Png), &Limits::default());
        assert_eq!(kind, ImageFormat::Jpeg);
        let (is, was) = (small.to_rgb8().get_pixel(9, 9).0, picture.to_rgb8().get_pixel(9, 9).0);
        assert!(
            is.iter().zip(was).all(|(is, was)| is.abs_diff(was) < 6),
            "{is:?} {was:?}"
        );
    }
}

#[test]
fn a_small_copy_is_turned_as_the_picture_is_shown() {
    // Red above, blue below; turned by a quarter, red is on the right.
    let upright = RgbImage::from_fn(64, 64, |_, y| if y < 32 { Rgb([250, 0, 0]) } else { Rgb([0, 0, 250]) });
    let jpeg = encoded(&DynamicImage::ImageRgb8(upright), ImageFormat::Jpeg);
    let turned = jpeg_with(&jpeg, &[(0xe1, &[b"Exif\0\0".as_slice(), &exif(6)].concat())]);
    let (small, _) = small(&turned, &Limits::default());
    let pixel = |x| small.to_rgb8().get_pixel(x, 32).0;
    assert!(pixel(60)[0] > 200 && pixel(4)[2] > 200);
}

#[test]
fn the_first_frame_of_an_animation_is_its_small_copy() {
    let mut gif = Vec::new();
    let mut encoder = image::codecs::gif::GifEncoder::new(&mut gif);
    for shade in [250, 0] {
        let frame = RgbaImage::from_pixel(40, 40, Rgba([shade, 0, 0, 255]));
        encoder.encode_frame(image::Frame::new(frame)).unwrap();
    }
    drop(encoder);
    let (small, _) = small(&gif, &Limits::default());
    assert!(small.to_rgb8().get_pixel(20, 20).0[0] > 240);
}

#[test]
fn one_pixel_more_than_a_limit_is_taken_without_a_small_copy() {
    let limits = Limits {
        picture_side_pixels: 100,
        picture_pixels: 5_000,
        ..Limits::default()
    };
    for format in FORMATS {
        let has_thumbnail = |width, height| {
            let folder = Folder::new();
            let look = keep(&folder.disk(&limits), "ab", &picture(format, width, height));
            let picture = look.picture.unwrap();
            assert_eq!((picture.width, picture.height), (width, height), "{format:?}");
            picture.has_thumbnail
        };
        for (width, height) in [(100, 50), (50, 100), (100, 1)] {
            assert!(has_thumbnail(width, height), "{format:?} {width} {height}");
        }
        for (width, height) in [(101, 1), (1, 101), (100, 51), (51, 100)] {
            assert!(!has_thumbnail(width, height), "{format:?} {width} {height}");
        }
    }
}

#[test]
fn a_picture_that_needs_too_much_memory_is_looked_at_in_parts_or_has_no_small_copy() {
    let limits = Limits {
        picture_memory_bytes: 1_048_576,
        ..Limits::default()
    };
    let folder = Folder::new();
    let files = folder.disk(&limits);
    // A GIF has 4 bytes a pixel: 512 squared fits, and 513 does not.
    for (side, has_thumbnail) in [(512, true), (513, false)] {
        let look = keep(&files, "ab", &picture(ImageFormat::Gif, side, side))
            .picture
            .unwrap();
        assert_eq!(
            (look.width, look.height, look.has_thumbnail),
            (side, side, has_thumbnail)
        );
        let small = files.read("ab.thumbnail", 0, 1).unwrap();
        assert_eq!(small.is_some(), has_thumbnail, "{side}");
        files.remove("ab.thumbnail").unwrap();
    }
    // A JPEG has 3, and its own bytes: one that is bigger than that is shown at an eighth.
    let jpeg = |side| picture(ImageFormat::Jpeg, side, side);
    let own = |side: u32| u64::from(side * side * 3) + jpeg(side).len() as u64;
    let fits = (500..600).rfind(|side| own(*side) <= 1_048_576).unwrap();
    for (side, small) in [(fits, 480), (fits + 1, (fits + 1).div_ceil(8))] {
        keep(&files, "ab", &jpeg(side));
        let copy = image::load_from_memory(&read(&files, "ab.thumbnail")).unwrap();
        assert_eq!((copy.width(), copy.height()), (small, small), "{side}");
    }
}

/// A picture of 4 by 4 pixels with so many groups of codes.
fn coded(groups: u32) -> Vec<u8> {
    let pixels = webp_coded::pixels(groups);
    let len = u32::try_from(pixels.len()).unwrap();
    let [whole, len] = [len.next_multiple_of(2) + 12, len].map(u32::to_le_bytes);
    let mut bytes = [b"RIFF".as_slice(), &whole, b"WEBPVP8L", &len, &pixels].concat();
    bytes.resize(bytes.len().next_multiple_of(2), 0);
    bytes
}

#[test]
fn a_webp_whose_codes_need_too_much_memory_has_no_small_copy_however_small_it_is() {
    let limits = Limits {
        picture_memory_bytes: 1_048_576,
        ..Limits::default()
    };
    let folder = Folder::new();
    let files = folder.disk(&limits);
    // Of each group, five codes with a table; the file, 7 bytes for each pixel, and 3 that are given.
    let taken = |groups: u32| 16 * 7 + coded(groups).len() as u64 + u64::from(groups) * 5 * (128 + 4_096);
    let most = (1..)
        .take_while(|groups| taken(*groups) <= limits.picture_memory_bytes)
        .count();
    let most = u32::try_from(most).unwrap();
    for (groups, has_thumbnail) in [(most, true), (most + 1, false), (65_536, false)] {
        let look = keep(&files, "ab", &coded(groups)).picture.unwrap();
        assert_eq!(
            (look.width, look.height, look.has_thumbnail),
            (4, 4, has_thumbnail),
            "{groups}"
        );
    }
}

#[test]
fn a_png_whose_colour_profile_needs_too_much_memory_is_taken_without_a_small_copy() {
    let folder = Folder::new();
    let files = folder.disk(&Limits::default());
    for (bytes, has_thumbnail) in [(1_000_000, true), (5_000_000, false)] {
        let profile = [b"p\0\0".as_slice(), &vec![7; bytes]].concat();
        let png = png_with(&picture(ImageFormat::Png, 8, 6), &[(b"iCCP", &profile)]);
        let look = keep(&files, "ab", &png).picture.unwrap();
        assert_eq!(
            (look.width, look.height, look.has_thumbnail),
            (8, 6, has_thumbnail),
            "{bytes}"
        );
        assert_eq!(read(&files, "ab"), png);
    }
}
