//! One past each limit of files: refused in words, and nothing of it is kept.

use super::NO_RATE;
use crate::harness::files::Parts;
use crate::harness::{Actor, Answer, Server, Town};
use serde_json::json;

/// A text of so many bytes.
fn text(bytes: usize) -> Vec<u8> {
    vec![b'a'; bytes]
}

async fn assert_nothing_kept(server: &Server, person: &Actor, room: i64) {
    server.nothing_in_progress().await;
    assert_eq!(server.kept().len(), 0);
    assert_eq!(person.all_messages(room).await.len(), 0);
}

fn assert_too_large(answer: &Answer) {
    assert_eq!(answer.status, 413, "{answer:?}");
    assert!(answer.json()["detail"].is_string(), "{answer:?}");
}

#[tokio::test]
async fn one_byte_past_a_file_or_a_body_is_too_large() {
    let settings = format!("{NO_RATE}limits.attachment_bytes = 2000\nlimits.body_bytes = 6000");
    let server = Server::start("file-limits", &settings, &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;

    assert_too_large(&party.client.bring(room, "a.txt", &text(2_001)).await);
    // The body's limit counts all that comes: here, what is around the file is what makes it too big.
    let around = |bytes: usize| {
        let form = Parts::default().text("room", room).text("other", "");
        let empty = form.clone().file("file", "a.txt", &text(2_000)).body().len();
        Parts::default()
            .text("room", room)
            .text("other", "x".repeat(bytes - empty))
            .file("file", "a.txt", &text(2_000))
    };
    assert_eq!(around(6_000).body().len(), 6_000);
    assert_too_large(&party.client.post_form(around(6_001)).await);
    // A file in a field that nobody asked for is not let through either.
    let elsewhere = Parts::default().text("room", room).text("message", "words");
    assert_too_large(
        &party
            .client
            .post_form(elsewhere.file("other", "a.txt", &text(2_001)))
            .await,
    );
    // The first is fine and the second is not: neither is kept.
    let second = Parts::default()
        .text("room", room)
        .file("file", "a.txt", b"fine")
        .file("file", "b.txt", &text(2_001));
    assert_too_large(&party.client.post_form(second).await);
    assert_nothing_kept(&server, &party.client, room).await;

    let (_, file) = party.client.send_file(room, "a.txt", &text(2_000)).await;
    assert_eq!(party.expert.fetch(&file).await.bytes, text(2_000));
    let whole = party.client.post_form(around(6_000)).await;
    assert_eq!(whole.status, 201, "{whole:?}");
}

#[tokio::test]
async fn more_files_than_a_message_takes_and_what_is_no_file_are_refused() {
    let settings = format!("{NO_RATE}limits.attachments = 3");
    let server = Server::start("file-count", &settings, &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    let refused = |what: &str, answer: &Answer| {
        assert_eq!(answer.status, 400, "{what}: {answer:?}");
        assert!(answer.json()["file"][0].is_string(), "{what}: {answer:?}");
    };
    let form = Parts::default().text("room", room);
    let named = |names: &[&str]| {
        names.iter().fold(form.clone(), |form, name| {
            form.file(name, &format!("{name}.txt"), name.as_bytes())
        })
    };
    refused("two", &party.client.post_form(named(&["file", "file"])).await);
    refused("four", &party.client.post_form(named(&["a", "b", "c", "file"])).await);
    for file in [
        json!("a.txt"),
        json!(1),
        json!({"name": "a.txt"}),
        json!(["a"]),
        json!(true),
    ] {
        let body = json!({"room": room, "message": "words", "file": file});
        refused("JSON", &party.client.post("/api/chat/messages/", &body).await);
    }
    let as_text = form.clone().text("message", "words").text("file", "a.txt");
    refused("a text", &party.client.post_form(as_text).await);
    assert_nothing_kept(&server, &party.client, room).await;

    // No file at all, in every way that it is said.
    for file in [json!(null), json!("")] {
        let body = json!({"room": room, "message": "words", "file": file});
        let answer = party.client.post("/api/chat/messages/", &body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        assert_eq!(answer.json()["file"], json!(null));
    }
    let unchosen = form
        .clone()
        .text("message", "words")
        .raw("name=\"file\"; filename=\"\"", b"");
    assert_eq!(party.client.post_form(unchosen).await.json()["file"], json!(null));
    // Neither words nor a file is nothing to say.
    let nothing = party.client.post_form(form.clone().text("message", " ")).await;
    assert_eq!(nothing.status, 400, "{nothing:?}");
    // As many as there may be, of which one is asked for; the others are not kept.
    let three = party.client.post_form(named(&["a", "file", "b"])).await;
    assert_eq!(three.status, 201, "{three:?}");
    assert!(
        three.json()["file"]
            .as_str()
            .is_some_and(|file| file.ends_with("/file.txt"))
    );
    server.nothing_in_progress().await;
    assert_eq!(server.kept().into_values().collect::<Vec<_>>(), [b"file".to_vec()]);
}

#[tokio::test]
async fn the_thirty_first_file_of_a_minute_is_refused() {
    let server = Server::start("file-rate", "limits.attachments = 100", &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    // In one request: a slow machine must not give the allowance back meanwhile. Every file counts, asked for or not.
    let many = |count: usize| {
        let form = Parts::default().text("room", room).text("message", "words");
        (0..count).fold(form, |form, number| {
            form.file("other", "a.txt", number.to_string().as_bytes())
        })
    };
    let refused = party.client.post_form(many(31)).await;
    assert_eq!(refused.status, 429, "{refused:?}");
    let seconds: u64 = refused.header("retry-after").parse().expect("Retry-After in seconds");
    assert!((1..=60).contains(&seconds), "{refused:?}");
    assert_nothing_kept(&server, &party.client, room).await;
    // The allowance is the person's own, and thirty are taken.
    let taken = party.expert.post_form(many(30)).await;
    assert_eq!(taken.status, 201, "{taken:?}");
    // What is no file goes on.
    party.client.send(room, "words").await;
}

#[tokio::test]
async fn a_form_full_of_files_big_and_small_is_taken() {
    let server = Server::start("file-full", NO_RATE, &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    for sizes in [[1_000_000; 20], [90_000; 20], [1; 20]] {
        let form = Parts::default()
            .text("room", room)
            .file("file", "a.txt", &text(sizes[0]));
        let form = (0..60).fold(form, |form, number| {
            form.text(&format!("t{number}"), "x".repeat(10_000))
        });
        let form = sizes[1..]
            .iter()
            .fold(form, |form, size| form.file("other", "a.txt", &text(*size)));
        let answer = party.client.post_form(form).await;
        assert_eq!(answer.status, 201, "{sizes:?}: {answer:?}");
        let file = answer.json()["file"].as_str().expect("an address").to_owned();
        assert_eq!(party.expert.fetch(&file).await.bytes, text(sizes[0]));
    }
    server.nothing_in_progress().await;
}
