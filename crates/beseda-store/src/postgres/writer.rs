//! A thread that writes: what waits in its queue goes into one commit, run again where another writer was in the way.

use super::link::Link;
use super::tickets::{Ticket, Tickets, Told};
use crate::counts::{Counts, Undone, to_i64};
use crate::engine::postgres::{Begin, PostgresEngine, Trouble, Writing};
use crate::notices;
use crate::told::{Batch, Outcome, fail_all};
use crate::transaction::{Announced, Running, Stopped, run_all};
use beseda_core::error::{Error, Fault};
use beseda_core::ports::{Change, Lane};
use beseda_core::words::Notice;
use parking_lot::RwLock;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;
use tokio::time::Instant;

/// How many changes go into one commit at most: if it fails, all of them run again.
const BATCH: usize = 64;
/// After how long without work the connection is looked after.
const IDLE: Duration = Duration::from_secs(1);
/// How often a batch is run that meets others. From the third time on, no other writer of this process runs meanwhile: then
/// only another process can be met.
const TRIES: u32 = 6;
const TRIES_AMONG_OTHERS: u32 = 2;
/// How long to wait before the second try; longer each time.
const PAUSE: Duration = Duration::from_millis(3);

pub(crate) struct Writer {
    pub(crate) link: Link,
    pub(crate) tickets: Arc<Tickets>,
    /// Shared by who runs among others, and taken whole by who has met them too often.
    pub(crate) floor: Arc<RwLock<()>>,
    /// How many changes wait, for those who choose a queue.
    pub(crate) waiting: Arc<AtomicUsize>,
    /// Whether others are to be told of what is changed here.
    pub(crate) notes: bool,
    /// What may have been changed by a commit that nobody knows the end of.
    pub(crate) doubtful: Vec<Notice>,
    pub(crate) counts: Counts,
}

/// What became of a batch.
enum Attempt {
    /// It was committed.
    Kept(Ticket, Vec<Outcome>, Announced),
    /// Another writer was in its way, and nothing was kept.
    Again(Fault),
    /// It holds a message that was sent before, and nothing was kept.
    SentBefore,
    /// The connection went before the commit, and nothing was kept.
    Gone,
    /// The connection went in the commit: nobody knows.
    Unknown(Ticket, Announced, Fault),
    /// The change in this place went wrong, or needs what somebody else holds for too long; nothing was kept.
    TakenBack(usize, Error),
}

impl Attempt {
    /// Why it kept nothing, where that is worth a count: who sent the same before is no trouble.
    fn undone(&self) -> Option<Undone> {
        match self {
            Self::Kept(..) | Self::SentBefore => None,
            Self::Again(_) => Some(Undone::Conflict),
            Self::Gone | Self::Unknown(..) => Some(Undone::Lost),
            Self::TakenBack(..) => Some(Undone::TakenBack),
        }
    }
}

