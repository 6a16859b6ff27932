//! Rooms and who is in them.

use crate::engine::{Row, Value, values};
use crate::rows::{self, MEMBER, MESSAGE, MESSAGE_FILES, ROOM, json_list, number, view, word};
use crate::statements::{self as sql, Statement};
use crate::transaction::{Foreseen, Transaction};
use beseda_core::error::Fault;
use beseda_core::ports::{LookPeople, LookRooms, TxRooms, TxUpdates};
use beseda_core::words::{
    Case, Epoch, GroupId, Head, Kinds, Member, MemberId, MemberRole, NewMember, NewRoom, Noted, Person, PersonId,
    Place, Receipts, Room, RoomId, RoomKey, RoomKind, RoomView, Seq, Time,
};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// How many columns the membership of a known person in a known room has.
const PLACE: usize = MEMBER - 2;

/// The words of the kinds, a space before and after each, to be searched for one of them; `*` for every kind.
pub(super) fn words_of(kinds: Kinds) -> String {
    let Some(kinds) = kinds.named() else {
        return "*".to_owned();
    };
    between_blanks(kinds.iter().map(RoomKind::word))
}

/// Words of which each stands between two blanks.
pub(super) fn between_blanks<'w>(words: impl Iterator<Item = &'w str>) -> String {
    let words = words.map(|word| format!("{word} "));
    std::iter::once(" ".to_owned()).chain(words).collect()
}

