//! Rooms: who sits in each, kept so that a room in which one sits costs little more than that seat.

use crate::seat::Seat;
use beseda_core::words::RoomId;
use parking_lot::RwLock;
use rustc_hash::FxHashMap;
use std::collections::hash_map::Entry;
use std::ops::Deref;
use std::sync::Arc;

/// In how many parts rooms are kept, so that coming into one seldom waits for telling in another.
const SHARDS: usize = 64;

/// The seats of a room, which are replaced and never changed: an event that is being told goes on over the list as it was.
#[derive(Clone)]
pub(crate) enum Seats {
    /// Most rooms have one, and need no list for it.
    One(Arc<Seat>),
    Many(Arc<[Arc<Seat>]>),
}

impl Deref for Seats {
    type Target = [Arc<Seat>];

    fn deref(&self) -> &[Arc<Seat>] {
        match self {
            Self::One(seat) => std::slice::from_ref(seat),
            Self::Many(seats) => seats,
        }
    }
}

impl Seats {
    /// With one more at their end.
    fn with(&self, more: &Arc<Seat>) -> Self {
        Self::Many(self.iter().chain([more]).cloned().collect())
    }

    /// Without this one; `None` where it was the last.
    fn without(&self, seat: &Arc<Seat>) -> Option<Self> {
        let others = self.iter().filter(|other| !Arc::ptr_eq(other, seat));
        let left: Vec<_> = others.cloned().collect();
        match left.as_slice() {
            [] => None,
            [one] => Some(Self::One(Arc::clone(one))),
            _ => Some(Self::Many(left.into())),
        }
    }
}

/// The rooms in which anybody sits.
pub(crate) struct Rooms {
    shards: Vec<RwLock<FxHashMap<RoomId, Seats>>>,
}

impl Default for Rooms {
    fn default() -> Self {
        Self {
            shards: (0..SHARDS).map(|_| RwLock::default()).collect(),
        }
    }
}

impl Rooms {
    /// The seats of a room.
    pub(crate) fn seats_in(&self, room: RoomId) -> Option<Seats> {
        self.shard(room)?.read().get(&room).cloned()
    }

    /// Puts a seat into its room.
    pub(crate) fn sit(&self, seat: &Arc<Seat>) {
        let Some(shard) = self.shard(seat.room_id) else { return };
        match shard.write().entry(seat.room_id) {
            Entry::Occupied(mut seats) => {
                let more = seats.get().with(seat);
                seats.insert(more);
            }
            Entry::Vacant(none) => {
                none.insert(Seats::One(Arc::clone(seat)));
            }
        }
    }

    /// Takes a seat out of its room; whether it was the last of its person there.
    pub(crate) fn stand_up(&self, seat: &Arc<Seat>) -> bool {
        let Some(shard) = self.shard(seat.room_id) else {
            return true;
        };
        let mut rooms = shard.write();
        let Some(seats) = rooms.get_mut(&seat.room_id) else {
            return true;
        };
        match seats.without(seat) {
            Some(left) => {
                *seats = left;
                let person = seat.session.person_id();
                seats.iter().all(|other| other.session.person_id() != person)
            }
            None => {
                rooms.remove(&seat.room_id);
                true
            }
        }
    }

    fn shard(&self, room: RoomId) -> Option<&RwLock<FxHashMap<RoomId, Seats>>> {
        self.shards.get(room.0.unsigned_abs() as usize % SHARDS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_and_its_seats_take_no_more_than_three_words() {
        assert!(
            size_of::<(RoomId, Seats)>() <= 24,
            "{} bytes",
            size_of::<(RoomId, Seats)>()
        );
    }
}
