//! The chat as its callers hold it: a store, a clock and the limits, and two ways to run a rule.

use crate::error::{Error, Fault};
use crate::ports::{Clock, Glance, Job, Lane, Look, Random, Store, Tx};
use crate::words::{Limits, Time};
use std::sync::Arc;

/// Runs rules in the store's transactions.
#[derive(Clone)]
pub struct Chat {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    limits: Arc<Limits>,
}

impl Chat {
    /// A chat over a store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, random: Arc<dyn Random>, limits: Arc<Limits>) -> Self {
        Self {
            store,
            clock,
            random,
            limits,
        }
    }

    /// The limits in force.
    #[must_use]
    pub fn limits(&self) -> &Arc<Limits> {
        &self.limits
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// Fresh random bytes, fit for secrets.
    #[must_use]
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes);
        bytes
    }

    /// Whether the store takes work.
    ///
    /// # Errors
    /// Why it does not.
    pub fn ready(&self) -> Result<(), Fault> {
        self.store.ready()
    }

    /// Runs a rule that changes something; `then` learns the outcome after the commit, on a thread of the store.
    /// The rule may run more than once: see [`Job`].
    pub fn change<T: Send + 'static>(
        &self,
        rule: impl FnMut(&mut dyn Tx) -> Result<T, Error> + Send + 'static,
        then: impl FnOnce(Result<T, Error>) + Send + 'static,
    ) {
        self.change_in(Lane::Any, rule, then);
    }

    /// The same after everything that was handed over in this lane before.
    pub fn change_in<T: Send + 'static>(
        &self,
        lane: Lane,
        rule: impl FnMut(&mut dyn Tx) -> Result<T, Error> + Send + 'static,
        then: impl FnOnce(Result<T, Error>) + Send + 'static,
    ) {
        let change = Change {
            rule,
            then,
            answer: None,
        };
        self.store.transact(lane, Box::new(change));
    }

    /// Runs a rule that only reads; `then` learns the outcome on a thread of the store.
    pub fn look<T: Send + 'static>(
        &self,
        rule: impl FnOnce(&mut dyn Look) -> Result<T, Error> + Send + 'static,
        then: impl FnOnce(Result<T, Error>) + Send + 'static,
    ) {
        self.store.glance(Box::new(Read { rule, then }));
    }
}

struct Change<R, D, T> {
    rule: R,
    then: D,
    answer: Option<T>,
}

impl<R, D, T> Job for Change<R, D, T>
where
    R: FnMut(&mut dyn Tx) -> Result<T, Error> + Send,
    D: FnOnce(Result<T, Error>) + Send,
    T: Send,
{
    fn run(&mut self, tx: &mut dyn Tx) -> Result<(), Error> {
        self.answer = Some((self.rule)(tx)?);
        Ok(())
    }

    fn done(self: Box<Self>, outcome: Result<(), Error>) {
        let Self { then, answer, .. } = *self;
        let unrun = || Fault::Internal("a job was kept without having run".to_owned()).into();
        then(outcome.and_then(|()| answer.ok_or_else(unrun)));
    }
}

struct Read<R, D> {
    rule: R,
    then: D,
}

impl<R, D, T> Glance for Read<R, D>
where
    R: FnOnce(&mut dyn Look) -> Result<T, Error> + Send,
    D: FnOnce(Result<T, Error>) + Send,
{
    fn run(self: Box<Self>, look: &mut dyn Look) {
        let Self { rule, then } = *self;
        then(rule(look));
    }

    fn failed(self: Box<Self>, fault: Fault) {
        (self.then)(Err(fault.into()));
    }
}
