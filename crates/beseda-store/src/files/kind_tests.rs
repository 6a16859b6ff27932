//! What a file is told to be.

use super::kind::{self, MediaTypes, UnknownMediaType};
use super::samples;
use std::io::Cursor;

fn told(bytes: impl AsRef<[u8]>) -> Option<&'static str> {
    kind::told(&mut Cursor::new(bytes)).unwrap().map(|told| told.media)
}

/// With the encoding of a text.
fn told_in_full(bytes: impl AsRef<[u8]>) -> Option<String> {
    let told = kind::told(&mut Cursor::new(bytes)).unwrap();
    told.map(|told| told.to_string())
}

#[test]
fn every_type_of_the_list_is_told_by_its_bytes() {
    let samples = samples::of_every_type();
    for (media, bytes) in &samples {
        assert_eq!(told(bytes), Some(*media));
    }
    let sampled: Vec<&str> = samples.iter().map(|(media, _)| *media).collect();
    assert_eq!(sampled, MediaTypes::known().collect::<Vec<_>>());
}

#[test]
fn text_is_never_more_than_text() {
    for text in [
        "<!doctype html><script>alert(1)</script>",
        "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>",
        "<?xml version=\"1.0\"?><x/>",
        "alert(1)",
        "a;b\n1;2\n",
        "#!/bin/sh\nrm -rf /\n",
        "GIF89a=1;alert(1)",
        "BMW is a car",
        "ID3 is a tag",
        "MZ",
        "\u{feff}with a mark",
        "\u{feff}",
        " ",
    ] {
        assert_eq!(told(text), Some("text/plain"), "{text:?}");
    }
}

#[test]
fn text_is_text_to_its_last_byte() {
    for size in [65_535, 65_536, 65_537, 131_072] {
        // Characters of two bytes, so that some are cut where a part ends.
        let mut text = "x".to_owned() + &"ы".repeat(size / 2);
        assert_eq!(told_in_full(&text).unwrap(), "text/plain; charset=utf-8", "{size}");
        text.push('\0');
        assert_eq!(told(&text), None, "{size}");
        // No UTF-8 any more: whoever reads it finds out in what it is.
        let mut bytes = text.replace('\0', "").into_bytes();
        bytes.push(0xd1);
        assert_eq!(told_in_full(&bytes).unwrap(), "text/plain", "{size}");
        bytes.extend([0x20, 0x01]);
        assert_eq!(told(&bytes), None, "{size}");
    }
}

#[test]
fn text_is_text_in_any_encoding_and_only_a_certain_one_is_named() {
    let unsaid: [(&str, &[u8]); 9] = [
        ("cp1251", b"\xcf\xf0\xe8\xe2\xe5\xf2, \xec\xe8\xf0\r\n"),
        ("cp1251, like a frame of MP3", b"\xff\xe2\xea\xe0"),
        ("cp1251, a letter", b"\xff"),
        ("cp866", b"\x8f\xe0\xa8\xa2\xa5\xe2\r\n\xda\xc4\xbf\x1a"),
        ("KOI8-R", b"\xf0\xd2\xc9\xd7\xc5\xd4, \xcd\xc9\xd2\n"),
        ("Latin-1", b"na\xefve; caf\xe9\n"),
        ("Shift JIS", b"\x83e\x83X\x83g\n"),
        ("GB 18030", b"\xc4\xe3\xba\xc3\t1\n"),
        ("a page in cp1251", b"<script>alert('\xcf\xf0')</script>"),
    ];
    for (name, bytes) in unsaid {
        assert_eq!(told_in_full(bytes).as_deref(), Some("text/plain"), "{name}");
        for no_text in [0x00, 0x01, 0x07, 0x0e, 0x1f, 0x7f] {
            let told = told([bytes, &[no_text, b' ']].concat());
            assert_ne!(told, Some("text/plain"), "{name} {no_text}");
        }
    }
    assert_eq!(told_in_full("a,b\n1,2\n").unwrap(), "text/plain; charset=utf-8");
    let big = [b"\xcf".repeat(200_000), b"\0".to_vec()].concat();
    assert_eq!(told_in_full(&big[..200_000]).as_deref(), Some("text/plain"));
    assert_eq!(told(&big), None);
}

fn little(units: &[u16]) -> Vec<u8> {
    units.iter().flat_map(|unit| unit.to_le_bytes()).collect()
}

fn big(units: &[u16]) -> Vec<u8> {
    units.iter().flat_map(|unit| unit.to_be_bytes()).collect()
}

