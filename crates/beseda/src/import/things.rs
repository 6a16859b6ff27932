//! What rows are: people, orders, rooms, memberships and messages of another chat, under the ids that they have there.

use super::left::Why;
use super::mapping::Mapping;
use super::row::Row;
use beseda_contracts::shared::time_text;
use beseda_core::words::{
    HostId, MemberId, MessageId, OrderId, Person, PersonId, Role, RoomId, RoomKey, RoomKind, Time,
};
use beseda_identity::is_foreign_hash;
use serde_json::{Value, json};

/// A user of the host. The number in `person` means nothing yet.
#[derive(Debug, Clone)]
pub struct PersonThere {
    pub id: HostId<'static>,
    pub person: Person,
    /// A hash of a kind that can be checked.
    pub hash: Option<String>,
    /// What of the row is not taken.
    pub notes: Vec<Why>,
}

/// An order of the host.
#[derive(Debug, Clone)]
pub struct OrderThere {
    pub id: OrderId,
    pub number: String,
    pub status: String,
    /// The client, the expert and the operator.
    pub people: [Option<HostId<'static>>; 3],
}

/// A room.
#[derive(Debug, Clone)]
pub struct RoomThere {
    pub id: RoomId,
    pub key: RoomKey,
    pub title: String,
    pub created_at: Option<Time>,
    pub updated_at: Option<Time>,
}

/// A membership.
#[derive(Debug, Clone)]
pub struct MemberThere {
    pub id: Option<MemberId>,
    pub room: RoomId,
    pub person: HostId<'static>,
    pub joined_at: Option<Time>,
    pub read_until: Option<Time>,
}

/// A message.
#[derive(Debug, Clone)]
pub struct MessageThere {
    pub id: MessageId,
    pub room: RoomId,
    pub sender: Option<HostId<'static>>,
    pub text: String,
    /// The path of its file in the media folder.
    pub file: Option<String>,
    /// What its sender called the file.
    pub file_name: Option<String>,
    pub is_read: bool,
    pub created_at: Time,
}

/// Something that is read from a row.
pub trait Thing: Sized {
    /// Reads it.
    ///
    /// # Errors
    /// Why the row is none.
    fn read(row: &Row<'_>, mapping: &Mapping, kind: RoomKind) -> Result<Self, Why>;

    /// It, for who wants to see what would be taken; texts are counted and not told.
    fn sample(&self) -> Value;
}

impl Thing for PersonThere {
    fn read(row: &Row<'_>, mapping: &Mapping, _: RoomKind) -> Result<Self, Why> {
        let id = row.host_id("id")?.ok_or(Why::NoNumber)?;
        let mut notes = Vec::new();
        let word = row.name("role")?;
        let role = match mapping.role(&word) {
            Some(role) => role,
            None => {
                if !word.is_empty() {
                    notes.push(Why::RoleUnknown(word));
                }
                Role::User
            }
        };
        let person = Person {
            username: row.name("username")?,
            email: row.name("email")?,
            phone: row.name("phone")?,
            first_name: row.name("first_name")?,
            last_name: row.name("last_name")?,
            active: row.truth("active", true),
            ..Person::new(PersonId(0), role)
        };
        // Django writes a ! before what is no password on purpose.
        let hash = Some(row.name("password")?).filter(|hash| !hash.is_empty() && !hash.starts_with('!'));
        let known = hash.clone().filter(|hash| is_foreign_hash(hash));
        if known.is_none() && hash.is_some() {
            notes.push(Why::PasswordUnknown);
        }
        Ok(Self {
            id,
            person,
            hash: known,
            notes,
        })
    }

    fn sample(&self) -> Value {
        let kind = self
            .hash
            .as_deref()
            .and_then(|hash| hash.split(['$', ':']).find(|part| !part.is_empty()));
        json!({
            "id": self.id,
            "name": self.person.full_name(),
            "email": self.person.email,
            "role": self.person.role.word(),
            "active": self.person.active,
            "password": kind,
        })
    }
}

impl Thing for OrderThere {
    fn read(row: &Row<'_>, _: &Mapping, _: RoomKind) -> Result<Self, Why> {
        Ok(Self {
            id: OrderId(row.host_id("id")?.ok_or(Why::NoNumber)?),
            number: row.name("number")?,
            status: row.name("status")?,
            people: [row.host_id("client")?, row.host_id("expert")?, row.host_id("operator")?],
        })
    }

    fn sample(&self) -> Value {
        let [client, expert, operator] = &self.people;
        json!({"id": self.id, "number": self.number, "client": client, "expert": expert, "operator": operator})
    }
}

impl Thing for RoomThere {
    fn read(row: &Row<'_>, _: &Mapping, kind: RoomKind) -> Result<Self, Why> {
        let about = row.host_id("about")?.ok_or(Why::NoNumber)?;
        let key = format!("{}:{about}", kind.word()).parse().map_err(|_| Why::NoNumber)?;
        Ok(Self {
            id: RoomId(row.number("id")?),
            key,
            title: row.name("title")?,
            created_at: row.time("created_at")?,
            updated_at: row.time("updated_at")?,
        })
    }

    fn sample(&self) -> Value {
        json!({"id": self.id, "about": self.key.to_string(), "created_at": self.created_at.map(time_text)})
    }
}

impl Thing for MemberThere {
    fn read(row: &Row<'_>, _: &Mapping, _: RoomKind) -> Result<Self, Why> {
        Ok(Self {
            id: row.number("id").ok().map(MemberId),
            room: RoomId(row.number("room")?),
            person: row.host_id("person")?.ok_or(Why::NoPerson)?,
            joined_at: row.time("joined_at")?,
            read_until: row.time("read_until")?,
        })
    }

    fn sample(&self) -> Value {
        json!({"room": self.room, "person": self.person, "read_until": self.read_until.map(time_text)})
    }
}

impl Thing for MessageThere {
    fn read(row: &Row<'_>, mapping: &Mapping, _: RoomKind) -> Result<Self, Why> {
        let file = row.text("file")?.filter(|path| !path.is_empty()).map(|path| {
            let cut = mapping
                .file_prefixes
                .iter()
                .find_map(|prefix| path.strip_prefix(prefix.as_str()));
            cut.unwrap_or(&path).to_owned()
        });
        Ok(Self {
            id: MessageId(row.number("id")?),
            room: RoomId(row.number("room")?),
            sender: row.host_id("sender")?,
            text: row.text("text")?.unwrap_or_default(),
            file,
            file_name: row.text("file_name")?.filter(|name| !name.is_empty()),
            // Where nothing is told of reading, what is old is not news.
            is_read: !row.tells("is_read") || row.truth("is_read", false),
            created_at: row.time("created_at")?.ok_or(Why::NoTime)?,
        })
    }

    fn sample(&self) -> Value {
        json!({
            "id": self.id,
            "room": self.room,
            "sender": self.sender,
            "created_at": time_text(self.created_at),
            "characters": self.text.chars().count(),
            "file": self.file,
        })
    }
}
