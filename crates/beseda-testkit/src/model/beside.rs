//! What messages have beside their text, in memory.

use super::kept::Line;
use super::{Run, counted, rows, wrong};
use beseda_core::error::Fault;
use beseda_core::ports::{LookBeside, TxBeside};
use beseda_core::words::{Extra, Head, Kept, Message, Named, PersonId, Pinned, Reaction, RoomId, Seq, Time, Version};
use std::cmp::Reverse;
use std::sync::Arc;

impl Run {
    /// Those of these messages that are there, by their numbers.
    fn some(&self, room: RoomId, seqs: &[Seq]) -> impl Iterator<Item = &Line> {
        self.kept.lines(room).filter(|line| seqs.contains(&line.message.seq))
    }

    fn named(&self, person: PersonId) -> Option<Named> {
        self.kept.person(person).map(Named::from)
    }

    fn change_line(&mut self, room: RoomId, seq: Seq, change: impl FnOnce(&mut Line)) -> Result<(), Fault> {
        let line = self.kept().messages.get_mut(&(room, seq)).map(Arc::make_mut);
        change(line.ok_or_else(|| wrong(format!("no message {seq} in room {room}")))?);
        Ok(())
    }
}

impl LookBeside for Run {
    fn kept(&mut self, room: RoomId, seqs: &[Seq]) -> Result<Vec<(Seq, Kept)>, Fault> {
        let kept = |line: &Line| {
            let pinned = line.row.pinned.as_ref().and_then(|pinned| {
                Some(Pinned {
                    by: self.named(pinned.by.id)?,
                    at: pinned.at,
                })
            });
            let row = Kept {
                pinned,
                ..line.row.clone()
            };
            (line.message.seq, row)
        };
        Ok(self.some(room, seqs).map(kept).collect())
    }

    fn reactions(&mut self, room: RoomId, seqs: &[Seq]) -> Result<Vec<(Seq, Reaction)>, Fault> {
        let mut found = Vec::new();
        for line in self.some(room, seqs) {
            let reaction = |(emoji, person): &(String, PersonId)| {
                let person = self.named(*person)?;
                let emoji = emoji.clone();
                Some((line.message.seq, Reaction { emoji, person }))
            };
            found.extend(line.reactions.iter().filter_map(reaction));
        }
        Ok(found)
    }

    fn mentions(&mut self, room: RoomId, seqs: &[Seq]) -> Result<Vec<(Seq, Named)>, Fault> {
        let mentions = |line: &Line| {
            let seq = line.message.seq;
            let named = line.mentions.iter().filter_map(|person| self.named(*person));
            named.map(|named| (seq, named)).collect::<Vec<_>>()
        };
        Ok(self.some(room, seqs).flat_map(mentions).collect())
    }

    fn readers_of(&mut self, room: RoomId, seqs: &[Seq]) -> Result<Vec<(Seq, PersonId)>, Fault> {
        let readers = |line: &Line| {
            let seq = line.message.seq;
            let mut readers: Vec<PersonId> = line.readers.iter().flatten().copied().collect();
            readers.sort_unstable();
            readers.into_iter().map(move |reader| (seq, reader))
        };
        Ok(self.some(room, seqs).flat_map(readers).collect())
    }

    fn messages_at(&mut self, room: RoomId, seqs: &[Seq]) -> Result<Vec<Message>, Fault> {
        Ok(self.some(room, seqs).map(|line| self.kept.shown(line)).collect())
    }

    fn hidden_from(&mut self, room: RoomId, person: PersonId) -> Result<Vec<Seq>, Fault> {
        let lines = self.kept.lines(room);
        let hidden = lines.filter(|line| !line.is_erased() && !line.is_for(person));
        Ok(hidden.map(|line| line.message.seq).collect())
    }

    fn versions(&mut self, room: RoomId, seq: Seq) -> Result<Vec<Version>, Fault> {
        let line = self.kept.lines(room).find(|line| line.message.seq == seq);
        Ok(line.map(|line| line.versions.clone()).unwrap_or_default())
    }

    fn answers_to(&mut self, room: RoomId, seq: Seq) -> Result<Vec<Seq>, Fault> {
        let answers = self.kept.lines(room).filter(|line| line.row.reply_to == Some(seq));
        Ok(answers.map(|line| line.message.seq).collect())
    }

