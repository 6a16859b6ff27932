//! The chat as its callers hold it: a store, a clock and the limits, and two ways to run a rule.

use crate::error::{Error, Fault};
use crate::ports::{Change, Clock, Glance, Lane, Look, Random, Store, Tx};
use crate::words::{Limits, Time};
use std::marker::PhantomData;
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

    /// The same store and the same outside under other limits.
    #[must_use]
    pub fn with_limits(&self, limits: Arc<Limits>) -> Self {
        Self { limits, ..self.clone() }
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
    /// The rule may run more than once: see [`Change`].
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
        let then = Then::new(then);
        let answer = None;
        self.store.transact(Box::new(Written {
            lane,
            rule,
            then,
            answer,
        }));
    }

    /// Runs a rule that only reads; `then` learns the outcome on a thread of the store.
    pub fn look<T: Send + 'static>(
        &self,
        rule: impl FnOnce(&mut dyn Look) -> Result<T, Error> + Send + 'static,
        then: impl FnOnce(Result<T, Error>) + Send + 'static,
    ) {
        let (rule, then) = (Some(rule), Then::new(then));
        let answer = None;
        self.store.glance(Box::new(Read { rule, then, answer }));
    }
}

/// Who waits for an outcome. They are told once whatever happens: also by a store that lets the work fall.
struct Then<D: FnOnce(Result<T, Error>), T>(Option<D>, PhantomData<fn(T)>);

impl<D: FnOnce(Result<T, Error>), T> Then<D, T> {
    fn new(then: D) -> Self {
        Self(Some(then), PhantomData)
    }

    fn tell(&mut self, outcome: Result<(), Error>, answer: Option<T>) {
        let unrun = || Fault::Internal("a rule has not run and is said to have".to_owned()).into();
        if let Some(then) = self.0.take() {
            then(outcome.and_then(|()| answer.ok_or_else(unrun)));
        }
    }
}

impl<D: FnOnce(Result<T, Error>), T> Drop for Then<D, T> {
    fn drop(&mut self) {
        let fallen = Fault::Internal("the store let a rule fall".to_owned());
        self.tell(Err(fallen.into()), None);
    }
}

struct Written<R, D: FnOnce(Result<T, Error>), T> {
    lane: Lane,
    rule: R,
    then: Then<D, T>,
    answer: Option<T>,
}

impl<R, D, T> Change for Written<R, D, T>
where
    R: FnMut(&mut dyn Tx) -> Result<T, Error> + Send,
    D: FnOnce(Result<T, Error>) + Send,
    T: Send,
{
    fn lane(&self) -> Lane {
        self.lane
    }

    fn run(&mut self, tx: &mut dyn Tx) -> Result<(), Error> {
        self.answer = Some((self.rule)(tx)?);
        Ok(())
    }

    fn done(self: Box<Self>, outcome: Result<(), Error>) {
        let Self { mut then, answer, .. } = *self;
        then.tell(outcome, answer);
    }
}

struct Read<R, D: FnOnce(Result<T, Error>), T> {
    /// Gone once it has run.
    rule: Option<R>,
    then: Then<D, T>,
    answer: Option<T>,
}

impl<R, D, T> Glance for Read<R, D, T>
where
    R: FnOnce(&mut dyn Look) -> Result<T, Error> + Send,
    D: FnOnce(Result<T, Error>) + Send,
    T: Send,
{
    fn run(&mut self, look: &mut dyn Look) -> Result<(), Error> {
        if let Some(rule) = self.rule.take() {
            self.answer = Some(rule(look)?);
        }
        Ok(())
    }

    fn done(self: Box<Self>, outcome: Result<(), Error>) {
        let Self { mut then, answer, .. } = *self;
        then.tell(outcome, answer);
    }
}
