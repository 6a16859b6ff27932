//! The load: thousands of sockets in one thread over epoll, an open-loop schedule, and a send that is complete when
//! all members of its room have received it.
//!
//! Frames are counted by their headers and recognised by a mark in the text; a WebSocket library would cost more
//! than the servers that are measured.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use hdrhistogram::Histogram;
use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};

use super::proc::{Clocked, own_cpu};
use super::speech::{DIGITS, MARK, Speech, Template};

/// The time of the first client id, in milliseconds since 1970.
const FIRST_MILLIS: u64 = 1_795_000_000_000;
/// A sleep may end this much too late, so the last of it is spent awake.
const AWAKE: Duration = Duration::from_micros(30);
/// So long is the last delivery awaited.
const PATIENCE: Duration = Duration::from_secs(5);
/// Whoever still says something after so long has a fault that no figure would show.
const UNREST: Duration = Duration::from_secs(120);

/// One member's socket: in which room (0, 1, …), what that is called, and the path to connect to.
#[derive(Clone)]
pub struct Seat {
    pub room: usize,
    pub key: String,
    pub path: String,
}

/// What a run has shown.
pub struct Outcome {
    pub sends: u64,
    pub deliveries: u64,
    pub lost: u64,
    pub doubled: u64,
    pub seconds: f64,
    /// Server CPU in nanoseconds.
    pub cpu: u64,
    /// Share of the run in which the client's own core was busy.
    pub busy: f64,
    /// From the scheduled instant to each delivery, in nanoseconds.
    pub latency: Histogram<u64>,
}

/// When the next message of a room is sent.
#[derive(Clone, Copy)]
pub enum Load {
    /// So many a second, over all rooms, whatever the server does.
    Open(u32),
    /// As soon as the last one of the room is complete.
    Closed,
}

struct Peer {
    stream: TcpStream,
    room: usize,
    key: String,
    /// An unfinished frame.
    inbox: Vec<u8>,
}

struct Sent {
    due: Instant,
    missing: usize,
}

/// All members of all rooms.
pub struct Crowd {
    epoll: OwnedFd,
    peers: Vec<Peer>,
    rooms: Vec<Vec<usize>>,
    buffer: Vec<u8>,
    speech: Speech,
    template: Template,
    came: Instant,
    /// Number of the first message of this run; what bears a lower one is history.
    first: u64,
    sent: Vec<Sent>,
    mark_at: usize,
    /// Text frames that were no question for a sign of life.
    heard: u64,
    outcome: Outcome,
    /// Rooms whose last message has just been completed.
    completed: Vec<usize>,
}

impl Crowd {
    /// Nobody yet, for a database that has no messages of a crowd.
    pub fn new() -> Result<Self> {
        Self::of(Speech::OneRoom)
    }

    /// The same of those who speak so.
    pub fn of(speech: Speech) -> Result<Self> {
        Ok(Self {
            epoll: epoll::create(CreateFlags::CLOEXEC)?,
            peers: Vec::new(),
            rooms: Vec::new(),
            buffer: vec![0; 262_144],
            speech,
            template: Template::of(speech),
            came: Instant::now(),
            first: 0,
            sent: Vec::new(),
            mark_at: 0,
            heard: 0,
            outcome: Outcome::empty()?,
            completed: Vec::new(),
        })
    }

    /// The number after the last message sent.
    pub fn next(&self) -> u64 {
        self.first + self.sent.len() as u64
    }

    /// Connects one socket a seat, one after the other.
    pub fn connect(&mut self, address: SocketAddr, seats: &[Seat]) -> Result<()> {
        for seat in seats {
            let (stream, inbox) = shake_hands(address, &seat.path, &self.speech.first(&seat.key))?;
            let place = self.peers.len();
            epoll::add(
                &self.epoll,
                &stream,
                EventData::new_u64(place as u64),
                EventFlags::IN | EventFlags::ET,
            )?;
            if self.rooms.len() <= seat.room {
                self.rooms.resize_with(seat.room + 1, Vec::new);
            }
            self.rooms.get_mut(seat.room).context("room")?.push(place);
            self.peers.push(Peer {
                stream,
                room: seat.room,
                key: seat.key.clone(),
                inbox,
            });
        }
        Ok(())
    }

