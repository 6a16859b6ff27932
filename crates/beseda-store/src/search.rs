//! The index of messages: lexemes by numbers of messages, in FTS5 without content on SQLite and in lists with an inverted index
//! on PostgreSQL.

use crate::engine::values;
use crate::rooms::membership;
use crate::rows::{self, MESSAGE, MESSAGE_FILES, ROOM, json_list};
use crate::statements as sql;
use crate::transaction::Transaction;
use beseda_core::error::Fault;
use beseda_core::ports::{LookSearch, TxSearch};
use beseda_core::words::{
    IndexEntry, IndexMark, Indexed, LEXEMES, Lexeme, Message, MessageId, PersonId, Place, RoomId, Sieve, Time, ToIndex,
};
use std::collections::BTreeMap;

/// How many lists of lexemes PostgreSQL is asked for; the last is the stretch.
const LISTS: usize = 8;
/// In how many numbers a stretch lies of which a message says on PostgreSQL that it is in it: the shortest, and how much longer
/// each is than the one before.
const STRETCH: i64 = 1_024;
const LONGER: i64 = 8;
const STRETCHES: u32 = 6;
/// Of how many numbers together it is known between which moments they were sent.
const TIMED: i64 = 4_096;

impl Transaction<'_> {
    /// Empties an index whose lexemes were made in another way: it is made anew from the first message on.
    pub(crate) fn forget_other_lexemes(&mut self) -> Result<(), Fault> {
        self.write(sql::SEARCH_PROVE_AGAIN, values![])?;
        let made = self.one(sql::SEARCH_MADE_BY, values![], |row| Ok(row.text(0)? == LEXEMES))?;
        if made != Some(false) {
            return Ok(());
        }
        self.write(sql::SEARCH_CLEAR, values![])?;
        self.write(sql::SEARCH_CLEAR_TIMES, values![])?;
        self.write(sql::SEARCH_BEGIN_ANEW, values![LEXEMES]).map(drop)
    }

    /// Messages have come with numbers from this one on, maybe below others.
    pub(crate) fn index_from(&mut self, first: MessageId) -> Result<(), Fault> {
        self.write(sql::SEARCH_GO_BACK, values![first.0]).map(drop)
    }

    /// The newest hits of a range, where the index gives all of a range and cannot begin with the newest: in stretches that
    /// grow, so that a common word costs one short stretch and a rare one a few long ones.
    fn hits_by_stretches(
        &mut self,
        groups: &[Vec<Lexeme>],
        from: i64,
        mut below: i64,
        limit: i64,
    ) -> Result<Vec<MessageId>, Fault> {
        let (mut hits, mut length, mut left) = (Vec::new(), STRETCH, limit);
        while below > from && left > 0 {
            let begin = below.saturating_sub(length).max(from);
            let asked = lists_of(groups, begin, below);
            let values = values![&asked, begin, below, left];
            hits.extend(self.all(sql::SEARCH_HITS, values, |row| row.get(0).map(MessageId))?);
            left = limit - i64::try_from(hits.len()).unwrap_or(limit);
            (below, length) = (begin, length.saturating_mul(LONGER));
        }
        Ok(hits)
    }

    /// The lexemes of a message, as its row has them.
    fn row_of(&self, id: MessageId, lexemes: &[Lexeme]) -> String {
        let numbers = lexemes.iter().map(|lexeme| lexeme.number().to_string());
        if self.is_remote() {
            let named = |level| stretch_named(level, number_of_stretch(level, id.0)).to_string();
            let stretches = (0..STRETCHES).map(named);
            list_of(numbers.chain(stretches))
        } else {
            numbers.collect::<Vec<_>>().join(" ")
        }
    }
}

