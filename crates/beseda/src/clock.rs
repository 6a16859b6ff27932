//! The eye on the clock: a leap is told in the log, and what would be forgotten or mended by a clock that is wrong waits until
//! it has been steady for a while.

use beseda_core::Chat;
use beseda_core::words::{LEAP_SECONDS, Time};
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, interval};

/// How often the clock is looked at.
const EVERY: Duration = Duration::from_secs(1);
/// For how long it has to be steady before something is forgotten or mended by it.
const STEADY: Duration = Duration::from_secs(3_600);

/// Since when the clock has been steady.
pub struct Steady {
    began: Instant,
    leapt: Mutex<Option<Instant>>,
}

impl Steady {
    /// A clock that nobody has watched yet.
    pub fn new() -> Self {
        Self {
            began: Instant::now(),
            leapt: Mutex::new(None),
        }
    }

    /// Whether it has not leapt lately, as far as anybody knows.
    pub fn is_believed(&self) -> bool {
        self.leapt.lock().is_none_or(|at| at.elapsed() >= STEADY)
    }

    /// Whether it has been watched for long and did not leap.
    pub fn is_proven(&self) -> bool {
        self.is_believed() && self.began.elapsed() >= STEADY
    }

    /// Watches the clock, for as long as it is polled.
    pub async fn watch(self: Arc<Self>, chat: Chat) {
        let mut turns = interval(EVERY);
        let mut before = (chat.now(), Instant::now());
        loop {
            turns.tick().await;
            let now = (chat.now(), Instant::now());
            if let Some(seconds) = leap(before.0, now.0, now.1 - before.1) {
                *self.leapt.lock() = Some(now.1);
                tell(seconds);
            }
            before = now;
        }
    }
}

/// By how many seconds a clock has leapt that said these times, so much time apart; below zero where it went back.
fn leap(before: Time, now: Time, passed: Duration) -> Option<i64> {
    let passed = i64::try_from(passed.as_micros()).unwrap_or(i64::MAX);
    let off = now.0.saturating_sub(before.0).saturating_sub(passed);
    let seconds = off / 1_000_000;
    (seconds.abs() > LEAP_SECONDS).then_some(seconds)
}

fn tell(seconds: i64) {
    let (way, much) = if seconds < 0 {
        ("back", -seconds)
    } else {
        ("forward", seconds)
    };
    tracing::warn!(
        seconds,
        "the clock has leapt {way} by {much} s, or the machine slept: messages have the time that it tells now and keep the \
         order in which they came; nothing is swept for an hour. Does something keep it right (chrony, systemd-timesyncd)?"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_leaps_where_it_tells_more_or_less_than_what_has_passed() {
        let (second, begun) = (Duration::from_secs(1), Time(1_790_000_000_000_000));
        let after = |seconds: i64| leap(begun, begun.plus_seconds(seconds), second);
        let twenty_years = 20 * 365 * 86_400;
        assert_eq!(after(1), None);
        assert_eq!(
            (after(1 + LEAP_SECONDS), after(1 - LEAP_SECONDS)),
            (None, None),
            "both are believed"
        );
        assert_eq!(after(2 + LEAP_SECONDS), Some(LEAP_SECONDS + 1));
        assert_eq!(after(-LEAP_SECONDS), Some(-LEAP_SECONDS - 1));
        assert_eq!(after(1 + twenty_years), Some(twenty_years));
        assert_eq!(
            leap(begun.plus_seconds(twenty_years), begun.plus_seconds(1), second),
            Some(-twenty_years)
        );
        assert_eq!(
            leap(begun, begun.plus_seconds(60), second * 60),
            None,
            "nobody looked for a minute"
        );
    }

    #[test]
    fn a_clock_is_proven_by_time_and_believed_until_it_leaps() {
        let steady = Steady::new();
        assert!(steady.is_believed() && !steady.is_proven());
        *steady.leapt.lock() = Some(Instant::now());
        assert!(!steady.is_believed());
    }
}
