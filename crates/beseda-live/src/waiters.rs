//! Waiters: whoever has no socket asks and waits until something happens in their rooms.

use crate::hub::Hub;
use crate::live::Live;
use beseda_core::words::{PersonId, RoomId};
use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use std::hash::Hash;
use std::sync::Arc;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

type Waiting<K> = Mutex<FxHashMap<K, Vec<Arc<Notify>>>>;

/// Who waits for what.
#[derive(Default)]
pub(crate) struct Waiters {
    rooms: Waiting<RoomId>,
    people: Waiting<PersonId>,
}

/// Somebody who waits; not any more when it is dropped.
pub struct Waiter {
    hub: Arc<Hub>,
    notify: Arc<Notify>,
    person: PersonId,
    rooms: Vec<RoomId>,
}

impl Waiters {
    /// Something has happened in a room.
    pub(crate) fn wake(&self, room: RoomId) {
        wake(&self.rooms, room);
    }

    /// Somebody has come into a room.
    pub(crate) fn wake_person(&self, person: PersonId) {
        wake(&self.people, person);
    }
}

fn wake<K: Eq + Hash>(waiting: &Waiting<K>, what: K) {
    if let Some(waiting) = waiting.lock().get(&what) {
        waiting.iter().for_each(|one| one.notify_one());
    }
}

fn join<K: Eq + Hash + Copy>(waiting: &Waiting<K>, what: &[K], notify: &Arc<Notify>) {
    let mut waiting = waiting.lock();
    for one in what {
        waiting.entry(*one).or_default().push(Arc::clone(notify));
    }
}

fn leave<K: Eq + Hash>(waiting: &Waiting<K>, what: &[K], notify: &Arc<Notify>) {
    let mut waiting = waiting.lock();
    for one in what {
        if let Some(all) = waiting.get_mut(one) {
            all.retain(|other| !Arc::ptr_eq(other, notify));
            if all.is_empty() {
                waiting.remove(one);
            }
        }
    }
}

impl Live {
    /// Somebody who waits for what happens in these rooms, or that they come into another one, from now on.
    #[must_use]
    pub fn waits_for(&self, person: PersonId, rooms: &[RoomId]) -> Waiter {
        let notify = Arc::new(Notify::new());
        let waiters = &self.hub.waiters;
        join(&waiters.rooms, rooms, &notify);
        join(&waiters.people, &[person], &notify);
        Waiter {
            hub: Arc::clone(&self.hub),
            notify,
            person,
            rooms: rooms.to_vec(),
        }
    }
}

impl Waiter {
    /// Waits for it until then; false when nothing has happened.
    pub async fn until(&self, end: Instant) -> bool {
        timeout_at(end, self.notify.notified()).await.is_ok()
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        leave(&self.hub.waiters.rooms, &self.rooms, &self.notify);
        leave(&self.hub.waiters.people, &[self.person], &self.notify);
    }
}