impl LookSearch for Transaction<'_> {
    fn indexed_to(&mut self) -> Result<(MessageId, MessageId), Fault> {
        let mark = self.one(sql::SEARCH_MARK, values![], |row| {
            Ok((MessageId(row.get(0)?), MessageId(row.get(1)?)))
        })?;
        Ok(mark.unwrap_or_default())
    }

    fn some_rooms(&mut self, person: PersonId, limit: i64) -> Result<Vec<RoomId>, Fault> {
        self.all(sql::SEARCH_ROOMS, values![person.0, limit], |row| {
            row.get(0).map(RoomId)
        })
    }

    fn hits(
        &mut self,
        groups: &[Vec<Lexeme>],
        from: MessageId,
        below: MessageId,
        limit: i64,
    ) -> Result<Vec<MessageId>, Fault> {
        if self.is_remote() {
            return self.hits_by_stretches(groups, from.0, below.0, limit);
        }
        if groups.is_empty() {
            return self.unindexed(from, below, limit);
        }
        let asked = words_of(groups);
        let values = values![&asked, from.0, below.0, limit];
        self.all(sql::SEARCH_HITS, values, |row| row.get(0).map(MessageId))
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
            Some((Some(first), Some(last))) => Some((MessageId(first * TIMED), MessageId((last + 1) * TIMED))),
            _ => None,
        })
    }

    fn sifted(&mut self, ids: &[MessageId], sieve: &Sieve) -> Result<Vec<(Message, Place)>, Fault> {
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
            let room = rows::room(row, MESSAGE)?;
            let member = membership(row, MESSAGE + ROOM, room.id, sieve.person)?;
            Ok((rows::message(row, 0)?, Place { room, member }))
        })?;
        self.read_files(sifted.iter_mut().map(|(message, _)| Some(message)).zip(files))?;
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
            })
        })?;
        let far = far.unwrap_or_default();
        if far.done >= far.newest {
            return Ok(ToIndex {
                newest: far.newest,
                ..ToIndex::default()
            });
        }
        let messages = self.all(sql::SEARCH_TO_INDEX, values![far.done.0, limit], |row| {
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
        let last = messages.last().filter(|_| is_cut).map_or(far.newest, |last| last.id);
        let mark = far.with(last);
        let is_same = messages.is_empty() && mark.done == far.done && mark.bound.is_none();
        Ok(ToIndex {
            mark: (!is_same).then_some(mark),
            newest: far.newest,
            messages,
        })
    }
}

impl TxSearch for Transaction<'_> {
    fn add_to_index(&mut self, entries: &[IndexEntry], mark: IndexMark) -> Result<(), Fault> {
        if !entries.is_empty() {
            let rows = entries.iter().map(|one| (one.id.0, self.row_of(one.id, &one.lexemes)));
            let rows = serde_json::to_string(&rows.collect::<Vec<_>>());
            let rows = rows.map_err(|error| Fault::Internal(error.to_string()))?;
            self.write(sql::SEARCH_ADD, values![&rows])?;
            self.one(sql::SEARCH_SETTLE, values![], |_| Ok(()))?;
            self.write(sql::SEARCH_KEEP_TIMES, values![&times_of(entries)])?;
        }
        let bound = mark.bound.map(|bound| bound.0);
        let values = values![mark.done.0, bound, mark.from.0];
        self.write(sql::SEARCH_KEEP_MARK, values).map(drop)
    }

    fn index_anew(&mut self, message: &Indexed) -> Result<(), Fault> {
        let row = self.row_of(message.id, &message.lexemes());
        self.write(sql::SEARCH_PUT, values![message.id.0, &row]).map(drop)
    }
}

/// In which stretches messages lie, and between which moments those of each were sent.
fn times_of(entries: &[IndexEntry]) -> String {
    let mut times: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
    for IndexEntry { id, created_at: at, .. } in entries {
        let (oldest, newest) = times.entry(id.0 / TIMED).or_insert((at.0, at.0));
        (*oldest, *newest) = (at.0.min(*oldest), at.0.max(*newest));
    }
    let rows = times.iter();
    json_list(rows.map(|(stretch, (oldest, newest))| json_list([stretch, oldest, newest])))
}

