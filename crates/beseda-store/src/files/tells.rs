//! Formats that are told by more than a few bytes which are always the same.

/// A file that begins as AMR and goes on in frames of it (RFC 4867 §5), as far as `head` shows.
pub(super) fn is_amr(head: &[u8]) -> bool {
    const FRAMES: [usize; 9] = [13, 14, 16, 18, 20, 21, 27, 32, 6];
    head.strip_prefix(b"#!AMR\n")
        .is_some_and(|frames| are_frames(frames, &FRAMES))
}

/// The same of AMR-WB.
pub(super) fn is_amr_wb(head: &[u8]) -> bool {
    const FRAMES: [usize; 10] = [18, 24, 33, 37, 41, 47, 51, 59, 61, 6];
    head.strip_prefix(b"#!AMR-WB\n")
        .is_some_and(|frames| are_frames(frames, &FRAMES))
}

/// Whether each frame begins with a byte that says its type, and is as long as that type is.
fn are_frames(mut frames: &[u8], lens: &[usize]) -> bool {
    /// A frame without speech.
    const NOTHING: u8 = 15;
    if frames.is_empty() {
        return false;
    }
    while let Some(first) = frames.first() {
        let kind = first >> 3 & 15;
        let len = match lens.get(usize::from(kind)) {
            Some(len) => *len,
            None if kind == NOTHING => 1,
            None => return false,
        };
        if first & 0x83 != 0 {
            return false;
        }
        frames = frames.get(len..).unwrap_or_default();
    }
    true
}

/// A signature of PKCS#7, or CMS: as PEM, or a sequence that says that it is signed data (RFC 5652 §3).
pub(super) fn is_pkcs7(head: &[u8]) -> bool {
    const SIGNED_DATA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";
    let armours: [&[u8]; 3] = [
        b"-----BEGIN PKCS7-----",
        b"-----BEGIN CMS-----",
        b"-----BEGIN PKCS #7 SIGNED DATA-----",
    ];
    let said = match head {
        [0x30, 0x81, _, said @ ..] | [0x30, 0x82, _, _, said @ ..] | [0x30, 0x83, _, _, _, said @ ..] => said,
        [0x30, 0x84, _, _, _, _, said @ ..] | [0x30, 0..=0x80, said @ ..] => said,
        _ => return armours.iter().any(|armour| head.starts_with(armour)),
    };
    said.starts_with(SIGNED_DATA)
}

/// A detached signature of OpenPGP: in its armour, or as one packet (RFC 9580 §5.2) that fits into the file.
pub(super) fn is_pgp(head: &[u8], len: u64) -> bool {
    let (bytes, packet) = match head {
        [0x88, bytes, packet @ ..] | [0xc2, bytes @ 0..=191, packet @ ..] => (u64::from(*bytes), packet),
        [0x89, high, low, packet @ ..] => (u64::from(u16::from_be_bytes([*high, *low])), packet),
        [0xc2, high @ 192..=223, low, packet @ ..] => (u64::from(u16::from_be_bytes([high - 192, *low])) + 192, packet),
        _ => return head.starts_with(b"-----BEGIN PGP SIGNATURE-----"),
    };
    // Of bytes or of a text, by a kind of key and of hash that there is.
    let is_signature = matches!(packet, [3, 5, 0 | 1, ..] | [4..=6, 0 | 1, 1..=3 | 16..=31, 1..=14, ..]);
    let before = head.len() - packet.len();
    is_signature && before as u64 + bytes <= len
}

/// A drawing of AutoCAD: its version, and zeros where a text would go on.
pub(super) fn is_dwg(head: &[u8]) -> bool {
    matches!(head, [b'A', b'C', b'1', b'0', b'0'..=b'9', b'0'..=b'9', 0, ..])
}

/// A frame of ADTS behind which another one begins, or nothing more.
pub(super) fn is_aac(head: &[u8], len: u64) -> bool {
    let frame = |at: usize| -> Option<usize> {
        let [first, second, third, fourth, fifth, sixth, _] = head.get(at..)?.first_chunk()?;
        let bytes = usize::from(fourth & 3) << 11 | usize::from(*fifth) << 3 | usize::from(sixth >> 5);
        let is_frame = *first == 0xff && second & 0xf6 == 0xf0 && (third >> 2) & 15 < 13 && bytes > 7;
        is_frame.then_some(bytes)
    };
    frame(0).is_some_and(|first| first as u64 == len || frame(first).is_some())
}

/// A first header whose checksum is right: all of its bytes together, those of the checksum taken for spaces.
pub(super) fn is_tar(head: &[u8]) -> bool {
    const SUM: std::ops::Range<usize> = 148..156;
    let Some(header) = head.first_chunk::<512>() else {
        return false;
    };
    let bytes = header.iter().enumerate();
    let counted = bytes.map(|(at, byte)| u32::from(if SUM.contains(&at) { b' ' } else { *byte }));
    let said = header.get(SUM).and_then(|said| std::str::from_utf8(said).ok());
    let said = said.map(|said| said.trim_matches([' ', '\0']));
    said.and_then(|said| u32::from_str_radix(said, 8).ok()) == Some(counted.sum())
}
