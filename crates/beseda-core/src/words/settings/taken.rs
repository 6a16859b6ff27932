//! What settings take: texts, numbers, lists, words; and how each is read and shown.

use super::{Raw, Shown, Taken, Wrong};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

impl Raw {
    fn kind(&self) -> &'static str {
        match self {
            Self::Untyped(_) => "text",
            Self::Text(_) => "a string",
            Self::Whole(_) => "a whole number",
            Self::Fraction(_) => "a fraction",
            Self::Truth(_) => "true or false",
            Self::List(_) => "a list",
            Self::Other(kind) => kind,
        }
    }

    /// It is not what it must be.
    #[must_use]
    pub fn is_not(&self, wanted: &str, example: &str) -> Wrong {
        Wrong::new(
            format!("must be {wanted}, not {}", self.kind()),
            format!("Write it like {example}."),
        )
    }

    /// Text that is not empty.
    ///
    /// # Errors
    /// It is none.
    pub fn text(&self) -> Result<&str, Wrong> {
        match self {
            Self::Untyped(text) | Self::Text(text) if text.is_empty() => {
                Err(Wrong::new("is empty", "Give it a value, or leave it out."))
            }
            Self::Untyped(text) | Self::Text(text) => Ok(text),
            _ => Err(self.is_not("a string", "\"this\", in quotes")),
        }
    }

    /// `true` or `false`.
    ///
    /// # Errors
    /// It is none.
    pub fn truth(&self) -> Result<bool, Wrong> {
        match self {
            Self::Truth(truth) => Ok(*truth),
            Self::Untyped(text) if text == "true" => Ok(true),
            Self::Untyped(text) if text == "false" => Ok(false),
            Self::Untyped(_) => Err(Wrong::new(
                "must be true or false",
                "Write true or false, in small letters.",
            )),
            _ => Err(self.is_not("true or false", "true, without quotes")),
        }
    }

    /// A whole number from `least` to `most`.
    ///
    /// # Errors
    /// It is none.
    pub fn whole(&self, least: u32, most: u32) -> Result<u32, Wrong> {
        let out = || {
            Wrong::new(
                format!("must be from {least} to {most}"),
                "Choose a number in that range.",
            )
        };
        let number = match self {
            Self::Whole(number) => u32::try_from(*number).map_err(|_| out())?,
            Self::Untyped(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.text().and_then(|text| text.parse().map_err(|_| out()))?
            }
            Self::Untyped(_) => return Err(Wrong::new("must be a whole number", "Write digits alone, like 15.")),
            _ => return Err(self.is_not("a whole number", "15, without quotes")),
        };
        if (least..=most).contains(&number) {
            Ok(number)
        } else {
            Err(out())
        }
    }

    /// One of a few words.
    ///
    /// # Errors
    /// It is none.
    pub fn choice<T: Copy>(&self, choices: &[(&str, T)]) -> Result<T, Wrong> {
        let text = self.text()?;
        let list = || choices.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
        choices
            .iter()
            .find(|(word, _)| *word == text)
            .map(|(_, choice)| *choice)
            .ok_or_else(|| {
                Wrong::new(
                    format!("cannot be `{}`", printable(text)),
                    format!("Choose one of: {}.", list()),
                )
            })
    }

    /// A list of texts: a list in the file, separated by commas elsewhere.
    ///
    /// # Errors
    /// It is none.
    pub fn texts(&self) -> Result<Vec<String>, Wrong> {
        match self {
            Self::Untyped(text) => Ok(text
                .split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
                .collect()),
            Self::List(values) => values.iter().map(|value| value.text().map(str::to_owned)).collect(),
            _ => Err(self.is_not("a list", "[\"this\", \"that\"]")),
        }
    }
}

/// A text that is not empty.
pub struct Text;

impl Taken for Text {
    type Kept = String;

    fn read(raw: &Raw, _: &Path) -> Result<String, Wrong> {
        raw.text().map(str::to_owned)
    }

    fn show(kept: &String) -> Shown {
        Shown::Text(kept.clone())
    }
}

/// A list of texts.
pub struct Texts;

impl Taken for Texts {
    type Kept = Vec<String>;

    fn read(raw: &Raw, _: &Path) -> Result<Vec<String>, Wrong> {
        raw.texts()
    }

    fn show(kept: &Vec<String>) -> Shown {
        Shown::List(kept.clone())
    }
}

/// A path of the file system.
pub struct Folder;

impl Taken for Folder {
    type Kept = PathBuf;

    fn read(raw: &Raw, base: &Path) -> Result<PathBuf, Wrong> {
        raw.text().map(|text| base.join(text))
    }

    fn show(kept: &PathBuf) -> Shown {
        Shown::Text(kept.display().to_string())
    }
}

/// True or false.
pub struct Truth;

impl Taken for Truth {
    type Kept = bool;

    fn read(raw: &Raw, _: &Path) -> Result<bool, Wrong> {
        raw.truth()
    }

    fn show(kept: &bool) -> Shown {
        Shown::Truth(*kept)
    }
}

/// A whole number in a range.
pub struct Whole<const LEAST: u32, const MOST: u32>;

impl<const LEAST: u32, const MOST: u32> Taken for Whole<LEAST, MOST> {
    type Kept = u32;

    fn read(raw: &Raw, _: &Path) -> Result<u32, Wrong> {
        raw.whole(LEAST, MOST)
    }

    fn show(kept: &u32) -> Shown {
        Shown::Whole(u64::from(*kept))
    }
}

/// What has a word for each of its values.
pub trait Word: Copy + PartialEq + 'static {
    /// The words.
    const WORDS: &'static [(&'static str, Self)];

    /// The word for this one.
    fn word(self) -> &'static str {
        let known = Self::WORDS.iter().find(|(_, known)| *known == self);
        known.map_or("", |(word, _)| word)
    }
}

/// One of a few words.
pub struct OneOf<T>(PhantomData<T>);

impl<T: Word> Taken for OneOf<T> {
    type Kept = T;

    fn read(raw: &Raw, _: &Path) -> Result<T, Wrong> {
        raw.choice(T::WORDS)
    }

    fn show(kept: &T) -> Shown {
        Shown::Text(kept.word().to_owned())
    }
}

/// What may be left out.
pub struct Maybe<T>(PhantomData<T>);

impl<T: Taken> Taken for Maybe<T> {
    type Kept = Option<T::Kept>;

    fn read(raw: &Raw, base: &Path) -> Result<Option<T::Kept>, Wrong> {
        T::read(raw, base).map(Some)
    }

    fn show(kept: &Option<T::Kept>) -> Shown {
        kept.as_ref().map_or(Shown::Nothing, T::show)
    }
}

/// The text as a problem may repeat it: cut where it is long, without control characters.
#[must_use]
pub fn printable(text: &str) -> String {
    let mut shown: String = text.chars().take(80).flat_map(char::escape_debug).collect();
    if text.chars().nth(80).is_some() {
        shown.push('…');
    }
    shown
}
