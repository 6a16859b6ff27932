//! A dialect: how one contract's sockets hear and speak. The contract implements it, live carries it.

use beseda_core::rules::{Changes, History, SeenCase, Totals};
use beseda_core::words::{
    Cursor, Draft, DraftFile, Epoch, Event, FullRoom, HostId, Kinds, Limits, Marks, Message, Person, PersonId, RoomKey,
    RoomName, Seq, Time, Token,
};
use beseda_core::{Fault, Refusal};
use std::sync::Arc;
use uuid::Uuid;

/// What somebody asks for in a frame.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// In which room, where the frame names one; else in the one that the socket came for.
    pub room: Option<Named>,
    /// What the peer calls this command: its answer carries it back.
    pub tag: Option<String>,
    /// What is to be done.
    pub verb: Verb,
}

/// How a frame names a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// By its unguessable name.
    Uuid(Uuid),
    /// By what it is about.
    Key(RoomKey),
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
    /// Say who they are, and up to where they know their rooms: the first frame of a socket for all of them, and later to
    /// bring a new proof.
    Hello {
        /// What proves who they are, where that is not known yet or ends soon.
        token: Option<String>,
        /// Up to where they know their rooms.
        since: Option<Token>,
    },
    /// Hear everything of a room from now on.
    Open {
        /// From there; else the newest messages come first.
        after: Option<Cursor>,
        /// So many messages at most come at once.
        limit: Option<u32>,
    },
    /// Hear of it what of every room is heard.
    Close,
    /// Say a message differently.
    Edit {
        /// Which.
        seq: Seq,
        /// What it says now.
        text: String,
        /// Who is mentioned in it now, where that is said.
        mentions: Option<Vec<HostId<'static>>>,
    },
    /// Erase a message.
    Erase(Seq),
    /// Add a reaction, or take it away.
    React {
        /// To which message.
        seq: Seq,
        /// One emoji, as it is kept.
        emoji: String,
        /// Whether it is added.
        on: bool,
    },
    /// Pin a message, or take the pin away.
    Pin {
        /// Which.
        seq: Seq,
        /// Whether it is pinned.
        on: bool,
    },
    /// Move their receipt up to a message.
    ReadTo(Seq),
    /// Say that a message has reached this device.
    Delivered(Seq),
    /// Hear whether these people are there.
    Watch(Vec<HostId<'static>>),
    /// Say that nobody looks at this window.
    Away(bool),
    /// Answer a ping.
    Pong,
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
        /// What the room is about, as it is written.
        key: &'a str,
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
    /// What the peer calls the command that it meant, where that could be read.
    pub tag: Option<String>,
}

impl Misheard {
    /// A frame of bytes, where texts are spoken.
    #[must_use]
    pub fn binary() -> Self {
        Self {
            code: "binary",
            detail: "send JSON as text, not as binary".to_owned(),
            tag: None,
        }
    }
}

/// What a listener's frame depends on besides the event. Listeners that do not differ in it share one frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Viewer {
    /// The event is a message that this person sent under a client id, which only they are told.
    pub knows_client_id: bool,
    /// The event's message is read, as this person sees it.
    pub is_read: bool,
    /// The room is open on this socket, which hears every room of its person.
    pub has_opened: bool,
    /// The event is about how this person stands to the room.
    pub is_about_them: bool,
    /// Which of the message's different reactions, in their order, are this person's: a bit for each.
    pub reacted: u32,
    /// The message that the event's one answers is this person's to see.
    pub sees_quoted: bool,
    /// The life of the database, for cursors.
    pub epoch: Epoch,
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
    /// How it speaks to sockets that hear every room of their person; `None` where it has none.
    fn everywhere(&self) -> Option<&dyn Everywhere> {
        None
    }

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

/// A room that somebody has not opened, as it is told them.
#[derive(Debug)]
pub struct Glimpse<'a> {
    /// The room in full.
    pub room: &'a FullRoom,
    /// Its cursor.
    pub cursor: Cursor,
    /// Whether it changed itself, and is told whole.
    pub is_changed: bool,
}

/// How a dialect speaks to sockets that hear every room of their person.
pub trait Everywhere: Send + Sync {
    /// The files of these ids that their sender has uploaded; `None` where one of them is none.
    fn uploads(&self, sender: PersonId, ids: &[String], now: Time) -> Option<Vec<DraftFile>>;
    /// They are in.
    fn welcome(&self, person: &Person, limits: &Limits) -> String;
    /// Some of their rooms, each with its cursor, and, with the last piece, the token to come back with. `is_anew`: from
    /// here on all of them are told, and what was known before is void.
    fn here(&self, rooms: &[(FullRoom, Cursor)], gone: &[Arc<str>], token: Option<Token>, is_anew: bool) -> String;
    /// What is different in a room that they have opened. `live`: nothing is left before the present.
    fn changes(&self, viewer: &Person, changes: &Changes, live: bool) -> String;
    /// A room that they have not opened has moved.
    fn moved(&self, glimpse: &Glimpse<'_>) -> String;
    /// They came into a room.
    fn added(&self, glimpse: &Glimpse<'_>) -> String;
    /// They are in a room no more.
    fn removed(&self, key: &str) -> String;
    /// They read too slowly for a room: what is different there follows as they read.
    fn behind(&self, key: &str) -> String;
    /// The case of a room is another one, or what is said there, or in notes about it, as this reader sees it.
    fn case(&self, seen: &SeenCase, reader: PersonId) -> String;
    /// There were more cases than they could be told of.
    fn cases(&self) -> String;
    /// What is unread in all their rooms.
    fn totals(&self, totals: Totals) -> String;
    /// They are asked for a sign of life, and told up to where they have been told everything.
    fn ping(&self, now: Time, token: Option<Token>) -> String;
    /// The token that one of these frames tells: one of [`Self::here`] or [`Self::ping`], where it has one.
    fn token_of(&self, frame: &str) -> Option<Token>;
    /// What they proved ends after so many seconds.
    fn expiring(&self, seconds: u64) -> String;
    /// Somebody types, or has stopped.
    fn typing(&self, key: &str, typist: &Person, is_typing: bool) -> String;
    /// Somebody is somewhere.
    fn position(&self, key: &str, position: &Position) -> String;
    /// Who is there, and since when who is not.
    fn presence(&self, people: &[Presence]) -> String;
}

/// Whether somebody is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presence {
    /// Who.
    pub person: HostId<'static>,
    /// Whether they are.
    pub state: PresenceState,
    /// When they were last seen, where that is known and they are not there now.
    pub last_seen: Option<Time>,
}

/// Whether somebody is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PresenceState {
    /// A window of theirs is looked at.
    Online,
    /// Windows of theirs are open, and nobody looks.
    Away,
    /// No socket of theirs is open.
    Offline,
}
