//! An ear that says everything back.

use crate::codec::{Incoming, text_frame};
use crate::session::close;
use crate::socket::{Ear, NotQueued, Queue};
use std::sync::Arc;

/// Says back what it hears, text by text.
pub(crate) struct Echo(Arc<Queue>);

impl Echo {
    /// An echo that greets first.
    pub(crate) fn new(queue: Arc<Queue>, greeting: &str) -> Self {
        let echo = Self(queue);
        echo.say(greeting);
        echo
    }

    fn say(&self, text: &str) {
        if self.0.push(text_frame(text.as_bytes())) == Err(NotQueued::Full) {
            self.0.cut(close::TOO_SLOW, "too slow");
        }
    }
}

impl Ear for Echo {
    fn heard(&mut self, incoming: Incoming<'_>) {
        if let Incoming::Text(text) = incoming {
            self.say(text);
        }
    }
}
