//! What a picture tells besides itself is gone from the bytes that are kept, and its pixels are as they were.

use crate::forged::{exif, jpeg_with, png_with, webp_with};
use crate::ground::{Folder, keep, read, refused};
use crate::samples::picture;
use beseda_core::error::Refusal;
use beseda_core::ports::Files as _;
use beseda_core::words::{FileLook, Limits};
use image::codecs::gif::{GifEncoder, Repeat};
use image::metadata::Orientation;
use image::{Delay, DynamicImage, Frame, ImageDecoder as _, ImageFormat, ImageReader, Rgba, RgbaImage};
use sha2::{Digest as _, Sha256};
use std::io::Cursor;

const SECRET: &[u8] = b"SecretMaker";

fn holds(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

/// A colour profile as far as its header says.
fn profile() -> Vec<u8> {
    let mut profile = vec![7; 128];
    profile[16..20].copy_from_slice(b"RGB ");
    profile
}

/// What is kept of a picture, after what must be true of each.
fn kept(original: &[u8]) -> (FileLook, Vec<u8>) {
    let folder = Folder::new();
    let files = folder.disk(&Limits::default());
    let look = keep(&files, "ab", original);
    let kept = read(&files, "ab");
    let small = read(&files, "ab.thumbnail");
    assert!(!holds(&kept, SECRET) && !holds(&small, SECRET));
    assert_eq!(look.bytes, kept.len() as u64);
    assert_eq!(look.sha256, <[u8; 32]>::from(Sha256::digest(&kept)));
    let pixels = |bytes: &[u8]| image::load_from_memory(bytes).unwrap().to_rgba8();
    assert_eq!(pixels(&kept), pixels(original));
    // What is stripped already stays as it is.
    let again = keep(&files, "cd", &kept);
    assert_eq!(again, look);
    (look, kept)
}

fn orientation(bytes: &[u8]) -> Orientation {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().unwrap();
    reader.into_decoder().unwrap().orientation().unwrap()
}

#[test]
fn a_jpeg_tells_how_it_is_turned_and_nothing_else() {
    let plain = picture(ImageFormat::Jpeg, 30, 20);
    let tells = [b"Exif\0\0".as_slice(), &exif(6)].concat();
    let icc = [b"ICC_PROFILE\0\x01\x01".as_slice(), &profile()].concat();
    let mut jpeg = jpeg_with(
        &plain,
        &[
            (0xe1, &tells),
            (0xe1, b"http://ns.adobe.com/xap/1.0/\0SecretMaker"),
            (0xe2, &icc),
            (0xe2, b"MPF\0SecretMaker"),
            (0xe0, b"JFXX\0\x10SecretMaker"),
            (0xed, b"Photoshop 3.0\0SecretMaker"),
            (0xee, b"Adobe\0\x64\0\0\0\0\x01SecretMaker"),
            (0xef, SECRET),
            (0xfe, SECRET),
            // Of these, nobody has said what they are.
            (0x02, SECRET),
            (0xf0, SECRET),
        ],
    );
    // Phones put a film, or the picture before it was cut, behind the end.
    jpeg.extend(&jpeg.clone());
    jpeg.extend(SECRET);
    assert_eq!(orientation(&jpeg), Orientation::Rotate90);

    let (look, kept) = kept(&jpeg);
    let shown = look.picture.unwrap();
    assert_eq!((shown.width, shown.height), (20, 30));
    assert_eq!(orientation(&kept), Orientation::Rotate90);
    assert!(holds(&kept, &icc) && holds(&kept, b"Adobe\0\x64") && !holds(&kept, b"\x25\x88"));
    assert_eq!(kept.windows(2).filter(|pair| pair == b"\xff\xd8").count(), 1);
    assert!(kept.len() < plain.len() + 250 && kept.ends_with(&[0xff, 0xd9]));
}

#[test]
fn an_embedded_small_picture_of_jfif_is_dropped() {
    let plain = picture(ImageFormat::Jpeg, 8, 8);
    assert!(plain[2..].starts_with(b"\xff\xe0\0\x10JFIF\0"));
    let jfif = [b"JFIF\0\x01\x02\0\0\x01\0\x01\x03\x01".as_slice(), b"Secret", b"Mak"].concat();
    let jpeg = jpeg_with(&[&plain[..2], &plain[20..]].concat(), &[(0xe0, &jfif)]);
    let (_, kept) = kept(&jpeg);
    assert!(kept[2..].starts_with(b"\xff\xe0\0\x10JFIF\0\x01\x02\0\0\x01\0\x01\0\0\xff"));
    assert!(!holds(&kept, b"Secret"));
}

#[test]
fn comments_between_the_scans_of_a_jpeg_are_dropped() {
    // Cut where its pixels begin: what follows them is walked like what stands before them.
    let plain = picture(ImageFormat::Jpeg, 8, 8);
    let (pixels, end) = plain.split_at(plain.len() - 2);
    let comment = [b"\xff\xfe\0\x0d".as_slice(), SECRET].concat();
    let (_, kept) = kept(&[pixels, &comment, end].concat());
    assert_eq!(kept, plain);
}

#[test]
fn a_png_tells_how_it_is_turned_and_nothing_else() {
    let plain = picture(ImageFormat::Png, 30, 20);
    let png = png_with(
        &plain,
        &[
            (b"eXIf", &exif(8)),
            (b"pHYs", &[0, 0, 11, 19, 0, 0, 11, 19, 1]),
            (b"tEXt", b"Author\0SecretMaker"),
            (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0SecretMaker"),
            (b"tIME", &[7, 0xe9, 1, 1, 1, 1, 1]),
            (b"prVt", SECRET),
        ],
    );
    let png = [png, SECRET.to_vec()].concat();
    let (look, kept) = kept(&png);
    let shown = look.picture.unwrap();
    assert_eq!((shown.width, shown.height), (20, 30));
    assert_eq!(orientation(&kept), Orientation::Rotate270);
    assert!(holds(&kept, b"pHYs") && !holds(&kept, b"tIME") && !holds(&kept, b"\x25\x88"));
    assert_eq!(kept.len(), plain.len() + 38 + 21);
}

#[test]
fn a_webp_tells_how_it_is_turned_and_nothing_else() {
    let plain = picture(ImageFormat::WebP, 30, 21);
    // With transparency, EXIF and XMP.
    let chunks: [(&[u8; 4], &[u8]); 3] = [(b"EXIF", &exif(6)), (b"XMP ", SECRET), (b"PRIV", SECRET)];
    let webp = webp_with(&plain, 0x1c, 30, 21, &chunks);
    let (look, stripped) = kept(&[webp, SECRET.to_vec()].concat());
    let shown = look.picture.unwrap();
    assert_eq!((shown.width, shown.height), (21, 30));
    assert_eq!(orientation(&stripped), Orientation::Rotate90);
    assert_eq!(stripped[20], 0x18);
    assert!(!holds(&stripped, b"XMP ") && !holds(&stripped, b"PRIV"));
    assert_eq!(
        u32::from_le_bytes(stripped[4..8].try_into().unwrap()) as usize,
        stripped.len() - 8
    );

    // One that is not turned has no EXIF at all.
    let webp = webp_with(&plain, 0x1c, 30, 21, &[(b"EXIF", &exif(1)), (b"XMP ", SECRET)]);
    let (_, stripped) = kept(&webp);
    assert!(stripped[20] == 0x10 && !holds(&stripped, b"EXIF"));
    let (_, stripped) = kept(&plain);
    assert_eq!(stripped, plain);
}

#[test]
fn a_gif_keeps_its_animation_and_loses_what_programs_wrote() {
    let mut plain = Vec::new();
    let mut encoder = GifEncoder::new(&mut plain);
    encoder.set_repeat(Repeat::Infinite).unwrap();
    for shade in [10, 200, 90] {
        let frame = RgbaImage::from_pixel(20, 10, Rgba([shade, 0, 0, 255]));
        encoder
            .encode_frame(Frame::from_parts(frame, 0, 0, Delay::from_numer_denom_ms(50, 1)))
            .unwrap();
    }
    drop(encoder);
    let (_, kept_plain) = kept(&plain);
    assert_eq!(kept_plain, plain);

    let at = plain.windows(3).position(|bytes| bytes == b"\x21\xff\x0b").unwrap();
    let comment = [b"\x21\xfe\x0b".as_slice(), SECRET, &[0]].concat();
    let program = [b"\x21\xff\x0bXMP DataXMP\x0b".as_slice(), SECRET, &[1, 1, 0]].concat();
    let empty = b"\x21\xff\x0bSecretMaker\0".as_slice();
    let (head, rest) = plain.split_at(at);
    let (_, stripped) = kept(&[head, &comment, &program, empty, rest, SECRET].concat());
    assert_eq!(stripped, plain);
}

#[test]
fn a_picture_that_is_not_made_as_its_format_says_is_refused() {
    let folder = Folder::new();
    let files = folder.disk(&Limits::default());
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP] {
        let whole = picture(format, 40, 40);
        // However it is cut, or whatever is turned over in it, nothing panics; and what is taken can be decoded.
        for cut in (12..whole.len()).step_by(whole.len() / 60 + 1) {
            let mut upset = whole.clone();
            upset[cut] ^= 0xff;
            for bytes in [&whole[..cut], &upset] {
                let mut upload = files.begin().unwrap();
                upload.write(bytes).unwrap();
                if upload.finish().is_ok() {
                    upload.keep("ab").unwrap();
                    image::load_from_memory(&read(&files, "ab")).unwrap();
                }
            }
        }
        assert_eq!(refused(&files, &whole[..20]), Refusal::FileType, "{format:?}");
    }
    let wide = DynamicImage::ImageRgba8(RgbaImage::from_pixel(9, 9, Rgba([1, 2, 3, 255])));
    let mut gif = Cursor::new(Vec::new());
    wide.write_to(&mut gif, ImageFormat::Gif).unwrap();
    let mut gif = gif.into_inner();
    // Claims less than its first frame shows.
    gif[6] = 8;
    assert_eq!(refused(&files, &gif), Refusal::FileType);
}

#[test]
fn what_a_length_claims_is_not_believed() {
    let folder = Folder::new();
    let files = folder.disk(&Limits::default());
    let huge = |kind: &[u8; 4]| [kind.as_slice(), &[0xff; 4]].concat();
    let plain = picture(ImageFormat::WebP, 30, 21);

    let webp = webp_with(&plain, 0x18, 30, 21, &[]);
    let mut inside = [webp.clone(), huge(b"EXIF")].concat();
    let len = u32::try_from(inside.len() - 8).unwrap();
    inside[4..8].copy_from_slice(&len.to_le_bytes());
    assert_eq!(refused(&files, &inside), Refusal::FileType);
    // Behind the end it is nobody's.
    keep(&files, "ab", &[webp, huge(b"EXIF")].concat());
    assert!(!holds(&read(&files, "ab"), b"EXIF"));

    let png = picture(ImageFormat::Png, 30, 21);
    let (header, rest) = png.split_at(33);
    for kind in [b"eXIf", b"iCCP", b"zTXt", b"IDAT"] {
        let chunk = [[0x7f, 0xff, 0xff, 0xff].as_slice(), kind].concat();
        assert_eq!(refused(&files, &[header, &chunk, rest].concat()), Refusal::FileType);
    }
    let jpeg = picture(ImageFormat::Jpeg, 30, 21);
    for claim in [[0, 0], [0, 1], [0xff, 0xff]] {
        let segment = [[0xff, 0xe1].as_slice(), &claim].concat();
        assert_eq!(
            refused(&files, &[&jpeg[..2], &segment, &jpeg[2..]].concat()),
            Refusal::FileType
        );
    }
}
