//! The load: people who send at a rate, some with a file, and a note of everything that was acked.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use parking_lot::Mutex;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::crash::server::Server;
use crate::crash::wire::{Reply, Rest, number_in};

/// Rooms, each with one who sends in it by several connections.
const ROOMS: i64 = 8;
/// Connections that send.
const LANES: u32 = 32;
/// Every so many messages of a connection one brings a file.
const WITH_FILE: u64 = 25;
/// How much is in a file.
const FILE_BYTES: usize = 20_000;

/// A message that was acked.
#[derive(Debug, Clone)]
pub struct Acked {
    pub room: i64,
    pub id: i64,
    pub client_id: String,
    /// When it was sent, and how long the ack took.
    pub sent: Instant,
    pub took: Duration,
    pub has_file: bool,
}

/// People who send until this is dropped.
pub struct Load {
    acked: Arc<Mutex<Vec<Acked>>>,
    failed: Arc<Mutex<Vec<anyhow::Error>>>,
    stop: Arc<AtomicBool>,
    lanes: JoinSet<()>,
    pub rooms: Vec<i64>,
}

/// Whom a server is to have.
pub fn town() -> String {
    let people = (1..=ROOMS).map(|id| {
        json!({"id": id, "username": format!("person{id}"), "email": format!("person{id}@example.com"), "first_name": "Person",
               "last_name": id.to_string(), "role": "client"})
    });
    let orders = (1..=ROOMS).map(|id| json!({"id": id, "number": format!("N-{id}"), "client": id, "status": "active"}));
    json!({"people": people.collect::<Vec<_>>(), "orders": orders.collect::<Vec<_>>()}).to_string()
}

impl Load {
    /// So many messages a second from now on.
    pub async fn begin(server: &Server, rate: u32) -> Result<Self> {
        let http = reqwest::Client::builder().timeout(Duration::from_secs(60)).build()?;
        let people: Vec<i64> = (1..=ROOMS).collect();
        let mut seats = Vec::new();
        for (person, token) in people.iter().zip(server.tokens(&people).await?) {
            let rest = Rest {
                http: http.clone(),
                address: server.address,
                token,
            };
            let room = rest.open_room(*person).await?;
            seats.push((rest, room));
        }
        let mut load = Self {
            acked: Arc::default(),
            failed: Arc::default(),
            stop: Arc::default(),
            lanes: JoinSet::new(),
            rooms: seats.iter().map(|(_, room)| *room).collect(),
        };
        let gap = Duration::from_secs(1) * LANES / rate.max(1);
        for (lane, (rest, room)) in (0..LANES).zip(seats.into_iter().cycle()) {
            let (acked, failed, stop) = (
                Arc::clone(&load.acked),
                Arc::clone(&load.failed),
                Arc::clone(&load.stop),
            );
            load.lanes.spawn(async move {
                let mut turns = interval(gap);
                // Who was late is soon at the rate again.
                turns.set_missed_tick_behavior(MissedTickBehavior::Burst);
                let mut number = 0_u64;
                while !stop.load(Ordering::Relaxed) {
                    turns.tick().await;
                    number += 1;
                    match send(&rest, room, lane, number).await {
                        Ok(one) => acked.lock().push(one),
                        Err(why) => failed.lock().push(why),
                    }
                }
            });
        }
        Ok(load)
    }

    /// All that was acked until now.
    pub fn acked(&self) -> Vec<Acked> {
        self.acked.lock().clone()
    }

    /// Ends the load. Nothing may have failed: the server was well all the while.
    pub async fn end(mut self) -> Result<()> {
        self.stop.store(true, Ordering::Relaxed);
        while let Some(lane) = self.lanes.join_next().await {
            lane?;
        }
        let failed = self.failed.lock();
        match failed.first() {
            None => Ok(()),
            Some(why) => bail!(
                "{} messages were refused or not answered, the first: {why:#}",
                failed.len()
            ),
        }
    }
}

async fn send(rest: &Rest, room: i64, lane: u32, number: u64) -> Result<Acked> {
    let client_id = format!("{lane}-{number}");
    let has_file = (number + u64::from(lane)).is_multiple_of(WITH_FILE);
    let sent = Instant::now();
    let answered = if has_file {
        send_file(rest, room, &client_id).await
    } else {
        rest.send(room, &format!("{client_id} text"), &client_id).await
    };
    let (status, answer) = answered.context("no answer")?;
    // What came without its file is no answer to what was sent.
    let has_its_file = answer.get("file").is_some_and(Value::is_string);
    ensure!(status == 201 && has_file == has_its_file, "{status}: {answer}");
    let id = number_in(&answer, "id").context("a message without an id")?;
    Ok(Acked {
        room,
        id,
        client_id,
        sent,
        took: sent.elapsed(),
        has_file,
    })
}

async fn send_file(rest: &Rest, room: i64, client_id: &str) -> Reply {
    // Other bytes each time, or it would be one file.
    let bytes = format!("{client_id} {}", "word ".repeat(FILE_BYTES / 5));
    let form = Form::new()
        .text("room", room.to_string())
        .text("message", format!("{client_id} text"))
        .text("client_id", client_id.to_owned())
        .part("file", Part::text(bytes).file_name("words.txt"));
    let asked = rest
        .http
        .post(format!("http://{}/api/chat/messages/", rest.address))
        .bearer_auth(&rest.token)
        .multipart(form);
    let answer = asked.send().await.ok()?;
    Some((answer.status().as_u16(), answer.json().await.ok()?))
}

/// How many files are below a folder.
pub fn files_below(folder: &Path) -> Result<usize> {
    let mut count = 0;
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        count += if path.is_dir() { files_below(&path)? } else { 1 };
    }
    Ok(count)
}
