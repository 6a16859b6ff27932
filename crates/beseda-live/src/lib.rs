//! Who is listening: sockets, the hub and everything said live.
//!
//! Fan-out is a hint and the store's log is the truth: a listener that misses something is told so, by a close code or
//! by a hole, and is whole again after it has caught up from the store.

pub mod accept;
mod allowance;
pub mod ask;
pub mod codec;
mod connection;
pub mod dialect;
mod echo;
mod heartbeat;
mod hub;
mod listener;
mod live;
mod positions;
mod runtime;
pub mod socket;
mod typing;
pub mod upgrade;

pub use dialect::Dialect;
pub use hub::Hub;
pub use listener::{Guest, close};
pub use live::{Live, Pace};
pub use runtime::runtime;
