//! Who is listening: sockets, the hub and everything said live.
//!
//! Fan-out is a hint and the store's log is the truth: a seat that cannot be told at once is fed from the
//! store, as fast as its socket takes it.

pub mod accept;
pub mod ask;
pub mod codec;
mod commands;
mod company;
mod connection;
pub mod counts;
mod desk;
pub mod dialect;
mod doors;
mod echo;
mod events;
mod everywhere;
mod feed;
mod gone;
mod greeting;
mod heartbeat;
mod here;
mod hub;
mod live;
pub mod place;
mod places;
mod positions;
mod presence;
pub mod requests;
mod roam;
mod rooms;
mod runtime;
mod seat;
mod session;
pub mod socket;
pub mod spans;
mod tell;
mod typing;
pub mod upgrade;
mod waiters;

pub use dialect::Dialect;
pub use events::Events;
pub use everywhere::{Newcomer, Proven, Prover, Proving};
pub use hub::Hub;
pub use live::{Live, Pace};
pub use runtime::runtime;
pub use session::{Guest, close};
pub use waiters::Waiter;
