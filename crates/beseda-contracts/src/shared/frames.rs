//! Frames of sockets as JSON texts: how they are read, and how errors sound in them, whatever the contract.

use super::depth::within_depth;
use super::json;
use beseda_core::words::{Draft, Limits};
use beseda_core::{Fault, Refusal};
use beseda_live::dialect::{Command, Misheard, Outcome, Verb};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// The type of a frame that only asks whether somebody is here.
pub const PING: &str = "ping";

/// The JSON text of a value that cannot fail to become one.
#[must_use]
pub fn text(value: &impl Serialize) -> String {
    // No map with keys that are not text is among what becomes a frame.
    serde_json::to_string(value).unwrap_or_default()
}

/// An error, with the sender's own name for what it is about.
fn error(code: &str, detail: &str, client_id: Option<&str>) -> String {
    let mut frame = json!({"type": "error", "code": code, "detail": detail});
    if let (Some(client_id), Some(object)) = (client_id, frame.as_object_mut()) {
        object.insert("client_id".to_owned(), client_id.into());
    }
    frame.to_string()
}

/// What the dialects of all contracts say alike of a command: that it went wrong, and `pong`. Of another one that went well
/// they say nothing, because everybody hears what came of it.
#[must_use]
pub fn common_answer(client_id: Option<&str>, outcome: &Outcome<'_>) -> Option<String> {
    match outcome {
        Outcome::Sent { .. } | Outcome::Done => None,
        Outcome::Pong => Some(json!({"type": "pong"}).to_string()),
        Outcome::Misheard(misheard) => Some(error(misheard.code, &misheard.detail, None)),
        Outcome::Refused(refusal) => Some(refused(refusal, client_id)),
        Outcome::Failed(fault) => Some(failed(fault, client_id)),
    }
}

/// A refusal, as an error.
fn refused(refusal: &Refusal, client_id: Option<&str>) -> String {
    error(code_of(refusal), &sentence_of(refusal), client_id)
}

/// A fault, as an error; the cause stays with us.
fn failed(fault: &Fault, client_id: Option<&str>) -> String {
    match fault {
        Fault::Busy | Fault::Stopping | Fault::Away(_) | Fault::Hindered(..) => {
            error("busy", "The server is busy, try again in a moment.", client_id)
        }
        Fault::Store(_) | Fault::Internal(_) => error(
            "server_error",
            "The server failed, nothing was changed. Try again later.",
            client_id,
        ),
    }
}

/// A frame that is no command.
pub fn misheard(code: &'static str, detail: impl Into<String>) -> Misheard {
    Misheard {
        code,
        detail: detail.into(),
        tag: None,
    }
}

/// The fields of a frame.
///
/// # Errors
/// Why it is no JSON object.
pub fn fields(frame: &str, limits: &Limits) -> Result<Map<String, Value>, Misheard> {
    let depth = limits.json_depth;
    if !within_depth(frame.as_bytes(), depth) {
        return Err(misheard(
            "not_json",
            format!("The frame is nested deeper than {depth} levels."),
        ));
    }
    let value: Value = json::value_of(frame)
        .map_err(|error| misheard("not_json", format!("The frame is not JSON: {}.", place_of(&error))))?;
    match value {
        Value::Object(fields) => Ok(fields),
        _ => Err(misheard(
            "not_an_object",
            "The frame is no JSON object; send {\"type\": …}.",
        )),
    }
}

/// The command of a frame of types `chat_message`, `typing`, `mark_read` and `ping`.
///
/// # Errors
/// Why it is none.
pub fn chat_command(fields: &Map<String, Value>) -> Result<Command, Misheard> {
    match fields.get("type") {
        None => Err(misheard("no_type", "The frame has no \"type\".")),
        Some(Value::String(word)) => match word.as_str() {
            "chat_message" => chat_message(fields),
            "typing" => typing(fields),
            "mark_read" => Ok(Command::own(Verb::Read)),
            PING => Ok(Command::own(Verb::Ping)),
            _ => Err(misheard(
                "unknown_type",
                "The frame's \"type\" is unknown; it is chat_message, typing, mark_read or ping.",
            )),
        },
        Some(_) => Err(misheard("no_type", "The frame's \"type\" is not a string.")),
    }
}

/// Where a text stops being JSON; serde_json's own sentence could repeat what somebody wrote.
fn place_of(error: &serde_json::Error) -> String {
    format!("line {}, column {}", error.line(), error.column())
}

/// The message that a frame asks to send, as its `message`.
///
/// # Errors
/// Why it is none.
pub fn chat_message(fields: &Map<String, Value>) -> Result<Command, Misheard> {
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
    Ok(Command {
        room: None,
        tag: client_id.clone(),
        verb: Verb::Send(Draft {
            text,
            client_id,
            files: Vec::new(),
            more: None,
        }),
    })
}

