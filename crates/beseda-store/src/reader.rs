//! A thread that reads: each glance sees one snapshot, and holds up nobody.

use crate::transaction::{Transaction, fault};
use beseda_core::ports::Glance;
use rusqlite::Connection;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Receiver;
use std::sync::{Mutex, PoisonError};

/// The glances that wait; whichever reader is free takes the next.
pub(crate) type Glances = Mutex<Receiver<Box<dyn Glance>>>;

/// Takes glances until nobody can hand any over, and finishes those that are queued then.
pub(crate) fn run(conn: &Connection, glances: &Glances) {
    loop {
        // Only the wait is under the lock, not the work.
        let next = glances.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(glance) = next else {
            return;
        };
        serve(conn, glance);
    }
}

fn serve(conn: &Connection, glance: Box<dyn Glance>) {
    if let Err(error) = execute(conn, "BEGIN") {
        return glance.failed(fault(error));
    }
    let mut look = Transaction::new(conn);
    if catch_unwind(AssertUnwindSafe(|| glance.run(&mut look))).is_err() {
        tracing::error!("a rule that reads panicked");
    }
    if let Err(error) = execute(conn, "ROLLBACK") {
        tracing::error!(%error, "a snapshot could not be let go");
    }
}

fn execute(conn: &Connection, sql: &str) -> rusqlite::Result<usize> {
    conn.prepare_cached(sql)?.execute([])
}
