//! What can be set: how a value that somebody wrote is read, shown and documented.
//!
//! One table makes a struct, its defaults, what reads each value, and its documentation, so that a setting cannot exist in
//! one of them alone. Each crate has the table of what is set of it.

mod taken;

pub use taken::{Folder, Maybe, OneOf, Text, Texts, Truth, Whole, Word, printable};

use std::path::Path;

/// A value before anybody knows what it ought to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Raw {
    /// From the environment or an argument: only text, whatever it means.
    Untyped(String),
    /// A string of the file.
    Text(String),
    /// A whole number of the file, as it is written in decimal.
    Whole(i128),
    /// A fraction of the file.
    Fraction(f64),
    /// `true` or `false` of the file.
    Truth(bool),
    /// A list of the file.
    List(Vec<Self>),
    /// Something that no setting is, by name: a table, a date.
    Other(&'static str),
}

/// A value that cannot be taken: what is wrong with it, and what to do. Neither repeats a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// What is wrong, as the end of a sentence that begins with the setting's name.
    pub what: String,
    /// What to do, as a sentence.
    pub todo: String,
}

/// What a setting is set to, as it may be shown: no secret is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// Nothing.
    Nothing,
    /// A text.
    Text(String),
    /// A whole number.
    Whole(u64),
    /// True or false.
    Truth(bool),
    /// A list of texts.
    List(Vec<String>),
}

/// What a setting takes.
pub trait Taken {
    /// What it is kept as.
    type Kept;

    /// Reads what somebody wrote. Relative paths start at `base`.
    ///
    /// # Errors
    /// What is wrong with it.
    fn read(raw: &Raw, base: &Path) -> Result<Self::Kept, Wrong>;

    /// Shows what is kept.
    fn show(kept: &Self::Kept) -> Shown;
}

/// What is said of one setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    /// Its name in the file; the environment's and the argument's are made of it.
    pub name: &'static str,
    /// What it takes.
    pub takes: &'static str,
    /// The argument that sets it, where there is one.
    pub flag: Option<&'static str>,
    /// What it is for.
    pub sentence: &'static str,
}

/// One setting of the struct `S`.
pub struct SettingWord<S> {
    /// What is said of it.
    pub about: About,
    /// Reads a value into the struct.
    pub put: fn(&mut S, &Raw, &Path) -> Result<(), Wrong>,
    /// What it is set to.
    pub show: fn(&S) -> Shown,
}

/// Makes a struct of settings, its defaults, and its `WORDS`. After the settings, fields may follow that are set in
/// another way.
#[macro_export]
macro_rules! settings {
    (@flag) => { None };
    (@flag $flag:literal) => { Some($flag) };
    (
        $(#[$doc:meta])*
        pub struct $Settings:ident {
            $($name:ident: $taken:ty = $default:expr, $takes:literal $(flag $flag:literal)?, $sentence:literal;)*
        }
        $(besides { $($(#[$field_doc:meta])* $field:ident: $kept:ty = $field_default:expr;)* })?
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $Settings {
            $(#[doc = $sentence] pub $name: <$taken as $crate::words::Taken>::Kept,)*
            $($($(#[$field_doc])* pub $field: $kept,)*)?
        }

        impl Default for $Settings {
            fn default() -> Self {
                Self { $($name: $default,)* $($($field: $field_default,)*)? }
            }
        }

        impl $Settings {
            /// Its settings, in the order of their documentation.
            pub const WORDS: &'static [$crate::words::SettingWord<Self>] = &[$($crate::words::SettingWord {
                about: $crate::words::About {
                    name: stringify!($name),
                    takes: $takes,
                    flag: $crate::settings!(@flag $($flag)?),
                    sentence: $sentence,
                },
                put: |settings, raw, base| {
                    settings.$name = <$taken as $crate::words::Taken>::read(raw, base)?;
                    Ok(())
                },
                show: |settings| <$taken as $crate::words::Taken>::show(&settings.$name),
            }),*];
        }
    };
}

impl Wrong {
    /// `what` is wrong; do `todo`.
    pub fn new(what: impl Into<String>, todo: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            todo: todo.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    settings! {
        /// A table in small.
        pub struct Small {
            rooms: Whole<1, 9> = 3, "rooms, 1 to 9" flag "--rooms", "How many rooms.";
            name: Maybe<Text> = None, "a name", "What it is called.";
        }
        besides {
            /// Set by nobody.
            other: bool = true;
        }
    }

    #[test]
    fn one_line_is_a_field_its_default_its_reader_and_its_documentation() {
        let mut small = Small::default();
        assert_eq!((small.rooms, &small.name, small.other), (3, &None, true));
        let [rooms, name] = Small::WORDS else {
            panic!("two words")
        };
        assert_eq!(
            rooms.about,
            About {
                name: "rooms",
                takes: "rooms, 1 to 9",
                flag: Some("--rooms"),
                sentence: "How many rooms."
            }
        );
        assert_eq!(name.about.flag, None);
        assert_eq!((name.show)(&small), Shown::Nothing);
        let base = Path::new("");
        assert_eq!((rooms.put)(&mut small, &Raw::Whole(9), base), Ok(()));
        assert_eq!((name.put)(&mut small, &Raw::Text("hall".to_owned()), base), Ok(()));
        assert!((rooms.put)(&mut small, &Raw::Whole(10), base).is_err());
        assert_eq!((small.rooms, (name.show)(&small)), (9, Shown::Text("hall".to_owned())));
    }
}
