//! What a fuzzer gives the codec, and an ordinary test what fuzzers begin with: any bytes, in any pieces.

use std::io::{self, Read, Write};
use std::iter;

use tungstenite::protocol::{Role, WebSocket, WebSocketConfig};
use tungstenite::{Error, Message};

use super::*;

/// The longest message.
pub(super) const LIMIT: usize = 65_536;
/// The longest header of a frame.
const HEADER_BYTES: usize = 14;

/// What was heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    Text(String),
    Binary(Vec<u8>),
    Ping(Vec<u8>),
    Pong,
    Close(Option<u16>),
}

impl From<Incoming<'_>> for Said {
    fn from(incoming: Incoming<'_>) -> Self {
        match incoming {
            Incoming::Text(text) => Self::Text(text.to_owned()),
            Incoming::Binary(bytes) => Self::Binary(bytes.to_vec()),
            Incoming::Ping(bytes) => Self::Ping(bytes.to_vec()),
            Incoming::Pong => Self::Pong,
            Incoming::Close(code) => Self::Close(code),
        }
    }
}

/// A connection's bytes behind one that says how they are cut: they are read alike however they come and however often
/// the listener stops; nothing is held beyond the limits; another library hears the same; and what we write is read as
/// it was said.
pub fn frames(bytes: &[u8]) {
    let Some((size, stream)) = bytes.split_first() else {
        return;
    };
    let whole = read(iter::once(stream), Turn::More);
    let cut = read(stream.chunks(usize::from(*size) + 1), Turn::Stop);
    assert_eq!((&cut.said, cut.broken), (&whole.said, whole.broken));
    if whole.broken.is_none() && (whole.closed() || whole.reader.is_empty()) {
        assert_eq!(by_tungstenite(stream.to_vec(), Role::Server), (whole.said, None));
    }
    written(stream.get(..LIMIT).unwrap_or(stream));
}

/// What came of a connection's bytes, up to a close.
struct Conversation {
    said: Vec<Said>,
    broken: Option<Broken>,
    reader: Reader,
}

impl Conversation {
    fn closed(&self) -> bool {
        matches!(self.said.last(), Some(Said::Close(_)))
    }
}

fn read<'a>(pieces: impl Iterator<Item = &'a [u8]>, after: Turn) -> Conversation {
    let mut conversation = Conversation {
        said: Vec::new(),
        broken: None,
        reader: Reader::new(LIMIT),
    };
    for piece in pieces {
        let mut piece = piece.to_vec();
        loop {
            let Conversation { said, reader, .. } = &mut conversation;
            let fed = reader.feed(&mut piece, &mut |incoming| {
                let is_close = matches!(incoming, Incoming::Close(_));
                said.push(Said::from(incoming));
                if is_close { Turn::Stop } else { after }
            });
            piece.clear();
            conversation.broken = fed.err();
            if conversation.broken.is_some() || conversation.closed() {
                return conversation;
            }
            if fed == Ok(Fed::Dry) {
                break;
            }
        }
        let Reader { held, begun, .. } = &conversation.reader;
        assert!(held.len() < LIMIT + HEADER_BYTES, "{} bytes are held", held.len());
        assert!(begun.as_ref().is_none_or(|begun| begun.payload.len() <= LIMIT));
    }
    conversation
}

/// Frames of ours are read as they were meant, once they have a client's mask.
fn written(payload: &[u8]) {
    let heard = |frame: Bytes| {
        let frame = masked(&frame);
        let heard = read(iter::once(frame.as_slice()), Turn::More);
        assert_eq!(heard.broken, None);
        heard.said
    };
    assert_eq!(heard(binary_frame(payload)), [Said::Binary(payload.to_vec())]);
    assert_eq!(heard(pong_frame(payload)), [Said::Pong]);
    if let Ok(text) = std::str::from_utf8(payload) {
        assert_eq!(heard(text_frame(payload)), [Said::Text(text.to_owned())]);
        assert_eq!(heard(close_frame(4000, text)), [Said::Close(Some(4000))]);
    }
}

/// The frame with a mask of zeros.
fn masked(frame: &[u8]) -> Vec<u8> {
    let mut bytes = frame.to_vec();
    if let Some(length) = bytes.get_mut(1) {
        let header = match length {
            126 => 4,
            127 => 10,
            _ => 2,
        };
        *length |= 0x80;
        bytes.splice(header..header, [0; 4]);
    }
    bytes
}

/// A stream that is read to its end and swallows what is written.
struct OneWay(Cursor<Vec<u8>>);
impl Read for OneWay {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.0.read(into)
    }
}
impl Write for OneWay {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What tungstenite makes of the same bytes: the oracle.
pub(super) fn by_tungstenite(stream: Vec<u8>, role: Role) -> (Vec<Said>, Option<Broken>) {
    let config = WebSocketConfig::default()
        .max_message_size(Some(LIMIT))
        .max_frame_size(Some(LIMIT));
    let mut socket = WebSocket::from_raw_socket(OneWay(Cursor::new(stream)), role, Some(config));
    let mut said = Vec::new();
    loop {
        match socket.read() {
            Ok(Message::Text(text)) => said.push(Said::Text(text.to_string())),
            Ok(Message::Binary(bytes)) => said.push(Said::Binary(bytes.to_vec())),
            Ok(Message::Ping(bytes)) => said.push(Said::Ping(bytes.to_vec())),
            Ok(Message::Pong(_)) => said.push(Said::Pong),
            Ok(Message::Close(close)) => {
                said.push(Said::Close(close.map(|close| u16::from(close.code))));
                return (said, None);
            }
            Ok(Message::Frame(_)) => unreachable!("never read"),
            Err(Error::Utf8(_)) => return (said, Some(Broken::Utf8)),
            Err(Error::Capacity(_)) => return (said, Some(Broken::TooLarge)),
            Err(Error::Protocol(tungstenite::error::ProtocolError::ResetWithoutClosingHandshake)) => {
                return (said, None);
            }
            Err(Error::Protocol(_)) => return (said, Some(Broken::Protocol)),
            Err(error) => unreachable!("{error}"),
        }
    }
}
