//! The index of messages: segments of postings, the same on every engine. What has changed since it was put there stands beside.

mod hits;
mod stretches;

pub(crate) use stretches::Stretches;

use crate::engine::{Row, values};
use crate::rows::{self, MESSAGE, MESSAGE_FILES, json_list, word};
use crate::statements as sql;
use crate::transaction::Transaction;
use beseda_core::error::Fault;
use beseda_core::ports::{LookSearch, TxSearch};
use beseda_core::words::{
    Chunk, Hits, IndexEntry, IndexMark, IndexPart, Indexed, LEXEMES, MemberRole, Merge, Merged, MessageId, Narrow,
    NoPage, PAGE_BITS, Page, PersonId, RoomId, RoomKind, Segment, Sieve, Sifted, Spot, Time, ToIndex,
};
use std::collections::BTreeMap;

/// Of how many numbers together it is known between which moments they were sent, and in which rooms: as few as a row takes that
/// SQLite has three of in a leaf and PostgreSQL does not put elsewhere.
const TIMED: i64 = 512;
const _: () = assert!(TIMED == Chunk::MESSAGES, "the rooms of a chunk are one row");
/// Of how many of the newest segments some may become one.
const NEWEST: i64 = 64;

impl Transaction<'_> {
    /// Empties an index whose lexemes were made in another way: it is made anew from the first message on.
    pub(crate) fn forget_other_lexemes(&mut self) -> Result<(), Fault> {
        self.write(sql::SEARCH_PROVE_AGAIN, values![])?;
        let made = self.one(sql::SEARCH_MADE_BY, values![], |row| Ok(row.text(0)? == LEXEMES))?;
        if made != Some(false) {
            return Ok(());
        }
        for sql in [
            sql::SEARCH_CLEAR_PAGES,
            sql::SEARCH_CLEAR_SEGMENTS,
            sql::SEARCH_CLEAR_STRETCHES,
            sql::SEARCH_CLEAR_CHANGED,
            sql::SEARCH_CLEAR_GONE,
        ] {
            self.write(sql, values![])?;
        }
        self.write(sql::SEARCH_BEGIN_ANEW, values![LEXEMES]).map(drop)
    }

    /// Messages have come with numbers from this one on, maybe below others: a segment that reaches there goes.
    pub(crate) fn index_from(&mut self, first: MessageId) -> Result<(), Fault> {
        self.write(sql::SEARCH_GO_BACK, values![first.0])?;
        let (done, _) = self.indexed_to()?;
        self.drop_segments(MessageId(done.0.saturating_add(1)), MessageId(i64::MAX))
    }

    fn keep_segment(&mut self, segment: Segment, pages: &[Page]) -> Result<(), Fault> {
        let shelf = self.one(sql::SEARCH_FREE_SHELF, values![], |row| row.get(0))?;
        let shelf: i64 = shelf.unwrap_or_default();
        let values = values![segment.first.0, segment.last.0, segment.messages, shelf];
        self.write(sql::SEARCH_KEEP_SEGMENT, values)?;
        let mut rows = Rows::default();
        for page in pages {
            rows.add(&[on_shelf(shelf, page.at)], &page.bytes);
        }
        rows.keep(self, sql::SEARCH_KEEP_PAGES)
    }

    /// Drops the segments that begin from one message to another, and their pages.
    fn drop_segments(&mut self, first: MessageId, last: MessageId) -> Result<(), Fault> {
        let shelves: Vec<i64> = self.all(sql::SEARCH_SHELVES, values![first.0, last.0], |row| row.get(0))?;
        for shelf in shelves {
            let values = values![on_shelf(shelf, 0), on_shelf(shelf, (1 << PAGE_BITS) - 1)];
            self.write(sql::SEARCH_DROP_PAGES, values)?;
        }
        self.write(sql::SEARCH_DROP_SEGMENTS, values![first.0, last.0])
            .map(drop)
    }

    /// Keeps between which moments messages were sent, and in which rooms.
    fn keep_stretches(&mut self, entries: &[IndexEntry]) -> Result<(), Fault> {
        let mut stretches: BTreeMap<i64, (Time, Time, Vec<u8>)> = BTreeMap::new();
        let at = |entry: &IndexEntry| (entry.created_at, entry.created_at, Vec::new());
        for entry in entries {
            stretches.entry(entry.id.0 / TIMED).or_insert_with(|| at(entry));
        }
        let numbers = json_list(stretches.keys());
        self.all(sql::SEARCH_STRETCHES, values![&numbers], |row| {
            if let Some((_, _, rooms)) = stretches.get_mut(&row.get(0)?) {
                *rooms = row.bytes(1)?.to_vec();
            }
            Ok(())
        })?;
        for entry in entries {
            if let Some((oldest, newest, rooms)) = stretches.get_mut(&(entry.id.0 / TIMED)) {
                (*oldest, *newest) = (entry.created_at.min(*oldest), entry.created_at.max(*newest));
                put_short(rooms, entry);
            }
        }
        let mut rows = Rows::default();
        for (stretch, (oldest, newest, rooms)) in &stretches {
            rows.add(&[*stretch, oldest.0, newest.0], rooms);
        }
        rows.keep(self, sql::SEARCH_KEEP_STRETCHES)
    }

    /// The newest segments, the oldest of them first.
    fn newest_segments(&mut self) -> Result<Vec<Segment>, Fault> {
        let mut segments = self.all(sql::SEARCH_SEGMENTS, values![i64::MAX, NEWEST], segment)?;
        segments.reverse();
        Ok(segments)
    }

    /// The segment that has something left of an erased message, if any has.
    fn segment_to_purge(&mut self) -> Result<Option<Segment>, Fault> {
        self.one(sql::SEARCH_TO_PURGE, values![], segment)
    }
}