/// How far an index is.
#[derive(Default)]
struct Far {
    done: MessageId,
    /// It will have been done up to here, once that is proven.
    bound: MessageId,
    is_proven: bool,
    newest: MessageId,
}

impl Far {
    /// How far it is once it has every message there is now up to `last`.
    fn with(&self, last: MessageId) -> IndexMark {
        let done = if self.is_proven {
            self.bound.min(last).max(self.done)
        } else {
            self.done
        };
        IndexMark {
            from: self.done,
            done,
            bound: (done >= self.bound).then_some(self.newest),
        }
    }
}

/// What FTS5 is asked for: of each group one.
fn words_of(groups: &[Vec<Lexeme>]) -> String {
    let groups = groups.iter().map(|group| {
        let numbers: Vec<_> = group.iter().map(|lexeme| lexeme.number().to_string()).collect();
        format!("({})", numbers.join(" OR "))
    });
    groups.collect::<Vec<_>>().join(" AND ")
}

/// What PostgreSQL is asked for: of each list one. The stretch takes every place that nothing else needs.
fn lists_of(groups: &[Vec<Lexeme>], from: i64, below: i64) -> String {
    let stretches = list_of(stretches_of(from, below).map(|number| number.to_string()));
    let groups = groups.iter().take(LISTS - 1);
    let mut lists: Vec<_> = groups
        .map(|group| list_of(group.iter().map(|lexeme| lexeme.number().to_string())))
        .collect();
    lists.resize(LISTS, stretches);
    let quoted: Vec<_> = lists.iter().map(|list| format!("\"{list}\"")).collect();
    format!("[{}]", quoted.join(","))
}

fn list_of(numbers: impl Iterator<Item = String>) -> String {
    format!("{{{}}}", numbers.collect::<Vec<_>>().join(","))
}

/// The stretches that numbers from one to before another lie in, of the shortest length of which there are few.
fn stretches_of(from: i64, below: i64) -> impl Iterator<Item = i64> {
    let last = below.saturating_sub(1).max(from);
    let lies_in_few = |level: &u32| number_of_stretch(*level, last) - number_of_stretch(*level, from) <= 1;
    let level = (0..STRETCHES).find(lies_in_few).unwrap_or(STRETCHES - 1);
    (number_of_stretch(level, from)..=number_of_stretch(level, last)).map(move |number| stretch_named(level, number))
}

fn number_of_stretch(level: u32, id: i64) -> i64 {
    id / (STRETCH * LONGER.pow(level))
}

/// The number that stands for a stretch among the lexemes: a negative one.
fn stretch_named(level: u32, number: i64) -> i64 {
    -1 - (number * i64::from(STRETCHES) + i64::from(level)) % i64::from(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_of_a_stretch_says_that_it_is_in_it() {
        for (from, below) in [
            (1, 2),
            (1, 1_025),
            (1_000, 2_000),
            (1_024, 9_216),
            (77, 5_000_000),
            (1, 90_000_000),
        ] {
            let asked: Vec<_> = stretches_of(from, below).collect();
            assert!(asked.len() <= 3, "{from} to {below}: {asked:?}");
            for id in [from, i64::midpoint(from, below - 1), below - 1] {
                let says: Vec<_> = (0..STRETCHES)
                    .map(|level| stretch_named(level, number_of_stretch(level, id)))
                    .collect();
                assert!(says.iter().any(|one| asked.contains(one)), "{id} of {from} to {below}");
            }
        }
    }

    #[test]
    fn what_is_not_proven_is_not_done() {
        let far = |is_proven| Far {
            done: MessageId(5),
            bound: MessageId(9),
            is_proven,
            newest: MessageId(20),
        };
        let mark = |is_proven, last| {
            let mark = far(is_proven).with(MessageId(last));
            (mark.done.0, mark.bound.map(|bound| bound.0))
        };
        assert_eq!(mark(false, 20), (5, None));
        assert_eq!(mark(true, 7), (7, None), "there is more to add");
        assert_eq!(mark(true, 20), (9, Some(20)));
    }
}
