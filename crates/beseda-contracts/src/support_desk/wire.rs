//! The contract's dictionary: how its frames are heard, and how rooms, messages and refusals sound in it.

use super::room_name;
use crate::shared::files::title::in_address;
use crate::shared::frames::{self, text};
use crate::shared::time_text;
use beseda_core::rules::History;
use beseda_core::words::{
    CaseState, Event, Heard, HostId, Kinds, Limits, Marks, Message, Person, PersonId, Role, RoomName, RoomView, Visitor,
};
use beseda_live::Dialect;
use beseda_live::dialect::{Command, Misheard, Named, Outcome, Viewer};
use beseda_live::place::under;
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// What a visitor is told of somebody of the staff who has no name: their e-mail is nothing for strangers.
const NAMELESS_STAFF: &str = "Support";

/// On which side of the desk somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Whoever comes by the room's id.
    Customer,
    /// The staff.
    Staff,
}

/// A room, and from which side it is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Desk {
    room: Uuid,
    /// The visitor, where that is known. Otherwise a visitor's role tells one.
    visitor: Option<PersonId>,
    side: Side,
}

impl Desk {
    /// The desk of a room that was read.
    #[must_use]
    pub fn of(view: &RoomView, side: Side) -> Self {
        Self {
            room: view.room.uuid,
            visitor: visitor_of(view).map(|visitor| visitor.person),
            side,
        }
    }

    fn sender_type(self, message: &Message) -> &'static str {
        match &message.author {
            None => "system",
            Some(author) if Some(author.id) == self.visitor => "customer",
            Some(author) => match author.role {
                Role::Visitor => "customer",
                _ => "admin",
            },
        }
    }

    fn sender_name(self, message: &Message) -> String {
        let Some(author) = &message.author else {
            return String::new();
        };
        let name = author.name();
        let is_hidden = name.is_empty() || name == author.email;
        if self.side == Side::Customer && is_hidden {
            return NAMELESS_STAFF.to_owned();
        }
        name
    }

    /// The address of a message's first file. It carries the room's id, which is the key to it.
    fn file_of(self, message: &Message) -> Option<String> {
        let room = self.room;
        message.attachments.first().map(|file| {
            let (under, title) = (under(), in_address(&file.title));
            format!("{under}/api/public/chat-rooms/{room}/files/{}/{title}", file.id)
        })
    }
}

/// A message, as the contract shows one.
#[derive(Debug, Serialize)]
pub struct MessageJson<'a> {
    id: i64,
    room: String,
    sender_type: &'static str,
    sender_name: String,
    message: &'a str,
    file: Option<String>,
    is_read: bool,
    created_at: String,
}

impl<'a> MessageJson<'a> {
    /// The message as somebody at this desk sees it who has or has not read it.
    #[must_use]
    pub fn new(message: &'a Message, desk: Desk, is_read: bool) -> Self {
        Self {
            id: message.id.0,
            room: desk.room.to_string(),
            sender_type: desk.sender_type(message),
            sender_name: desk.sender_name(message),
            message: &message.text,
            file: desk.file_of(message),
            is_read,
            created_at: time_text(message.created_at),
        }
    }

    /// The message as this person at this desk sees it.
    #[must_use]
    pub fn seen_by(message: &'a Message, desk: Desk, marks: Marks, viewer: PersonId) -> Self {
        Self::new(message, desk, marks.is_read(message, viewer))
    }
}

/// What became of a message.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum RowJson<'a> {
    /// It stands.
    Standing(MessageJson<'a>),
    /// It was deleted.
    Deleted {
        /// Its number.
        id: i64,
        /// The room's id.
        room: String,
        /// Always true.
        deleted: bool,
    },
}

impl<'a> RowJson<'a> {
    /// The message as this person at this desk sees it.
    #[must_use]
    pub fn seen_by(message: &'a Message, desk: Desk, marks: Marks, viewer: PersonId) -> Self {
        if message.erased_at.is_some() {
            return Self::Deleted {
                id: message.id.0,
                room: desk.room.to_string(),
                deleted: true,
            };
        }
        Self::Standing(MessageJson::seen_by(message, desk, marks, viewer))
    }
}

/// Who opened the room.
fn visitor_of(view: &RoomView) -> Option<&Visitor> {
    view.case.as_ref()?.visitor.as_ref()
}

/// How far a case is, in the contract's three words.
fn status(state: CaseState) -> &'static str {
    match state {
        CaseState::New => "new",
        CaseState::Open | CaseState::Waiting | CaseState::Snoozed => "open",
        CaseState::Resolved => "closed",
    }
}

