//! Closed sets of things that have a word each: one table makes the things and their words, so that none is without.

/// Makes an enum, the list of its words, and the way from a thing to its word and back.
macro_rules! worded {
    (
        $(#[$about:meta])*
        pub enum $name:ident {
            $($(#[doc = $sentence:literal])* $thing:ident = $word:literal,)*
        }
    ) => {
        $(#[$about])*
        pub enum $name {
            $($(#[doc = $sentence])* $thing,)*
        }

        impl $name {
            /// Each of them with its word.
            pub const WORDS: &'static [(Self, &'static str)] = &[$((Self::$thing, $word),)*];

            /// Its word.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$thing => $word,)*
                }
            }

            /// The one of a word, which is in lower case.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$thing),)*
                    _ => None,
                }
            }
        }
    };
}

pub(crate) use worded;
