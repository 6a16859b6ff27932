//! What is true: the words, the rules and the one policy of a chat.
//!
//! Nothing here sleeps, reads a clock, draws a random number, or knows a URL or a SQL word: a rule is a
//! function over a transaction that somebody else opened, at a time that somebody else read.

pub mod chat;
pub mod error;
#[cfg(any(test, fuzzing))]
pub mod fuzzed;
pub mod policy;
pub mod ports;
pub mod rules;
pub mod words;

pub use chat::Chat;
pub use error::{Error, Fault, Hindrance, Refusal};
