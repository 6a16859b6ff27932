//! Which events are wanted, and how that changes while the server runs.

use crate::config::LogLevel;
use parking_lot::RwLock;
use std::sync::Arc;
use tracing::level_filters::LevelFilter;
use tracing::subscriber::Interest;
use tracing::{Metadata, callsite};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, Filter};

/// The filter of every place where lines go: one for all.
#[derive(Clone)]
pub struct Wanted(Arc<RwLock<Targets>>);

impl From<LogLevel> for Wanted {
    fn from(level: LogLevel) -> Self {
        Self(Arc::new(RwLock::new(targets(level))))
    }
}

impl Wanted {
    /// From now on what is as important as this.
    pub fn set(&self, level: LogLevel) {
        *self.0.write() = targets(level);
        // What was asked once is remembered where it is logged.
        callsite::rebuild_interest_cache();
    }
}

/// Libraries tell what they read from the wire when they are asked for details: nobody wants that kept.
fn targets(level: LogLevel) -> Targets {
    let level = match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_target("beseda", level)
}

impl<S> Filter<S> for Wanted {
    fn enabled(&self, meta: &Metadata<'_>, context: &Context<'_, S>) -> bool {
        self.0.read().enabled(meta, context)
    }

    fn callsite_enabled(&self, meta: &'static Metadata<'static>) -> Interest {
        Filter::<S>::callsite_enabled(&*self.0.read(), meta)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Filter::<S>::max_level_hint(&*self.0.read())
    }
}
