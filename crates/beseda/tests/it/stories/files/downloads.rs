//! Downloads: the whole, a part, or the word that nothing changed; for whoever may read the room, and for nobody else.

use super::samples::{opaque, packed};
use super::{NO_RATE, assert_harmless};
use crate::harness::files::Download;
use crate::harness::town::Party;
use crate::harness::{Actor, Server, Town, actor};
use image::ImageFormat;
use reqwest::Method;
use serde_json::json;

/// More than is read of a file at once, and no multiple of it.
const BYTES: usize = 200_001;

async fn part(person: &Actor, file: &str, range: &str) -> Download {
    person.fetch_with(Method::GET, file, &[("Range", range)]).await
}

#[tokio::test]
async fn parts_and_unchanged_files_are_answered_as_http_says() {
    let server = Server::start("file-parts", NO_RATE, &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    let bytes = packed(1, BYTES);
    let (_, file) = party.client.send_file(room, "all.gz", &bytes).await;
    let anna = &party.client;

    for (range, from, to) in [
        ("bytes=0-", 0, BYTES),
        ("bytes=0-200000", 0, BYTES),
        ("bytes=0-0", 0, 1),
        ("bytes=0-65535", 0, 65_536),
        ("bytes=65535-131073", 65_535, 131_074),
        ("bytes=200000-", 200_000, BYTES),
        ("bytes=-1", 200_000, BYTES),
        ("bytes=-200001", 0, BYTES),
        ("bytes=-999999999", 0, BYTES),
        ("bytes=1-999999999", 1, BYTES),
        ("bytes=1-18446744073709551615", 1, BYTES),
    ] {
        let got = part(anna, &file, range).await;
        assert_eq!(got.bytes, bytes[from..to], "{range}");
        assert_eq!(got.header("content-length"), (to - from).to_string(), "{range}");
        assert_eq!(got.status, 206, "{range}");
        let said = format!("bytes {from}-{}/{BYTES}", to - 1);
        assert_eq!(got.header("content-range"), said, "{range}");
        assert_eq!(got.header("x-content-type-options"), "nosniff", "{range}");
    }
    for range in [
        "bytes=200001-",
        "bytes=200001-200002",
        "bytes=18446744073709551615-",
        "bytes=-0",
    ] {
        let got = part(anna, &file, range).await;
        assert_eq!((got.status, got.bytes.len()), (416, 0), "{range}: {got:?}");
        assert_eq!(got.header("content-range"), format!("bytes */{BYTES}"), "{range}");
    }
    for range in [
        "bytes=0-1,5-6",
        "bytes=0-1, 5-6",
        "bytes=2-1",
        "bytes=a-b",
        "bytes=18446744073709551616-",
        "bytes=",
        "bytes=-",
        "bytes",
        "lines=0-1",
        "bytes=0--1",
        "bytes=+1-2",
    ] {
        let got = part(anna, &file, range).await;
        assert_eq!((got.status, got.bytes.len()), (200, BYTES), "{range}: {got:?}");
    }

    let whole = anna.fetch(&file).await;
    assert_harmless("all.gz", &whole);
    assert_eq!(whole.bytes, bytes);
    assert_eq!(whole.header("accept-ranges"), "bytes");
    let tag = whole.header("etag").to_owned();
    assert!(tag.starts_with('"') && tag.ends_with('"'), "{tag}");
    for known in [tag.as_str(), "*", &format!("\"a\", {tag}"), &format!("W/{tag}")] {
        let got = anna.fetch_with(Method::GET, &file, &[("If-None-Match", known)]).await;
        assert_eq!((got.status, got.bytes.len()), (304, 0), "{known}: {got:?}");
        assert_eq!(got.header("etag"), tag);
    }
    let changed = anna.fetch_with(Method::GET, &file, &[("If-None-Match", "\"a\"")]).await;
    assert_eq!((changed.status, changed.bytes.len()), (200, BYTES));
    for (known, status) in [
        (tag.as_str(), 206),
        ("\"a\"", 200),
        (&format!("W/{tag}"), 200),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 200),
    ] {
        let headers = [("Range", "bytes=0-9"), ("If-Range", known)];
        let got = anna.fetch_with(Method::GET, &file, &headers).await;
        assert_eq!(got.status, status, "If-Range: {known}");
    }
}

