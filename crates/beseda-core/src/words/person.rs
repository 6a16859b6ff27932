//! People: users of the host application.

use super::{HostId, PersonId, Role, Time};
use std::sync::Arc;

/// A person as everybody's code sees one; the password lives in [`super::Account`] alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The person's number.
    pub id: PersonId,
    /// A name to log in with, or empty.
    pub username: String,
    /// An e-mail address, or empty.
    pub email: String,
    /// A phone number, or empty.
    pub phone: String,
    /// The given name, or empty.
    pub first_name: String,
    /// The family name, or empty.
    pub last_name: String,
    /// What the person is to the host application.
    pub role: Role,
    /// False once deactivated: such a person is let in nowhere.
    pub active: bool,
    /// When they were last signed out everywhere, in whole seconds: what was proven before lets nobody in any more.
    pub signed_out_at: Option<Time>,
    /// Nothing is known of them any more but that they were here, and what they were called.
    pub forgotten: bool,
    /// What the host application calls them, written as a text, where that is not their number here: a name, or the number
    /// of somebody who was here before them and was deleted. Of whom it does not know there is none.
    pub host_name: Option<String>,
    /// When the host application last put or changed them.
    pub put_at: Option<Time>,
    /// Where their picture is, or empty: an address of the host's, for whoever sees them.
    pub avatar_url: String,
    /// What else the host application shows of them, as JSON.
    pub custom: Option<Arc<str>>,
    /// Their language, as browsers name it, or empty.
    pub locale: String,
}

impl Person {
    /// Somebody of whom nothing is known but a number and a role.
    #[must_use]
    pub fn new(id: PersonId, role: Role) -> Self {
        Self {
            id,
            username: String::new(),
            email: String::new(),
            phone: String::new(),
            first_name: String::new(),
            last_name: String::new(),
            role,
            active: true,
            signed_out_at: None,
            forgotten: false,
            host_name: None,
            put_at: None,
            avatar_url: String::new(),
            custom: None,
            locale: String::new(),
        }
    }

    /// Forgets somebody: what is left is that they were here, as what and by which name, which what they wrote keeps; when
    /// they were signed out; and what the host calls them, by which nobody is let in until it puts somebody there again. An
    /// address is no name.
    #[must_use]
    pub fn forget(self) -> Self {
        let nameless = self.full_name().is_empty();
        Self {
            active: false,
            signed_out_at: self.signed_out_at,
            forgotten: true,
            first_name: if nameless { self.username } else { self.first_name },
            last_name: self.last_name,
            host_name: self.host_name,
            ..Self::new(self.id, self.role)
        }
    }

    /// What the host application calls them; of somebody who is forgotten a number that it gives to nobody.
    #[must_use]
    pub fn host_id(&self) -> HostId<'_> {
        host_id(self.id, self.host_name.as_deref(), self.forgotten)
    }

    /// Whether what they proved at that moment still counts. Of a moment that a clock told which was ahead nobody knows
    /// whether it came before they were signed out, unless it is the very moment that was given with that.
    #[must_use]
    pub fn counts(&self, proven_at: Time) -> bool {
        let since = |signed_out: Time| proven_at >= signed_out || proven_at == signed_out.told_ahead();
        !self.forgotten && self.signed_out_at.is_none_or(since)
    }

    /// First and last name with one space, without the empty ones.
    #[must_use]
    pub fn full_name(&self) -> String {
        join_names(&self.first_name, &self.last_name)
    }
}

/// What the host application calls somebody with this number, and perhaps a name there. Who is forgotten is told by the
/// number below zero that mirrors theirs: it may give theirs to somebody else.
pub(super) fn host_id(id: PersonId, host_name: Option<&str>, forgotten: bool) -> HostId<'_> {
    match host_name {
        _ if forgotten => HostId::Number(-id.0),
        // What is kept was an id when it came.
        Some(name) => HostId::of(name).unwrap_or(HostId::Name(name.into())),
        None => HostId::Number(id.0),
    }
}

/// First and last name with one space between, or the one that is there.
pub(super) fn join_names(first: &str, last: &str) -> String {
    match (first.trim(), last.trim()) {
        ("", last) => last.to_owned(),
        (first, "") => first.to_owned(),
        (first, last) => format!("{first} {last}"),
    }
}

/// A person to put: made when unknown, changed when known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPerson {
    /// Everything but the password.
    pub person: Person,
    /// A password's PHC hash; `None` keeps the one that is there.
    pub password_hash: Option<String>,
}

impl From<Person> for NewPerson {
    /// The person, with whatever password they have.
    fn from(person: Person) -> Self {
        Self {
            person,
            password_hash: None,
        }
    }
}
