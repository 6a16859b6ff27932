//! Files of many types, honest and hostile, made as they are needed.

use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use std::io::Cursor;

/// Where the photo below was taken; nobody else is to know. The place in a photo's metadata, as text and as numbers.
pub const PLACE: &[u8] = b"home, sweet home";
/// Degrees, minutes and seconds as a photo holds them.
pub const LATITUDE: [u8; 24] = [
    55, 0, 0, 0, 1, 0, 0, 0, 45, 0, 0, 0, 1, 0, 0, 0, 21, 0, 0, 0, 1, 0, 0, 0,
];

/// A picture that nothing shines through.
pub fn opaque(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, y| Rgb([(x % 256) as u8, (y % 256) as u8, 90]));
    encoded(&DynamicImage::ImageRgb8(picture), format)
}

/// A picture whose left half shines through.
pub fn see_through(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
    let picture = RgbaImage::from_fn(width, height, |x, _| {
        Rgba([200, 30, 30, if x < width / 2 { 0 } else { 255 }])
    });
    encoded(&DynamicImage::ImageRgba8(picture), format)
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).expect("it is encoded");
    bytes.into_inner()
}

/// A photo from a telephone, 60 by 40 but lying on its side, that says where it was taken.
pub fn photo() -> Vec<u8> {
    let plain = opaque(ImageFormat::Jpeg, 60, 40);
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0".to_vec();
    // Offsets count from the `II`. The first directory stands at 8 and has 3 entries: 42 bytes. Then the text, then
    // the places.
    let (text_at, gps_at) = (50_u32, 50 + 16_u32);
    exif.extend(3_u16.to_le_bytes());
    entry(&mut exif, 0x010e, 2, 16, text_at);
    entry(&mut exif, 0x0112, 3, 1, 6);
    entry(&mut exif, 0x8825, 4, 1, gps_at);
    exif.extend([0; 4]);
    exif.extend(PLACE);
    exif.extend(2_u16.to_le_bytes());
    entry(&mut exif, 1, 2, 2, u32::from(b'N'));
    entry(&mut exif, 2, 5, 3, gps_at + 30);
    exif.extend([0; 4]);
    exif.extend(LATITUDE);
    let length = u16::try_from(exif.len() + 2).expect("a short segment").to_be_bytes();
    [&plain[..2], &[0xff, 0xe1], &length, &exif, &plain[2..]].concat()
}

fn entry(to: &mut Vec<u8>, tag: u16, kind: u16, count: u32, value: u32) {
    to.extend(tag.to_le_bytes());
    to.extend(kind.to_le_bytes());
    to.extend(count.to_le_bytes());
    to.extend(value.to_le_bytes());
}

/// What is seen of the film below.
pub const SEEN: &[u8] = b"what is seen";

/// A film from a telephone, which says where it was taken.
pub fn film(brand: &[u8; 4]) -> Vec<u8> {
    let boxed = |kind: &[u8; 4], body: &[u8]| {
        let len = u32::try_from(body.len() + 8).expect("a short box");
        [&len.to_be_bytes(), &kind[..], body].concat()
    };
    let place = boxed(b"\xa9xyz", &[&[0, 16, 0x15, 0xc7], PLACE].concat());
    [
        boxed(b"ftyp", &[&brand[..], &[0; 4], brand].concat()),
        boxed(b"moov", &boxed(b"udta", &place)),
        boxed(b"mdat", SEEN),
    ]
    .concat()
}

/// 1 KB that claims to be a PNG of this size, with right checksums.
pub fn claiming(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let size = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 6, 0, 0, 0]].concat();
    chunk(&mut bytes, b"IHDR", &size);
    chunk(&mut bytes, b"IDAT", &[0x78; 950]);
    chunk(&mut bytes, b"IEND", b"");
    bytes
}

fn chunk(to: &mut Vec<u8>, name: &[u8; 4], body: &[u8]) {
    let named = [&name[..], body].concat();
    to.extend(u32::try_from(body.len()).expect("a short chunk").to_be_bytes());
    to.extend(&named);
    to.extend(crc32fast::hash(&named).to_be_bytes());
}

/// A zip whose entries are stored as they are.
pub fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    let four = |number: usize| u32::try_from(number).expect("a small number").to_le_bytes();
    let two = |number: usize| u16::try_from(number).expect("a small number").to_le_bytes();
    for (name, body) in entries {
        let sum = crc32fast::hash(body).to_le_bytes();
        let fields = [
            &[20, 0, 0, 0, 0, 0, 0, 0, 0, 0][..],
            &sum,
            &four(body.len()),
            &four(body.len()),
            &two(name.len()),
            &[0, 0],
        ]
        .concat();
        let at = four(bytes.len());
        for piece in [&b"PK\x03\x04"[..], &fields, name.as_bytes(), body] {
            bytes.extend_from_slice(piece);
        }
        for piece in [&b"PK\x01\x02\x14\0"[..], &fields, &[0; 10], &at, name.as_bytes()] {
            directory.extend_from_slice(piece);
        }
    }
    let (count, length, at) = (two(entries.len()), four(directory.len()), four(bytes.len()));
    bytes.extend(directory);
    for piece in [&b"PK\x05\x06\0\0\0\0"[..], &count, &count, &length, &at, &[0, 0]] {
        bytes.extend_from_slice(piece);
    }
    bytes
}

/// Bytes that differ with their seed and are no text, behind the first bytes of a gzip file.
pub fn packed(seed: u64, length: usize) -> Vec<u8> {
    let mut dice = Dice(seed);
    let mut bytes = b"\x1f\x8b\x08\0\0\0\0\0\0\x03".to_vec();
    while bytes.len() < length {
        bytes.extend(dice.roll().to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

/// Chance that is the same for the same seed (SplitMix64).
pub struct Dice(pub u64);

impl Dice {
    /// The next number.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        (self.roll() % end as u64) as usize
    }
}
