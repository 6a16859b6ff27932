//! The objects of the API, as calls and frames tell them.

mod room;

pub use room::{ChangesJson, MeJson, MemberJson, MembersChangedJson, ReceiptJson, RoomJson};

use super::described::shape;
use crate::shared::files::{address, thumbnail_address};
use crate::shared::time_text;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use beseda_core::words::{Attachment, Author, Beside, FileLook, HostId, Message, Person, PersonId, Seq, Time};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;

/// So many people of one reaction are named.
const REACTORS_NAMED: usize = 3;
/// So many characters of a quoted message are told.
const EXCERPT_CHARS: usize = 200;

/// A person.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "Person")]
pub struct PersonJson {
    /// What the host application calls them; of somebody who was deleted an id that nobody has again.
    #[schemars(with = "shape::Id")]
    pub id: String,
    /// Their full name, or a name to log in with.
    pub name: String,
    /// Their given name.
    pub first_name: String,
    /// Their family name.
    pub last_name: String,
    /// Where their picture is; null where there is none.
    pub avatar_url: Option<String>,
    /// What they are to the host application.
    pub role: String,
    /// They are let in.
    pub active: bool,
    /// What the host application shows of them besides.
    #[schemars(with = "Option<shape::Custom>")]
    pub custom: Option<Value>,
}

/// An id as this API writes it: always a text.
#[must_use]
pub fn id_text(id: &HostId<'_>) -> String {
    id.to_string()
}

/// JSON that was kept as its text.
pub(super) fn kept(json: Option<&Arc<str>>) -> Option<Value> {
    serde_json::from_str(json?).ok()
}

/// A text, or null in the place of an empty one.
fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

impl From<&Person> for PersonJson {
    fn from(person: &Person) -> Self {
        let full = person.full_name();
        Self {
            id: id_text(&person.host_id()),
            name: if full.is_empty() { person.username.clone() } else { full },
            first_name: person.first_name.clone(),
            last_name: person.last_name.clone(),
            avatar_url: filled(&person.avatar_url),
            role: person.role.word().to_owned(),
            active: person.active,
            custom: kept(person.custom.as_ref()),
        }
    }
}

impl From<&Author> for PersonJson {
    fn from(author: &Author) -> Self {
        let look = author.look.clone().unwrap_or_default();
        Self {
            id: id_text(&author.host_id()),
            // An address is no name: whoever has none is told without.
            name: author.called_name(),
            first_name: author.first_name.clone(),
            last_name: author.last_name.clone(),
            avatar_url: filled(&look.avatar_url),
            role: author.role.word().to_owned(),
            active: look.active && !author.forgotten,
            custom: kept(look.custom.as_ref()),
        }
    }
}

/// A file that hangs on a message, or was uploaded to.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "File")]
pub struct FileJson {
    /// Its id, of ours.
    pub id: String,
    /// What its sender called it.
    pub name: String,
    /// Its media type.
    pub media: String,
    /// How many bytes it has.
    pub bytes: u64,
    /// Width in pixels, where it is a picture.
    pub width: Option<u32>,
    /// Height in pixels, where it is a picture.
    pub height: Option<u32>,
    /// Where its bytes are; null until it hangs on a message.
    pub url: Option<String>,
    /// Where its small copy is; null where there is none.
    pub thumbnail_url: Option<String>,
    /// A blurred look of a picture, as a ThumbHash in base64; null where there is none.
    pub blur: Option<String>,
}

impl From<&Attachment> for FileJson {
    fn from(attachment: &Attachment) -> Self {
        let look = &attachment.file.look;
        Self {
            id: attachment.id.to_string(),
            name: attachment.title.clone(),
            media: look.media.clone(),
            bytes: look.bytes,
            width: look.picture.map(|picture| picture.width),
            height: look.picture.map(|picture| picture.height),
            url: Some(address(attachment)),
            thumbnail_url: thumbnail_address(attachment),
            blur: blur_text(look),
        }
    }
}

/// The blurred look of a picture, in the alphabet and with the padding that what shows ThumbHashes reads.
pub(super) fn blur_text(look: &FileLook) -> Option<String> {
    let blur = look.picture?.blur?;
    Some(BASE64_STANDARD.encode(blur.bytes()))
}

/// What a message answers.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "Reply")]
pub struct ReplyJson {
    /// The number of the quoted message.
    #[schemars(with = "shape::Count")]
    pub seq: Seq,
    /// Who wrote it; null for what the application said.
    pub author: Option<PersonJson>,
    /// How it begins; empty once it is erased.
    pub excerpt: String,
    /// It is erased.
    pub erased: bool,
}

/// What people make of a message, one emoji.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "Reaction")]
pub struct ReactionJson {
    /// The emoji.
    pub emoji: String,
    /// How many people.
    #[schemars(with = "shape::Count")]
    pub count: usize,
    /// The first three of them.
    #[schemars(with = "Vec<shape::Id>")]
    pub people: Vec<String>,
    /// Whether the reader is one of them.
    pub mine: bool,
}

/// Who pinned a message, and when.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "Pin")]
pub struct PinnedJson {
    /// Who.
    #[schemars(with = "shape::Id")]
    pub by: String,
    /// When.
    #[schemars(with = "shape::Moment")]
    pub at: String,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "Message")]
