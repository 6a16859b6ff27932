//! The contract's dictionary: how its two sockets hear frames, and how messages, positions and refusals sound there.

use super::consumer::Consumer;
use super::log;
use crate::shared::frames::{self, misheard, text};
use crate::shared::time_text;
use beseda_core::rules::History;
use beseda_core::words::{Author, Event, Heard, HostId, Kinds, Limits, Message, Person, RoomName};
use beseda_core::{Fault, Refusal};
use beseda_live::Dialect;
use beseda_live::dialect::{Command, Misheard, Outcome, Point, Position, Verb, Viewer};
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

/// A message, as the chat shows one.
#[derive(Serialize)]
struct MessageFrame<'a> {
    r#type: &'static str,
    id: i64,
    conversation_id: String,
    sender_id: Option<HostId<'a>>,
    sender_role: &'a str,
    message: &'a str,
    timestamp: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<&'a str>,
}

/// What `sender_role` says of what the host application said in nobody's name.
const NOBODYS_ROLE: &str = "system";

fn message_frame(conversation: Uuid, message: &Message, client_id: Option<&str>) -> String {
    let author = message.author.as_ref();
    text(&MessageFrame {
        r#type: Consumer::Chat.frame_type(),
        id: message.id.0,
        conversation_id: conversation.to_string(),
        sender_id: author.map(Author::host_id),
        sender_role: author.map_or(NOBODYS_ROLE, |author| author.role.word()),
        message: &message.text,
        timestamp: time_text(message.created_at),
        client_id,
    })
}

/// Where somebody is.
#[derive(Serialize)]
struct LocationFrame<'a> {
    r#type: &'static str,
    user_id: HostId<'a>,
    role: &'a str,
    latitude: f64,
    longitude: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    accuracy: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    heading: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    speed: Option<f64>,
    timestamp: String,
}

/// The position that a frame tells.
fn point(fields: &Map<String, Value>) -> Result<Point, Misheard> {
    Ok(Point {
        latitude: degrees(fields, "latitude", 90.0)?,
        longitude: degrees(fields, "longitude", 180.0)?,
        accuracy: measured(fields, "accuracy")?,
        heading: measured(fields, "heading")?,
        speed: measured(fields, "speed")?,
    })
}

fn degrees(fields: &Map<String, Value>, name: &str, most: f64) -> Result<f64, Misheard> {
    let value = fields
        .get(name)
        .ok_or_else(|| misheard("no_position", format!("The frame has no \"{name}\".")))?;
    let degrees = number(name, value)?;
    if degrees.abs() > most {
        let detail = format!("\"{name}\" is not from -{most} to {most}.");
        return Err(misheard("out_of_range", detail));
    }
    Ok(degrees)
}

/// What a device may tell besides. Browsers say null of what they do not know.
fn measured(fields: &Map<String, Value>, name: &str) -> Result<Option<f64>, Misheard> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => number(name, value).map(Some),
    }
}

fn number(name: &str, value: &Value) -> Result<f64, Misheard> {
    let number = value.as_f64().filter(|number| number.is_finite());
    number.ok_or_else(|| misheard("wrong_type", format!("\"{name}\" is not a number.")))
}

impl Dialect for Consumer {
    fn name(&self) -> &'static str {
        match self {
            Self::Chat => "spa_chat",
            Self::Location => "spa_location",
        }
    }

    fn contract(&self) -> &'static str {
        super::CONTRACT.name
    }

    fn kinds(&self) -> Kinds {
        super::KINDS
    }

    fn hear(&self, frame: &str, limits: &Limits) -> Result<Command, Misheard> {
        let mut fields = frames::fields(frame, limits)?;
        let known = self.frame_type();
        match fields.get("type") {
            None => {}
            Some(Value::String(word)) if word == known => {}
            Some(Value::String(word)) if word == frames::PING => return Ok(Command::own(Verb::Ping)),
            Some(Value::String(_)) => {
                let detail = format!("The frame's \"type\" is unknown; it is {known} or ping, or left out.");
                return Err(misheard("unknown_type", detail));
            }
            Some(_) => return Err(misheard("no_type", "The frame's \"type\" is not a string.")),
        }
        match self {
            Self::Chat => {
                // No message is an empty one, which the log tells of.
                fields.entry("message").or_insert_with(|| "".into());
                frames::chat_message(&fields)
            }
            Self::Location => point(&fields).map(|point| Command::own(Verb::Locate(point))),
        }
    }

    /// What came after the message that the chat named when it connected.
    fn history(&self, _viewer: &Person, history: &History) -> Vec<String> {
        let uuid = history.room.uuid;
        let messages = history.messages.iter();
        messages.map(|message| message_frame(uuid, message, None)).collect()
    }

    fn event(&self, event: &Event, viewer: Viewer) -> Option<String> {
        match (self, &event.heard) {
            (Self::Chat, Heard::Sent { message }) => {
                let client_id = message.client_id.as_deref().filter(|_| viewer.knows_client_id);
                Some(message_frame(event.room.uuid, message, client_id))
            }
            // The contract has no words for these.
            (
                _,
                Heard::Sent { .. }
                | Heard::Opened { .. }
                | Heard::Edited { .. }
                | Heard::Erased { .. }
                | Heard::Read { .. }
                | Heard::Touched { .. }
                | Heard::Viewed { .. }
                | Heard::Joined { .. }
                | Heard::Left { .. }
                | Heard::Changed
                | Heard::Removed,
            ) => None,
        }
    }

    fn answer(&self, client_id: Option<&str>, outcome: &Outcome<'_>) -> Option<String> {
        match *outcome {
            Outcome::Sent {
                room,
                message,
                first: false,
                ..
            } => Some(message_frame(room.uuid, message, client_id)),
            _ => frames::common_answer(client_id, outcome),
        }
    }

    fn position(&self, _room: RoomName, position: &Position) -> Option<String> {
        let Position { person, point, at } = position;
        let frame = LocationFrame {
            r#type: self.frame_type(),
            user_id: person.host_id(),
            role: person.role.word(),
            latitude: point.latitude,
            longitude: point.longitude,
            accuracy: point.accuracy,
            heading: point.heading,
            speed: point.speed,
            timestamp: time_text(*at),
        };
        (*self == Self::Location).then(|| text(&frame))
    }

    fn joined(&self, person: &Person, _room: Option<RoomName>) {
        log::joined(self, person);
    }

    fn not_joined(&self, _to: &str, fault: &Fault) {
        log::not_joined(self, fault);
    }

    fn log_refusal(&self, person: &Person, refusal: &Refusal) {
        log::refused(self, person, refusal);
    }

    fn ended(&self, _person: &Person, code: u16) {
        log::disconnected(self, code);
    }
}