    /// Reads until nothing has come for `quiet`, but for what asks for a sign of life.
    pub fn settle(&mut self, quiet: Duration) -> Result<()> {
        let (begun, mut last) = (Instant::now(), Instant::now());
        while last.elapsed() < quiet {
            ensure!(begun.elapsed() < UNREST, "the server is never done saying something");
            let heard = self.heard;
            self.pump(quiet)?;
            if self.heard > heard {
                last = Instant::now();
            }
        }
        Ok(())
    }

    /// Sends for `seconds` and waits for the last delivery.
    pub fn run(&mut self, load: Load, length: Duration, server: &impl Clocked) -> Result<Outcome> {
        self.first = self.next();
        self.sent.clear();
        self.outcome = Outcome::empty()?;
        self.completed.clear();
        let (cpu, own, start) = (server.cpu()?, own_cpu()?, Instant::now());
        match load {
            Load::Open(rate) => self.send_on_schedule(rate, start, length)?,
            Load::Closed => self.send_when_complete(start, length)?,
        }
        let sending = start.elapsed();
        let patience = Instant::now();
        while self.outcome.deliveries < self.expected() && patience.elapsed() < PATIENCE {
            self.pump(Duration::from_millis(20))?;
        }
        let mut outcome = std::mem::replace(&mut self.outcome, Outcome::empty()?);
        let elapsed = start.elapsed();
        outcome.sends = self.sent.len() as u64;
        outcome.lost = self.sent.iter().map(|sent| sent.missing as u64).sum();
        outcome.seconds = sending.as_secs_f64();
        outcome.cpu = server.cpu()?.saturating_sub(cpu);
        outcome.busy = own_cpu()?.saturating_sub(own) as f64 / elapsed.as_nanos() as f64;
        Ok(outcome)
    }

    fn expected(&self) -> u64 {
        self.outcome.deliveries + self.sent.iter().map(|sent| sent.missing as u64).sum::<u64>()
    }

    fn send_on_schedule(&mut self, rate: u32, start: Instant, length: Duration) -> Result<()> {
        let total = (f64::from(rate) * length.as_secs_f64()) as usize;
        let mut next = 0;
        while next < total {
            let due = start + Duration::from_secs_f64(next as f64 / f64::from(rate));
            let now = Instant::now();
            if due <= now {
                let room = next % self.rooms.len();
                self.send(room, next / self.rooms.len(), due)?;
                next += 1;
                continue;
            }
            self.pump((due - now).saturating_sub(AWAKE))?;
        }
        Ok(())
    }

    fn send_when_complete(&mut self, start: Instant, length: Duration) -> Result<()> {
        for room in 0..self.rooms.len() {
            self.send(room, 0, Instant::now())?;
        }
        while start.elapsed() < length {
            self.pump(Duration::from_millis(5))?;
            for room in std::mem::take(&mut self.completed) {
                self.send(room, 0, Instant::now())?;
            }
        }
        Ok(())
    }

    /// Has a member of `room` say the next message; `turn` decides who.
    fn send(&mut self, room: usize, turn: usize, due: Instant) -> Result<()> {
        let members = self.rooms.get(room).context("room")?;
        let member = *members.get(turn % members.len()).context("nobody is in the room")?;
        let missing = members.len();
        let number = self.next();
        let id = client_id(FIRST_MILLIS + self.came.elapsed().as_millis() as u64, number);
        let peer = self.peers.get_mut(member).context("peer")?;
        self.template.fill(&peer.key, number, &id)?;
        let frame = &self.template.frame;
        let written = peer
            .stream
            .write(frame)
            .context("the server takes no more from a sender")?;
        ensure!(written == frame.len(), "the server takes no more from a sender");
        self.sent.push(Sent { due, missing });
        Ok(())
    }

