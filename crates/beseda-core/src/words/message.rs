//! Messages, drafts, and what of them has been read.

use super::person::{host_id, join_names};
use super::{Attachment, Beside, Extra, Head, HostId, MessageId, Person, PersonId, Role, RoomId, Seq, Time};
use std::sync::Arc;

/// Who wrote a message, as a message shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// The person's number.
    pub id: PersonId,
    /// Their e-mail, or empty.
    pub email: String,
    /// Their given name, or empty.
    pub first_name: String,
    /// Their family name, or empty.
    pub last_name: String,
    /// What they are to the host application today.
    pub role: Role,
    /// What it calls them, as [`Person::host_name`].
    pub host_name: Option<String>,
    /// They were deleted; what they were called then is still their name.
    pub forgotten: bool,
    /// How the host application has them look; `None` where nobody asked.
    pub look: Option<Look>,
}

/// How the host application has somebody look.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Look {
    /// They are let in.
    pub active: bool,
    /// Where their picture is, or empty.
    pub avatar_url: String,
    /// What the host application shows of them besides, as JSON.
    pub custom: Option<Arc<str>>,
}

impl From<&Person> for Look {
    fn from(person: &Person) -> Self {
        Self {
            active: person.active,
            avatar_url: person.avatar_url.clone(),
            custom: person.custom.clone(),
        }
    }
}

impl Author {
    /// What the host application calls them.
    #[must_use]
    pub fn host_id(&self) -> HostId<'_> {
        host_id(self.id, self.host_name.as_deref(), self.forgotten)
    }

    /// The same, called otherwise.
    #[must_use]
    pub fn called(self, name: &str) -> Self {
        Self {
            first_name: name.to_owned(),
            last_name: String::new(),
            ..self
        }
    }

    /// The full name, or nothing: an address is no name.
    #[must_use]
    pub fn called_name(&self) -> String {
        join_names(&self.first_name, &self.last_name)
    }

    /// The full name, or the e-mail where there is none.
    #[must_use]
    pub fn name(&self) -> String {
        let name = join_names(&self.first_name, &self.last_name);
        if name.is_empty() { self.email.clone() } else { name }
    }
}

impl Message {
    /// Tells what its author looks like, who is among these people, in the order of their numbers. Who was deleted looks like
    /// nobody.
    pub fn dress(&mut self, people: &[Person]) {
        if let Some(author) = self.author.as_mut().filter(|author| !author.forgotten)
            && let Ok(at) = people.binary_search_by_key(&author.id, |person| person.id)
            && let Some(person) = people.get(at)
        {
            author.look = Some(Look::from(person));
        }
    }
}

impl From<&Person> for Author {
    fn from(person: &Person) -> Self {
        Self {
            id: person.id,
            email: person.email.clone(),
            first_name: person.first_name.clone(),
            last_name: person.last_name.clone(),
            role: person.role,
            host_name: person.host_name.clone(),
            forgotten: person.forgotten,
            look: Some(person.into()),
        }
    }
}

/// A message that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its number among all messages.
    pub id: MessageId,
    /// Its room.
    pub room: RoomId,
    /// Its number in the room.
    pub seq: Seq,
    /// Who wrote it; nobody for a message of the system.
    pub author: Option<Author>,
    /// The sender's own name for it, which nobody else is told.
    pub client_id: Option<String>,
    /// What it says; empty once erased, and where its files say it all.
    pub text: String,
    /// The files that hang on it, in their order; none once erased.
    pub attachments: Vec<Attachment>,
    /// When it was sent; later than the one before it in the room.
    pub created_at: Time,
    /// When it was last edited.
    pub edited_at: Option<Time>,
    /// When it was erased. An erased message keeps its number and nothing else.
    pub erased_at: Option<Time>,
    /// The room's head when it was sent.
    pub sent: Head,
    /// The room's head when it last changed.
    pub changed: Head,
    /// What it has beside its text.
    pub extra: Extra,
    /// That, where somebody asked for it and there is any.
    pub beside: Option<Arc<Beside>>,
}

