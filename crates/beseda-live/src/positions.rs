//! Where people are: announced without a transaction, the latest of each shown to who comes later, and then forgotten.
//! There is no history of it.

use crate::dialect::Position;
use beseda_core::words::{Allowance, Limits, Millis, PersonId, Rate, RoomId, RoomName};
use std::collections::{BTreeMap, HashMap};

/// Everybody's latest position, room by room.
pub(crate) struct Positions {
    rooms: HashMap<RoomId, BTreeMap<PersonId, Latest>>,
    /// How long a position is shown.
    lasts: Millis,
    rate: Rate,
}

struct Latest {
    room: RoomName,
    position: Position,
    said_at: Millis,
    /// Whether the others have still to be told.
    waits: bool,
    allowance: Allowance,
}

impl Positions {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            rooms: HashMap::new(),
            lasts: limits.position_seconds * 1_000,
            rate: Rate::new(limits.positions_per_second, limits.positions_burst),
        }
    }

    /// Somebody says where they are; whether that is told now. If not, the last that they said is told by a later
    /// [`Self::tick`].
    pub(crate) fn say(&mut self, now: Millis, room: RoomName, position: Position) -> bool {
        let people = self.rooms.entry(room.id).or_default();
        let latest = people.entry(position.person.id).or_insert_with(|| Latest {
            room,
            position: position.clone(),
            said_at: now,
            waits: false,
            allowance: Allowance::full(self.rate, now),
        });
        latest.position = position;
        latest.said_at = now;
        latest.waits = !latest.allowance.take(self.rate, now);
        !latest.waits
    }

    /// Everybody's latest position in a room, by their numbers.
    pub(crate) fn in_room(&self, now: Millis, room: RoomId) -> Vec<Position> {
        let people = self.rooms.get(&room).into_iter().flat_map(BTreeMap::values);
        let fresh = people.filter(|latest| now < latest.said_at + self.lasts);
        fresh.map(|latest| latest.position.clone()).collect()
    }

    /// What could not be told before and is due. Old positions are forgotten.
    pub(crate) fn tick(&mut self, now: Millis) -> Vec<(RoomName, Position)> {
        let (rate, lasts) = (self.rate, self.lasts);
        let mut due = Vec::new();
        self.rooms.retain(|_, people| {
            people.retain(|_, latest| {
                if latest.waits && latest.allowance.take(rate, now) {
                    latest.waits = false;
                    due.push((latest.room, latest.position.clone()));
                }
                // Forgotten only with a full allowance, or forgetting would be a way around the rate.
                now < latest.said_at + lasts || !latest.allowance.is_full(rate, now)
            });
            !people.is_empty()
        });
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Point;
    use beseda_core::words::{Person, Role, RoomKind, Time};
    use std::sync::Arc;
    use uuid::Uuid;

    const ROOM: RoomName = RoomName {
        id: RoomId(1),
        uuid: Uuid::nil(),
        kind: RoomKind::Pair,
    };

    fn positions() -> Positions {
        Positions::new(&Limits {
            position_seconds: 900,
            positions_per_second: 1.0,
            positions_burst: 2,
            ..Limits::default()
        })
    }

    fn at(person: i64, latitude: f64) -> Position {
        let point = Point {
            latitude,
            longitude: 0.0,
            accuracy: None,
            heading: None,
            speed: None,
        };
        Position {
            person: Arc::new(Person::new(PersonId(person), Role::Customer)),
            point,
            at: Time(0),
        }
    }

    #[test]
    fn one_past_the_burst_waits_and_the_last_passes_on() {
        let mut positions = positions();
        assert!(positions.say(0, ROOM, at(1, 1.0)));
        assert!(positions.say(0, ROOM, at(1, 2.0)));
        assert!(!positions.say(0, ROOM, at(1, 3.0)));
        assert!(!positions.say(0, ROOM, at(1, 4.0)));
        assert!(positions.say(0, ROOM, at(2, 5.0)), "each has an allowance of their own");
        assert_eq!(positions.tick(999), []);
        assert_eq!(positions.tick(1_000), [(ROOM, at(1, 4.0))]);
        assert_eq!(positions.tick(2_000), []);
    }

    #[test]
    fn the_latest_of_each_is_shown_until_it_is_too_old() {
        let mut positions = positions();
        positions.say(0, ROOM, at(2, 1.0));
        positions.say(0, ROOM, at(1, 2.0));
        positions.say(5_000, ROOM, at(1, 3.0));
        assert_eq!(positions.in_room(6_000, ROOM.id), [at(1, 3.0), at(2, 1.0)]);
        assert_eq!(positions.in_room(6_000, RoomId(2)), []);
        assert_eq!(positions.in_room(900_000, ROOM.id), [at(1, 3.0)]);
        assert_eq!(positions.in_room(905_000, ROOM.id), []);
        positions.tick(905_000);
        assert!(positions.rooms.is_empty());
    }
}
