//! How a member of a crowd speaks and hears: on the socket of one order's room, or natively, on one for all their rooms.

use anyhow::{Context as _, Result, ensure};

/// What stands before the text in the frame of a client …
pub const BEFORE: &str = "{\"type\":\"chat_message\",\"message\":\"";
/// … between it and the client id …
pub const BETWEEN: &str = "\",\"client_id\":\"";
/// … and behind that.
pub const AFTER: &str = "\"}";
/// Natively the room comes first, in quotes and so many bytes: white space fills them up.
const NATIVE_BEFORE: &str = "{\"type\":\"send\",\"room\":";
const NATIVE_BETWEEN: &str = ",\"text\":\"";
const KEY: usize = 24;
/// Letters of a client id.
pub const CLIENT_ID: usize = 36;
/// Letters of a text.
const TEXT: usize = 128;
/// Every text begins with this byte and so many digits.
pub const MARK: u8 = b'#';
pub const DIGITS: usize = 10;

/// Which socket, and what is asked of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Speech {
    /// Contract 4's, of one room.
    OneRoom,
    /// The native one, with the room open or only among one's others.
    Native { opens: bool },
}

impl Speech {
    /// The frames that a client says first.
    pub fn first(self, key: &str) -> Vec<u8> {
        match self {
            Self::OneRoom => Vec::new(),
            Self::Native { opens: false } => masked("{\"type\":\"hello\"}"),
            Self::Native { opens: true } => {
                let open = format!("{{\"type\":\"open\",\"room\":\"{key}\",\"limit\":1}}");
                [masked("{\"type\":\"hello\"}"), masked(&open)].concat()
            }
        }
    }

    /// Whether a frame delivers a message. Natively a sender is answered besides, with the message in the answer.
    pub fn delivers(self, payload: &[u8]) -> bool {
        match self {
            Self::OneRoom => true,
            Self::Native { .. } => {
                payload.starts_with(b"{\"type\":\"changes\"") || payload.starts_with(b"{\"type\":\"moved\"")
            }
        }
    }

    /// What is answered to a frame that asks for a sign of life.
    pub fn sign_of_life(self, payload: &[u8]) -> Option<Vec<u8>> {
        (self != Self::OneRoom && payload.starts_with(b"{\"type\":\"ping\"")).then(|| masked("{\"type\":\"pong\"}"))
    }
}

/// A message as a client sends it, masked with zeros, its room, its number and its client id still open.
pub struct Template {
    pub frame: Vec<u8>,
    key_at: Option<usize>,
    number_at: usize,
    id_at: usize,
}

impl Template {
    pub fn of(speech: Speech) -> Self {
        let text = format!("{}{}", char::from(MARK), "x".repeat(TEXT - 1));
        let id = "0".repeat(CLIENT_ID);
        let before = match speech {
            Speech::OneRoom => BEFORE.to_owned(),
            Speech::Native { .. } => format!("{NATIVE_BEFORE}{}{NATIVE_BETWEEN}", " ".repeat(KEY)),
        };
        let frame = masked(&format!("{before}{text}{BETWEEN}{id}{AFTER}"));
        let id_at = frame.len() - AFTER.len() - CLIENT_ID;
        let text_at = id_at - BETWEEN.len() - TEXT;
        Self {
            number_at: text_at + 1,
            id_at,
            key_at: (speech != Speech::OneRoom).then(|| text_at - NATIVE_BETWEEN.len() - KEY),
            frame,
        }
    }

    /// Fills in what is still open.
    pub fn fill(&mut self, key: &str, number: u64, id: &str) -> Result<()> {
        let number = format!("{number:0DIGITS$}");
        let quoted = format!("{:KEY$}", format!("\"{key}\""));
        ensure!(quoted.len() == KEY, "{key} is too long");
        let key = self.key_at.map(|at| (at, quoted.as_str()));
        let rest = [(self.number_at, number.as_str()), (self.id_at, id)];
        for (at, says) in key.into_iter().chain(rest) {
            let place = self.frame.get_mut(at..at + says.len()).context("frame")?;
            place.copy_from_slice(says.as_bytes());
        }
        Ok(())
    }
}

/// A text frame of a client, masked with zeros.
fn masked(payload: &str) -> Vec<u8> {
    let mut frame = vec![0x81];
    match u8::try_from(payload.len()) {
        Ok(length @ 0..126) => frame.push(0x80 | length),
        _ => {
            frame.push(0x80 | 126);
            // None of them is as long as this can say.
            frame.extend(u16::try_from(payload.len()).unwrap_or(u16::MAX).to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(payload.as_bytes());
    frame
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a filled frame says, without its header.
    fn said(speech: Speech, key: &str) -> serde_json::Value {
        let mut template = Template::of(speech);
        template.fill(key, 42, &"a".repeat(CLIENT_ID)).unwrap();
        let header = 2 + 2 + 4;
        serde_json::from_slice(&template.frame[header..]).unwrap()
    }

    #[test]
    fn a_frame_is_filled_where_it_is_open() {
        let native = said(Speech::Native { opens: true }, "order:7");
        assert_eq!((&native["type"], &native["room"]), (&"send".into(), &"order:7".into()));
        let one = said(Speech::OneRoom, "order:7");
        assert_eq!(one["client_id"], "a".repeat(CLIENT_ID));
        for text in [&native["text"], &one["message"]] {
            assert!(text.as_str().unwrap().starts_with("#0000000042x"), "{text}");
        }
        assert!(
            Template::of(Speech::Native { opens: false })
                .fill(&"x".repeat(KEY), 1, "")
                .is_err()
        );
    }

    #[test]
    fn an_answer_delivers_nothing() {
        let native = Speech::Native { opens: false };
        assert!(native.delivers(b"{\"type\":\"moved\",\"room\""));
        assert!(!native.delivers(b"{\"type\":\"sent\",\"message\":{\"text\":\"#0000000042\"}}"));
        assert!(Speech::OneRoom.delivers(b"{\"type\":\"chat_message\""));
        assert!(native.sign_of_life(b"{\"type\":\"ping\",\"time\":\"\"}").is_some());
    }
}
