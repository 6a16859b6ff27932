//! Who is typing: announced without a transaction, joined together when too frequent, and with an end of its own.

use beseda_core::words::{Allowance, Limits, Millis, Person, PersonId, Rate, RoomId, RoomKind, RoomName};
use std::collections::HashMap;
use std::sync::Arc;

/// Somebody's typing, to be told to the others of the room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Announcement {
    pub(crate) room: RoomName,
    pub(crate) person: Arc<Person>,
    pub(crate) is_typing: bool,
}

/// Everybody who types, or did a moment ago.
pub(crate) struct Typing {
    typists: HashMap<(RoomId, PersonId), Typist>,
    /// How long somebody types who says nothing more.
    lasts: Millis,
    rate: Rate,
}

struct Typist {
    room: RoomName,
    person: Arc<Person>,
    /// What the others were told last.
    told: bool,
    /// What they are still to be told.
    wanted: Option<bool>,
    /// When it ends by itself.
    until: Millis,
    allowance: Allowance,
}

impl Typing {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            typists: HashMap::new(),
            lasts: limits.typing_seconds * 1_000,
            rate: Rate::new(limits.typing_per_second, limits.typing_burst),
        }
    }

    /// Somebody says that they type, or have stopped. What may not be told yet is told by a later [`Self::tick`].
    pub(crate) fn say(
        &mut self,
        now: Millis,
        room: RoomName,
        person: &Arc<Person>,
        is_typing: bool,
    ) -> Option<Announcement> {
        let typist = self.typists.entry((room.id, person.id)).or_insert_with(|| Typist {
            room,
            person: Arc::clone(person),
            told: false,
            wanted: None,
            until: 0,
            allowance: Allowance::full(self.rate, now),
        });
        typist.person = Arc::clone(person);
        typist.until = now + self.lasts;
        // Told also when it is nothing new: listeners have clocks of their own.
        typist.wanted = Some(is_typing);
        typist.announce(now, self.rate)
    }

    /// Somebody's last window is gone: they have stopped, which is told if they were thought to be typing.
    pub(crate) fn gone(&mut self, now: Millis, room: RoomName, person: &Arc<Person>) -> Option<Announcement> {
        let typist = self.typists.get(&(room.id, person.id))?;
        if typist.told || typist.wanted == Some(true) {
            self.say(now, room, person, false)
        } else {
            None
        }
    }

    /// Somebody has sent what they typed: they have stopped. That is told whatever the rate, for sending has one of its own.
    pub(crate) fn sent(&mut self, room: RoomId, person: PersonId) -> Option<Announcement> {
        let typist = self.typists.get_mut(&(room, person))?;
        typist.wanted = None;
        std::mem::take(&mut typist.told).then(|| Announcement {
            room: typist.room,
            person: Arc::clone(&typist.person),
            is_typing: false,
        })
    }

    /// As [`Self::gone`], for somebody whose last window on every room of a kind is gone.
    pub(crate) fn gone_everywhere(&mut self, now: Millis, kind: RoomKind, person: &Arc<Person>) -> Vec<Announcement> {
        let theirs = |typist: &&Typist| typist.person.id == person.id && typist.room.kind == kind;
        let rooms: Vec<RoomName> = self.typists.values().filter(theirs).map(|typist| typist.room).collect();
        rooms
            .into_iter()
            .filter_map(|room| self.gone(now, room, person))
            .collect()
    }

    /// What is due: ends of those who said nothing for long, and what could not be told before.
    pub(crate) fn tick(&mut self, now: Millis) -> Vec<Announcement> {
        let rate = self.rate;
        let mut due = Vec::new();
        self.typists.retain(|_, typist| {
            if now >= typist.until && typist.wanted != Some(false) {
                typist.wanted = typist.told.then_some(false);
            }
            due.extend(typist.announce(now, rate));
            // Forgotten only with a full allowance, or forgetting would be a way around the rate.
            typist.told || typist.wanted.is_some() || !typist.allowance.is_full(rate, now)
        });
        due
    }
}

