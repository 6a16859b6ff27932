//! For tests alone: the store in memory, the stories that are true on every store, and ground to tell them on.

mod corpus;
mod ground;
mod memory;
pub mod model;
pub mod stories;

pub use corpus::corpus;
pub use ground::Ground;
pub use memory::{alone, resident_bytes};
pub use model::Model;
