//! Turns: of one person, one thing at a time.

use beseda_core::words::PersonId;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::{Mutex as Queue, OwnedMutexGuard};

/// Whose turn it is, and who waits: of each person on their own.
pub(super) struct Turns(Mutex<BTreeMap<PersonId, Arc<Queue<()>>>>);

/// A person's turn, or their place in the queue for it. It ends when this is dropped.
pub(super) struct Turn<'a> {
    turns: &'a Turns,
    person: PersonId,
    taken: Option<OwnedMutexGuard<()>>,
}

impl Turns {
    pub(super) const fn new() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }

    /// Waits for the person's turn.
    pub(super) async fn of(&self, person: PersonId) -> Turn<'_> {
        let queue = Arc::clone(self.0.lock().entry(person).or_default());
        let mut turn = Turn {
            turns: self,
            person,
            taken: None,
        };
        turn.taken = Some(queue.lock_owned().await);
        turn
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut turns = self.turns.0.lock();
        self.taken = None;
        // Nobody waits any more.
        if turns
            .get(&self.person)
            .is_some_and(|queue| Arc::strong_count(queue) == 1)
        {
            turns.remove(&self.person);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[tokio::test]
    async fn the_turns_of_a_person_wait_for_each_other_and_for_nobody_elses() {
        let turns = Turns::new();
        let first = turns.of(PersonId(1)).await;
        let mut second = Box::pin(turns.of(PersonId(1)));
        assert!(second.as_mut().now_or_never().is_none());
        let other = turns.of(PersonId(2)).now_or_never();
        assert!(other.is_some(), "somebody else waits");
        drop(first);
        assert!(second.await.taken.is_some());
    }

    #[tokio::test]
    async fn nothing_is_remembered_of_who_is_done_or_gave_up_waiting() {
        let turns = Turns::new();
        let first = turns.of(PersonId(1)).await;
        let mut second = Box::pin(turns.of(PersonId(1)));
        assert!(second.as_mut().now_or_never().is_none());
        drop(first);
        drop(second);
        assert!(turns.0.lock().is_empty());
    }
}
