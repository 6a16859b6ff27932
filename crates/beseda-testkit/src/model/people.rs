//! People and groups, in memory.

use super::Run;
use super::kept::{Kept, Subject};
use super::rows;
use super::wrong;
use beseda_core::error::Fault;
use beseda_core::ports::{LookPeople, TxPeople};
use beseda_core::words::{
    Account, FIRST_OWN_PERSON, Group, GroupId, HostId, NewPerson, Person, PersonId, Role, search_form, searched_names,
};
use std::collections::BTreeSet;

/// Whether two people would be found by one name; by those that one logs in by only where both do.
fn share_a_name(one: &Account, other: &Account) -> bool {
    let same = |one: &str, other: &str| !one.is_empty() && one == other;
    let log_in = one.password_hash.is_some() && other.password_hash.is_some();
    let (one, other) = (&one.person, &other.person);
    if one.host_name.is_some() && one.host_name == other.host_name {
        return true;
    }
    log_in
        && (same(&one.username, &other.username)
            || same(&one.phone, &other.phone)
            || same(&one.email.to_ascii_lowercase(), &other.email.to_ascii_lowercase()))
}

fn logs_in(account: &&Account) -> bool {
    account.password_hash.is_some()
}

impl Kept {
    fn account(&self, identifier: &str) -> Option<&Account> {
        // An empty name is no name.
        let found = |is: fn(&Person, &str) -> bool| {
            self.people
                .values()
                .find(|account| !identifier.is_empty() && logs_in(account) && is(&account.person, identifier))
        };
        found(|person, name| person.username == name)
            .or_else(|| found(|person, name| person.email.eq_ignore_ascii_case(name)))
            .or_else(|| found(|person, name| person.phone == name))
    }

    fn search(&self, text: &str, limit: i64, among: impl Fn(&Person) -> bool) -> Vec<Person> {
        let text = search_form(text);
        let wanted = |person: &&Person| person.active && among(person) && searched_names(person).contains(&text);
        let people = self.people.values().map(|account| &account.person);
        let mut found: Vec<&Person> = people.filter(wanted).collect();
        found.sort_by_key(|person| (&person.last_name, &person.first_name, person.id));
        found.into_iter().take(rows(limit)).cloned().collect()
    }
}

impl LookPeople for Run {
    fn person(&mut self, id: PersonId) -> Result<Option<Person>, Fault> {
        Ok(self.kept.person(id).cloned())
    }

    fn people(&mut self, ids: &BTreeSet<PersonId>) -> Result<Vec<Person>, Fault> {
        let known = ids.iter().filter_map(|id| self.kept.person(*id));
        Ok(known.cloned().collect())
    }

    fn people_after(&mut self, after: PersonId, limit: i64) -> Result<Vec<Person>, Fault> {
        let people = self.kept.people.values().map(|account| &account.person);
        let mut behind: Vec<_> = people.filter(|person| person.id > after).cloned().collect();
        behind.sort_by_key(|person| person.id);
        behind.truncate(rows(limit));
        Ok(behind)
    }

    fn person_of_host(&mut self, id: &HostId<'_>) -> Result<Option<Person>, Fault> {
        let people = || self.kept.people.values().map(|account| &account.person);
        let name = id.to_string();
        let named = people().find(|person| person.host_name.as_deref() == Some(&name));
        let numbered = |person: &&Person| person.host_name.is_none() && HostId::Number(person.id.0) == *id;
        Ok(named.or_else(|| people().find(numbered)).cloned())
    }

    fn has_texts(&mut self) -> Result<bool, Fault> {
        let mut people = self.kept.people.values().map(|account| &account.person);
        let is_own = |name: &str| HostId::Name(name.into()).is_reserved();
        let is_name = |name: &str| !name.bytes().all(|byte| byte.is_ascii_digit()) && !is_own(name);
        let is_text = |id: &HostId<'_>| matches!(id, HostId::Name(_)) && !id.is_reserved();
        Ok(people.any(|person| person.host_name.as_deref().is_some_and(is_name))
            || self.kept.orders.keys().any(|order| is_text(&order.0))
            || self.kept.groups.keys().any(|group| is_text(&group.0)))
    }

    fn account(&mut self, identifier: &str) -> Result<Option<Account>, Fault> {
        Ok(self.kept.account(identifier).cloned())
    }

