//! A moment, as the number of microseconds since 1970-01-01T00:00:00Z.

use serde::{Deserialize, Serialize};

/// A moment: microseconds since the Unix epoch, UTC. The contracts print microseconds, so they are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(pub i64);

/// How many seconds clocks may be apart, and one may go back, before one of them counts as wrong.
pub const LEAP_SECONDS: i64 = 10;

impl Time {
    /// Whether a clock that said this was ahead of one that is right: what is kept from then says nothing about when.
    #[must_use]
    pub fn is_ahead(self, now: Self) -> bool {
        self > now.plus_seconds(LEAP_SECONDS)
    }

    /// This moment as a clock told it that was ahead: before every other, and the same as itself alone.
    #[must_use]
    pub fn told_ahead(self) -> Self {
        Self(-self.0)
    }

    /// This moment, or the one before where a clock has gone back a little. A clock that was ahead holds up nobody.
    #[must_use]
    pub fn not_before(self, before: Self) -> Self {
        if before.is_ahead(self) { self } else { self.max(before) }
    }

    /// This moment and `seconds` more.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// Whole seconds since the Unix epoch, rounded down.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }
}