#[tokio::test]
async fn a_head_is_the_download_without_its_bytes() {
    let server = Server::start("file-head", NO_RATE, &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(party.order).await;
    let (_, file) = party
        .client
        .send_file(room, "a.png", &opaque(ImageFormat::Png, 700, 300))
        .await;
    for path in [file.clone(), format!("{file}/"), format!("{file}?view=thumbnail")] {
        let whole = party.expert.fetch(&path).await;
        let head = party.expert.fetch_with(Method::HEAD, &path, &[]).await;
        assert_eq!((head.status, head.bytes.len()), (200, 0), "{path}");
        assert!(!whole.bytes.is_empty());
        for name in [
            "content-length",
            "content-type",
            "content-disposition",
            "etag",
            "accept-ranges",
            "content-security-policy",
            "x-content-type-options",
        ] {
            assert_eq!(head.header(name), whole.header(name), "{path}: {name}");
        }
    }
    // Only a GET has parts (RFC 9110 §14.2).
    let head = party
        .expert
        .fetch_with(Method::HEAD, &file, &[("Range", "bytes=0-1")])
        .await;
    assert_eq!(head.status, 200, "{head:?}");
    assert_eq!(head.header("content-range"), "");
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        let answer = party.client.ask(method, &file, &json!({})).await;
        assert_eq!(answer.status, 405, "{answer:?}");
    }
}

/// Nobody can tell a file that is not theirs, or is gone, from one that never was.
async fn assert_missing(person: &Actor, file: &str) {
    let pieces: Vec<&str> = file.split('/').collect();
    let never = file.replacen(pieces[2], "987654321", 1);
    for (path, other) in [
        (file.to_owned(), never.clone()),
        (format!("{file}?view=thumbnail"), format!("{never}?view=thumbnail")),
    ] {
        let (foreign, missing) = (person.fetch(&path).await, person.fetch(&other).await);
        assert_eq!(foreign.status, 404, "{path}: {foreign:?}");
        assert_eq!((missing.status, &missing.bytes), (404, &foreign.bytes), "{path}");
        let names = |download: &Download| {
            let mut headers = download.headers.clone();
            headers.remove("date");
            headers.remove("x-request-id");
            headers
        };
        assert_eq!(names(&foreign), names(&missing), "{path}");
    }
    for headers in [[("Range", "bytes=0-0")], [("If-None-Match", "*")]] {
        assert_eq!(
            person.fetch_with(Method::GET, file, &headers).await.status,
            404,
            "{headers:?}"
        );
    }
}

async fn two_parties(server: &Server) -> (Party, Party) {
    (server.party(1).await, server.party(2).await)
}

