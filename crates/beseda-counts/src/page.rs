//! The page: every number by its name, in the two formats that monitoring reads.

use prometheus_client::encoding::{prometheus_text, text};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use std::fmt;

pub use prometheus_client::registry::Metric;

/// What our own names begin with.
const PREFIX: &str = "beseda";

/// Every number that is shown.
#[derive(Debug)]
pub struct Page {
    ours: Registry,
    /// What every program calls alike: `process_open_fds`.
    usual: Registry,
}

impl Default for Page {
    fn default() -> Self {
        Self {
            ours: Registry::with_prefix(PREFIX),
            usual: Registry::default(),
        }
    }
}

impl Page {
    /// Shows a number as `beseda_NAME`, a counter as `beseda_NAME_total`. `help` is a sentence without its full stop.
    pub fn show(&mut self, name: &str, help: &str, metric: impl Metric) {
        self.ours.register(name, help, metric);
    }

    /// The same of durations: `beseda_NAME_seconds`.
    pub fn show_seconds(&mut self, name: &str, help: &str, metric: impl Metric) {
        self.ours.register_with_unit(name, help, Unit::Seconds, metric);
    }

    /// The same of sizes: `beseda_NAME_bytes`.
    pub fn show_bytes(&mut self, name: &str, help: &str, metric: impl Metric) {
        self.ours.register_with_unit(name, help, Unit::Bytes, metric);
    }

    /// Shows a number under the name that every program gives it.
    pub fn show_usual(&mut self, name: &str, help: &str, metric: impl Metric) {
        self.usual.register(name, help, metric);
    }

    /// Shows words that stay as they are while the process lives: `beseda_NAME_info`.
    pub fn show_words(&mut self, name: &str, help: &str, words: Vec<(&'static str, &'static str)>) {
        self.ours.register(name, help, Info::new(words));
    }

    /// The page as OpenMetrics 1.0 writes it.
    ///
    /// # Errors
    /// Never, unless a number cannot be written.
    pub fn open_metrics(&self) -> Result<String, fmt::Error> {
        let mut page = String::new();
        text::encode_registry(&mut page, &self.ours)?;
        text::encode_registry(&mut page, &self.usual)?;
        text::encode_eof(&mut page)?;
        Ok(page)
    }

    /// The page as Prometheus has always written it, version 0.0.4.
    ///
    /// # Errors
    /// As [`Page::open_metrics`].
    pub fn text(&self) -> Result<String, fmt::Error> {
        let mut page = String::new();
        prometheus_text::encode(&mut page, &self.ours)?;
        prometheus_text::encode(&mut page, &self.usual)?;
        Ok(page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{By, Counter, Gauge, Histogram};
    use std::time::Duration;

    fn page() -> Page {
        let (mut page, sent) = (Page::default(), By::<Counter, 2>::new(["contract", "status"]));
        sent.of(["spa".into(), 200.into()]).inc_by(2);
        let (open, took, batch) = (
            Gauge::default(),
            Histogram::of_seconds(),
            Histogram::of_numbers(&[1, 4]),
        );
        open.set(-3);
        for millis in [0, 1, 2, 20_000] {
            took.took(Duration::from_millis(millis));
        }
        for changes in [1, 2, 4, 5] {
            batch.saw(changes);
        }
        page.show("sent", "Messages that were sent", sent);
        page.show("open", "What is open", open);
        page.show_seconds("ack", "Until it was kept", took);
        page.show("batch", "Changes of a commit", batch);
        page.show_words("build", "This build", vec![("version", "1.2.3")]);
        page.show_usual("process_open_fds", "Open files", Gauge::default());
        page
    }

    #[test]
    fn numbers_stand_in_both_formats_under_the_names_of_the_field() {
        let (open, old) = (page().open_metrics().unwrap(), page().text().unwrap());
        for line in [
            "beseda_sent_total{contract=\"spa\",status=\"200\"} 2",
            "beseda_open -3",
            "beseda_ack_seconds_bucket{le=\"0.0005\"} 1",
            // A value on a bound belongs below it.
            "beseda_ack_seconds_bucket{le=\"0.001\"} 2",
            "beseda_ack_seconds_bucket{le=\"0.0025\"} 3",
            "beseda_ack_seconds_bucket{le=\"10.0\"} 3",
            "beseda_ack_seconds_bucket{le=\"+Inf\"} 4",
            "beseda_ack_seconds_count 4",
            "beseda_ack_seconds_sum 20.003",
            "beseda_batch_bucket{le=\"1.0\"} 1",
            "beseda_batch_bucket{le=\"4.0\"} 3",
            "beseda_batch_sum 12.0",
            "beseda_build_info{version=\"1.2.3\"} 1",
            "process_open_fds 0",
        ] {
            // The old format writes whole bounds without a fraction.
            let in_old = line.replace(".0\"", "\"");
            for (page, line) in [(&open, line), (&old, &in_old)] {
                assert!(page.lines().any(|one| one == line), "{line} in\n{page}");
            }
        }
        assert!(open.contains("# HELP beseda_sent Messages that were sent.\n# TYPE beseda_sent counter\n"));
        assert!(open.contains("# UNIT beseda_ack_seconds seconds\n") && open.ends_with("# EOF\n"));
        assert!(old.contains("# TYPE beseda_sent_total counter\n") && !old.contains("# EOF"));
    }
}
