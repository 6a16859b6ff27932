//! The contract's dictionary: how messages and roles look in it.

use crate::shared::files::address_of;
use crate::shared::time_text;
use beseda_core::words::{Author, HostId, Marks, Message, MessageId, OrderId, PersonId, Role, RoomId};
use serde::Serialize;

/// A role as the operators know it, in their tables and in the log: in upper case.
#[must_use]
pub fn role_word(role: Role) -> String {
    role.word().to_ascii_uppercase()
}

/// A message, as the contract shows one. `file_url` and `file_name` are those of its first file.
#[derive(Debug, Serialize)]
pub struct MessageJson<'a> {
    id: MessageId,
    chat_id: RoomId,
    order_id: &'a OrderId,
    sender_id: Option<HostId<'a>>,
    sender_name: String,
    sender_role: String,
    message: &'a str,
    file_url: Option<String>,
    file_name: Option<&'a str>,
    is_read: bool,
    created_at: String,
}

impl<'a> MessageJson<'a> {
    /// The message of this order's room as this person sees it.
    #[must_use]
    pub fn seen_by(message: &'a Message, order: &'a OrderId, marks: Marks, viewer: PersonId) -> Self {
        let author = message.author.as_ref();
        Self {
            id: message.id,
            chat_id: message.room,
            order_id: order,
            sender_id: author.map(Author::host_id),
            sender_name: author.map(Author::name).unwrap_or_default(),
            sender_role: author.map(|author| role_word(author.role)).unwrap_or_default(),
            message: &message.text,
            file_url: address_of(message),
            file_name: message.attachments.first().map(|file| file.title.as_str()),
            is_read: marks.is_read(message, viewer),
            created_at: time_text(message.created_at),
        }
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
        id: MessageId,
        /// Where it stood.
        chat_id: RoomId,
        /// Which order that is about.
        order_id: &'a OrderId,
        /// Always true.
        deleted: bool,
    },
}

impl<'a> RowJson<'a> {
    /// The message of this order's room as this person sees it.
    #[must_use]
    pub fn seen_by(message: &'a Message, order: &'a OrderId, marks: Marks, viewer: PersonId) -> Self {
        if message.erased_at.is_some() {
            return Self::Deleted {
                id: message.id,
                chat_id: message.room,
                order_id: order,
                deleted: true,
            };
        }
        Self::Standing(MessageJson::seen_by(message, order, marks, viewer))
    }
}

/// The answer to a message that was sent.
#[derive(Debug, Serialize)]
pub struct SentJson<'a> {
    /// Always true.
    pub success: bool,
    /// The message.
    pub message: MessageJson<'a>,
}

/// The answer with messages.
#[derive(Debug, Serialize)]
pub struct MessagesJson<'a> {
    /// Always true.
    pub success: bool,
    /// Oldest first.
    pub messages: Vec<RowJson<'a>>,
}
