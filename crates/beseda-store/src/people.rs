//! People and groups.

use crate::engine::{Row, Value, values};
use crate::rows::{self, PERSON, json_list, number};
use crate::statements::{self as sql, Statement};
use crate::transaction::Transaction;
use crate::updates;
use beseda_core::error::Fault;
use beseda_core::ports::{LookPeople, TxPeople};
use beseda_core::words::{
    Account, FIRST_OWN_PERSON, Group, GroupId, HostId, NewPerson, Person, PersonId, Role, search_form, searched_names,
};
use std::collections::BTreeSet;

/// SQLite takes no longer pattern; nobody has a name that it would find.
const LONGEST_PATTERN: usize = 50_000;

/// How many people are read at once of all whose names cannot be searched yet.
const AT_ONCE: i64 = 1_000;

/// The pattern of names that hold a text, whatever signs are in it.
fn pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for letter in search_form(text).chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

impl Transaction<'_> {
    /// The people of a statement that takes a pattern of names and then these values.
    pub(super) fn search(
        &mut self,
        sql: &'static Statement,
        text: &str,
        values: &[Value<'_>],
    ) -> Result<Vec<Person>, Fault> {
        let pattern = pattern(text);
        if pattern.len() > LONGEST_PATTERN {
            return Ok(Vec::new());
        }
        let mut all = vec![Value::Text(&pattern)];
        all.extend(values);
        self.all(sql, &all, |row| rows::person(row, 0))
    }

    /// Writes what a search looks in for everybody who has none: SQL cannot, for its lower case knows Latin letters only.
    pub(crate) fn make_people_searchable(&mut self) -> Result<(), Fault> {
        loop {
            let some = self.all(sql::PEOPLE_WITHOUT_SEARCH, values![AT_ONCE], |row| rows::person(row, 0))?;
            if some.is_empty() {
                return Ok(());
            }
            for person in some {
                self.write(sql::PEOPLE_KEEP_SEARCH, values![&searched_names(&person), person.id.0])?;
            }
        }
    }

    /// The next number of ours, of which a statement tells the highest that was given.
    pub(super) fn next_number(&mut self, sql: &'static Statement) -> Result<i64, Fault> {
        let first = FIRST_OWN_PERSON.0;
        let next = self.one(sql, values![first], |row| row.get(0))?;
        Ok(next.unwrap_or(first))
    }

    /// The groups of a statement, each with its students.
    pub(super) fn groups(&mut self, sql: &'static Statement, values: &[Value<'_>]) -> Result<Vec<Group>, Fault> {
        let mut groups = self.all(sql, values, rows::group)?;
        for (number, group) in &mut groups {
            group.students = self.students(*number)?;
        }
        Ok(groups.into_iter().map(|(_, group)| group).collect())
    }

    /// The students of a group, by its number here.
    pub(super) fn students(&mut self, group: i64) -> Result<Vec<PersonId>, Fault> {
        self.all(sql::GROUP_STUDENTS_OF_GROUP, values![group], |row| {
            row.get(0).map(PersonId)
        })
    }

    /// The number here of a group that stands.
    pub(super) fn group_number(&mut self, id: &GroupId) -> Result<Option<i64>, Fault> {
        match &id.0 {
            HostId::Number(number) => Ok(Some(*number)),
            HostId::Name(name) => self.one(sql::GROUPS_NUMBER, values![&**name], |row| row.get(0)),
        }
    }
}

/// The number of the host's, where it is one.
pub(crate) fn host_number(id: &HostId<'_>) -> Option<i64> {
    match id {
        HostId::Number(number) => Some(*number),
        HostId::Name(_) => None,
    }
}

/// The text of the host's, where it is no number.
pub(crate) fn host_name<'a>(id: &'a HostId<'_>) -> Option<&'a str> {
    match id {
        HostId::Number(_) => None,
        HostId::Name(name) => Some(name),
    }
}

