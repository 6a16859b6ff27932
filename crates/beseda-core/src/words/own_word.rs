//! Words of an application's own, as they stand in keys, in settings and in tokens: short and plain, and copied like numbers.

use std::fmt;

/// A word of an application's own, for a kind of rooms or for a role: a small letter, and then small letters, digits, `_`
/// and `-`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OwnWord {
    length: u8,
    /// Zeros after the word.
    word: [u8; Self::BYTES],
}

impl OwnWord {
    /// How long the word may be.
    pub const BYTES: usize = 32;

    /// The word that a text is; `None` where it is none.
    pub(super) fn of(text: &str) -> Option<Self> {
        let letter = |byte: &u8| byte.is_ascii_lowercase();
        let sign = |byte: u8| letter(&byte) || byte.is_ascii_digit() || matches!(byte, b'_' | b'-');
        if !text.as_bytes().first().is_some_and(letter) || !text.bytes().all(sign) {
            return None;
        }
        let mut word = [0; Self::BYTES];
        word.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Some(Self {
            length: u8::try_from(text.len()).ok()?,
            word,
        })
    }

    /// A word that is known to be one.
    pub(super) const fn plain(text: &[u8]) -> Self {
        let mut word = [0; Self::BYTES];
        let (start, _) = word.split_at_mut(text.len());
        start.copy_from_slice(text);
        Self {
            length: text.len() as u8,
            word,
        }
    }

    /// The word as a text.
    #[must_use]
    pub fn word(&self) -> &str {
        let word = self.word.get(..usize::from(self.length)).unwrap_or_default();
        str::from_utf8(word).unwrap_or_default()
    }
}

impl fmt::Debug for OwnWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.word().fmt(f)
    }
}
