//! Messages, in memory.

use super::Run;
use super::counted;
use super::kept::Line;
use super::rows;
use super::wrong;
use beseda_core::error::Fault;
use beseda_core::ports::{ERASED_BLOCK, LookMessages, TxMessages};
use beseda_core::words::{Head, Kept, Message, MessageId, NewMessage, PersonId, RoomId, Seq, Time};
use std::collections::BTreeMap;
use std::sync::Arc;

impl LookMessages for Run {
    fn message(&mut self, id: MessageId) -> Result<Option<Message>, Fault> {
        Ok(self.kept.line(id).map(|line| self.kept.shown(line)))
    }

    fn message_at(&mut self, room: RoomId, seq: Seq) -> Result<Option<Message>, Fault> {
        let line = self
            .kept
            .messages
            .get(&(room, seq))
            .filter(|_| self.kept.rooms.contains_key(&room));
        Ok(line.map(|line| self.kept.shown(line)))
    }

    fn message_by_client_id(
        &mut self,
        room: RoomId,
        sender: Option<PersonId>,
        client_id: &str,
    ) -> Result<Option<Message>, Fault> {
        let first = self
            .kept
            .lines(room)
            .find(|line| line.sender == sender && line.message.client_id.as_deref() == Some(client_id));
        Ok(first.map(|line| self.kept.shown(line)))
    }

    fn messages_before(&mut self, room: RoomId, before: Seq, limit: i64) -> Result<Vec<Message>, Fault> {
        let newest_first = self
            .kept
            .lines(room)
            .rev()
            .filter(|line| line.message.seq < before && !line.is_erased());
        let mut messages: Vec<Message> = newest_first
            .take(rows(limit))
            .map(|line| self.kept.shown(line))
            .collect();
        messages.reverse();
        Ok(messages)
    }

    fn messages_after(&mut self, room: RoomId, after: Seq, limit: i64) -> Result<Vec<Message>, Fault> {
        let lines = self
            .kept
            .lines(room)
            .filter(|line| line.message.seq > after && !line.is_erased());
        Ok(lines.take(rows(limit)).map(|line| self.kept.shown(line)).collect())
    }

    fn sent_after(&mut self, room: RoomId, after: Seq, limit: i64) -> Result<Vec<Message>, Fault> {
        let lines = self.kept.lines(room).filter(|line| line.message.seq > after);
        Ok(lines.take(rows(limit)).map(|line| self.kept.shown(line)).collect())
    }

    fn touched_after(&mut self, room: RoomId, after: Head, to: Seq, limit: i64) -> Result<Vec<Message>, Fault> {
        let is_meant = |message: &Message| message.changed > after && message.seq <= to;
        let touched = |message: &Message| is_meant(message) && message.changed != message.sent;
        let mut lines: Vec<&Line> = self.kept.lines(room).filter(|line| touched(&line.message)).collect();
        lines.sort_by_key(|line| line.message.changed);
        Ok(lines
            .into_iter()
            .take(rows(limit))
            .map(|line| self.kept.shown(line))
            .collect())
    }

    fn written_by(
        &mut self,
        person: PersonId,
        after: (RoomId, Seq),
        to: RoomId,
        limit: i64,
    ) -> Result<Vec<Message>, Fault> {
        let names = |line: &Line| line.called.as_deref().is_some_and(|name| !name.is_empty());
        let behind = self.kept.messages.iter().filter(|(at, _)| **at > after && at.0 <= to);
        let lines = behind.map(|(_, line)| line.as_ref());
        let written = lines.filter(|line| line.sender == Some(person) && (!line.is_erased() || names(line)));
        Ok(written.take(rows(limit)).map(|line| self.kept.shown(line)).collect())
    }

    fn erased_by_block(&mut self, room: RoomId) -> Result<Vec<(i64, i64)>, Fault> {
        let mut blocks: BTreeMap<i64, i64> = BTreeMap::new();
        for line in self.kept.lines(room).filter(|line| line.is_erased()) {
            *blocks.entry((line.message.seq.0 - 1) / ERASED_BLOCK).or_default() += 1;
        }
        Ok(blocks.into_iter().collect())
    }

    fn erased_between(&mut self, room: RoomId, from: Seq, to: Seq) -> Result<Vec<Seq>, Fault> {
        let erased = self
            .kept
            .lines(room)
            .filter(|line| line.is_erased())
            .map(|line| line.message.seq);
        Ok(erased.filter(|seq| (from..=to).contains(seq)).collect())
    }

    fn count_skipped(&mut self, room: RoomId, person: PersonId, after: Seq) -> Result<i64, Fault> {
        let skipped = |line: &&Line| {
            line.message.seq > after && (line.is_erased() || line.sender == Some(person) || !line.is_for(person))
        };
        Ok(counted(self.kept.lines(room).filter(skipped)))
    }

