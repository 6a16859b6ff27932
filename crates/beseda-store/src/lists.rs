//! Rooms as lists of their people show them, and what of them has moved.

use crate::engine::values;
use crate::rooms::{membership, words_of};
use crate::rows::{self, MEMBER, ROOM, json_list};
use crate::statements as sql;
use crate::transaction::Transaction;
use beseda_core::error::Fault;
use beseda_core::ports::{LookLists, TxLists};
use beseda_core::words::{
    Front, Head, Kinds, Member, MemberId, Person, PersonId, Place, Room, RoomId, RoomLook, Tick, Time,
};
use std::sync::Arc;

impl LookLists for Transaction<'_> {
    fn tick(&mut self) -> Result<Tick, Fault> {
        let tick = self.one(sql::TICKS_SETTLED, values![], |row| row.get(0))?;
        Ok(Tick(tick.unwrap_or(0)))
    }

    fn moved_after(&mut self, person: PersonId, kinds: Kinds, after: Tick) -> Result<Vec<(Tick, Place)>, Fault> {
        const TICK: usize = ROOM + 12;
        let words = words_of(kinds);
        self.all(sql::ROOMS_MOVED_AFTER, values![person.0, &words, after.0], |row| {
            let room = rows::room(row, 0)?;
            let member = membership(row, ROOM, room.id, person)?;
            let place = Place {
                room,
                member,
                noted: None,
            };
            Ok((Tick(row.get(TICK)?), place))
        })
    }

    fn gone_after(&mut self, person: PersonId, after: Tick) -> Result<Vec<Arc<str>>, Fault> {
        self.all(sql::ROOMS_GONE_AFTER, values![person.0, after.0], |row| row.get(0))
    }

    fn room_looks(&mut self, rooms: &[RoomId]) -> Result<Vec<(RoomId, RoomLook)>, Fault> {
        self.all(sql::ROOM_LOOKS_OF_ROOMS, values![&json_list(rooms)], |row| {
            let look = RoomLook {
                avatar_url: row.get(1)?,
                custom: row.get(2)?,
                subject: row.get(3)?,
            };
            Ok((RoomId(row.get(0)?), look))
        })
    }

    fn fronts(&mut self, rooms: &[&Room]) -> Result<Vec<Front>, Fault> {
        self.read_fronts(rooms)
    }

    fn member_counts(&mut self, rooms: &[RoomId]) -> Result<Vec<(RoomId, i64)>, Fault> {
        self.all(sql::MEMBERS_COUNTS, values![&json_list(rooms)], |row| {
            Ok((RoomId(row.get(0)?), row.get(1)?))
        })
    }

    fn members_after(
        &mut self,
        room: RoomId,
        after: MemberId,
        limit: i64,
    ) -> Result<Vec<(Member, Arc<Person>)>, Fault> {
        self.all(sql::MEMBERS_AFTER, values![room.0, after.0, limit], |row| {
            Ok((rows::member(row, 0)?, Arc::new(rows::person(row, MEMBER)?)))
        })
    }

    fn others_in(&mut self, rooms: &[RoomId], person: PersonId) -> Result<Vec<(RoomId, Arc<Person>)>, Fault> {
        self.all(sql::MEMBERS_OTHERS, values![&json_list(rooms), person.0], |row| {
            Ok((RoomId(row.get(0)?), Arc::new(rows::person(row, 1)?)))
        })
    }

    fn share_room(&mut self, one: PersonId, other: PersonId, kinds: Kinds) -> Result<bool, Fault> {
        let words = words_of(kinds);
        let share = self.one(sql::MEMBERS_SHARE, values![one.0, other.0, &words], |row| row.get(0))?;
        Ok(share.unwrap_or(false))
    }

    fn companions(&mut self, person: PersonId, kinds: Kinds, of: &[PersonId]) -> Result<Vec<PersonId>, Fault> {
        let (of, words) = (json_list(of), words_of(kinds));
        self.all(sql::MEMBERS_COMPANIONS, values![&of, person.0, &words], |row| {
            row.get(0).map(PersonId)
        })
    }

    fn has_blocked(&mut self, one: PersonId, other: PersonId) -> Result<bool, Fault> {
        let has = self.one(sql::BLOCKS_HAS, values![one.0, other.0], |row| row.get(0))?;
        Ok(has.unwrap_or(false))
    }

    fn blocked_by(&mut self, person: PersonId) -> Result<Vec<Person>, Fault> {
        self.all(sql::BLOCKS_OF_PERSON, values![person.0], |row| rows::person(row, 0))
    }

    fn blockers_of(&mut self, person: PersonId) -> Result<Vec<PersonId>, Fault> {
        self.all(sql::BLOCKS_AGAINST, values![person.0], |row| row.get(0).map(PersonId))
    }
}

impl TxLists for Transaction<'_> {
    fn put_room_look(&mut self, room: RoomId, look: &RoomLook) -> Result<(), Fault> {
        let values = values![room.0, &look.avatar_url, &look.custom, &look.subject];
        self.write(sql::ROOM_LOOKS_PUT, values).map(drop)
    }

    fn keep_role(&mut self, member: &Member, head: Head) -> Result<(), Fault> {
        let values = values![member.role.word(), head.0, member.id.0];
        self.write(sql::MEMBERS_KEEP_ROLE, values).map(drop)
    }

    fn put_block(&mut self, one: PersonId, other: PersonId, on: bool, at: Time) -> Result<(), Fault> {
        if on {
            self.write(sql::BLOCKS_PUT, values![one.0, other.0, at.0]).map(drop)
        } else {
            self.write(sql::BLOCKS_REMOVE, values![one.0, other.0]).map(drop)
        }
    }

    fn keep_blocked(&mut self, room: &Room) -> Result<(), Fault> {
        self.write(sql::ROOMS_KEEP_BLOCKED, values![room.blocked, room.id.0])
            .map(drop)
    }
}
