//! What a file is, is told by its bytes: nothing that is uploaded runs in a browser, and what is unknown is not taken.

use super::samples::{LATITUDE, PLACE, claiming, opaque, photo, see_through, zip};
use super::{NO_RATE, assert_harmless};
use crate::harness::{Answer, Server, Town};
use image::{GenericImageView, ImageFormat};

const TEXT: &str = "text/plain; charset=utf-8";
const SVG: &[u8] = b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"><script>alert(2)</script></svg>";
const HTML: &[u8] = b"<!doctype html><html><body><script>alert(document.cookie)</script></body></html>";

/// Files that are taken as they are, and what they are given back as.
fn taken() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let document = [
        ("[Content_Types].xml", &b"<Types/>"[..]),
        ("word/document.xml", b"<w:document/>"),
    ];
    vec![
        ("drawing.svg", SVG.to_vec(), TEXT),
        ("drawing.svg", [b"<?xml version=\"1.0\"?>", SVG].concat(), TEXT),
        // A drawing under another name, and a page that calls itself a picture.
        ("photo.png", SVG.to_vec(), TEXT),
        ("page.html", HTML.to_vec(), TEXT),
        ("page.jpg", HTML.to_vec(), TEXT),
        (
            "feed.xml",
            b"<?xml version=\"1.0\"?><a xmlns=\"http://www.w3.org/1999/xhtml\"/>".to_vec(),
            TEXT,
        ),
        ("script.js", b"alert(document.domain)".to_vec(), TEXT),
        ("notes.txt", "Привет, мир\n".into(), TEXT),
        (
            "utf16.html",
            b"\xff\xfe<\0s\0c\0r\0i\0p\0t\0>\0".to_vec(),
            "text/plain; charset=utf-16",
        ),
        (
            "unmarked.csv",
            b"\x04\x1f\0;\x04\x40\0\r\0\n".to_vec(),
            "text/plain; charset=utf-16be",
        ),
        // Which of many it is, nobody says: no charset.
        ("cp1251.txt", b"\xcf\xf0\xe8\xe2\xe5\xf2\r\n".to_vec(), "text/plain"),
        ("cp866.md", b"\x8f\xe0\xa8\xa2\xa5\xe2\r\n\x1a".to_vec(), "text/plain"),
        ("koi8-r.csv", b"\xf0\xd2\xc9\xd7\xc5\xd4;1\n".to_vec(), "text/plain"),
        ("latin1.html", b"<script>'caf\xe9'</script>".to_vec(), "text/plain"),
        ("drawing.dwg", b"AC1032\0\0\0\0\0\x03\x01\xc0".to_vec(), "image/vnd.dwg"),
        (
            "contract.pdf.sig",
            b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80".to_vec(),
            "application/pkcs7-signature",
        ),
        (
            "offer.pdf",
            b"%PDF-1.7\n1 0 obj\n<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>\n%\xff".to_vec(),
            "application/pdf",
        ),
        (
            "all.zip",
            zip(&[("../../evil.txt", b"\xff"), ("a.html", HTML)]),
            "application/zip",
        ),
        (
            "letter.docx",
            zip(&document),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        ("a.png", opaque(ImageFormat::Png, 30, 20), "image/png"),
        // A picture with a page behind its end, under a page's name.
        (
            "a.html",
            [opaque(ImageFormat::Gif, 3, 2), HTML.to_vec()].concat(),
            "image/gif",
        ),
        ("a.jpeg", opaque(ImageFormat::Jpeg, 30, 20), "image/jpeg"),
        ("a.webp", see_through(ImageFormat::WebP, 30, 20), "image/webp"),
        ("a.gif", see_through(ImageFormat::Gif, 30, 20), "image/gif"),
    ]
}

fn assert_not_taken(what: &str, answer: &Answer) {
    assert_eq!(answer.status, 400, "{what}: {answer:?}");
    let body = answer.json();
    let said = body["file"].as_array().unwrap_or_else(|| panic!("{what}: {body}"));
    assert!(said.len() == 1 && said[0].is_string(), "{what}: {body}");
    assert_eq!(body.as_object().map(serde_json::Map::len), Some(1), "{what}: {body}");
}

