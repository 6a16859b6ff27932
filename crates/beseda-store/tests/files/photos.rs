//! Photos that are too big to be unpacked in memory are taken, and have a small copy where they can be read in parts.

use crate::forged::{exif, jpeg_with};
use crate::ground::{Folder, keep, read, refused};
use crate::photos_made::Jpeg;
use crate::samples::picture;
use beseda_core::error::Refusal;
use beseda_core::ports::Files as _;
use beseda_core::words::{Limits, Picture};
use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};
use std::io::Cursor;

/// The least memory that there can be, and more of everything else.
fn tight() -> Limits {
    Limits {
        picture_memory_bytes: 1_048_576,
        ..Limits::default()
    }
}

fn kept(bytes: &[u8], limits: &Limits) -> (Picture, Option<DynamicImage>) {
    let folder = Folder::new();
    let files = folder.disk(limits);
    let picture = keep(&files, "ab", bytes).picture.unwrap();
    let small = files.read("ab.thumbnail", 0, usize::MAX).unwrap();
    assert_eq!(small.is_some(), picture.has_thumbnail);
    assert_eq!(picture.blur.is_some(), picture.has_thumbnail);
    (picture, small.map(|small| image::load_from_memory(&small).unwrap()))
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Colours that go from side to side, and half of it shining through.
fn colourful(width: u32, height: u32) -> DynamicImage {
    let part = |at: u32, of: u32| u8::try_from(u64::from(at) * 255 / u64::from(of)).unwrap();
    DynamicImage::ImageRgba8(RgbaImage::from_fn(width, height, |x, y| {
        Rgba([
            part(x, width),
            part(y, height),
            255 - part(x, width),
            128 + part(y, height) / 2,
        ])
    }))
}

/// Whether two pictures of one size look alike: each pixel within `most`.
fn assert_alike(one: &DynamicImage, other: &DynamicImage, most: u8) {
    let (one, other) = (one.to_rgba8(), other.to_rgba8());
    assert_eq!(one.dimensions(), other.dimensions());
    for (one, other) in one
        .enumerate_pixels()
        .zip(other.pixels())
        .map(|((x, y, one), other)| ((x, y, one.0), other.0))
    {
        let (x, y, one) = one;
        let is_near = one.iter().zip(other).all(|(one, other)| one.abs_diff(other) <= most);
        assert!(is_near, "{x} {y}: {one:?} {other:?}");
    }
}

#[test]
fn a_photo_of_24_megapixels_has_its_small_copy() {
    let limits = Limits::default();
    let (width, height) = (6_000, 4_000);
    assert!(u64::from(width * height * 3) > limits.picture_memory_bytes);
    let photo = DynamicImage::ImageRgb8(colourful(width, height).to_rgb8());
    let (looked, small) = kept(&encoded(&photo, ImageFormat::Jpeg), &limits);
    assert_eq!((looked.width, looked.height), (width, height));
    let wanted = DynamicImage::ImageRgb8(colourful(480, 320).to_rgb8());
    assert_alike(&small.unwrap(), &wanted, 8);
}

#[test]
fn photos_of_48_108_and_200_megapixels_and_panoramas_have_small_copies() {
    for (size, to) in [
        ((8_064, 6_048), (480, 360)),
        ((12_032, 9_024), (480, 360)),
        ((16_320, 12_240), (480, 360)),
        ((40_000, 1_000), (480, 12)),
    ] {
        let photo = Jpeg {
            size,
            fine: &[(1, 1)],
            is_progressive: size.0 == 8_064,
            is_apart: false,
            restart: None,
            shade: |_, x, _| if x < 500 { 200 } else { 40 },
        };
        let (looked, small) = kept(&photo.bytes(), &Limits::default());
        assert_eq!((looked.width, looked.height), size);
        let small = small.unwrap().to_luma8();
        assert_eq!(small.dimensions(), to);
        assert!(small.get_pixel(2, 2).0[0].abs_diff(200) < 4 && small.get_pixel(478, 2).0[0].abs_diff(40) < 4);
    }
}

#[test]
fn however_a_jpeg_is_written_its_eighth_looks_like_it() {
    let fine: [&[(u32, u32)]; 5] = [
        &[(1, 1)],
        &[(1, 1), (1, 1), (1, 1)],
        &[(2, 2), (1, 1), (1, 1)],
        &[(2, 1), (1, 1), (1, 1)],
        &[(1, 2), (1, 1), (1, 2)],
    ];
    for fine in fine {
        for (is_progressive, is_apart, restart) in [
            (false, false, None),
            (false, true, None),
            (false, false, Some(7)),
            (true, false, None),
            (true, true, Some(5)),
        ] {
            let jpeg = Jpeg {
                size: (1_117, 1_023),
                fine,
                is_progressive,
                is_apart,
                restart,
                shade,
            };
            let limits = Limits {
                // Of its eighth, nothing is made smaller.
                thumbnail_side_pixels: 140,
                ..tight()
            };
            let (_, small) = kept(&jpeg.bytes(), &limits);
            let small = small.unwrap().to_rgb8();
            assert_eq!(small.dimensions(), (140, 128), "{fine:?}");
            let finest = [0, 1].map(|way| fine.iter().map(|fine| [fine.0, fine.1][way]).max().unwrap());
            for (x, y, is) in small.enumerate_pixels() {
                let mut shades = [128.0; 3];
                for (plane, (wide, high)) in fine.iter().enumerate() {
                    shades[plane] = f32::from(shade(plane, x * wide / finest[0], y * high / finest[1]));
                }
                let [light, blue, red] = [shades[0], shades[1] - 128.0, shades[2] - 128.0];
                let green = light - 0.344 * blue - 0.714 * red;
                let was = [light + 1.402 * red, green, light + 1.772 * blue];
                let is_near =
                    is.0.iter()
                        .zip(was)
                        .all(|(is, was)| (f32::from(*is) - was.clamp(0.0, 255.0)).abs() < 8.0);
                assert!(
                    is_near,
                    "{fine:?} {is_progressive} {is_apart} {restart:?}: {x} {y} {is:?} {was:?}"
                );
            }
        }
    }
}

fn shade(plane: usize, x: u32, y: u32) -> u8 {
    match plane {
        0 => 60 + u8::try_from((x + y) / 2).unwrap(),
        1 => 90 + u8::try_from(x / 2).unwrap(),
        _ => 150 - u8::try_from(y / 2).unwrap(),
    }
}

#[test]
fn an_eighth_looks_like_what_the_whole_is_unpacked_to() {
    let photo = DynamicImage::ImageRgb8(colourful(1_000, 700).to_rgb8());
    let jpeg = encoded(&photo, ImageFormat::Jpeg);
    let limits = Limits {
        thumbnail_side_pixels: 100,
        ..tight()
    };
    let (_, eighth) = kept(&jpeg, &limits);
    let more = Limits {
        picture_memory_bytes: 67_108_864,
        ..limits
    };
    let (_, whole) = kept(&jpeg, &more);
    assert_alike(&eighth.unwrap(), &whole.unwrap(), 8);
}

#[test]
fn an_eighth_is_turned_as_the_picture_is_shown() {
    let jpeg = Jpeg {
        size: (1_600, 1_280),
        fine: &[(1, 1)],
        is_progressive: false,
        is_apart: false,
        restart: None,
        shade: |_, _, y| if y < 80 { 240 } else { 10 },
    };
    let tells = [b"Exif\0\0".as_slice(), &exif(6)].concat();
    let (looked, small) = kept(&jpeg_with(&jpeg.bytes(), &[(0xe1, &tells)]), &tight());
    assert_eq!((looked.width, looked.height), (1_280, 1_600));
    let small = small.unwrap().to_luma8();
    assert_eq!(small.dimensions(), (160, 200));
    assert!(small.get_pixel(5, 50).0[0] < 30 && small.get_pixel(155, 50).0[0] > 220);
}

#[test]
fn a_jpeg_that_was_cut_off_is_shown_as_far_as_it_goes() {
    let jpeg = encoded(
        &DynamicImage::ImageRgb8(colourful(800, 800).to_rgb8()),
        ImageFormat::Jpeg,
    );
    let (_, whole) = kept(&jpeg, &tight());
    let (_, small) = kept(&jpeg[..jpeg.len() / 2], &tight());
    let (whole, small) = (whole.unwrap(), small.unwrap());
    assert_alike(&whole.crop_imm(0, 0, 100, 40), &small.crop_imm(0, 0, 100, 40), 8);
}

#[test]
fn a_scan_of_no_colour_or_of_one_too_many_is_refused() {
    let jpeg = encoded(
        &DynamicImage::ImageRgb8(colourful(800, 800).to_rgb8()),
        ImageFormat::Jpeg,
    );
    let end = jpeg.len() - 2;
    let folder = Folder::new();
    let files = folder.disk(&tight());
    for colours in [0, 4] {
        let scan = [
            &[0xff, 0xda, 0, 6 + 2 * colours, colours][..],
            &[1, 0].repeat(colours.into()),
            &[0, 63, 0],
        ]
        .concat();
        let refusal = refused(&files, &[&jpeg[..end], &scan, &jpeg[end..]].concat());
        assert_eq!(refusal, Refusal::FileType, "{colours}");
    }
}

#[test]
fn a_png_is_made_smaller_row_by_row_as_it_would_be_in_memory() {
    let rgba = colourful(900, 700);
    for picture in [
        DynamicImage::ImageLuma8(rgba.to_luma8()),
        DynamicImage::ImageLumaA8(rgba.to_luma_alpha8()),
        DynamicImage::ImageRgb8(rgba.to_rgb8()),
        DynamicImage::ImageLuma16(rgba.to_luma16()),
        DynamicImage::ImageRgb16(rgba.to_rgb16()),
        DynamicImage::ImageRgba16(rgba.to_rgba16()),
        rgba.clone(),
    ] {
        let png = encoded(&picture, ImageFormat::Png);
        let limits = Limits {
            thumbnail_side_pixels: 100,
            ..tight()
        };
        let (_, rows) = kept(&png, &limits);
        let more = Limits {
            picture_memory_bytes: 67_108_864,
            ..limits
        };
        let (_, whole) = kept(&png, &more);
        // That one counts what falls into two pixels in one of them.
        assert_alike(&rows.unwrap(), &whole.unwrap(), 6);
    }
}

#[test]
fn a_png_with_one_row_too_many_to_unpack_has_no_small_copy() {
    let limits = Limits {
        picture_unpacked_bytes: 700 * 500 * 4,
        thumbnail_side_pixels: 100,
        ..tight()
    };
    for (height, has_thumbnail) in [(500, true), (501, false)] {
        let (looked, _) = kept(&picture(ImageFormat::Png, 700, height), &limits);
        assert_eq!((looked.width, looked.height), (700, height));
        assert_eq!(looked.has_thumbnail, has_thumbnail, "{height}");
    }
}

#[test]
fn a_png_in_seven_rounds_has_no_small_copy_where_it_does_not_fit() {
    let mut png = picture(ImageFormat::Png, 700, 500);
    png[28] = 1;
    let sum = crc32fast::hash(&png[12..29]);
    png[29..33].copy_from_slice(&sum.to_be_bytes());
    let (looked, _) = kept(&png, &tight());
    assert!(!looked.has_thumbnail);
}

#[test]
fn a_picture_longer_than_the_memory_is_taken_without_its_metadata() {
    let mut noise = 1_u32;
    let noise = RgbaImage::from_fn(800, 600, |_, _| {
        Rgba([0; 4].map(|_| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (noise >> 24) as u8
        }))
    });
    let noise = DynamicImage::ImageRgba8(noise);
    for (format, has_thumbnail) in [
        (ImageFormat::Png, true),
        (ImageFormat::Jpeg, true),
        (ImageFormat::WebP, false),
    ] {
        let of_jpeg = DynamicImage::ImageRgb8(noise.resize_exact(1_600, 1_200, image::imageops::Nearest).to_rgb8());
        let picture = if format == ImageFormat::Jpeg { &of_jpeg } else { &noise };
        let bytes = encoded(picture, format);
        assert!(bytes.len() > 1_048_576, "{format:?} {}", bytes.len());
        let folder = Folder::new();
        let files = folder.disk(&Limits {
            thumbnail_side_pixels: 100,
            ..tight()
        });
        let look = keep(&files, "ab", &[&bytes, b"SecretMaker".as_slice()].concat());
        assert_eq!(look.picture.unwrap().has_thumbnail, has_thumbnail, "{format:?}");
        assert_eq!(read(&files, "ab"), bytes, "{format:?}");
    }
}
