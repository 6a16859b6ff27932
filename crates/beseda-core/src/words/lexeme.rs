//! What an index of messages knows them by: numbers, made here, so that every store narrows down alike. Two words may have
//! the same one: what an index finds is looked at.

use super::terms::{Query, terms};
use super::{Message, MessageId, PersonId, RoomId, Time};
use std::fmt;

/// How lexemes are made, and their lists written. An index of others is made anew. It holds how stems are made: the version of what makes them.
pub const LEXEMES: &str = "3, frostem 2.20261016.1";

/// How many characters of a word's beginning have a lexeme of their own. Of what somebody has typed of a word, the longest
/// of these counts.
const BEGINNINGS: [usize; 5] = [1, 2, 3, 4, 5];

/// One of them: a number of 31 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lexeme(u32);

/// What a message has.
#[derive(Debug, Clone, Copy)]
enum Trait<'a> {
    Stem(&'a str),
    /// Two that stand one after the other.
    Two(&'a str, &'a str),
    Beginning(&'a str),
    Room(RoomId),
    Author(PersonId),
    File,
}

impl Lexeme {
    fn of(what: Trait<'_>) -> Self {
        match what {
            Trait::Stem(stem) => hashed(b's', &[stem.as_bytes()]),
            Trait::Two(one, other) => hashed(b't', &[one.as_bytes(), b" ", other.as_bytes()]),
            Trait::Beginning(letters) => hashed(b'b', &[letters.as_bytes()]),
            Trait::Room(room) => numbered(ROOMS, room.0),
            Trait::Author(author) => numbered(AUTHORS, author.0),
            Trait::File => hashed(b'f', &[]),
        }
    }

    /// Of a message in this room.
    #[must_use]
    pub fn of_room(room: RoomId) -> Self {
        Self::of(Trait::Room(room))
    }

    /// Of a message by this person.
    #[must_use]
    pub fn of_author(author: PersonId) -> Self {
        Self::of(Trait::Author(author))
    }

    /// Of a message on which files hang.
    #[must_use]
    pub fn of_files() -> Self {
        Self::of(Trait::File)
    }

    /// The number.
    #[must_use]
    pub fn number(self) -> u32 {
        self.0
    }

    /// The one with this number.
    #[must_use]
    pub fn numbered(number: u64) -> Option<Self> {
        u32::try_from(number).ok().filter(|number| *number < 1 << 31).map(Self)
    }
}

/// What an index keeps of a message's room: two bytes of its number, which tell the first 65,536 rooms apart.
#[must_use]
pub fn short_of(room: RoomId) -> u16 {
    let [low, high, ..] = room.0.to_le_bytes();
    u16::from_le_bytes([low, high])
}

/// Rooms, as an index tells them apart.
#[derive(Clone, PartialEq, Eq)]
pub struct ShortRooms(Vec<u64>);

impl ShortRooms {
    /// Of these.
    #[must_use]
    pub fn of(rooms: &[RoomId]) -> Self {
        let mut bits = vec![0; 1 << 10];
        for short in rooms.iter().map(|room| short_of(*room)) {
            if let Some(word) = bits.get_mut(usize::from(short >> 6)) {
                *word |= 1 << (short & 63);
            }
        }
        Self(bits)
    }

    /// Whether one of them has this number.
    #[must_use]
    pub fn may_have(&self, short: u16) -> bool {
        let word = self.0.get(usize::from(short >> 6));
        word.is_some_and(|word| word >> (short & 63) & 1 == 1)
    }
}

impl fmt::Debug for ShortRooms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rooms: u32 = self.0.iter().map(|word| word.count_ones()).sum();
        write!(f, "{rooms} rooms")
    }
}

/// What an index is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Narrow {
    /// Of each group a message has one.
    pub groups: Vec<Vec<Lexeme>>,
    /// It is in one of these rooms, or may be.
    pub rooms: Option<Vec<RoomId>>,
    /// How many pages are read before it is left at what was found, if anything was looked at.
    pub pages: usize,
}

/// Among which numbers rooms and authors are; whatever else there is is among lower ones. Who is in many rooms finds all of
/// them in the same pages, which are at hand.
const ROOMS: u32 = 0b10 << 29;
const AUTHORS: u32 = 0b11 << 29;

/// One of those that are among others by their own numbers.
fn numbered(among: u32, number: i64) -> Lexeme {
    let low = number & 0x1fff_ffff;
    Lexeme(among | u32::try_from(low).unwrap_or_default())
}

/// FNV-1a, which stays what it is, for lexemes are kept.
fn hashed(kind: u8, parts: &[&[u8]]) -> Lexeme {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    let bytes = parts.iter().copied().flatten();
    let hash = std::iter::once(&kind).chain(bytes).fold(0xcbf2_9ce4_8422_2325, step);
    let folded = (hash ^ (hash >> 32)) & 0x3fff_ffff;
    Lexeme(u32::try_from(folded).unwrap_or_default())
}

/// A message as an index is given it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Indexed {
    /// Its number among all messages.
    pub id: MessageId,
    /// Its room.
    pub room: RoomId,
    /// Who wrote it.
    pub author: Option<PersonId>,
    /// Whether files hang on it.
    pub has_files: bool,
    /// What it says; nothing once it is erased.
    pub text: String,
    /// When it was sent.
    pub created_at: Time,
}

impl From<&Message> for Indexed {
    fn from(message: &Message) -> Self {
        Self {
            id: message.id,
            room: message.room,
            author: message.author.as_ref().map(|author| author.id),
            has_files: !message.attachments.is_empty(),
            text: message.text.clone(),
            created_at: message.created_at,
        }
    }
}

