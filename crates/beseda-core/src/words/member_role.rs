//! What somebody is in one room, in a word of the host application's.

use super::OwnWord;
use std::fmt;

/// What a member is in a room: any word of the application's own. Rights follow from it where the policy says so.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemberRole(OwnWord);

impl MemberRole {
    /// What everybody is of whom nobody said otherwise.
    pub const MEMBER: Self = Self(OwnWord::plain(b"member"));
    /// Who made a room, and governs it.
    pub const OWNER: Self = Self(OwnWord::plain(b"owner"));

    /// The role of a word; `None` where no role can be called so.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        OwnWord::of(word).map(Self)
    }

    /// Its word.
    #[must_use]
    pub fn word(&self) -> &str {
        self.0.word()
    }
}

impl Default for MemberRole {
    fn default() -> Self {
        Self::MEMBER
    }
}

impl fmt::Debug for MemberRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
