//! After a commit: the audience hears of it, and then everybody learns what their change came to.

use crate::transaction::Announced;
use beseda_core::error::Error;
use beseda_core::ports::{Audience, Change};
use beseda_core::words::Notice;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};

/// What became of a change.
pub(crate) type Outcome = Result<(), Error>;

/// Changes that are kept together.
pub(crate) type Batch = Vec<Box<dyn Change>>;

/// The audience, once there is one: the store is opened before anybody can listen.
#[derive(Clone, Default)]
pub(crate) struct Ears(Arc<OnceLock<Arc<dyn Audience>>>);

impl Ears {
    /// There is one audience: a second one is not taken.
    pub(crate) fn set(&self, audience: Arc<dyn Audience>) {
        if self.0.set(audience).is_err() {
            tracing::error!("the store has an audience already");
        }
    }

    /// Tells what a commit made known.
    pub(crate) fn tell(&self, announced: &Announced) {
        let Announced {
            events,
            people,
            everybody,
            jobs,
            cases,
        } = announced;
        // Whoever lost their place is not to hear what comes with it.
        if *everybody {
            self.elsewhere(&[Notice::Everything]);
        }
        if !people.is_empty() {
            self.call("people who changed", |audience| audience.people_changed(people));
        }
        if !events.is_empty() {
            self.call("events", |audience| audience.hear(events));
        }
        if !cases.is_empty() {
            self.call("cases", |audience| audience.cases_moved(cases));
        }
        if *jobs {
            self.call("jobs", |audience| audience.jobs_enqueued());
        }
    }

    /// Tells what somebody else has changed, or nobody can tell any more.
    pub(crate) fn elsewhere(&self, notices: &[Notice]) {
        if !notices.is_empty() {
            self.call("notices", |audience| audience.changed_elsewhere(notices));
        }
    }

    fn call(&self, what: &str, tell: impl FnOnce(&dyn Audience)) {
        if let Some(audience) = self.0.get()
            && catch_unwind(AssertUnwindSafe(|| tell(audience.as_ref()))).is_err()
        {
            tracing::error!("the audience panicked over {what}; what it did not hear is in the store");
        }
    }
}

/// Tells everybody of a batch what their change came to.
pub(crate) fn finish_all(batch: Batch, outcomes: Vec<Outcome>) {
    for (change, outcome) in batch.into_iter().zip(outcomes) {
        finish(change, outcome);
    }
}

/// Tells everybody of a batch that nothing of it was kept.
pub(crate) fn fail_all(batch: Batch, error: &Error) {
    for change in batch {
        finish(change, Err(error.clone()));
    }
}

fn finish(change: Box<dyn Change>, outcome: Outcome) {
    if catch_unwind(AssertUnwindSafe(|| change.done(outcome))).is_err() {
        tracing::error!("somebody panicked over the outcome of their change");
    }
}
