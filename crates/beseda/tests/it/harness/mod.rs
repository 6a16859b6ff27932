//! A real server in a directory of its own, and the people who talk to it.

pub mod actor;
mod by_hand;
pub mod files;
pub mod frames;
pub mod host;
pub mod ids;
pub mod keys;
pub mod line;
pub mod machine;
pub mod nginx;
pub mod other_chat;
pub mod push_service;
pub mod server;
pub mod socket;
pub mod systemd;
pub mod town;

use std::future::Future;
use std::time::Duration;

pub use actor::{Actor, Answer, answer};
pub use server::Server;
pub use socket::{Heard, Socket};
pub use town::Town;

/// How long anything may take that should be over at once. Nothing waits for it when all is well; it is generous
/// because machines are slow.
pub const PATIENCE: Duration = Duration::from_secs(45);

/// What `future` gives, or a failure that says what was waited for.
pub async fn in_time<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, future).await {
        Ok(value) => value,
        Err(_) => panic!("{what}: nothing came in {PATIENCE:?}"),
    }
}
