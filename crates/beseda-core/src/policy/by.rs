//! Who asks the policy, and how.

use crate::words::{Kinds, Person};

/// Who asks, and how: a contract speaks of its own kinds of rooms, and some of its calls are made to step in.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    /// The person.
    pub person: &'a Person,
    /// The kinds of rooms that are spoken of; any other is not there.
    pub kinds: Kinds,
    /// Whether the call is made for those who answer for a room without being in it.
    pub steps_in: bool,
    /// Whether they hear such a room live, too.
    pub hears_in: bool,
    /// Whether it is the host application itself, which reads and governs every room and is in none; the person is nobody.
    pub is_host: bool,
}

impl<'a> By<'a> {
    /// Somebody who asks about rooms of these kinds.
    #[must_use]
    pub fn of(person: &'a Person, kinds: Kinds) -> Self {
        Self {
            person,
            kinds,
            steps_in: false,
            hears_in: false,
            is_host: false,
        }
    }

    /// The host application itself, in place of the person.
    #[must_use]
    pub fn as_host(self) -> Self {
        Self { is_host: true, ..self }
    }

    /// The same by a call that is made to step in.
    #[must_use]
    pub fn stepping_in(self) -> Self {
        Self { steps_in: true, ..self }
    }

    /// The same by a call or a socket of those that are made for every room.
    #[must_use]
    pub fn everywhere(self) -> Self {
        Self {
            steps_in: true,
            hears_in: true,
            ..self
        }
    }
}

impl<'a> From<&'a Person> for By<'a> {
    /// Somebody who asks about rooms of any kind.
    fn from(person: &'a Person) -> Self {
        Self::of(person, Kinds::ALL)
    }
}
