//! Reading: what the rules ask of the store, in SQL.

use crate::rows::{self, MEMBER, PERSON, ROOM};
use crate::statements as sql;
use crate::transaction::Transaction;
use beseda_core::error::Fault;
use beseda_core::ports::Look;
use beseda_core::words::{
    Account, Head, Member, MemberId, Message, MessageId, Order, OrderId, Person, PersonId, Place, RefreshToken, Room,
    RoomId, RoomView, Seq, Session, Time,
};
use rusqlite::{Row, params};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

impl Look for Transaction<'_> {
    fn person(&mut self, id: PersonId) -> Result<Option<Person>, Fault> {
        self.one(sql::PEOPLE_GET, [id.0], |row| rows::person(row, 0))
    }

    fn account(&mut self, identifier: &str) -> Result<Option<Account>, Fault> {
        self.one(sql::PEOPLE_ACCOUNT, [identifier], |row| {
            Ok(Account {
                person: rows::person(row, 0)?,
                password_hash: row.get(PERSON)?,
            })
        })
    }

    fn session(&mut self, hash: &[u8; 32]) -> Result<Option<Session>, Fault> {
        self.one(sql::SESSIONS_GET, [hash], rows::session)
    }

    fn refresh_token(&mut self, jti: &str) -> Result<Option<RefreshToken>, Fault> {
        self.one(sql::REFRESH_TOKENS_GET, [jti], rows::refresh_token)
    }

    fn order(&mut self, id: OrderId) -> Result<Option<Order>, Fault> {
        self.one(sql::ORDERS_GET, [id.0], rows::order)
    }

    fn room(&mut self, id: RoomId) -> Result<Option<Room>, Fault> {
        self.one(sql::ROOMS_GET, [id.0], |row| rows::room(row, 0))
    }

    fn room_by_key(&mut self, key: &str) -> Result<Option<Room>, Fault> {
        self.one(sql::ROOMS_BY_KEY, [key], |row| rows::room(row, 0))
    }

    fn place(&mut self, room: RoomId, person: PersonId) -> Result<Option<Place>, Fault> {
        self.one(sql::ROOMS_PLACE, [person.0, room.0], |row| {
            Ok(Place {
                room: rows::room(row, 0)?,
                member: membership(row, ROOM, room, person)?,
            })
        })
    }

    fn members(&mut self, room: RoomId) -> Result<Vec<(Member, Person)>, Fault> {
        self.all(sql::MEMBERS_OF_ROOM, [room.0], |row| {
            Ok((rows::member(row, 0)?, rows::person(row, MEMBER)?))
        })
    }

    fn others_mark(&mut self, room: RoomId, person: PersonId) -> Result<Seq, Fault> {
        let mark = self.one(sql::MEMBERS_OTHERS_MARK, [room.0, person.0], |row| row.get(0))?;
        Ok(Seq(mark.unwrap_or(0)))
    }

    fn places(&mut self, person: PersonId) -> Result<Vec<Place>, Fault> {
        self.all(sql::ROOMS_PLACES, [person.0], |row| {
            let room = rows::room(row, 0)?;
            let member = membership(row, ROOM, room.id, person)?;
            Ok(Place { room, member })
        })
    }

    fn count_rooms(&mut self, person: PersonId) -> Result<i64, Fault> {
        Ok(self
            .one(sql::ROOMS_COUNT_OF_PERSON, [person.0], |row| row.get(0))?
            .unwrap_or(0))
    }

    fn rooms(&mut self, person: PersonId, offset: i64, limit: i64) -> Result<Vec<RoomView>, Fault> {
        let mut views = self.all(sql::ROOMS_OF_PERSON, [person.0, limit, offset], |row| {
            let shown: Option<i64> = row.get(ROOM)?;
            let last = shown.is_some().then(|| rows::message(row, ROOM)).transpose()?;
            let room = rows::room(row, 0)?;
            Ok(RoomView {
                room,
                members: Vec::new(),
                last,
            })
        })?;
        views.sort_unstable_by_key(|view| Reverse((view.room.updated_at, view.room.id)));
        let (Some(newest), Some(oldest)) = (views.first(), views.last()) else {
            return Ok(views);
        };
        let times = [person.0, oldest.room.updated_at.0, newest.room.updated_at.0];
        let mut by_room: HashMap<RoomId, &mut Vec<_>> =
            views.iter_mut().map(|view| (view.room.id, &mut view.members)).collect();
        // The same people are in many rooms of one person: each is read once. Rooms of another page may have changed
        // at the same time as those at its ends.
        let mut known: HashMap<i64, Person> = HashMap::new();
        self.all(sql::MEMBERS_OF_ROOMS, times, |row| {
            let member = rows::member(row, 0)?;
            if let Some(members) = by_room.get_mut(&member.room) {
                let person = match known.entry(member.person.0) {
                    Entry::Occupied(person) => person.get().clone(),
                    Entry::Vacant(unknown) => unknown.insert(rows::person(row, MEMBER)?).clone(),
                };
                members.push((member, person));
            }
            Ok(())
        })?;
        for view in &mut views {
            view.members.sort_unstable_by_key(|(member, _)| member.id);
        }
        Ok(views)
    }

    fn message(&mut self, id: MessageId) -> Result<Option<Message>, Fault> {
        self.one(sql::MESSAGES_GET, [id.0], |row| rows::message(row, 0))
    }

    fn message_at(&mut self, room: RoomId, seq: Seq) -> Result<Option<Message>, Fault> {
        self.one(sql::MESSAGES_AT, [room.0, seq.0], |row| rows::message(row, 0))
    }

    fn message_by_client_id(
        &mut self,
        room: RoomId,
        sender: PersonId,
        client_id: &str,
    ) -> Result<Option<Message>, Fault> {
        self.one(sql::MESSAGES_BY_CLIENT, params![room.0, sender.0, client_id], |row| {
            rows::message(row, 0)
        })
    }

    fn messages_before(&mut self, room: RoomId, before: Seq, limit: i64) -> Result<Vec<Message>, Fault> {
        let mut messages = self.all(sql::MESSAGES_BEFORE, [room.0, before.0, limit], |row| {
            rows::message(row, 0)
        })?;
        messages.reverse();
        Ok(messages)
    }

    fn messages_after(&mut self, room: RoomId, after: Seq, limit: i64) -> Result<Vec<Message>, Fault> {
        self.all(sql::MESSAGES_AFTER, [room.0, after.0, limit], |row| {
            rows::message(row, 0)
        })
    }

    fn untouched_after(&mut self, room: RoomId, after: Seq, limit: i64) -> Result<Vec<Message>, Fault> {
        self.all(sql::MESSAGES_UNTOUCHED_AFTER, [room.0, after.0, limit], |row| {
            rows::message(row, 0)
        })
    }

    fn touched_after(&mut self, room: RoomId, after: Head, limit: i64) -> Result<Vec<Message>, Fault> {
        self.all(sql::MESSAGES_TOUCHED_AFTER, [room.0, after.0, limit], |row| {
            rows::message(row, 0)
        })
    }

    fn erased_by_block(&mut self, room: RoomId) -> Result<Vec<(i64, i64)>, Fault> {
        self.all(sql::ERASED_BLOCKS_OF_ROOM, [room.0], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
    }

    fn erased_between(&mut self, room: RoomId, from: Seq, to: Seq) -> Result<Vec<Seq>, Fault> {
        self.all(sql::MESSAGES_ERASED_BETWEEN, [room.0, from.0, to.0], |row| {
            row.get(0).map(Seq)
        })
    }

    fn count_skipped(&mut self, room: RoomId, person: PersonId, after: Seq) -> Result<i64, Fault> {
        let skipped = self.one(sql::MESSAGES_COUNT_SKIPPED, [room.0, after.0, person.0], |row| {
            row.get(0)
        })?;
        Ok(skipped.unwrap_or(0))
    }

    fn shown_before(&mut self, room: RoomId, before: Seq) -> Result<Seq, Fault> {
        let shown = self.one(sql::MESSAGES_SHOWN_BEFORE, [room.0, before.0], |row| row.get(0))?;
        Ok(Seq(shown.unwrap_or(0)))
    }

    fn id_at(&mut self, room: RoomId, seq: Seq) -> Result<Option<MessageId>, Fault> {
        let id = self.one(sql::MESSAGES_ID_AT, [room.0, seq.0], |row| row.get(0))?;
        Ok(id.map(MessageId))
    }
}

/// The membership of a known person in a known room, which are not read again; `None` where they are not in it.
fn membership(row: &Row<'_>, at: usize, room: RoomId, person: PersonId) -> rusqlite::Result<Option<Member>> {
    let Some(id) = row.get::<_, Option<i64>>(at)? else {
        return Ok(None);
    };
    Ok(Some(Member {
        id: MemberId(id),
        room,
        person,
        read: Seq(row.get(at + 1)?),
        read_at: row.get::<_, Option<i64>>(at + 2)?.map(Time),
        skip: row.get(at + 3)?,
        joined_at: Time(row.get(at + 4)?),
    }))
}
