//! Frames of RFC 6455 by hand, right ones and wrong ones.

/// The opcodes that the RFC names.
pub mod opcode {
    /// Goes on with the message before.
    pub const CONTINUATION: u8 = 0x0;
    /// Text.
    pub const TEXT: u8 = 0x1;
    /// Bytes.
    pub const BINARY: u8 = 0x2;
    /// The end.
    pub const CLOSE: u8 = 0x8;
    /// Are you there?
    pub const PING: u8 = 0x9;
    /// Here I am.
    pub const PONG: u8 = 0xa;
}

/// The last frame of a message.
pub const FIN: u8 = 0x80;
/// The first reserved bit, which only extensions may set.
pub const RSV1: u8 = 0x40;

const MASK: [u8; 4] = [0x11, 0x22, 0x33, 0x44];

/// A masked frame; `first` is its first byte: flags and opcode.
pub fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = header(first, payload.len() as u64, true);
    bytes.extend_from_slice(&MASK);
    bytes.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    bytes
}

/// A frame without a mask, which a client must not send.
pub fn unmasked(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = header(first, payload.len() as u64, false);
    bytes.extend_from_slice(payload);
    bytes
}

/// The header of a frame that claims to be `length` bytes long, and nothing of them.
pub fn claim(first: u8, length: u64) -> Vec<u8> {
    let mut bytes = header(first, length, true);
    bytes.extend_from_slice(&MASK);
    bytes
}

fn header(first: u8, length: u64, masked: bool) -> Vec<u8> {
    let mask = if masked { 0x80 } else { 0 };
    let mut bytes = vec![first];
    if let Some(short) = u8::try_from(length).ok().filter(|short| *short < 126) {
        bytes.push(mask | short);
    } else if let Ok(medium) = u16::try_from(length) {
        bytes.push(mask | 126);
        bytes.extend_from_slice(&medium.to_be_bytes());
    } else {
        bytes.push(mask | 127);
        bytes.extend_from_slice(&length.to_be_bytes());
    }
    bytes
}
