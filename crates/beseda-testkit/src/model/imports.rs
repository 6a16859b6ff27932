//! Rows under numbers that are given, in memory.

use super::kept::{Line, Subject};
use super::{Run, wrong};
use beseda_core::error::Fault;
use beseda_core::ports::{LookImports, TxImports, TxMessages, TxRooms};
use beseda_core::words::{
    Member, MemberId, MessageId, NewMember, NewMessage, NewRoom, Room, RoomId, Seq, StandingMessage, StandingRoom, Time,
};
use std::sync::Arc;

impl LookImports for Run {
    fn standing_rooms(&mut self, ids: &[RoomId]) -> Result<Vec<StandingRoom>, Fault> {
        let (rooms, removed) = (&self.kept.rooms, &self.kept.removed_rooms);
        let standing = |id: &RoomId| {
            Some(StandingRoom {
                room: rooms.get(id).or_else(|| removed.get(id))?.clone(),
                removed: removed.contains_key(id),
                last: self.kept.lines(*id).next_back().map(|line| line.message.id),
            })
        };
        Ok(ids.iter().filter_map(standing).collect())
    }

    fn standing_messages(&mut self, first: MessageId, last: MessageId) -> Result<Vec<StandingMessage>, Fault> {
        let lines = self.kept.messages.values();
        let within = lines.filter(|line| (first..=last).contains(&line.message.id));
        let standing = |line: &Arc<Line>| StandingMessage {
            id: line.message.id,
            room: line.message.room,
            sender: line.sender,
            created_at: line.message.created_at,
        };
        let mut standing: Vec<_> = within.map(standing).collect();
        standing.sort_by_key(|one| one.id);
        Ok(standing)
    }

    fn last_until(&mut self, room: RoomId, until: Time) -> Result<Seq, Fault> {
        let last = self.kept.lines(room).rfind(|line| line.message.created_at <= until);
        Ok(last.map(|line| line.message.seq).unwrap_or_default())
    }
}

impl TxImports for Run {
    fn nobody_serves(&mut self) -> Result<bool, Fault> {
        Ok(true)
    }

    fn open_room_as(&mut self, id: RoomId, new: &NewRoom, updated_at: Time) -> Result<(), Fault> {
        let is_taken = self.kept.rooms.contains_key(&id) || self.kept.removed_rooms.contains_key(&id);
        if is_taken || self.kept.room_by_key(&new.key).is_some() {
            return Err(wrong(format!("room {id} or its key is there")));
        }
        let last = self.kept.last_room;
        self.kept().last_room = RoomId(id.0 - 1);
        let (room, _) = self.open_room(new)?;
        self.keep_room(&Room { updated_at, ..room })?;
        self.kept().note_update(Subject::Room(id), updated_at);
        self.kept().last_room = last.max(id);
        Ok(())
    }

    fn join_as(&mut self, id: Option<MemberId>, new: &NewMember) -> Result<Option<Member>, Fault> {
        let last = self.kept.last_member;
        if let Some(free) = id.filter(|id| !self.kept.members.contains_key(id)) {
            self.kept().last_member = MemberId(free.0 - 1);
        }
        let joined = self.join(new)?;
        let kept = self.kept();
        kept.last_member = last.max(kept.last_member);
        Ok(joined)
    }

    fn insert_messages_as(&mut self, messages: &[(MessageId, NewMessage)], rooms: &[Room]) -> Result<(), Fault> {
        for (id, new) in messages {
            let mut lines = self.kept.messages.values();
            if lines.any(|line| line.message.id == *id) {
                return Err(wrong(format!("message {id} is there")));
            }
            let last = self.kept.last_message;
            // Nobody who has read before what the index lacks says that it has all.
            let done = self.kept.indexed_to.0;
            self.kept().indexed_to = MessageId(if done >= id.0 { id.0 - 1 } else { done - 1 });
            self.kept().last_message = MessageId(id.0 - 1);
            self.insert_message(new)?;
            self.kept().last_message = last.max(*id);
        }
        rooms.iter().try_for_each(|room| self.keep_room(room))
    }

    fn draw_above(&mut self) -> Result<(), Fault> {
        Ok(())
    }
}
