//! A thread that reads: each glance sees one snapshot, and holds up nobody.

use super::link::Link;
use crate::counts::Counts;
use crate::engine::postgres::{Begin, PostgresEngine, Trouble};
use crate::transaction::Transaction;
use beseda_core::error::Error;
use beseda_core::ports::Glance;
use parking_lot::Mutex;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;
use tokio::time::Instant;

/// The glances that wait; whichever reader is free takes the next.
pub(crate) type Glances = Mutex<Receiver<Box<dyn Glance>>>;

/// After how long without work the connection is looked after.
const IDLE: Duration = Duration::from_secs(1);

/// Takes glances until nobody can hand any over, and finishes those that are queued then.
pub(crate) fn run(mut link: Link, glances: &Glances, counts: &Counts) {
    loop {
        let wait = link.patience(IDLE);
        // Only the wait is under the lock, not the work.
        let next = glances.lock().recv_timeout(wait);
        match next {
            Ok(mut glance) => {
                counts.glances_waiting.dec();
                let begun = Instant::now();
                let outcome = serve(&mut link, glance.as_mut());
                counts.glanced(begun.elapsed());
                if catch_unwind(AssertUnwindSafe(|| glance.done(outcome))).is_err() {
                    tracing::error!("somebody panicked over the outcome of their glance");
                }
            }
            Err(RecvTimeoutError::Timeout) => link.look_after(),
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn serve(link: &mut Link, glance: &mut dyn Glance) -> Result<(), Error> {
    // A connection that was lost while nobody asked costs nobody an answer: another one is made.
    if begin(link.engine()?).is_err() {
        link.lose();
        begin(link.engine()?)?;
    }
    let engine = link.engine()?;
    let outcome = Transaction::new(engine).look(glance);
    let is_lost = engine.trouble() == Some(&Trouble::Lost) || engine.roll_back().is_err();
    if is_lost {
        link.lose();
    }
    outcome
}

fn begin(engine: &mut PostgresEngine) -> Result<(), Error> {
    Ok(engine.begin(Begin::Looking)?)
}
