//! For tests alone: the store in memory, and the stories that are true on every store.

pub mod model;
pub mod stories;

pub use model::Model;
