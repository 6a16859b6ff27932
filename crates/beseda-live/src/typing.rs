//! Who is typing: announced without a transaction, joined together when too frequent, and with an end of its own.

use beseda_core::words::{Limits, PersonId, RoomId};
use std::collections::HashMap;

/// Milliseconds of a clock that only moves forward.
pub(crate) type Millis = u64;

/// Somebody's typing, to be told to the others of the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Announcement {
    pub(crate) room: RoomId,
    pub(crate) person: PersonId,
    pub(crate) is_typing: bool,
}

/// Everybody who types, or did a moment ago.
pub(crate) struct Typing {
    typists: HashMap<(RoomId, PersonId), Typist>,
    /// How long somebody types who says nothing more.
    lasts: Millis,
    /// Announcements a millisecond; `None` is "not limited".
    rate: Option<f64>,
    burst: f64,
}

struct Typist {
    /// What the others were told last.
    told: bool,
    /// What they are still to be told.
    wanted: Option<bool>,
    /// When it ends by itself.
    until: Millis,
    /// How many announcements may still be made at once, as of `counted_at`.
    tokens: f64,
    counted_at: Millis,
}

impl Typing {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            typists: HashMap::new(),
            lasts: limits.typing_seconds * 1_000,
            rate: (limits.typing_per_second > 0.0).then_some(limits.typing_per_second / 1_000.0),
            burst: f64::from(limits.typing_burst),
        }
    }

    /// Somebody says that they type, or have stopped. What may not be told yet is told by a later [`Self::tick`].
    pub(crate) fn say(&mut self, now: Millis, room: RoomId, person: PersonId, is_typing: bool) -> Option<Announcement> {
        let typist = self.typists.entry((room, person)).or_insert_with(|| Typist {
            told: false,
            wanted: None,
            until: 0,
            tokens: self.burst,
            counted_at: now,
        });
        typist.until = now + self.lasts;
        // Told also when it is nothing new: listeners have clocks of their own.
        typist.wanted = Some(is_typing);
        typist
            .announce(now, self.rate, self.burst)
            .map(|is_typing| Announcement {
                room,
                person,
                is_typing,
            })
    }

    /// Somebody's last window is gone: they have stopped, which is told if they were thought to be typing.
    pub(crate) fn gone(&mut self, now: Millis, room: RoomId, person: PersonId) -> Option<Announcement> {
        let typist = self.typists.get(&(room, person))?;
        if typist.told || typist.wanted == Some(true) {
            self.say(now, room, person, false)
        } else {
            None
        }
    }

    /// What is due: ends of those who said nothing for long, and what could not be told before.
    pub(crate) fn tick(&mut self, now: Millis) -> Vec<Announcement> {
        let (rate, burst) = (self.rate, self.burst);
        let mut due = Vec::new();
        self.typists.retain(|&(room, person), typist| {
            if now >= typist.until && typist.wanted != Some(false) {
                typist.wanted = typist.told.then_some(false);
            }
            if let Some(is_typing) = typist.announce(now, rate, burst) {
                due.push(Announcement {
                    room,
                    person,
                    is_typing,
                });
            }
            // Forgotten only with a full allowance, or forgetting would be a way around the rate.
            typist.told || typist.wanted.is_some() || typist.tokens < burst
        });
        due
    }
}

impl Typist {
    fn announce(&mut self, now: Millis, rate: Option<f64>, burst: f64) -> Option<bool> {
        if let Some(rate) = rate {
            let passed = u32::try_from(now.saturating_sub(self.counted_at)).unwrap_or(u32::MAX);
            self.tokens = (self.tokens + f64::from(passed) * rate).min(burst);
            self.counted_at = now;
            if self.wanted.is_some() && self.tokens < 1.0 {
                return None;
            }
        }
        let is_typing = self.wanted.take()?;
        self.told = is_typing;
        if rate.is_some() {
            self.tokens -= 1.0;
        }
        Some(is_typing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: RoomId = RoomId(1);
    const ANNA: PersonId = PersonId(7);

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
        assert_eq!(told(typing.say(0, ROOM, ANNA, true)), Some(true));
        assert_eq!(typing.tick(4_999), []);
        assert_eq!(
            typing.tick(5_000),
            [Announcement {
                room: ROOM,
                person: ANNA,
                is_typing: false
            }]
        );
        assert_eq!(typing.tick(60_000), []);
    }

    #[test]
    fn one_past_the_burst_waits_and_the_last_state_is_told() {
        let mut typing = typing();
        assert_eq!(told(typing.say(0, ROOM, ANNA, true)), Some(true));
        assert_eq!(told(typing.say(1, ROOM, ANNA, false)), Some(false));
        assert_eq!(told(typing.say(2, ROOM, ANNA, true)), Some(true));
        assert_eq!(told(typing.say(3, ROOM, ANNA, false)), None);
        assert_eq!(told(typing.say(4, ROOM, ANNA, true)), None);
        assert_eq!(told(typing.say(5, ROOM, ANNA, false)), None);
        assert_eq!(typing.tick(1_000), []);
        assert_eq!(
            typing.tick(2_000),
            [Announcement {
                room: ROOM,
                person: ANNA,
                is_typing: false
            }]
        );
        assert_eq!(typing.tick(4_000), []);
    }

    #[test]
    fn a_stop_is_told_when_it_is_said_and_not_when_somebody_goes_who_did_not_type() {
        let mut typing = typing();
        assert_eq!(typing.gone(0, ROOM, ANNA), None);
        assert_eq!(told(typing.say(0, ROOM, ANNA, false)), Some(false));
        assert_eq!(typing.gone(0, ROOM, ANNA), None);
        assert_eq!(told(typing.say(0, ROOM, ANNA, true)), Some(true));
        assert_eq!(told(typing.gone(0, ROOM, ANNA)), Some(false));
    }

    #[test]
    fn forgotten_when_silent_and_allowed_again() {
        let mut typing = typing();
        typing.say(0, ROOM, ANNA, true);
        typing.say(1, ROOM, ANNA, false);
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
            assert_eq!(told(typing.say(0, ROOM, ANNA, true)), Some(true));
        }
    }
}
