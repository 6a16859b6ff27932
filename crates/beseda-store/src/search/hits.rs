//! What the index finds: segments are read from the newest on, in runs, each as long as those before it let expect, so that a
//! common word costs a short run and a rare one a few long ones.

use super::{TIMED, lost, on_shelf};
use crate::engine::{Row, values};
use crate::rows::json_list;
use crate::statements as sql;
use crate::transaction::Transaction;
use beseda_core::error::Fault;
use beseda_core::words::{
    Chunk, Hits, IdSet, Lexeme, MessageId, Narrow, RoomId, Segment, ShortRooms, pages_of, read_page,
};
use std::collections::BTreeMap;

/// How many messages the first run has at least, and how many times as many a run has at most as all before it.
const FIRST_RUN: i64 = 4_096;
const LONGER: i64 = 15;
/// How many segments are asked for at once.
const SEGMENTS: i64 = 64;
/// Who is in no more rooms than these is searched for by what the index has of each, along with the words.
const FEW_ROOMS: usize = 4;

/// A segment, and the shelf on which its pages stand.
#[derive(Clone, Copy)]
struct Shelved {
    segment: Segment,
    shelf: i64,
}

/// Segments that are still to be read.
struct Ahead {
    /// The newest is the last.
    segments: Vec<Shelved>,
    /// There are no older ones.
    is_all: bool,
    state: State,
}

/// How an index stands, in one look.
#[derive(Clone, Copy, Default)]
struct State {
    /// Some message has changed since it was put into its segment.
    has_changed: bool,
    /// It has every message up to this one.
    done: MessageId,
    /// How many times messages have come below others.
    turn: i64,
}

impl Ahead {
    /// The next ones that have so many messages together, newest first; fewer where a list of theirs may have more than so many
    /// pages, but one at least.
    fn take(&mut self, messages: i64, pages: usize) -> Vec<Shelved> {
        let (mut run, mut sum, mut most): (Vec<Shelved>, i64, usize) = (Vec::new(), 0, 0);
        while let Some(shelved) = (sum < messages).then(|| self.segments.last()).flatten() {
            most = most.saturating_add(shelved.segment.most_pages());
            if most > pages && !run.is_empty() {
                break;
            }
            sum += shelved.segment.messages;
            run.push(*shelved);
            self.segments.pop();
        }
        run
    }
}

/// Some segments, and which of their messages are meant: from one to before another.
struct Run<'s> {
    segments: &'s [Shelved],
    from: MessageId,
    below: MessageId,
}