impl Typist {
    fn announce(&mut self, now: Millis, rate: Rate) -> Option<Announcement> {
        let is_typing = self.wanted?;
        if !self.allowance.take(rate, now) {
            return None;
        }
        self.wanted = None;
        self.told = is_typing;
        Some(Announcement {
            room: self.room,
            person: Arc::clone(&self.person),
            is_typing,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use beseda_core::words::Role;
    use uuid::Uuid;

    const ROOM: RoomName = RoomName {
        id: RoomId(1),
        uuid: Uuid::nil(),
        kind: RoomKind::Order,
    };

    fn anna() -> Arc<Person> {
        Arc::new(Person::new(PersonId(7), Role::Client))
    }

    fn typing() -> Typing {
        Typing::new(&Limits {
            typing_per_second: 0.5,
            typing_burst: 3,
            typing_seconds: 5,
            ..Limits::default()
        })
    }

    fn told(announcement: Option<Announcement>) -> Option<bool> {
        announcement.map(|announcement| announcement.is_typing)
    }

    #[test]
    fn who_says_nothing_for_five_seconds_stops_typing() {
        let mut typing = typing();
        assert_eq!(told(typing.say(0, ROOM, &anna(), true)), Some(true));
        assert_eq!(typing.tick(4_999), []);
        assert_eq!(
            typing.tick(5_000),
            [Announcement {
                room: ROOM,
                person: anna(),
                is_typing: false
            }]
        );
        assert_eq!(typing.tick(60_000), []);
    }

    #[test]
    fn one_past_the_burst_waits_and_the_last_state_is_told() {
        let mut typing = typing();
        assert_eq!(told(typing.say(0, ROOM, &anna(), true)), Some(true));
        assert_eq!(told(typing.say(1, ROOM, &anna(), false)), Some(false));
        assert_eq!(told(typing.say(2, ROOM, &anna(), true)), Some(true));
        assert_eq!(told(typing.say(3, ROOM, &anna(), false)), None);
        assert_eq!(told(typing.say(4, ROOM, &anna(), true)), None);
        assert_eq!(told(typing.say(5, ROOM, &anna(), false)), None);
        assert_eq!(typing.tick(1_000), []);
        assert_eq!(
            typing.tick(2_000),
            [Announcement {
                room: ROOM,
                person: anna(),
                is_typing: false
            }]
        );
        assert_eq!(typing.tick(4_000), []);
    }

    #[test]
    fn a_stop_is_told_when_it_is_said_and_not_when_somebody_goes_who_did_not_type() {
        let mut typing = typing();
        assert_eq!(typing.gone(0, ROOM, &anna()), None);
        assert_eq!(told(typing.say(0, ROOM, &anna(), false)), Some(false));
        assert_eq!(typing.gone(0, ROOM, &anna()), None);
        assert_eq!(told(typing.say(0, ROOM, &anna(), true)), Some(true));
        assert_eq!(told(typing.gone(0, ROOM, &anna())), Some(false));
    }

    #[test]
    fn who_sends_has_stopped_whatever_the_rate_and_what_waited_is_told_no_more() {
        let mut typing = typing();
        assert_eq!(typing.sent(ROOM.id, anna().id), None, "who did not type");
        for now in 0..5 {
            typing.say(now, ROOM, &anna(), now % 2 == 0);
        }
        // Three of five were told, the last of them that they type.
        assert_eq!(told(typing.sent(ROOM.id, anna().id)), Some(false));
        assert_eq!(typing.sent(ROOM.id, anna().id), None, "once");
        assert_eq!(typing.tick(60_000), []);
        assert_eq!(told(typing.say(60_001, ROOM, &anna(), true)), Some(true));
    }

    #[test]
    fn the_end_is_told_of_who_they_are_by_then() {
        let (mut typing, old) = (typing(), anna());
        let new = Arc::new(Person {
            first_name: "Анна".to_owned(),
            ..Person::clone(&old)
        });
        typing.say(0, ROOM, &old, true);
        typing.say(1, ROOM, &new, true);
        assert_eq!(typing.tick(6_000)[0].person, new);
    }

    #[test]
    fn whose_last_window_on_a_kind_is_gone_stops_typing_in_every_room_of_it() {
        let room = |id: i64, kind: RoomKind| RoomName {
            id: RoomId(id),
            kind,
            ..ROOM
        };
        let mut typing = typing();
        let other = Arc::new(Person::new(PersonId(8), Role::Client));
        typing.say(0, room(1, RoomKind::Support), &anna(), true);
        typing.say(0, room(2, RoomKind::Support), &anna(), true);
        typing.say(0, room(2, RoomKind::Support), &other, true);
        typing.say(0, room(3, RoomKind::Order), &anna(), true);
        let gone = typing.gone_everywhere(1, RoomKind::Support, &anna());
        let mut rooms: Vec<i64> = gone.iter().map(|announcement| announcement.room.id.0).collect();
        rooms.sort_unstable();
        assert_eq!(rooms, [1, 2]);
        let theirs = |announcement: &Announcement| announcement.person.id == anna().id && !announcement.is_typing;
        assert!(gone.iter().all(theirs));
    }

    #[test]
    fn forgotten_when_silent_and_allowed_again() {
        let mut typing = typing();
        typing.say(0, ROOM, &anna(), true);
        typing.say(1, ROOM, &anna(), false);
        typing.tick(250);
        assert_eq!(typing.typists.len(), 1);
        typing.tick(10_000);
        assert!(typing.typists.is_empty());
    }

    #[test]
    fn a_rate_of_nought_is_not_limited() {
        let limits = Limits {
            typing_per_second: 0.0,
            typing_burst: 1,
            ..Limits::default()
        };
        let mut typing = Typing::new(&limits);
        for _ in 0..100 {
            assert_eq!(told(typing.say(0, ROOM, &anna(), true)), Some(true));
        }
    }
}
