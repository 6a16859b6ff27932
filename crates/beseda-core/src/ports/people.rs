//! People and groups.

use crate::error::Fault;
use crate::words::{Account, Group, GroupId, HostId, NewPerson, Person, PersonId, Role};
use std::collections::BTreeSet;

/// Reading people and groups.
pub trait LookPeople {
    /// The person, deactivated or not.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn person(&mut self, id: PersonId) -> Result<Option<Person>, Fault>;
    /// Those of these people who are known, by their numbers.
    fn people(&mut self, ids: &BTreeSet<PersonId>) -> Result<Vec<Person>, Fault>;
    /// The people behind this number, `limit` of them, in the order of their numbers.
    fn people_after(&mut self, after: PersonId, limit: i64) -> Result<Vec<Person>, Fault>;
    /// Whom the host application calls so; who was deleted, until it puts somebody there again.
    fn person_of_host(&mut self, id: &HostId<'_>) -> Result<Option<Person>, Fault>;
    /// Whether the host application calls any person, order or group by a text that is no number.
    fn has_texts(&mut self) -> Result<bool, Fault>;
    /// The account with a password whose username, e-mail (in any case) or phone is `identifier`. Where several match, a
    /// username goes before an e-mail and an e-mail before a phone.
    fn account(&mut self, identifier: &str) -> Result<Option<Account>, Fault>;
    /// The first of `username`, `email` and `phone` by which somebody else logs in already, as whichever of the three: a
    /// username that is another's e-mail would stand in the way of their logging in. Who has no password logs in by none.
    fn name_taken(&mut self, person: &Person) -> Result<Option<&'static str>, Fault>;
    /// The account of the person with this number.
    fn account_of(&mut self, id: PersonId) -> Result<Option<Account>, Fault>;
    /// People whose name holds `text`, whatever the case, who are let in and have one of two roles, by their names.
    fn search_by_role(&mut self, text: &str, roles: [Role; 2], limit: i64) -> Result<Vec<Person>, Fault>;
    /// The same of those who attend or teach a group that `person` attends.
    fn search_classmates(&mut self, text: &str, person: PersonId, limit: i64) -> Result<Vec<Person>, Fault>;
    /// The group, its students by their numbers.
    fn group(&mut self, id: &GroupId) -> Result<Option<Group>, Fault>;
    /// The groups that the person teaches or attends, by name and then number.
    fn groups_of(&mut self, person: PersonId) -> Result<Vec<Group>, Fault>;
    /// Whether both attend one group.
    fn share_group(&mut self, one: PersonId, other: PersonId) -> Result<bool, Fault>;
}

/// Writing people and groups.
pub trait TxPeople {
    /// Makes the person or changes the one with this number. What the host calls them is nobody else's.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn put_person(&mut self, person: &NewPerson) -> Result<(), Fault>;
    /// Takes the person's password away: they come in by token only.
    fn remove_password(&mut self, id: PersonId) -> Result<(), Fault>;
    /// Lets the host application give to somebody else what it called this person, who was deleted.
    fn free_host_id(&mut self, id: PersonId) -> Result<(), Fault>;
    /// A number for a person that no host application gave one: see [`crate::words::FIRST_OWN_PERSON`].
    fn next_own_person(&mut self) -> Result<PersonId, Fault>;
    /// Makes the group or changes the one that is called so, its students with it.
    fn put_group(&mut self, group: &Group) -> Result<(), Fault>;
    /// Forgets the group, which no room is about any more; one that is not there is no fault.
    fn remove_group(&mut self, id: &GroupId) -> Result<(), Fault>;
}
