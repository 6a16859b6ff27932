//! HTTP as Django REST Framework speaks it: errors, bodies, pages, paths, and what every answer has.

pub mod body;
pub mod drf;
pub mod field;
mod finish;
pub mod page;
pub mod paths;
pub mod proxies;
pub mod time;
pub mod urlencoded;
pub mod words;

pub use finish::{finish, logged as logged_path};
