//! Rooms and who is in them, in memory.

use super::Run;
use super::counted;
use super::kept::{Kept, Subject};
use super::rows;
use super::wrong;
use beseda_core::error::Fault;
use beseda_core::ports::{LookRooms, TxRooms};
use beseda_core::words::{
    Epoch, Extra, GroupId, Head, Kinds, Member, MemberId, Message, NewMember, NewRoom, Noted, Person, PersonId, Place,
    Receipts, Room, RoomId, RoomView, Seq, Time, View,
};
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;
use uuid::Uuid;

impl Kept {
    pub(super) fn members_with_people(&self, room: RoomId) -> Vec<(Member, Arc<Person>)> {
        self.members_of(room)
            .filter_map(|m| Some((m.clone(), Arc::new(self.person(m.person)?.clone()))))
            .collect()
    }

    fn others_mark(&self, room: RoomId, person: PersonId) -> Seq {
        self.members_of(room)
            .filter(|m| m.person != person)
            .map(|m| m.read)
            .max()
            .unwrap_or_default()
    }

    pub(super) fn last_shown(&self, room: RoomId) -> Option<Message> {
        let last = self
            .lines(room)
            .rfind(|line| !line.is_erased() && line.readers.is_none());
        last.map(|line| self.shown(line))
    }
}

impl Run {
    /// Which of the room's receipts the next one is.
    fn count_receipt(&mut self, room: RoomId) -> Receipts {
        self.moved(room);
        let room = self.kept().rooms.get_mut(&room);
        room.map_or(Receipts(0), |room| {
            room.receipts = room.receipts.next();
            room.receipts
        })
    }

    /// This transaction has changed the room, or a receipt of it.
    pub(super) fn moved(&mut self, room: RoomId) {
        let tick = self.tick;
        self.kept().ticks.insert(room, tick);
    }

    /// Changes the member, if there is one.
    pub(super) fn change_member(&mut self, room: RoomId, person: PersonId, change: impl FnOnce(&mut Member)) {
        let id = self.kept.member(room, person).map(|member| member.id);
        if let Some(member) = id.and_then(|id| self.kept().members.get_mut(&id)) {
            change(member);
        }
    }
}

impl LookRooms for Run {
    fn room(&mut self, id: RoomId) -> Result<Option<Room>, Fault> {
        Ok(self.kept.rooms.get(&id).cloned())
    }

    fn room_by_key(&mut self, key: &str) -> Result<Option<Room>, Fault> {
        Ok(self.kept.room_by_key(key).cloned())
    }

    fn room_by_uuid(&mut self, uuid: Uuid) -> Result<Option<Room>, Fault> {
        Ok(self.kept.rooms.values().find(|room| room.uuid == uuid).cloned())
    }

    fn rooms_after(&mut self, after: RoomId, limit: i64) -> Result<Vec<Room>, Fault> {
        let behind = self.kept.rooms.values().filter(|room| room.id > after);
        Ok(behind.take(rows(limit)).cloned().collect())
    }

    fn rooms_of_group(&mut self, group: &GroupId) -> Result<Vec<Room>, Fault> {
        let rooms = self.kept.rooms.values();
        let is_about = |room: &&Room| self.kept.about.get(&room.id) == Some(group);
        Ok(rooms.filter(is_about).cloned().collect())
    }

    fn place(&mut self, room: RoomId, person: PersonId) -> Result<Option<Place>, Fault> {
        let Some(room) = self.kept.rooms.get(&room) else {
            return Ok(None);
        };
        let place = |room: &Room| Place {
            room: room.clone(),
            member: self.kept.member(room.id, person).cloned(),
            noted: None,
        };
        let about = room.is_about();
        let about = about.and_then(|about| self.kept.rooms.values().find(|room| room.uuid == about));
        Ok(Some(Place {
            noted: about.map(|about| Noted::from(&place(about))),
            ..place(room)
        }))
    }

    fn members(&mut self, room: RoomId) -> Result<Vec<(Member, Arc<Person>)>, Fault> {
        Ok(self.kept.members_with_people(room))
    }

    fn others_mark(&mut self, room: RoomId, person: PersonId) -> Result<Seq, Fault> {
        Ok(self.kept.others_mark(room, person))
    }

    fn rooms_ever_of(&mut self, person: PersonId) -> Result<Vec<RoomId>, Fault> {
        let members = self.kept.members.values().filter(|member| member.person == person);
        let gone = self.kept.gone.keys().chain(self.kept.shown_out.keys());
        let gone = gone.filter(|(_, of)| *of == person).map(|(room, _)| *room);
        let rooms: BTreeSet<RoomId> = members.map(|member| member.room).chain(gone).collect();
        Ok(rooms.into_iter().collect())
    }

