//! How values spread, counted without a lock: some of them are measured once a message.

use prometheus_client::encoding::{EncodeMetric, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::{MetricType, TypedMetric};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const NANOS: u64 = 1_000_000_000;

/// The bounds of what takes time, in nanoseconds: from half a millisecond to ten seconds.
pub const SECONDS: &[u64] = &[
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    25_000_000,
    50_000_000,
    100_000_000,
    250_000_000,
    500_000_000,
    NANOS,
    2_500_000_000,
    5 * NANOS,
    10 * NANOS,
];

/// How values spread. The library's own is behind a lock for every value.
#[derive(Debug, Clone)]
pub struct Histogram(Arc<Spread>);

#[derive(Debug)]
struct Spread {
    /// The highest value of each part but the last, in what is counted.
    bounds: &'static [u64],
    /// How many of what is counted make one of what is shown.
    scale: f64,
    parts: Box<[AtomicU64]>,
    sum: AtomicU64,
}

impl Histogram {
    /// Of durations.
    #[must_use]
    pub fn of_seconds() -> Self {
        Self::with(SECONDS, 1e9)
    }

    /// Of numbers, with these bounds in growing order.
    #[must_use]
    pub fn of_numbers(bounds: &'static [u64]) -> Self {
        Self::with(bounds, 1.0)
    }

    fn with(bounds: &'static [u64], scale: f64) -> Self {
        Self(Arc::new(Spread {
            bounds,
            scale,
            parts: (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect(),
            sum: AtomicU64::new(0),
        }))
    }

    /// Counts a duration.
    pub fn took(&self, time: Duration) {
        self.saw(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
    }

    /// Counts a value.
    pub fn saw(&self, value: u64) {
        let spread = &self.0;
        let part = spread.bounds.partition_point(|bound| *bound < value);
        if let Some(part) = spread.parts.get(part) {
            part.fetch_add(1, Ordering::Relaxed);
        }
        spread.sum.fetch_add(value, Ordering::Relaxed);
    }
}

impl Default for Histogram {
    fn default() -> Self {
        Self::of_seconds()
    }
}

impl TypedMetric for Histogram {
    const TYPE: MetricType = MetricType::Histogram;
}

impl EncodeMetric for Histogram {
    #[expect(
        clippy::cast_precision_loss,
        reason = "the format shows fractions; what is lost is beyond its digits"
    )]
    fn encode(&self, mut out: MetricEncoder<'_>) -> fmt::Result {
        let spread = &self.0;
        let bounds = spread.bounds.iter().map(|bound| *bound as f64 / spread.scale);
        let parts = spread.parts.iter().map(|part| part.load(Ordering::Relaxed));
        let buckets: Vec<(f64, u64)> = bounds.chain([f64::INFINITY]).zip(parts).collect();
        // What all parts hold: a count of its own could differ from them for a moment.
        let count = buckets.iter().map(|(_, part)| part).sum();
        let sum = spread.sum.load(Ordering::Relaxed) as f64 / spread.scale;
        out.encode_histogram::<NoLabelSet>(sum, count, &buckets, None)
    }

    fn metric_type(&self) -> MetricType {
        Self::TYPE
    }
}