    /// Takes what has arrived, waiting for it at most so long.
    fn pump(&mut self, wait: Duration) -> Result<()> {
        let wait = Timespec {
            tv_sec: wait.as_secs() as i64,
            tv_nsec: i64::from(wait.subsec_nanos()),
        };
        let mut events = Vec::with_capacity(512);
        match epoll::wait(&self.epoll, rustix::buffer::spare_capacity(&mut events), Some(&wait)) {
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
        for event in &events {
            let place = event.data;
            self.read(place.u64() as usize)?;
        }
        Ok(())
    }

    fn read(&mut self, place: usize) -> Result<()> {
        let mut buffer = std::mem::take(&mut self.buffer);
        let mut inbox = std::mem::take(&mut self.peers.get_mut(place).context("peer")?.inbox);
        loop {
            let peer = self.peers.get_mut(place).context("peer")?;
            let read = match peer.stream.read(&mut buffer) {
                Ok(0) => bail!("the server closed a socket"),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(error).context("a socket was lost"),
            };
            let room = peer.room;
            let arrived = buffer.get(..read).context("buffer")?;
            if inbox.is_empty() {
                let used = self.frames(arrived, place, room)?;
                inbox.extend_from_slice(arrived.get(used..).context("buffer")?);
            } else {
                inbox.extend_from_slice(arrived);
                let used = self.frames(&inbox, place, room)?;
                inbox.drain(..used);
            }
            if read < buffer.len() {
                break;
            }
        }
        self.buffer = buffer;
        self.peers.get_mut(place).context("peer")?.inbox = inbox;
        Ok(())
    }

    /// Counts the whole frames in `bytes`; says how long they are together.
    fn frames(&mut self, bytes: &[u8], place: usize, room: usize) -> Result<usize> {
        let now = Instant::now();
        let mut used = 0;
        while let Some((opcode, payload, length)) = server_frame(bytes.get(used..).unwrap_or_default()) {
            used += length;
            match opcode {
                1 => {
                    if let Some(sign) = self.speech.sign_of_life(payload) {
                        let peer = self.peers.get_mut(place).context("peer")?;
                        let _ = peer.stream.write(&sign)?;
                        continue;
                    }
                    self.heard += 1;
                    if self.speech.delivers(payload) {
                        self.text(payload, room, now)?;
                    }
                }
                8 => bail!("the server closed a socket: {}", String::from_utf8_lossy(payload)),
                9 => {
                    let peer = self.peers.get_mut(place).context("peer")?;
                    // A pong, masked with zeros.
                    let _ = peer.stream.write(&[0x8a, 0x80, 0, 0, 0, 0])?;
                }
                _ => {}
            }
        }
        Ok(used)
    }

    fn text(&mut self, payload: &[u8], room: usize, now: Instant) -> Result<()> {
        if payload.get(self.mark_at) != Some(&MARK) {
            let Some(at) = payload.iter().position(|byte| *byte == MARK) else {
                return Ok(());
            };
            self.mark_at = at;
        }
        let digits = payload
            .get(self.mark_at + 1..self.mark_at + 1 + DIGITS)
            .unwrap_or_default();
        let number = digits
            .iter()
            .fold(0_u64, |number, digit| number * 10 + u64::from(digit.wrapping_sub(b'0')));
        let Some(place) = number.checked_sub(self.first) else {
            return Ok(());
        };
        let Some(sent) = self.sent.get_mut(place as usize) else {
            return Ok(());
        };
        if sent.missing == 0 {
            self.outcome.doubled += 1;
            return Ok(());
        }
        sent.missing -= 1;
        self.outcome.deliveries += 1;
        self.outcome
            .latency
            .record(now.saturating_duration_since(sent.due).as_nanos() as u64)?;
        if sent.missing == 0 {
            self.completed.push(room);
        }
        Ok(())
    }
}

impl Outcome {
    fn empty() -> Result<Self> {
        let latency = Histogram::new_with_bounds(1_000, 60_000_000_000, 3)?;
        Ok(Self {
            sends: 0,
            deliveries: 0,
            lost: 0,
            doubled: 0,
            seconds: 0.0,
            cpu: 0,
            busy: 0.0,
            latency,
        })
    }