impl Message {
    /// Whether it is this person's to see, where it is known who is.
    #[must_use]
    pub fn is_for(&self, person: PersonId) -> bool {
        let readers = self.beside.as_ref().and_then(|beside| beside.readers.as_ref());
        readers.is_none_or(|readers| readers.contains(&person))
    }

    /// Whether the message that it answers, if it answers one, is this person's to see.
    #[must_use]
    pub fn shows_quoted_to(&self, person: PersonId) -> bool {
        let quoted = self.beside.as_ref().and_then(|beside| beside.quoted.as_ref());
        quoted.is_none_or(|quoted| quoted.is_for(person))
    }

    /// Which of its different reactions, in their order, are this person's: a bit for each of the first 32.
    #[must_use]
    pub fn reacted_by(&self, person: PersonId) -> u32 {
        let Some(beside) = &self.beside else { return 0 };
        let mut different: Vec<&str> = Vec::new();
        let mut bits = 0;
        for reaction in &beside.reactions {
            let at = different.iter().position(|emoji| *emoji == reaction.emoji);
            let at = at.unwrap_or_else(|| {
                different.push(&reaction.emoji);
                different.len() - 1
            });
            let bit = u32::try_from(at).ok().and_then(|at| 1_u32.checked_shl(at));
            if reaction.person.id == person {
                bits |= bit.unwrap_or(0);
            }
        }
        bits
    }

    /// Whether `person` wrote it.
    #[must_use]
    pub fn is_by(&self, person: PersonId) -> bool {
        self.author.as_ref().is_some_and(|author| author.id == person)
    }
}

/// What somebody asks to be sent; not yet a message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Draft {
    /// What it says.
    pub text: String,
    /// The sender's own name for it: a second draft with the same one gives the first message again.
    pub client_id: Option<String>,
    /// Files that were uploaded and reserved for it, in their order.
    pub files: Vec<DraftFile>,
    /// What it says beside its text.
    pub more: Option<Box<More>>,
}

/// What a draft may say beside its text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct More {
    /// The message of the room that it answers.
    pub reply_to: Option<Seq>,
    /// Who is mentioned, as the host application calls them; who is not in the room is left out.
    pub mentions: Vec<HostId<'static>>,
    /// What an application says beside it, as JSON.
    pub custom: Option<Arc<str>>,
    /// It reports something in structure: `custom` says what.
    pub is_event: bool,
    /// Who alone sees it, where it is for some.
    pub to: Option<Vec<HostId<'static>>>,
    /// Ids of files that its sender uploaded, which nobody has looked at yet.
    pub uploads: Vec<String>,
}

/// A reserved file that is to hang on a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftFile {
    /// The file's number.
    pub file: i64,
    /// What its sender called it, made harmless.
    pub title: String,
}

/// A draft that passed the rules, ready to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// The room.
    pub room: RoomId,
    /// Its number in the room.
    pub seq: Seq,
    /// Who sends it.
    pub sender: Option<PersonId>,
    /// The sender's own name for it.
    pub client_id: Option<String>,
    /// What it says.
    pub text: String,
    /// The files that hang on it.
    pub files: Vec<DraftFile>,
    /// When.
    pub created_at: Time,
    /// The room's head with it.
    pub head: Head,
    /// What it has beside its text, which is kept apart.
    pub extra: Extra,
}

/// How far a room has been read, from one member's side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Marks {
    /// The member's own receipt.
    pub own: Seq,
    /// The furthest receipt of anybody else.
    pub others: Seq,
}

impl Marks {
    /// Of the viewer's own message: somebody else's receipt has reached it. Of another's: the viewer's own has.
    #[must_use]
    pub fn is_read(self, message: &Message, viewer: PersonId) -> bool {
        let mark = if message.is_by(viewer) { self.others } else { self.own };
        mark >= message.seq
    }
}
