//! Places: the seats of a session, found by the numbers of their rooms and, where it hears every room of its person, by what
//! those are about.

use crate::seat::Seat;
use beseda_core::words::RoomId;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use rustc_hash::FxBuildHasher;
use std::hash::BuildHasher;
use std::ops::Deref;
use std::sync::Arc;

/// The seats of a session.
#[derive(Default)]
pub(crate) struct Places {
    /// By the rooms' numbers.
    seats: Vec<Arc<Seat>>,
    /// Those that have a key, by it: it stands in the seat alone. In a box: most sessions have none.
    keyed: Option<Box<HashTable<Arc<Seat>>>>,
}

impl Deref for Places {
    type Target = [Arc<Seat>];

    fn deref(&self) -> &[Arc<Seat>] {
        &self.seats
    }
}

impl Places {
    /// The place in a room.
    pub(crate) fn find(&self, room: RoomId) -> Option<&Arc<Seat>> {
        self.seats.get(self.position(room).ok()?)
    }

    /// The place in the room that is about this.
    pub(crate) fn about(&self, key: &str) -> Option<&Arc<Seat>> {
        self.keyed.as_ref()?.find(hash(key), |seat| seat.key() == Some(key))
    }

    /// So many are to be added, and few behind them: room is made for no more.
    pub(crate) fn expect(&mut self, places: usize) {
        self.seats.reserve_exact(places);
        self.keyed.get_or_insert_default().reserve(places, hash_of);
    }

    /// Adds a place; false where there is one in that room.
    pub(crate) fn add(&mut self, seat: Arc<Seat>) -> bool {
        let Err(at) = self.position(seat.room_id) else {
            return false;
        };
        if self.seats.is_empty() {
            // Most sessions have one place for ever.
            self.seats.reserve_exact(1);
        }
        if let Some(key) = seat.key() {
            let keyed = self.keyed.get_or_insert_default();
            match keyed.entry(hash(key), |other| other.key() == Some(key), hash_of) {
                // The room that was about it before is none any more, and its place about to go.
                Entry::Occupied(mut other) => *other.get_mut() = Arc::clone(&seat),
                Entry::Vacant(none) => drop(none.insert(Arc::clone(&seat))),
            }
        }
        self.seats.insert(at, seat);
        true
    }

    /// Takes a place away; false where it is none of these.
    pub(crate) fn remove(&mut self, seat: &Arc<Seat>) -> bool {
        let is_it = |other: &Arc<Seat>| Arc::ptr_eq(other, seat);
        let at = self.position(seat.room_id).ok();
        let Some(at) = at.filter(|at| self.seats.get(*at).is_some_and(is_it)) else {
            return false;
        };
        self.seats.remove(at);
        if let Some(keyed) = &mut self.keyed
            && let Ok(same) = keyed.find_entry(hash_of(seat), is_it)
        {
            same.remove();
        }
        true
    }

    /// Gives up all of them.
    pub(crate) fn take(&mut self) -> Vec<Arc<Seat>> {
        std::mem::take(self).seats
    }

    /// Where the place in a room stands, or would.
    fn position(&self, room: RoomId) -> Result<usize, usize> {
        self.seats.binary_search_by_key(&room, |seat| seat.room_id)
    }
}

fn hash(key: &str) -> u64 {
    FxBuildHasher.hash_one(key)
}

fn hash_of(seat: &Arc<Seat>) -> u64 {
    hash(seat.key().unwrap_or_default())
}
