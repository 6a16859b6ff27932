//! The contract's dictionary: how people, messages, chats and classes look in it.

use crate::shared::files::address_of;
use crate::shared::time_text;
use beseda_core::Error;
use beseda_core::ports::Look;
use beseda_core::words::{Group, GroupId, HostId, Marks, Message, Person, PersonId, RoomKind, RoomView};
use serde::Serialize;
use std::collections::BTreeMap;

/// Somebody, as the contract shows them.
#[derive(Debug, Serialize)]
pub(super) struct PersonJson<'a> {
    id: HostId<'a>,
    username: &'a str,
    email: &'a str,
    first_name: &'a str,
    last_name: &'a str,
    full_name: String,
    role: &'a str,
}

impl<'a> PersonJson<'a> {
    /// The person as this one sees them: nobody is shown another's e-mail.
    pub(super) fn seen_by(person: &'a Person, viewer: PersonId) -> Self {
        Self {
            id: person.host_id(),
            username: &person.username,
            email: if person.id == viewer { &person.email } else { "" },
            first_name: &person.first_name,
            last_name: &person.last_name,
            full_name: person.full_name(),
            role: person.role.word(),
        }
    }
}

/// What somebody is called: their full name, or their username where they have none.
fn name_of(person: &Person) -> String {
    let name = person.full_name();
    if name.is_empty() { person.username.clone() } else { name }
}

/// People by their numbers: a message names its sender only by what the other contracts show.
#[derive(Debug, Default)]
pub(super) struct People(BTreeMap<PersonId, Person>);

impl People {
    /// Somebody alone.
    pub(super) fn one(person: Person) -> Self {
        Self(BTreeMap::from([(person.id, person)]))
    }

    /// Everybody who wrote one of these.
    pub(super) fn who_wrote<'a>(
        look: &mut dyn Look,
        messages: impl IntoIterator<Item = &'a Message>,
    ) -> Result<Self, Error> {
        let authors = messages.into_iter().filter_map(|message| message.author.as_ref());
        Self::find(look, authors.map(|author| author.id))
    }

    /// Everybody who teaches or attends one of these. Who was deleted is named by a class still, until the host changes it,
    /// and is nobody of it.
    pub(super) fn of_groups(look: &mut dyn Look, groups: &[Group]) -> Result<Self, Error> {
        let mut people = Self::find(look, groups.iter().flat_map(Group::people))?;
        people.0.retain(|_, person| !person.forgotten);
        Ok(people)
    }

    fn find(look: &mut dyn Look, ids: impl Iterator<Item = PersonId>) -> Result<Self, Error> {
        let people = look.people(&ids.collect())?;
        Ok(Self(people.into_iter().map(|person| (person.id, person)).collect()))
    }
}

/// A message, as the contract shows one. `file` is the address of its first file.
#[derive(Debug, Serialize)]
pub(super) struct MessageJson<'a> {
    id: i64,
    chat: i64,
    sender: Option<PersonJson<'a>>,
    sender_name: String,
    text: &'a str,
    file: Option<String>,
    is_read: bool,
    created_at: String,
}

impl<'a> MessageJson<'a> {
    /// The message as this person sees it; its sender is one of `people`.
    pub(super) fn seen_by(message: &'a Message, marks: Marks, people: &'a People, viewer: PersonId) -> Self {
        let author = message.author.as_ref();
        let sender = author.and_then(|author| people.0.get(&author.id));
        Self {
            id: message.id.0,
            chat: message.room.0,
            sender: sender.map(|sender| PersonJson::seen_by(sender, viewer)),
            sender_name: sender.map(name_of).unwrap_or_default(),
            text: &message.text,
            file: address_of(message),
            is_read: marks.is_read(message, viewer),
            created_at: time_text(message.created_at),
        }
    }
}

/// What became of a message.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum RowJson<'a> {
    /// It stands.
    Standing(Box<MessageJson<'a>>),
    /// It was deleted: `deleted` is always true.
    Deleted { id: i64, chat: i64, deleted: bool },
}

impl<'a> RowJson<'a> {
    /// The message as this person sees it; its sender is one of `people`.
    pub(super) fn seen_by(message: &'a Message, marks: Marks, people: &'a People, viewer: PersonId) -> Self {
        if message.erased_at.is_some() {
            return Self::Deleted {
                id: message.id.0,
                chat: message.room.0,
                deleted: true,
            };
        }
        Self::Standing(Box::new(MessageJson::seen_by(message, marks, people, viewer)))
    }
}

/// A chat, as the contract shows one.
#[derive(Debug, Serialize)]
pub(super) struct ChatJson<'a> {
    id: i64,
    r#type: &'static str,
    name: String,
    participants: Vec<PersonJson<'a>>,
    last_message: Option<MessageJson<'a>>,
    unread_count: i64,
    created_at: String,
    updated_at: String,
}

