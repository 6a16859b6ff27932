//! When what a host application knows of was last changed, and a place in the list of that.

use super::Time;
use std::fmt;
use std::str::FromStr;

/// A place in a list by what was changed last. Whoever walks passes it on as it is written, and reads nothing from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Updated {
    /// When something was last changed. It never goes back, also where a clock does.
    pub at: Time,
    /// A number of the store's, where several have the same moment.
    pub number: i64,
}

impl Updated {
    /// Before everything.
    pub const BEGINNING: Self = Self {
        at: Time(i64::MIN),
        number: i64::MIN,
    };

    /// Behind everything that was changed up to a moment.
    #[must_use]
    pub fn after(at: Time) -> Self {
        Self { at, number: i64::MAX }
    }
}

/// A text that is no place in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a place in a list is passed on as it came")]
pub struct NoPlace;

impl fmt::Display for Updated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}-{:x}", self.at.0, self.number)
    }
}

impl FromStr for Updated {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<Self, NoPlace> {
        let hex = |text: &str| i64::from_str_radix(text, 16).map_err(|_| NoPlace);
        let (at, number) = text.split_once('-').ok_or(NoPlace)?;
        let place = Self {
            at: Time(hex(at)?),
            number: hex(number)?,
        };
        if place.to_string() == text {
            Ok(place)
        } else {
            Err(NoPlace)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_written_and_nothing_else_is_one() {
        let place = Updated {
            at: Time(1_795_237_200_123_456),
            number: 7,
        };
        assert_eq!(place.to_string().parse(), Ok(place));
        for text in [
            "",
            "1",
            "-1",
            "1-",
            "1-2-3",
            "01-2",
            "A-2",
            "+1-2",
            "1-g",
            "8000000000000000-1",
        ] {
            assert_eq!(text.parse::<Updated>(), Err(NoPlace), "{text}");
        }
    }
}