/// A room, as the contract shows one.
#[derive(Debug, Serialize)]
pub struct RoomJson<'a> {
    id: String,
    customer_name: &'a str,
    customer_email: &'a str,
    subject: &'a str,
    status: &'static str,
    assigned_to: Option<&'a HostId<'static>>,
    unread_count: i64,
    last_message: Option<MessageJson<'a>>,
    created_at: String,
    updated_at: String,
}

impl<'a> RoomJson<'a> {
    /// The room as this person on this side sees it, who has not read so many messages of others.
    #[must_use]
    pub fn seen_by(view: &'a RoomView, side: Side, viewer: PersonId, unread_count: i64) -> Self {
        let (case, desk) = (view.case.as_ref(), Desk::of(view, side));
        let furthest = |own: bool| {
            let members = view.members.iter().map(|(member, _)| member);
            let marks = members.filter(|member| (member.person == viewer) == own);
            marks.map(|member| member.read).max().unwrap_or_default()
        };
        let marks = Marks {
            own: furthest(true),
            others: furthest(false),
        };
        let last = view.last.as_ref();
        Self {
            id: view.room.uuid.to_string(),
            customer_name: visitor_of(view).map_or("", |visitor| &visitor.name),
            customer_email: visitor_of(view).map_or("", |visitor| &visitor.email),
            subject: &view.room.title,
            status: case.map_or("", |case| status(case.state)),
            assigned_to: case
                .and_then(|case| case.assigned_to.as_ref())
                .map(|assigned| &assigned.host_id),
            unread_count,
            last_message: last.map(|last| MessageJson::seen_by(last, desk, marks, viewer)),
            created_at: time_text(view.room.created_at),
            updated_at: time_text(view.room.updated_at),
        }
    }
}

/// How the sockets of one side hear and speak. The staff's hear every room, so their frames name it.
pub struct SupportDesk(Side);

/// The dialect of a room's socket.
pub static CUSTOMER: SupportDesk = SupportDesk(Side::Customer);

/// The dialect of the staff's socket.
pub static STAFF: SupportDesk = SupportDesk(Side::Staff);

impl SupportDesk {
    fn desk(&self, room: Uuid) -> Desk {
        Desk {
            room,
            visitor: None,
            side: self.0,
        }
    }

    fn message_frame(
        &self,
        r#type: &'static str,
        room: RoomName,
        message: &Message,
        is_read: bool,
        client_id: Option<&str>,
    ) -> String {
        text(&MessageFrame {
            r#type,
            room_id: self.room_id(room),
            message: MessageJson::new(message, self.desk(room.uuid), is_read),
            client_id,
        })
    }

    fn room_id(&self, room: RoomName) -> Option<String> {
        (self.0 == Side::Staff).then(|| room.uuid.to_string())
    }

    /// A frame with the room's id, where this side is told it.
    fn naming(&self, room: RoomName, mut frame: Value) -> String {
        if let (Some(id), Some(fields)) = (self.room_id(room), frame.as_object_mut()) {
            fields.insert("room_id".to_owned(), id.into());
        }
        frame.to_string()
    }
}

impl Dialect for SupportDesk {
    fn name(&self) -> &'static str {
        match self.0 {
            Side::Customer => super::CONTRACT.name,
            Side::Staff => "support_desk_staff",
        }
    }

    fn contract(&self) -> &'static str {
        super::CONTRACT.name
    }

    fn kinds(&self) -> Kinds {
        super::KINDS
    }

    fn hear(&self, frame: &str, limits: &Limits) -> Result<Command, Misheard> {
        let fields = frames::fields(frame, limits)?;
        let command = frames::chat_command(&fields)?;
        match self.0 {
            Side::Customer => Ok(command),
            Side::Staff => in_named_room(command, &fields),
        }
    }

    fn history(&self, viewer: &Person, history: &History) -> Vec<String> {
        let desk = self.desk(history.room.uuid);
        let messages: Vec<_> = history
            .messages
            .iter()
            .map(|message| MessageJson::seen_by(message, desk, history.marks, viewer.id))
            .collect();
        vec![text(&MessagesFrame {
            r#type: "message_history",
            messages,
        })]
    }

    fn event(&self, event: &Event, viewer: Viewer) -> Option<String> {
        let room = event.room;
        match &event.heard {
            Heard::Opened { view } => (self.0 == Side::Staff).then(|| new_room(view)),
            Heard::Sent { message } => {
                let client_id = message.client_id.as_deref().filter(|_| viewer.knows_client_id);
                Some(self.message_frame("chat_message", room, message, viewer.is_read, client_id))
            }
            Heard::Edited { message, .. } => {
                Some(self.message_frame("message_updated", room, message, viewer.is_read, None))
            }
            Heard::Erased { id, .. } => {
                let frame = json!({"type": "message_deleted", "room": room.uuid.to_string(), "id": id});
                Some(self.naming(room, frame))
            }
            // The contract has no words for these; who needs them reads the room again.
            Heard::Touched { .. }
            | Heard::Read { .. }
            | Heard::Viewed { .. }
            | Heard::Joined { .. }
            | Heard::Left { .. }
            | Heard::Changed
            | Heard::Removed => None,
        }
    }

    fn answer(&self, client_id: Option<&str>, outcome: &Outcome<'_>) -> Option<String> {
        match *outcome {
            Outcome::Sent {
                room,
                message,
                marks,
                sender,
                first: false,
                ..
            } => {
                let is_read = marks.is_read(message, sender.id);
                Some(self.message_frame("chat_message", room, message, is_read, client_id))
            }
            _ => frames::common_answer(client_id, outcome),
        }
    }

    fn typing(&self, room: RoomName, typist: &Person, is_typing: bool) -> Option<String> {
        let frame = json!({"type": "user_typing", "user_id": typist.host_id(), "is_typing": is_typing});
        Some(self.naming(room, frame))
    }
}