pub struct MessageJson {
    /// The room's key.
    #[schemars(with = "shape::Key")]
    pub room: String,
    /// Its number in the room.
    #[schemars(with = "shape::Count")]
    pub seq: Seq,
    /// The room's head at which it last changed.
    #[schemars(with = "shape::Count")]
    pub head: i64,
    /// The room's head at which it was sent.
    #[schemars(with = "shape::Count")]
    pub sent: i64,
    /// Who wrote it; null for what the application said.
    pub author: Option<PersonJson>,
    /// `text`, `system` for what the application said, `event` for what it reports in structure.
    #[schemars(with = "shape::Kind")]
    pub kind: &'static str,
    /// What it says.
    pub text: String,
    /// Its files.
    pub files: Vec<FileJson>,
    /// What it answers.
    pub reply_to: Option<ReplyJson>,
    /// Who is mentioned in it.
    #[schemars(with = "Vec<shape::Id>")]
    pub mentions: Vec<String>,
    /// What people make of it.
    pub reactions: Vec<ReactionJson>,
    /// Who pinned it, and when.
    pub pinned: Option<PinnedJson>,
    /// What an application says beside it.
    #[schemars(with = "Option<shape::Custom>")]
    pub custom: Option<Value>,
    /// When it was sent.
    #[schemars(with = "shape::Moment")]
    pub created_at: String,
    /// When it was last edited.
    #[schemars(with = "Option<shape::Moment>")]
    pub edited_at: Option<String>,
    /// When it was erased.
    #[schemars(with = "Option<shape::Moment>")]
    pub erased_at: Option<String>,
    /// The sender's own name for it, told to them alone.
    pub client_id: Option<String>,
}

/// What of a message depends on its reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reader {
    /// They sent it under its client id.
    pub knows_client_id: bool,
    /// Which of its different reactions are theirs: a bit for each.
    pub reacted: u32,
    /// The message that it answers is theirs to see.
    pub sees_quoted: bool,
}

impl Reader {
    /// What of a message depends on this person.
    #[must_use]
    pub fn of(message: &Message, person: PersonId) -> Self {
        Self {
            knows_client_id: message.is_by(person),
            reacted: message.reacted_by(person),
            sees_quoted: message.shows_quoted_to(person),
        }
    }

    /// The same for the host application, whose are the messages that are nobody's.
    #[must_use]
    pub fn host(message: &Message) -> Self {
        Self {
            knows_client_id: message.author.is_none(),
            reacted: 0,
            sees_quoted: true,
        }
    }
}

impl MessageJson {
    /// A message of the room with this key, for a reader.
    #[must_use]
    pub fn new(key: &str, message: &Message, reader: Reader) -> Self {
        let plain = Beside::default();
        let beside = message.beside.as_deref().unwrap_or(&plain);
        let is_there = message.erased_at.is_none();
        Self {
            room: key.to_owned(),
            seq: message.seq,
            head: message.changed.0,
            sent: message.sent.0,
            author: message.author.as_ref().map(PersonJson::from),
            kind: match (&message.author, beside.kept.is_event) {
                (_, true) => "event",
                (None, false) => "system",
                (Some(_), false) => "text",
            },
            text: message.text.clone(),
            files: message.attachments.iter().map(FileJson::from).collect(),
            reply_to: beside
                .kept
                .reply_to
                .filter(|_| is_there && reader.sees_quoted)
                .map(|seq| reply(seq, beside)),
            mentions: beside
                .mentions
                .iter()
                .map(|person| id_text(&person.host_id()))
                .collect(),
            reactions: reactions(beside, reader.reacted),
            pinned: beside.kept.pinned.as_ref().map(|pinned| PinnedJson {
                by: id_text(&pinned.by.host_id()),
                at: time_text(pinned.at),
            }),
            custom: kept(beside.kept.custom.as_ref()),
            created_at: time_text(message.created_at),
            edited_at: message.edited_at.filter(|_| is_there).map(time_text),
            erased_at: message.erased_at.map(time_text),
            client_id: message.client_id.clone().filter(|_| is_there && reader.knows_client_id),
        }
    }
}

fn reply(seq: Seq, beside: &Beside) -> ReplyJson {
    let quoted = beside.quoted.as_deref();
    ReplyJson {
        seq,
        author: quoted.and_then(|quoted| quoted.author.as_ref()).map(PersonJson::from),
        excerpt: quoted.map_or_else(String::new, |quoted| quoted.text.chars().take(EXCERPT_CHARS).collect()),
        erased: quoted.is_none_or(|quoted| quoted.erased_at.is_some()),
    }
}

/// The different emoji in the order in which they came, each with its people in theirs.
fn reactions(beside: &Beside, reacted: u32) -> Vec<ReactionJson> {
    let mut different: Vec<ReactionJson> = Vec::new();
    for reaction in &beside.reactions {
        let at = different.iter().position(|one| one.emoji == reaction.emoji);
        let at = at.unwrap_or_else(|| {
            let bit = u32::try_from(different.len()).ok().and_then(|at| 1_u32.checked_shl(at));
            different.push(ReactionJson {
                emoji: reaction.emoji.clone(),
                count: 0,
                people: Vec::new(),
                mine: bit.is_some_and(|bit| reacted & bit != 0),
            });
            different.len() - 1
        });
        if let Some(one) = different.get_mut(at) {
            one.count += 1;
            if one.people.len() < REACTORS_NAMED {
                one.people.push(id_text(&reaction.person.host_id()));
            }
        }
    }
    different
}

/// A moment, or null.
#[must_use]
pub fn moment(time: Option<Time>) -> Option<String> {
    time.map(time_text)
}
