//! Tiny files of every type, and names that are none of ours, for the tests.

use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use std::io::Cursor;

pub(super) const ODD_NAMES: [&str; 24] = [
    "",
    ".",
    "..",
    "../abcd",
    "..\\abcd",
    "ab/cd",
    "/etc/passwd",
    "abcd/",
    "%2e%2e",
    "ab\0cd",
    "ABCD",
    "abcg",
    "abcd-",
    "abcd-x",
    "abcd-1-2",
    "-1",
    ".thumbnail",
    "abcd.thumbnail.thumbnail",
    "abcd.jpg",
    "abcd ",
    "CON",
    "ab\u{202e}cd",
    "абвг",
    "incoming",
];

/// Every media type of the list with a file of it.
pub(super) fn of_every_type() -> Vec<(&'static str, Vec<u8>)> {
    let mut bitmap = b"BM".to_vec();
    bitmap.extend([70, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 1]);
    vec![
        ("application/pdf", b"%PDF-1.7\n1 0 obj\n".to_vec()),
        ("application/rtf", b"{\\rtf1 hello}".to_vec()),
        ("audio/amr", amr(b"#!AMR\n", &[(0x3c, 32), (0x44, 6), (0x7c, 1)])),
        ("audio/amr-wb", amr(b"#!AMR-WB\n", &[(0x44, 61), (0x4c, 6), (0x04, 18)])),
        ("application/pkcs7-signature", signed_data()),
        ("application/pgp-signature", pgp_signature()),
        ("text/plain", "Привет, мир".into()),
        ("image/png", picture(ImageFormat::Png, 3, 2)),
        ("image/jpeg", picture(ImageFormat::Jpeg, 3, 2)),
        ("image/gif", picture(ImageFormat::Gif, 3, 2)),
        ("image/webp", picture(ImageFormat::WebP, 3, 2)),
        ("image/avif", ftyp(b"avif", &[b"mif1"])),
        ("image/heic", ftyp(b"mif1", &[b"mif1", b"heic"])),
        ("image/tiff", b"II*\0\x08\0\0\0\0\0".to_vec()),
        ("image/bmp", bitmap),
        (
            "image/vnd.adobe.photoshop",
            b"8BPS\0\x01\0\0\0\0\0\0\0\x03\0\0\0\x10\0\0\0\x10\0\x08\0\x03".to_vec(),
        ),
        ("image/vnd.dwg", b"AC1032\0\0\0\0\0\x03\x01\xc0\x01\0\0".to_vec()),
        (
            "application/vnd.corel-draw",
            b"RIFF\x24\0\0\0CDRDvrsn\x02\0\0\0\x14\x05".to_vec(),
        ),
        ("video/quicktime", ftyp(b"qt  ", &[b"qt  "])),
        ("audio/mp4", ftyp(b"M4A ", &[b"isom", b"mp42"])),
        ("video/3gpp", ftyp(b"3gp5", &[b"3gp5", b"isom"])),
        ("video/3gpp2", ftyp(b"3g2a", &[b"3g2a", b"3gp4"])),
        ("video/mp4", ftyp(b"isom", &[b"iso2", b"avc1"])),
        (
            "video/webm",
            b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm\x42\x87".to_vec(),
        ),
        (
            "video/x-matroska",
            b"\x1a\x45\xdf\xa3\xa3\x42\x86\x81\x01\x42\xf7\x81\x01\x42\x82\x88matroska\x42\x87".to_vec(),
        ),
        (
            "video/x-msvideo",
            b"RIFF\x24\x10\0\0AVI LIST\xc0\0\0\0hdrlavih".to_vec(),
        ),
        (
            "audio/ogg",
            [b"OggS\0\x02".as_slice(), &[0; 22], b"OpusHead\x01"].concat(),
        ),
        ("audio/wav", b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0".to_vec()),
        ("audio/flac", b"fLaC\0\0\0\x22\xff".to_vec()),
        ("audio/mpeg", b"\xff\xfb\x90\x64\0\0\0\0".to_vec()),
        ("audio/aac", [adts(200), adts(180)].concat()),
        (
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            zip(&[("[Content_Types].xml", b"<"), ("word/document.xml", b"<")]),
        ),
        (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            zip(&[("[Content_Types].xml", b"<"), ("xl/workbook.xml", b"<")]),
        ),
        (
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            zip(&[("[Content_Types].xml", b"<"), ("ppt/presentation.xml", b"<")]),
        ),
        ("application/vnd.oasis.opendocument.text", open_document("text")),
        (
            "application/vnd.oasis.opendocument.spreadsheet",
            open_document("spreadsheet"),
        ),
        (
            "application/vnd.oasis.opendocument.presentation",
            open_document("presentation"),
        ),
        ("application/zip", zip(&[("a.txt", b"\xff")])),
        ("application/vnd.ms-outlook", ole("__properties_version1.0")),
        ("application/msword", ole("WordDocument")),
        ("application/vnd.ms-excel", ole("Workbook")),
        ("application/vnd.ms-powerpoint", ole("PowerPoint Document")),
        ("application/x-7z-compressed", b"7z\xbc\xaf\x27\x1c\0\x04".to_vec()),
        ("application/vnd.rar", b"Rar!\x1a\x07\x01\x00\x33".to_vec()),
        ("application/gzip", b"\x1f\x8b\x08\0\0\0\0\0\0\x03".to_vec()),
        ("application/x-tar", tar("договор.txt", b"ustar\x0000", b"hello")),
    ]
}

/// Speech in frames, each by its first byte and how long it is with that.
fn amr(magic: &[u8], frames: &[(u8, usize)]) -> Vec<u8> {
    let frame = |&(first, len): &(u8, usize)| [vec![first], vec![0x5a; len - 1]].concat();
    [magic.to_vec(), frames.iter().flat_map(frame).collect()].concat()
}

/// What a detached signature of CMS begins with: a sequence, its kind, the version, the algorithm of the hash.
pub(super) fn signed_data() -> Vec<u8> {
    b"\x30\x82\x0a\x1c\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x82\x0a\x0d\x30\x82\x0a\x09\x02\x01\x01\x31\x0e\
      \x30\x0c\x06\x08\x2a\x85\x03\x07\x01\x01\x02\x02\x05\x00"
        .to_vec()
}

/// As `gpg --detach-sign` writes it: version 4, of bytes, by an EdDSA key over SHA-512.
pub(super) fn pgp_signature() -> Vec<u8> {
    let mut bytes = b"\x88\x75\x04\x00\x16\x0a\x00\x1d\x16\x21\x04".to_vec();
    bytes.resize(2 + 0x75, 0x5a);
    bytes
}

/// A frame of AAC of so many bytes.
pub(super) fn adts(len: u16) -> Vec<u8> {
    let [high, low] = (len << 5).to_be_bytes();
    let mut bytes = vec![
        0xff,
        0xf1,
        0x50,
        0x80 | u8::try_from(len >> 11).unwrap(),
        high,
        low | 0x1f,
        0xfc,
    ];
    bytes.resize(usize::from(len), 0);
    bytes
}

/// An archive of one small file: its header with a checksum, its bytes, and two blocks of nothing.
pub(super) fn tar(name: &str, magic: &[u8], body: &[u8]) -> Vec<u8> {
    let mut header = vec![0; 512];
    let mut put = |at: usize, field: &[u8]| header[at..at + field.len()].copy_from_slice(field);
    put(0, name.as_bytes());
    put(100, b"0000644\x000001750\x000001750\0");
    put(124, format!("{:011o}\0", body.len()).as_bytes());
    put(136, b"14722213311\0        0");
    put(257, magic);
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    header.extend(body);
    header.resize(512 * 4, 0);
    header
}

/// A picture of one colour, whose left half shines through where the format can.
pub(super) fn picture(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
    let picture = match format {
        ImageFormat::Jpeg => DynamicImage::ImageRgb8(RgbImage::from_pixel(width, height, Rgb([200, 30, 30]))),
        _ => DynamicImage::ImageRgba8(RgbaImage::from_fn(width, height, |x, _| {
            Rgba([200, 30, 30, if x < width / 2 { 0 } else { 255 }])
        })),
    };
    encoded(&picture, format)
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A zip whose entries are stored as they are.
pub(super) fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut directory = Vec::new();
    for (name, body) in entries {
        let at = u32::try_from(bytes.len()).unwrap();
        let sizes = u32::try_from(body.len()).unwrap().to_le_bytes();
        let mut fields = [20, 0, 0, 0, 0, 0, 0, 0, 0, 0].to_vec();
        fields.extend(crc32fast::hash(body).to_le_bytes());
        fields.extend(sizes);
        fields.extend(sizes);
        fields.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        fields.extend([0, 0]);
        bytes.extend(b"PK\x03\x04");
        bytes.extend(&fields);
        bytes.extend(name.as_bytes());
        bytes.extend(*body);
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&fields);
        directory.extend([0; 10]);
        directory.extend(at.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let count = u16::try_from(entries.len()).unwrap().to_le_bytes();
    let at = u32::try_from(bytes.len()).unwrap().to_le_bytes();
    let len = u32::try_from(directory.len()).unwrap().to_le_bytes();
    bytes.extend(directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    for field in [&count[..], &count, &len, &at, &[0, 0]] {
        bytes.extend(field);
    }
    bytes
}

fn open_document(kind: &str) -> Vec<u8> {
    let media = format!("application/vnd.oasis.opendocument.{kind}");
    zip(&[("mimetype", media.as_bytes()), ("content.xml", b"<")])
}

fn ftyp(brand: &[u8; 4], others: &[&[u8; 4]]) -> Vec<u8> {
    let len = u8::try_from(16 + 4 * others.len()).unwrap();
    let mut bytes = vec![0, 0, 0, len];
    bytes.extend(b"ftyp");
    bytes.extend(brand);
    bytes.extend([0, 0, 2, 0]);
    bytes.extend(others.iter().copied().flatten());
    bytes.extend([0, 0, 0, 8]);
    bytes.extend(b"mdat");
    bytes
}

/// An old office file with one stream: the header, the table, and a directory of two sectors that are not neighbours.
pub(super) fn ole(stream: &str) -> Vec<u8> {
    const NONE: u32 = 0xffff_ffff;
    const END: u32 = 0xffff_fffe;
    let mut header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    header.resize(512, 0);
    header[24..32].copy_from_slice(&[0x3e, 0, 3, 0, 0xfe, 0xff, 9, 0]);
    let mut put = |at: usize, number: u32| header[at..at + 4].copy_from_slice(&number.to_le_bytes());
    put(44, 1);
    put(48, 1);
    put(68, END);
    put(76, 0);
    for place in 1..109 {
        put(76 + place * 4, NONE);
    }
    let mut table = vec![0xff; 512];
    for (sector, next) in [0xffff_fffd, 3, END, END].into_iter().enumerate() {
        table[sector * 4..][..4].copy_from_slice(&u32::to_le_bytes(next));
    }
    let mut directory = vec![0; 1_024];
    for (entry, (name, kind)) in [("Root Entry", 5), ("Other", 2), ("x", 1), ("y", 1), (stream, 2)]
        .iter()
        .enumerate()
    {
        let entry = &mut directory[entry * 128..][..128];
        for (place, unit) in name.encode_utf16().enumerate() {
            entry[place * 2..][..2].copy_from_slice(&unit.to_le_bytes());
        }
        entry[64] = u8::try_from(name.len() * 2 + 2).unwrap();
        entry[66] = *kind;
    }
    let (first, second) = directory.split_at(512);
    [&header[..], &table, first, &[0; 512], second].concat()
}
