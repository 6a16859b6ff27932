//! The same bytes are kept once, whoever brings them and whatever they call them, for as long as anybody has them.

use super::samples::opaque;
use super::{NO_RATE, is_of_ours};
use crate::harness::files::Parts;
use crate::harness::{Server, Town, actor};
use futures_util::future::join_all;
use image::ImageFormat;
use reqwest::Method;
use sha2::{Digest, Sha256};

#[tokio::test]
async fn the_same_bytes_of_two_people_are_one_file_and_each_has_it() {
    let server = Server::start("file-once", NO_RATE, &Town::parties(2)).await;
    let (ours, theirs) = (server.party(1).await, server.party(2).await);
    let (room, other_room) = (ours.client.room_of(1).await, theirs.client.room_of(2).await);
    let bytes = b"the same bytes";
    let (message, file) = ours.client.send_file(room, "mine.txt", bytes).await;
    let (_, other) = theirs.client.send_file(other_room, "theirs.html", bytes).await;
    assert_ne!(file, other);
    let kept = server.kept();
    let hash: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(kept.keys().collect::<Vec<_>>(), [&format!("{}/{hash}", &hash[..2])]);

    // Having the same bytes opens nobody else's room.
    assert_eq!(theirs.client.fetch(&file).await.status, 404);
    assert_eq!(ours.client.fetch(&other).await.status, 404);
    let path = format!("/api/chat/messages/{}/", message["id"]);
    let erased = actor::answer(ours.client.request(Method::DELETE, &path)).await;
    assert_eq!(erased.status, 204, "{erased:?}");
    assert_eq!(ours.client.fetch(&file).await.status, 404);
    let left = theirs.expert.fetch(&other).await;
    assert_eq!((left.status, left.bytes.as_slice()), (200, &bytes[..]));
    assert_eq!(server.kept(), kept);
}

#[tokio::test]
async fn forty_at_once_of_the_same_picture_are_one_picture() {
    let server = Server::start("file-once-many", NO_RATE, &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(1).await;
    let bytes = opaque(ImageFormat::Png, 300, 200);
    let people = [&party.client, &party.expert, &party.operator];
    let sending = (0..40).map(|number| people[number % 3].send_file(room, "same.png", &bytes));
    let files: Vec<String> = join_all(sending).await.into_iter().map(|(_, file)| file).collect();
    server.nothing_in_progress().await;
    let kept = server.kept();
    assert_eq!(kept.len(), 2, "a picture and its small copy: {:?}", kept.keys());
    assert!(kept.keys().all(|path| is_of_ours(path)));
    let first = party.client.fetch(&files[0]).await;
    for file in &files {
        let (whole, small) = (
            party.expert.fetch(file).await,
            party.expert.fetch(&format!("{file}?view=thumbnail")).await,
        );
        assert_eq!((whole.status, &whole.bytes), (200, &first.bytes), "{file}");
        assert_eq!(small.status, 200, "{file}");
    }
}

#[tokio::test]
async fn a_retry_with_a_file_is_the_first_message_with_its_file() {
    let server = Server::start("file-once-retry", NO_RATE, &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(1).await;
    let bring = async |bytes: &[u8]| {
        let form = Parts::default().text("room", room).text("client_id", "c-1");
        let answer = party.client.post_form(form.file("file", "a.txt", bytes)).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()
    };
    let first = bring(b"the first").await;
    // Even with other bytes: what was said under this name was said.
    for bytes in [&b"the first"[..], b"the second"] {
        let again = bring(bytes).await;
        assert_eq!((&again["id"], &again["file"]), (&first["id"], &first["file"]));
    }
    assert_eq!(party.client.all_messages(room).await.len(), 1);
    let file = first["file"].as_str().expect("an address");
    assert_eq!(party.expert.fetch(file).await.bytes, b"the first");
}
