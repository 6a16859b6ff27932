//! The blurred look of a picture: what those who show ThumbHashes make of it.

use crate::forged::{exif, jpeg_with, png_with};
use crate::ground::{Folder, keep, refused};
use crate::samples::picture;
use beseda_core::error::Refusal;
use beseda_core::words::Limits;
use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};
use std::io::Cursor;

const FORMATS: [ImageFormat; 4] = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP];

/// `rgbaToThumbHash` of thumbhash 0.1.1 on npm gave these in hex for the pixels of [`colours`].
const OPAQUE: [(u32, u32, &str); 4] = [
    (64, 48, "5c070a1586506978447a88947879696802f10ebbf3"),
    (48, 64, "9b070a1d0a708750794779677889886660d23b4fc8"),
    (100, 50, "9df709148402666a53957965a996a05355a1f7"),
    (100, 100, "df070617021444772080b954b659755a9676460a529d100b"),
];
/// The same for those that shine through.
const SHINING: [(u32, u32, &str); 4] = [
    (64, 48, "a108820c8213294f4b4db3679b20b875c50f87089b77697807"),
    (48, 64, "e3388204021384a9d5252f860a0e5ef3d40d87079b77697808"),
    (100, 50, "5ff8810b80140e6486c52c790b9202cb5087908aa57788"),
    (100, 100, "6008820502159f22848178a895cc0ef9196530657099935969"),
];
/// The same for pictures that are hardly one. Where a side has a pixel or two, factors are zero but for an error of
/// rounding, which falls either way: only the first five bytes (the means, the scales, the shape) are certain.
const NARROW: [(u32, u32, &str); 5] = [
    (1, 1, "83b8092f1408f708888788708f7088f80888808008f7870f"),
    (100, 1, "94662a619866787888880899b9873f8408"),
    (1, 100, "d4762a411e08867988878788f7888c2088"),
    (100, 2, "94560a298e006a4987877788fc87088277"),
    (2, 100, "14670e21147780588775887878898f0777"),
];

/// Pixels without any symmetry; whether they shine through.
fn colours(width: u32, height: u32, shining: bool) -> RgbaImage {
    RgbaImage::from_fn(width, height, |x, y| {
        let alpha = if shining { x * x * y * y / 16_384 } else { 255 };
        Rgba([x * x / 16 + 2 * y, x * y / 8 + 40, y * y / 8 + 3 * x, alpha].map(|part| (part % 256) as u8))
    })
}

fn encoded(picture: RgbaImage, format: ImageFormat) -> Vec<u8> {
    let picture = DynamicImage::ImageRgba8(picture);
    let mut bytes = Cursor::new(Vec::new());
    match format {
        ImageFormat::Jpeg => picture.to_rgb8().write_to(&mut bytes, format).unwrap(),
        _ => picture.write_to(&mut bytes, format).unwrap(),
    }
    bytes.into_inner()
}

fn png(picture: RgbaImage) -> Vec<u8> {
    encoded(picture, ImageFormat::Png)
}

/// The blurred look of a picture in hex; none where it has none.
fn blur(bytes: &[u8], limits: &Limits) -> Option<String> {
    let folder = Folder::new();
    let blur = keep(&folder.disk(limits), "ab", bytes).picture.unwrap().blur?;
    Some(blur.bytes().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn blurred(bytes: &[u8]) -> String {
    blur(bytes, &Limits::default()).unwrap()
}

#[test]
fn a_blurred_look_is_the_one_that_the_reference_makes_of_the_same_pixels() {
    for (known, shining) in [(OPAQUE, false), (SHINING, true)] {
        for (width, height, hash) in known {
            let pixels = colours(width, height, shining);
            assert_eq!(blurred(&png(pixels)), hash, "{width} {height} {shining}");
        }
    }
}

#[test]
fn a_single_pixel_and_a_single_line_have_one() {
    for (width, height, hash) in NARROW {
        let made = blurred(&png(colours(width, height, false)));
        assert_eq!((&made[..10], made.len()), (&hash[..10], hash.len()), "{width} {height}");
    }
    // Nothing is seen of it at all.
    let nothing = blurred(&png(RgbaImage::new(1, 1)));
    assert_eq!(nothing, "00088205000000000000000000000000000000000000000000");
    for (width, height) in [(16_000, 1), (1, 16_000), (3_000, 2)] {
        for format in FORMATS {
            assert!(blur(&picture(format, width, height), &Limits::default()).is_some());
        }
    }
}

#[test]
fn a_bigger_picture_is_made_smaller_first() {
    // Each pixel four times: made smaller by half, it is what the reference had.
    let pixels = colours(100, 50, true);
    let doubled = RgbaImage::from_fn(200, 100, |x, y| *pixels.get_pixel(x / 2, y / 2));
    assert_eq!(blurred(&png(doubled)), SHINING[2].2);
    // Of a bigger one it is the small copy that counts.
    let limits = Limits {
        thumbnail_side_pixels: 16,
        ..Limits::default()
    };
    let blocks = RgbaImage::from_fn(64, 64, |x, y| *pixels.get_pixel(x / 4, y / 4));
    let small = RgbaImage::from_fn(16, 16, |x, y| *pixels.get_pixel(x, y));
    assert_eq!(blur(&png(blocks), &limits), Some(blurred(&png(small))));
}

#[test]
fn a_blurred_look_is_turned_as_the_picture_is_shown() {
    let pixels = colours(64, 48, false);
    let upright = DynamicImage::ImageRgba8(pixels.clone()).rotate90().to_rgba8();
    assert_ne!(blurred(&png(pixels.clone())), blurred(&png(upright.clone())));
    let turned = png_with(&png(pixels), &[(b"eXIf", &exif(6))]);
    assert_eq!(blurred(&turned), blurred(&png(upright)));
    // Of a JPEG the highest bit of the fifth byte says whether it is wider than high.
    let lying = encoded(colours(64, 48, false), ImageFormat::Jpeg);
    let standing = jpeg_with(&lying, &[(0xe1, &[b"Exif\0\0".as_slice(), &exif(6)].concat())]);
    let is_landscape = |bytes: &[u8]| u8::from_str_radix(&blurred(bytes)[8..10], 16).unwrap() & 0x80 != 0;
    assert!(is_landscape(&lying) && !is_landscape(&standing));
}

#[test]
fn what_has_no_small_copy_has_no_blurred_look() {
    let limits = Limits {
        picture_side_pixels: 64,
        ..Limits::default()
    };
    assert!(blur(&png(colours(64, 48, false)), &limits).is_some());
    assert_eq!(blur(&png(colours(65, 48, false)), &limits), None);
    let folder = Folder::new();
    let files = folder.disk(&limits);
    assert_eq!(keep(&files, "ab", b"a text").picture, None);
    let whole = png(colours(64, 48, false));
    assert_eq!(refused(&files, &whole[..whole.len() / 2]), Refusal::FileType);
}