impl Transaction<'_> {
    /// Several places at once; none where there is no such room.
    pub(crate) fn places_of(&mut self, wanted: &[(RoomId, PersonId)]) -> Result<Vec<Foreseen>, Fault> {
        let pairs = json_list(wanted.iter().map(|(room, person)| json_list([room.0, person.0])));
        let found = self.all(sql::ROOMS_PLACES_OF, values![&pairs], |row| {
            let room = rows::room(row, 0)?;
            let person = PersonId(row.get(ROOM + PLACE)?);
            let member = membership(row, ROOM, room.id, person)?;
            let place = Place {
                room,
                member,
                noted: None,
            };
            Ok(((place.room.id, person), place))
        })?;
        let mut found: HashMap<_, _> = found.into_iter().collect();
        Ok(wanted.iter().map(|place| (*place, found.remove(place))).collect())
    }

    /// A page of a person's rooms with everybody in them.
    pub(super) fn rooms_of(
        &mut self,
        person: PersonId,
        kinds: Kinds,
        offset: i64,
        limit: i64,
    ) -> Result<Vec<RoomView>, Fault> {
        let kinds = words_of(kinds);
        let rooms = self.one(sql::MEMBERS_COUNT_OF_PERSON, values![person.0], |row| row.get(0))?;
        let mut stirred: HashMap<RoomId, [i64; 2]> = HashMap::new();
        let at_end = ROOM + MESSAGE;
        let note = |row: &Row<'_>| {
            stirred.insert(RoomId(row.get(0)?), [row.get(at_end)?, row.get(at_end + 1)?]);
            Ok(None)
        };
        let mut views = if offset == 0 && rooms.unwrap_or(0) <= limit {
            self.views(sql::ROOMS_ALL_OF_PERSON, values![person.0, &kinds], ROOM, note)?
        } else {
            let values = values![person.0, &kinds, limit, offset];
            self.views(sql::ROOMS_OF_PERSON, values, ROOM, note)?
        };
        // A room is larger than what is compared: it is moved once.
        views.sort_by_cached_key(|view| Reverse((stirred.get(&view.room.id).copied(), view.room.id)));
        Ok(views)
    }

    /// Puts everybody into some rooms. The same people are in many of them: each is read once.
    pub(crate) fn fill(&mut self, views: &mut [RoomView]) -> Result<(), Fault> {
        let rooms = json_list(views.iter().map(|view| view.room.id.0));
        let members = self.all(sql::MEMBERS_OF_ROOMS, values![&rooms], |row| rows::member(row, 0))?;
        let people = self.people(&members.iter().map(|member| member.person).collect())?;
        let people: HashMap<_, _> = people.into_iter().map(|person| (person.id, Arc::new(person))).collect();
        let mut by_room: HashMap<_, _> = views.iter_mut().map(|view| (view.room.id, &mut view.members)).collect();
        for member in members {
            if let (Some(members), Some(person)) = (by_room.get_mut(&member.room), people.get(&member.person)) {
                members.push((member, Arc::clone(person)));
            }
        }
        for view in views {
            view.members.sort_unstable_by_key(|(member, _)| member.id);
        }
        Ok(())
    }

    /// The number of the order that a room is about, by the room's key.
    pub(crate) fn order_of_key(&mut self, key: &str) -> Result<Option<i64>, Fault> {
        match key.parse() {
            Ok(RoomKey::Order(order)) => self.order_number(&order),
            _ => Ok(None),
        }
    }

    /// Counts the receipt with which somebody came, and forgets that they had left.
    pub(crate) fn has_joined(&mut self, member: &Member) -> Result<(), Fault> {
        let receipt = self.count_receipt(member.room)?;
        self.write(sql::MEMBERS_COUNT_RECEIPT, values![receipt, member.id.0])?;
        self.write(sql::DEPARTURES_FORGET, values![member.room.0, member.person.0])?;
        Ok(())
    }

    /// Which of the room's receipts the next one is.
    fn count_receipt(&mut self, room: RoomId) -> Result<i64, Fault> {
        let receipt = self.returning(sql::ROOMS_COUNT_RECEIPT, values![room.0], |row| row.get(0))?;
        Ok(receipt.unwrap_or(0))
    }

    /// Rooms as lists show them, with everybody in them. Of a row the room is read here, the newest message that is not
    /// erased, whose columns begin `at` one, and by `case` what the desk knows.
    pub(crate) fn views(
        &mut self,
        sql: &'static Statement,
        values: &[Value<'_>],
        at: usize,
        mut case: impl FnMut(&Row<'_>) -> Result<Option<Case>, Fault>,
    ) -> Result<Vec<RoomView>, Fault> {
        let mut files = Vec::new();
        let mut views = self.all(sql, values, |row| {
            let shown: Option<i64> = row.get(at)?;
            files.push(row.get::<Option<i64>>(at + MESSAGE_FILES)?.unwrap_or(0));
            Ok(RoomView {
                room: rows::room(row, 0)?,
                members: Vec::new(),
                last: shown.is_some().then(|| rows::message(row, at)).transpose()?,
                case: case(row)?,
            })
        })?;
        self.read_files(views.iter_mut().map(|view| view.last.as_mut()).zip(files))?;
        self.fill(&mut views)?;
        Ok(views)
    }
}

impl LookRooms for Transaction<'_> {
    fn room(&mut self, id: RoomId) -> Result<Option<Room>, Fault> {
        self.one(sql::ROOMS_GET, values![id.0], |row| rows::room(row, 0))
    }

    fn room_by_key(&mut self, key: &str) -> Result<Option<Room>, Fault> {
        self.one(sql::ROOMS_BY_KEY, values![key], |row| rows::room(row, 0))
    }

    fn room_by_uuid(&mut self, uuid: Uuid) -> Result<Option<Room>, Fault> {
        self.one(sql::ROOMS_BY_UUID, values![&uuid], |row| rows::room(row, 0))
    }

    fn rooms_after(&mut self, after: RoomId, limit: i64) -> Result<Vec<Room>, Fault> {
        self.all(sql::ROOMS_AFTER, values![after.0, limit], |row| rows::room(row, 0))
    }

    fn rooms_of_group(&mut self, group: &GroupId) -> Result<Vec<Room>, Fault> {
        match self.group_number(group)? {
            Some(number) => self.all(sql::ROOMS_OF_GROUP, values![number], |row| rows::room(row, 0)),
            None => Ok(Vec::new()),
        }
    }

    fn place(&mut self, room: RoomId, person: PersonId) -> Result<Option<Place>, Fault> {
        let place = match self.take_foreseen(room, person) {
            Some(foreseen) => foreseen,
            None => self.one(sql::ROOMS_PLACE, values![person.0, room.0], |row| {
                Ok(Place {
                    room: rows::room(row, 0)?,
                    member: membership(row, ROOM, room, person)?,
                    noted: None,
                })
            })?,
        };
        let Some(mut place) = place else { return Ok(None) };
        if let Some(about) = place.room.is_about()
            && let Some(about) = self.room_by_uuid(about)?
        {
            place.noted = self.place(about.id, person)?.as_ref().map(Noted::from);
        }
        Ok(Some(place))
    }

    fn members(&mut self, room: RoomId) -> Result<Vec<(Member, Arc<Person>)>, Fault> {
        self.all(sql::MEMBERS_OF_ROOM, values![room.0], |row| {
            Ok((rows::member(row, 0)?, Arc::new(rows::person(row, MEMBER)?)))
        })
    }

    fn others_mark(&mut self, room: RoomId, person: PersonId) -> Result<Seq, Fault> {
        let mark = self.one(sql::MEMBERS_OTHERS_MARK, values![room.0, person.0], |row| row.get(0))?;
        Ok(Seq(mark.unwrap_or(0)))
    }

    fn rooms_ever_of(&mut self, person: PersonId) -> Result<Vec<RoomId>, Fault> {
        self.all(sql::ROOMS_EVER_OF_PERSON, values![person.0], |row| {
            row.get(0).map(RoomId)
        })
    }

    fn last_room(&mut self) -> Result<RoomId, Fault> {
        let last = self.one(sql::ROOMS_LAST, values![], |row| row.get(0).map(RoomId))?;
        Ok(last.unwrap_or_default())
    }

    fn joined_between(&mut self, room: RoomId, after: Head, to: Head) -> Result<Vec<Member>, Fault> {
        let values = values![room.0, after.0, to.0];
        self.all(sql::MEMBERS_JOINED_BETWEEN, values, |row| rows::member(row, 0))
    }

    fn left_between(&mut self, room: RoomId, after: Head, to: Head) -> Result<Vec<PersonId>, Fault> {
        let values = values![room.0, after.0, to.0];
        self.all(sql::DEPARTURES_BETWEEN, values, |row| row.get(0).map(PersonId))
    }

    fn receipts_after(&mut self, room: RoomId, after: Receipts) -> Result<Vec<Member>, Fault> {
        let values = values![room.0, after.0];
        self.all(sql::MEMBERS_RECEIPTS_AFTER, values, |row| rows::member(row, 0))
    }

    fn readers(&mut self, room: RoomId, seq: Seq) -> Result<Vec<PersonId>, Fault> {
        self.all(sql::MEMBERS_READERS, values![room.0, seq.0], |row| {
            row.get(0).map(PersonId)
        })
    }

    fn epoch(&mut self) -> Result<Option<Epoch>, Fault> {
        self.one(sql::EPOCHS_GET, values![], |row| row.get(0).map(Epoch))
    }

    fn shown_out_at(&mut self, room: RoomId, person: PersonId) -> Result<Option<Time>, Fault> {
        let at = self.one(sql::DEPARTURES_SHOWN_OUT, values![room.0, person.0], |row| row.get(0))?;
        Ok(at.flatten().map(Time))
    }

    fn granted_rooms(&mut self, person: PersonId) -> Result<Vec<Room>, Fault> {
        self.all(sql::ROOMS_GRANTED, values![person.0], |row| rows::room(row, 0))
    }

    fn places(&mut self, person: PersonId, kinds: Kinds) -> Result<Vec<Place>, Fault> {
        self.all(sql::ROOMS_PLACES, values![person.0, &words_of(kinds)], |row| {
            let room = rows::room(row, 0)?;
            let member = membership(row, ROOM, room.id, person)?;
            Ok(Place {
                room,
                member,
                noted: None,
            })
        })
    }

    fn count_rooms(&mut self, person: PersonId, kinds: Kinds) -> Result<i64, Fault> {
        let words = words_of(kinds);
        let values = values![person.0, &words];
        let rooms = self.one(sql::ROOMS_COUNT_OF_PERSON, values, |row| row.get(0))?;
        Ok(rooms.unwrap_or(0))
    }

    fn rooms(&mut self, person: PersonId, kinds: Kinds, offset: i64, limit: i64) -> Result<Vec<RoomView>, Fault> {
        self.rooms_of(person, kinds, offset, limit)
    }
}