    fn shown_before(&mut self, room: RoomId, before: Seq) -> Result<Seq, Fault> {
        let shown = self
            .kept
            .lines(room)
            .rfind(|line| line.message.seq < before && !line.is_erased() && line.readers.is_none());
        Ok(shown.map(|line| line.message.seq).unwrap_or_default())
    }

    fn said_from(&mut self, room: RoomId, from: Time) -> Result<Option<Time>, Fault> {
        let moments = self.kept.lines(room).map(|line| line.message.created_at);
        Ok(moments.filter(|at| *at >= from).min())
    }

    fn id_at(&mut self, room: RoomId, seq: Seq) -> Result<Option<MessageId>, Fault> {
        Ok(self.message_at(room, seq)?.map(|message| message.id))
    }
}

impl TxMessages for Run {
    fn insert_message(&mut self, new: &NewMessage) -> Result<Option<MessageId>, Fault> {
        let taken = |line: &Line| line.message.client_id == new.client_id && line.sender == new.sender;
        if new.client_id.is_some() && self.kept.lines(new.room).any(taken) {
            return Ok(None);
        }
        if let Some(sender) = new.sender {
            self.known(sender)?;
        }
        let newest = self
            .kept
            .lines(new.room)
            .next_back()
            .map_or(Seq(0), |line| line.message.seq);
        if !self.kept.rooms.contains_key(&new.room) || new.seq != newest.next() {
            return Err(wrong(format!(
                "room {} cannot have message {} after {newest}",
                new.room, new.seq
            )));
        }
        let attachments = self.kept().attach(&new.files)?;
        let id = MessageId(self.kept.last_message.0 + 1);
        let message = Message {
            id,
            room: new.room,
            seq: new.seq,
            author: None,
            client_id: new.client_id.clone(),
            text: new.text.clone(),
            attachments,
            created_at: new.created_at,
            edited_at: None,
            erased_at: None,
            sent: new.head,
            changed: new.head,
            extra: new.extra,
            beside: None,
        };
        let line = Line {
            message,
            sender: new.sender,
            called: None,
            row: Kept::default(),
            reactions: Vec::new(),
            mentions: Vec::new(),
            readers: None,
            versions: Vec::new(),
        };
        self.moved(new.room);
        let kept = self.kept();
        kept.last_message = id;
        kept.messages.insert((new.room, new.seq), Arc::new(line));
        kept.stir(new.room);
        if let Some(room) = kept.rooms.get_mut(&new.room) {
            (room.seq, room.shown) = (new.seq, new.seq);
            (room.head, room.updated_at) = (new.head, new.created_at);
        }
        if let Some(sender) = new.sender {
            self.change_member(new.room, sender, |member| member.skip += 1);
        }
        Ok(Some(id))
    }

    fn name_sender(&mut self, room: RoomId, seq: Seq, name: &str) -> Result<(), Fault> {
        if let Some(line) = self.kept().messages.get_mut(&(room, seq)) {
            Arc::make_mut(line).called = Some(name.to_owned());
        }
        Ok(())
    }

    fn hand_over_messages(&mut self, room: RoomId, from: PersonId, to: PersonId, head: Head) -> Result<i64, Fault> {
        self.known(to)?;
        let lines = self.kept.messages.iter().filter(|((at, _), _)| *at == room);
        let before: Vec<(Seq, Arc<Line>)> = lines.map(|((_, seq), line)| (*seq, Arc::clone(line))).collect();
        let wrote = |seq: Option<Seq>| {
            before
                .iter()
                .any(|(at, line)| Some(*at) == seq && line.sender == Some(from))
        };
        let used: Vec<&str> = before
            .iter()
            .filter(|(_, line)| line.sender == Some(to))
            .filter_map(|(_, line)| line.message.client_id.as_deref())
            .collect();
        let mut changed = head;
        for (seq, line) in &before {
            if line.sender != Some(from) && !line.names(from) && !wrote(line.row.reply_to) {
                continue;
            }
            changed = changed.next();
            if let Some(line) = self.kept().messages.get_mut(&(room, *seq)).map(Arc::make_mut) {
                line.hand_over(from, to, &used);
                line.message.changed = changed;
            }
        }
        Ok(changed.0 - head.0)
    }

    fn keep_message(&mut self, message: &Message) -> Result<(), Fault> {
        let line = self
            .kept()
            .messages
            .get_mut(&(message.room, message.seq))
            .map(Arc::make_mut);
        let kept = &mut line.ok_or_else(|| wrong(format!("no message {}", message.id)))?.message;
        kept.text.clone_from(&message.text);
        kept.edited_at = message.edited_at;
        kept.erased_at = message.erased_at;
        kept.changed = message.changed;
        kept.extra = message.extra;
        if message.erased_at.is_some() {
            kept.attachments.clear();
        }
        Ok(())
    }
}