impl Indexed {
    /// Whether anything can find it.
    #[must_use]
    pub fn has_words(&self) -> bool {
        !terms(&self.text).is_empty()
    }

    /// What the index knows it by, each once.
    #[must_use]
    pub fn lexemes(&self) -> Vec<Lexeme> {
        let mut lexemes = vec![Lexeme::of_room(self.room)];
        lexemes.extend(self.author.map(Lexeme::of_author));
        lexemes.extend(self.has_files.then(Lexeme::of_files));
        let terms = terms(&self.text);
        for (one, other) in terms.iter().zip(terms.iter().skip(1)) {
            lexemes.push(Lexeme::of(Trait::Two(&one.stem, &other.stem)));
        }
        for term in &terms {
            lexemes.push(Lexeme::of(Trait::Stem(&term.stem)));
            let beginnings = BEGINNINGS.iter().filter_map(|chars| beginning(&term.form, *chars));
            lexemes.extend(beginnings.map(|letters| Lexeme::of(Trait::Beginning(letters))));
        }
        lexemes.sort_unstable();
        lexemes.dedup();
        lexemes
    }
}

impl Query {
    /// What a message has to have that this finds: of each group one. What stands together is asked for by twos.
    #[must_use]
    pub fn lexemes(&self) -> Vec<Vec<Lexeme>> {
        let (stems, last) = self.needs();
        let mut groups: Vec<Vec<Lexeme>> = Vec::new();
        for stems in stems {
            match *stems.as_slice() {
                [stem] => groups.push(vec![Lexeme::of(Trait::Stem(stem))]),
                ref stems => groups.extend(stems.windows(2).filter_map(|two| match *two {
                    [one, other] => Some(vec![Lexeme::of(Trait::Two(one, other))]),
                    _ => None,
                })),
            }
        }
        groups.extend(last.and_then(|(stem, form)| {
            let letters = BEGINNINGS.iter().rev().find_map(|chars| beginning(form, *chars))?;
            Some(vec![
                Lexeme::of(Trait::Stem(stem)),
                Lexeme::of(Trait::Beginning(letters)),
            ])
        }));
        groups
    }
}

/// The first so many characters of a word that has as many.
fn beginning(form: &str, chars: usize) -> Option<&str> {
    let last = form.char_indices().nth(chars.checked_sub(1)?);
    last.and_then(|(at, letter)| form.get(..at + letter.len_utf8()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Indexed {
        Indexed {
            id: MessageId(1),
            room: RoomId(2),
            author: Some(PersonId(3)),
            has_files: false,
            text: text.to_owned(),
            created_at: Time(0),
        }
    }

    fn narrows(typed: &str, text: &str) -> bool {
        let lexemes = said(text).lexemes();
        let groups = Query::of(typed).unwrap().lexemes();
        groups
            .iter()
            .all(|group| group.iter().any(|lexeme| lexemes.contains(lexeme)))
    }

    #[test]
    fn a_message_has_what_finds_it() {
        let text = "Ещё два зака\u{ad}за, running №17, и\u{306}од 東京";
        for typed in [
            "еще",
            "заказы",
            "зак",
            "за",
            "з",
            "заказа",
            "run",
            "runni",
            "17",
            "1",
            "йод",
            "«два заказа»",
            "東",
            "東京",
        ] {
            assert!(Query::of(typed).unwrap().found_in(text).is_some(), "{typed}");
            assert!(narrows(typed, text), "{typed}");
        }
    }

    #[test]
    fn a_message_that_lacks_a_word_is_left_out() {
        for typed in [
            "груша",
            "гр",
            "г",
            "зака ещё гр",
            "заку",
            "два груша",
            "\"зак\" два",
            "«два ещё»",
        ] {
            assert!(!narrows(typed, "Ещё два заказа"), "{typed}");
        }
    }

    #[test]
    fn rooms_are_told_apart_by_less() {
        let rooms: Vec<RoomId> = (1..=1_000).map(RoomId).collect();
        let short = ShortRooms::of(&rooms);
        assert!(rooms.iter().all(|room| short.may_have(short_of(*room))));
        assert!((1_001..=65_536).all(|room| !short.may_have(short_of(RoomId(room)))));
        assert!(short.may_have(short_of(RoomId(65_537))));
    }

    #[test]
    fn an_index_says_which_stems_it_has() {
        let pinned = LEXEMES.rsplit(' ').next().unwrap();
        assert!(include_str!("../../../../Cargo.toml").contains(&format!("frostem = {{ version = \"={pinned}\"")));
    }

    #[test]
    fn a_lexeme_stays_what_it_is() {
        let numbers: Vec<u32> = said("да").lexemes().into_iter().map(Lexeme::number).collect();
        assert_eq!(
            numbers,
            said("ДА").lexemes().into_iter().map(Lexeme::number).collect::<Vec<_>>()
        );
        assert_eq!(Lexeme::of_room(RoomId(2)).number(), (1 << 30) + 2);
        assert_eq!(Lexeme::of_author(PersonId(2)).number(), (1 << 30) + (1 << 29) + 2);
        assert_eq!(Lexeme::of_files().number(), 694_301_077);
        assert!(numbers.contains(&Lexeme::of_room(RoomId(2)).number()));
        assert!(numbers.contains(&Lexeme::of_author(PersonId(3)).number()));
        assert!(!numbers.contains(&Lexeme::of_files().number()));
    }
}