    /// Server CPU for one delivery, in microseconds.
    pub fn cpu_us(&self) -> f64 {
        self.cpu as f64 / 1_000.0 / self.deliveries as f64
    }

    /// A quantile of the latency, in milliseconds.
    pub fn latency_ms(&self, quantile: f64) -> f64 {
        self.latency.value_at_quantile(quantile) as f64 / 1e6
    }
}

/// A client id like a UUID of version 7, as clients make them: the time first, and then chance.
fn client_id(millis: u64, number: u64) -> String {
    // One of splitmix64's steps: no two numbers give the same.
    let mut chance = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    chance = (chance ^ (chance >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    chance ^= chance >> 27;
    format!(
        "{:08x}-{:04x}-7{:03x}-8{:03x}-{:012x}",
        millis >> 16,
        millis & 0xffff,
        chance >> 52,
        (chance >> 40) & 0xfff,
        chance & 0xffff_ffff_ffff
    )
}

/// Opcode, payload and whole length of the frame that `bytes` begin with.
pub fn server_frame(bytes: &[u8]) -> Option<(u8, &[u8], usize)> {
    let (&[first, second], rest) = bytes.split_first_chunk::<2>()?;
    let (length, header) = match second & 0x7f {
        126 => (usize::from(u16::from_be_bytes(*rest.first_chunk::<2>()?)), 4),
        127 => (u64::from_be_bytes(*rest.first_chunk::<8>()?) as usize, 10),
        length => (usize::from(length), 2),
    };
    Some((first & 0x0f, bytes.get(header..header + length)?, header + length))
}

/// The numbers of all messages in a frame.
pub fn numbers(payload: &[u8]) -> impl Iterator<Item = u64> {
    payload.split(|byte| *byte == MARK).skip(1).filter_map(|rest| {
        let digits = std::str::from_utf8(rest.get(..DIGITS)?).ok()?;
        digits.parse().ok()
    })
}

/// The stream after the 101, on which these frames were said, and what came behind it.
fn shake_hands(address: SocketAddr, path: &str, first: &[u8]) -> Result<(TcpStream, Vec<u8>)> {
    let mut stream = TcpStream::connect(address)?;
    let behind = upgrade(&mut stream, address, path)?;
    stream.write_all(first)?;
    stream.set_nonblocking(true)?;
    Ok((stream, behind))
}

/// Makes a connection a socket; what came behind the 101.
pub fn upgrade(stream: &mut TcpStream, address: SocketAddr, path: &str) -> Result<Vec<u8>> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(request.as_bytes())?;
    let mut got = Vec::new();
    let mut piece = [0; 4_096];
    let end = loop {
        let read = stream.read(&mut piece).context("no answer to a handshake")?;
        got.extend_from_slice(piece.get(..read).unwrap_or_default());
        if let Some(end) = got.windows(4).position(|end| end == b"\r\n\r\n") {
            break end + 4;
        }
        ensure!(read > 0, "the server closed during a handshake");
    };
    ensure!(
        got.starts_with(b"HTTP/1.1 101"),
        "handshake refused: {}",
        String::from_utf8_lossy(&got)
    );
    Ok(got.split_off(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::speech::CLIENT_ID;

    #[test]
    fn client_ids_are_those_of_real_clients() {
        let ids: Vec<String> = (0..1_000)
            .map(|number| client_id(FIRST_MILLIS + number / 4, number))
            .collect();
        let mut other: Vec<&String> = ids.iter().collect();
        other.sort();
        other.dedup();
        assert_eq!(other.len(), 1_000, "each is another");
        assert!(ids.iter().all(|id| id.len() == CLIENT_ID && id.as_bytes()[14] == b'7'));
        assert!(ids[0][..13] < ids[999][..13], "time comes first");
    }

    #[test]
    fn a_frame_with_several_messages_has_several_numbers() {
        let found: Vec<u64> = numbers(b"{[\"#0000000041xx\",\"#0000000042xx\",\"#hash\"]}").collect();
        assert_eq!(found, [41, 42]);
    }
}
