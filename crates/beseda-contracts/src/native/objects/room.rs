//! A room as calls and frames tell it, who is in it, and what of it has changed.

use super::{MessageJson, PersonJson, Reader, filled, id_text, kept};
use crate::native::described::shape;
use crate::shared::time_text;
use beseda_core::rules::{Changes, MembersChanged};
use beseda_core::words::{Cursor, FullRoom, Me, Member, Message, Named, Person, PersonId, Seq};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;

/// How somebody stands to a room.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "Me")]
pub struct MeJson {
    /// What they are in the room.
    pub role: String,
    /// How far they have read.
    #[schemars(with = "shape::Count")]
    pub read_seq: Seq,
    /// The newest message that has reached a device of theirs.
    #[schemars(with = "shape::Count")]
    pub delivered_seq: Seq,
    /// How many messages of others they have not read.
    #[schemars(with = "shape::Count")]
    pub unread: i64,
    /// In how many of those they are mentioned.
    #[schemars(with = "shape::Count")]
    pub mentions: i64,
    /// They marked the room as unread from this message on.
    #[schemars(with = "Option<shape::Count>")]
    pub unread_from: Option<Seq>,
    /// It makes no noise until then.
    #[schemars(with = "Option<shape::Moment>")]
    pub muted_until: Option<String>,
    /// It stands above the others.
    pub pinned: bool,
    /// It is out of sight.
    pub archived: bool,
}

impl From<&Me> for MeJson {
    fn from(me: &Me) -> Self {
        let Member {
            role,
            read,
            delivered,
            view,
            ..
        } = &me.member;
        Self {
            role: role.word().to_owned(),
            read_seq: *read,
            delivered_seq: *delivered,
            unread: me.unread,
            mentions: me.mentions,
            unread_from: view.unread_from,
            muted_until: view.muted_until.map(time_text),
            pinned: view.pinned_at.is_some(),
            archived: view.archived,
        }
    }
}

/// Somebody in a room.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "Member")]
pub struct MemberJson {
    /// Who.
    pub person: PersonJson,
    /// What they are in the room.
    pub role: String,
    /// How far they have read.
    #[schemars(with = "shape::Count")]
    pub read_seq: Seq,
    /// The newest message that has reached a device of theirs.
    #[schemars(with = "shape::Count")]
    pub delivered_seq: Seq,
    /// Since when they are in it.
    #[schemars(with = "shape::Moment")]
    pub joined_at: String,
}

impl From<&(Member, Arc<Person>)> for MemberJson {
    fn from((member, person): &(Member, Arc<Person>)) -> Self {
        Self {
            person: PersonJson::from(&**person),
            role: member.role.word().to_owned(),
            read_seq: member.read,
            delivered_seq: member.delivered,
            joined_at: time_text(member.joined_at),
        }
    }
}

/// A room.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "Room")]
pub struct RoomJson {
    /// What it is about, and its name.
    #[schemars(with = "shape::Key")]
    pub key: String,
    /// Its unguessable name.
    pub uuid: String,
    /// What it is about, as a kind.
    pub kind: String,
    /// The card of the business object that it is about, as the host application said.
    #[schemars(with = "Option<shape::Card>")]
    pub subject: Option<Value>,
    /// Its title, or empty; without one, a room of two is called as the other one.
    pub title: String,
    /// Where its picture is; without one, of a room of two the other one's.
    pub avatar_url: Option<String>,
    /// What the host application shows of it besides.
    #[schemars(with = "Option<shape::Custom>")]
    pub custom: Option<Value>,
    /// Its business is over.
    pub closed: bool,
    /// How many durable changes it has had.
    #[schemars(with = "shape::Count")]
    pub head: i64,
    /// The cursor to ask for changes after.
    #[schemars(with = "shape::Mark")]
    pub cursor: String,
    /// The number of its newest message.
    #[schemars(with = "shape::Count")]
    pub seq: Seq,
    /// When it was opened.
    #[schemars(with = "shape::Moment")]
    pub created_at: String,
    /// When its newest message was sent, else when it was opened.
    #[schemars(with = "shape::Moment")]
    pub active_at: String,
    /// When anything of it last changed.
    #[schemars(with = "shape::Moment")]
    pub updated_at: String,
    /// How many people are in it.
    #[schemars(with = "shape::Count")]
    pub member_count: i64,
    /// The first 20 of them; left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members: Option<Vec<MemberJson>>,
    /// The newest message that is not erased.
    pub last_message: Option<MessageJson>,
    /// How the reader stands to it; null for who is not in it.
    pub me: Option<MeJson>,
    /// What the reader may do in it.
    #[schemars(with = "Vec<shape::Right>")]
    pub can: Vec<&'static str>,
}

impl RoomJson {
    /// A room in full for a reader.
    #[must_use]
    pub fn new(full: &FullRoom, cursor: Cursor, reader: PersonId) -> Self {
        Self::seen(full, cursor, |message| Reader::of(message, reader))
    }

