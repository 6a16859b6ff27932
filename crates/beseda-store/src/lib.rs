//! What is kept: SQLite behind one writer thread, or PostgreSQL behind some, with group commit; readers on snapshots.
//!
//! Only this crate spells SQL. A rule is handed in; it runs inside a transaction, and what it announces is
//! heard after the commit and never otherwise.

mod at_hand;
pub mod backup;
mod beside;
mod cases;
mod counts;
mod desk;
mod doors;
mod engine;
mod files;
mod fronts;
mod imports;
mod inspect;
mod jobs;
mod lists;
mod messages;
mod migrations;
mod notices;
mod orders;
mod people;
mod postgres;
mod push;
mod reach;
mod reports;
mod rooms;
mod rows;
mod search;
mod seen;
pub mod source;
mod sqlite;
mod statements;
mod told;
mod transaction;
mod updates;

pub use counts::Counts;
pub use files::{DiskFiles, MediaTypes, S3Files, S3Options, UnknownMediaType};
pub use inspect::{Condition, Count, Inspection, NotSeen, Question, ROWS_MOST, Table};
pub use migrations::Schema;
pub use postgres::{Postgres, PostgresError, PostgresOptions, migrate_postgres};
pub use sqlite::open::{OpenError, migrate};
pub use sqlite::{Options, Sqlite};

use beseda_core::ports::{Audience, Store};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

/// A store as whoever opened it holds it.
pub trait Opened: Store {
    /// Says who hears of commits from now on. There is one audience: a second one is not taken.
    fn set_audience(&self, audience: Arc<dyn Audience>);

    /// What is counted of it.
    fn counts(&self) -> &Counts;

    /// How much room it takes, where it is a file of this machine.
    fn sizes(&self) -> Option<Sizes>;

    /// Takes no more work, finishes what is queued and ends the threads. Blocks until then; nothing happens the second
    /// time.
    fn close(&self);
}

/// How much room a store takes on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// Bytes of the database.
    pub database: u64,
    /// Bytes of what is written and not yet in the database.
    pub log: u64,
}

/// Who opens a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opener {
    /// The one process that has listeners: it is told what others change.
    Server,
    /// Any other: it notes what it changes, for the server.
    Command,
}

fn join(thread: JoinHandle<()>) {
    // The last one to hold the store may be one of its own threads, which cannot wait for itself.
    if thread.thread().id() != thread::current().id() && thread.join().is_err() {
        tracing::error!("a thread of the store panicked");
    }
}