    fn last_room(&mut self) -> Result<RoomId, Fault> {
        Ok(self.kept.last_room)
    }

    fn joined_between(&mut self, room: RoomId, after: Head, to: Head) -> Result<Vec<Member>, Fault> {
        let came = |member: &&Member| {
            let came = self.kept.came.get(&(room, member.person));
            came.is_some_and(|&(head, _)| head > after && head <= to)
        };
        Ok(self.kept.members_of(room).filter(came).cloned().collect())
    }

    fn left_between(&mut self, room: RoomId, after: Head, to: Head) -> Result<Vec<PersonId>, Fault> {
        if !self.kept.rooms.contains_key(&room) {
            return Ok(Vec::new());
        }
        let gone = self.kept.gone.iter().filter(|((of, _), _)| *of == room);
        let then = gone.filter(|(_, (head, ..))| *head > after && *head <= to);
        Ok(then.map(|((_, person), _)| *person).collect())
    }

    fn receipts_after(&mut self, room: RoomId, after: Receipts) -> Result<Vec<Member>, Fault> {
        let moved = |member: &&Member| {
            let came = self.kept.came.get(&(room, member.person));
            came.is_some_and(|&(_, receipt)| receipt > after)
        };
        Ok(self.kept.members_of(room).filter(moved).cloned().collect())
    }

    fn readers(&mut self, room: RoomId, seq: Seq) -> Result<Vec<PersonId>, Fault> {
        let readers = self.kept.members_of(room).filter(|member| member.read >= seq);
        let mut readers: Vec<_> = readers.map(|member| member.person).collect();
        readers.sort_unstable();
        Ok(readers)
    }

    fn epoch(&mut self) -> Result<Option<Epoch>, Fault> {
        Ok(self.kept.epoch)
    }

    fn shown_out_at(&mut self, room: RoomId, person: PersonId) -> Result<Option<Time>, Fault> {
        Ok(self.kept.shown_out.get(&(room, person)).copied())
    }

    fn granted_rooms(&mut self, person: PersonId) -> Result<Vec<Room>, Fault> {
        let members = self.kept.members.values();
        let granted = members.filter(|member| member.person == person && member.granted);
        let mut rooms: Vec<Room> = granted.filter_map(|m| self.kept.rooms.get(&m.room).cloned()).collect();
        rooms.sort_by_key(|room| room.id);
        Ok(rooms)
    }

    fn places(&mut self, person: PersonId, kinds: Kinds) -> Result<Vec<Place>, Fault> {
        let place = |room: &Room| Place {
            room: room.clone(),
            member: self.kept.member(room.id, person).cloned(),
            noted: None,
        };
        Ok(self.kept.rooms_of(person, kinds).map(place).collect())
    }

    fn count_rooms(&mut self, person: PersonId, kinds: Kinds) -> Result<i64, Fault> {
        Ok(counted(self.kept.rooms_of(person, kinds)))
    }

    fn rooms(&mut self, person: PersonId, kinds: Kinds, offset: i64, limit: i64) -> Result<Vec<RoomView>, Fault> {
        let mut rooms: Vec<&Room> = self.kept.rooms_of(person, kinds).collect();
        rooms.sort_by_key(|room| Reverse(self.kept.stirred.get(&room.id)));
        let view = |room: &Room| RoomView {
            room: room.clone(),
            members: self.kept.members_with_people(room.id),
            last: self.kept.last_shown(room.id),
            case: None,
        };
        let page = rooms.into_iter().skip(rows(offset)).take(rows(limit));
        Ok(page.map(view).collect())
    }
}

impl TxRooms for Run {
    fn open_room(&mut self, new: &NewRoom) -> Result<(Room, bool), Fault> {
        if let Some(standing) = self.kept.room_by_key(&new.key) {
            return Ok((standing.clone(), false));
        }
        let room = Room {
            id: RoomId(self.kept.last_room.0 + 1),
            uuid: new.uuid,
            key: new.key.as_str().into(),
            kind: new.kind,
            title: new.title.clone(),
            seq: Seq(0),
            head: Head(0),
            shown: Seq(0),
            erased: 0,
            changed: Head(0),
            receipts: Receipts(0),
            created_at: new.now,
            updated_at: new.now,
            ahead: None,
            changed_at: new.now,
            closed: false,
            extra: Extra::NONE,
            blocked: false,
        };
        self.moved(room.id);
        let kept = self.kept();
        kept.stir(room.id);
        kept.last_room = room.id;
        if let Some(group) = &new.group {
            kept.about.insert(room.id, group.clone());
        }
        kept.rooms.insert(room.id, room.clone());
        kept.note_update(Subject::Room(room.id), new.now);
        Ok((room, true))
    }

