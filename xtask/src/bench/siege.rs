//! Thousands of connections that say nothing, or half a header, while one pair goes on talking.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use super::client::{Crowd, Load, Outcome, Seat};
use super::proc::Clocked;

/// So many say nothing, and so many say half a header.
const EACH: usize = 2_000;
const HALF: &[u8] = b"GET /readyz HTTP/1.1\r\nhost: some";
/// Messages of the pair in a second.
const RATE: u32 = 200;
/// A connection that has not been left after this long is not waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a siege did.
pub struct Siege {
    pub before: Outcome,
    pub during: Outcome,
    /// Seconds from the last connect until the last of them was left.
    pub gone: f64,
}

/// Measures the pair for `length` in peace and then for as long under siege.
pub fn lay(address: SocketAddr, pair: &[Seat], length: Duration, server: &impl Clocked) -> Result<Siege> {
    let mut crowd = Crowd::new()?;
    crowd.connect(address, pair)?;
    crowd.settle(Duration::from_millis(300))?;
    crowd.run(Load::Open(RATE), length / 8, server)?;
    let before = crowd.run(Load::Open(RATE), length, server)?;
    let besiegers = std::thread::spawn(move || besiege(address));
    let during = crowd.run(Load::Open(RATE), length, server)?;
    let gone = besiegers.join().ok().context("the besiegers fell over")??;
    Ok(Siege { before, during, gone })
}

fn besiege(address: SocketAddr) -> Result<f64> {
    let mut streams = Vec::with_capacity(2 * EACH);
    for number in 0..2 * EACH {
        let mut stream = TcpStream::connect(address)?;
        if number % 2 == 0 {
            stream.write_all(HALF)?;
        }
        stream.set_read_timeout(Some(PATIENCE))?;
        streams.push(stream);
    }
    let start = Instant::now();
    for mut stream in streams {
        let mut answer = [0; 1_024];
        // Until the end, or a reset, or beyond all patience, which then shows in the time.
        while stream.read(&mut answer).is_ok_and(|read| read > 0) {}
    }
    Ok(start.elapsed().as_secs_f64())
}