    fn name_taken(&mut self, person: &Person) -> Result<Option<&'static str>, Fault> {
        let others = || {
            let others = self.kept.people.values().filter(logs_in).map(|account| &account.person);
            others.filter(|other| other.id != person.id)
        };
        // A name that somebody logs in by is theirs, as whatever they have it: or another could stand in its way.
        let taken = |name: &str| {
            let is_known = |other: &Person| {
                other.username == name || other.phone == name || other.email.eq_ignore_ascii_case(name)
            };
            !name.is_empty() && others().any(is_known)
        };
        Ok(if taken(&person.username) {
            Some("username")
        } else if taken(&person.email) {
            Some("email")
        } else if taken(&person.phone) {
            Some("phone")
        } else {
            None
        })
    }

    fn account_of(&mut self, id: PersonId) -> Result<Option<Account>, Fault> {
        Ok(self.kept.people.get(&id).cloned())
    }

    fn search_by_role(&mut self, text: &str, roles: [Role; 2], limit: i64) -> Result<Vec<Person>, Fault> {
        let is_one = |person: &Person| roles.contains(&person.role) && !person.host_id().is_reserved();
        Ok(self.kept.search(text, limit, is_one))
    }

    fn search_classmates(&mut self, text: &str, person: PersonId, limit: i64) -> Result<Vec<Person>, Fault> {
        let groups = self.kept.groups.values();
        let own: Vec<&Group> = groups.filter(|group| group.students.contains(&person)).collect();
        let is_of = |group: &&Group, id| group.teacher == Some(id) || group.students.contains(&id);
        Ok(self
            .kept
            .search(text, limit, |person| own.iter().any(|group| is_of(group, person.id))))
    }

    fn group(&mut self, id: &GroupId) -> Result<Option<Group>, Fault> {
        Ok(self.kept.groups.get(id).cloned())
    }

    fn groups_of(&mut self, person: PersonId) -> Result<Vec<Group>, Fault> {
        let is_of = |group: &&Group| group.teacher == Some(person) || group.students.contains(&person);
        let mut groups: Vec<Group> = self.kept.groups.values().filter(is_of).cloned().collect();
        groups.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
        Ok(groups)
    }

    fn share_group(&mut self, one: PersonId, other: PersonId) -> Result<bool, Fault> {
        let attend = |group: &Group| group.students.contains(&one) && group.students.contains(&other);
        Ok(self.kept.groups.values().any(attend))
    }
}

impl TxPeople for Run {
    fn put_person(&mut self, person: &NewPerson) -> Result<(), Fault> {
        let NewPerson { person, password_hash } = person.clone();
        let before = self.kept.people.get(&person.id);
        let account = Account {
            password_hash: password_hash.or_else(|| before.and_then(|before| before.password_hash.clone())),
            person,
        };
        let id = account.person.id;
        let namesake = |other: &Account| other.person.id != id && share_a_name(other, &account);
        if self.kept.people.values().any(namesake) {
            return Err(wrong(format!("a name of person {id} is taken")));
        }
        self.kept().people.insert(account.person.id, account);
        Ok(())
    }

    fn remove_password(&mut self, person: PersonId) -> Result<(), Fault> {
        if let Some(account) = self.kept().people.get_mut(&person) {
            account.password_hash = None;
        }
        Ok(())
    }

    fn free_host_id(&mut self, person: PersonId) -> Result<(), Fault> {
        if let Some(account) = self.kept().people.get_mut(&person) {
            account.person.host_name = None;
        }
        Ok(())
    }

    fn next_own_person(&mut self) -> Result<PersonId, Fault> {
        let newest = self.kept.people.range(FIRST_OWN_PERSON..).next_back();
        Ok(newest.map_or(FIRST_OWN_PERSON, |(id, _)| PersonId(id.0 + 1)))
    }

    fn put_group(&mut self, group: &Group) -> Result<(), Fault> {
        for &person in group.teacher.iter().chain(&group.students) {
            self.known(person)?;
        }
        let mut group = group.clone();
        group.students.sort_unstable();
        group.students.dedup();
        self.kept().groups.insert(group.id.clone(), group);
        Ok(())
    }

    fn remove_group(&mut self, id: &GroupId) -> Result<(), Fault> {
        let kept = self.kept();
        kept.groups.remove(id);
        kept.about.retain(|_, group| group != id);
        kept.updated.remove(&Subject::Group(id.clone()));
        Ok(())
    }
}
