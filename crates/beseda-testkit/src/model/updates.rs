//! When people, orders, groups and rooms were last changed, and who became whom, in memory.

use super::Run;
use super::kept::{Kept, Subject};
use super::rows;
use beseda_core::error::Fault;
use beseda_core::ports::{LookUpdates, TxUpdates};
use beseda_core::words::{Group, GroupId, Order, OrderId, Person, PersonId, RoomId, RoomView, Time, Updated};

impl Kept {
    pub(super) fn note_update(&mut self, subject: Subject, at: Time) {
        let last = self.updated.values().map(|updated| updated.number).max();
        let number = last.map_or(0, |last| last + 1);
        let updated = self.updated.entry(subject).or_insert(Updated { at, number });
        updated.at = updated.at.max(at);
    }

    /// What `find` finds among the subjects behind a place, by when they were changed.
    fn updated_behind<T>(
        &self,
        after: Updated,
        limit: i64,
        find: impl Fn(&Self, &Subject) -> Option<T>,
    ) -> Vec<(Updated, T)> {
        let behind = self.updated.iter().filter(|(_, updated)| **updated > after);
        let mut found: Vec<_> = behind
            .filter_map(|(subject, updated)| Some((*updated, find(self, subject)?)))
            .collect();
        found.sort_by_key(|(updated, _)| *updated);
        found.truncate(rows(limit));
        found
    }
}

impl LookUpdates for Run {
    fn people_updated(&mut self, after: Updated, limit: i64) -> Result<Vec<(Updated, Person)>, Fault> {
        Ok(self.kept.updated_behind(after, limit, |kept, subject| match subject {
            Subject::Person(person) => kept.person(*person).filter(|person| !person.forgotten).cloned(),
            _ => None,
        }))
    }

    fn orders_updated(&mut self, after: Updated, limit: i64) -> Result<Vec<(Updated, Order)>, Fault> {
        Ok(self.kept.updated_behind(after, limit, |kept, subject| match subject {
            Subject::Order(order) => kept.orders.get(order).cloned(),
            _ => None,
        }))
    }

    fn groups_updated(&mut self, after: Updated, limit: i64) -> Result<Vec<(Updated, Group)>, Fault> {
        Ok(self.kept.updated_behind(after, limit, |kept, subject| match subject {
            Subject::Group(group) => kept.groups.get(group).cloned(),
            _ => None,
        }))
    }

    fn rooms_updated(&mut self, after: Updated, limit: i64) -> Result<Vec<(Updated, RoomView)>, Fault> {
        Ok(self.kept.updated_behind(after, limit, |kept, subject| match subject {
            Subject::Room(room) => kept
                .rooms
                .get(room)
                .filter(|room| !room.is_left())
                .map(|room| RoomView {
                    members: kept.members_with_people(room.id),
                    ..RoomView::of(room.clone())
                }),
            _ => None,
        }))
    }

    fn merged_into(&mut self, person: PersonId) -> Result<Option<PersonId>, Fault> {
        Ok(self.kept.merged.get(&person).copied())
    }
}

impl TxUpdates for Run {
    fn person_updated(&mut self, person: PersonId, at: Time) -> Result<(), Fault> {
        self.kept().note_update(Subject::Person(person), at);
        Ok(())
    }

    fn order_updated(&mut self, order: &OrderId, at: Time) -> Result<(), Fault> {
        if self.kept.orders.contains_key(order) {
            self.kept().note_update(Subject::Order(order.clone()), at);
        }
        Ok(())
    }

    fn group_updated(&mut self, group: &GroupId, at: Time) -> Result<(), Fault> {
        if self.kept.groups.contains_key(group) {
            self.kept().note_update(Subject::Group(group.clone()), at);
        }
        Ok(())
    }

    fn room_updated(&mut self, room: RoomId, at: Time) -> Result<(), Fault> {
        self.kept().note_update(Subject::Room(room), at);
        Ok(())
    }

    fn put_merged(&mut self, person: PersonId, into: PersonId, _at: Time) -> Result<(), Fault> {
        self.known(person)?;
        self.known(into)?;
        self.kept().merged.insert(person, into);
        Ok(())
    }
}
