//! Web push: browsers that are told what their people miss, and how each person wants to be told.

use super::{Came, Message, Person, PersonId, Room, Time};
use std::fmt;
use std::sync::Arc;
use uuid::Uuid;

/// The point on P-256 for which a browser wants to be told, as SEC1 writes it in full.
pub const PUSH_KEY_BYTES: usize = 65;
/// What only a browser and whoever it tells know.
pub const PUSH_AUTH_BYTES: usize = 16;

/// A browser that is told, as somebody gave it. Whoever knows its address and its keys can tell it something too: neither is
/// printed.
#[derive(Clone, PartialEq, Eq)]
pub struct PushSubscription {
    /// Its id, of ours.
    pub id: Uuid,
    /// Whose it is, and what let them in who gave it: it is told nothing once that lets nobody in any more.
    pub came: Came,
    /// Where its push service takes what is for it.
    pub endpoint: String,
    /// For whom it is encrypted.
    pub p256dh: [u8; PUSH_KEY_BYTES],
    /// The browser's secret.
    pub auth: [u8; PUSH_AUTH_BYTES],
    /// When it was first given.
    pub created_at: Time,
}

impl fmt::Debug for PushSubscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PushSubscription")
            .field("id", &self.id)
            .field("came", &self.came)
            .field("created_at", &self.created_at)
            .finish_non_exhaustive()
    }
}

/// When of a day somebody is not to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quiet {
    /// By which clock, as the tz database calls it: `Europe/Moscow`.
    pub zone: String,
    /// From which minute of the day on, the first being 0.
    pub from: u16,
    /// Before which minute; one that is not after `from` is of the next day.
    pub to: u16,
}

impl Quiet {
    /// How many minutes a day has.
    pub const DAY: u16 = 24 * 60;

    /// Whether somebody is not to be told in this minute of the day.
    #[must_use]
    pub fn holds(&self, minute: u16) -> bool {
        if self.from < self.to {
            (self.from..self.to).contains(&minute)
        } else {
            minute >= self.from || minute < self.to
        }
    }
}

/// How somebody wants to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushSettings {
    /// Whether they are told at all.
    pub on: bool,
    /// Whether they are shown how a message begins.
    pub preview: bool,
    /// When they are not.
    pub quiet: Option<Quiet>,
}

impl Default for PushSettings {
    /// What a screen shows that lies on a table is nobody's to read who walks by, until its owner says otherwise.
    fn default() -> Self {
        Self {
            on: true,
            preview: false,
            quiet: None,
        }
    }
}

/// What a browser is told of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// Who is told.
    pub person: PersonId,
    /// How they want to be told.
    pub settings: PushSettings,
    /// Where.
    pub room: Room,
    /// The other one, where it is a room of two: without a title it is called as they are.
    pub other: Option<Arc<Person>>,
    /// The message.
    pub message: Message,
}

/// A browser that is to be told of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushDue {
    /// The browser.
    pub subscription: Uuid,
    /// What it is told.
    pub pushed: Arc<Pushed>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_quiet_between_two_minutes_also_over_midnight() {
        let quiet = |from, to| Quiet {
            zone: "UTC".to_owned(),
            from,
            to,
        };
        let day = quiet(540, 1080);
        assert_eq!(
            [539, 540, 1079, 1080].map(|at| day.holds(at)),
            [false, true, true, false]
        );
        let night = quiet(1320, 420);
        assert_eq!(
            [419, 420, 1319, 1320, 0].map(|at| night.holds(at)),
            [true, false, false, true, true]
        );
        let until_midnight = quiet(1320, Quiet::DAY);
        assert_eq!([0, 1319, 1439].map(|at| until_midnight.holds(at)), [false, false, true]);
    }

    #[test]
    fn neither_its_address_nor_its_keys_are_printed() {
        let subscription = PushSubscription {
            id: Uuid::from_u128(7),
            came: Came::oneself(PersonId(1), Time(2)),
            endpoint: "https://push.example/канарейка".to_owned(),
            p256dh: [77; PUSH_KEY_BYTES],
            auth: [88; PUSH_AUTH_BYTES],
            created_at: Time(3),
        };
        let printed = format!("{subscription:?}");
        assert!(
            !["push.example", "77", "88"]
                .iter()
                .any(|secret| printed.contains(secret)),
            "{printed}"
        );
    }
}
