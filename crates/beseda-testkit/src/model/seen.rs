//! When people were last there, in memory.

use super::Run;
use beseda_core::error::Fault;
use beseda_core::ports::{LookSeen, TxSeen};
use beseda_core::words::{PersonId, Time};

impl LookSeen for Run {
    fn seen_at(&mut self, people: &[PersonId]) -> Result<Vec<(PersonId, Time)>, Fault> {
        let seen = |person: &PersonId| Some((*person, *self.kept.seen.get(person)?));
        Ok(people.iter().filter_map(seen).collect())
    }
}

impl TxSeen for Run {
    fn put_seen(&mut self, seen: &[(PersonId, Time)], ahead: Time) -> Result<(), Fault> {
        for (person, at) in seen {
            let is_there = self.kept.person(*person).is_some_and(|person| !person.forgotten);
            let stays = self
                .kept
                .seen
                .get(person)
                .is_some_and(|kept| kept >= at && *kept <= ahead);
            if is_there && !stays {
                self.kept().seen.insert(*person, *at);
            }
        }
        Ok(())
    }

    fn forget_seen(&mut self, person: PersonId) -> Result<(), Fault> {
        self.kept().seen.remove(&person);
        Ok(())
    }
}