impl<'a> ChatJson<'a> {
    /// The chat as this person sees it; who wrote last is one of `people`.
    pub(super) fn seen_by(view: &'a RoomView, people: &'a People, viewer: PersonId) -> Self {
        let (own, others): (Vec<_>, Vec<_>) = view.members.iter().partition(|(member, _)| member.person == viewer);
        let own = own.first().map(|(member, _)| member);
        let marks = Marks {
            own: own.map(|member| member.read).unwrap_or_default(),
            others: others.iter().map(|(member, _)| member.read).max().unwrap_or_default(),
        };
        let (r#type, name) = match view.room.kind {
            RoomKind::Private => {
                let other = others.first().map(|(_, person)| name_of(person));
                ("private", other.unwrap_or_default())
            }
            _ => ("group", view.room.title.clone()),
        };
        let last = view.last.as_ref();
        Self {
            id: view.room.id.0,
            r#type,
            name,
            participants: view
                .members
                .iter()
                .map(|(_, person)| PersonJson::seen_by(person, viewer))
                .collect(),
            last_message: last.map(|last| MessageJson::seen_by(last, marks, people, viewer)),
            unread_count: own.map_or(0, |member| member.unread(&view.room)),
            created_at: time_text(view.room.created_at),
            updated_at: time_text(view.room.updated_at),
        }
    }
}

/// A class, as the contract shows one.
#[derive(Debug, Serialize)]
pub(super) struct GroupJson<'a> {
    id: &'a GroupId,
    name: &'a str,
    teacher: Option<PersonJson<'a>>,
    students: Vec<PersonJson<'a>>,
}

impl<'a> GroupJson<'a> {
    /// The class as this person sees it; everybody of it is one of `people`.
    pub(super) fn seen_by(group: &'a Group, people: &'a People, viewer: PersonId) -> Self {
        let shown = |id: &PersonId| people.0.get(id).map(|person| PersonJson::seen_by(person, viewer));
        Self {
            id: &group.id,
            name: &group.name,
            teacher: group.teacher.as_ref().and_then(shown),
            students: group.students.iter().filter_map(shown).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use beseda_core::words::{
        Author, Extra, Head, Member, MemberId, MemberRole, MessageId, Receipts, Role, Room, RoomId, Seq, Time, View,
    };
    use serde_json::{Value, json};
    use uuid::Uuid;

    fn message(author: Option<&Person>) -> Message {
        Message {
            id: MessageId(5),
            room: RoomId(7),
            seq: Seq(1),
            author: author.map(Author::from),
            text: "Привет".to_owned(),
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

    fn shown(message: &Message, people: &People) -> Value {
        let shown = MessageJson::seen_by(message, Marks::default(), people, PersonId(2));
        serde_json::to_value(shown).unwrap()
    }

    #[test]
    fn what_the_system_says_has_no_sender() {
        let shown = shown(&message(None), &People::default());
        assert_eq!((&shown["sender"], &shown["sender_name"]), (&Value::Null, &json!("")));
    }

    #[test]
    fn somebody_without_any_name_is_not_called_by_their_email() {
        let mut person = Person::new(PersonId(1), Role::Teacher);
        person.email = "secret@school.example".to_owned();
        let shown = shown(&message(Some(&person)), &People::one(person.clone()));
        assert_eq!((&shown["sender"]["id"], &shown["sender_name"]), (&json!(1), &json!("")));
        assert!(!shown.to_string().contains("secret"), "{shown}");
    }

    #[test]
    fn a_private_chat_whose_other_is_gone_has_no_name() {
        let viewer = Person::new(PersonId(2), Role::Student);
        let room = Room {
            id: RoomId(7),
            uuid: Uuid::nil(),
            key: "private:1:2".into(),
            kind: RoomKind::Private,
            title: String::new(),
            seq: Seq(1),
            head: Head(1),
            shown: Seq(1),
            erased: 0,
            changed: Head(1),
            receipts: Receipts(0),
            created_at: Time(0),
            updated_at: Time(0),
            ahead: None,
            blocked: false,
            changed_at: Time(0),
            closed: false,
            extra: Extra::NONE,
        };
        let member = Member {
            id: MemberId(1),
            room: room.id,
            person: viewer.id,
            read: Seq(0),
            read_at: None,
            skip: 0,
            joined_at: Time(0),
            granted: false,
            delivered: Seq(0),
            role: MemberRole::MEMBER,
            view: View::default(),
        };
        let view = RoomView {
            room,
            members: vec![(member, std::sync::Arc::new(viewer))],
            last: Some(message(None)),
            case: None,
        };
        let shown = serde_json::to_value(ChatJson::seen_by(&view, &People::default(), PersonId(2))).unwrap();
        assert_eq!((&shown["type"], &shown["name"]), (&json!("private"), &json!("")));
        assert_eq!((&shown["unread_count"], ids(&shown)), (&json!(1), vec![2]));
    }

    fn ids(chat: &Value) -> Vec<i64> {
        let people = chat["participants"].as_array().unwrap();
        people.iter().map(|person| person["id"].as_i64().unwrap()).collect()
    }
}
