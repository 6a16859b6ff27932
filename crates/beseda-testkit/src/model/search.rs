//! The index of messages, in memory: there is none, but how far it is, and how much of it a search would read.

use super::kept::Line;
use super::{Run, rows};
use beseda_core::error::Fault;
use beseda_core::ports::{LookSearch, TxSearch};
use beseda_core::words::{
    Hits, IndexMark, IndexPart, Indexed, Merge, Merged, MessageId, Narrow, PersonId, Place, RoomId, RoomKind, Sieve,
    Sifted, Time, ToIndex,
};
use std::cmp::Reverse;
use std::sync::Arc;

/// So many messages are a page of what would be read.
const PAGE: i64 = 1_000;

impl Run {
    /// The newest messages of a stretch that are so, newest first.
    fn newest_of(
        &self,
        from: MessageId,
        below: MessageId,
        limit: i64,
        is_so: impl Fn(&Line) -> bool,
    ) -> Vec<MessageId> {
        let lines = self.kept.messages.values().map(AsRef::as_ref);
        let within = lines.filter(|line: &&Line| (from..below).contains(&line.message.id) && is_so(line));
        let mut ids: Vec<_> = within.map(|line| line.message.id).collect();
        ids.sort_unstable_by_key(|id| Reverse(*id));
        ids.truncate(rows(limit));
        ids
    }
}

fn indexed(line: &Line) -> Indexed {
    Indexed {
        id: line.message.id,
        room: line.message.room,
        author: line.sender,
        has_files: !line.message.attachments.is_empty(),
        text: line.message.text.clone(),
        created_at: line.message.created_at,
    }
}

impl LookSearch for Run {
    fn indexed_to(&mut self) -> Result<(MessageId, MessageId), Fault> {
        Ok((self.kept.indexed_to, self.kept.last_message))
    }

    fn searched_rooms(
        &mut self,
        person: PersonId,
        kind: Option<RoomKind>,
        most: i64,
    ) -> Result<Option<Vec<RoomId>>, Fault> {
        let own = self.kept.members.values().filter(|member| member.person == person);
        let own: Vec<RoomId> = own.map(|member| member.room).collect();
        if own.len() > rows(most) {
            return Ok(None);
        }
        let is_of_kind = |id: &RoomId| {
            let room = self.kept.rooms.get(id);
            kind.is_none_or(|kind| room.is_some_and(|room| room.kind == kind))
        };
        Ok(Some(own.into_iter().filter(is_of_kind).collect()))
    }

    fn hits(&mut self, asked: &Narrow, from: MessageId, below: MessageId, limit: i64) -> Result<Hits, Fault> {
        let is_there = |room| asked.rooms.as_ref().is_none_or(|rooms| rooms.contains(&room));
        let has_all = |line: &Line| {
            let has = indexed(line).lexemes();
            let has_one = |group: &Vec<_>| group.iter().any(|lexeme| has.contains(lexeme));
            is_there(line.message.room) && asked.groups.iter().all(has_one)
        };
        let below = below.min(MessageId(self.kept.indexed_to.0 + 1));
        let pages = i64::try_from(asked.pages).unwrap_or(i64::MAX);
        let from = from.max(MessageId(below.0.saturating_sub(pages.saturating_mul(PAGE))));
        let ids = self.newest_of(from, below, limit, has_all);
        let is_cut = ids.len() >= rows(limit);
        let end = ids.last().filter(|_| is_cut).copied().unwrap_or(from);
        let pages = rows(below.0.saturating_sub(end.0) / PAGE);
        Ok(Hits { ids, end, pages })
    }

    fn unindexed(&mut self, from: MessageId, below: MessageId, limit: i64) -> Result<Vec<MessageId>, Fault> {
        Ok(self.newest_of(from, below, limit, |_| true))
    }

    fn sent_between(&mut self, from: Time, to: Time) -> Result<Option<(MessageId, MessageId)>, Fault> {
        let lines = self.kept.messages.values().map(|line| &line.message);
        let sent =
            lines.filter(|message| message.id <= self.kept.indexed_to && (from..to).contains(&message.created_at));
        let ids: Vec<_> = sent.map(|message| message.id).collect();
        let between = ids.iter().min().zip(ids.iter().max());
        Ok(between.map(|(first, last)| (*first, MessageId(last.0 + 1))))
    }

    fn sifted(&mut self, ids: &[MessageId], sieve: &Sieve) -> Result<Vec<Sifted>, Fault> {
        let passes = |line: &&Line| {
            let (message, sent) = (&line.message, line.message.created_at);
            !line.is_erased()
                && line.is_for(sieve.person)
                && sieve.room.is_none_or(|room| room == message.room)
                && sieve.author.is_none_or(|author| Some(author) == line.sender)
                && sieve.from.is_none_or(|from| sent >= from)
                && sieve.to.is_none_or(|to| sent < to)
                && (!sieve.has_file || !message.attachments.is_empty())
        };
        let mut sifted = Vec::new();
        for line in ids.iter().filter_map(|id| self.kept.line(*id)).filter(passes) {
            let Some(room) = self.kept.rooms.get(&line.message.room) else {
                continue;
            };
            let member = self.kept.member(room.id, sieve.person).cloned();
            let is_there = member.is_some() || sieve.room.is_some();
            if is_there && sieve.kind.is_none_or(|kind| kind == room.kind) {
                let room = room.clone();
                sifted.push(Sifted {
                    message: self.kept.shown(line),
                    key: Arc::clone(&room.key),
                    spot: Place {
                        room,
                        member,
                        noted: None,
                    }
                    .spot(),
                });
            }
        }
        Ok(sifted)
    }

    fn to_index(&mut self, limit: i64) -> Result<ToIndex, Fault> {
        let (done, newest) = (self.kept.indexed_to, self.kept.last_message);
        if done >= newest {
            return Ok(ToIndex {
                newest,
                ..ToIndex::default()
            });
        }
        let lines = self.kept.messages.values().filter(|line| line.message.id > done);
        let mut messages: Vec<_> = lines.map(|line| indexed(line)).collect();
        messages.sort_unstable_by_key(|message| message.id);
        let is_cut = messages.len() > rows(limit);
        messages.truncate(rows(limit));
        let last = messages.last().filter(|_| is_cut).map_or(newest, |last| last.id);
        let mark = Some(IndexMark {
            from: done,
            turn: 0,
            done: last,
            bound: None,
        });
        Ok(ToIndex { messages, mark, newest })
    }

    fn to_merge(&mut self, _: bool) -> Result<Option<Merge>, Fault> {
        Ok(None)
    }
}

impl TxSearch for Run {
    fn add_to_index(&mut self, _: &IndexPart, mark: IndexMark) -> Result<(), Fault> {
        if self.kept.indexed_to == mark.from {
            self.kept().indexed_to = mark.done;
        }
        Ok(())
    }

    fn keep_merged(&mut self, _: &Merged) -> Result<(), Fault> {
        Ok(())
    }

    fn index_anew(&mut self, _: &Indexed) -> Result<(), Fault> {
        Ok(())
    }
}
