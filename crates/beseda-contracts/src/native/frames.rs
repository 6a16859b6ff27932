//! What the socket says: a type for each frame, from which it is written and described.

use super::cases::CaseJson;
use super::described::call::SchemaOf;
use super::described::shape;
use super::limits::LimitsJson;
use super::objects::{ChangesJson, MeJson, MessageJson, PersonJson, RoomJson};
use super::problem::RefusedFrame;
use beseda_core::words::{Cursor, FullRoom, Seq};
use schemars::{JsonSchema, SchemaGenerator};
use serde::{Serialize, Serializer};

/// A frame that the server says.
pub(super) struct Saying {
    /// Its `type`.
    pub(super) word: &'static str,
    /// When it is said.
    pub(super) says: &'static str,
    pub(super) schema: SchemaOf,
}

const fn saying<T: JsonSchema>(word: &'static str, says: &'static str) -> Saying {
    Saying {
        word,
        says,
        schema: SchemaGenerator::subschema_for::<T>,
    }
}

/// Every frame that the server says.
pub(super) const SAYINGS: &[Saying] = &[
    saying::<WelcomeFrame<'_>>("welcome", "After `hello`: who one is, and the limits in force."),
    saying::<HereFrame<'_>>(
        "here",
        "Which of one's rooms have moved since the token, in pieces, newest activity first.",
    ),
    saying::<ChangesFrame>("changes", "What is different in an open room."),
    saying::<MovedFrame<'_>>(
        "moved",
        "What is different in a room that is not open: enough for a list and its badges.",
    ),
    saying::<TotalsFrame>("totals", "One's unread totals have changed."),
    saying::<SentFrame<'_>>("sent", "A message is kept, now or before."),
    saying::<OkFrame<'_>>("ok", "A command with a `ref` took effect."),
    saying::<RefusedFrame<'_>>(
        "refused",
        "A command was refused, or a frame was none. The socket lives on.",
    ),
    saying::<TypingFrame<'_>>("typing", "Somebody is typing, or no more."),
    saying::<PresenceFrame>("presence", "Whether people are there who are watched."),
    saying::<PositionFrame<'_>>("position", "Where somebody is."),
    saying::<AboutFrame<'_>>("added", "One came into a room."),
    saying::<RoomFrame<'_>>("removed", "One is in a room no more."),
    saying::<RoomFrame<'_>>(
        "behind",
        "This reader is too slow for the room: nothing is lost, `changes` follow as fast as the socket drains.",
    ),
    saying::<CaseFrame>(
        "case",
        "To whoever works at the desk of a room: its case is another one, or what is said there.",
    ),
    saying::<CasesFrame>(
        "cases",
        "There were more cases than this reader could be told of: they are to be asked for again.",
    ),
    saying::<PingFrame>("ping", "Whether one is still there. Answer with `pong`."),
    saying::<ExpiringFrame>(
        "expiring",
        "The proof of who one is ends in so many seconds: bring a new one with `hello`.",
    ),
];

/// Who one is, after hello.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Welcome")]
pub(super) struct WelcomeFrame<'a> {
    #[schemars(extend("const" = "welcome"))]
    pub(super) r#type: &'static str,
    /// Oneself.
    pub(super) person: PersonJson,
    /// Seconds between two pings.
    pub(super) ping_seconds: u64,
    /// The limits in force.
    pub(super) limits: LimitsJson<'a>,
}

/// Which of one's rooms have moved.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Here")]
pub(super) struct HereFrame<'a> {
    #[schemars(extend("const" = "here"))]
    pub(super) r#type: &'static str,
    /// Rooms, without their members.
    #[schemars(with = "Vec<RoomJson>")]
    pub(super) rooms: Rooms<'a>,
    /// Rooms that one is in no more.
    #[schemars(with = "Vec<shape::Key>")]
    pub(super) gone: Vec<&'a str>,
    /// Another piece follows.
    pub(super) more: bool,
    /// The token to come back with; null until the last piece.
    #[schemars(with = "Option<shape::Mark>")]
    pub(super) token: Option<String>,
    /// In the first piece: these are all one's rooms; else left out.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) all: bool,
}

/// Rooms as each of their members sees them, made one after the other as they are written: many at once are much memory.
pub(super) struct Rooms<'a>(pub(super) &'a [(FullRoom, Cursor)]);

impl Serialize for Rooms<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|(room, cursor)| {
            let reader = room.me.as_ref().map(|me| me.member.person).unwrap_or_default();
            RoomJson::new(room, *cursor, reader)
        }))
    }
}

/// What the desk knows of a room.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CaseMoved")]
pub(super) struct CaseFrame {
    #[schemars(extend("const" = "case"))]
    pub(super) r#type: &'static str,
    #[serde(flatten)]
    pub(super) case: CaseJson,
}

/// Cases are to be asked for again.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CasesMoved")]
pub(super) struct CasesFrame {
    #[schemars(extend("const" = "cases"))]
    pub(super) r#type: &'static str,
}