#[test]
fn utf_16_is_text_with_its_mark_and_without() {
    let units = |text: &str| text.encode_utf16().collect::<Vec<u16>>();
    for text in ["Привет, мир 👋\r\n", "a;b\r\n1;2\r\n", "«Ёлка» — №5 ₽\n", "שלום", "a"] {
        let (plain, marked) = (units(text), units(&format!("\u{feff}{text}")));
        let said = |bytes| told_in_full(bytes).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(said(little(&marked)), "text/plain; charset=utf-16", "{text}");
        assert_eq!(said(big(&marked)), "text/plain; charset=utf-16", "{text}");
        assert_eq!(said(little(&plain)), "text/plain; charset=utf-16le", "{text}");
        assert_eq!(said(big(&plain)), "text/plain; charset=utf-16be", "{text}");
        for cut in [little(&plain), big(&plain), little(&marked), big(&marked)] {
            assert_eq!(told([&cut[..], &[0x41]].concat()), None, "{text}");
        }
    }
    let broken: [&[u16]; 8] = [
        &[0xfeff, 0x61, 0, 0x62],
        &[0xfeff, 0xd83d],
        &[0xfeff, 0xdc4b, 0x41],
        &[0xfeff, 0xd83d, 0x41],
        &[0x61, 0xd83d],
        &[0x61, 0x61, 0x61, 0xdc4b],
        &[0x61, 0x61, 0x61, 0xfffe],
        // Most of it is in no alphabet.
        &[0x61, 0x4e00, 0x4e01, 0x20],
    ];
    for units in broken {
        assert_eq!((told(little(units)), told(big(units))), (None, None), "{units:x?}");
    }
}

