//! The contract's dictionary: how its frames are heard, and how rooms, messages and refusals sound in it.

use crate::shared::depth::within_depth;
use crate::shared::time_text;
use beseda_core::rules::History;
use beseda_core::words::{Author, Draft, Event, Heard, Limits, Marks, Member, Message, Person, PersonId, RoomView};
use beseda_core::{Fault, Refusal};
use beseda_live::Dialect;
use beseda_live::dialect::{Command, Misheard, Viewer};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// A user, as the contract shows one.
#[derive(Debug, Serialize)]
pub struct UserJson<'a> {
    id: PersonId,
    email: &'a str,
    first_name: &'a str,
    last_name: &'a str,
}

impl<'a> From<&'a Author> for UserJson<'a> {
    fn from(author: &'a Author) -> Self {
        Self {
            id: author.id,
            email: &author.email,
            first_name: &author.first_name,
            last_name: &author.last_name,
        }
    }
}

impl<'a> From<&'a Person> for UserJson<'a> {
    fn from(person: &'a Person) -> Self {
        Self {
            id: person.id,
            email: &person.email,
            first_name: &person.first_name,
            last_name: &person.last_name,
        }
    }
}

/// A message, as the contract shows one. `file` is null: this server takes no files yet.
#[derive(Debug, Serialize)]
pub struct MessageJson<'a> {
    id: i64,
    room: i64,
    sender: Option<UserJson<'a>>,
    sender_name: String,
    message: &'a str,
    file: Option<&'a str>,
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
            file: None,
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
    order: Option<i64>,
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
            order: view.room.order.map(|order| order.0),
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

