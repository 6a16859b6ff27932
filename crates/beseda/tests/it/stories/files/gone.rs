//! Files whose bytes are gone from where they are kept: who asks and who runs the server are told by which name.

use super::NO_RATE;
use super::samples::{opaque, packed};
use crate::harness::files::{plant, pluck};
use crate::harness::{Server, Town, in_time};
use image::ImageFormat;
use std::time::Duration;
use tokio::time::sleep;

/// Waits until the log names what is kept under this path.
async fn assert_logged(server: &Server, path: &str) {
    let line = format!("the bytes of the file {path} are gone");
    in_time("the log tells of it", async {
        while !server.logs().contains(&line) {
            sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_file_whose_bytes_are_gone_is_told_by_the_path_that_it_had() {
    let server = Server::start("file-bytes-gone", NO_RATE, &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    let picture = opaque(ImageFormat::Png, 700, 300);
    let (_, file) = party.client.send_file(room, "договор.png", &picture).await;
    let kept: Vec<String> = server.kept().into_keys().collect();
    let small = kept.iter().find(|path| path.ends_with(".thumbnail"));
    let small = small.expect("a small copy");
    let original = small.strip_suffix(".thumbnail").expect("a path");
    pluck(&server, small);
    pluck(&server, original);
    for (address, path) in [(file.clone(), original), (format!("{file}?view=thumbnail"), small)] {
        let answer = party.expert.get(&address).await;
        assert_eq!(answer.status, 500, "{answer:?}");
        let detail = answer.json()["detail"].to_string();
        assert!(detail.contains(&format!(" {path}.")), "{detail}");
        assert_logged(&server, path).await;
        // Nobody else is told.
        assert_eq!(party.stranger.get(&address).await.status, 404);
    }
    // Who brings the same bytes again mends it.
    party.client.send_file(room, "договор.png", &picture).await;
    let got = party.expert.fetch(&file).await;
    assert_eq!((got.status, got.header("content-type")), (200, "image/png"));
}

#[tokio::test]
async fn a_file_that_has_lost_its_end_is_told_too() {
    let server = Server::start("file-bytes-short", NO_RATE, &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    let bytes = packed(7, 200_001);
    let (_, file) = party.client.send_file(room, "all.gz", &bytes).await;
    let path = server.kept().into_keys().next().expect("a file");
    plant(&server, &path, &bytes[..100_000]);
    let response = party
        .expert
        .request(reqwest::Method::GET, &file)
        .send()
        .await
        .expect("an answer");
    assert_eq!(response.status().as_u16(), 200, "its beginning is there");
    assert!(response.bytes().await.is_err(), "it must not look whole");
    assert_logged(&server, &path).await;
    let last = [("Range", "bytes=150000-")];
    let part = party.expert.fetch_with(reqwest::Method::GET, &file, &last).await;
    assert_eq!(part.status, 500, "{part:?}");
}
