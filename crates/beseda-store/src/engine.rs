//! The seam between a statement and a database: statements go down with values of ours, rows come up with them.
//!
//! Whose values and rows those are on the other side is known in this folder alone.

pub(crate) mod named;
pub(crate) mod postgres;
pub(crate) mod sqlite;

use crate::at_hand::AtHand;
use crate::statements::Statement;
use beseda_core::error::Fault;
use beseda_core::words::Blur;
use std::sync::Arc;
use uuid::Uuid;

/// What a statement is given, and what a column holds: times and flags are numbers on every database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    Null,
    Int(i64),
    Text(&'a str),
    Bytes(&'a [u8]),
}

/// A connection to some database, in whatever transaction it is.
pub(crate) trait Engine {
    /// Gives `each` row, until it says that it has seen enough.
    fn query(
        &mut self,
        statement: &'static Statement,
        values: &[Value<'_>],
        each: &mut dyn FnMut(&Row<'_>) -> Result<Go, Fault>,
    ) -> Result<(), Fault>;

    /// How many rows were changed.
    fn execute(&mut self, statement: &'static Statement, values: &[Value<'_>]) -> Result<u64, Fault>;

    /// Runs statements that take no values, and looks at no answer.
    fn script(&mut self, sql: &str) -> Result<(), Fault>;

    /// Whether each statement is a way to a server and back. There the one that keeps a message also moves its room on and
    /// skips it for its sender, and places are looked at before they are asked for, several at once.
    fn is_remote(&self) -> bool;

    /// Whether the transaction still stands: some failures end it without being asked to.
    fn can_go_on(&self) -> bool;

    /// What is kept of what was read over this connection before.
    fn at_hand(&mut self) -> &mut AtHand;
}

/// Whether more rows are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Go {
    On,
    NoFurther,
}

/// The columns of a row, as their database keeps them.
pub(crate) trait Columns {
    fn column(&self, at: usize) -> Result<Value<'_>, Fault>;
}

/// A row of an answer.
pub(crate) struct Row<'r>(pub(crate) &'r dyn Columns);

impl Row<'_> {
    /// The column as what is wanted of it.
    pub(crate) fn get<T: FromValue>(&self, at: usize) -> Result<T, Fault> {
        T::from_value(self.0.column(at)?).ok_or_else(|| strange(at))
    }

    /// A text that is looked at and not kept.
    pub(crate) fn text(&self, at: usize) -> Result<&str, Fault> {
        match self.0.column(at)? {
            Value::Text(text) => Ok(text),
            _ => Err(strange(at)),
        }
    }

    /// Bytes that are looked at and not kept.
    pub(crate) fn bytes(&self, at: usize) -> Result<&[u8], Fault> {
        match self.0.column(at)? {
            Value::Bytes(bytes) => Ok(bytes),
            _ => Err(strange(at)),
        }
    }
}

/// A column that holds what this version does not know: somebody wrote into the database by hand.
pub(crate) fn strange(at: usize) -> Fault {
    Fault::Store(format!("column {at} of a row holds what nobody put there"))
}

/// What can be made of a column; none where it holds something else.
pub(crate) trait FromValue: Sized {
    fn from_value(value: Value<'_>) -> Option<Self>;
}

impl FromValue for i64 {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Int(number) => Some(number),
            _ => None,
        }
    }
}

impl FromValue for u32 {
    fn from_value(value: Value<'_>) -> Option<Self> {
        i64::from_value(value)?.try_into().ok()
    }
}

impl FromValue for u64 {
    fn from_value(value: Value<'_>) -> Option<Self> {
        i64::from_value(value)?.try_into().ok()
    }
}

impl FromValue for bool {
    fn from_value(value: Value<'_>) -> Option<Self> {
        Some(i64::from_value(value)? != 0)
    }
}

impl FromValue for String {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Text(text) => Some(text.to_owned()),
            _ => None,
        }
    }
}

impl FromValue for Arc<str> {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Text(text) => Some(text.into()),
            _ => None,
        }
    }
}

impl<const N: usize> FromValue for [u8; N] {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Bytes(bytes) => bytes.try_into().ok(),
            _ => None,
        }
    }
}

impl FromValue for Blur {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Bytes(bytes) => Self::of(bytes),
            _ => None,
        }
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            value => T::from_value(value).map(Some),
        }
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<u32> for Value<'_> {
    fn from(number: u32) -> Self {
        Self::Int(number.into())
    }
}

impl From<bool> for Value<'_> {
    fn from(is: bool) -> Self {
        Self::Int(is.into())
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(bytes)
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        Self::Bytes(bytes)
    }
}

impl<'a> From<&'a Blur> for Value<'a> {
    fn from(blur: &'a Blur) -> Self {
        Self::Bytes(blur.bytes())
    }
}

impl<'a> From<&'a Uuid> for Value<'a> {
    fn from(uuid: &'a Uuid) -> Self {
        Self::Bytes(uuid.as_bytes())
    }
}

impl<'a> From<&'a Option<String>> for Value<'a> {
    fn from(text: &'a Option<String>) -> Self {
        text.as_ref().map_or(Self::Null, Self::from)
    }
}

impl<'a> From<&'a Option<Arc<str>>> for Value<'a> {
    fn from(text: &'a Option<Arc<str>>) -> Self {
        text.as_deref().map_or(Self::Null, Self::from)
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// The values of a statement, in the order of their numbers.
macro_rules! values {
    ($($value:expr),* $(,)?) => {
        &[$($crate::engine::Value::from($value)),*]
    };
}

pub(crate) use values;
