//! Commit order among several writers: whoever is about to commit takes the next ticket, while it still holds what it
//! changed, and puts down under it what came of that. Tickets are told one after the other, each by whoever put down the
//! one that was missing; nobody waits for a slower neighbour.

use crate::told::{Batch, Ears, Outcome, finish_all};
use crate::transaction::Announced;
use beseda_core::words::Notice;
use parking_lot::{Condvar, Mutex, MutexGuard};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many commits may wait to be told. A writer that is that far ahead of the audience waits for it.
const AHEAD: usize = 64;

/// What came of a commit.
#[derive(Default)]
pub(crate) struct Told {
    /// What it made known.
    pub(crate) announced: Announced,
    /// What nobody can tell, or what another process has done.
    pub(crate) notices: Vec<Notice>,
    /// Who learns their outcome after that.
    pub(crate) finished: Vec<(Batch, Vec<Outcome>)>,
}

/// The line of commits.
pub(crate) struct Tickets {
    ears: Ears,
    line: Mutex<Line>,
    shorter: Condvar,
}

#[derive(Default)]
struct Line {
    /// The next ticket to be taken.
    next: u64,
    /// The next ticket to be told.
    due: u64,
    /// What was put down and is not told yet: at most one for each writer, and [`AHEAD`].
    down: BTreeMap<u64, Told>,
    /// Somebody tells.
    telling: bool,
}

/// A place in the line. Dropped, it is a commit that did not happen: whatever fails, nobody behind it waits for ever.
pub(crate) struct Ticket {
    tickets: Arc<Tickets>,
    number: u64,
    is_down: bool,
}

impl Tickets {
    pub(crate) fn new(ears: Ears) -> Arc<Self> {
        Arc::new(Self {
            ears,
            line: Mutex::default(),
            shorter: Condvar::new(),
        })
    }

    /// The next place in the line.
    pub(crate) fn take(self: &Arc<Self>) -> Ticket {
        let mut line = self.line.lock();
        let number = line.next;
        line.next += 1;
        Ticket {
            tickets: Arc::clone(self),
            number,
            is_down: false,
        }
    }

    fn put_down(&self, number: u64, told: Told) {
        let mut line = self.line.lock();
        line.down.insert(number, told);
        if line.telling {
            // Who tells comes to this one as well, unless one before it is missing: then that one's writer does.
            return self.wait_while_long(line);
        }
        line.telling = true;
        loop {
            let due = line.due;
            let Some(told) = line.down.remove(&due) else {
                break;
            };
            line.due += 1;
            drop(line);
            self.shorter.notify_all();
            self.tell(told);
            line = self.line.lock();
        }
        line.telling = false;
        self.shorter.notify_all();
        self.wait_while_long(line);
    }

    /// Whoever holds the ticket that is missing is in its commit and not here: the line gets shorter again.
    fn wait_while_long(&self, mut line: MutexGuard<'_, Line>) {
        self.shorter.wait_while(&mut line, |line| line.down.len() > AHEAD);
    }

    fn tell(&self, told: Told) {
        self.ears.tell(&told.announced);
        self.ears.elsewhere(&told.notices);
        for (batch, outcomes) in told.finished {
            finish_all(batch, outcomes);
        }
    }
}

impl Ticket {
    /// Puts down what came of the commit.
    pub(crate) fn put_down(mut self, told: Told) {
        self.is_down = true;
        self.tickets.put_down(self.number, told);
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if !self.is_down {
            self.tickets.put_down(self.number, Told::default());
        }
    }
}