    /// A room in full for somebody to whom its newest message is this.
    #[must_use]
    pub fn seen(full: &FullRoom, cursor: Cursor, reader: impl Fn(&Message) -> Reader) -> Self {
        let room = &full.room;
        let created_at = time_text(room.created_at);
        let last_message = full.last.as_ref();
        let last_message = last_message.map(|last| MessageJson::new(&room.key, last, reader(last)));
        Self {
            key: room.key.to_string(),
            uuid: room.uuid.to_string(),
            kind: room.kind.word().to_owned(),
            subject: kept(full.look.subject.as_ref()),
            title: match &full.other {
                Some(other) if room.title.is_empty() => PersonJson::from(&**other).name,
                _ => room.title.clone(),
            },
            avatar_url: filled(&full.look.avatar_url)
                .or_else(|| full.other.as_ref().and_then(|other| filled(&other.avatar_url))),
            custom: kept(full.look.custom.as_ref()),
            closed: room.closed,
            head: room.head.0,
            cursor: cursor.to_string(),
            seq: room.seq,
            active_at: last_message
                .as_ref()
                .map_or_else(|| created_at.clone(), |last| last.created_at.clone()),
            created_at,
            updated_at: time_text(room.last_changed_at()),
            member_count: full.member_count,
            members: full
                .members
                .as_ref()
                .map(|members| members.iter().map(MemberJson::from).collect()),
            last_message,
            me: full.me.as_ref().map(MeJson::from),
            can: full.can.to_vec(),
        }
    }
}

/// Somebody's receipt.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "Receipt")]
pub struct ReceiptJson {
    /// Whose.
    #[schemars(with = "shape::Id")]
    pub person: String,
    /// How far they have read.
    #[schemars(with = "shape::Count")]
    pub read_seq: Seq,
    /// The newest message that has reached a device of theirs.
    #[schemars(with = "shape::Count")]
    pub delivered_seq: Seq,
}

impl ReceiptJson {
    /// The receipt of a member who is called so.
    #[must_use]
    pub fn new(member: &Member, person: &Named) -> Self {
        Self {
            person: id_text(&person.host_id()),
            read_seq: member.read,
            delivered_seq: member.delivered,
        }
    }
}

/// Who came into a room or became something else there, and who left.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "MembersChanged")]
pub struct MembersChangedJson {
    /// Who came, or became something else.
    pub changed: Vec<MemberJson>,
    /// Who left.
    #[schemars(with = "Vec<shape::Id>")]
    pub left: Vec<String>,
}

/// Everything of a room that is different since a cursor, as it is now.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "Changes")]
pub struct ChangesJson {
    /// The room's key.
    #[schemars(with = "shape::Key")]
    pub room: String,
    /// The room, where it changed itself.
    pub about: Option<RoomJson>,
    /// How the reader stands to it, where that may be different otherwise than by somebody else's new message.
    pub me: Option<MeJson>,
    /// How many durable changes the room has had.
    #[schemars(with = "shape::Count")]
    pub head: i64,
    /// The number of its newest message.
    #[schemars(with = "shape::Count")]
    pub seq: Seq,
    /// The cursor to ask for changes after.
    #[schemars(with = "shape::Mark")]
    pub cursor: String,
    /// Who came and who left; null where nobody did.
    pub members: Option<MembersChangedJson>,
    /// Messages that are new, or that something happened to.
    pub messages: Vec<MessageJson>,
    /// Receipts that are elsewhere now.
    pub receipts: Vec<ReceiptJson>,
    /// There is more behind the cursor.
    pub more: bool,
    /// What the reader had of the room, their outbox aside, is void.
    pub reset: bool,
}

impl ChangesJson {
    /// Changes for a reader.
    #[must_use]
    pub fn new(changes: &Changes, reader: PersonId) -> Self {
        let key = &changes.room.key;
        let message = |message: &Message| MessageJson::new(key, message, Reader::of(message, reader));
        Self {
            room: key.to_string(),
            about: changes
                .about
                .as_ref()
                .map(|about| RoomJson::new(about, changes.cursor, reader)),
            me: changes.me.as_ref().map(MeJson::from),
            head: changes.room.head.0,
            seq: changes.room.seq,
            cursor: changes.cursor.to_string(),
            members: changes
                .members
                .as_ref()
                .map(|MembersChanged { changed, left }| MembersChangedJson {
                    changed: changed.iter().map(MemberJson::from).collect(),
                    left: left.iter().map(|person| id_text(&person.host_id())).collect(),
                }),
            messages: changes.messages.iter().map(message).collect(),
            receipts: changes
                .receipts
                .iter()
                .map(|(member, person)| ReceiptJson::new(member, person))
                .collect(),
            more: changes.more,
            reset: changes.reset,
        }
    }
}
