//! Who is listening: sockets, the hub and everything said live.
//!
//! Fan-out is a hint and the store's log is the truth: a listener that misses something is told so, by a close code or
//! by a hole, and is whole again after it has caught up from the store.

pub mod accept;
pub mod ask;
pub mod codec;
mod connection;
pub mod dialect;
mod heartbeat;
mod hub;
mod listener;
mod runtime;
pub mod socket;
mod typing;
pub mod upgrade;

pub use connection::{Live, Pace};
pub use dialect::Dialect;
pub use hub::Hub;
pub use listener::close;
pub use runtime::runtime;
