//! A thread that reads: each glance sees one snapshot, and holds up nobody.

use crate::counts::Counts;
use crate::engine::sqlite::SqliteEngine;
use crate::transaction::Transaction;
use beseda_core::error::Error;
use beseda_core::ports::Glance;
use parking_lot::Mutex;
use rusqlite::Connection;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Receiver;
use tokio::time::Instant;

/// The glances that wait; whichever reader is free takes the next.
pub(crate) type Glances = Mutex<Receiver<Box<dyn Glance>>>;

/// Takes glances until nobody can hand any over, and finishes those that are queued then.
pub(crate) fn run(conn: &Connection, glances: &Glances, counts: &Counts) {
    let mut engine = SqliteEngine::new(conn);
    loop {
        // Only the wait is under the lock, not the work.
        let next = glances.lock().recv();
        let Ok(mut glance) = next else {
            return;
        };
        counts.glances_waiting.dec();
        let begun = Instant::now();
        let outcome = serve(&mut engine, glance.as_mut());
        counts.glanced(begun.elapsed());
        if catch_unwind(AssertUnwindSafe(|| glance.done(outcome))).is_err() {
            tracing::error!("somebody panicked over the outcome of their glance");
        }
    }
}

fn serve(engine: &mut SqliteEngine<'_>, glance: &mut dyn Glance) -> Result<(), Error> {
    engine.begin_to_look()?;
    let outcome = Transaction::new(engine).look(glance);
    if let Err(error) = engine.roll_back() {
        tracing::error!(%error, "a snapshot could not be let go");
    }
    outcome
}