/// A row that begins with a segment.
fn segment(row: &Row<'_>) -> Result<Segment, Fault> {
    Ok(Segment {
        first: MessageId(row.get(0)?),
        last: MessageId(row.get(1)?),
        messages: row.get(2)?,
    })
}

/// How somebody stands to a room, whose kind is the first of these columns.
fn spot(row: &Row<'_>, at: usize) -> Result<Spot, Fault> {
    let member = match row.get(at + 2)? {
        Some(let_in) => Some((word(row, at + 3, MemberRole::from_word)?, let_in)),
        None => None,
    };
    Ok(Spot {
        kind: word(row, at, RoomKind::from_word)?,
        closed: row.get(at + 1)?,
        member,
        // They are in the room, or in no notes.
        noted: None,
    })
}

/// The number of a page that begins there in a segment whose pages stand on a shelf.
fn on_shelf(shelf: i64, at: i64) -> i64 {
    shelf << PAGE_BITS | at
}

fn lost(error: NoPage) -> Fault {
    Fault::Store(error.to_string())
}

/// Where the room of a message stands among those of its stretch.
fn place_of(id: MessageId) -> usize {
    usize::try_from(id.0.rem_euclid(TIMED) * 2).unwrap_or_default()
}

fn put_short(rooms: &mut Vec<u8>, entry: &IndexEntry) {
    let place = place_of(entry.id);
    rooms.resize(rooms.len().max(place + 2), 0);
    if let Some(bytes) = rooms.get_mut(place..place + 2) {
        bytes.copy_from_slice(&entry.room.to_le_bytes());
    }
}

/// Rows of numbers with some bytes each, which are kept all at once: where the bytes of each lie in those of all.
#[derive(Default)]
struct Rows {
    rows: Vec<String>,
    bytes: Vec<u8>,
}

impl Rows {
    fn add(&mut self, numbers: &[i64], bytes: &[u8]) {
        let place = [self.bytes.len() + 1, bytes.len()].map(|number| number.to_string());
        let numbers = numbers.iter().map(ToString::to_string);
        self.rows.push(json_list(numbers.chain(place)));
        self.bytes.extend(bytes);
    }

    fn keep(&self, tx: &mut Transaction<'_>, sql: &'static sql::Statement) -> Result<(), Fault> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let rows = json_list(&self.rows);
        tx.write(sql, values![self.bytes.as_slice(), &rows]).map(drop)
    }
}

