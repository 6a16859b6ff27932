//! The store in memory: what every other store is held against, and what tests of contracts run on. It is written
//! to be read: no index, no cache, no counter where a search tells the same.

mod kept;
mod look;
mod tx;

use crate::error::Fault;
use crate::ports::{Audience, Glance, Job, Store};
use crate::words::Event;
use kept::Kept;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A store that forgets everything when it is dropped. Jobs run one at a time on the thread that hands them over;
/// `done` and glances run outside the lock, so they may hand over further work.
#[derive(Default)]
pub struct Model {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    kept: Arc<Kept>,
    audience: Option<Arc<dyn Audience>>,
    next_fault: Option<Fault>,
    reruns: bool,
}

/// What one job or glance works on. The first write makes a copy, so that dropping it takes everything back.
struct Run {
    kept: Arc<Kept>,
    events: Vec<Event>,
}

impl Model {
    /// An empty store that nobody listens to.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// From now on `audience` hears what is committed.
    pub fn set_audience(&self, audience: Arc<dyn Audience>) {
        self.lock().audience = Some(audience);
    }

    /// Lets the next job or glance fail: the job runs and is taken back. Until then [`Store::ready`] tells the fault.
    pub fn fail_next(&self, fault: Fault) {
        self.lock().next_fault = Some(fault);
    }

    /// Whether every job runs twice, the first run being taken back: a rule must not notice.
    pub fn rerun_every_job(&self, reruns: bool) {
        self.lock().reruns = reruns;
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A rule that panicked has changed its own copy only: what is kept is whole.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn begin(&self) -> Run {
        Run {
            kept: Arc::clone(&self.kept),
            events: Vec::new(),
        }
    }

    fn commit(&mut self, job: &mut dyn Job) -> Result<(), crate::Error> {
        if self.reruns {
            // What this run did is dropped with it; so is its outcome, for the second run has to end alike.
            drop(job.run(&mut self.begin()));
        }
        let mut run = self.begin();
        job.run(&mut run)?;
        if let Some(fault) = self.next_fault.take() {
            return Err(fault.into());
        }
        self.kept = run.kept;
        if let Some(audience) = self.audience.as_ref().filter(|_| !run.events.is_empty()) {
            audience.hear(&run.events);
        }
        Ok(())
    }
}

impl Store for Model {
    fn transact(&self, mut job: Box<dyn Job>) {
        let outcome = self.lock().commit(job.as_mut());
        job.done(outcome);
    }

    fn glance(&self, glance: Box<dyn Glance>) {
        let mut inner = self.lock();
        let fault = inner.next_fault.take();
        let mut run = inner.begin();
        drop(inner);
        match fault {
            Some(fault) => glance.failed(fault),
            None => glance.run(&mut run),
        }
    }

    fn ready(&self) -> Result<(), Fault> {
        self.lock().next_fault.clone().map_or(Ok(()), Err)
    }
}