/// The command in the room that the frame names. One that names none is refused by whoever carries it out.
fn in_named_room(command: Command, fields: &Map<String, Value>) -> Result<Command, Misheard> {
    match fields.get("room_id") {
        None => Ok(command),
        Some(Value::String(id)) => match room_name(id) {
            Some(room) => Ok(Command {
                room: Some(Named::Uuid(room)),
                ..command
            }),
            // As of a room that is not there.
            None => Err(frames::misheard("not_found", "Not found.")),
        },
        Some(_) => Err(frames::misheard("wrong_type", "\"room_id\" is not a string.")),
    }
}

/// A room that was just opened. Nothing is said in it yet, so it looks the same to everybody of the staff.
fn new_room(view: &RoomView) -> String {
    text(&RoomFrame {
        r#type: "new_room",
        room: RoomJson::seen_by(view, Side::Staff, PersonId(0), 0),
    })
}

#[derive(Serialize)]
struct MessagesFrame<'a> {
    r#type: &'static str,
    messages: Vec<MessageJson<'a>>,
}

#[derive(Serialize)]
struct MessageFrame<'a> {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    room_id: Option<String>,
    message: MessageJson<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<&'a str>,
}

#[derive(Serialize)]
struct RoomFrame<'a> {
    r#type: &'static str,
    room: RoomJson<'a>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use beseda_core::words::{Author, Extra, Head, MessageId, RoomId, Seq, Time};

    fn message(id: i64, role: Role, name: &str, email: &str) -> Message {
        Message {
            id: MessageId(1),
            room: RoomId(1),
            seq: Seq(1),
            author: Some(Author {
                id: PersonId(id),
                email: email.to_owned(),
                first_name: name.to_owned(),
                last_name: String::new(),
                role,
                host_name: None,
                forgotten: false,
                look: None,
            }),
            text: "a".to_owned(),
            client_id: None,
            attachments: Vec::new(),
            created_at: Time(0),
            edited_at: None,
            erased_at: None,
            sent: Head(1),
            changed: Head(1),
            beside: None,
            extra: Extra::NONE,
        }
    }

    fn desk(side: Side) -> Desk {
        Desk {
            room: Uuid::nil(),
            visitor: Some(PersonId(9)),
            side,
        }
    }

    #[test]
    fn a_sender_is_the_customer_the_staff_or_the_system() {
        let desk = desk(Side::Staff);
        assert_eq!(desk.sender_type(&message(9, Role::Visitor, "Вера", "")), "customer");
        for role in [Role::Admin, Role::Operator, Role::Mom] {
            assert_eq!(desk.sender_type(&message(3, role, "Ольга", "")), "admin");
        }
        // One who was forgotten, and one who is no longer of the staff.
        assert_eq!(desk.sender_type(&message(9, Role::User, "", "")), "customer");
        assert_eq!(desk.sender_type(&message(3, Role::Client, "Ольга", "")), "admin");
        let system = Message {
            author: None,
            ..message(0, Role::User, "", "")
        };
        assert_eq!(
            (desk.sender_type(&system), desk.sender_name(&system)),
            ("system", String::new())
        );
    }

    #[test]
    fn strangers_are_not_told_an_address_of_the_staff() {
        let named = message(3, Role::Operator, "Ольга", "olga@shop.example");
        let nameless = message(3, Role::Operator, "", "olga@shop.example");
        let unknown = message(3, Role::Operator, "", "");
        let said = |side: Side| [&named, &nameless, &unknown].map(|message| desk(side).sender_name(message));
        assert_eq!(said(Side::Customer), ["Ольга", "Support", "Support"]);
        assert_eq!(said(Side::Staff), ["Ольга", "olga@shop.example", ""]);
    }

    #[test]
    fn the_two_sides_speak_two_dialects() {
        assert_ne!(CUSTOMER.name(), STAFF.name());
    }
}
