//! `kill -9` in the middle of uploads: no message is without its bytes, and nothing is left that no message has.

use super::samples::{Dice, opaque, packed};
use super::{NO_RATE, is_of_ours};
use crate::harness::files::{BOUNDARY, Parts, plant, pluck};
use crate::harness::{Actor, Server, Town, actor, in_time};
use beseda_core::ports::Tx;
use beseda_core::words::{FileLook, Limits, Time};
use beseda_core::{Error, rules};
use image::ImageFormat;
use reqwest::Method;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::sleep;

/// Files that several people bring again and again, so that many are on their way under one name.
fn shared_files() -> Vec<Vec<u8>> {
    vec![
        packed(1, 100_000),
        packed(2, 5),
        opaque(ImageFormat::Png, 120, 90),
        b"words".to_vec(),
    ]
}

/// What the file called `title` holds: the same for the same title.
fn content(title: &str) -> Vec<u8> {
    let number: u64 = title.split('.').next().unwrap_or_default().parse().expect("a number");
    let mut dice = Dice(number);
    let shared = shared_files();
    match dice.below(4) {
        0 => shared[dice.below(shared.len())].clone(),
        1 => {
            let (width, height) = (20 + dice.below(200) as u32, 20 + dice.below(200) as u32);
            opaque(ImageFormat::Png, width, height)
        }
        _ => {
            let length = 20 + dice.below(150_000);
            packed(number, length)
        }
    }
}

/// Brings files until the server is gone; the addresses of those that were acknowledged.
async fn bring_files(person: Actor, room: i64, seed: u64, count: Arc<AtomicUsize>) -> Vec<String> {
    let (mut dice, mut acknowledged) = (Dice(seed), Vec::new());
    loop {
        let title = format!("{}.bin", dice.roll() >> 1);
        let form = Parts::default()
            .text("room", room)
            .file("file", &title, &content(&title));
        let kind = format!("multipart/form-data; boundary={}", BOUNDARY);
        let request = person
            .request(Method::POST, "/api/chat/messages/")
            .header("Content-Type", kind)
            .body(form.body());
        let Ok(answer) = request.send().await else { break };
        assert_eq!(answer.status(), 201, "{title}");
        let Ok(message) = answer.json::<Value>().await else {
            break;
        };
        acknowledged.push(message["file"].as_str().expect("an address").to_owned());
        count.fetch_add(1, Ordering::Relaxed);
    }
    acknowledged
}

/// Every message of the room has its bytes, as they were sent; pictures lose nothing here, so they are the same too.
async fn assert_every_message_has_its_file(person: &Actor, room: i64, checked: &mut HashMap<i64, String>) {
    for message in person.all_messages(room).await {
        let (id, file) = (message["id"].as_i64().expect("an id"), message["file"].as_str());
        let file = file.unwrap_or_else(|| panic!("no file: {message}"));
        if checked.insert(id, file.to_owned()).is_some() {
            continue;
        }
        let got = person.fetch(file).await;
        assert_eq!(got.status, 200, "{file}: {got:?}");
        let sent = content(file.split('/').nth(3).expect("a title"));
        if sent.starts_with(b"\x89PNG") {
            assert_eq!(
                image::load_from_memory(&got.bytes).expect("a picture"),
                image::load_from_memory(&sent).expect("a picture"),
                "{file}"
            );
            let small = person.fetch(&format!("{file}?view=thumbnail")).await;
            assert_eq!(small.status, 200, "{file}: {small:?}");
        } else {
            assert_eq!(Sha256::digest(&got.bytes), Sha256::digest(&sent), "{file}");
        }
    }
}

/// Nothing of unfinished uploads is there, and of what is there the store knows everything.
async fn assert_no_strays(server: &Server) {
    assert_eq!(server.in_progress(), Vec::<String>::new());
    let kept = server.kept();
    let names: Vec<String> = kept
        .keys()
        .inspect(|path| assert!(is_of_ours(path), "{path}"))
        .filter_map(|path| path.split('/').nth(1).map(str::to_owned))
        .collect();
    let unknown = server.store(move |look| {
        let mut unknown = Vec::new();
        for name in names {
            if !look.knows_file(name.trim_end_matches(".thumbnail"))? {
                unknown.push(name);
            }
        }
        Ok(unknown)
    });
    assert_eq!(unknown.await, Vec::<String>::new());
}