impl Dialect for OrderRooms {
    fn name(&self) -> &'static str {
        super::NAME
    }

    fn hear(&self, frame: &str, limits: &Limits) -> Result<Command, Misheard> {
        hear(frame, limits.json_depth)
    }

    fn history(&self, viewer: PersonId, history: &History) -> String {
        let messages: Vec<_> = history
            .messages
            .iter()
            .map(|message| MessageJson::seen_by(message, history.marks, viewer))
            .collect();
        text(&MessagesFrame {
            r#type: "message_history",
            messages,
        })
    }

    fn event(&self, event: &Event, viewer: Viewer) -> Option<String> {
        match &event.heard {
            Heard::Sent { message, client_id } => Some(text(&MessageFrame {
                r#type: "chat_message",
                message: MessageJson::new(message, viewer.is_read),
                client_id: client_id.as_deref().filter(|_| viewer.knows_client_id),
            })),
            Heard::Edited { message, .. } => Some(text(&MessageFrame {
                r#type: "message_updated",
                message: MessageJson::new(message, viewer.is_read),
                client_id: None,
            })),
            Heard::Erased { id, .. } => {
                Some(json!({"type": "message_deleted", "room": event.room, "id": id}).to_string())
            }
            // The contract has no words for these; who needs them reads the room again.
            Heard::Read { .. } | Heard::Joined { .. } | Heard::Left { .. } | Heard::Changed | Heard::Removed => None,
        }
    }

    fn sent_before(&self, message: &Message, marks: Marks, viewer: &Person, client_id: Option<&str>) -> String {
        let message = MessageJson::seen_by(message, marks, viewer.id);
        text(&MessageFrame {
            r#type: "chat_message",
            message,
            client_id,
        })
    }

    fn typing(&self, person: PersonId, is_typing: bool) -> Option<String> {
        Some(json!({"type": "user_typing", "user_id": person, "is_typing": is_typing}).to_string())
    }

    fn misheard(&self, misheard: &Misheard) -> String {
        error_frame(misheard.code, &misheard.detail, None)
    }

    fn refused(&self, refusal: &Refusal, client_id: Option<&str>) -> String {
        error_frame(code_of(refusal), &sentence_of(refusal), client_id)
    }

    fn failed(&self, fault: &Fault, client_id: Option<&str>) -> String {
        match fault {
            Fault::Busy | Fault::Stopping => {
                error_frame("busy", "The server is busy, try again in a moment.", client_id)
            }
            Fault::Store(_) | Fault::Internal(_) => error_frame(
                "server_error",
                "The server failed, nothing was changed. Try again later.",
                client_id,
            ),
        }
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

/// JSON text of a value that cannot fail to become one: no map with keys that are not text is among them.
fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn error_frame(code: &str, detail: &str, client_id: Option<&str>) -> String {
    let mut frame = json!({"type": "error", "code": code, "detail": detail});
    if let (Some(client_id), Some(object)) = (client_id, frame.as_object_mut()) {
        object.insert("client_id".to_owned(), client_id.into());
    }
    frame.to_string()
}

fn misheard(code: &'static str, detail: impl Into<String>) -> Misheard {
    Misheard {
        code,
        detail: detail.into(),
    }
}

fn hear(frame: &str, json_depth: usize) -> Result<Command, Misheard> {
    if !within_depth(frame.as_bytes(), json_depth) {
        return Err(misheard(
            "not_json",
            format!("The frame is nested deeper than {json_depth} levels."),
        ));
    }
    let value: Value = serde_json::from_str(frame)
        .map_err(|error| misheard("not_json", format!("The frame is not JSON: {}.", place_of(&error))))?;
    let Value::Object(fields) = value else {
        return Err(misheard(
            "not_an_object",
            "The frame is no JSON object; send {\"type\": …}.",
        ));
    };
    match fields.get("type") {
        None => Err(misheard("no_type", "The frame has no \"type\".")),
        Some(Value::String(word)) => match word.as_str() {
            "chat_message" => hear_message(&fields),
            "typing" => hear_typing(&fields),
            "mark_read" => Ok(Command::Read),
            _ => Err(misheard(
                "unknown_type",
                "The frame's \"type\" is unknown; it is chat_message, typing or mark_read.",
            )),
        },
        Some(_) => Err(misheard("no_type", "The frame's \"type\" is not a string.")),
    }
}

/// Where a text stops being JSON; serde_json's own sentence could repeat what somebody wrote.
fn place_of(error: &serde_json::Error) -> String {
    format!("line {}, column {}", error.line(), error.column())
}

fn hear_message(fields: &Map<String, Value>) -> Result<Command, Misheard> {
    let text = match fields.get("message") {
        Some(Value::String(text)) => text.clone(),
        None => return Err(misheard("empty", "The frame has no \"message\".")),
        Some(_) => return Err(misheard("wrong_type", "\"message\" is not a string.")),
    };
    let client_id = match fields.get("client_id") {
        None | Some(Value::Null) => None,
        Some(Value::String(client_id)) => Some(client_id.clone()),
        Some(_) => return Err(misheard("wrong_type", "\"client_id\" is not a string.")),
    };
    Ok(Command::Send(Draft { text, client_id }))
}

fn hear_typing(fields: &Map<String, Value>) -> Result<Command, Misheard> {
    match fields.get("is_typing") {
        None => Ok(Command::Typing(false)),
        Some(Value::Bool(is_typing)) => Ok(Command::Typing(*is_typing)),
        Some(_) => Err(misheard("wrong_type", "\"is_typing\" is not true or false.")),
    }
}

/// A refusal's word for programs.
fn code_of(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::EmptyText => "empty",
        Refusal::TextTooLong { .. } => "too_long",
        Refusal::NulInText => "nul",
        Refusal::BadClientId { .. } => "bad_client_id",
        Refusal::ErasedSince => "deleted",
        Refusal::TooFast { .. } => "throttled",
        Refusal::NotAllowed | Refusal::NoPlaceInOrder | Refusal::Inactive => "not_allowed",
        Refusal::NotSignedIn | Refusal::BadCredentials => "not_authenticated",
        Refusal::NoSuchRoom
        | Refusal::NoSuchMessage
        | Refusal::NoSuchPage
        | Refusal::NoSuchOrder
        | Refusal::NoSuchPerson
        | Refusal::OrderHasRoom => "not_found",
    }
}

/// A refusal's sentence for people.
fn sentence_of(refusal: &Refusal) -> String {
    match refusal {
        Refusal::EmptyText => "The message is empty.".to_owned(),
        Refusal::TextTooLong { chars, max } => {
            format!("The message has {chars} characters, at most {max} are taken.")
        }
        Refusal::NulInText => "Null characters are not allowed.".to_owned(),
        Refusal::BadClientId { max } => format!("A client_id has 1 to {max} characters."),
        Refusal::ErasedSince => "The message with this client_id was deleted.".to_owned(),
        Refusal::TooFast { retry_seconds } => format!("Too many messages, try again in {retry_seconds} s."),
        Refusal::NotAllowed | Refusal::NoPlaceInOrder | Refusal::Inactive => {
            "You do not have permission to perform this action.".to_owned()
        }
        Refusal::NotSignedIn | Refusal::BadCredentials => "Log in again.".to_owned(),
        Refusal::NoSuchRoom
        | Refusal::NoSuchMessage
        | Refusal::NoSuchPage
        | Refusal::NoSuchOrder
        | Refusal::NoSuchPerson
        | Refusal::OrderHasRoom => "Not found.".to_owned(),
    }
}
