//! The write-ahead log: when it is written back into the database, and what is told where it cannot be.

use std::time::Duration;
use tokio::time::Instant;

/// From how many bytes on it is written back while there is nothing else to do.
const LARGE: u64 = 4 * 1024 * 1024;
/// How long nobody tries again where a reader was in the way: changes wait for each try.
const PAUSE: Duration = Duration::from_secs(1);
const MIB: u64 = 1024 * 1024;

/// What is known of the log.
pub(crate) struct Log {
    /// How many bytes it may have.
    most: u64,
    next_try: Instant,
    /// Whether somebody was told that it is too long.
    is_told: bool,
}

impl Log {
    pub(crate) fn new(most: u64, now: Instant) -> Self {
        Self {
            most,
            next_try: now,
            is_told: false,
        }
    }

    /// Whether to write a log of so many bytes back now: at rest early, so that it need not be done while changes wait.
    pub(crate) fn is_due(&self, bytes: u64, rests: bool, now: Instant) -> bool {
        let enough = if rests { LARGE.min(self.most) } else { self.most };
        bytes >= enough && now >= self.next_try
    }

    /// It was tried with a log of so many bytes, and done to the end or not. What is wrong is told once, and that it is over.
    pub(crate) fn tried(&mut self, bytes: u64, is_done: bool, now: Instant) {
        if is_done {
            if std::mem::take(&mut self.is_told) {
                tracing::info!("the write-ahead log was written back");
            }
            return;
        }
        self.next_try = now + PAUSE;
        if bytes >= self.most && !std::mem::replace(&mut self.is_told, true) {
            tracing::warn!(
                "the write-ahead log has {} MiB (limits.wal_bytes) and grows: somebody has been reading the database for \
                 longer than this server waits, so that it cannot be written back; is a backup or another program at it?",
                bytes / MIB
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_written_back_early_at_rest_and_at_its_limit_in_any_case() {
        let now = Instant::now();
        let mut log = Log::new(64 * MIB, now);
        assert!(!log.is_due(LARGE - 1, true, now));
        assert!(log.is_due(LARGE, true, now));
        assert!(!log.is_due(64 * MIB - 1, false, now));
        assert!(log.is_due(64 * MIB, false, now));
        assert!(Log::new(MIB, now).is_due(MIB, true, now), "a limit below what is large");
        log.tried(64 * MIB, false, now);
        assert!(log.is_told);
        let later = now + PAUSE;
        assert!(!log.is_due(65 * MIB, false, later - Duration::from_millis(1)));
        assert!(log.is_due(65 * MIB, false, later));
        log.tried(65 * MIB, true, later);
        assert!(!log.is_told, "the next time is told again");
    }
}
