//! What the desk knows of rooms, in memory.

use super::Run;
use super::counted;
use super::kept::Kept;
use super::rows;
use super::wrong;
use beseda_core::error::Fault;
use beseda_core::ports::{AtDesk, LookCases, TxCases};
use beseda_core::words::{
    Assigned, Case, CaseFilter, CasePlace, Extra, Owner, PersonId, Role, Room, RoomId, RoomKind, RoomView,
};
use std::cmp::Reverse;

impl Kept {
    /// A case as it is read: whom it is assigned to is told as they are called today.
    fn case(&self, case: &Case) -> Case {
        let assigned = case.assigned_to.as_ref();
        Case {
            assigned_to: assigned
                .and_then(|assigned| self.person(assigned.person))
                .map(Assigned::from),
            ..case.clone()
        }
    }
}

impl LookCases for Run {
    fn case(&mut self, room: RoomId) -> Result<Option<Case>, Fault> {
        let case = self.kept.cases.get(&room);
        Ok(case
            .filter(|_| self.kept.rooms.contains_key(&room))
            .map(|case| self.kept.case(case)))
    }

    fn cases_of_visitor(&mut self, visitor: PersonId) -> Result<Vec<Case>, Fault> {
        let cases = self.kept.cases.values().filter(|case| {
            let opened = case.visitor.as_ref();
            opened.is_some_and(|opened| opened.person == visitor)
        });
        Ok(cases.map(|case| self.kept.case(case)).collect())
    }

    fn count_cases(&mut self) -> Result<i64, Fault> {
        Ok(counted(self.kept.desk()))
    }

    fn cases(&mut self, offset: i64, limit: i64) -> Result<Vec<RoomView>, Fault> {
        let mut desk: Vec<(&Room, &Case)> = self.kept.desk().collect();
        desk.sort_by_key(|(room, _)| Reverse(self.kept.stirred.get(&room.id)));
        let view = |(room, case): (&Room, &Case)| RoomView {
            room: room.clone(),
            members: self.kept.members_with_people(room.id),
            last: self.kept.last_shown(room.id),
            case: Some(self.kept.case(case)),
        };
        Ok(desk
            .into_iter()
            .skip(rows(offset))
            .take(rows(limit))
            .map(view)
            .collect())
    }

    fn queue(
        &mut self,
        of: &AtDesk,
        filter: &CaseFilter,
        after: Option<CasePlace>,
        limit: i64,
    ) -> Result<Vec<(Case, Room)>, Fault> {
        let kept = &self.kept;
        let is_wanted = |case: &Case, room: &Room| {
            let assigned = case.assigned_to.as_ref().map(|assigned| assigned.person);
            let is_member = kept.member(room.id, of.person).is_some();
            (of.every.contains(&room.kind) || (of.own.contains(&room.kind) && is_member))
                && (filter.states.is_empty() || filter.states.contains(&case.state))
                && filter.owes.is_none_or(|owes| case.owes == Some(owes))
                && filter.tag.as_ref().is_none_or(|tag| case.tags.contains(tag))
                && filter.assigned.is_none_or(|owner| match owner {
                    Owner::Nobody => assigned.is_none(),
                    Owner::Person(person) => assigned == Some(person),
                })
        };
        let of_rooms = kept.cases.values().filter_map(|case| {
            let room = kept.rooms.get(&case.room)?;
            is_wanted(case, room).then(|| (kept.case(case), room.clone()))
        });
        let mut found: Vec<(Case, Room)> = of_rooms.collect();
        found.sort_by_key(|(case, _)| (case.since, case.room));
        if !filter.oldest_first {
            found.reverse();
        }
        let behind = |case: &Case| {
            after.is_none_or(|after| {
                let (place, after) = ((case.since, case.room), (after.since, after.room));
                if filter.oldest_first {
                    place > after
                } else {
                    place < after
                }
            })
        };
        found.retain(|(case, _)| behind(case));
        found.truncate(rows(limit));
        Ok(found)
    }

    fn rooms_without_case(&mut self, kind: RoomKind, limit: i64) -> Result<Vec<Room>, Fault> {
        let rooms = self.kept.rooms.values();
        let without = rooms.filter(|room| room.kind == kind && !room.extra.has(Extra::CASE));
        Ok(without.take(rows(limit)).cloned().collect())
    }

    fn desk_roles(&mut self, kind: RoomKind) -> Result<Option<Vec<Role>>, Fault> {
        let mut desk = self.kept.desk.iter();
        Ok(desk.find(|(known, _)| *known == kind).map(|(_, roles)| roles.clone()))
    }

    fn said(&mut self, room: RoomId, person: PersonId) -> Result<i64, Fault> {
        let lines = self.kept.lines(room);
        Ok(counted(
            lines.filter(|line| line.sender == Some(person) && !line.is_erased()),
        ))
    }
}

impl TxCases for Run {
    fn put_case(&mut self, case: &Case) -> Result<(), Fault> {
        let assigned = case.assigned_to.as_ref().map(|assigned| assigned.person);
        let visitor = case.visitor.as_ref().map(|visitor| visitor.person);
        for person in [visitor, assigned].into_iter().flatten() {
            self.known(person)?;
        }
        if case.room > self.kept.last_room {
            return Err(wrong(format!("no room {}", case.room)));
        }
        self.kept().cases.insert(case.room, case.clone());
        Ok(())
    }

    fn case_moved(&mut self, room: RoomId) {
        if !self.cases.contains(&room) {
            self.cases.push(room);
        }
    }

    fn keep_desk(&mut self, desk: &[(RoomKind, Vec<Role>)]) -> Result<(), Fault> {
        self.kept().desk = desk.to_vec();
        Ok(())
    }

    fn count_said(&mut self, _room: RoomId, person: PersonId, _messages: i64) -> Result<(), Fault> {
        self.known(person)
    }
}
