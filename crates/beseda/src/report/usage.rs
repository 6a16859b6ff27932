//! Wrong usage of a command that speaks to people.

use super::{Lang, Said};
use std::error::Error;
use std::fmt;

/// A command cannot be used like this, said in the language of whoever asked. It ends with 2.
#[derive(Debug)]
pub struct Usage(String);

impl Usage {
    /// Why not, and how it is used.
    pub fn of(why: &Said, lang: Lang) -> Self {
        Self(why.text(lang).to_owned())
    }
}

impl Error for Usage {}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