impl LookSearch for Transaction<'_> {
    fn indexed_to(&mut self) -> Result<(MessageId, MessageId), Fault> {
        let mark = self.one(sql::SEARCH_MARK, values![], |row| {
            Ok((MessageId(row.get(0)?), MessageId(row.get(1)?)))
        })?;
        Ok(mark.unwrap_or_default())
    }

    fn searched_rooms(
        &mut self,
        person: PersonId,
        kind: Option<RoomKind>,
        most: i64,
    ) -> Result<Option<Vec<RoomId>>, Fault> {
        let many = self.one(sql::SEARCH_IN_MORE_ROOMS, values![person.0, most], |_| Ok(()))?;
        if many.is_some() {
            return Ok(None);
        }
        let kind = kind.as_ref().map_or("", |kind| kind.word());
        let rooms = self.all(sql::SEARCH_ROOMS, values![kind, person.0], |row| {
            let is_meant: bool = row.get(1)?;
            Ok(is_meant.then_some(RoomId(row.get(0)?)))
        })?;
        Ok(Some(rooms.into_iter().flatten().collect()))
    }

    fn hits(&mut self, asked: &Narrow, from: MessageId, below: MessageId, limit: i64) -> Result<Hits, Fault> {
        self.hits_of(asked, from, below, usize::try_from(limit).unwrap_or_default())
    }

    fn unindexed(&mut self, from: MessageId, below: MessageId, limit: i64) -> Result<Vec<MessageId>, Fault> {
        let values = values![from.0, below.0, limit];
        self.all(sql::SEARCH_UNINDEXED, values, |row| row.get(0).map(MessageId))
    }

    fn sent_between(&mut self, from: Time, to: Time) -> Result<Option<(MessageId, MessageId)>, Fault> {
        let between = self.one(sql::SEARCH_SENT_BETWEEN, values![from.0, to.0], |row| {
            Ok((row.get::<Option<i64>>(0)?, row.get::<Option<i64>>(1)?))
        })?;
        Ok(match between {
            Some((Some(first), Some(last))) => {
                let end = last.saturating_add(1).saturating_mul(TIMED);
                Some((MessageId(first * TIMED), MessageId(end)))
            }
            _ => None,
        })
    }

    fn sifted(&mut self, ids: &[MessageId], sieve: &Sieve) -> Result<Vec<Sifted>, Fault> {
        let ids = json_list(ids);
        let kind = sieve.kind;
        let values = values![
            &ids,
            sieve.person.0,
            sieve.room.map_or(0, |room| room.0),
            sieve.author.map_or(0, |author| author.0),
            sieve.from.map_or(i64::MIN, |from| from.0),
            sieve.to.map_or(i64::MAX, |to| to.0),
            sieve.has_file,
            kind.as_ref().map_or("", |kind| kind.word()),
        ];
        let mut files = Vec::new();
        let mut sifted = self.all(sql::SEARCH_SIFTED, values, |row| {
            files.push(row.get(MESSAGE_FILES)?);
            Ok(Sifted {
                message: rows::message(row, 0)?,
                key: row.get(MESSAGE)?,
                spot: spot(row, MESSAGE + 1)?,
            })
        })?;
        self.read_files(sifted.iter_mut().map(|sifted| Some(&mut sifted.message)).zip(files))?;
        Ok(sifted)
    }

    fn to_index(&mut self, limit: i64) -> Result<ToIndex, Fault> {
        let far = self.one(sql::SEARCH_FAR, values![], |row| {
            let [done, bound, newest] = [row.get(0)?, row.get(1)?, row.get(3)?].map(MessageId);
            Ok(Far {
                done,
                bound,
                is_proven: row.get(2)?,
                newest,
                turn: row.get(4)?,
            })
        })?;
        let far = far.unwrap_or_default();
        let behind = far.proven();
        let values = values![far.done.0, behind.0, limit];
        let messages = self.all(sql::SEARCH_TO_INDEX, values, |row| {
            Ok(Indexed {
                id: MessageId(row.get(0)?),
                room: RoomId(row.get(1)?),
                author: row.get::<Option<i64>>(2)?.map(PersonId),
                has_files: row.get(3)?,
                text: row.get(4)?,
                created_at: Time(row.get(5)?),
            })
        })?;
        let is_cut = i64::try_from(messages.len()).is_ok_and(|count| count >= limit);
        let last = messages.last().filter(|_| is_cut).map_or(behind, |last| last.id);
        Ok(ToIndex {
            mark: far.with(last),
            newest: far.newest,
            messages,
        })
    }

    fn to_merge(&mut self, purges: bool) -> Result<Option<Merge>, Fault> {
        let mut segments = self.newest_segments()?;
        if let Some(from) = Segment::due(&segments) {
            segments.drain(..from);
        } else if purges {
            segments = self.segment_to_purge()?.into_iter().collect();
        } else {
            segments.clear();
        }
        let Some((first, last)) = segments.first().zip(segments.last()) else {
            return Ok(None);
        };
        let pages = self.all(sql::SEARCH_PAGES_BETWEEN, values![first.first.0, last.first.0], |row| {
            Ok((MessageId(row.get(0)?), row.bytes(1)?.to_vec()))
        })?;
        let gone = self.all(sql::SEARCH_GONE, values![first.first.0, last.last.0], |row| {
            row.get(0).map(MessageId)
        })?;
        Ok(Some(Merge { segments, pages, gone }))
    }
}

