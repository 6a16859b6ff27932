//! From rows to words. Each function reads the columns of one thing in the order in which every statement lists
//! them, beginning `at` a column.

use beseda_core::words::{
    Author, Head, Member, MemberId, Message, MessageId, Order, OrderId, Person, PersonId, RefreshToken, Role, Room,
    RoomId, RoomKind, Seq, Session, Time,
};
use rusqlite::types::{FromSqlError, Type};
use rusqlite::{Error, Result, Row};
use uuid::Uuid;

/// How many columns a room has.
pub(crate) const ROOM: usize = 13;
/// How many columns a member has.
pub(crate) const MEMBER: usize = 7;
/// How many columns a person has.
pub(crate) const PERSON: usize = 8;

pub(crate) fn person(row: &Row<'_>, at: usize) -> Result<Person> {
    Ok(Person {
        id: PersonId(row.get(at)?),
        username: row.get(at + 1)?,
        email: row.get(at + 2)?,
        phone: row.get(at + 3)?,
        first_name: row.get(at + 4)?,
        last_name: row.get(at + 5)?,
        role: Role::from_word(row.get_ref(at + 6)?.as_str()?).ok_or_else(|| unknown_word(at + 6))?,
        active: row.get(at + 7)?,
    })
}

pub(crate) fn room(row: &Row<'_>, at: usize) -> Result<Room> {
    Ok(Room {
        id: RoomId(row.get(at)?),
        uuid: Uuid::from_bytes(row.get(at + 1)?),
        key: row.get(at + 2)?,
        kind: RoomKind::from_word(row.get_ref(at + 3)?.as_str()?).ok_or_else(|| unknown_word(at + 3))?,
        order: row.get::<_, Option<i64>>(at + 4)?.map(OrderId),
        title: row.get(at + 5)?,
        seq: Seq(row.get(at + 6)?),
        head: Head(row.get(at + 7)?),
        shown: Seq(row.get(at + 8)?),
        erased: row.get(at + 9)?,
        changed: Head(row.get(at + 10)?),
        created_at: Time(row.get(at + 11)?),
        updated_at: Time(row.get(at + 12)?),
    })
}

pub(crate) fn member(row: &Row<'_>, at: usize) -> Result<Member> {
    Ok(Member {
        id: MemberId(row.get(at)?),
        room: RoomId(row.get(at + 1)?),
        person: PersonId(row.get(at + 2)?),
        read: Seq(row.get(at + 3)?),
        read_at: time(row, at + 4)?,
        skip: row.get(at + 5)?,
        joined_at: Time(row.get(at + 6)?),
    })
}

pub(crate) fn message(row: &Row<'_>, at: usize) -> Result<Message> {
    let author = match row.get::<_, Option<i64>>(at + 3)? {
        Some(id) => Some(Author {
            id: PersonId(id),
            email: row.get(at + 4)?,
            first_name: row.get(at + 5)?,
            last_name: row.get(at + 6)?,
        }),
        None => None,
    };
    Ok(Message {
        id: MessageId(row.get(at)?),
        room: RoomId(row.get(at + 1)?),
        seq: Seq(row.get(at + 2)?),
        author,
        text: row.get(at + 7)?,
        created_at: Time(row.get(at + 8)?),
        edited_at: time(row, at + 9)?,
        erased_at: time(row, at + 10)?,
        sent: Head(row.get(at + 11)?),
        changed: Head(row.get(at + 12)?),
    })
}

pub(crate) fn order(row: &Row<'_>) -> Result<Order> {
    Ok(Order {
        id: OrderId(row.get(0)?),
        number: row.get(1)?,
        client: row.get::<_, Option<i64>>(2)?.map(PersonId),
        expert: row.get::<_, Option<i64>>(3)?.map(PersonId),
        operator: row.get::<_, Option<i64>>(4)?.map(PersonId),
        status: row.get(5)?,
    })
}

pub(crate) fn session(row: &Row<'_>) -> Result<Session> {
    Ok(Session {
        hash: row.get(0)?,
        person: PersonId(row.get(1)?),
        created_at: Time(row.get(2)?),
        seen_at: Time(row.get(3)?),
        expires_at: Time(row.get(4)?),
    })
}

pub(crate) fn refresh_token(row: &Row<'_>) -> Result<RefreshToken> {
    Ok(RefreshToken {
        jti: row.get(0)?,
        family: row.get(1)?,
        person: PersonId(row.get(2)?),
        issued_at: Time(row.get(3)?),
        expires_at: Time(row.get(4)?),
        used_at: time(row, 5)?,
        successor: row.get(6)?,
        revoked_at: time(row, 7)?,
    })
}

fn time(row: &Row<'_>, at: usize) -> Result<Option<Time>> {
    Ok(row.get::<_, Option<i64>>(at)?.map(Time))
}

/// A role or kind that this version does not know: somebody wrote into the database by hand.
fn unknown_word(at: usize) -> Error {
    Error::FromSqlConversionFailure(at, Type::Text, Box::new(FromSqlError::InvalidType))
}
