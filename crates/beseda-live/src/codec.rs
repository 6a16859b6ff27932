//! The server's half of RFC 6455 on bytes: reads masked frames out of what arrived, writes unmasked ones.
//!
//! It keeps nothing between two calls except what has arrived of an unfinished frame or message, because the
//! buffers of a socket library are what decides how much memory an idle connection costs.

use std::io::Cursor;

use bytes::Bytes;
use tungstenite::protocol::frame::FrameHeader;
use tungstenite::protocol::frame::coding::{CloseCode, Control, Data, OpCode};

/// A message may come in at most this many frames, so that a flood of empty ones ends.
const FRAGMENTS: u8 = 64;
/// The longest payload of a ping, a pong or a close.
const CONTROL_BYTES: usize = 125;

/// One message or control frame that has arrived whole.
#[derive(Debug, PartialEq, Eq)]
pub enum Incoming<'a> {
    /// A text message, whatever number of frames it came in.
    Text(&'a str),
    /// A binary message.
    Binary(&'a [u8]),
    /// A ping with its payload, at most 125 bytes.
    Ping(&'a [u8]),
    /// A pong.
    Pong,
    /// The peer closes, with the code it gave.
    Close(Option<u16>),
}

/// What the listener wants after a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Give me the next one.
    More,
    /// Keep the rest until the next call.
    Stop,
}

/// How a call of [`Reader::feed`] ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fed {
    /// Everything that is whole has been given: only new bytes lead on.
    Dry,
    /// The listener stopped; whole frames may be waiting.
    Held,
}

/// The peer broke the protocol or a limit; nothing more can be read from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// Against RFC 6455: unmasked, reserved bits, unknown opcode, a fragment out of place.
    #[error("protocol error")]
    Protocol,
    /// A text message that is not UTF-8.
    #[error("text is not UTF-8")]
    Utf8,
    /// A message beyond the limit, or in too many frames.
    #[error("message too large")]
    TooLarge,
}

impl Broken {
    /// The close code that tells the peer.
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::Protocol => 1002,
            Self::Utf8 => 1007,
            Self::TooLarge => 1009,
        }
    }
}

/// A message that has begun in one frame and goes on in the next.
#[derive(Debug)]
struct Begun {
    text: bool,
    frames: u8,
    payload: Vec<u8>,
    /// So many bytes of the payload are known to be whole characters.
    sound: usize,
}

impl Begun {
    /// Takes the next frame's payload. Broken text is refused at the first bad byte, not at the message's end.
    fn go_on(&mut self, payload: &[u8]) -> Result<(), Broken> {
        self.frames += 1;
        self.payload.extend_from_slice(payload);
        if self.text {
            self.sound += sound(self.unproven())?;
        }
        Ok(())
    }

    /// The beginning of a character that the next frame ends.
    fn unproven(&self) -> &[u8] {
        self.payload.get(self.sound..).unwrap_or_default()
    }
}

/// How many bytes of a text that may go on are whole characters.
fn sound(text: &[u8]) -> Result<usize, Broken> {
    match std::str::from_utf8(text) {
        Ok(_) => Ok(text.len()),
        Err(error) if error.error_len().is_some() => Err(Broken::Utf8),
        Err(error) => Ok(error.valid_up_to()),
    }
}

/// Reads the frames of one connection.
#[derive(Debug)]
pub struct Reader {
    /// Bytes that are not yet a whole frame, or frames for which the listener had no time.
    held: Vec<u8>,
    /// So many bytes of the text in the unfinished frame are known to be whole characters.
    foreseen: usize,
    begun: Option<Box<Begun>>,
    message_bytes: usize,
}

impl Reader {
    /// A reader that takes messages of at most `message_bytes` bytes.
    #[must_use]
    pub const fn new(message_bytes: usize) -> Self {
        Self {
            held: Vec::new(),
            foreseen: 0,
            begun: None,
            message_bytes,
        }
    }

