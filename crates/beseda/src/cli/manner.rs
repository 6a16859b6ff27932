//! How an answer is said: in which language, and whether in colours.

use crate::report::{Lang, Speech};
use crate::system::Outside;
use std::io::{self, IsTerminal as _};

/// How an answer is said, as far as the arguments tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Manner {
    /// The language, where one is asked for.
    pub lang: Option<Lang>,
}

impl Manner {
    /// The same with what the environment and the terminal tell.
    #[must_use]
    pub fn speech(self, json: bool, outside: &impl Outside) -> Speech {
        let variables = outside.variables();
        let is_set = |name: &str| {
            variables
                .iter()
                .any(|(known, value)| known == name && !value.is_empty())
        };
        Speech {
            lang: self.lang.unwrap_or_else(|| Lang::of(&variables)),
            json,
            // https://no-color.org
            colours: !json && !is_set("NO_COLOR") && io::stdout().is_terminal(),
        }
    }
}
