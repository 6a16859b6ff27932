//! What the index finds: segments are read from the newest on, in runs that grow, so that a common word costs a short run and a
//! rare one a few long ones.

use super::{TIMED, lost};
use crate::engine::values;
use crate::rows::json_list;
use crate::statements as sql;
use crate::transaction::Transaction;
use beseda_core::error::Fault;
use beseda_core::words::{Hits, Lexeme, MessageId, Narrow, Segment, ShortRooms, pages_of, read_page};
use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// How many messages the first run has at least, and how many times as many each has as the one before.
const FIRST_RUN: i64 = 4_096;
const LONGER: i64 = 4;
/// How many segments are asked for at once.
const SEGMENTS: i64 = 64;

/// Segments that are still to be read.
struct Ahead {
    /// The newest is the last.
    segments: Vec<Segment>,
    /// There are no older ones.
    is_all: bool,
    /// Some message has changed since it was put into its segment.
    has_changed: bool,
}

impl Ahead {
    /// The next ones that have so many messages together, newest first.
    fn take(&mut self, messages: i64) -> Vec<Segment> {
        let (mut run, mut sum) = (Vec::new(), 0);
        while let Some(segment) = (sum < messages).then(|| self.segments.pop()).flatten() {
            sum += segment.messages;
            run.push(segment);
        }
        run
    }
}

/// Some segments, and which of their messages are meant: from one to before another.
struct Run<'s> {
    segments: &'s [Segment],
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
        let (mut ids, mut end, mut messages, mut pages) = (Vec::new(), below, FIRST_RUN, 0);
        let mut ahead = self.segments_below(end)?;
        while end > from && ids.len() < limit && (pages == 0 || pages < asked.pages) {
            if ahead.segments.is_empty() && !ahead.is_all {
                ahead = self.segments_below(end)?;
            }
            let segments = ahead.take(messages);
            let is_last = ahead.segments.is_empty() && ahead.is_all;
            let first = segments.last().filter(|_| !is_last).map(|segment| segment.first);
            let begin = first.map_or(from, |first| first.max(from));
            let run = Run {
                segments: &segments,
                from: begin,
                below: end,
            };
            ids.extend(self.hits_in(&run, asked, ahead.has_changed, &mut pages)?);
            (end, messages) = (begin, messages.saturating_mul(LONGER));
        }
        if ids.len() >= limit {
            ids.truncate(limit);
            end = ids.last().copied().unwrap_or(end);
        }
        Ok(Hits { ids, end, pages })
    }

    fn segments_below(&mut self, below: MessageId) -> Result<Ahead, Fault> {
        let mut has_changed = false;
        let mut segments = self.all(sql::SEARCH_SEGMENTS, values![below.0, SEGMENTS], |row| {
            has_changed = row.get(3)?;
            super::segment(row)
        })?;
        segments.reverse();
        Ok(Ahead {
            is_all: i64::try_from(segments.len()).is_ok_and(|count| count < SEGMENTS),
            segments,
            has_changed,
        })
    }

    /// The messages of a run, newest first.
    fn hits_in(
        &mut self,
        run: &Run<'_>,
        asked: &Narrow,
        has_changed: bool,
        pages: &mut usize,
    ) -> Result<Vec<MessageId>, Fault> {
        let mut lexemes: Vec<Lexeme> = asked.groups.iter().flatten().copied().collect();
        lexemes.sort_unstable();
        lexemes.dedup();
        let lists = self.lists_of(run.segments, &lexemes, pages)?;
        let mut hits = Vec::new();
        for lists in lists.chunks(lexemes.len().max(1)) {
            let of = |lexeme: &Lexeme| lexemes.binary_search(lexeme).ok().and_then(|at| lists.get(at));
            hits.extend(in_every_group(&asked.groups, of));
        }
        hits.retain(|id| (run.from..run.below).contains(id));
        if let Some(rooms) = &asked.rooms {
            self.keep_those_in(rooms, &mut hits, pages)?;
        }
        if has_changed {
            // All that such a message is known by now is here, and where it is besides.
            let lists = self.changed(&lexemes, run)?;
            hits.extend(in_every_group(&asked.groups, |lexeme| lists.get(lexeme)));
        }
        hits.sort_unstable_by_key(|id| Reverse(*id));
        hits.dedup();
        Ok(hits)
    }

    /// Which messages of each of some segments have each of some lexemes, the oldest first.
    fn lists_of(
        &mut self,
        segments: &[Segment],
        lexemes: &[Lexeme],
        pages: &mut usize,
    ) -> Result<Vec<Vec<MessageId>>, Fault> {
        let mut lists = vec![Vec::new(); segments.len() * lexemes.len()];
        let firsts = json_list(segments.iter().map(|segment| segment.first));
        let numbers = json_list(lexemes.iter().map(|lexeme| pages_of(*lexeme).0));
        self.all(sql::SEARCH_PAGES, values![&firsts, &numbers], |row| {
            *pages += 1;
            let (first, number, page): (_, i64, _) = (MessageId(row.get(0)?), row.get(1)?, row.bytes(2)?);
            let segment = segments.binary_search_by(|segment| first.cmp(&segment.first));
            let lexeme = lexemes.binary_search_by_key(&number, |lexeme| pages_of(*lexeme).0);
            let (Ok(segment), Ok(at)) = (segment, lexeme) else {
                return Ok(());
            };
            match (lists.get_mut(segment * lexemes.len() + at), lexemes.get(at)) {
                (Some(list), Some(lexeme)) => read_page(page, first, *lexeme, list).map_err(lost),
                _ => Ok(()),
            }
        })?;
        Ok(lists)
    }

    /// Leaves out the messages that are in other rooms.
    fn keep_those_in(&mut self, rooms: &ShortRooms, ids: &mut Vec<MessageId>, pages: &mut usize) -> Result<(), Fault> {
        let mut stretches: Vec<i64> = ids.iter().map(|id| id.0 / TIMED).collect();
        stretches.sort_unstable();
        stretches.dedup();
        if stretches.is_empty() {
            return Ok(());
        }
        let mut own = Vec::new();
        self.all(sql::SEARCH_STRETCHES, values![&json_list(stretches)], |row| {
            *pages += 1;
            let (stretch, shorts): (i64, _) = (row.get(0)?, row.bytes(1)?);
            let here = ids.iter().filter(|id| id.0 / TIMED == stretch);
            own.extend(here.filter(|id| super::short_in(shorts, **id).is_some_and(|short| rooms.may_have(short))));
            Ok(())
        })?;
        *ids = own;
        Ok(())
    }

    fn changed(&mut self, lexemes: &[Lexeme], run: &Run<'_>) -> Result<BTreeMap<Lexeme, Vec<MessageId>>, Fault> {
        let mut lists: BTreeMap<Lexeme, Vec<MessageId>> = BTreeMap::new();
        let numbers = json_list(lexemes.iter().map(|lexeme| lexeme.number()));
        let values = values![&numbers, run.from.0, run.below.0];
        self.all(sql::SEARCH_CHANGED, values, |row| {
            let lexeme = Lexeme::numbered(row.get(0)?);
            if let Some(lexeme) = lexeme {
                lists.entry(lexeme).or_default().push(MessageId(row.get(1)?));
            }
            Ok(())
        })?;
        lists.values_mut().for_each(|list| list.sort_unstable());
        Ok(lists)
    }
}

