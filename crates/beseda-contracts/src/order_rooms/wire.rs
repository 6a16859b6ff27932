//! The contract's dictionary: how its frames are heard, and how rooms, messages and refusals sound in it.

use crate::shared::files::address_of;
use crate::shared::frames::{self, text};
use crate::shared::time_text;
use beseda_core::rules::History;
use beseda_core::words::{
    Author, Event, Heard, HostId, Kinds, Limits, Marks, Member, Message, OrderId, Person, PersonId, RoomName, RoomView,
};
use beseda_live::Dialect;
use beseda_live::dialect::{Command, Misheard, Outcome, Viewer};
use serde::Serialize;
use serde_json::json;

/// A user, as the contract shows one.
#[derive(Debug, Serialize)]
pub struct UserJson<'a> {
    id: HostId<'a>,
    email: &'a str,
    first_name: &'a str,
    last_name: &'a str,
}

impl<'a> From<&'a Author> for UserJson<'a> {
    fn from(author: &'a Author) -> Self {
        Self {
            id: author.host_id(),
            email: &author.email,
            first_name: &author.first_name,
            last_name: &author.last_name,
        }
    }
}

impl<'a> From<&'a Person> for UserJson<'a> {
    fn from(person: &'a Person) -> Self {
        Self {
            id: person.host_id(),
            email: &person.email,
            first_name: &person.first_name,
            last_name: &person.last_name,
        }
    }
}

/// A message, as the contract shows one. `file` is the address of its first file.
#[derive(Debug, Serialize)]
pub struct MessageJson<'a> {
    id: i64,
    room: i64,
    sender: Option<UserJson<'a>>,
    sender_name: String,
    message: &'a str,
    file: Option<String>,
    is_read: bool,
    created_at: String,
}

impl<'a> MessageJson<'a> {
    /// The message as somebody sees it who has or has not read it.
    #[must_use]
    pub fn new(message: &'a Message, is_read: bool) -> Self {
        Self {
            id: message.id.0,
            room: message.room.0,
            sender: message.author.as_ref().map(UserJson::from),
            sender_name: message.author.as_ref().map(Author::name).unwrap_or_default(),
            message: &message.text,
            file: address_of(message),
            is_read,
            created_at: time_text(message.created_at),
        }
    }

    /// The message as this person sees it.
    #[must_use]
    pub fn seen_by(message: &'a Message, marks: Marks, viewer: PersonId) -> Self {
        Self::new(message, marks.is_read(message, viewer))
    }
}

/// Somebody in a room, as the contract shows them.
#[derive(Debug, Serialize)]
struct ParticipantJson<'a> {
    id: i64,
    user: UserJson<'a>,
    last_read_at: Option<String>,
    joined_at: String,
}

/// A room, as the contract shows one.
#[derive(Debug, Serialize)]
pub struct RoomJson<'a> {
    id: i64,
    order: Option<OrderId>,
    participants: Vec<ParticipantJson<'a>>,
    last_message: Option<MessageJson<'a>>,
    unread_count: i64,
    created_at: String,
    updated_at: String,
}

impl<'a> RoomJson<'a> {
    /// The room as this person sees it.
    #[must_use]
    pub fn seen_by(view: &'a RoomView, viewer: PersonId) -> Self {
        let own = view
            .members
            .iter()
            .map(|(member, _)| member)
            .find(|member| member.person == viewer);
        let others = view.members.iter().filter(|(member, _)| member.person != viewer);
        let marks = Marks {
            own: own.map(|member| member.read).unwrap_or_default(),
            others: others.map(|(member, _)| member.read).max().unwrap_or_default(),
        };
        Self {
            id: view.room.id.0,
            order: view.room.order(),
            participants: view
                .members
                .iter()
                .map(|(member, person)| participant(member, person))
                .collect(),
            last_message: view.last.as_ref().map(|last| MessageJson::seen_by(last, marks, viewer)),
            unread_count: own.map_or(0, |member| member.unread(&view.room)),
            created_at: time_text(view.room.created_at),
            updated_at: time_text(view.room.updated_at),
        }
    }
}

fn participant<'a>(member: &Member, person: &'a Person) -> ParticipantJson<'a> {
    ParticipantJson {
        id: member.id.0,
        user: person.into(),
        last_read_at: member.read_at.map(time_text),
        joined_at: time_text(member.joined_at),
    }
}

/// How the sockets of this contract hear and speak.
pub struct OrderRooms;

/// The dialect.
pub static DIALECT: OrderRooms = OrderRooms;

impl Dialect for OrderRooms {
    fn name(&self) -> &'static str {
        super::CONTRACT.name
    }

    fn kinds(&self) -> Kinds {
        super::KINDS
    }

    fn hear(&self, frame: &str, limits: &Limits) -> Result<Command, Misheard> {
        frames::chat_command(&frames::fields(frame, limits)?)
    }

    fn history(&self, viewer: &Person, history: &History) -> Vec<String> {
        let messages: Vec<_> = history
            .messages
            .iter()
            .map(|message| MessageJson::seen_by(message, history.marks, viewer.id))
            .collect();
        vec![text(&MessagesFrame {
            r#type: "message_history",
            messages,
        })]
    }

    fn event(&self, event: &Event, viewer: Viewer) -> Option<String> {
        match &event.heard {
            Heard::Sent { message } => Some(text(&MessageFrame {
                r#type: "chat_message",
                message: MessageJson::new(message, viewer.is_read),
                client_id: message.client_id.as_deref().filter(|_| viewer.knows_client_id),
            })),
            Heard::Edited { message, .. } => Some(text(&MessageFrame {
                r#type: "message_updated",
                message: MessageJson::new(message, viewer.is_read),
                client_id: None,
            })),
            Heard::Erased { id, .. } => {
                Some(json!({"type": "message_deleted", "room": event.room.id, "id": id}).to_string())
            }
            // The contract has no words for these; who needs them reads the room again.
            Heard::Opened { .. }
            | Heard::Touched { .. }
            | Heard::Viewed { .. }
            | Heard::Read { .. }
            | Heard::Joined { .. }
            | Heard::Left { .. }
            | Heard::Changed
            | Heard::Removed => None,
        }
    }

    fn answer(&self, client_id: Option<&str>, outcome: &Outcome<'_>) -> Option<String> {
        match *outcome {
            Outcome::Sent {
                message,
                marks,
                sender,
                first: false,
                ..
            } => Some(text(&MessageFrame {
                r#type: "chat_message",
                message: MessageJson::seen_by(message, marks, sender.id),
                client_id,
            })),
            _ => frames::common_answer(client_id, outcome),
        }
    }

    fn typing(&self, _room: RoomName, typist: &Person, is_typing: bool) -> Option<String> {
        Some(json!({"type": "user_typing", "user_id": typist.host_id(), "is_typing": is_typing}).to_string())
    }
}

#[derive(Serialize)]
struct MessagesFrame<'a> {
    r#type: &'static str,
    messages: Vec<MessageJson<'a>>,
}

#[derive(Serialize)]
struct MessageFrame<'a> {
    r#type: &'static str,
    message: MessageJson<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<&'a str>,
}
