//! What is said once: a token comes with every request, and what is odd about it is no news the second time.

use parking_lot::Mutex;
use std::collections::BTreeSet;

/// So many lines are remembered. What is odd in so many ways is not read by anybody.
const LINES: usize = 1_000;

/// The lines that were said.
#[derive(Default)]
pub(super) struct Said(Mutex<BTreeSet<String>>);

impl Said {
    /// Writes a line into the log, unless it stands there since the start.
    pub(super) fn once(&self, line: String) {
        match self.remember(&line) {
            Some(1..LINES) => tracing::info!("{line}"),
            Some(_) => tracing::info!("{line}; what else is odd about tokens is not told until the next start"),
            None => {}
        }
    }

    /// How many lines there are now, where this one is new and finds a place.
    fn remember(&self, line: &str) -> Option<usize> {
        let mut lines = self.0.lock();
        if lines.len() >= LINES || !lines.insert(line.to_owned()) {
            return None;
        }
        Some(lines.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_said_once_and_so_many_lines_are() {
        let said = Said::default();
        for number in 1..=LINES {
            assert_eq!(said.remember(&number.to_string()), Some(number));
            assert_eq!(said.remember(&number.to_string()), None);
        }
        assert_eq!(said.remember("one past"), None);
        assert_eq!(said.remember("1"), None);
    }
}
