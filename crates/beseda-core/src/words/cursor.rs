//! Cursors: up to where a client knows a room.

use super::Head;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Which life of a database this is: a restored or newly made one has another, so that a cursor of the life before is
/// noticed instead of being read as "nothing new".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(pub i64);

/// How often receipts of a room have moved, or somebody came with one. It does not count as a change of the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Receipts(pub i64);

impl Receipts {
    /// The count after one more.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// Up to where a client knows a room: everything that is different since then is found by it, whatever its age. Clients
/// keep it as it is written and read nothing from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Cursor {
    /// The database's life.
    pub epoch: Epoch,
    /// The room's head.
    pub head: Head,
    /// The room's receipts.
    pub receipts: Receipts,
}

/// The transaction that last changed a room, as a number that grows: not by one, and not always in the order of commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tick(pub i64);

/// Up to where a client knows all its rooms: which of them have moved since is found by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Token {
    /// The database's life.
    pub epoch: Epoch,
    /// Everything of transactions up to this one is known.
    pub tick: Tick,
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}-{:x}", self.epoch.0, self.tick.0)
    }
}

impl FromStr for Token {
    type Err = NoCursor;

    fn from_str(text: &str) -> Result<Self, NoCursor> {
        let (epoch, tick) = text.split_once('-').ok_or(NoCursor)?;
        Ok(Self {
            epoch: Epoch(hex(epoch)?),
            tick: Tick(hex(tick)?),
        })
    }
}

/// A text that is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a cursor is passed on as it came")]
pub struct NoCursor;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}-{:x}-{:x}", self.epoch.0, self.head.0, self.receipts.0)
    }
}

impl FromStr for Cursor {
    type Err = NoCursor;

    fn from_str(text: &str) -> Result<Self, NoCursor> {
        let mut parts = text.split('-').map(hex);
        let mut next = || parts.next().ok_or(NoCursor)?;
        let cursor = Self {
            epoch: Epoch(next()?),
            head: Head(next()?),
            receipts: Receipts(next()?),
        };
        match parts.next() {
            None => Ok(cursor),
            Some(_) => Err(NoCursor),
        }
    }
}

/// A number in the one way in which it is written: in lower case, without a sign or a zero in front.
fn hex(text: &str) -> Result<i64, NoCursor> {
    let number = i64::from_str_radix(text, 16).map_err(|_| NoCursor)?;
    if format!("{number:x}") == text && number >= 0 {
        Ok(number)
    } else {
        Err(NoCursor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written_and_nothing_else_is_one() {
        for cursor in [
            Cursor::default(),
            Cursor {
                epoch: Epoch(i64::MAX),
                head: Head(31),
                receipts: Receipts(7),
            },
        ] {
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        for text in [
            "",
            "1",
            "1-2",
            "1-2-3-4",
            "-1-2-3",
            "01-2-3",
            "A-2-3",
            "+1-2-3",
            "1-2-g",
            "1--3",
            "ffffffffffffffff-1-1",
        ] {
            assert_eq!(text.parse::<Cursor>(), Err(NoCursor), "{text}");
        }
    }
}
