//! What the contracts share of HTTP: bodies, pages, paths, and what every answer has.

pub mod body;
pub mod changes;
mod finish;
pub mod front;
pub mod origin;
pub mod page;
pub mod paths;
pub mod proxies;
pub mod time;
pub mod urlencoded;

pub use finish::{finish, logged as logged_path};