impl Writer {
    /// Takes changes until nobody can hand any over, and finishes those that are queued then.
    pub(crate) fn run(mut self, changes: &Receiver<Box<dyn Change>>) {
        loop {
            match changes.recv_timeout(self.link.patience(IDLE)) {
                Ok(first) => {
                    let mut batch = vec![first];
                    batch.extend(changes.try_iter().take(BATCH - 1));
                    self.waiting.fetch_sub(batch.len(), Ordering::Relaxed);
                    self.counts.changes_waiting.dec_by(to_i64(batch.len()));
                    self.keep(batch);
                }
                Err(RecvTimeoutError::Timeout) => self.link.look_after(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
            self.tell_doubts();
        }
    }

    /// Commits a batch, in parts if it must be, and puts down what came of it.
    fn keep(&mut self, batch: Batch) {
        let mut parts = vec![batch];
        while let Some(next) = parts.pop() {
            // In the order in which they were handed over.
            parts.extend(
                self.keep_together(next)
                    .into_iter()
                    .rev()
                    .filter(|part| !part.is_empty()),
            );
        }
    }

    /// Commits a batch; nothing is left of it, or the parts to be committed apart.
    fn keep_together(&mut self, mut batch: Batch) -> Vec<Batch> {
        let (mut last, mut gathers) = (Fault::Busy, true);
        for attempt in 1..=TRIES {
            let begun = Instant::now();
            let attempted = self.attempt(&mut batch, attempt > TRIES_AMONG_OTHERS, gathers);
            if let Some(why) = attempted.undone() {
                self.counts.undone(why);
            }
            match attempted {
                Attempt::Kept(ticket, outcomes, announced) => {
                    self.counts.kept(batch.len(), begun.elapsed());
                    ticket.put_down(Told {
                        announced,
                        finished: vec![(batch, outcomes)],
                        ..Told::default()
                    });
                    return Vec::new();
                }
                Attempt::Again(fault) => {
                    last = fault;
                    if let Ok(engine) = self.link.engine() {
                        engine.pause(PAUSE * attempt);
                    }
                }
                Attempt::SentBefore => gathers = false,
                Attempt::Gone => {
                    self.link.lose();
                    if let Err(fault) = self.link.engine() {
                        return failed_all(batch, &fault.into());
                    }
                }
                Attempt::Unknown(ticket, announced, fault) => {
                    tracing::error!(changes = batch.len(), "the connection was lost in a commit: {fault}");
                    self.doubtful.extend(notices::of(&announced));
                    self.link.lose();
                    drop(ticket);
                    // Not kept, as far as anybody is told; who asks again gets what was kept all the same.
                    return failed_all(batch, &fault.into());
                }
                Attempt::TakenBack(_, error) if batch.len() == 1 => return failed_all(batch, &error),
                Attempt::TakenBack(place, _) => return without(batch, place),
            }
        }
        if batch.len() == 1 {
            return failed_all(batch, &last.into());
        }
        batch.into_iter().map(|change| vec![change]).collect()
    }

    fn attempt(&mut self, batch: &mut Batch, alone: bool, gathers: bool) -> Attempt {
        let floor = Arc::clone(&self.floor);
        let _among_others = (!alone).then(|| floor.read());
        let _alone = alone.then(|| floor.write());
        let (notes, tickets) = (self.notes, Arc::clone(&self.tickets));
        let Ok(engine) = self.link.engine() else {
            return Attempt::Gone;
        };
        let writing = Writing {
            in_places: batch.iter().all(|change| matches!(change.lane(), Lane::Place(..))),
            many: batch.len() > 1,
        };
        let running = Running {
            notes,
            gathers: gathers && writing.in_places,
        };
        if let Err(fault) = engine.begin(Begin::Writing(writing)) {
            return failed(engine, 0, fault.into());
        }
        match run_all(engine, batch, running) {
            Ok((outcomes, announced)) => commit(engine, &tickets, outcomes, announced),
            Err(stopped) if stopped.sent_before && engine.roll_back().is_ok() => Attempt::SentBefore,
            Err(Stopped { place, error, .. }) => failed(engine, place, error),
        }
    }

    /// Tells of what may have been changed, once the database can be asked what was.
    fn tell_doubts(&mut self) {
        if !self.doubtful.is_empty() && !self.link.is_away() {
            self.tickets.take().put_down(Told {
                notices: std::mem::take(&mut self.doubtful),
                ..Told::default()
            });
        }
    }
}

/// Commits while what was changed is still held: so the ticket says in which order others can see it.
fn commit(
    engine: &mut PostgresEngine,
    tickets: &Arc<Tickets>,
    outcomes: Vec<Outcome>,
    announced: Announced,
) -> Attempt {
    let ticket = tickets.take();
    match (engine.commit(), engine.trouble()) {
        (Ok(()), _) => Attempt::Kept(ticket, outcomes, announced),
        (Err(fault), Some(Trouble::Lost)) => Attempt::Unknown(ticket, announced, fault),
        (Err(fault), Some(Trouble::Conflict)) => Attempt::Again(fault),
        (Err(fault), _) => {
            tracing::error!(%fault, changes = outcomes.len(), "a commit failed");
            Attempt::TakenBack(0, fault.into())
        }
    }
}

/// What it means that a batch did not come to its commit, for what happened to the change in this place.
fn failed(engine: &mut PostgresEngine, place: usize, error: Error) -> Attempt {
    let trouble = engine.trouble().cloned();
    if trouble == Some(Trouble::Lost) || engine.roll_back().is_err() {
        return Attempt::Gone;
    }
    match (trouble, error) {
        (Some(Trouble::Conflict), Error::Failed(fault)) => Attempt::Again(fault),
        (_, error) => Attempt::TakenBack(place, error),
    }
}

/// What came before a change, the change, and what came after it: it was wrong, or in everybody's way, and its neighbours
/// were not.
fn without(mut batch: Batch, place: usize) -> Vec<Batch> {
    let after = batch.split_off((place + 1).min(batch.len()));
    let change = batch.split_off(place.min(batch.len()));
    vec![batch, change, after]
}

/// Tells everybody of a batch that nothing of it was kept; nothing is left of it.
fn failed_all(batch: Batch, error: &Error) -> Vec<Batch> {
    fail_all(batch, error);
    Vec::new()
}