#[tokio::test]
async fn a_killed_server_has_the_bytes_of_every_message_and_nothing_else() {
    let mut server = Server::start("file-crash", NO_RATE, &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(1).await;
    let mut dice = Dice(20_251);
    let (mut acknowledged, mut checked) = (Vec::new(), HashMap::new());
    let mut cut_off = 0;
    for round in 0..6 {
        let count = Arc::new(AtomicUsize::new(0));
        let people = [&party.client, &party.expert, &party.operator];
        let lanes: Vec<_> = (0..8)
            .map(|lane| {
                let person = people[lane % 3].at(server.address);
                tokio::spawn(bring_files(person, room, dice.roll(), Arc::clone(&count)))
            })
            .collect();
        let until = 10 + dice.below(60);
        in_time("some acknowledged files", async {
            while count.load(Ordering::Relaxed) < until {
                tokio::task::yield_now().await;
            }
        })
        .await;
        server.kill();
        for lane in lanes {
            acknowledged.extend(in_time("the lane ends", lane).await.expect("the lane ends well"));
        }
        cut_off += server.in_progress().len();
        server.serve().await;
        let client = party.client.at(server.address);
        assert_every_message_has_its_file(&client, room, &mut checked).await;
        assert_no_strays(&server).await;
        let there: Vec<&String> = checked.values().collect();
        for file in &acknowledged {
            assert!(there.contains(&file), "round {round}: {file} was acknowledged");
        }
    }
    assert!(cut_off > 0, "the kills came in the middle of uploads");
}

#[tokio::test]
async fn what_no_message_has_is_swept_when_its_time_is_over() {
    let mut server = Server::start("file-sweep", NO_RATE, &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(1).await;
    // Who may not send leaves nothing. A retry with other bytes leaves them without a message: its first one stands.
    let refused = party.stranger.bring(room, "refused.gz", &packed(3, 5_000)).await;
    assert_eq!(refused.status, 400, "{refused:?}");
    server.nothing_in_progress().await;
    assert_eq!(server.kept().len(), 0);
    let under_one_name = async |title: &str, bytes: &[u8]| {
        let form = Parts::default().text("room", room).text("client_id", "c-1");
        let answer = party.client.post_form(form.file("file", title, bytes)).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    };
    let (other, picture) = (packed(3, 5_000), opaque(ImageFormat::Png, 50, 40));
    under_one_name("first.txt", b"first").await;
    for (title, bytes) in [("other.gz", &other), ("other.png", &picture)] {
        under_one_name(title, bytes).await;
    }
    let (message, erased) = party.client.send_file(room, "erased.txt", b"erased").await;
    let path = format!("/api/chat/messages/{}/", message["id"]);
    assert_eq!(
        actor::answer(party.client.request(Method::DELETE, &path)).await.status,
        204
    );
    let (_, used) = party.client.send_file(room, "used.txt", b"used").await;
    let (_, young) = party.client.send_file(room, "young.txt", b"young").await;
    under_one_name("waits.txt", b"waits for its message").await;
    let kept = server.kept();
    assert_eq!(kept.len(), 8);

    let old: Vec<[u8; 32]> = kept
        .iter()
        .filter(|(path, bytes)| !path.ends_with(".thumbnail") && *bytes != b"waits for its message")
        .map(|(_, bytes)| Sha256::digest(bytes).into())
        .collect();
    assert_eq!(old.len(), 6);
    server.change_store(move |tx| came_long_ago(tx, &old)).await;
    server.kill();
    server.serve().await;
    forgotten_but_for(&server, 4).await;
    let mut left: Vec<Vec<u8>> = server.kept().into_values().collect();
    left.sort();
    assert_eq!(left, [&b"first"[..], b"used", b"waits for its message", b"young"]);
    let client = party.client.at(server.address);
    assert_eq!(client.fetch(&used).await.bytes, b"used");
    assert_eq!(client.fetch(&young).await.bytes, b"young");
    assert_eq!(client.fetch(&erased).await.status, 404);
    // What was forgotten can come again.
    let (_, again) = client.send_file(room, "again.png", &picture).await;
    assert_eq!(client.fetch(&again).await.status, 200);
    assert_eq!(client.fetch(&format!("{again}?view=thumbnail")).await.status, 200);
    assert_no_strays(&server).await;
}

/// The store is told that files with these bytes came long ago: no setting makes their time short enough for a story.
fn came_long_ago(tx: &mut dyn Tx, files: &[[u8; 32]]) -> Result<(), Error> {
    for sha256 in files {
        let look = FileLook {
            sha256: *sha256,
            bytes: 0,
            media: String::new(),
            picture: None,
        };
        tx.reserve_file(&look, Time(1))?;
    }
    Ok(())
}

/// Waits until no more than so many are kept, and nothing is left to be done about the others.
async fn forgotten_but_for(server: &Server, most: usize) {
    in_time("the others are forgotten", async {
        while server.kept().len() > most || server.store(|look| Ok(look.next_job()?)).await.is_some() {
            sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_kill_between_any_two_steps_of_forgetting_leaves_nothing() {
    let mut server = Server::start("file-forgotten", NO_RATE, &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(1).await;
    // Retries of one message, each with other bytes: nobody ever has the later ones.
    let pictures = [30, 40, 50, 60].map(|side| opaque(ImageFormat::Png, side, side));
    for (name, bytes) in [("used.txt", b"used".to_vec())]
        .into_iter()
        .chain(pictures.into_iter().map(|picture| ("other.png", picture)))
    {
        let form = Parts::default().text("room", room).text("client_id", "c-1");
        let answer = party.client.post_form(form.file("file", name, &bytes)).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }
    let kept = server.kept();
    assert_eq!(kept.len(), 9, "four pictures, each with a small copy");
    server.kill();
    let others = kept
        .iter()
        .filter(|(path, bytes)| !path.ends_with(".thumbnail") && *bytes != b"used");
    let others: Vec<(String, [u8; 32])> = others
        .map(|(path, bytes)| (path.clone(), Sha256::digest(bytes).into()))
        .collect();
    // One was promised to be forgotten and not taken, three were taken: of one nothing was done, of one the small copy
    // is gone, of one everything but its row.
    let hashes: Vec<[u8; 32]> = others.iter().map(|(_, hash)| *hash).collect();
    let step = Time(2);
    server
        .change_store(move |tx| {
            came_long_ago(tx, &hashes)?;
            assert_eq!(rules::doom_files(tx, step, step)?, 4);
            let taken = rules::take_jobs(tx, step, &Limits::default(), 3)?;
            assert_eq!(taken.len(), 3);
            Ok(())
        })
        .await;
    let jobs = server.store(|look| Ok(look.jobs(false, 9)?)).await;
    let path = |name: String| {
        others
            .iter()
            .find(|(path, _)| path.ends_with(&name))
            .expect("its path")
            .0
            .clone()
    };
    let taken: Vec<String> = jobs
        .iter()
        .filter(|job| job.tries == 1)
        .map(|job| path(job.errand.about()))
        .collect();
    for path in &taken[1..] {
        pluck(&server, &format!("{path}.thumbnail"));
    }
    pluck(&server, &taken[2]);
    server.serve().await;
    forgotten_but_for(&server, 1).await;
    assert_eq!(server.kept().into_values().collect::<Vec<_>>(), [b"used"]);
    let names: Vec<String> = jobs.iter().map(|job| job.errand.about()).collect();
    let known = server.store(move |look| {
        let known = names.iter().map(|name| look.knows_file(name));
        Ok(known.collect::<Result<Vec<_>, _>>()?)
    });
    assert_eq!(known.await, [false; 4]);
}

#[tokio::test]
async fn bytes_that_nobody_knows_are_told_and_left_alone() {
    let mut server = Server::start("file-strays", NO_RATE, &Town::parties(1)).await;
    let party = server.party(1).await;
    let room = party.client.room_of(1).await;
    let picture = opaque(ImageFormat::Png, 50, 40);
    let (_, file) = party.client.send_file(room, "used.png", &picture).await;
    let mut kept = server.kept();
    server.kill();
    // As a database that was taken back from a backup leaves them: with and without a small copy, and one of those
    // alone; and what an operator put beside them.
    let name = |digits: &str| digits.repeat(32);
    for path in [
        format!("ab/{}", name("ab")),
        format!("cd/{}", name("cd")),
        format!("cd/{}.thumbnail", name("cd")),
        format!("ef/{}.thumbnail", name("ef")),
        format!("ef/{}-2", name("ef")),
        "notes.txt".to_owned(),
        "ab/notes.txt".to_owned(),
    ] {
        plant(&server, &path, b"bytes");
        kept.insert(path, b"bytes".to_vec());
    }
    // Uploads that were cut off are nobody's for certain.
    plant(&server, "incoming/1-0", b"half");
    plant(&server, "incoming/1-1", b"");
    server.serve().await;
    in_time("the log tells of them", async {
        while !server.logs().contains("5 files belong to nothing in this database") {
            sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    assert_eq!(server.kept(), kept);
    assert_eq!(server.in_progress(), Vec::<String>::new());
    let client = party.client.at(server.address);
    assert_eq!(client.fetch(&file).await.status, 200);
    assert_eq!(client.fetch(&format!("{file}?view=thumbnail")).await.status, 200);
}
