//! What can be wrong with a field of a request, in nobody's words.

use beseda_core::words::{HostId, OrderId};
use serde_json::Value;
use std::borrow::Cow;

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldError {
    /// It is not there.
    Required,
    /// It is empty, or nothing but white space.
    Blank,
    /// It is null.
    Null,
    /// It is no text, nor a number that could be taken for one.
    NotText,
    /// It has too few characters.
    TooShort {
        /// How many it needs.
        min: usize,
    },
    /// It has too many characters.
    TooLong {
        /// How many are taken.
        max: usize,
    },
    /// It holds a NUL character.
    NulCharacter,
    /// It is no UTF-8, or holds control characters.
    NotPlain,
    /// It holds characters that are not ASCII.
    NotAscii,
    /// It is neither true nor false.
    NotFlag,
    /// It can be no word for a role.
    NotRole,
    /// It can be no small word of an application's own.
    NotWord,
    /// It can be no shortcut of a canned reply.
    NotShortcut,
    /// It is no list of pairs of minutes of a week.
    NotWeek {
        /// How many are taken.
        max: usize,
    },
    /// They are no quiet hours.
    NotQuiet,
    /// It can be no address of a push service.
    NotPushAddress,
    /// They are no keys of a browser.
    NotPushKeys,
    /// No clock of the world is called so, or none that this machine knows.
    NotZone,
    /// It is no UUID.
    NotUuid,
    /// It is nothing that could be an object's number.
    NotKey(Json),
    /// There is no such object, or none that the asker may know of.
    NoSuchObject {
        /// The number that came.
        key: String,
    },
    /// There is no such person.
    NoSuchPerson(HostId<'static>),
    /// There is no such order.
    NoSuchOrder(OrderId),
    /// It is no whole number.
    NotInteger,
    /// It is no mark that an answer gave.
    NotMark,
    /// It is nothing that the host application could call somebody or something.
    NotHostId,
    /// It is a list, and holds such a thing.
    NotHostIdInList,
    /// It is an id, or a key with one, that no host application may give to anybody or anything.
    Reserved,
    /// Another object has it already.
    NotUnique,
    /// A text came where a file belongs.
    NotFile,
    /// The file has no bytes.
    EmptyFile,
    /// The file is of a type that is not taken.
    FileType,
    /// More files than are taken.
    TooManyFiles {
        /// How many are taken.
        max: usize,
    },
    /// More people than a room has.
    TooManyMembers {
        /// How many are taken.
        max: usize,
    },
    /// Oneself, where somebody else is meant.
    Oneself,
    /// It is no e-mail address.
    NotEmail,
    /// It is no list.
    NotList(Json),
    /// Only one of several may be said.
    OneOfThem,
    /// It is no emoji, or more than one.
    NotEmoji,
    /// It is no moment as ISO 8601 writes it.
    NotTime,
    /// There is no word in it that could be searched for.
    NoWord,
    /// It is no address of the web.
    NotWebAddress,
    /// It is no card of a business object.
    NotCard,
    /// It has too many bytes.
    TooManyBytes {
        /// How many are taken.
        max: usize,
    },
    /// It is none of the words that are known.
    NotOneOf(&'static [&'static str]),
    /// It names a file that its sender has not uploaded, or not lately.
    NoSuchUpload,
    /// It is no room's key.
    NotRoomKey,
    /// It is a key of a room that only a visitor opens.
    VisitorsOwn,
    /// It follows from the room's key, and cannot be said.
    FollowsFromKey,
    /// It is somebody of the staff, where nobody of them can be meant.
    OfStaff,
    /// Nobody knows such a field; these are known.
    Unknown(Vec<&'static str>),
}

/// The types of JSON values, as mistakes tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Json {
    /// null.
    Null,
    /// true or false.
    Flag,
    /// A whole number.
    Integer,
    /// A number with a fraction.
    Fraction,
    /// A text.
    Text,
    /// A list.
    List,
    /// An object.
    Object,
}

impl From<&Value> for Json {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Flag,
            Value::Number(number) if number.is_f64() => Self::Fraction,
            Value::Number(_) => Self::Integer,
            Value::String(_) => Self::Text,
            Value::Array(_) => Self::List,
            Value::Object(_) => Self::Object,
        }
    }
}

/// What is wrong with several fields, collected so that one answer names them all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FieldErrors(Vec<(Cow<'static, str>, FieldError)>);

impl FieldErrors {
    /// One wrong field.
    #[must_use]
    pub fn one(name: &'static str, error: FieldError) -> Self {
        Self(vec![(name.into(), error)])
    }

    /// Adds what is wrong with a field.
    pub fn add(&mut self, name: impl Into<Cow<'static, str>>, error: FieldError) {
        self.0.push((name.into(), error));
    }

    /// Keeps what is wrong with a field, or gives what is right.
    pub fn take<T>(&mut self, name: &'static str, field: Result<T, FieldError>) -> Option<T> {
        field.map_err(|error| self.add(name, error)).ok()
    }

    /// Ends the collecting.
    ///
    /// # Errors
    /// All of them, where there is any.
    pub fn none(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }

    /// Each, in the order in which they were found.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &FieldError)> {
        self.0.iter().map(|(name, error)| (name.as_ref(), error))
    }
}
