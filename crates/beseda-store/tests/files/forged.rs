//! Pictures that say more than they show.

/// EXIF with a place on earth, a maker, and how to turn the picture.
pub fn exif(turn: u8) -> Vec<u8> {
    let mut exif = b"II*\0\x08\0\0\0\x03\0".to_vec();
    // The maker: 12 bytes of text at byte 50.
    exif.extend(b"\x0f\x01\x02\0\x0c\0\0\0\x32\0\0\0");
    exif.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, turn, 0, 0, 0]);
    // GPS: a directory of its own at byte 62.
    exif.extend(b"\x25\x88\x04\0\x01\0\0\0\x3e\0\0\0");
    exif.extend([0; 4]);
    exif.extend(b"SecretMaker\0");
    exif.extend(b"\x01\0\x01\0\x02\0\x02\0\0\0N\0\0\0\0\0\0\0");
    exif
}

/// A JPEG with segments put in after its beginning.
pub fn jpeg_with(jpeg: &[u8], segments: &[(u8, &[u8])]) -> Vec<u8> {
    let mut bytes = jpeg[..2].to_vec();
    for (marker, body) in segments {
        bytes.extend([0xff, *marker]);
        bytes.extend(u16::try_from(body.len() + 2).unwrap().to_be_bytes());
        bytes.extend(*body);
    }
    bytes.extend(&jpeg[2..]);
    bytes
}

/// A PNG with chunks put in after its header.
pub fn png_with(png: &[u8], chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let (header, rest) = png.split_at(8 + 25);
    let mut bytes = header.to_vec();
    for (kind, body) in chunks {
        let start = bytes.len() + 4;
        bytes.extend(u32::try_from(body.len()).unwrap().to_be_bytes());
        bytes.extend(*kind);
        bytes.extend(*body);
        let sum = crc32fast::hash(&bytes[start..]);
        bytes.extend(sum.to_be_bytes());
    }
    bytes.extend(rest);
    bytes
}

/// A plain WebP made into an extended one, with these flags, this canvas, and chunks after its pixels.
pub fn webp_with(plain: &[u8], flags: u8, width: u32, height: u32, chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut body = b"WEBP".to_vec();
    let mut chunk = |kind: &[u8; 4], content: &[u8]| {
        body.extend(kind);
        body.extend(u32::try_from(content.len()).unwrap().to_le_bytes());
        body.extend(content);
        body.resize(body.len().next_multiple_of(2), 0);
    };
    let size = [width, height].map(|side| (side - 1).to_le_bytes());
    let canvas = [&[flags, 0, 0, 0], &size[0][..3], &size[1][..3]].concat();
    chunk(b"VP8X", &canvas);
    chunk(plain[12..16].try_into().unwrap(), &plain[20..]);
    for (kind, content) in chunks {
        chunk(kind, content);
    }
    [
        b"RIFF".as_slice(),
        &u32::try_from(body.len()).unwrap().to_le_bytes(),
        &body,
    ]
    .concat()
}
