//! Who has gone lately, and when: kept in the store many at once, because a transaction for each who goes would cost more than
//! it tells.

use beseda_core::words::{PersonId, Time};
use rustc_hash::FxHashMap;

/// Who has gone lately.
pub(crate) struct Gone {
    people: FxHashMap<PersonId, Departed>,
    /// So many at most.
    most: usize,
}

#[derive(Clone, Copy)]
struct Departed {
    at: Time,
    /// It is kept in the store. Whoever reads there what was kept before reads here until then.
    is_kept: bool,
}

impl Gone {
    /// Nobody yet, and at most so many.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            people: FxHashMap::default(),
            most,
        }
    }

    /// Somebody has gone. One too many is forgotten.
    pub(crate) fn note(&mut self, person: PersonId, at: Time) {
        if self.people.len() >= self.most && !self.people.contains_key(&person) {
            self.people.retain(|_, departed| !departed.is_kept);
            if self.people.len() >= self.most {
                return;
            }
        }
        self.people.insert(person, Departed { at, is_kept: false });
    }

    /// When somebody has gone, where they are among these.
    pub(crate) fn at(&self, person: PersonId) -> Option<Time> {
        self.people.get(&person).map(|departed| departed.at)
    }

    /// Who is not kept yet, by their numbers. Who was is forgotten: all who might not have read it there have by now.
    pub(crate) fn due(&mut self) -> Vec<(PersonId, Time)> {
        self.people.retain(|_, departed| !departed.is_kept);
        let mut due: Vec<_> = self
            .people
            .iter()
            .map(|(person, departed)| (*person, departed.at))
            .collect();
        due.sort_unstable();
        due
    }

    /// These are kept, unless they have gone again since.
    pub(crate) fn are_kept(&mut self, kept: &[(PersonId, Time)]) {
        for (person, at) in kept {
            if let Some(departed) = self.people.get_mut(person).filter(|departed| departed.at == *at) {
                departed.is_kept = true;
            }
        }
    }

    /// Somebody is back.
    pub(crate) fn forget(&mut self, person: PersonId) {
        self.people.remove(&person);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: PersonId = PersonId(1);
    const OTHER: PersonId = PersonId(2);

    #[test]
    fn who_is_kept_is_known_here_until_the_next_time() {
        let mut gone = Gone::new(9);
        gone.note(ONE, Time(1));
        let due = gone.due();
        assert_eq!(due, [(ONE, Time(1))]);
        gone.are_kept(&due);
        assert_eq!(gone.at(ONE), Some(Time(1)));
        assert_eq!(gone.due(), []);
        assert_eq!(gone.at(ONE), None);
    }

    #[test]
    fn who_goes_again_while_it_is_kept_is_due_again() {
        let mut gone = Gone::new(9);
        gone.note(ONE, Time(1));
        let due = gone.due();
        gone.note(ONE, Time(2));
        gone.are_kept(&due);
        assert_eq!(gone.due(), [(ONE, Time(2))]);
    }

    #[test]
    fn one_too_many_is_forgotten_and_makes_no_room() {
        let mut gone = Gone::new(1);
        gone.note(ONE, Time(1));
        gone.note(OTHER, Time(2));
        gone.note(ONE, Time(3));
        assert_eq!(gone.due(), [(ONE, Time(3))]);
        gone.are_kept(&[(ONE, Time(3))]);
        gone.note(OTHER, Time(4));
        assert_eq!(gone.due(), [(OTHER, Time(4))], "who is kept makes room");
    }
}
