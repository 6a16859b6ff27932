//! What rooms cost whoever is in many: an idle native socket with 20 of them, hello in 1,000 and 10,000, and a message there.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::client::{Crowd, Load, Seat, server_frame, upgrade};
use super::fill;
use super::pages::{put, times_of};
use super::report::Samples;
use super::server::{Binaries, Kind, Server};
use super::speech::Speech;
use super::town::{copy, person, run, tokens};

/// The expert of every order: nobody who is measured.
const EXPERT: usize = 1;
/// Clients with so many rooms each.
const WITH_ONE: usize = 2;
const WITH_THOUSAND: usize = 3;
const WITH_TEN_THOUSAND: usize = 4;
/// Behind them come those who only sit there, each in 20 rooms.
const FIRST_IDLE: usize = 5;
const IDLE: usize = 1_000;
const IDLE_ROOMS: usize = 20;
/// So many of them are there before the memory is looked at for the first time.
const IDLE_BEFORE: usize = 200;
/// Messages in every room.
const MESSAGES: usize = 2;
/// Messages a second in the room whose two members are measured.
const RATE: u32 = 400;
const QUIET: Duration = Duration::from_millis(300);
/// So many come at a time, and the next ones when nothing was said for a while.
const AT_A_TIME: usize = 10;
const BREATH: Duration = Duration::from_millis(30);
/// So often they come before it counts.
const VISITS: usize = 4;

/// A data directory with people in many rooms.
pub struct Village {
    template: PathBuf,
    /// Access tokens, by the numbers of the people, from the first client on.
    tokens: Vec<String>,
    length: Duration,
    idle: usize,
    /// The first of the ten thousand rooms of whoever is in the most.
    first_of_most: usize,
}

impl Village {
    /// Builds it in `folder`; `quick` makes what is many a tenth.
    pub fn build(binaries: &Binaries, folder: &Path, quick: bool) -> Result<Self> {
        let template = folder.join("village");
        fs::create_dir_all(&template)?;
        let few = |many: usize| if quick { many / 10 } else { many };
        let idle = few(IDLE);
        let clients: Vec<usize> = std::iter::once(WITH_ONE)
            .chain(std::iter::repeat_n(WITH_THOUSAND, few(1_000)))
            .chain(std::iter::repeat_n(WITH_TEN_THOUSAND, few(10_000)))
            .chain((FIRST_IDLE..FIRST_IDLE + idle).flat_map(|client| std::iter::repeat_n(client, IDLE_ROOMS)))
            .collect();
        let people: Vec<usize> = (WITH_ONE..FIRST_IDLE + idle).collect();
        let seed = folder.join("village.json");
        fs::write(&seed, seed_of(&people, &clients).to_string())?;
        run(binaries.beseda("seed", &template, None).arg("--new").arg(&seed))?;
        let orders: Vec<_> = (1..=clients.len()).map(|order| (order, MESSAGES, 1)).collect();
        fill::orders(&template, &orders)?;
        Ok(Self {
            tokens: tokens(binaries, &template, None, &people)?,
            template,
            length: Duration::from_secs(if quick { 2 } else { 8 }),
            idle,
            first_of_most: 2 + few(1_000),
        })
    }

    /// Measures memory, hellos and messages, each on a server of its own.
    pub fn measure(&self, binaries: &Binaries, folder: &Path, times: usize, samples: &mut Samples) -> Result<()> {
        let data = folder.join("native");
        copy(&self.template, &data)?;
        let server = Server::start(Kind::Beseda, binaries, &data, None)?;
        for (name, memory) in ["native_memory", "native_storm"].iter().zip(self.memory(&server)?) {
            samples.put(Kind::Beseda, name, memory);
        }
        drop(server);
        let server = Server::start(Kind::Beseda, binaries, &data, None)?;
        for (name, client, times) in [
            ("here_1000", WITH_THOUSAND, times),
            ("here_10000", WITH_TEN_THOUSAND, times / 10),
        ] {
            let mut taken = times_of()?;
            for turn in 0..times + times / 10 {
                let time = hello(server.address, self.token(client)?)?;
                // The first tenth warms up.
                if turn >= times / 10 {
                    taken.record(time)?;
                }
            }
            put(samples, name, &taken);
        }
        for (name, client) in [("elsewhere", WITH_ONE), ("among_10000", WITH_TEN_THOUSAND)] {
            self.talk(&server, name, client, samples)?;
        }
        drop(server);
        fs::remove_dir_all(data)?;
        Ok(())
    }

