//! Photos as phones send them, of any size.

use super::samples::opaque;
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
