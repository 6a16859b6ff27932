//! A peer of a socket that reads and writes bytes by itself: no library may mend what it hears.

use super::Said;
use crate::harness::frames::FIN;
use crate::harness::frames::opcode::{BINARY, CLOSE, PONG, TEXT};
use crate::harness::in_time;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const REQUEST: &str = "\
GET /ws/test/ HTTP/1.1\r\n\
Host: localhost\r\n\
Connection: Upgrade\r\n\
Upgrade: websocket\r\n\
Sec-WebSocket-Version: 13\r\n\
Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// What RFC 6455 §1.3 derives from that key.
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

pub(super) struct Peer {
    stream: TcpStream,
    /// What has arrived and is not looked at yet.
    arrived: Vec<u8>,
    /// With what code the server closed, once it has: none where it gave none.
    pub closed: Option<Option<u16>>,
}

impl Peer {
    /// Connects, and hears the greeting.
    pub async fn open(address: SocketAddr) -> Self {
        let connecting = in_time("a connection", TcpStream::connect(address));
        let stream = connecting.await.expect("the server listens");
        stream.set_nodelay(true).expect("no delay");
        let mut peer = Self {
            stream,
            arrived: Vec::new(),
            closed: None,
        };
        peer.write(REQUEST.as_bytes()).await;
        let end = loop {
            let end = peer.arrived.windows(4).position(|window| window == b"\r\n\r\n");
            match end {
                Some(end) => break end + 4,
                None => assert!(in_time("the upgrade", peer.arrive()).await, "no upgrade"),
            }
        };
        let head: Vec<u8> = peer.arrived.drain(..end).collect();
        let head = String::from_utf8(head).expect("a head is text");
        assert!(head.starts_with("HTTP/1.1 101 ") && head.contains(ACCEPT), "{head}");
        let greeting = in_time("the greeting", peer.heard()).await;
        assert!(matches!(greeting, Some(Said::Text(_))), "{greeting:?}");
        peer
    }

    /// Sends bytes to a server that may have ended the connection meanwhile.
    pub async fn write(&mut self, bytes: &[u8]) {
        let _ = in_time("the bytes leave", self.stream.write_all(bytes)).await;
    }

    /// What the server says next; `None` once it has closed.
    pub async fn heard(&mut self) -> Option<Said> {
        loop {
            if let Some((first, payload)) = self.frame() {
                return match first {
                    first if first == FIN | TEXT => Some(Said::Text(payload)),
                    first if first == FIN | BINARY => Some(Said::Binary(payload)),
                    first if first == FIN | PONG => Some(Said::Pong(payload)),
                    first if first == FIN | CLOSE => {
                        self.closed = Some(code_of(&payload));
                        None
                    }
                    // Pings of the server's own, which no case is long enough for, and what nobody may say.
                    other => panic!("a frame that begins with {other:#x}"),
                };
            }
            if !self.arrive().await {
                return None;
            }
        }
    }

    /// Waits until the server has ended the connection; it may say nothing more.
    pub async fn ends(&mut self) {
        while self.arrive().await {}
        assert!(self.arrived.is_empty(), "said after the close: {:?}", self.arrived);
    }

    /// Reads on; false where the connection has ended.
    async fn arrive(&mut self) -> bool {
        let read = self.stream.read_buf(&mut self.arrived).await;
        // What the server did not read any more resets the connection behind what it has said.
        read.is_ok_and(|bytes| bytes > 0)
    }

    /// The next frame, where it has arrived whole: its first byte and its payload.
    fn frame(&mut self) -> Option<(u8, Vec<u8>)> {
        let [first, length, rest @ ..] = self.arrived.as_slice() else {
            return None;
        };
        let (first, length) = (*first, *length);
        assert_eq!(length & 0x80, 0, "no server masks");
        let (width, least) = match length {
            126 => (2, 126),
            127 => (8, 65_536),
            _ => (0, 0),
        };
        let long = rest
            .get(..width)?
            .iter()
            .fold(0, |long, byte| long << 8 | usize::from(*byte));
        let size = if width == 0 { usize::from(length) } else { long };
        assert!(size >= least, "a length of {size} is written in too many bytes");
        let payload = rest.get(width..width + size)?.to_vec();
        self.arrived.drain(..2 + width + size);
        Some((first, payload))
    }
}

fn code_of(payload: &[u8]) -> Option<u16> {
    let (code, reason) = payload.split_first_chunk::<2>()?;
    assert!(std::str::from_utf8(reason).is_ok(), "a reason is text: {reason:?}");
    Some(u16::from_be_bytes(*code))
}
