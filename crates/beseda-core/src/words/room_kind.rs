//! What rooms are about, as kinds: the five that the contracts speak of, and those of an application's own.

use std::fmt;

/// What a room is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RoomKind {
    /// An order: the order desk and order rooms contracts meet here.
    Order,
    /// A customer and a therapist.
    Pair,
    /// Two people of the school.
    Private,
    /// Any set of people of the school.
    Group,
    /// A visitor and the staff.
    Support,
    /// Whatever an application of its own has: deals, tickets, lessons.
    Own(OwnKind),
}

impl RoomKind {
    /// The five that the contracts speak of.
    pub const OF_CONTRACTS: [Self; 5] = [Self::Order, Self::Pair, Self::Private, Self::Group, Self::Support];

    /// Its word.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::Order => "order",
            Self::Pair => "pair",
            Self::Private => "private",
            Self::Group => "group",
            Self::Support => "support",
            Self::Own(own) => own.word(),
        }
    }

    /// The kind of a word; `None` where no kind can be called so.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let known = Self::OF_CONTRACTS.into_iter().find(|kind| kind.word() == word);
        known.or_else(|| OwnKind::of(word).map(Self::Own))
    }
}

/// The word for a kind of an application's own: a small letter, and then small letters, digits, `_` and `-`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct OwnKind {
    length: u8,
    /// Zeros after the word.
    word: [u8; Self::BYTES],
}

impl OwnKind {
    /// How long the word may be.
    pub const BYTES: usize = 32;

    /// The kind of a word that is none of the contracts'.
    fn of(text: &str) -> Option<Self> {
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

    fn word(&self) -> &str {
        let word = self.word.get(..usize::from(self.length)).unwrap_or_default();
        str::from_utf8(word).unwrap_or_default()
    }
}

impl fmt::Debug for OwnKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.word().fmt(f)
    }
}

/// Some kinds of rooms: a contract speaks of its own, and to it the others are not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kinds(Option<&'static [RoomKind]>);

impl Kinds {
    /// Every kind, an application's own as well.
    pub const ALL: Self = Self(None);

    /// These kinds.
    #[must_use]
    pub const fn of(kinds: &'static [RoomKind]) -> Self {
        Self(Some(kinds))
    }

    /// Whether this kind is one of them.
    #[must_use]
    pub fn contain(self, kind: RoomKind) -> bool {
        self.0.is_none_or(|kinds| kinds.contains(&kind))
    }

    /// Each of them; `None` where it is every one.
    #[must_use]
    pub fn named(self) -> Option<&'static [RoomKind]> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_the_word_that_it_is_made_from() {
        let longest = "x".repeat(OwnKind::BYTES);
        for word in [
            "order", "pair", "private", "group", "support", "deal", "pa_r", "b2b-deal", &longest,
        ] {
            assert_eq!(RoomKind::from_word(word).unwrap().word(), word);
        }
        assert!(matches!(RoomKind::from_word("order"), Some(RoomKind::Order)));
    }

    #[test]
    fn a_kind_of_its_own_begins_with_a_letter_and_is_short_and_plain() {
        for word in [
            "",
            "7th",
            "-x",
            "_x",
            "Deal",
            "де",
            "a b",
            "a:b",
            "a%",
            &"x".repeat(OwnKind::BYTES + 1),
        ] {
            assert_eq!(RoomKind::from_word(word), None, "{word}");
        }
    }
}
