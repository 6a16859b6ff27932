//! Which lines are wanted, and how that changes while the server runs.

use crate::config::{LogLevel, Part, Settings};
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
        Self(Arc::new(RwLock::new(targets(level, &[]))))
    }
}

impl Wanted {
    /// From now on what these settings want.
    pub fn set(&self, settings: &Settings) {
        *self.0.write() = targets(settings.log_level, &settings.log);
        // What was asked once is remembered where it is logged.
        callsite::rebuild_interest_cache();
    }
}

/// Libraries tell what they read from the wire when they are asked for details: nobody wants that kept.
fn targets(level: LogLevel, parts: &[Part]) -> Targets {
    let all = filter(level);
    let ours = Targets::new()
        .with_default(all.min(LevelFilter::WARN))
        .with_target("beseda", all);
    let asked = parts.iter().map(|part| (part.target.clone(), filter(part.level)));
    asked.fold(ours, |targets, (target, level)| targets.with_target(target, level))
}

fn filter(level: LogLevel) -> LevelFilter {
    match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::LogFilter;
    use beseda_core::words::{Raw, Taken};
    use parking_lot::Mutex;
    use std::path::Path;
    use tracing::{Event, Subscriber};
    use tracing_subscriber::Layer;
    use tracing_subscriber::layer::SubscriberExt;

    /// Where what was said is, by its targets.
    #[derive(Clone, Default)]
    struct Heard(Arc<Mutex<Vec<String>>>);

    impl<S: Subscriber> Layer<S> for Heard {
        fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
            let meta = event.metadata();
            self.0.lock().push(format!("{} {}", meta.level(), meta.target()));
        }
    }

    fn settings(log: &str) -> Settings {
        Settings {
            log: LogFilter::read(&Raw::Text(log.to_owned()), Path::new("")).unwrap(),
            ..Settings::default()
        }
    }

    #[test]
    fn what_is_wanted_of_a_part_changes_between_two_lines() {
        let (heard, wanted) = (Heard::default(), Wanted::from(LogLevel::Info));
        let layer = heard.clone().with_filter(wanted.clone());
        let said_with = |log: &str| {
            wanted.set(&settings(log));
            tracing::debug!(target: "beseda_contracts::spa", "a call");
            tracing::debug!(target: "beseda_contracts::school", "a call");
            tracing::info!(target: "beseda_store::jobs", "a job");
            tracing::error!(target: "beseda_store::jobs", "a job");
            tracing::info!(target: "hyper", "a frame");
            std::mem::take(&mut *heard.0.lock())
        };
        let (info, error) = ("INFO beseda_store::jobs", "ERROR beseda_store::jobs");
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
            assert_eq!(said_with(""), [info, error]);
            let spa = said_with("spa=debug,store=error");
            assert_eq!(spa, ["DEBUG beseda_contracts::spa", error]);
            assert_eq!(said_with(""), [info, error]);
        });
    }
}