    /// Kilobytes (1,000 bytes) that one more idle socket costs: of many that come some at a time, and of as many that all come
    /// at once, whose rooms the server then reads and says at once.
    fn memory(&self, server: &Server) -> Result<[f64; 2]> {
        let seat = |number: usize| self.seat(FIRST_IDLE + number);
        let seats = (0..self.idle).map(seat).collect::<Result<Vec<_>>>()?;
        // What their first looks bring into the caches of the database is no cost of a socket; each connection to it has its
        // own. Few visit at a time, and go: what many would leave behind in the heap, the sockets that are weighed would get.
        for _ in 0..VISITS {
            for some in seats.chunks(AT_A_TIME) {
                come(&mut Crowd::of(Speech::Native { opens: false })?, server, some)?;
            }
        }
        let (before, after) = seats.split_at(IDLE_BEFORE.min(self.idle / 2));
        let mut crowd = Crowd::of(Speech::Native { opens: false })?;
        come(&mut crowd, server, before)?;
        crowd.settle(Duration::from_secs(2))?;
        let first = server.resident_kb()?;
        come(&mut crowd, server, after)?;
        crowd.settle(Duration::from_secs(2))?;
        let last = server.resident_kb()?;
        let mut storm = Crowd::of(Speech::Native { opens: false })?;
        storm.connect(server.address, after)?;
        storm.settle(Duration::from_secs(2))?;
        let each = |from: f64, to: f64| (to - from) / after.len() as f64;
        Ok([each(first, last), each(last, server.resident_kb()?)])
    }

    /// A client alone in two windows says something in the first of their rooms, which is not open in either.
    fn talk(&self, server: &Server, name: &str, client: usize, samples: &mut Samples) -> Result<()> {
        let mut crowd = Crowd::of(Speech::Native { opens: false })?;
        let seat = self.seat(client)?;
        crowd.connect(server.address, &[seat.clone(), seat])?;
        crowd.settle(Duration::from_secs(2))?;
        crowd.run(Load::Open(RATE), self.length / 8, server)?;
        crowd.settle(QUIET)?;
        let outcome = crowd.run(Load::Open(RATE), self.length, server)?;
        for (what, value) in [
            ("client_busy", outcome.busy),
            ("lost", outcome.lost as f64),
            ("doubled", outcome.doubled as f64),
        ] {
            samples.put(Kind::Beseda, &format!("{what}_{name}"), value);
        }
        samples.put(Kind::Beseda, &format!("{name}_cpu"), outcome.cpu_us());
        samples.put(Kind::Beseda, &format!("{name}_p99_ms"), outcome.latency_ms(0.99));
        Ok(())
    }

    fn token(&self, client: usize) -> Result<&str> {
        let token = self.tokens.get(client - WITH_ONE);
        Ok(token.context("nobody has this number")?)
    }

    /// A socket of a client's, who speaks in the first of their rooms.
    fn seat(&self, client: usize) -> Result<Seat> {
        let order = match client {
            WITH_ONE => 1,
            WITH_THOUSAND => 2,
            // Of those who are many nobody speaks but the one who is in the most.
            _ => self.first_of_most,
        };
        Ok(Seat {
            room: 0,
            key: format!("order:{order}"),
            path: format!("/api/v1/ws?token={}", self.token(client)?),
        })
    }
}

/// Sits down, some at a time.
fn come(crowd: &mut Crowd, server: &Server, seats: &[Seat]) -> Result<()> {
    for some in seats.chunks(AT_A_TIME) {
        crowd.connect(server.address, some)?;
        crowd.settle(BREATH)?;
    }
    Ok(())
}

/// Nanoseconds from a hello until everything of its person's rooms has come.
fn hello(address: SocketAddr, token: &str) -> Result<u64> {
    let mut stream = TcpStream::connect(address)?;
    let mut inbox = upgrade(&mut stream, address, &format!("/api/v1/ws?token={token}"))?;
    let begun = Instant::now();
    stream.write_all(&Speech::Native { opens: false }.first(""))?;
    let mut piece = vec![0; 262_144];
    let mut used = 0;
    loop {
        while let Some((_, payload, length)) = server_frame(inbox.get(used..).unwrap_or_default()) {
            used += length;
            // Everything is told once the token comes with it, at its end.
            let end = payload.get(payload.len().saturating_sub(64)..).unwrap_or_default();
            if payload.starts_with(b"{\"type\":\"here\"") && !end.windows(12).any(|end| end == b"\"token\":null") {
                return Ok(u64::try_from(begun.elapsed().as_nanos())?);
            }
        }
        let read = stream.read(&mut piece)?;
        ensure!(read > 0, "the server closed a socket that said hello");
        inbox.drain(..used);
        used = 0;
        inbox.extend_from_slice(piece.get(..read).unwrap_or_default());
    }
}

fn seed_of(people: &[usize], clients: &[usize]) -> Value {
    let people = people.iter().map(|id| person(*id, "client"));
    let people: Vec<Value> = std::iter::once(person(EXPERT, "expert")).chain(people).collect();
    let orders: Vec<Value> = clients
        .iter()
        .zip(1..)
        .map(|(client, id)| {
            json!({"id": id, "number": format!("N-{id}"), "client": client, "expert": EXPERT, "status": "active"})
        })
        .collect();
    json!({ "people": people, "orders": orders })
}
