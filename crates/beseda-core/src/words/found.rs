//! A search of messages: what is asked, and what is found.

use super::lexeme::{Indexed, short_of};
use super::segment::{Page, Posting, Segment, paged};
use super::terms::Query;
use super::{Message, MessageId, NoCursor, PersonId, RoomId, RoomKind, Spot, Time};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Why nothing can be searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoQuery {
    /// Not a single word in it.
    #[error("there is no word in it")]
    Empty,
    /// More characters than `search_chars`.
    #[error("at most {max} characters can be searched for")]
    TooLong {
        /// How many can.
        max: usize,
    },
}

impl Query {
    /// Reads what somebody typed, as [`Self::of`], if it is not longer than that.
    ///
    /// # Errors
    /// [`NoQuery`].
    pub fn read(typed: &str, most_chars: usize) -> Result<Self, NoQuery> {
        if typed.chars().nth(most_chars).is_some() {
            return Err(NoQuery::TooLong { max: most_chars });
        }
        Self::of(typed).ok_or(NoQuery::Empty)
    }
}

/// What somebody searches for, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchAsked {
    /// The words.
    pub query: Query,
    /// In this room alone; else in all that they are in.
    pub room: Option<RoomId>,
    /// In rooms of this kind alone.
    pub kind: Option<RoomKind>,
    /// By this person alone.
    pub author: Option<PersonId>,
    /// Sent then or later.
    pub from: Option<Time>,
    /// Sent before.
    pub to: Option<Time>,
    /// With a file alone.
    pub has_file: bool,
    /// Nothing is found: it asks for what nobody wrote, or for rooms of no kind.
    pub is_vain: bool,
    /// Where an earlier search has ended.
    pub cursor: Option<SearchCursor>,
    /// How many are wanted at most.
    pub limit: u32,
}

impl SearchAsked {
    /// These words, in everything that somebody can find.
    #[must_use]
    pub fn of(query: Query, limit: u32) -> Self {
        Self {
            query,
            room: None,
            kind: None,
            author: None,
            from: None,
            to: None,
            has_file: false,
            is_vain: false,
            cursor: None,
            limit,
        }
    }
}

/// What a message is asked besides its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sieve {
    /// Who searches: it is in a room that they are in, or in the one that they name.
    pub person: PersonId,
    /// It is in this room.
    pub room: Option<RoomId>,
    /// Its room is of this kind.
    pub kind: Option<RoomKind>,
    /// Its author.
    pub author: Option<PersonId>,
    /// It was sent then or later.
    pub from: Option<Time>,
    /// It was sent before.
    pub to: Option<Time>,
    /// A file hangs on it.
    pub has_file: bool,
}

impl Sieve {
    /// What `person` asks.
    #[must_use]
    pub fn of(asked: &SearchAsked, person: PersonId) -> Self {
        Self {
            person,
            room: asked.room,
            kind: asked.kind,
            author: asked.author,
            from: asked.from,
            to: asked.to,
            has_file: asked.has_file,
        }
    }
}

/// Where a search goes on. Clients keep it as it is written and read nothing from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchCursor(pub MessageId);

impl fmt::Display for SearchCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}", self.0.0)
    }
}

impl FromStr for SearchCursor {
    type Err = NoCursor;

    fn from_str(text: &str) -> Result<Self, NoCursor> {
        let cursor = Self(MessageId(i64::from_str_radix(text, 16).map_err(|_| NoCursor)?));
        // It is written in one way.
        if cursor.0.0 > 0 && cursor.to_string() == text {
            Ok(cursor)
        } else {
            Err(NoCursor)
        }
    }
}

/// A message that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What its room is about.
    pub key: Arc<str>,
    /// The message.
    pub message: Message,
    /// Where it has what was searched for, in UTF-16 units, the ends excluded, in order and apart.
    pub highlights: Vec<(u32, u32)>,
}

/// A message that passed a sieve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sifted {
    /// The message.
    pub message: Message,
    /// What its room is about.
    pub key: Arc<str>,
    /// How whoever searches stands to the room.
    pub spot: Spot,
}

/// Some of what a search finds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FoundPage {
    /// Newest first.
    pub items: Vec<Found>,
    /// Where to go on; `None` where there is no more. There may be nothing behind it, and nothing in front of it: one search
    /// looks at so many messages.
    pub next: Option<SearchCursor>,
}

/// What an index gives.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hits {
    /// Messages that may be what is searched for, newest first, each once.
    pub ids: Vec<MessageId>,
    /// From this one on it has looked everywhere, and gives all.
    pub end: MessageId,
    /// How many pages it has read for that.
    pub pages: usize,
}

/// Messages that an index does not have yet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ToIndex {
    /// The oldest of them.
    pub messages: Vec<Indexed>,
    /// How far it is once it has these; `None` where that is no further.
    pub mark: Option<IndexMark>,
    /// The newest message of all.
    pub newest: MessageId,
}

impl ToIndex {
    /// The messages as an index takes them.
    #[must_use]
    pub fn part(&self) -> IndexPart {
        let Some((first, last)) = self.messages.first().zip(self.messages.last()) else {
            return IndexPart::default();
        };
        let segment = Segment {
            first: first.id,
            last: last.id,
            messages: i64::try_from(self.messages.len()).unwrap_or(i64::MAX),
        };
        let mut postings = Vec::new();
        for message in &self.messages {
            let lexemes = message.lexemes().into_iter();
            postings.extend(lexemes.map(|lexeme| Posting { lexeme, id: message.id }));
        }
        postings.sort_unstable();
        let entry = |message: &Indexed| IndexEntry {
            id: message.id,
            created_at: message.created_at,
            room: short_of(message.room),
        };
        IndexPart {
            segment: Some(segment),
            pages: paged(segment.first, &postings),
            entries: self.messages.iter().map(entry).collect(),
        }
    }
}

/// What is added to an index.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IndexPart {
    /// Which messages, if any.
    pub segment: Option<Segment>,
    /// What they are known by.
    pub pages: Vec<Page>,
    /// What is kept of each besides.
    pub entries: Vec<IndexEntry>,
}

/// What an index has of a message besides its lexemes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexEntry {
    /// Its number among all.
    pub id: MessageId,
    /// When it was sent.
    pub created_at: Time,
    /// Its room, see [`short_of`].
    pub room: u16,
}

/// How far an index is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexMark {
    /// It had every message up to this one when these were read. Where that has changed since, nothing is kept: messages have
    /// come below it, or somebody else was faster.
    pub from: MessageId,
    /// How many times messages had come below others.
    pub turn: i64,
    /// It has every message up to this one, and no other will come before it.
    pub done: MessageId,
    /// Up to this one that is to be proven next, if anything is.
    pub bound: Option<MessageId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_searched_for_has_a_word_and_an_end() {
        assert_eq!(Query::read("", 5), Err(NoQuery::Empty));
        assert_eq!(Query::read("?!", 5), Err(NoQuery::Empty));
        assert!(Query::read("ёжики", 5).is_ok());
        assert_eq!(Query::read("ёжики!", 5), Err(NoQuery::TooLong { max: 5 }));
    }

    #[test]
    fn a_cursor_is_read_as_it_was_written_and_nothing_else_is_one() {
        for id in [1, 31, i64::MAX] {
            let cursor = SearchCursor(MessageId(id));
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        for text in ["", "0", "-1", "01", "+1", "A", "g", "1-2", "8000000000000000"] {
            assert_eq!(text.parse::<SearchCursor>(), Err(NoCursor), "{text}");
        }
    }
}