/// What is told of a room that is not open.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Moved")]
pub(super) struct MovedFrame<'a> {
    #[schemars(extend("const" = "moved"))]
    pub(super) r#type: &'static str,
    /// The room's key.
    #[schemars(with = "shape::Key")]
    pub(super) room: &'a str,
    /// The room, where it changed itself.
    pub(super) about: Option<RoomJson>,
    /// How many durable changes the room has had.
    #[schemars(with = "shape::Count")]
    pub(super) head: i64,
    /// The number of its newest message.
    #[schemars(with = "shape::Count")]
    pub(super) seq: Seq,
    /// The cursor to ask for changes after.
    #[schemars(with = "shape::Mark")]
    pub(super) cursor: String,
    /// How one stands to it, where that is different.
    pub(super) me: Option<MeJson>,
    /// Its newest message, where that is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) last_message: Option<MessageJson>,
}

/// What is different in an open room.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ChangesTold")]
pub(super) struct ChangesFrame {
    #[schemars(extend("const" = "changes"))]
    pub(super) r#type: &'static str,
    #[serde(flatten)]
    pub(super) changes: ChangesJson,
    /// Nothing is left before the present.
    pub(super) live: bool,
}

/// What is unread in all one's rooms.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Totals")]
pub(super) struct TotalsFrame {
    #[schemars(extend("const" = "totals"))]
    pub(super) r#type: &'static str,
    /// In how many rooms something is.
    #[schemars(with = "shape::Count")]
    pub(super) rooms: i64,
    /// How many messages.
    #[schemars(with = "shape::Count")]
    pub(super) messages: i64,
    /// In how many of them one is mentioned.
    #[schemars(with = "shape::Count")]
    pub(super) mentions: i64,
}

/// A message is kept.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Sent")]
pub(super) struct SentFrame<'a> {
    #[schemars(extend("const" = "sent"))]
    pub(super) r#type: &'static str,
    /// The client's own name for the command.
    pub(super) r#ref: Option<&'a str>,
    /// The room's key.
    #[schemars(with = "shape::Key")]
    pub(super) room: &'a str,
    /// The message.
    pub(super) message: MessageJson,
}

/// A command took effect.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Ok")]
pub(super) struct OkFrame<'a> {
    #[schemars(extend("const" = "ok"))]
    pub(super) r#type: &'static str,
    /// The client's own name for the command.
    pub(super) r#ref: &'a str,
}

/// Somebody is typing, or no more.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Typing")]
pub(super) struct TypingFrame<'a> {
    #[schemars(extend("const" = "typing"))]
    pub(super) r#type: &'static str,
    /// The room's key.
    #[schemars(with = "shape::Key")]
    pub(super) room: &'a str,
    /// Who.
    #[schemars(with = "shape::Id")]
    pub(super) person: String,
    /// They are.
    pub(super) on: bool,
}

/// Whether people are there.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PresenceTold")]
pub(super) struct PresenceFrame {
    #[schemars(extend("const" = "presence"))]
    pub(super) r#type: &'static str,
    /// Of each of them.
    pub(super) items: Vec<PresenceJson>,
}

/// Whether somebody is there.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Presence")]
pub(super) struct PresenceJson {
    /// Who.
    #[schemars(with = "shape::Id")]
    pub(super) person: String,
    /// Whether they are there.
    #[schemars(with = "shape::State")]
    pub(super) state: &'static str,
    /// When they were last there, where that is known.
    #[schemars(with = "Option<shape::Moment>")]
    pub(super) last_seen: Option<String>,
}

/// Where somebody is.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Position")]
pub(super) struct PositionFrame<'a> {
    #[schemars(extend("const" = "position"))]
    pub(super) r#type: &'static str,
    /// The room's key.
    #[schemars(with = "shape::Key")]
    pub(super) room: &'a str,
    /// Who.
    #[schemars(with = "shape::Id")]
    pub(super) person: String,
    /// Degrees north.
    pub(super) latitude: f64,
    /// Degrees east.
    pub(super) longitude: f64,
    /// Metres by which it may be wrong.
    pub(super) accuracy: Option<f64>,
    /// Degrees from north, clockwise.
    pub(super) heading: Option<f64>,
    /// Metres a second.
    pub(super) speed: Option<f64>,
    /// When.
    #[schemars(with = "shape::Moment")]
    pub(super) at: String,
}

/// One came into a room.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Added")]
pub(super) struct AboutFrame<'a> {
    #[schemars(extend("const" = "added"))]
    pub(super) r#type: &'static str,
    /// The room's key.
    #[schemars(with = "shape::Key")]
    pub(super) room: &'a str,
    /// The room.
    pub(super) about: &'a RoomJson,
}

/// Of which room.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OfRoom")]
pub(super) struct RoomFrame<'a> {
    #[schemars(extend("enum" = ["removed", "behind"]))]
    pub(super) r#type: &'static str,
    /// The room's key.
    #[schemars(with = "shape::Key")]
    pub(super) room: &'a str,
}

/// Whether one is still there.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Ping")]
pub(super) struct PingFrame {
    #[schemars(extend("const" = "ping"))]
    pub(super) r#type: &'static str,
    /// The server's time.
    #[schemars(with = "shape::Moment")]
    pub(super) time: String,
    /// The token to come back with.
    #[schemars(with = "Option<shape::Mark>")]
    pub(super) token: Option<String>,
}

/// The proof of who one is ends.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Expiring")]
pub(super) struct ExpiringFrame {
    #[schemars(extend("const" = "expiring"))]
    pub(super) r#type: &'static str,
    /// In how many seconds.
    pub(super) seconds: u64,
}
