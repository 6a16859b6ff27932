//! What a file is told to be.

use super::kind::{MediaTypes, UnknownMediaType, media_type};
use super::samples;
use std::io::Cursor;

fn told(bytes: impl AsRef<[u8]>) -> Option<&'static str> {
    media_type(&mut Cursor::new(bytes)).unwrap()
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
        assert_eq!(told(&text), Some("text/plain"), "{size}");
        text.push('\0');
        assert_eq!(told(&text), None, "{size}");
        let mut bytes = text.replace('\0', "").into_bytes();
        bytes.push(0xd1);
        assert_eq!(told(&bytes), None, "{size}");
        bytes.push(0x20);
        assert_eq!(told(&bytes), None, "{size}");
    }
}

#[test]
fn utf_16_is_text_when_it_says_so() {
    let units = |text: &str, mark: u16| [mark].into_iter().chain(text.encode_utf16()).collect::<Vec<u16>>();
    let little = |units: &[u16]| units.iter().flat_map(|unit| unit.to_le_bytes()).collect::<Vec<u8>>();
    let big = |units: &[u16]| units.iter().flat_map(|unit| unit.to_be_bytes()).collect::<Vec<u8>>();
    let text = units("Привет 👋", 0xfeff);
    assert_eq!(told(little(&text)), Some("text/plain"));
    assert_eq!(told(big(&text)), Some("text/plain"));
    let broken = [
        little(&text[1..]),
        [little(&text), vec![0x41]].concat(),
        little(&units("a\0b", 0xfeff)),
        little(&[0xfeff, 0xd83d]),
        little(&[0xfeff, 0xdc4b, 0x41]),
        little(&[0xfeff, 0xd83d, 0x41]),
    ];
    for bytes in broken {
        assert_eq!(told(&bytes), None, "{bytes:?}");
    }
}

#[test]
fn programs_and_whatever_is_unknown_are_nothing() {
    let strange: [(&str, &[u8]); 12] = [
        ("ELF", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0"),
        ("PE", b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff"),
        ("Mach-O", b"\xcf\xfa\xed\xfe\x07\0\0\x01"),
        ("class", b"\xca\xfe\xba\xbe\0\0\0\x34"),
        ("wasm", b"\0asm\x01\0\0\0"),
        ("Photoshop", b"8BPS\0\x01\0\0"),
        ("icon", b"\0\0\x01\0\x01\0"),
        ("SQLite", b"SQLite format 3\0"),
        ("Matroska", b"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska"),
        ("AVI", b"RIFF\x24\0\0\0AVI \0"),
        ("WEBP elsewhere", b"\0\0\0\0\0\0\0\0WEBP"),
        ("one byte", b"\xff"),
    ];
    for (name, bytes) in strange {
        assert_eq!(told(bytes), None, "{name}");
    }
    // An installer is made like an old office file.
    assert_eq!(told(samples::ole("\u{4840}\u{3b3f}")), None);
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
fn the_list_can_be_made_shorter() {
    let only = MediaTypes::only(&["image/png", "text/plain"]).unwrap();
    assert!(only.holds("image/png") && !only.holds("image/jpeg"));
    assert!(MediaTypes::default().holds("image/jpeg"));
    let unknown = MediaTypes::only(&["image/png", "text/html"]).unwrap_err();
    assert_eq!(unknown, UnknownMediaType("text/html".to_owned()));
}