#[tokio::test]
async fn what_is_taken_is_given_back_to_be_saved_and_never_to_be_run() {
    let server = Server::start("file-types", NO_RATE, &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    for (title, bytes, media) in taken() {
        let (message, file) = party.client.send_file(room, title, &bytes).await;
        assert_eq!(message["message"], "", "{title}");
        assert_eq!(file.split('/').nth(3), Some(title), "{file}");
        let got = party.expert.fetch(&file).await;
        assert_harmless(title, &got);
        assert_eq!(got.header("content-type"), media, "{title}");
        assert_eq!(got.header("content-length"), got.bytes.len().to_string(), "{title}");
        if media.starts_with("image/") && media != "image/vnd.dwg" {
            let (sent, kept) = (image::load_from_memory(&bytes), image::load_from_memory(&got.bytes));
            assert_eq!(
                sent.expect("a picture was sent"),
                kept.expect("a picture was kept"),
                "{title}: the same picture"
            );
            assert!(!got.bytes.ends_with(HTML), "{title}: nothing behind the picture's end");
        } else {
            assert_eq!(got.bytes, bytes, "{title}: the same bytes");
            let small = party.expert.fetch(&format!("{file}?view=thumbnail")).await;
            assert_eq!(small.status, 404, "{title}: {small:?}");
        }
    }
    server.nothing_in_progress().await;
}

#[tokio::test]
async fn what_is_unknown_or_empty_is_refused_and_what_claims_to_be_big_costs_nothing() {
    let server = Server::start("file-refused", NO_RATE, &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    // Everything that is needed once is there before memory is measured.
    party
        .client
        .send_file(room, "a.png", &opaque(ImageFormat::Png, 30, 20))
        .await;
    let (kept, before) = (server.kept(), server.memory_kib("VmHWM:"));
    let refused: [(&str, Vec<u8>); 6] = [
        ("program", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0".to_vec()),
        ("program.png", b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0".to_vec()),
        ("unknown.bin", vec![0x00, 0xfe, 0x13, 0x37, 0x00, 0xff]),
        ("text.txt", b"text with \0 in it".to_vec()),
        ("empty.txt", Vec::new()),
        ("broken.png", opaque(ImageFormat::Png, 30, 20)[..60].to_vec()),
    ];
    for (title, bytes) in refused {
        assert_not_taken(title, &party.client.bring(room, title, &bytes).await);
    }
    server.nothing_in_progress().await;
    assert_eq!(server.kept(), kept, "nothing of it is kept");
    for _ in 0..20 {
        let (_, file) = party.client.send_file(room, "big.png", &claiming(60_000, 60_000)).await;
        let small = party.expert.fetch(&format!("{file}?view=thumbnail")).await;
        assert_eq!(small.status, 404, "as a file: {small:?}");
    }
    let grown = server.memory_kib("VmHWM:") - before;
    assert!(grown < 5 * 1_024, "{grown} KiB for pictures that were only claimed");
    assert_eq!(party.client.all_messages(room).await.len(), 21);
}

#[tokio::test]
async fn a_list_with_what_anything_is_takes_every_file_and_shows_none() {
    let settings = format!("file_types = [\"application/octet-stream\"]\n{NO_RATE}");
    let server = Server::start("file-anything", &settings, &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    let anything = "application/octet-stream";
    let files: [(&str, Vec<u8>, &str); 6] = [
        (
            "program.exe",
            b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0".to_vec(),
            anything,
        ),
        ("page.html", [HTML, b"\0"].concat(), anything),
        ("drawing.svg", [SVG, b"\0"].concat(), anything),
        ("unknown.png", vec![0x00, 0xfe, 0x13, 0x37, 0x00, 0xff], anything),
        ("page.html", HTML.to_vec(), TEXT),
        ("a.png", opaque(ImageFormat::Png, 30, 20), "image/png"),
    ];
    for (title, bytes, media) in files {
        let (_, file) = party.client.send_file(room, title, &bytes).await;
        let got = party.expert.fetch(&file).await;
        assert_harmless(title, &got);
        assert_eq!(got.header("content-type"), media, "{title}");
        assert!(media == "image/png" || got.bytes == bytes, "{title}");
        let small = party.expert.fetch(&format!("{file}?view=thumbnail")).await;
        assert_eq!(small.status, if media == "image/png" { 200 } else { 404 }, "{title}");
    }
    assert_not_taken("empty", &party.client.bring(room, "empty", b"").await);
}

#[tokio::test]
async fn a_photo_loses_where_it_was_taken_and_stands_upright() {
    let server = Server::start("file-photo", NO_RATE, &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    let sent = photo();
    let holds = |bytes: &[u8], wanted: &[u8]| bytes.windows(wanted.len()).any(|window| window == wanted);
    assert!(holds(&sent, PLACE) && holds(&sent, &LATITUDE));

    let (_, file) = party.client.send_file(room, "photo.jpg", &sent).await;
    let got = party.expert.fetch(&file).await;
    assert_harmless("photo.jpg", &got);
    let small = party.expert.fetch(&format!("{file}?view=thumbnail")).await;
    for (what, bytes) in server.kept().iter().chain([
        (&"the download".to_owned(), &got.bytes),
        (&"the small copy".to_owned(), &small.bytes),
    ]) {
        assert!(!holds(bytes, PLACE) && !holds(bytes, &LATITUDE), "{what}");
        assert!(!holds(bytes, &[0x25, 0x88, 4, 0]), "{what}: no directory of places");
    }
    assert_eq!(
        image::load_from_memory(&sent).expect("a picture"),
        image::load_from_memory(&got.bytes).expect("a picture"),
        "it is not encoded again"
    );
    let upright = image::load_from_memory(&small.bytes).expect("a picture");
    assert_eq!(upright.dimensions(), (40, 60), "as it is shown");
}

#[tokio::test]
async fn small_copies_are_shown_and_are_small() {
    let settings = format!(
        "{NO_RATE}limits.thumbnail_side_pixels = 100\nlimits.picture_memory_bytes = 1048576\nlimits.picture_side_pixels = 2000"
    );
    let server = Server::start("file-small", &settings, &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    let pictures = [
        ("wide.png", opaque(ImageFormat::Png, 400, 300), "image/jpeg", (100, 75)),
        (
            "tall.webp",
            see_through(ImageFormat::WebP, 101, 202),
            "image/png",
            (50, 100),
        ),
        ("tiny.gif", see_through(ImageFormat::Gif, 20, 10), "image/png", (20, 10)),
        (
            "edge.jpg",
            opaque(ImageFormat::Jpeg, 100, 100),
            "image/jpeg",
            (100, 100),
        ),
    ];
    for (title, bytes, media, size) in pictures {
        let (_, file) = party.client.send_file(room, title, &bytes).await;
        let small = party.expert.fetch(&format!("{file}?view=thumbnail")).await;
        assert_eq!(small.status, 200, "{title}: {small:?}");
        assert!(
            small.header("content-disposition").starts_with("inline; "),
            "{title}: {small:?}"
        );
        assert_eq!(small.header("content-type"), media, "{title}");
        assert_eq!(small.header("x-content-type-options"), "nosniff", "{title}");
        assert!(small.header("content-security-policy").contains("sandbox"), "{title}");
        let copy = image::load_from_memory(&small.bytes).expect("a picture");
        assert_eq!(copy.dimensions(), size, "{title}");
        // What is asked for in another way is the original.
        for query in ["?view=", "?view=original", "?thumbnail", "?view=thumbnails"] {
            let original = party.expert.fetch(&format!("{file}{query}")).await;
            assert_harmless(title, &original);
        }
        let foreign = party.stranger.fetch(&format!("{file}?view=thumbnail")).await;
        assert_eq!(foreign.status, 404, "{title}: {foreign:?}");
    }
    // One that needs more memory than there may be, or is one past the longest side, is taken without a small copy.
    for (title, bytes) in [
        ("big.gif", opaque(ImageFormat::Gif, 1_000, 500)),
        ("wide.png", opaque(ImageFormat::Png, 2_001, 1)),
    ] {
        let (_, file) = party.client.send_file(room, title, &bytes).await;
        assert_harmless(title, &party.expert.fetch(&file).await);
        assert_eq!(
            party.expert.fetch(&format!("{file}?view=thumbnail")).await.status,
            404,
            "{title}"
        );
    }
}