impl TxRooms for Transaction<'_> {
    fn open_room(&mut self, new: &NewRoom) -> Result<(Room, bool), Fault> {
        let group = match &new.group {
            Some(group) => self.group_number(group)?,
            None => None,
        };
        let order = self.order_of_key(&new.key)?;
        let values = values![
            &new.uuid,
            &new.key,
            new.kind.word(),
            order,
            group,
            &new.title,
            new.now.0,
        ];
        let opened = self.insert(sql::ROOMS_OPEN, values)?.is_some();
        let room = self.room_by_key(&new.key)?;
        let room = room.ok_or_else(|| Fault::Internal("a room is gone while it is opened".to_owned()))?;
        if opened {
            self.room_updated(room.id, new.now)?;
        }
        Ok((room, opened))
    }

    fn keep_room(&mut self, room: &Room) -> Result<(), Fault> {
        let values = values![
            room.seq.0,
            room.head.0,
            room.shown.0,
            room.erased,
            room.changed.0,
            room.updated_at.0,
            number(room.ahead),
            room.closed,
            room.extra.0,
            room.changed_at.0,
            &*room.key,
            &room.title,
            room.id.0,
        ];
        if self.write(sql::ROOMS_KEEP_NUMBERS, values)? > 0 {
            return Ok(());
        }
        let order = self.order_of_key(&room.key)?;
        let mut values = values.to_vec();
        values.insert(12, order.into());
        self.write(sql::ROOMS_KEEP, &values).map(drop)
    }

    fn untitle_room(&mut self, room: RoomId) -> Result<(), Fault> {
        self.write(sql::ROOMS_UNTITLE, values![room.0]).map(drop)
    }

    fn stir_room(&mut self, room: RoomId) -> Result<(), Fault> {
        self.write(sql::ROOMS_STIR, values![room.0]).map(drop)
    }

    fn remove_room(&mut self, room: &Room, now: Time) -> Result<(), Fault> {
        let name = room.name_when_removed();
        self.write(sql::ROOMS_REMOVE, values![now.0, &name, room.id.0])
            .map(drop)
    }

    fn join(&mut self, new: &NewMember) -> Result<Option<Member>, Fault> {
        let (room, person) = (new.room.0, new.person.0);
        let values = values![room, person, new.now.0, new.granted, new.head.0, new.role.word()];
        let Some(member) = self.returning(sql::MEMBERS_JOIN, values, |row| rows::member(row, 0))? else {
            return Ok(None);
        };
        self.has_joined(&member)?;
        Ok(Some(member))
    }

    fn leave(&mut self, room: RoomId, person: PersonId, head: Head) -> Result<bool, Fault> {
        self.write(sql::DEPARTURES_PUT, values![head.0, room.0, person.0])?;
        Ok(self.write(sql::MEMBERS_LEAVE, values![room.0, person.0])? > 0)
    }

    fn show_out(&mut self, room: RoomId, person: PersonId, at: Time) -> Result<(), Fault> {
        let values = values![at.0, room.0, person.0];
        self.write(sql::DEPARTURES_SHOW_OUT, values).map(drop)
    }

    fn keep_receipt(&mut self, member: &Member) -> Result<(), Fault> {
        let receipt = self.count_receipt(member.room)?;
        let view = &member.view;
        let values = values![
            member.read.0,
            number(member.read_at),
            member.skip,
            receipt,
            member.delivered.0,
            number(view.muted_until),
            number(view.pinned_at),
            view.archived,
            view.unread_from.map(|seq| seq.0),
            member.id.0,
        ];
        self.write(sql::MEMBERS_KEEP_RECEIPT, values).map(drop)
    }

    fn put_epoch(&mut self, epoch: Epoch) -> Result<(), Fault> {
        self.write(sql::EPOCHS_PUT, values![epoch.0]).map(drop)
    }

    fn prove_kept(&mut self) -> Result<(), Fault> {
        self.write(sql::EPOCHS_PROVE, values![]).map(drop)
    }

    fn skip_erased(
        &mut self,
        room: RoomId,
        author: Option<PersonId>,
        seq: Seq,
        readers: Option<&[PersonId]>,
    ) -> Result<(), Fault> {
        let (room, author, seq) = (room.0, author.map(|id| id.0), seq.0);
        match readers {
            Some(readers) => {
                let readers = json_list(readers);
                self.write(sql::MEMBERS_SKIP_THEIRS, values![room, author, seq, &readers])
                    .map(drop)
            }
            None => self
                .write(sql::MEMBERS_SKIP_ERASED, values![room, author, seq])
                .map(drop),
        }
    }
}

