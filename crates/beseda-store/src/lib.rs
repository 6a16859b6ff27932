//! What is kept: SQLite behind one writer thread with group commit, and a few readers on snapshots.
//!
//! Only this crate spells SQL. A rule is handed in as a job; it runs inside a transaction, and what it announces is
//! heard after the commit and never otherwise.

mod cases;
mod doors;
mod engine;
mod files;
mod messages;
mod open;
mod orders;
mod people;
mod reader;
mod rooms;
mod rows;
mod sqlite;
mod statements;
mod transaction;
mod writer;

pub use files::{DiskFiles, MediaTypes, S3Files, S3Options, UnknownMediaType};
pub use open::{OpenError, migrate};
pub use sqlite::{Options, Sqlite};