    /// Takes in `bytes` (and unmasks them where they lie) and gives every whole message and control frame to
    /// `hear`, in order, until it says [`Turn::Stop`]. After `Stop`, call again with no bytes to go on.
    ///
    /// # Errors
    /// [`Broken`], after which the reader is of no more use.
    pub fn feed(&mut self, bytes: &mut [u8], hear: &mut dyn FnMut(Incoming<'_>) -> Turn) -> Result<Fed, Broken> {
        if self.held.is_empty() {
            let (used, fed) = self.frames(bytes, hear)?;
            if let Some(rest) = bytes.get(used..).filter(|rest| !rest.is_empty()) {
                self.held = rest.to_vec();
            }
            return Ok(fed);
        }
        let mut held = std::mem::take(&mut self.held);
        held.extend_from_slice(bytes);
        let (used, fed) = self.frames(&mut held, hear)?;
        // A buffer that has held a large message is given back; one that is still filling keeps growing.
        self.held = if used == 0 {
            held
        } else {
            held.get(used..).unwrap_or_default().to_vec()
        };
        Ok(fed)
    }

    /// Whether nothing is kept: no unfinished frame, no unfinished message.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.held.is_empty() && self.begun.is_none()
    }

    fn frames(&mut self, bytes: &mut [u8], hear: &mut dyn FnMut(Incoming<'_>) -> Turn) -> Result<(usize, Fed), Broken> {
        let mut used = 0;
        while let Some(rest) = bytes.get_mut(used..).filter(|rest| !rest.is_empty()) {
            let mut cursor = Cursor::new(&*rest);
            let Some((header, length)) = FrameHeader::parse(&mut cursor).map_err(|_| Broken::Protocol)? else {
                break;
            };
            // Decided from the header alone, so that nobody makes us wait for bytes that we would refuse.
            let length = self.admit(&header, length)?;
            let start = usize::try_from(cursor.position()).map_err(|_| Broken::Protocol)?;
            let mask = header.mask.ok_or(Broken::Protocol)?;
            let Some(payload) = rest.get_mut(start..start + length) else {
                self.foresee(header.opcode, rest.get(start..).unwrap_or_default(), mask)?;
                break;
            };
            self.foreseen = 0;
            unmask(payload, mask);
            used += start + length;
            if self.frame(&header, payload, hear)? == Turn::Stop {
                return Ok((used, Fed::Held));
            }
        }
        Ok((used, Fed::Dry))
    }

    /// Refuses broken text at its first bad byte, however much of its frame is still to come.
    fn foresee(&mut self, opcode: OpCode, arrived: &[u8], mut mask: [u8; 4]) -> Result<(), Broken> {
        let before: &[u8] = match (opcode, &self.begun) {
            (OpCode::Data(Data::Text), _) => &[],
            (OpCode::Data(Data::Continue), Some(begun)) if begun.text => begun.unproven(),
            _ => return Ok(()),
        };
        let before = if self.foreseen == 0 { before } else { &[] };
        let mut fresh = arrived.get(self.foreseen..).unwrap_or_default().to_vec();
        let turned = self.foreseen % mask.len();
        mask.rotate_left(turned);
        unmask(&mut fresh, mask);
        self.foreseen += sound(&[before, &fresh].concat())?.saturating_sub(before.len());
        Ok(())
    }

    /// Checks a header against the protocol and the limits; gives the length of the payload.
    fn admit(&self, header: &FrameHeader, length: u64) -> Result<usize, Broken> {
        if header.rsv1 || header.rsv2 || header.rsv3 || header.mask.is_none() {
            return Err(Broken::Protocol);
        }
        let length = usize::try_from(length).map_err(|_| Broken::TooLarge)?;
        match (header.opcode, &self.begun) {
            (OpCode::Control(_), _) if !header.is_final || length > CONTROL_BYTES => Err(Broken::Protocol),
            (OpCode::Control(_), _) => Ok(length),
            (OpCode::Data(Data::Continue), None) | (OpCode::Data(Data::Text | Data::Binary), Some(_)) => {
                Err(Broken::Protocol)
            }
            (OpCode::Data(_), begun) => {
                let (before, frames) = begun
                    .as_ref()
                    .map_or((0, 0), |begun| (begun.payload.len(), begun.frames));
                if length > self.message_bytes - before || frames >= FRAGMENTS {
                    return Err(Broken::TooLarge);
                }
                Ok(length)
            }
        }
    }

    /// Takes one whole, unmasked frame that [`Self::admit`] has let in.
    fn frame(
        &mut self,
        header: &FrameHeader,
        payload: &[u8],
        hear: &mut dyn FnMut(Incoming<'_>) -> Turn,
    ) -> Result<Turn, Broken> {
        let text = match header.opcode {
            OpCode::Control(Control::Ping) => return Ok(hear(Incoming::Ping(payload))),
            OpCode::Control(Control::Pong) => return Ok(hear(Incoming::Pong)),
            OpCode::Control(Control::Close) => return Ok(hear(Incoming::Close(close_code(payload)?))),
            OpCode::Control(Control::Reserved(_)) | OpCode::Data(Data::Reserved(_)) => {
                return Err(Broken::Protocol);
            }
            OpCode::Data(Data::Continue) => {
                let Some(begun) = self.begun.as_mut() else {
                    return Err(Broken::Protocol);
                };
                begun.go_on(payload)?;
                if !header.is_final {
                    return Ok(Turn::More);
                }
                let Some(begun) = self.begun.take() else {
                    return Err(Broken::Protocol);
                };
                return message(begun.text, &begun.payload, hear);
            }
            OpCode::Data(Data::Text) => true,
            OpCode::Data(Data::Binary) => false,
        };
        if header.is_final {
            return message(text, payload, hear);
        }
        let mut begun = Begun {
            text,
            frames: 0,
            payload: Vec::new(),
            sound: 0,
        };
        begun.go_on(payload)?;
        self.begun = Some(Box::new(begun));
        Ok(Turn::More)
    }
}

fn message(text: bool, payload: &[u8], hear: &mut dyn FnMut(Incoming<'_>) -> Turn) -> Result<Turn, Broken> {
    if !text {
        return Ok(hear(Incoming::Binary(payload)));
    }
    let text = std::str::from_utf8(payload).map_err(|_| Broken::Utf8)?;
    Ok(hear(Incoming::Text(text)))
}

fn close_code(payload: &[u8]) -> Result<Option<u16>, Broken> {
    let Some((code, reason)) = payload.split_first_chunk::<2>() else {
        return if payload.is_empty() {
            Ok(None)
        } else {
            Err(Broken::Protocol)
        };
    };
    let code = u16::from_be_bytes(*code);
    if !CloseCode::from(code).is_allowed() {
        return Err(Broken::Protocol);
    }
    std::str::from_utf8(reason).map_err(|_| Broken::Utf8)?;
    Ok(Some(code))
}

/// Eight bytes at a time: the compiler makes vector code of it.
fn unmask(payload: &mut [u8], mask: [u8; 4]) {
    let [a, b, c, d] = mask;
    let wide = u64::from_ne_bytes([a, b, c, d, a, b, c, d]);
    let (words, rest) = payload.as_chunks_mut::<8>();
    for word in words {
        *word = (u64::from_ne_bytes(*word) ^ wide).to_ne_bytes();
    }
    for (byte, mask) in rest.iter_mut().zip(mask.into_iter().cycle()) {
        *byte ^= mask;
    }
}

/// A text frame: header and payload in one piece, so that it can be shared by all sockets that want it.
#[must_use]
pub fn text_frame(payload: &[u8]) -> Bytes {
    frame(OpCode::Data(Data::Text), payload)
}

/// A binary frame.
#[must_use]
pub fn binary_frame(payload: &[u8]) -> Bytes {
    frame(OpCode::Data(Data::Binary), payload)
}

/// A ping without payload.
#[must_use]
pub fn ping_frame() -> Bytes {
    Bytes::from_static(&[0x89, 0])
}

/// The answer to a ping. What is beyond 125 bytes, which no ping can carry, is left out.
#[must_use]
pub fn pong_frame(payload: &[u8]) -> Bytes {
    frame(
        OpCode::Control(Control::Pong),
        payload.get(..CONTROL_BYTES).unwrap_or(payload),
    )
}

/// A close frame; the reason is cut to the 123 bytes that fit, between two characters.
#[must_use]
pub fn close_frame(code: u16, reason: &str) -> Bytes {
    let mut payload = code.to_be_bytes().to_vec();
    let end = reason.floor_char_boundary(CONTROL_BYTES - 2);
    payload.extend_from_slice(reason.get(..end).unwrap_or_default().as_bytes());
    frame(OpCode::Control(Control::Close), &payload)
}

/// The answer to a close frame that carried no code.
#[must_use]
pub(crate) fn bare_close_frame() -> Bytes {
    Bytes::from_static(&[0x88, 0])
}

fn frame(opcode: OpCode, payload: &[u8]) -> Bytes {
    let header = FrameHeader {
        is_final: true,
        opcode,
        ..FrameHeader::default()
    };
    let length = payload.len() as u64;
    let mut bytes = Vec::with_capacity(header.len(length) + payload.len());
    // Writing into a vector cannot fail, and a header that were missing would be seen by every test.
    let _ = header.format(length, &mut bytes);
    bytes.extend_from_slice(payload);
    Bytes::from(bytes)
}

#[cfg(any(test, fuzzing))]
pub mod fuzzed;
#[cfg(test)]
mod tests;