fn typing(fields: &Map<String, Value>) -> Result<Command, Misheard> {
    match fields.get("is_typing") {
        None => Ok(Command::own(Verb::Typing(false))),
        Some(Value::Bool(is_typing)) => Ok(Command::own(Verb::Typing(*is_typing))),
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
        Refusal::ErasedSince | Refusal::Erased => "deleted",
        Refusal::TooFast { .. } => "throttled",
        Refusal::NotAllowed
        | Refusal::NotAuthor
        | Refusal::EditTooLate { .. }
        | Refusal::Blocked
        | Refusal::NoPlaceInOrder
        | Refusal::Inactive => "not_allowed",
        Refusal::RoomClosed => "room_closed",
        Refusal::NotSignedIn | Refusal::BadCredentials | Refusal::UnknownAge => "not_authenticated",
        Refusal::EmptyFile | Refusal::FileTooLarge { .. } | Refusal::FileType | Refusal::TooManyFiles { .. } => {
            "bad_file"
        }
        Refusal::NameTaken { .. }
        | Refusal::WithOneself
        | Refusal::EmptyTitle
        | Refusal::TitleTooLong { .. }
        | Refusal::TooManyMembers { .. }
        | Refusal::UnknownRole { .. }
        | Refusal::OrderHasRoom
        | Refusal::TooManyReactions { .. }
        | Refusal::TooManyMentions { .. }
        | Refusal::CustomTooLong { .. }
        | Refusal::HasMessages
        | Refusal::OutOfTime
        | Refusal::Taken { .. }
        | Refusal::NotOfDesk
        | Refusal::NotSnoozed
        | Refusal::BadTags { .. }
        | Refusal::ShortcutTaken
        | Refusal::NoPush
        | Refusal::TooManyPushSubscriptions { .. }
        | Refusal::StrangeReplyName { .. }
        | Refusal::NotWeek { .. }
        | Refusal::TooManyCannedReplies { .. } => "bad_request",
        Refusal::NoSuchRoom
        | Refusal::NoSuchMessage
        | Refusal::NoSuchPage
        | Refusal::NoSuchOrder
        | Refusal::NoSuchPerson
        | Refusal::NoSuchGroup
        | Refusal::NoSuchFile
        | Refusal::NoSuchReport
        | Refusal::NoSuchCannedReply
        | Refusal::NoSuchPushSubscription => "not_found",
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
        Refusal::Erased | Refusal::ErasedSince => "The message with this client_id was deleted.".to_owned(),
        Refusal::TooFast { retry_seconds } => format!("Too many messages, try again in {retry_seconds} s."),
        Refusal::NotAllowed | Refusal::NotAuthor | Refusal::Blocked | Refusal::NoPlaceInOrder | Refusal::Inactive => {
            "You do not have permission to perform this action.".to_owned()
        }
        Refusal::RoomClosed => "The conversation is closed.".to_owned(),
        Refusal::NotSignedIn | Refusal::BadCredentials | Refusal::UnknownAge => "Log in again.".to_owned(),
        // Nothing that a frame asks for is refused so; the enum's own sentence is as good as any.
        Refusal::EmptyFile
        | Refusal::FileTooLarge { .. }
        | Refusal::FileType
        | Refusal::TooManyFiles { .. }
        | Refusal::NameTaken { .. }
        | Refusal::WithOneself
        | Refusal::EmptyTitle
        | Refusal::TitleTooLong { .. }
        | Refusal::TooManyMembers { .. }
        | Refusal::UnknownRole { .. }
        | Refusal::OrderHasRoom
        | Refusal::EditTooLate { .. }
        | Refusal::TooManyReactions { .. }
        | Refusal::TooManyMentions { .. }
        | Refusal::CustomTooLong { .. }
        | Refusal::HasMessages
        | Refusal::OutOfTime
        | Refusal::Taken { .. }
        | Refusal::NotOfDesk
        | Refusal::NotSnoozed
        | Refusal::BadTags { .. }
        | Refusal::ShortcutTaken
        | Refusal::NoPush
        | Refusal::TooManyPushSubscriptions { .. }
        | Refusal::StrangeReplyName { .. }
        | Refusal::NotWeek { .. }
        | Refusal::TooManyCannedReplies { .. } => refusal.to_string(),
        Refusal::NoSuchRoom
        | Refusal::NoSuchMessage
        | Refusal::NoSuchPage
        | Refusal::NoSuchOrder
        | Refusal::NoSuchPerson
        | Refusal::NoSuchGroup
        | Refusal::NoSuchFile
        | Refusal::NoSuchReport
        | Refusal::NoSuchCannedReply
        | Refusal::NoSuchPushSubscription => "Not found.".to_owned(),
    }
}
