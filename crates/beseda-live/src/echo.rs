//! An ear that says everything back.

use crate::codec::{Incoming, binary_frame, text_frame};
use crate::session::close;
use crate::socket::{Ear, NotQueued, Queue};
use bytes::Bytes;
use std::sync::Arc;

/// Says back what it hears, message by message: texts as texts, bytes as bytes.
pub(crate) struct Echo(Arc<Queue>);

impl Echo {
    /// An echo that greets first.
    pub(crate) fn new(queue: Arc<Queue>, greeting: &str) -> Self {
        let echo = Self(queue);
        echo.say(text_frame(greeting.as_bytes()));
        echo
    }

    fn say(&self, frame: Bytes) {
        if self.0.push(frame) == Err(NotQueued::Full) {
            self.0.cut(close::TOO_SLOW, "too slow");
        }
    }
}

impl Ear for Echo {
    fn heard(&mut self, incoming: Incoming<'_>) {
        match incoming {
            Incoming::Text(text) => self.say(text_frame(text.as_bytes())),
            Incoming::Binary(bytes) => self.say(binary_frame(bytes)),
            // Pings and closes are answered without an ear.
            Incoming::Ping(_) | Incoming::Pong | Incoming::Close(_) => {}
        }
    }
}
