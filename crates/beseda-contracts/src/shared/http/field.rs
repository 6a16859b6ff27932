//! What can be wrong with a field of a request, and how Django REST Framework says it.

use super::drf::Drf;
use super::words::{self, Language};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

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
    /// It has too many characters.
    TooLong {
        /// How many are taken.
        max: usize,
    },
    /// It holds a NUL character.
    NulCharacter,
    /// It is nothing that could be an object's number.
    NotKey {
        /// Python's name for the type of what came: `str`, `list`, `dict`, `bool`, `float`.
        received: &'static str,
    },
    /// There is no such object, or none that the asker may know of.
    DoesNotExist {
        /// The number that came.
        pk: String,
    },
    /// It is no whole number.
    NotInteger,
    /// Another object has it already.
    NotUnique,
    /// The body is no object with fields.
    NotDictionary {
        /// Python's name for the type of what came.
        received: &'static str,
    },
    /// A text came where a file belongs.
    NotFile,
    /// The file has no bytes.
    EmptyFile,
    /// The file is of a type that is not taken.
    FileType,
    /// The picture is too large, or claims to be.
    PictureTooLarge {
        /// How many pixels are taken.
        pixels: u64,
        /// How many pixels a side may have.
        side: u32,
    },
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
    NotList {
        /// Python's name for the type of what came.
        received: &'static str,
    },
}

impl FieldError {
    /// The sentence in a language.
    #[must_use]
    pub fn sentence(&self, language: Language) -> String {
        let fill = |english, with: &str| language.say(english).replace("{}", with);
        match self {
            Self::Required => fill(words::REQUIRED, ""),
            Self::Blank => fill(words::BLANK, ""),
            Self::Null => fill(words::NULL, ""),
            Self::NotText => fill(words::NOT_TEXT, ""),
            Self::TooLong { max } => fill(words::TOO_LONG, &max.to_string()),
            Self::NulCharacter => fill(words::NUL_CHARACTER, ""),
            Self::NotKey { received } => fill(words::NOT_KEY, received),
            Self::DoesNotExist { pk } => fill(words::NO_SUCH_KEY, pk),
            Self::NotInteger => fill(words::NOT_INTEGER, ""),
            Self::NotUnique => fill(words::NOT_UNIQUE, ""),
            Self::NotDictionary { received } => fill(words::NOT_DICTIONARY, received),
            Self::NotFile => fill(words::NOT_FILE, ""),
            Self::EmptyFile => fill(words::EMPTY_FILE, ""),
            Self::FileType => fill(words::FILE_TYPE, ""),
            Self::PictureTooLarge { pixels, .. } => fill(words::PICTURE_TOO_LARGE, &pixels.to_string()),
            Self::TooManyFiles { max } => fill(words::TOO_MANY_FILES, &max.to_string()),
            Self::TooManyMembers { max } => fill(words::TOO_MANY_MEMBERS, &max.to_string()),
            Self::Oneself => fill(words::ONESELF, ""),
            Self::NotEmail => fill(words::NOT_EMAIL, ""),
            Self::NotList { received } => fill(words::NOT_LIST, received),
        }
    }
}

/// What is wrong with several fields, collected so that one answer names them all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FieldErrors(Vec<(&'static str, FieldError)>);

impl FieldErrors {
    /// Keeps what is wrong with a field, or gives what is right.
    pub fn take<T>(&mut self, name: &'static str, field: Result<T, FieldError>) -> Option<T> {
        field.map_err(|error| self.0.push((name, error))).ok()
    }

    /// Ends the collecting.
    ///
    /// # Errors
    /// [`Drf::Fields`] where anything was wrong.
    pub fn none(self) -> Result<(), Drf> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Drf::Fields(self))
        }
    }

    /// One wrong field.
    #[must_use]
    pub fn one(name: &'static str, error: FieldError) -> Self {
        Self(vec![(name, error)])
    }

    pub(super) fn said(&self, language: Language) -> impl Serialize + '_ {
        SaidErrors(self, language)
    }
}

struct SaidErrors<'a>(&'a FieldErrors, Language);

impl Serialize for SaidErrors<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(FieldErrors(errors), language) = self;
        let mut map = serializer.serialize_map(Some(errors.len()))?;
        for (name, error) in errors {
            map.serialize_entry(name, &[error.sentence(*language)])?;
        }
        map.end()
    }
}