impl Transaction<'_> {
    pub(super) fn hits_of(
        &mut self,
        asked: &Narrow,
        from: MessageId,
        below: MessageId,
        limit: usize,
    ) -> Result<Hits, Fault> {
        let (mut ids, mut end, mut messages) = (Vec::new(), below, 0);
        let mut pages = Pages {
            read: 0,
            most: asked.pages,
        };
        let words: usize = asked.groups.iter().map(Vec::len).sum();
        let mut ahead = self.segments_below(end)?;
        while end > from && ids.len() < limit && (pages.read == 0 || pages.left() > 0) {
            if ahead.segments.is_empty() && !ahead.is_all {
                ahead = self.segments_below(end)?;
            }
            let next = next_run(messages, ids.len(), limit);
            let segments = ahead.take(next, pages.left() / words.max(1));
            let is_last = ahead.segments.is_empty() && ahead.is_all;
            let first = segments.last().filter(|_| !is_last).map(|last| last.segment.first);
            let run = Run {
                segments: &segments,
                from: first.map_or(from, |first| first.max(from)),
                below: end,
            };
            let (hits, reached) = self.hits_in(&run, asked, ahead.state, &mut pages)?;
            ids.extend(hits.iter().rev().take(limit - ids.len()));
            let between = segments.iter().map(|one| one.segment.messages_between(reached, end));
            messages += between.sum::<i64>();
            end = reached;
            if reached > run.from {
                break;
            }
        }
        if ids.len() >= limit {
            end = ids.last().copied().unwrap_or(end);
        }
        Ok(Hits {
            ids,
            end,
            pages: pages.read,
        })
    }

    fn segments_below(&mut self, below: MessageId) -> Result<Ahead, Fault> {
        let mut state = State::default();
        let mut segments = self.all(sql::SEARCH_SEGMENTS, values![below.0, SEGMENTS], |row| {
            state = State {
                has_changed: row.get(4)?,
                done: MessageId(row.get(5)?),
                turn: row.get(6)?,
            };
            let (segment, shelf) = (super::segment(row)?, row.get(3)?);
            Ok(Shelved { segment, shelf })
        })?;
        segments.reverse();
        Ok(Ahead {
            is_all: i64::try_from(segments.len()).is_ok_and(|count| count < SEGMENTS),
            segments,
            state,
        })
    }

    /// The messages of a run, and from which one on all of them are there.
    fn hits_in(
        &mut self,
        run: &Run<'_>,
        asked: &Narrow,
        state: State,
        pages: &mut Pages,
    ) -> Result<(IdSet, MessageId), Fault> {
        let (few, many) = match asked.rooms.as_deref() {
            Some(rooms) if rooms.len() <= FEW_ROOMS => (Some(of_rooms(rooms)), None),
            rooms => (None, rooms),
        };
        let groups: Vec<&[Lexeme]> = asked.groups.iter().map(Vec::as_slice).chain(few.as_deref()).collect();
        let (mut hits, mut reached) = (self.common(run, &groups, pages)?.between(run.from, run.below), run.from);
        if let Some(rooms) = many {
            (hits, reached) = self.own(rooms, run, &hits, state, pages)?;
        }
        if state.has_changed {
            // All that such a message is known by now is here, and where it is besides.
            let whole = Run { from: reached, ..*run };
            hits = hits.or(self.changed(&groups, &whole)?);
        }
        Ok((hits, reached))
    }

    /// The messages of a run's segments that have one lexeme of every group.
    fn common(&mut self, run: &Run<'_>, groups: &[&[Lexeme]], pages: &mut Pages) -> Result<IdSet, Fault> {
        let (segments, lexemes) = (run.segments, groups.concat());
        let mut lists = vec![vec![IdSet::default(); lexemes.len()]; segments.len()];
        self.postings(segments, &lexemes, pages, |of_segment, at, chunk| {
            let list = lists.get_mut(of_segment).and_then(|lists| lists.get_mut(at));
            list.into_iter().for_each(|list| list.push_chunk(chunk));
        })?;
        let mut all = IdSet::default();
        let of_segments = lists.into_iter().rev().map(|lists| in_every_group(groups, lists));
        of_segments.for_each(|of_segment| all.append(of_segment));
        Ok(all)
    }

    /// Gives which messages of each of some segments have each of some lexemes: of each segment, as which it was asked for, of each
    /// lexeme alike, and of each of these some messages at a time, the oldest first.
    fn postings(
        &mut self,
        segments: &[Shelved],
        lexemes: &[Lexeme],
        pages: &mut Pages,
        mut take: impl FnMut(usize, usize, Chunk),
    ) -> Result<(), Fault> {
        let mut asked = Vec::with_capacity(segments.len() * lexemes.len());
        for shelved in segments {
            let begins = lexemes.iter().map(|lexeme| pages_of(*lexeme).0);
            asked.extend(begins.map(|at| on_shelf(shelved.shelf, at)));
        }
        // By the place in the list, what is asked there.
        let of = |place: usize| {
            let (of_segment, at) = (place / lexemes.len(), place % lexemes.len());
            let first = segments.get(of_segment)?.segment.first;
            Some((of_segment, at, first, *lexemes.get(at)?))
        };
        let mut more = Vec::new();
        self.pages(sql::SEARCH_PAGES, &asked, |place, page| {
            pages.read += 1;
            let Some((of_segment, at, first, lexeme)) = of(place) else {
                return Ok(());
            };
            if read_page(page, first, lexeme, |chunk| take(of_segment, at, chunk)).map_err(lost)? {
                more.push(place);
            }
            Ok(())
        })?;
        let asked: Vec<i64> = more.iter().filter_map(|place| asked.get(*place).copied()).collect();
        self.pages(sql::SEARCH_MORE_PAGES, &asked, |place, page| {
            pages.read += 1;
            let place = more.get(place).copied();
            let Some((of_segment, at, first, lexeme)) = place.and_then(of) else {
                return Ok(());
            };
            read_page(page, first, lexeme, |chunk| take(of_segment, at, chunk))
                .map_err(lost)
                .map(drop)
        })
    }

    /// The pages for some numbers, each with its place among these.
    fn pages(
        &mut self,
        sql: &'static sql::Statement,
        asked: &[i64],
        mut take: impl FnMut(usize, &[u8]) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        if asked.is_empty() {
            return Ok(());
        }
        let take = |row: &Row<'_>| take(usize::try_from(row.get::<i64>(0)?).unwrap_or(usize::MAX), row.bytes(1)?);
        self.all(sql, values![&json_list(asked)], take).map(drop)
    }

    /// Those of a run's messages that are in some rooms, or may be, and from which message on all of them are there: no more is
    /// read than may be.
    fn own(
        &mut self,
        rooms: &[RoomId],
        run: &Run<'_>,
        ids: &IdSet,
        state: State,
        pages: &mut Pages,
    ) -> Result<(IdSet, MessageId), Fault> {
        let mut stretches: Vec<i64> = ids.chunks().iter().map(|chunk| chunk.number).collect();
        let older = stretches.len().saturating_sub(pages.left().max(1));
        stretches.drain(..older);
        let reached = match stretches.first() {
            Some(oldest) if older > 0 => MessageId(oldest * TIMED),
            _ => run.from,
        };
        pages.read += stretches.len();
        let read = self.not_at_hand(&stretches, state.turn)?;
        let (rooms, mut own, at_hand) = (ShortRooms::of(rooms), IdSet::default(), &mut self.at_hand().stretches);
        for chunk in ids.chunks().iter().skip(older) {
            let shorts = read.get(&chunk.number).map(Vec::as_slice);
            let (shorts, _) = shorts
                .or(at_hand.get(chunk.number))
                .unwrap_or_default()
                .as_chunks::<2>();
            let of_chunk = chunk.keep(|place| {
                let short = shorts.get(place).map(|short| u16::from_le_bytes(*short));
                short.is_some_and(|short| rooms.may_have(short))
            });
            of_chunk.into_iter().for_each(|chunk| own.push_chunk(chunk));
        }
        // Of the newest not all numbers are there yet.
        let complete = read
            .into_iter()
            .filter(|(stretch, _)| (stretch + 1) * TIMED <= state.done.0 + 1);
        complete.for_each(|(stretch, row)| at_hand.keep(stretch, row));
        Ok((own, reached.max(run.from)))
    }

    /// The rooms of the messages of those of some stretches that were not read before.
    fn not_at_hand(&mut self, stretches: &[i64], turn: i64) -> Result<BTreeMap<i64, Vec<u8>>, Fault> {
        let at_hand = &mut self.at_hand().stretches;
        at_hand.turn(turn);
        let is_missing = |stretch: &i64| at_hand.get(*stretch).is_none();
        let missing: Vec<i64> = stretches.iter().copied().filter(is_missing).collect();
        let mut read = BTreeMap::new();
        if !missing.is_empty() {
            self.all(sql::SEARCH_STRETCHES, values![&json_list(missing)], |row| {
                read.insert(row.get(0)?, row.bytes(1)?.to_vec());
                Ok(())
            })?;
        }
        Ok(read)
    }

    /// What has changed since it was put into its segment and has one lexeme of every group.
    fn changed(&mut self, groups: &[&[Lexeme]], run: &Run<'_>) -> Result<IdSet, Fault> {
        let lexemes = groups.concat();
        let mut lists = vec![Vec::new(); lexemes.len()];
        let numbers = json_list(lexemes.iter().map(|lexeme| lexeme.number()));
        let values = values![&numbers, run.from.0, run.below.0];
        self.all(sql::SEARCH_CHANGED, values, |row| {
            let (lexeme, id) = (Lexeme::numbered(row.get(0)?), MessageId(row.get(1)?));
            let of = lexemes.iter().zip(&mut lists).filter(|(of, _)| Some(**of) == lexeme);
            of.for_each(|(_, list)| list.push(id));
            Ok(())
        })?;
        let lists = lists.into_iter().map(IdSet::from_iter).collect();
        Ok(in_every_group(groups, lists))
    }
}

