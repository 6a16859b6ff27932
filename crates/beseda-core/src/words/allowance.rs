//! An allowance: how often something may be done, with a burst after a pause.

/// Milliseconds of a clock that only moves forward.
pub type Millis = u64;

/// How fast an allowance comes back.
#[derive(Debug, Clone, Copy)]
pub struct Rate {
    /// Times a millisecond; `None` is "not limited".
    per_ms: Option<f64>,
    burst: f64,
}

/// How often somebody may still do it, as of a moment.
#[derive(Debug, Clone, Copy)]
pub struct Allowance {
    left: f64,
    counted_at: Millis,
}

impl Rate {
    /// So many times a second, 0 for "not limited", and so many in one go after a pause, once at least.
    #[must_use]
    pub fn new(per_second: f64, burst: u32) -> Self {
        Self {
            per_ms: (per_second > 0.0).then_some(per_second / 1_000.0),
            burst: f64::from(burst.max(1)),
        }
    }

    /// How many in one go, after a pause.
    #[must_use]
    pub fn burst(self) -> u32 {
        self.burst as u32
    }

    /// In how many milliseconds so many come back.
    #[must_use]
    pub fn refill(self, times: f64) -> Millis {
        // More than that is as good as never; a cast of it saturates.
        self.per_ms.map_or(0, |per_ms| (times / per_ms).ceil() as Millis)
    }

    /// Whether it limits anybody.
    #[must_use]
    pub fn is_limited(self) -> bool {
        self.per_ms.is_some()
    }
}

impl Allowance {
    /// All of it.
    #[must_use]
    pub fn full(rate: Rate, now: Millis) -> Self {
        Self {
            left: rate.burst,
            counted_at: now,
        }
    }

    /// Takes one, if there is one left.
    pub fn take(&mut self, rate: Rate, now: Millis) -> bool {
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
    pub fn is_full(&mut self, rate: Rate, now: Millis) -> bool {
        self.count(rate, now);
        self.left >= rate.burst
    }

    /// In how many milliseconds there will be one left.
    #[must_use]
    pub fn wait(self, rate: Rate) -> Millis {
        rate.refill((1.0 - self.left).max(0.0))
    }

    /// How many are left, and in how many milliseconds all of them are back.
    pub fn look(&mut self, rate: Rate, now: Millis) -> (u32, Millis) {
        self.count(rate, now);
        (self.left as u32, rate.refill(rate.burst - self.left))
    }

    fn count(&mut self, rate: Rate, now: Millis) {
        if let Some(per_ms) = rate.per_ms {
            let passed = u32::try_from(now.saturating_sub(self.counted_at)).unwrap_or(u32::MAX);
            self.left = (self.left + f64::from(passed) * per_ms).min(rate.burst);
        }
        self.counted_at = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_and_then_as_it_comes_back() {
        let rate = Rate::new(2.0, 3);
        let mut allowance = Allowance::full(rate, 0);
        let taken = [0, 0, 0, 0, 499, 500, 999, 1_000].map(|now| allowance.take(rate, now));
        assert_eq!(taken, [true, true, true, false, false, true, false, true]);
        assert_eq!(allowance.wait(rate), 500);
        assert_eq!(allowance.look(rate, 1_500), (1, 1_000));
        assert_eq!((rate.burst(), rate.refill(3.0)), (3, 1_500));
        assert!(!allowance.is_full(rate, 2_499) && allowance.is_full(rate, 2_500));
    }

    #[test]
    fn none_is_no_limit_and_next_to_nothing_is_no_overflow() {
        let rate = Rate::new(0.0, 1);
        let mut allowance = Allowance::full(rate, 0);
        assert!((0..1_000).all(|_| allowance.take(rate, 0)) && !rate.is_limited());
        let rate = Rate::new(1e-300, 0);
        let mut allowance = Allowance::full(rate, 0);
        assert!(allowance.take(rate, 0), "one at least");
        assert!(!allowance.take(rate, Millis::MAX));
        assert_eq!(allowance.wait(rate), Millis::MAX);
    }
}
