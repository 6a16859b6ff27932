//! What the desk knows of visitors' rooms, in memory.

use super::Run;
use super::counted;
use super::kept::Kept;
use super::rows;
use super::wrong;
use beseda_core::error::Fault;
use beseda_core::ports::{LookCases, TxCases};
use beseda_core::words::{Assigned, Case, PersonId, Room, RoomId, RoomView};
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
        let cases = self.kept.cases.values().filter(|case| case.visitor == visitor);
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
        for person in [Some(case.visitor), assigned].into_iter().flatten() {
            self.known(person)?;
        }
        if case.room > self.kept.last_room {
            return Err(wrong(format!("no room {}", case.room)));
        }
        self.kept().cases.insert(case.room, case.clone());
        Ok(())
    }

    fn count_said(&mut self, _room: RoomId, person: PersonId, _messages: i64) -> Result<(), Fault> {
        self.known(person)
    }
}
