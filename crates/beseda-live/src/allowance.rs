//! An allowance: how often something may be announced, with a burst after a pause.

/// Milliseconds of a clock that only moves forward.
pub(crate) type Millis = u64;

/// How fast an allowance comes back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rate {
    /// Announcements a millisecond; `None` is "not limited".
    per_ms: Option<f64>,
    burst: f64,
}

/// What somebody may still announce, as of a moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowance {
    left: f64,
    counted_at: Millis,
}

impl Rate {
    /// So many announcements a second, 0 for "not limited", and so many in one go after a pause.
    pub(crate) fn new(per_second: f64, burst: u32) -> Self {
        Self {
            per_ms: (per_second > 0.0).then_some(per_second / 1_000.0),
            burst: f64::from(burst),
        }
    }
}

impl Allowance {
    pub(crate) fn full(rate: Rate, now: Millis) -> Self {
        Self {
            left: rate.burst,
            counted_at: now,
        }
    }

    /// Takes one announcement, if there is one left.
    pub(crate) fn take(&mut self, rate: Rate, now: Millis) -> bool {
        self.count(rate, now);
        if rate.per_ms.is_none() {
            return true;
        }
        let is_left = self.left >= 1.0;
        if is_left {
            self.left -= 1.0;
        }
        is_left
    }

    /// Whether all of it has come back.
    pub(crate) fn is_full(&mut self, rate: Rate, now: Millis) -> bool {
        self.count(rate, now);
        self.left >= rate.burst
    }

    fn count(&mut self, rate: Rate, now: Millis) {
        if let Some(per_ms) = rate.per_ms {
            let passed = u32::try_from(now.saturating_sub(self.counted_at)).unwrap_or(u32::MAX);
            self.left = (self.left + f64::from(passed) * per_ms).min(rate.burst);
        }
        self.counted_at = now;
    }
}