/// The messages that have one lexeme of every group, the oldest first: `of` gives those that have one.
fn in_every_group<'l>(groups: &[Vec<Lexeme>], of: impl Fn(&Lexeme) -> Option<&'l Vec<MessageId>>) -> Vec<MessageId> {
    let mut groups: Vec<Cow<'_, [MessageId]>> = groups.iter().map(|group| union(group, &of)).collect();
    groups.sort_by_key(|ids| Reverse(ids.len()));
    let mut ids = groups.pop().map(Cow::into_owned).unwrap_or_default();
    for others in groups.iter().rev() {
        let mut others = others.iter().copied().peekable();
        ids.retain(|id| {
            while others.next_if(|other| other < id).is_some() {}
            others.peek() == Some(id)
        });
    }
    ids
}

/// The messages that have one of these lexemes, the oldest first.
fn union<'l>(group: &[Lexeme], of: impl Fn(&Lexeme) -> Option<&'l Vec<MessageId>>) -> Cow<'l, [MessageId]> {
    let mut lists = group.iter().filter_map(of).filter(|list| !list.is_empty());
    let Some(first) = lists.next() else {
        return Cow::default();
    };
    let mut all = Cow::Borrowed(first.as_slice());
    for list in lists {
        all.to_mut().extend(list);
    }
    if let Cow::Owned(ids) = &mut all {
        // Each list is in order already, which this finds out.
        ids.sort();
        ids.dedup();
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_each_group_is_enough_and_each_group_is_needed() {
        let lexeme = |number| Lexeme::numbered(number).unwrap();
        let [one, other, third, none] = [1, 2, 3, 4].map(lexeme);
        let ids = |ids: &[i64]| ids.iter().copied().map(MessageId).collect::<Vec<_>>();
        let lists = BTreeMap::from([
            (one, ids(&[1, 5, 9])),
            (other, ids(&[2, 5, 7])),
            (third, ids(&[2, 7, 9, 11])),
        ]);
        for (groups, expected) in [
            (vec![vec![one]], vec![1, 5, 9]),
            (vec![vec![one, other]], vec![1, 2, 5, 7, 9]),
            (vec![vec![one, other], vec![third]], vec![2, 7, 9]),
            (vec![vec![one], vec![other], vec![third]], vec![]),
            (vec![vec![one], vec![none]], vec![]),
        ] {
            assert_eq!(
                in_every_group(&groups, |lexeme| lists.get(lexeme)),
                ids(&expected),
                "{groups:?}"
            );
        }
    }
}
