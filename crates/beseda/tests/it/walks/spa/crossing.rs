//! Both sides talk and see each other, whatever happens to their links.
#![expect(clippy::disallowed_methods, reason = "a test reads the files that an operator would")]

use super::{lines, open, spa, talk, token};
use crate::harness::{Socket, in_time};
use futures_util::future::join_all;
use serde_json::json;
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_sides_connect_at_once_and_find_one_conversation() {
    let server = spa("spa-once", "").await;
    let pairs = (1..10).map(|customer| (customer, customer + 10));
    let at_once = pairs.flat_map(|(customer, therapist)| {
        let sockets = ["chat", "location"]
            .iter()
            .flat_map(move |kind| [customer, therapist].map(move |person| (kind, person)));
        let twice = sockets.clone().chain(sockets);
        twice.map(move |(kind, person)| (format!("/ws/{kind}/{customer}/{therapist}/"), customer, person))
    });
    let address = server.address;
    let connected = join_all(at_once.map(|(path, customer, person)| async move {
        let mut socket = open(address, &path, &token(person)).await;
        if !path.contains("chat") {
            socket.say(&json!({"latitude": 1.5, "longitude": 2.5})).await;
            assert_eq!(socket.frame().await["type"], "location_update");
            return None;
        }
        socket.say(&json!({"message": "hello", "client_id": "c"})).await;
        let frame = socket.frame().await;
        assert_eq!(frame["message"], "hello", "{frame}");
        Some((customer, frame["conversation_id"].to_string()))
    }))
    .await;
    let found: HashSet<_> = connected.into_iter().flatten().collect();
    assert_eq!(found.len(), 9, "one conversation a pair: {found:?}");
    let created = lines(&server)
        .iter()
        .filter(|line| line.contains("Consumer] Created new conversation: "))
        .count();
    assert_eq!(created, 9);
    assert_eq!(server.by_hand("SELECT count(*) FROM rooms"), "9");
}

#[tokio::test]
async fn messages_cross_and_after_a_restart_exactly_what_was_missed_comes() {
    let mut server = spa("spa-missed", "limits.page_size = 3\nlimits.page_size_default = 3\n").await;
    let mut customer = open(server.address, "/ws/chat/1/11/", &token(1)).await;
    let mut therapist = open(server.address, "/ws/chat/1/11/", &token(11)).await;
    let heard = talk(&mut customer, "Добрый день").await;
    assert_eq!(therapist.frame().await, heard);
    let answer = talk(&mut therapist, "Выезжаю").await;
    assert_eq!(customer.frame().await, answer);
    let (last, uuid) = (answer["id"].clone(), answer["conversation_id"].clone());
    assert_eq!(
        answer,
        json!({"type": "chat_message", "id": last, "conversation_id": uuid, "sender_id": 11, "sender_role": "therapist",
            "message": "Выезжаю", "timestamp": answer["timestamp"]})
    );
    // The customer's link is lost; the therapist goes on, and the server is restarted.
    drop(customer);
    let mut missed = Vec::new();
    for text in ["Я у метро", "Я у дома", "Я у двери"] {
        missed.push(talk(&mut therapist, text).await);
    }
    server.ask_to_stop();
    assert_eq!(therapist.closed().await.0, 4009);
    server.stopped().await;
    server.serve().await;

    let path = format!("/ws/chat/1/11/?after={last}");
    let mut customer = open(server.address, &path, &token(1)).await;
    for one in &missed {
        assert_eq!(customer.frame().await, *one);
    }
    let now = talk(&mut customer, "Открываю").await;
    assert_eq!(now["conversation_id"], uuid);
    // Who is more than a page behind hears it page by page.
    let mut newcomer = open(server.address, "/ws/chat/1/11/?after=0", &token(1)).await;
    let mut all = Vec::new();
    while all.len() < 6 {
        all.push(newcomer.frame().await);
    }
    assert_eq!(all[..2], [heard, answer]);
    assert_eq!(all[2..5], missed);
    assert_eq!(all[5], now);
}

/// All that the server has written down.
fn kept(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry"));
    entries
        .flat_map(|entry| {
            let path = entry.path();
            if path.is_dir() {
                kept(&path)
            } else {
                let bytes = fs::read(&path).unwrap_or_default();
                vec![(path, bytes)]
            }
        })
        .collect()
}

