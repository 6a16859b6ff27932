//! The native API: one socket for all rooms of a person, and the calls beside it.

mod application;
mod calls;
mod cases;
mod described;
mod desk;
mod ends;
mod events;
mod files;
mod push;
mod reports;
mod said_elsewhere;
mod search;
mod socket;
mod visitors;

use crate::harness::{Actor, Server, Socket, Town};
use serde_json::{Value, json};

/// A party's server, and its client and expert.
async fn party(story: &str, settings: &str) -> (Server, Actor, Actor) {
    let server = Server::start(story, settings, &Town::parties(1)).await;
    let party = server.party(1).await;
    let (client, expert) = (party.client, party.expert);
    (server, client, expert)
}

/// A socket for all rooms that has said hello, and what it heard first: whom it was welcomed as, and where they are.
async fn hello(actor: &Actor, since: Option<&str>) -> (Socket, Value, Value) {
    let mut socket = Socket::open(actor.address, "/api/v1/ws", &[])
        .await
        .unwrap_or_else(|answer| panic!("no upgrade: {answer:?}"));
    let mut hello = json!({"type": "hello", "token": actor.token});
    if let Some(since) = since {
        hello["since"] = since.into();
    }
    socket.say(&hello).await;
    let welcome = socket.frame().await;
    assert_eq!(welcome["type"], "welcome", "{welcome}");
    let here = socket.frame().await;
    assert_eq!(here["type"], "here", "{here}");
    (socket, welcome, here)
}

/// A token of a future that never came, as a database has it that was put back.
fn future(token: &str) -> String {
    format!("{token}ffff")
}

/// The next frame of this type; those of what is told now and then are passed over.
async fn next(socket: &mut Socket, kind: &str) -> Value {
    loop {
        let frame = socket.frame().await;
        if frame["type"] == kind {
            return frame;
        }
        let passing = ["totals", "ping", "typing", "presence"];
        assert!(
            passing.iter().any(|other| frame["type"] == *other),
            "{kind} should have come: {frame}"
        );
    }
}

/// Opens a room on a socket: what it hears first of it.
async fn open(socket: &mut Socket, room: &str) -> Value {
    socket.say(&json!({"type": "open", "room": room, "ref": "o"})).await;
    let answer = next(socket, "ok").await;
    assert_eq!(answer["ref"], "o");
    next(socket, "changes").await
}