    fn keep_room(&mut self, room: &Room) -> Result<(), Fault> {
        if self
            .kept
            .room_by_key(&room.key)
            .is_some_and(|other| other.id != room.id)
        {
            return Err(wrong(format!("the key {} is taken", room.key)));
        }
        let rooms = &mut self.kept().rooms;
        let standing = rooms
            .get_mut(&room.id)
            .ok_or_else(|| wrong(format!("no room {}", room.id)))?;
        *standing = Room {
            uuid: standing.uuid,
            kind: standing.kind,
            created_at: standing.created_at,
            receipts: standing.receipts,
            blocked: standing.blocked,
            ..room.clone()
        };
        self.moved(room.id);
        Ok(())
    }

    fn untitle_room(&mut self, room: RoomId) -> Result<(), Fault> {
        let kept = self.kept();
        let standing = kept.rooms.get_mut(&room);
        if let Some(room) = standing.or_else(|| kept.removed_rooms.get_mut(&room)) {
            room.title.clear();
        }
        Ok(())
    }

    fn stir_room(&mut self, room: RoomId) -> Result<(), Fault> {
        self.kept().stir(room);
        Ok(())
    }

    fn remove_room(&mut self, room: &Room, _now: Time) -> Result<(), Fault> {
        self.moved(room.id);
        let kept = self.kept();
        let removed = kept.rooms.remove(&room.id);
        kept.removed_rooms.extend(removed.map(|room| (room.id, room)));
        Ok(())
    }

    fn join(&mut self, new: &NewMember) -> Result<Option<Member>, Fault> {
        let (room, person) = (new.room, new.person);
        self.known(person)?;
        if !self.kept.rooms.contains_key(&room) {
            return Err(wrong(format!("no room {room}")));
        }
        if self.kept.member(room, person).is_some() {
            return Ok(None);
        }
        let kept = self.kept();
        let id = MemberId(kept.last_member.0 + 1);
        kept.last_member = id;
        kept.shown_out.remove(&(room, person));
        let left = kept.gone.remove(&(room, person)).map(|(_, _, member)| member);
        let member = Member {
            id,
            room,
            person,
            read: left.as_ref().map_or(Seq(0), |left| left.read),
            delivered: left.as_ref().map_or(Seq(0), |left| left.read),
            read_at: left.and_then(|left| left.read_at),
            skip: 0,
            joined_at: new.now,
            granted: new.granted,
            role: new.role,
            view: View::default(),
        };
        kept.members.insert(id, member.clone());
        let receipt = self.count_receipt(room);
        self.kept().came.insert((room, person), (new.head, receipt));
        Ok(Some(member))
    }

    fn leave(&mut self, room: RoomId, person: PersonId, head: Head) -> Result<bool, Fault> {
        let Some(id) = self.kept.member(room, person).map(|member| member.id) else {
            return Ok(false);
        };
        let tick = self.tick;
        let kept = self.kept();
        kept.came.remove(&(room, person));
        let left = kept.members.remove(&id);
        if let Some(member) = left.clone() {
            kept.gone.insert((room, person), (head, tick, member));
        }
        Ok(left.is_some())
    }

    fn show_out(&mut self, room: RoomId, person: PersonId, at: Time) -> Result<(), Fault> {
        if self.kept.people.contains_key(&person) && self.kept.rooms.contains_key(&room) {
            self.kept().shown_out.insert((room, person), at);
        }
        Ok(())
    }

    fn put_epoch(&mut self, epoch: Epoch) -> Result<(), Fault> {
        self.kept().epoch = Some(epoch);
        Ok(())
    }

    fn prove_kept(&mut self) -> Result<(), Fault> {
        Ok(())
    }

    fn keep_receipt(&mut self, member: &Member) -> Result<(), Fault> {
        let receipt = self.count_receipt(member.room);
        if let Some((_, last)) = self.kept().came.get_mut(&(member.room, member.person)) {
            *last = receipt;
        }
        let Member {
            read,
            read_at,
            skip,
            delivered,
            view,
            ..
        } = *member;
        self.change_member(member.room, member.person, |kept| {
            *kept = Member {
                read,
                read_at,
                skip,
                delivered,
                view,
                ..kept.clone()
            }
        });
        Ok(())
    }

    fn skip_erased(
        &mut self,
        room: RoomId,
        author: Option<PersonId>,
        seq: Seq,
        readers: Option<&[PersonId]>,
    ) -> Result<(), Fault> {
        let is_for = |person: &PersonId| readers.is_none_or(|readers| readers.contains(person));
        let counted = |member: &Member| Some(member.person) != author && member.read < seq && is_for(&member.person);
        let counts = |member: &&mut Member| member.room == room && counted(member);
        for member in self.kept().members.values_mut().filter(counts) {
            member.skip += 1;
        }
        Ok(())
    }
}