#[tokio::test]
async fn positions_cross_and_a_newcomer_gets_both_latest_and_nobody_keeps_them() {
    let server = spa("spa-location", "").await;
    let path = "/ws/location/1/11/";
    let mut customer = open(server.address, path, &token(1)).await;
    let mut therapist = open(server.address, path, &token(11)).await;
    // Who is only just coming in may hear a position twice: as the latest one, and as it is told. An answer is in.
    therapist.say(&json!({"type": "ping"})).await;
    assert_eq!(therapist.frame().await["type"], "pong");
    let there = json!({"latitude": 55.751_244_321, "longitude": 37.618_423_123});
    customer.say(&there).await;
    let first = customer.frame().await;
    assert_eq!(therapist.frame().await, first);
    let time = first["timestamp"].as_str().expect("a time");
    assert!(time.len() == 27 && time.ends_with('Z'), "{time}");
    assert_eq!(
        first,
        json!({"type": "location_update", "user_id": 1, "role": "customer", "latitude": 55.751_244_321,
            "longitude": 37.618_423_123, "timestamp": time})
    );
    therapist
        .say(&json!({"latitude": 55.0, "longitude": 37.0, "accuracy": 5.5, "heading": 90.5, "speed": 1.25}))
        .await;
    let second = therapist.frame().await;
    assert_eq!(customer.frame().await, second);
    assert_eq!(
        (&second["accuracy"], &second["heading"], &second["speed"]),
        (&json!(5.5), &json!(90.5), &json!(1.25))
    );
    for person in [1, 11] {
        let mut newcomer = open(server.address, path, &token(person)).await;
        assert_eq!(
            [newcomer.frame().await, newcomer.frame().await],
            [first.clone(), second.clone()]
        );
    }
    // The next pair sees nothing of it.
    let mut other = open(server.address, "/ws/location/2/11/", &token(11)).await;
    other.say(&json!({})).await;
    assert_eq!(other.frame().await["type"], "error");

    // Neither as text nor as the eight bytes of a number.
    let needles = [
        b"55.75124".to_vec(),
        b"37.61842".to_vec(),
        55.751_244_321_f64.to_be_bytes().to_vec(),
        37.618_423_123_f64.to_be_bytes().to_vec(),
        55.751_244_321_f64.to_le_bytes().to_vec(),
    ];
    let mut files = kept(&server.data());
    match server.ground() {
        Some(ground) => files.push(("dump".into(), ground.dump())),
        None => assert!(files.iter().any(|(path, _)| path.ends_with("beseda.db")), "{files:?}"),
    }
    for (path, bytes) in files {
        for needle in &needles {
            let found = bytes.windows(needle.len()).any(|window| window == needle.as_slice());
            assert!(!found, "{} holds a position", path.display());
        }
    }
    assert!(!server.logs().contains("55.75"), "a position was logged");
}

#[tokio::test]
async fn a_position_expires() {
    let server = spa("spa-expiry", "limits.position_seconds = 1\n").await;
    let path = "/ws/location/1/11/";
    let mut customer = open(server.address, path, &token(1)).await;
    customer.say(&json!({"latitude": 1.5, "longitude": 2.5})).await;
    customer.frame().await;
    in_time("the position is forgotten", async {
        loop {
            let mut newcomer = open(server.address, path, &token(11)).await;
            newcomer.say(&json!({})).await;
            if newcomer.frame().await["type"] == "error" {
                break;
            }
            newcomer.leave().await;
        }
    })
    .await;
}

#[tokio::test]
async fn the_test_socket_greets_and_echoes_without_a_token_and_not_too_much() {
    let server = spa("spa-echo", "").await;
    let mut socket = Socket::open(server.address, "/ws/test/", &[])
        .await
        .expect("an upgrade");
    assert_eq!(socket.frame().await["type"], "connection_established");
    socket.say(&json!({"ping": "понг"})).await;
    assert_eq!(socket.frame().await, json!({"ping": "понг"}));
    // A JSON text of exactly 4 KiB, and one byte more.
    let full = format!("\"{}\"", "x".repeat(4_094));
    socket.say_text(&full).await;
    assert_eq!(socket.frame().await.to_string(), full);
    socket.say_text(&format!("{full} ")).await;
    assert_eq!(socket.closed().await.0, 1009);
}

#[tokio::test]
async fn a_setting_takes_the_test_socket_away() {
    let server = spa("spa-no-echo", "echo_socket = false\n").await;
    for path in ["/ws/test/", "/ws/test"] {
        let answer = Socket::open(server.address, path, &[]).await.err().expect("no upgrade");
        assert_eq!(answer.status, 404, "{answer:?}");
    }
}