impl LookPeople for Transaction<'_> {
    fn person(&mut self, id: PersonId) -> Result<Option<Person>, Fault> {
        self.one(sql::PEOPLE_GET, values![id.0], |row| rows::person(row, 0))
    }

    fn people(&mut self, ids: &BTreeSet<PersonId>) -> Result<Vec<Person>, Fault> {
        let numbers = json_list(ids);
        self.all(sql::PEOPLE_OF_NUMBERS, values![&numbers], |row| rows::person(row, 0))
    }

    fn people_after(&mut self, after: PersonId, limit: i64) -> Result<Vec<Person>, Fault> {
        self.all(sql::PEOPLE_AFTER, values![after.0, limit], |row| rows::person(row, 0))
    }

    fn person_of_host(&mut self, id: &HostId<'_>) -> Result<Option<Person>, Fault> {
        let name = id.to_string();
        let values = values![&name, host_number(id)];
        self.one(sql::PEOPLE_OF_HOST, values, |row| rows::person(row, 0))
    }

    fn has_texts(&mut self) -> Result<bool, Fault> {
        let any = self.one(sql::PEOPLE_HAVE_TEXTS, values![], |row| row.get(0))?;
        Ok(any.unwrap_or(false))
    }

    fn account(&mut self, identifier: &str) -> Result<Option<Account>, Fault> {
        self.one(sql::PEOPLE_ACCOUNT, values![identifier], account)
    }

    fn name_taken(&mut self, person: &Person) -> Result<Option<&'static str>, Fault> {
        let values = values![&person.username, person.id.0, &person.email, &person.phone];
        let field: Option<Option<String>> = self.one(sql::PEOPLE_NAME_TAKEN, values, |row| row.get(0))?;
        let fields = ["username", "email", "phone"];
        let field = field.flatten();
        Ok(fields.into_iter().find(|name| field.as_deref() == Some(*name)))
    }

    fn account_of(&mut self, id: PersonId) -> Result<Option<Account>, Fault> {
        self.one(sql::PEOPLE_ACCOUNT_OF, values![id.0], account)
    }

    fn search_by_role(&mut self, text: &str, roles: [Role; 2], limit: i64) -> Result<Vec<Person>, Fault> {
        let [one, other] = &roles;
        self.search(
            sql::PEOPLE_SEARCH_BY_ROLE,
            text,
            values![one.word(), other.word(), limit],
        )
    }

    fn search_classmates(&mut self, text: &str, person: PersonId, limit: i64) -> Result<Vec<Person>, Fault> {
        self.search(sql::PEOPLE_SEARCH_CLASSMATES, text, values![person.0, limit])
    }

    fn group(&mut self, id: &GroupId) -> Result<Option<Group>, Fault> {
        let values = values![host_name(&id.0), host_number(&id.0)];
        Ok(self.groups(sql::GROUPS_GET, values)?.pop())
    }

    fn groups_of(&mut self, person: PersonId) -> Result<Vec<Group>, Fault> {
        self.groups(sql::GROUPS_OF_PERSON, values![person.0])
    }

    fn share_group(&mut self, one: PersonId, other: PersonId) -> Result<bool, Fault> {
        let share = self.one(sql::GROUP_STUDENTS_SHARE, values![one.0, other.0], |row| row.get(0))?;
        Ok(share.unwrap_or(false))
    }
}

impl TxPeople for Transaction<'_> {
    fn put_person(&mut self, new: &NewPerson) -> Result<(), Fault> {
        let person = &new.person;
        let search = searched_names(person);
        let values = values![
            person.id.0,
            &person.username,
            &person.email,
            &person.phone,
            &person.first_name,
            &person.last_name,
            person.role.word(),
            person.active,
            number(person.signed_out_at),
            person.forgotten,
            &person.host_name,
            number(person.put_at),
            &search,
            &new.password_hash,
            &person.avatar_url,
            &person.custom,
            &person.locale,
        ];
        self.write(sql::PEOPLE_PUT, values).map(drop)
    }

    fn remove_password(&mut self, person: PersonId) -> Result<(), Fault> {
        self.write(sql::PEOPLE_REMOVE_PASSWORD, values![person.0]).map(drop)
    }

    fn free_host_id(&mut self, person: PersonId) -> Result<(), Fault> {
        self.write(sql::PEOPLE_FREE_HOST_ID, values![person.0]).map(drop)
    }

    fn next_own_person(&mut self) -> Result<PersonId, Fault> {
        self.next_number(sql::PEOPLE_NEXT).map(PersonId)
    }

    fn put_group(&mut self, group: &Group) -> Result<(), Fault> {
        let number = match self.group_number(&group.id)? {
            Some(number) => number,
            None => self.next_number(sql::GROUPS_NEXT)?,
        };
        let values = values![
            number,
            host_name(&group.id.0),
            &group.name,
            group.teacher.map(|id| id.0)
        ];
        self.write(sql::GROUPS_PUT, values)?;
        self.write(sql::GROUP_STUDENTS_CLEAR, values![number])?;
        for student in &group.students {
            self.write(sql::GROUP_STUDENTS_PUT, values![number, student.0])?;
        }
        Ok(())
    }

    fn remove_group(&mut self, id: &GroupId) -> Result<(), Fault> {
        let Some(number) = self.group_number(id)? else {
            return Ok(());
        };
        self.write(sql::ROOMS_FORGET_GROUP, values![number])?;
        self.write(sql::GROUP_STUDENTS_CLEAR, values![number])?;
        self.write(sql::UPDATES_FORGET, values![updates::GROUP, number])?;
        self.write(sql::GROUPS_REMOVE, values![number]).map(drop)
    }
}

fn account(row: &Row<'_>) -> Result<Account, Fault> {
    Ok(Account {
        person: rows::person(row, 0)?,
        password_hash: row.get(PERSON)?,
    })
}

#[cfg(test)]
mod tests {
    use super::pattern;

    #[test]
    fn signs_of_a_pattern_stand_for_themselves() {
        assert_eq!(pattern(r"100%_\Ё"), r"%100\%\_\\е%");
    }
}
