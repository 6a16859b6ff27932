//! What a call is about: an object of one's own, of others, one that is missing, and one that is gone.

/// Whose an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Object {
    /// Of the client, the expert and the operator of the matrix, and of their school, spa and desk.
    Own,
    /// Of others.
    Foreign,
    /// Nobody's: it was never there.
    Missing,
    /// One of their own that is gone: a removed room, an erased message.
    Deleted,
    /// There is none: the call is about nothing in particular.
    None,
}

impl Object {
    const WORDS: [(Self, &'static str); 5] = [
        (Self::Own, "own"),
        (Self::Foreign, "foreign"),
        (Self::Missing, "missing"),
        (Self::Deleted, "deleted"),
        (Self::None, "any"),
    ];

    /// The word for it in the tables.
    pub fn word(self) -> &'static str {
        Self::WORDS
            .iter()
            .find(|(object, _)| *object == self)
            .map_or("", |(_, word)| word)
    }

    /// The kind of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::WORDS
            .iter()
            .find(|(_, known)| *known == word)
            .map(|(object, _)| *object)
    }
}
