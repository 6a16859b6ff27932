//! Reading: what the rules ask of the store, in SQL.

mod people;
mod rooms;

use crate::rows::{self, MEMBER, PERSON, ROOM};
use crate::statements as sql;
use crate::transaction::Transaction;
use beseda_core::error::Fault;
use beseda_core::ports::Look;
use beseda_core::words::{
    Account, ApiKey, Case, Group, GroupId, Head, Kinds, Member, MemberId, Message, MessageId, Order, OrderId, Person,
    PersonId, Place, PlacedAttachment, RefreshToken, Role, Room, RoomId, RoomView, Seq, Session, SetupCode, Time,
};
use rooms::words_of;
use rusqlite::{Row, params};
use uuid::Uuid;

impl Look for Transaction<'_> {
    fn person(&mut self, id: PersonId) -> Result<Option<Person>, Fault> {
        self.one(sql::PEOPLE_GET, [id.0], |row| rows::person(row, 0))
    }

    fn account(&mut self, identifier: &str) -> Result<Option<Account>, Fault> {
        self.one(sql::PEOPLE_ACCOUNT, [identifier], account)
    }

    fn name_taken(&mut self, person: &Person) -> Result<Option<&'static str>, Fault> {
        let values = params![person.username, person.id.0, person.email, person.phone];
        let field: Option<Option<String>> = self.one(sql::PEOPLE_NAME_TAKEN, values, |row| row.get(0))?;
        let fields = ["username", "email", "phone"];
        let field = field.flatten();
        Ok(fields.into_iter().find(|name| field.as_deref() == Some(*name)))
    }

    fn account_of(&mut self, id: PersonId) -> Result<Option<Account>, Fault> {
        self.one(sql::PEOPLE_ACCOUNT_OF, [id.0], account)
    }

    fn subject(&mut self, issuer: &str, name: &str) -> Result<Option<PersonId>, Fault> {
        self.one(sql::SUBJECTS_GET, [issuer, name], |row| row.get(0).map(PersonId))
    }

    fn search_by_role(&mut self, text: &str, roles: [Role; 2], limit: i64) -> Result<Vec<Person>, Fault> {
        let [one, other] = roles.map(Role::word);
        self.search(sql::PEOPLE_SEARCH_BY_ROLE, text, params![one, other, limit])
    }

    fn search_classmates(&mut self, text: &str, person: PersonId, limit: i64) -> Result<Vec<Person>, Fault> {
        self.search(sql::PEOPLE_SEARCH_CLASSMATES, text, params![person.0, limit])
    }

    fn session(&mut self, hash: &[u8; 32]) -> Result<Option<Session>, Fault> {
        self.one(sql::SESSIONS_GET, [hash], rows::session)
    }

    fn refresh_token(&mut self, jti: &str) -> Result<Option<RefreshToken>, Fault> {
        self.one(sql::REFRESH_TOKENS_GET, [jti], rows::refresh_token)
    }

    fn api_key(&mut self, hash: &[u8; 32]) -> Result<Option<ApiKey>, Fault> {
        self.one(sql::API_KEYS_GET, [hash], rows::api_key)
    }

    fn api_keys(&mut self) -> Result<Vec<ApiKey>, Fault> {
        self.all(sql::API_KEYS_ALL, [], rows::api_key)
    }

    fn setup_code(&mut self, hash: &[u8; 32]) -> Result<Option<SetupCode>, Fault> {
        self.one(sql::SETUP_CODES_GET, [hash], rows::setup_code)
    }

    fn had_setup_codes(&mut self) -> Result<bool, Fault> {
        Ok(self.one(sql::SETUP_CODES_ANY, [], |row| row.get(0))?.unwrap_or(false))
    }

    fn order(&mut self, id: OrderId) -> Result<Option<Order>, Fault> {
        self.one(sql::ORDERS_GET, [id.0], rows::order)
    }

    fn group(&mut self, id: GroupId) -> Result<Option<Group>, Fault> {
        Ok(self.groups(sql::GROUPS_GET, [id.0])?.pop())
    }

    fn groups_of(&mut self, person: PersonId) -> Result<Vec<Group>, Fault> {
        self.groups(sql::GROUPS_OF_PERSON, [person.0])
    }

    fn share_group(&mut self, one: PersonId, other: PersonId) -> Result<bool, Fault> {
        let share = self.one(sql::GROUP_STUDENTS_SHARE, [one.0, other.0], |row| row.get(0))?;
        Ok(share.unwrap_or(false))
    }

    fn room(&mut self, id: RoomId) -> Result<Option<Room>, Fault> {
        self.one(sql::ROOMS_GET, [id.0], |row| rows::room(row, 0))
    }

    fn room_by_key(&mut self, key: &str) -> Result<Option<Room>, Fault> {
        self.one(sql::ROOMS_BY_KEY, [key], |row| rows::room(row, 0))
    }

    fn room_by_uuid(&mut self, uuid: Uuid) -> Result<Option<Room>, Fault> {
        self.one(sql::ROOMS_BY_UUID, [uuid.as_bytes()], |row| rows::room(row, 0))
    }

    fn rooms_of_group(&mut self, group: GroupId) -> Result<Vec<Room>, Fault> {
        self.all(sql::ROOMS_OF_GROUP, [group.0], |row| rows::room(row, 0))
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

    fn places(&mut self, person: PersonId, kinds: Kinds) -> Result<Vec<Place>, Fault> {
        self.all(sql::ROOMS_PLACES, params![person.0, words_of(kinds)], |row| {
            let room = rows::room(row, 0)?;
            let member = membership(row, ROOM, room.id, person)?;
            Ok(Place { room, member })
        })
    }

    fn count_rooms(&mut self, person: PersonId, kinds: Kinds) -> Result<i64, Fault> {
        let values = params![person.0, words_of(kinds)];
        let rooms = self.one(sql::ROOMS_COUNT_OF_PERSON, values, |row| row.get(0))?;
        Ok(rooms.unwrap_or(0))
    }

    fn rooms(&mut self, person: PersonId, kinds: Kinds, offset: i64, limit: i64) -> Result<Vec<RoomView>, Fault> {
        self.rooms_of(person, kinds, offset, limit)
    }

    fn case(&mut self, room: RoomId) -> Result<Option<Case>, Fault> {
        self.one(sql::CASES_OF_ROOM, [room.0], |row| rows::case(row, 0))
    }

    fn count_cases(&mut self) -> Result<i64, Fault> {
        Ok(self.one(sql::CASES_COUNT, [], |row| row.get(0))?.unwrap_or(0))
    }

    fn cases(&mut self, offset: i64, limit: i64) -> Result<Vec<RoomView>, Fault> {
        self.desk(offset, limit)
    }

    fn message(&mut self, id: MessageId) -> Result<Option<Message>, Fault> {
        self.first_message(sql::MESSAGES_GET, [id.0])
    }

    fn message_at(&mut self, room: RoomId, seq: Seq) -> Result<Option<Message>, Fault> {
        self.first_message(sql::MESSAGES_AT, [room.0, seq.0])
    }

    fn message_by_client_id(
        &mut self,
        room: RoomId,
        sender: Option<PersonId>,
        client_id: &str,
    ) -> Result<Option<Message>, Fault> {
        match sender {
            Some(sender) => self.first_message(sql::MESSAGES_BY_CLIENT, params![room.0, sender.0, client_id]),
            None => self.first_message(sql::MESSAGES_BY_SYSTEM_CLIENT, params![room.0, client_id]),
        }
    }

    fn messages_before(&mut self, room: RoomId, before: Seq, limit: i64) -> Result<Vec<Message>, Fault> {
        let mut messages = self.messages(sql::MESSAGES_BEFORE, [room.0, before.0, limit])?;
        messages.reverse();
        Ok(messages)
    }

    fn messages_after(&mut self, room: RoomId, after: Seq, limit: i64) -> Result<Vec<Message>, Fault> {
        self.messages(sql::MESSAGES_AFTER, [room.0, after.0, limit])
    }

    fn untouched_after(&mut self, room: RoomId, after: Seq, limit: i64) -> Result<Vec<Message>, Fault> {
        self.messages(sql::MESSAGES_UNTOUCHED_AFTER, [room.0, after.0, limit])
    }

    fn touched_after(&mut self, room: RoomId, after: Head, limit: i64) -> Result<Vec<Message>, Fault> {
        self.messages(sql::MESSAGES_TOUCHED_AFTER, [room.0, after.0, limit])
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

    fn attachment(&mut self, id: i64) -> Result<Option<PlacedAttachment>, Fault> {
        self.one(sql::ATTACHMENTS_GET, [id], |row| {
            Ok(PlacedAttachment {
                room: RoomId(row.get(0)?),
                message: MessageId(row.get(1)?),
                attachment: rows::attachment(row, 2)?,
            })
        })
    }

    fn knows_file(&mut self, name: &str) -> Result<bool, Fault> {
        self.has_file_called(name)
    }

    fn id_at(&mut self, room: RoomId, seq: Seq) -> Result<Option<MessageId>, Fault> {
        let id = self.one(sql::MESSAGES_ID_AT, [room.0, seq.0], |row| row.get(0))?;
        Ok(id.map(MessageId))
    }
}

fn account(row: &Row<'_>) -> rusqlite::Result<Account> {
    Ok(Account {
        person: rows::person(row, 0)?,
        password_hash: row.get(PERSON)?,
    })
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
        granted: row.get(at + 5)?,
    }))
}
