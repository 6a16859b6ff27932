//! Everywhere: what a session keeps that hears every room of its person, beside its places in them.

use crate::dialect::{Dialect, Everywhere};
use beseda_core::rules::Totals;
use beseda_core::words::{KeyHash, Person, PersonId, Time};
use parking_lot::Mutex;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Who somebody is, as they proved it.
pub struct Proven {
    /// The person.
    pub person: Arc<Person>,
    /// When they proved it.
    pub proven_at: Time,
    /// The API key that acts as them, where one does.
    pub by_key: Option<KeyHash>,
    /// When their socket is to end, where that follows from what they proved.
    pub ends_at: Option<Time>,
}

/// What comes of a proof: who they are, or the code and the reason that close the socket.
pub type Proving = Pin<Box<dyn Future<Output = Result<Proven, (u16, &'static str)>> + Send>>;

/// Finds out who brings a token.
pub trait Prover: Send + Sync {
    /// Who it is.
    fn prove(&self, token: String) -> Proving;
}

/// Who comes to hear all their rooms.
pub struct Newcomer {
    /// In which dialect.
    pub dialect: &'static dyn Dialect,
    /// Who it is, where that was proven before the first frame.
    pub proven: Option<Proven>,
    /// Who finds out who it is by a token.
    pub prover: Arc<dyn Prover>,
}

/// What a session keeps that hears every room of its person.
pub(crate) struct Roaming {
    pub(crate) speaks: &'static dyn Everywhere,
    pub(crate) prover: Arc<dyn Prover>,
    /// What it was told of what is unread.
    told_totals: Mutex<Option<Totals>>,
    /// What is unread may be another number now.
    is_miscounted: AtomicBool,
    /// Nobody looks at its window.
    is_away: AtomicBool,
    /// Whom it wants to know to be there.
    watched: Mutex<Vec<PersonId>>,
    /// It was told where it is.
    has_arrived: AtomicBool,
    /// Its person may be in rooms in which it has no place.
    looks_around: AtomicBool,
    /// It was told that its proof ends.
    is_warned: AtomicBool,
    /// It was not told of some cases.
    has_missed_cases: AtomicBool,
}

impl Roaming {
    pub(crate) fn new(speaks: &'static dyn Everywhere, prover: Arc<dyn Prover>) -> Self {
        Self {
            speaks,
            prover,
            told_totals: Mutex::new(None),
            is_miscounted: AtomicBool::new(false),
            is_away: AtomicBool::new(false),
            watched: Mutex::default(),
            has_arrived: AtomicBool::new(false),
            looks_around: AtomicBool::new(false),
            is_warned: AtomicBool::new(false),
            has_missed_cases: AtomicBool::new(false),
        }
    }

    /// It was not told of some cases.
    pub(crate) fn misses_cases(&self) {
        self.has_missed_cases.store(true, Ordering::SeqCst);
    }

    pub(crate) fn has_missed_cases(&self) -> bool {
        self.has_missed_cases.load(Ordering::SeqCst)
    }

    /// It knows that it has to ask for them.
    pub(crate) fn catches_up_with_cases(&self) {
        self.has_missed_cases.store(false, Ordering::SeqCst);
    }

    /// Notes that what is unread may be another number; whether that is news.
    pub(crate) fn miscounts(&self) -> bool {
        !self.is_miscounted.swap(true, Ordering::SeqCst)
    }

    /// Somebody counts: what changes from now on is news again.
    pub(crate) fn is_counted(&self) {
        self.is_miscounted.store(false, Ordering::SeqCst);
    }

    /// What is unread now is told, if something else was told before; false where it could not be.
    pub(crate) fn counts(&self, totals: Totals, tell: impl FnOnce() -> bool) -> bool {
        let mut told = self.told_totals.lock();
        if *told == Some(totals) {
            return true;
        }
        let is_told = tell();
        if is_told {
            *told = Some(totals);
        }
        is_told
    }

    /// What was unread when it came is told, unless somebody has counted since: what was counted last is told last.
    pub(crate) fn counts_first(&self, totals: Totals, tell: impl FnOnce()) {
        let mut told = self.told_totals.lock();
        if told.is_none() {
            *told = Some(totals);
            tell();
        }
    }

    /// Whether it is to be told now that its proof ends: once for each proof.
    pub(crate) fn is_to_be_warned(&self) -> bool {
        !self.is_warned.swap(true, Ordering::SeqCst)
    }

    /// It has brought a new proof.
    pub(crate) fn is_renewed(&self) {
        self.is_warned.store(false, Ordering::SeqCst);
    }

    /// It has been told where it is.
    pub(crate) fn arrives(&self) {
        self.has_arrived.store(true, Ordering::SeqCst);
    }

    pub(crate) fn has_arrived(&self) -> bool {
        self.has_arrived.load(Ordering::SeqCst)
    }

    /// Its person may be in rooms in which it has no place.
    pub(crate) fn is_to_look_around(&self) {
        self.looks_around.store(true, Ordering::SeqCst);
    }

    /// Whether somebody has to look for such rooms, who does so now.
    pub(crate) fn begins_to_look_around(&self) -> bool {
        self.looks_around.swap(false, Ordering::SeqCst)
    }

    pub(crate) fn is_away(&self) -> bool {
        self.is_away.load(Ordering::SeqCst)
    }

    /// Whether that changed anything.
    pub(crate) fn goes_away(&self, away: bool) -> bool {
        self.is_away.swap(away, Ordering::SeqCst) != away
    }

    /// Whom it wants to know to be there; gives whom it wanted before.
    pub(crate) fn watch(&self, people: Vec<PersonId>) -> Vec<PersonId> {
        std::mem::replace(&mut *self.watched.lock(), people)
    }
}
