//! Rooms as lists of their people show them, in memory.

use super::{Run, counted, rows};
use beseda_core::error::Fault;
use beseda_core::ports::{LookLists, LookRooms, TxLists};
use beseda_core::words::{
    Extra, Front, Head, Kinds, Member, MemberId, Person, PersonId, Place, Room, RoomId, RoomLook, Tick, Time,
};
use std::collections::BTreeSet;
use std::sync::Arc;

impl LookLists for Run {
    fn tick(&mut self) -> Result<Tick, Fault> {
        Ok(self.kept.tick)
    }

    fn moved_after(&mut self, person: PersonId, kinds: Kinds, after: Tick) -> Result<Vec<(Tick, Place)>, Fault> {
        let places = self.places(person, kinds)?.into_iter();
        let with_tick = places.map(|place| (self.kept.ticks.get(&place.room.id).copied().unwrap_or(Tick(0)), place));
        Ok(with_tick.filter(|(tick, _)| *tick > after).collect())
    }

    fn gone_after(&mut self, person: PersonId, after: Tick) -> Result<Vec<Arc<str>>, Fault> {
        let kept = &self.kept;
        let key = |room: &RoomId| {
            let room = kept.rooms.get(room).or_else(|| kept.removed_rooms.get(room));
            room.map(|room| Arc::clone(&room.key))
        };
        let left = kept
            .gone
            .iter()
            .filter(|((_, who), (_, tick, _))| *who == person && *tick > after);
        let left = left.filter_map(|((room, _), _)| key(room));
        let own = kept.members.values().filter(|member| member.person == person);
        let is_taken = |room: &RoomId| kept.removed_rooms.contains_key(room);
        let taken = own.filter(|member| is_taken(&member.room) && kept.ticks.get(&member.room) > Some(&after));
        let gone: BTreeSet<Arc<str>> = left.chain(taken.filter_map(|member| key(&member.room))).collect();
        let is_in = |key: &Arc<str>| kept.rooms_of(person, Kinds::ALL).any(|room| room.key == *key);
        Ok(gone.into_iter().filter(|key| !is_in(key)).collect())
    }

    fn room_looks(&mut self, rooms: &[RoomId]) -> Result<Vec<(RoomId, RoomLook)>, Fault> {
        let look = |room: &RoomId| Some((*room, self.kept.looks.get(room)?.clone()));
        Ok(rooms.iter().filter_map(look).collect())
    }

    fn fronts(&mut self, rooms: &[&Room]) -> Result<Vec<Front>, Fault> {
        let kept = &self.kept;
        let people: Vec<Person> = kept.people.values().map(|account| account.person.clone()).collect();
        let front = |room: &&Room| {
            let newest = (!room.extra.has(Extra::READERS)).then(|| kept.messages.get(&(room.id, room.shown)));
            Front {
                look: kept.looks.get(&room.id).cloned().unwrap_or_default(),
                member_count: counted(kept.members_of(room.id)),
                last: newest.flatten().map(|message| {
                    let mut message = kept.shown(message);
                    message.dress(&people);
                    Arc::new(message)
                }),
            }
        };
        Ok(rooms.iter().map(front).collect())
    }

    fn member_counts(&mut self, rooms: &[RoomId]) -> Result<Vec<(RoomId, i64)>, Fault> {
        let counts = rooms.iter().map(|room| (*room, counted(self.kept.members_of(*room))));
        Ok(counts.filter(|(_, count)| *count > 0).collect())
    }

    fn members_after(
        &mut self,
        room: RoomId,
        after: MemberId,
        limit: i64,
    ) -> Result<Vec<(Member, Arc<Person>)>, Fault> {
        let members = self.kept.members_with_people(room).into_iter();
        Ok(members
            .filter(|(member, _)| member.id > after)
            .take(rows(limit))
            .collect())
    }

    fn others_in(&mut self, rooms: &[RoomId], person: PersonId) -> Result<Vec<(RoomId, Arc<Person>)>, Fault> {
        let of_room = |room: &RoomId| {
            let members = self.kept.members_with_people(*room).into_iter();
            let others = members.filter(|(member, _)| member.person != person);
            others.map(|(_, other)| (*room, other)).collect::<Vec<_>>()
        };
        Ok(rooms.iter().flat_map(of_room).collect())
    }

    fn share_room(&mut self, one: PersonId, other: PersonId, kinds: Kinds) -> Result<bool, Fault> {
        let mut rooms = self.kept.rooms_of(one, kinds);
        Ok(rooms.any(|room| self.kept.member(room.id, other).is_some()))
    }

    fn companions(&mut self, person: PersonId, kinds: Kinds, of: &[PersonId]) -> Result<Vec<PersonId>, Fault> {
        let mut found = Vec::new();
        for other in of.iter().copied().collect::<BTreeSet<_>>() {
            if self.share_room(other, person, kinds)? {
                found.push(other);
            }
        }
        Ok(found)
    }

    fn has_blocked(&mut self, one: PersonId, other: PersonId) -> Result<bool, Fault> {
        Ok(self.kept.blocks.contains(&(one, other)))
    }

    fn blocked_by(&mut self, person: PersonId) -> Result<Vec<Person>, Fault> {
        let blocks = self.kept.blocks.iter().rev().filter(|(by, _)| *by == person);
        Ok(blocks
            .filter_map(|(_, whom)| self.kept.person(*whom).cloned())
            .collect())
    }

    fn blockers_of(&mut self, person: PersonId) -> Result<Vec<PersonId>, Fault> {
        let blocks = self.kept.blocks.iter().rev().filter(|(_, whom)| *whom == person);
        Ok(blocks.map(|(by, _)| *by).collect())
    }
}

impl TxLists for Run {
    fn put_room_look(&mut self, room: RoomId, look: &RoomLook) -> Result<(), Fault> {
        self.kept().looks.insert(room, look.clone());
        Ok(())
    }

    fn keep_role(&mut self, member: &Member, head: Head) -> Result<(), Fault> {
        let (room, person, role) = (member.room, member.person, member.role);
        if let Some((came, _)) = self.kept().came.get_mut(&(room, person)) {
            *came = head;
        }
        self.change_member(room, person, |kept| kept.role = role);
        Ok(())
    }

    fn put_block(&mut self, one: PersonId, other: PersonId, on: bool, _at: Time) -> Result<(), Fault> {
        self.known(one)?;
        self.known(other)?;
        let stands = self.kept.blocks.contains(&(one, other));
        if on && !stands {
            self.kept().blocks.push((one, other));
        } else if !on && stands {
            self.kept().blocks.retain(|block| *block != (one, other));
        }
        Ok(())
    }

    fn keep_blocked(&mut self, room: &Room) -> Result<(), Fault> {
        self.moved(room.id);
        if let Some(kept) = self.kept().rooms.get_mut(&room.id) {
            kept.blocked = room.blocked;
        }
        Ok(())
    }
}