    fn reactions_by(
        &mut self,
        person: PersonId,
        after: (RoomId, Seq, &str),
        limit: i64,
    ) -> Result<Vec<(RoomId, Seq, String)>, Fault> {
        let of_line = |((room, seq), line): (&(RoomId, Seq), &Arc<Line>)| {
            let own = line.reactions.iter().filter(|(_, by)| *by == person);
            own.map(|(emoji, _)| (*room, *seq, emoji.clone())).collect::<Vec<_>>()
        };
        let mut found: Vec<_> = self.kept.messages.iter().flat_map(of_line).collect();
        found.retain(|(room, seq, emoji)| (*room, *seq, emoji.as_str()) > after);
        found.sort_unstable();
        found.truncate(rows(limit));
        Ok(found)
    }

    fn pinned(&mut self, room: RoomId, after: Option<(Time, Seq)>, limit: i64) -> Result<Vec<(Time, Seq)>, Fault> {
        let lines = self.kept.lines(room);
        let pinned = lines.filter_map(|line| Some((line.row.pinned.as_ref()?.at, line.message.seq)));
        let mut pinned: Vec<_> = pinned.filter(|pin| after.is_none_or(|after| *pin < after)).collect();
        pinned.sort_unstable_by_key(|pin| Reverse(*pin));
        pinned.truncate(rows(limit));
        Ok(pinned)
    }

    fn unread_mentions(&mut self, person: PersonId, rooms: &[(RoomId, Seq)]) -> Result<Vec<(RoomId, i64)>, Fault> {
        let count = |&(room, read): &(RoomId, Seq)| {
            let lines = self.kept.lines(room).filter(|line| line.message.seq > read);
            let mentions = counted(lines.filter(|line| line.mentions.contains(&person)));
            (mentions > 0).then_some((room, mentions))
        };
        Ok(rooms.iter().filter_map(count).collect())
    }
}

impl TxBeside for Run {
    fn put_kept(&mut self, room: RoomId, seq: Seq, kept: &Kept) -> Result<(), Fault> {
        self.change_line(room, seq, |line| line.row = kept.clone())
    }

    fn react(&mut self, room: RoomId, seq: Seq, emoji: &str, person: PersonId, on: bool) -> Result<bool, Fault> {
        self.known(person)?;
        let stands = |line: &Line| line.reactions.iter().any(|one| *one == (emoji.to_owned(), person));
        if self.kept.messages.get(&(room, seq)).is_some_and(|line| stands(line)) == on {
            return Ok(false);
        }
        self.change_line(room, seq, |line| {
            if on {
                line.reactions.push((emoji.to_owned(), person));
            } else {
                line.reactions.retain(|one| *one != (emoji.to_owned(), person));
            }
        })?;
        Ok(true)
    }

    fn put_mentions(&mut self, room: RoomId, seq: Seq, people: &[PersonId]) -> Result<(), Fault> {
        self.change_line(room, seq, |line| line.mentions = people.to_vec())
    }

    fn put_readers(&mut self, room: RoomId, seq: Seq, people: &[PersonId]) -> Result<(), Fault> {
        let sender = self.kept.messages.get(&(room, seq)).and_then(|line| line.sender);
        self.change_line(room, seq, |line| line.readers = Some(people.to_vec()))?;
        let skips = |person| !people.contains(&person) && Some(person) != sender;
        let members = self.kept().members.values_mut().filter(|member| member.room == room);
        for member in members.filter(|member| skips(member.person)) {
            member.skip += 1;
        }
        Ok(())
    }

    fn put_version(&mut self, room: RoomId, seq: Seq, text: &str, at: Time) -> Result<(), Fault> {
        let version = Version {
            text: text.to_owned(),
            at,
            by: None,
        };
        self.change_line(room, seq, |line| line.versions.push(version))
    }

    fn clear_beside(&mut self, room: RoomId, seq: Seq) -> Result<(), Fault> {
        self.change_line(room, seq, |line| {
            line.row = Kept::default();
            line.reactions.clear();
            line.mentions.clear();
            line.versions.clear();
        })
    }

    fn touch_message(&mut self, room: RoomId, seq: Seq, changed: Head, extra: Extra) -> Result<(), Fault> {
        self.change_line(room, seq, |line| {
            line.message.changed = changed;
            line.message.extra = extra;
        })
    }
}