impl TxSearch for Transaction<'_> {
    fn add_to_index(&mut self, part: &IndexPart, mark: IndexMark) -> Result<(), Fault> {
        let bound = mark.bound.map(|bound| bound.0);
        let values = values![mark.done.0, bound, mark.from.0, mark.turn];
        let is_as_it_was = self.write(sql::SEARCH_KEEP_MARK, values)? > 0;
        match part.segment.filter(|_| is_as_it_was) {
            Some(segment) => {
                self.keep_segment(segment, &part.pages)?;
                self.keep_stretches(&part.entries)
            }
            None => Ok(()),
        }
    }

    fn keep_merged(&mut self, merged: &Merged) -> Result<(), Fault> {
        let rows = merged.of.iter();
        let rows = json_list(rows.map(|one| json_list([one.first.0, one.last.0, one.messages])));
        let standing = self.one(sql::SEARCH_STANDING, values![&rows], |row| row.get::<i64>(0))?;
        if standing != i64::try_from(merged.of.len()).ok() {
            return Ok(());
        }
        self.drop_segments(merged.segment.first, merged.segment.last)?;
        self.write(sql::SEARCH_DROP_GONE, values![&json_list(&merged.gone)])?;
        self.keep_segment(merged.segment, &merged.pages)
    }

    fn index_anew(&mut self, message: &Indexed) -> Result<(), Fault> {
        self.write(sql::SEARCH_FORGET_CHANGED, values![message.id.0])?;
        if !message.has_words() {
            return self.write(sql::SEARCH_KEEP_GONE, values![message.id.0]).map(drop);
        }
        let lexemes = message.lexemes().into_iter();
        let lexemes = json_list(lexemes.map(beseda_core::words::Lexeme::number));
        self.write(sql::SEARCH_KEEP_CHANGED, values![message.id.0, &lexemes])
            .map(drop)
    }
}

/// How far an index is.
#[derive(Default)]
struct Far {
    done: MessageId,
    /// It will have been done up to here, once that is proven.
    bound: MessageId,
    is_proven: bool,
    newest: MessageId,
    /// How many times messages have come below others.
    turn: i64,
}

impl Far {
    /// Up to here nothing comes any more.
    fn proven(&self) -> MessageId {
        if self.is_proven {
            self.bound.max(self.done)
        } else {
            self.done
        }
    }

    /// How far it is once it has every message up to `last`; `None` where that is no further.
    fn with(&self, last: MessageId) -> Option<IndexMark> {
        let done = last.max(self.done);
        let mark = IndexMark {
            from: self.done,
            turn: self.turn,
            done,
            bound: (done >= self.bound && self.newest > done).then_some(self.newest),
        };
        (done > self.done || mark.bound.is_some()).then_some(mark)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_proven_is_not_done() {
        let far = |is_proven| Far {
            done: MessageId(5),
            bound: MessageId(9),
            is_proven,
            newest: MessageId(20),
            turn: 3,
        };
        let mark = |is_proven, last| {
            let mark = far(is_proven).with(MessageId(last));
            mark.map(|mark| (mark.done.0, mark.bound.map(|bound| bound.0)))
        };
        assert_eq!((far(false).proven(), far(true).proven()), (MessageId(5), MessageId(9)));
        assert_eq!(mark(false, 5), None);
        assert_eq!(mark(true, 7), Some((7, None)), "there is more to add");
        assert_eq!(mark(true, 9), Some((9, Some(20))));
    }

    #[test]
    fn the_room_of_a_message_stands_where_it_is_looked_for() {
        let mut rooms = Vec::new();
        for (id, room) in [(TIMED + 7, 300), (TIMED, 65_535), (TIMED + 7, 301)] {
            let (id, created_at) = (MessageId(id), Time(0));
            put_short(&mut rooms, &IndexEntry { id, created_at, room });
        }
        let shorts = rooms.as_chunks::<2>().0.iter().map(|short| u16::from_le_bytes(*short));
        assert_eq!(shorts.collect::<Vec<_>>(), [65_535, 0, 0, 0, 0, 0, 0, 301]);
    }
}