#[tokio::test]
async fn only_who_may_read_the_room_may_read_its_files() {
    let server = Server::start("file-readers", NO_RATE, &Town::parties(2)).await;
    let (ours, theirs) = two_parties(&server).await;
    let (room, other_room) = (ours.client.room_of(1).await, theirs.client.room_of(2).await);
    let (_, file) = ours.client.send_file(room, "ours.txt", b"ours").await;
    let (_, other) = theirs.client.send_file(other_room, "theirs.txt", b"theirs").await;

    for person in [&ours.client, &ours.expert, &ours.operator] {
        let got = person.fetch(&file).await;
        assert_harmless("ours.txt", &got);
        assert_eq!(got.bytes, b"ours");
        assert_missing(person, &other).await;
    }
    for person in [&ours.stranger, &theirs.client, &theirs.expert] {
        assert_missing(person, &file).await;
    }
    // The name is for people: with the name of one's own file, the number still is somebody else's.
    let (id, other_id) = (
        file.split('/').nth(2).expect("a number"),
        other.split('/').nth(2).expect("a number"),
    );
    assert_missing(&ours.client, &format!("/files/{other_id}/ours.txt")).await;
    let renamed = ours.client.fetch(&format!("/files/{id}/theirs.txt")).await;
    assert_eq!((renamed.status, renamed.bytes.as_slice()), (200, &b"ours"[..]));
    assert_eq!(ours.client.fetch(&format!("/files/{id}/")).await.bytes, b"ours");
    assert_eq!(ours.client.fetch(&format!("/files/{id}")).await.bytes, b"ours");
    for strange in [
        "0",
        "-1",
        "9223372036854775808",
        "1e0",
        "%00",
        "%ff",
        "%2e%2e%2fbeseda.db",
        "%D9%A1",
    ] {
        for path in [format!("/files/{strange}/x"), format!("/files/{strange}/")] {
            let got = ours.client.get(&path).await;
            assert_eq!(got.status, 404, "{path}: {got:?}");
            assert!(got.json()["detail"].is_string(), "{path}: {got:?}");
        }
    }
    let got = ours.client.get(&format!("/files/{id}/%ff")).await;
    assert!(got.status == 404 && got.json().is_object(), "{got:?}");

    let nobody = Actor::new(server.address, 0, "");
    for path in [file.as_str(), "/files/987654321/x", &format!("{file}?view=thumbnail")] {
        let got = nobody.fetch(path).await;
        assert_eq!(got.status, 401, "{path}: {got:?}");
        assert_ne!(got.header("www-authenticate"), "", "{path}");
        assert_eq!(ours.client.with_token("fake").fetch(path).await.status, 401, "{path}");
    }
    // No file lies open under the server's own pages.
    for path in ["/uploads/chat/", "/uploads/chat/incoming/", "/files/", "/files"] {
        let got = ours.client.fetch(path).await;
        assert!(!got.bytes.windows(4).any(|window| window == b"ours"), "{path}");
    }
    for path in server.kept().keys() {
        let got = ours.client.fetch(&format!("/uploads/chat/{path}")).await;
        assert_ne!(got.bytes, b"ours", "{path}");
    }
}

#[tokio::test]
async fn a_file_goes_with_its_message_and_with_its_room() {
    let admin = json!({"id": 90, "email": "admin@shop.example", "role": "admin"});
    let server = Server::start("file-gone", NO_RATE, &Town::parties(1).person(admin)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(1).await;
    let (first, file) = party.client.send_file(room, "first.txt", b"first").await;
    let (_, other) = party.client.send_file(room, "second.txt", b"second").await;
    let path = format!("/api/chat/messages/{}/", first["id"]);
    let erased = actor::answer(party.client.request(Method::DELETE, &path)).await;
    assert_eq!(erased.status, 204, "{erased:?}");
    for person in [&party.client, &party.expert, &party.stranger] {
        assert_missing(person, &file).await;
    }
    assert_eq!(party.expert.fetch(&other).await.bytes, b"second");
    // An edit leaves the file where it is.
    let (edited, kept) = party.client.send_file(room, "third.txt", b"third").await;
    let path = format!("/api/chat/messages/{}/", edited["id"]);
    let changed = party
        .client
        .ask(Method::PATCH, &path, &json!({"message": "words"}))
        .await;
    assert_eq!(changed.json()["file"], kept.as_str(), "{changed:?}");
    assert_eq!(party.expert.fetch(&kept).await.bytes, b"third");

    let tokens = server.tokens(&[90]).await;
    let admin = Actor::new(server.address, 90, &tokens[0]);
    let removed = actor::answer(admin.request(Method::DELETE, &format!("/api/chat/rooms/{room}/"))).await;
    assert_eq!(removed.status, 204, "{removed:?}");
    for person in [&party.client, &party.expert, &party.stranger, &admin] {
        assert_missing(person, &other).await;
        assert_missing(person, &kept).await;
    }
}
