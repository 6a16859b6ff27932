//! What is counted of the keys that issuers publish.

use beseda_core::words::Time;
use beseda_counts::{By, Counter, Fraction, Label, Page};

/// What is counted, by issuer. Clones count together.
#[derive(Debug, Clone)]
pub struct KeyCounts {
    fetched_at: By<Fraction, 1>,
    failures: By<Counter, 1>,
}

impl Default for KeyCounts {
    fn default() -> Self {
        Self {
            fetched_at: By::new(["issuer"]),
            failures: By::new(["issuer"]),
        }
    }
}

impl KeyCounts {
    /// There is such an issuer, whose keys were not fetched yet.
    pub(super) fn begin(&self, issuer: &str) {
        self.fetched_at.begin([Label::Text(issuer.into())]);
        self.failures.begin([Label::Text(issuer.into())]);
    }

    /// The keys of an issuer were fetched.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a time of this century in microseconds is below 2^53"
    )]
    pub(super) fn fetched(&self, issuer: &str, now: Time) {
        self.fetched_at.of([Label::Text(issuer.into())]).set(now.0 as f64 / 1e6);
    }

    /// They could not be fetched.
    pub(super) fn failed(&self, issuer: &str) {
        self.failures.of([Label::Text(issuer.into())]).inc();
    }

    /// Puts everything on the page of numbers.
    pub fn show(&self, page: &mut Page) {
        page.show_seconds(
            "issuer_keys_fetched_timestamp",
            "When the keys that an issuer publishes were last fetched, in seconds since 1970",
            self.fetched_at.clone(),
        );
        page.show(
            "issuer_keys_failures",
            "How often the keys that an issuer publishes could not be fetched",
            self.failures.clone(),
        );
    }
}
