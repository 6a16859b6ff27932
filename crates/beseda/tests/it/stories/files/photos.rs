//! Photos and films as phones send them: of any size, and nobody hears where they were taken.

use super::samples::{PLACE, SEEN, film, opaque};
use super::{NO_RATE, assert_harmless};
use crate::harness::{Server, Town};
use image::{GenericImageView as _, ImageFormat};

#[tokio::test]
async fn photos_of_24_megapixels_and_panoramas_have_small_copies() {
    let server = Server::start("file-megapixels", NO_RATE, &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    for (title, size, small_size) in [
        ("photo.jpg", (6_000, 4_000), (480, 320)),
        ("panorama.jpg", (30_000, 1_000), (480, 16)),
    ] {
        let sent = opaque(ImageFormat::Jpeg, size.0, size.1);
        let (_, file) = party.client.send_file(room, title, &sent).await;
        let got = party.expert.fetch(&file).await;
        assert_harmless(title, &got);
        assert!(got.bytes == sent, "{title}: nothing was to be lost");
        let small = party.expert.fetch(&format!("{file}?view=thumbnail")).await;
        let small = image::load_from_memory(&small.bytes).expect("a picture");
        assert_eq!(small.dimensions(), small_size, "{title}");
    }
}

#[tokio::test]
async fn a_film_loses_where_it_was_taken() {
    let server = Server::start("file-film", NO_RATE, &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    let holds = |bytes: &[u8], wanted: &[u8]| bytes.windows(wanted.len()).any(|window| window == wanted);
    for (title, brand, media) in [
        ("film.mp4", b"isom", "video/mp4"),
        ("film.mov", b"qt  ", "video/quicktime"),
        ("film.3gp", b"3gp4", "video/3gpp"),
    ] {
        let sent = film(brand);
        assert!(holds(&sent, PLACE));
        let (_, file) = party.client.send_file(room, title, &sent).await;
        let got = party.expert.fetch(&file).await;
        assert_harmless(title, &got);
        assert_eq!(
            (got.header("content-type"), got.bytes.len()),
            (media, sent.len()),
            "{title}"
        );
        assert!(holds(&got.bytes, SEEN) && !holds(&got.bytes, PLACE), "{title}");
    }
    for (name, bytes) in &server.kept() {
        assert!(!holds(bytes, PLACE), "{name}");
    }
}
