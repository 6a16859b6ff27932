//! How much: what is counted, at the price of an atomic number, and the page of it that monitoring reads.
//!
//! Whoever does something counts it in a field of its own. What a number is called stands once, where it is shown on the
//! [`Page`]; the binary makes the page of all of them.

mod by;
mod few;
mod histogram;
mod page;

pub use by::{By, Label};
pub use few::Few;
pub use histogram::{Histogram, SECONDS};
pub use page::{Metric, Page};

/// Something that only grows: `Counter::inc`.
pub type Counter = prometheus_client::metrics::counter::Counter;

/// Something that goes up and down: `Gauge::set`, `inc`, `dec`.
pub type Gauge = prometheus_client::metrics::gauge::Gauge;

/// Something that only grows, in fractions: seconds of work.
pub type Amount = prometheus_client::metrics::counter::Counter<f64, std::sync::atomic::AtomicU64>;

/// Something that goes up and down, in fractions.
pub type Fraction = prometheus_client::metrics::gauge::Gauge<f64, std::sync::atomic::AtomicU64>;