/// The membership of a known person in a known room, which are not read again; `None` where they are not in it.
pub(crate) fn membership(row: &Row<'_>, at: usize, room: RoomId, person: PersonId) -> Result<Option<Member>, Fault> {
    let Some(id) = row.get::<Option<i64>>(at)? else {
        return Ok(None);
    };
    Ok(Some(Member {
        id: MemberId(id),
        room,
        person,
        read: Seq(row.get(at + 1)?),
        read_at: row.get::<Option<i64>>(at + 2)?.map(Time),
        skip: row.get(at + 3)?,
        joined_at: Time(row.get(at + 4)?),
        granted: row.get(at + 5)?,
        role: word(row, at + 6, MemberRole::from_word)?,
        delivered: Seq(row.get(at + 7)?),
        view: view(row, at + 8)?,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Engine;
    use crate::engine::postgres::tests::connected_to;
    use crate::engine::postgres::{Begin, Writing};
    use crate::engine::sqlite::SqliteEngine;
    use crate::sqlite::open::in_memory;
    use beseda_core::ports::TxPeople;
    use beseda_core::rules;
    use beseda_core::words::{Limits, NewPerson, Role, RoomKey};
    use beseda_testkit::Ground;

    /// What is foreseen of several places is what a look at each finds: of a member, of somebody who is none, and of a room
    /// that is gone or never was.
    fn several_places_are_those_of_a_look_at_each(engine: &mut dyn Engine) {
        let mut tx = Transaction::new(engine);
        let people = [PersonId(1), PersonId(2)];
        for person in people {
            tx.put_person(&NewPerson::from(Person::new(person, Role::Client)))
                .unwrap();
        }
        let mut rooms = Vec::new();
        for n in 1..=3_u32 {
            let key: RoomKey = format!("deal:{n}").parse().unwrap();
            let (now, uuid) = (Time(n.into()), Uuid::from_u128(n.into()));
            let (view, _) =
                rules::put_room(&mut tx, now, &Limits::default(), &key, None, Some(&people[..1]), uuid).unwrap();
            rooms.push(view.room);
        }
        let gone = rooms[1].clone();
        tx.remove_room(&gone, Time(9)).unwrap();
        let mut ids: Vec<_> = rooms.iter().map(|room| room.id).collect();
        ids.push(RoomId(404));
        let wanted: Vec<_> = ids
            .into_iter()
            .flat_map(|room| people.map(|person| (room, person)))
            .collect();
        let foreseen = tx.places_of(&wanted).unwrap();
        let looked_at: Vec<_> = wanted
            .iter()
            .map(|(room, person)| ((*room, *person), tx.place(*room, *person).unwrap()))
            .collect();
        assert_eq!(foreseen, looked_at);
        let members = looked_at
            .iter()
            .flat_map(|(_, place)| place)
            .map(|place| place.member.is_some());
        assert_eq!(members.collect::<Vec<_>>(), [true, false, true, false]);
    }

    #[test]
    fn several_places_are_those_of_a_look_at_each_on_sqlite() {
        several_places_are_those_of_a_look_at_each(&mut SqliteEngine::new(&in_memory()));
    }

    #[test]
    fn several_places_are_those_of_a_look_at_each_on_postgresql() {
        let ground = Ground::new();
        let mut engine = connected_to(&ground);
        let alone = Writing {
            in_places: false,
            many: false,
        };
        engine.begin(Begin::Writing(alone)).unwrap();
        several_places_are_those_of_a_look_at_each(&mut engine);
        engine.roll_back().unwrap();
    }
}
