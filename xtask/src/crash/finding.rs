//! A finding: one promise that was broken, with what is needed to look it up.

use std::fmt;

use serde::Serialize;

/// Which promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An acked message is not stored.
    Lost,
    /// A message is stored, or heard, more than once.
    Doubled,
    /// The numbers of a room are not 1 to n.
    Hole,
    /// The server stores or says what nobody sent.
    Stranger,
    /// An acked edit or erasure is undone, or a text is another than what was sent.
    Changed,
    /// A client's list is not the server's.
    List,
    /// An unread count is not what a recount gives.
    Unread,
    /// A receipt stands before a message that was marked as read.
    Receipt,
    /// The server refused, or said, what it should not have.
    Conduct,
    /// Something has not come in time.
    Late,
    /// The engine finds its own database broken.
    Database,
    /// The server ended by itself, panicked, or did not end well.
    Server,
}

/// One broken promise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub kind: Kind,
    pub room: Option<i64>,
    pub seq: Option<i64>,
    pub client_id: Option<String>,
    /// What was expected and what is there.
    pub says: String,
}

impl Finding {
    /// A finding about no room in particular.
    pub fn new(kind: Kind, says: impl Into<String>) -> Self {
        Self {
            kind,
            room: None,
            seq: None,
            client_id: None,
            says: says.into(),
        }
    }

    /// The same, in a room.
    pub fn in_room(self, room: i64) -> Self {
        Self {
            room: Some(room),
            ..self
        }
    }

    /// The same, about the message of this number.
    pub fn at(self, seq: i64) -> Self {
        Self { seq: Some(seq), ..self }
    }

    /// The same, about the draft of this client id.
    pub fn of(self, client_id: &str) -> Self {
        Self {
            client_id: Some(client_id.to_owned()),
            ..self
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = format!("{:?}", self.kind).to_lowercase();
        write!(f, "{kind}:")?;
        if let Some(room) = self.room {
            write!(f, " room {room}")?;
        }
        if let Some(seq) = self.seq {
            write!(f, " seq {seq}")?;
        }
        if let Some(client_id) = &self.client_id {
            write!(f, " client_id {client_id}")?;
        }
        write!(f, " {}", self.says)
    }
}
