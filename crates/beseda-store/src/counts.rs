//! What is counted of the store.

use beseda_core::error::Fault;
use beseda_counts::{By, Counter, Gauge, Histogram, Page};
use std::time::Duration;

/// How many changes go into a commit.
const CHANGES: &[u64] = &[1, 2, 4, 8, 16, 32, 64, 128, 256];

/// What is counted of a store. Clones count together.
#[derive(Debug, Clone)]
pub struct Counts {
    transactions: Histogram,
    changes: Histogram,
    glances: Histogram,
    waiting: By<Gauge, 1>,
    /// How many changes wait for a writer.
    pub(crate) changes_waiting: Gauge,
    /// How many glances wait for a reader.
    pub(crate) glances_waiting: Gauge,
    undone: By<Counter, 1>,
    put_off: By<Counter, 1>,
}

/// Why a transaction kept nothing.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Undone {
    /// The database did not take the commit, or not even its beginning.
    Failed,
    /// One of its changes went wrong, and the others are run without it.
    TakenBack,
    /// Another writer was in its way, and it is run again.
    Conflict,
    /// The connection was lost.
    Lost,
}

impl Undone {
    const fn word(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::TakenBack => "taken_back",
            Self::Conflict => "conflict",
            Self::Lost => "lost",
        }
    }
}

/// How many wait or wait no more, as gauges take it.
pub(crate) fn to_i64(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

impl Default for Counts {
    fn default() -> Self {
        let (waiting, undone, put_off) = (
            By::new(["work"]),
            By::<Counter, 1>::new(["why"]),
            By::<Counter, 1>::new(["why"]),
        );
        for why in [Undone::Failed, Undone::TakenBack, Undone::Conflict, Undone::Lost] {
            undone.begin([why.word().into()]);
        }
        for why in ["busy", "away", "stopping", "store"] {
            put_off.begin([why.into()]);
        }
        Self {
            transactions: Histogram::of_seconds(),
            changes: Histogram::of_numbers(CHANGES),
            glances: Histogram::of_seconds(),
            changes_waiting: waiting.of(["change".into()]),
            glances_waiting: waiting.of(["glance".into()]),
            waiting,
            undone,
            put_off,
        }
    }
}

impl Counts {
    /// So many changes were committed, which took so long from the beginning.
    pub(crate) fn kept(&self, changes: usize, took: Duration) {
        self.transactions.took(took);
        self.changes.saw(changes as u64);
    }

    /// A transaction kept nothing.
    pub(crate) fn undone(&self, why: Undone) {
        self.undone.of([why.word().into()]).inc();
    }

    /// Work was not taken.
    pub(crate) fn put_off(&self, fault: &Fault) {
        self.put_off.of([fault.word().into()]).inc();
    }

    /// A glance is over, which took so long.
    pub(crate) fn glanced(&self, took: Duration) {
        self.glances.took(took);
    }

    /// Puts everything on the page of numbers.
    pub fn show(&self, page: &mut Page) {
        page.show_seconds(
            "store_transaction",
            "From the beginning of a transaction that writes to the end of its commit",
            self.transactions.clone(),
        );
        page.show(
            "store_commit_changes",
            "How many changes went into one commit",
            self.changes.clone(),
        );
        page.show_seconds(
            "store_glance",
            "How long a look at the store took",
            self.glances.clone(),
        );
        page.show("store_waiting", "Work that waits for the store", self.waiting.clone());
        page.show(
            "store_undone",
            "Transactions that kept nothing, by why: those in which something is wrong or in the way are run again in parts",
            self.undone.clone(),
        );
        page.show("store_put_off", "Work that was not taken, by why", self.put_off.clone());
    }
}