#[test]
fn programs_and_whatever_is_unknown_are_nothing() {
    let strange: [(&str, &[u8]); 8] = [
        ("ELF", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0"),
        ("PE", b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff"),
        ("Mach-O", b"\xcf\xfa\xed\xfe\x07\0\0\x01"),
        ("class", b"\xca\xfe\xba\xbe\0\0\0\x34"),
        ("wasm", b"\0asm\x01\0\0\0"),
        ("icon", b"\0\0\x01\0\x01\0"),
        ("SQLite", b"SQLite format 3\0"),
        ("WEBP elsewhere", b"\0\0\0\0\0\0\0\0WEBP"),
    ];
    for (name, bytes) in strange {
        assert_eq!(told(bytes), None, "{name}");
    }
    // An installer is made like an old office file.
    assert_eq!(told(samples::ole("\u{4840}\u{3b3f}")), None);
}

#[test]
fn further_shapes_of_signatures_films_and_archives_are_told() {
    let tar = |magic: &[u8]| samples::tar("a", magic, b"x");
    let shapes: [(&str, Vec<u8>); 16] = [
        ("application/x-tar", tar(b"ustar  \0")),
        ("application/x-tar", tar(b"")),
        ("audio/aac", samples::adts(300)),
        (
            "application/pkcs7-signature",
            b"-----BEGIN PKCS7-----\nMIIKHAYJ\n".to_vec(),
        ),
        (
            "application/pkcs7-signature",
            b"-----BEGIN CMS-----\r\nMIIKHAYJ\r\n".to_vec(),
        ),
        (
            "application/pkcs7-signature",
            [b"\x30\x80", &samples::signed_data()[4..]].concat(),
        ),
        (
            "application/pgp-signature",
            b"-----BEGIN PGP SIGNATURE-----\n\niHUE\n".to_vec(),
        ),
        (
            "application/pgp-signature",
            [b"\x89\0\x75", &samples::pgp_signature()[2..]].concat(),
        ),
        (
            "application/pgp-signature",
            [b"\xc2\x75", &samples::pgp_signature()[2..]].concat(),
        ),
        ("image/vnd.dwg", b"AC1009\0\0\x02\0".to_vec()),
        ("image/vnd.adobe.photoshop", b"8BPS\0\x02\0\0\0\0\0\0\0\x04".to_vec()),
        (
            "application/vnd.corel-draw",
            samples::zip(&[
                ("mimetype", b"application/x-vnd.corel.zcf.draw.document+zip"),
                ("content/riffData.cdr", b"RIFF\0"),
            ]),
        ),
        ("video/3gpp", b"\0\0\0\x14ftyp3gp4\0\0\x02\0isom".to_vec()),
        ("video/mp4", b"\0\0\0\x14ftypmp42\0\0\x02\x003gp4isom".to_vec()),
        (
            "video/x-matroska",
            b"\x1a\x45\xdf\xa3\x01\0\0\0\0\0\0\x23\x42\x82\x88matroska".to_vec(),
        ),
        ("text/plain", b"MIIKHAYJKoZIhvcNAQcCoIIKDTCCCgkCAQEx\n".to_vec()),
    ];
    for (media, bytes) in shapes {
        assert_eq!(told(&bytes), Some(media), "{}", String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn what_only_begins_like_something_is_what_it_was_before() {
    let mut cut = samples::tar("a", b"ustar\x0000", b"x");
    cut[0] = b'b';
    let no_signature = [b"\x88\x75\x04\x13", &samples::pgp_signature()[4..]].concat();
    let pretenders: [(&str, Option<&str>, Vec<u8>); 14] = [
        ("a tar with a wrong checksum", None, cut),
        (
            "a tar that ends early",
            None,
            samples::tar("a", b"ustar\x0000", b"x")[..511].to_vec(),
        ),
        (
            "a frame of AAC and something else",
            None,
            [samples::adts(20), vec![0; 40]].concat(),
        ),
        (
            "signed data of another kind",
            None,
            b"\x30\x82\x0a\x1c\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03\0".to_vec(),
        ),
        ("a certification by OpenPGP", None, no_signature),
        ("a signature that is cut", None, samples::pgp_signature()[..60].to_vec()),
        ("a drawing", Some("text/plain"), b"AC1032 is a version\n".to_vec()),
        ("a drawing of no version", None, b"AC10xx\0\0\0".to_vec()),
        ("a picture of Photoshop", Some("text/plain"), b"8BPS is a mark".to_vec()),
        ("speech", Some("text/plain"), b"#!AMR\nrm -rf /\n".to_vec()),
        ("speech of nothing", Some("text/plain"), b"#!AMR\n".to_vec()),
        ("a film", Some("text/plain"), b"RIFF of a guitar, AVI \n".to_vec()),
        (
            "a key",
            Some("text/plain"),
            b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n".to_vec(),
        ),
        (
            "EBML of another kind",
            None,
            b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84some\x01\0".to_vec(),
        ),
    ];
    for (what, media, bytes) in pretenders {
        assert_eq!(told(&bytes), media, "{what}");
    }
}

#[test]
fn broken_old_office_files_are_nothing_and_end() {
    let whole = samples::ole("WordDocument");
    for len in [8, 31, 52, 80, 511, 512, 1_024, 1_535, 2_559] {
        assert_eq!(told(&whole[..len]), None, "{len}");
    }
    // A directory that follows itself.
    let mut circle = samples::ole("Strange");
    circle[512 + 12..][..4].copy_from_slice(&1_u32.to_le_bytes());
    assert_eq!(told(&circle), None);
    // A directory, and a table, far outside.
    for at in [48, 68, 76] {
        for number in [0x7fff_ffff_u32, 0xffff_fff0, 0xffff_ffff] {
            let mut far = samples::ole("Strange");
            far[at..at + 4].copy_from_slice(&number.to_le_bytes());
            assert_eq!(told(&far), None, "{at} {number}");
        }
    }
}

#[test]
fn the_list_can_be_made_shorter_and_longer() {
    let samples = samples::of_every_type();
    let sample = |media: &str| &samples.iter().find(|(known, _)| *known == media).unwrap().1;
    let taken = |types: &MediaTypes, bytes: &[u8]| {
        let told = kind::told(&mut Cursor::new(bytes)).unwrap();
        types.taken(told).map(|told| told.to_string())
    };
    let (program, png) = (&b"\x7fELF\x02\x01\x01\0\0"[..], sample("image/png"));
    let default = MediaTypes::default();
    assert_eq!(taken(&default, png).as_deref(), Some("image/png"));
    assert_eq!(taken(&default, program), None);

    let only = MediaTypes::only(&["image/png", "text/plain"]).unwrap();
    assert_eq!(taken(&only, png).as_deref(), Some("image/png"));
    assert_eq!(taken(&only, b"a").as_deref(), Some("text/plain; charset=utf-8"));
    assert_eq!(taken(&only, b"\xff").as_deref(), Some("text/plain"));
    assert_eq!(taken(&only, sample("image/gif")), None);
    assert_eq!(taken(&only, program), None);

    // With what anything is, every file is taken: as what it is where that is known.
    let all = MediaTypes::only(&["application/octet-stream", "image/png"]).unwrap();
    assert_eq!(taken(&all, png).as_deref(), Some("image/png"));
    assert_eq!(taken(&all, sample("image/gif")).as_deref(), Some("image/gif"));
    assert_eq!(taken(&all, b"<script>").as_deref(), Some("text/plain; charset=utf-8"));
    assert_eq!(taken(&all, program).as_deref(), Some("application/octet-stream"));

    let unknown = MediaTypes::only(&["image/png", "text/html"]).unwrap_err();
    assert_eq!(unknown, UnknownMediaType("text/html".to_owned()));
}