/// Pages of the index: how many were read, and how many may be.
struct Pages {
    read: usize,
    most: usize,
}

impl Pages {
    fn left(&self) -> usize {
        self.most.saturating_sub(self.read)
    }
}

/// How many messages the next run is to have, after so many in which so many were found.
fn next_run(messages: i64, found: usize, wanted: usize) -> i64 {
    let [found, wanted] = [found, wanted].map(|count| i64::try_from(count).unwrap_or(i64::MAX));
    let longest = messages.saturating_mul(LONGER);
    // And a quarter more, for luck.
    let likely = messages.saturating_mul(wanted.saturating_sub(found)) / found.max(1) / 4;
    let next = if found == 0 { longest } else { likely.saturating_mul(5) };
    next.min(longest).max(FIRST_RUN)
}

fn of_rooms(rooms: &[RoomId]) -> Vec<Lexeme> {
    rooms.iter().map(|room| Lexeme::of_room(*room)).collect()
}

/// The messages that have one lexeme of every group. There is a list of each lexeme of each group.
fn in_every_group(groups: &[&[Lexeme]], lists: Vec<IdSet>) -> IdSet {
    let mut lists = lists.into_iter();
    let mut of_groups = groups
        .iter()
        .map(|group| lists.by_ref().take(group.len()).fold(IdSet::default(), IdSet::or));
    let ids = of_groups.next().unwrap_or_default();
    of_groups.fold(ids, |ids, others| ids.and(&others))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(ids: &[i64]) -> IdSet {
        ids.iter().copied().map(MessageId).collect()
    }

    #[test]
    fn one_of_each_group_is_enough_and_each_group_is_needed() {
        let lexeme = |number| Lexeme::numbered(number).unwrap();
        let [one, other, third, none] = [1, 2, 3, 4].map(lexeme);
        let of = BTreeMap::from([
            (one, ids(&[1, 5, 9])),
            (other, ids(&[2, 5, 7])),
            (third, ids(&[2, 7, 9, 11])),
        ]);
        let cases: [(&[&[Lexeme]], &[i64]); 6] = [
            (&[], &[]),
            (&[&[one]], &[1, 5, 9]),
            (&[&[one, other]], &[1, 2, 5, 7, 9]),
            (&[&[one, other], &[third]], &[2, 7, 9]),
            (&[&[one], &[other], &[third]], &[]),
            (&[&[one], &[none]], &[]),
        ];
        for (groups, expected) in cases {
            let lists = groups.iter().copied().flatten();
            let lists: Vec<_> = lists
                .map(|lexeme| of.get(lexeme).cloned().unwrap_or_default())
                .collect();
            assert_eq!(in_every_group(groups, lists), ids(expected), "{groups:?}");
        }
    }

    #[test]
    fn a_run_is_as_long_as_those_before_let_expect() {
        assert_eq!(next_run(0, 0, 50), FIRST_RUN);
        assert_eq!(next_run(5_000, 0, 50), 75_000, "nothing was found");
        assert_eq!(next_run(5_000, 40, 50), FIRST_RUN, "it is nearly done");
        assert_eq!(
            next_run(80_000, 10, 50),
            400_000,
            "four times as many, and a quarter more"
        );
        assert_eq!(next_run(80_000, 1, 50), 1_200_000, "one is luck");
        assert_eq!(next_run(i64::MAX, 0, usize::MAX), i64::MAX);
    }

    #[test]
    fn a_run_reads_no_more_pages_than_it_may() {
        let shelved = |number: i64| Shelved {
            segment: Segment {
                first: MessageId(number << 32),
                last: MessageId((number << 32) + 65_535),
                messages: 65_536,
            },
            shelf: number,
        };
        let ahead = || Ahead {
            segments: (1..=5).map(shelved).collect(),
            is_all: true,
            state: State::default(),
        };
        let most = shelved(1).segment.most_pages();
        for (messages, pages, taken) in [
            (1, 1_000, 1),
            (200_000, 1_000, 4),
            (200_000, most * 2, 2),
            (200_000, 0, 1),
        ] {
            let mut ahead = ahead();
            assert_eq!(ahead.take(messages, pages).len(), taken, "{messages}, {pages}");
            assert_eq!(
                ahead.segments.len(),
                5 - taken,
                "what was not taken is still to be read"
            );
        }
    }
}
