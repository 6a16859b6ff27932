//! A dialect: how one contract's sockets hear and speak. The contract implements it, live carries it.

use beseda_core::rules::History;
use beseda_core::words::{Draft, Event, Kinds, Limits, Marks, Message, Person, RoomName, Time};
use beseda_core::{Fault, Refusal};
use std::sync::Arc;
use uuid::Uuid;

/// What somebody asks for in a frame.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// In which room, where the frame names one; else in the one that the socket came for.
    pub room: Option<Uuid>,
    /// What the peer calls this command: its answer carries it back.
    pub tag: Option<String>,
    /// What is to be done.
    pub verb: Verb,
}

/// What is to be done. Each has a file in `commands/`.
#[derive(Debug, Clone, PartialEq)]
pub enum Verb {
    /// Send a message.
    Send(Draft),
    /// Announce that they are typing, or have stopped.
    Typing(bool),
    /// Move their receipt up to what this socket has been told.
    Read,
    /// Announce where they are.
    Locate(Point),
    /// Say that somebody is here: browsers give pages no ping of the protocol's own.
    Ping,
}

impl Command {
    /// In the socket's own room, without a name.
    #[must_use]
    pub fn own(verb: Verb) -> Self {
        Self {
            room: None,
            tag: None,
            verb,
        }
    }
}

/// What came of a command.
#[derive(Debug)]
pub enum Outcome<'a> {
    /// The message is kept.
    Sent {
        /// Where.
        room: RoomName,
        /// The message.
        message: &'a Message,
        /// The sender's receipts.
        marks: Marks,
        /// The sender.
        sender: &'a Person,
        /// Whether it was sent now: then everybody who listens in the room hears it, the sender too. Else an earlier try
        /// has made it.
        first: bool,
    },
    /// It is done, and there is nothing to tell of it.
    Done,
    /// Somebody is here.
    Pong,
    /// The frame was no command.
    Misheard(&'a Misheard),
    /// It was refused.
    Refused(&'a Refusal),
    /// It failed on our side; the cause stays with us.
    Failed(&'a Fault),
}

/// A place on Earth (WGS 84), as somebody's device tells it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Degrees north, −90 to 90.
    pub latitude: f64,
    /// Degrees east, −180 to 180.
    pub longitude: f64,
    /// How far off it may be, in metres.
    pub accuracy: Option<f64>,
    /// Where they are going, in degrees from north clockwise.
    pub heading: Option<f64>,
    /// How fast, in metres a second.
    pub speed: Option<f64>,
}

/// Where somebody is, or last was. It is announced without being kept: see [`Verb::Locate`].
#[derive(Debug, Clone, PartialEq)]
pub struct Position {
    /// Who.
    pub person: Arc<Person>,
    /// Where.
    pub point: Point,
    /// When they said so.
    pub at: Time,
}

/// Why a frame could not be taken for a command: a word for programs and a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misheard {
    /// The word.
    pub code: &'static str,
    /// The sentence: what is wrong, where, what to do.
    pub detail: String,
}

/// What a listener's frame depends on besides the event. Listeners that do not differ in it share one frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Viewer {
    /// The event is a message that this person sent under a client id, which only they are told.
    pub knows_client_id: bool,
    /// The event's message is read, as this person sees it.
    pub is_read: bool,
}

/// How one contract's sockets hear and speak. Frames are JSON texts. What a contract has no word for, its sockets are
/// not told: `None`.
pub trait Dialect: Send + Sync + 'static {
    /// Its name, unique among dialects, for logs and metrics.
    fn name(&self) -> &'static str;
    /// The name of its contract, where that has several.
    fn contract(&self) -> &'static str {
        self.name()
    }
    /// The kinds of rooms that the contract speaks of; to its sockets, others are not there.
    fn kinds(&self) -> Kinds;
    /// Takes a text frame for a command.
    ///
    /// # Errors
    /// Why it is none.
    fn hear(&self, frame: &str, limits: &Limits) -> Result<Command, Misheard>;
    /// What a socket hears first, frame by frame.
    fn history(&self, viewer: &Person, history: &History) -> Vec<String>;
    /// An event, for listeners of this kind.
    fn event(&self, event: &Event, viewer: Viewer) -> Option<String>;
    /// What came of a command, for the socket that it came from. `tag`: what that socket calls it.
    fn answer(&self, tag: Option<&str>, outcome: &Outcome<'_>) -> Option<String>;
    /// Somebody types, or has stopped.
    fn typing(&self, _room: RoomName, _typist: &Person, _is_typing: bool) -> Option<String> {
        None
    }
    /// Somebody is somewhere.
    fn position(&self, _room: RoomName, _position: &Position) -> Option<String> {
        None
    }

    /// A socket was let in: for the lines that its contract's operators look for.
    fn joined(&self, _person: &Person, _room: Option<RoomName>) {}
    /// A socket could not be let in because of a fault of ours: the line that tells it.
    fn not_joined(&self, to: &str, fault: &Fault) {
        tracing::error!(to, contract = self.name(), "a socket could not join: {fault}");
    }
    /// A command was refused, for the same.
    fn log_refusal(&self, _person: &Person, _refusal: &Refusal) {}
    /// A socket ended with this code, for the same.
    fn ended(&self, _person: &Person, _code: u16) {}
}
