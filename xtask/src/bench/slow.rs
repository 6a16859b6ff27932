//! One member of a busy room reads a kilobyte a second: what the others notice of it, and what becomes of that one.

use std::collections::HashSet;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use socket2::{Domain, Socket, Type};

use super::client::{Crowd, Load, Outcome, Seat, numbers, server_frame, upgrade};
use super::proc::Clocked;

/// Messages in the room in a second.
const RATE: u32 = 200;
/// Bytes at a time, and how often: a kilobyte a second.
const SIP: usize = 100;
const PAUSE: Duration = Duration::from_millis(100);
/// What the kernel may keep for the slow one, so that it is the server that has to. Segments are as small as on a poor
/// network: those of the loopback are larger than this window, and would come by timers.
const RECEIVE: usize = 4_096;
const SEGMENT: u32 = 536;
/// A socket on which nothing has come for so long, while all of it is read, has had everything.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a slow reader did.
pub struct Slow {
    pub before: Outcome,
    pub during: Outcome,
    /// Whether the server cut it off.
    pub cut: bool,
    /// Messages that it has never been told.
    pub missing: usize,
}

/// Measures a room for `length` without its last member, and for as long while that one reads slowly.
pub fn read(address: SocketAddr, room: &[Seat], length: Duration, server: &impl Clocked) -> Result<Slow> {
    let (slow, others) = room.split_last().context("an empty room")?;
    let mut crowd = Crowd::new()?;
    crowd.connect(address, others)?;
    crowd.settle(Duration::from_millis(300))?;
    crowd.run(Load::Open(RATE), length / 8, server)?;
    let before = crowd.run(Load::Open(RATE), length, server)?;
    let first = crowd.next();
    let (stream, behind) = connect(address, &slow.path)?;
    // Once all is said: the number after the last message.
    let end = Arc::new(AtomicU64::new(0));
    let said = Arc::clone(&end);
    let reader = std::thread::spawn(move || sip(stream, behind, first, &said));
    let during = crowd.run(Load::Open(RATE), length, server)?;
    end.store(crowd.next(), Ordering::Release);
    // The others stay and listen; they do not wait for it either.
    let (heard, cut) = reader.join().ok().context("the slow reader fell over")??;
    let missing = (first..crowd.next()).filter(|number| !heard.contains(number)).count();
    Ok(Slow {
        before,
        during,
        cut,
        missing,
    })
}

/// The stream, and what of it came with the answer.
fn connect(address: SocketAddr, path: &str) -> Result<(TcpStream, Vec<u8>)> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.set_recv_buffer_size(RECEIVE)?;
    socket.set_tcp_mss(SEGMENT)?;
    socket.connect(&address.into())?;
    let mut stream = TcpStream::from(socket);
    let behind = upgrade(&mut stream, address, path)?;
    Ok((stream, behind))
}

/// Reads slowly until all is said, and then all that is left. What was heard, and whether it was cut off.
fn sip(mut stream: TcpStream, mut inbox: Vec<u8>, first: u64, end: &AtomicU64) -> Result<(HashSet<u64>, bool)> {
    let mut heard = HashSet::new();
    let mut piece = vec![0; 65_536];
    let mut last = Instant::now();
    stream.set_read_timeout(Some(PAUSE))?;
    loop {
        let end = end.load(Ordering::Acquire);
        let is_over = end > 0;
        if is_over && (first..end).all(|number| heard.contains(&number)) {
            return Ok((heard, false));
        }
        let most = if is_over { piece.len() } else { SIP };
        match stream.read(piece.get_mut(..most).unwrap_or_default()) {
            Ok(0) => return Ok((heard, true)),
            Ok(read) => {
                inbox.extend_from_slice(piece.get(..read).unwrap_or_default());
                last = Instant::now();
            }
            Err(error) if [ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&error.kind()) => {}
            Err(_) => return Ok((heard, true)),
        }
        if is_over && last.elapsed() > PATIENCE {
            return Ok((heard, false));
        }
        if frames(&mut stream, &mut inbox, &mut heard)? {
            return Ok((heard, true));
        }
        if !is_over {
            std::thread::sleep(PAUSE);
        }
    }
}

/// Takes the whole frames from `inbox`. Whether the server has closed.
fn frames(stream: &mut TcpStream, inbox: &mut Vec<u8>, heard: &mut HashSet<u64>) -> Result<bool> {
    let mut used = 0;
    let mut is_closed = false;
    while let Some((opcode, payload, length)) = server_frame(inbox.get(used..).unwrap_or_default()) {
        used += length;
        match opcode {
            1 => heard.extend(numbers(payload)),
            8 => is_closed = true,
            // A pong, masked with zeros.
            9 => stream.write_all(&[0x8a, 0x80, 0, 0, 0, 0])?,
            _ => {}
        }
    }
    inbox.drain(..used);
    Ok(is_closed)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    /// What somebody makes of a server that says these messages of five, and then closes or does not.
    fn told(said: std::ops::Range<u64>, close: bool) -> (usize, bool) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut server, _) = listener.accept().unwrap();
        for number in said {
            let payload = format!("{{\"message\":\"#{number:010}xx\"}}");
            server.write_all(&[0x81, payload.len() as u8]).unwrap();
            server.write_all(payload.as_bytes()).unwrap();
        }
        if close {
            server.write_all(&[0x88, 2, 0x0f, 0xa8]).unwrap();
        }
        let (heard, cut) = sip(stream, Vec::new(), 0, &AtomicU64::new(5)).unwrap();
        (heard.len(), cut)
    }

    #[test]
    fn being_cut_off_and_having_heard_all_are_told_apart() {
        assert_eq!(told(0..5, false), (5, false));
        assert_eq!(told(0..3, true), (3, true));
    }
}
