//! From rows to words. Each function reads the columns of one thing in the order in which every statement lists
//! them, beginning `at` a column.

use crate::engine::{Row, strange};
use beseda_core::error::Fault;
use beseda_core::words::{
    ApiKey, Assigned, Attachment, Author, Came, Case, CaseState, Errand, Extra, FileLook, Group, GroupId, Head, HostId,
    Job, JobId, Member, MemberId, MemberRole, Message, MessageId, Named, Order, OrderId, Person, PersonId, Picture,
    Receipts, RefreshToken, Role, Room, RoomId, RoomKind, Scope, Seq, Session, SetupCode, Side, StoredFile, Ticket,
    Time, View, Visit, Visitor,
};
use std::fmt::{Display, Write as _};
use uuid::Uuid;

/// How many columns a room has.
pub(crate) const ROOM: usize = 18;
/// How many columns a member has.
pub(crate) const MEMBER: usize = 14;
/// How many columns a person has.
pub(crate) const PERSON: usize = 15;
/// How many columns a case has.
pub(crate) const CASE: usize = 17;
/// How many columns a message has.
pub(crate) const MESSAGE: usize = 19;
/// Which of a message's columns says how many files hang on it; they are read on their own.
pub(crate) const MESSAGE_FILES: usize = 16;

/// Numbers, or lists of them, as a list of JSON: how a statement takes several.
pub(crate) fn json_list(items: impl IntoIterator<Item = impl Display>) -> String {
    let mut list = String::from("[");
    for (at, item) in items.into_iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        // Into a text, which takes everything.
        let _ = write!(list, "{comma}{item}");
    }
    list.push(']');
    list
}

/// Pairs of numbers as a JSON object, with a name for each first one, as often as it comes.
pub(crate) fn json_object(pairs: impl IntoIterator<Item = (i64, i64)>) -> String {
    let mut object = String::from("{");
    for (at, (name, value)) in pairs.into_iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        // Into a text, which takes everything.
        let _ = write!(object, "{comma}\"{name}\":{value}");
    }
    object.push('}');
    object
}

pub(crate) fn person(row: &Row<'_>, at: usize) -> Result<Person, Fault> {
    Ok(Person {
        id: PersonId(row.get(at)?),
        username: row.get(at + 1)?,
        email: row.get(at + 2)?,
        phone: row.get(at + 3)?,
        first_name: row.get(at + 4)?,
        last_name: row.get(at + 5)?,
        role: word(row, at + 6, Role::from_word)?,
        active: row.get(at + 7)?,
        signed_out_at: time(row, at + 8)?,
        forgotten: row.get(at + 9)?,
        host_name: row.get(at + 10)?,
        put_at: time(row, at + 11)?,
        avatar_url: row.get(at + 12)?,
        custom: row.get(at + 13)?,
        locale: row.get(at + 14)?,
    })
}

pub(crate) fn room(row: &Row<'_>, at: usize) -> Result<Room, Fault> {
    Ok(Room {
        id: RoomId(row.get(at)?),
        uuid: Uuid::from_bytes(row.get(at + 1)?),
        key: row.get(at + 2)?,
        kind: word(row, at + 3, RoomKind::from_word)?,
        title: row.get(at + 4)?,
        seq: Seq(row.get(at + 5)?),
        head: Head(row.get(at + 6)?),
        shown: Seq(row.get(at + 7)?),
        erased: row.get(at + 8)?,
        changed: Head(row.get(at + 9)?),
        created_at: Time(row.get(at + 10)?),
        updated_at: Time(row.get(at + 11)?),
        receipts: Receipts(row.get(at + 12)?),
        ahead: time(row, at + 13)?,
        closed: row.get(at + 14)?,
        extra: Extra(row.get(at + 15)?),
        changed_at: Time(row.get(at + 16)?),
        blocked: row.get(at + 17)?,
    })
}

pub(crate) fn member(row: &Row<'_>, at: usize) -> Result<Member, Fault> {
    Ok(Member {
        id: MemberId(row.get(at)?),
        room: RoomId(row.get(at + 1)?),
        person: PersonId(row.get(at + 2)?),
        read: Seq(row.get(at + 3)?),
        read_at: time(row, at + 4)?,
        skip: row.get(at + 5)?,
        joined_at: Time(row.get(at + 6)?),
        granted: row.get(at + 7)?,
        role: word(row, at + 8, MemberRole::from_word)?,
        delivered: Seq(row.get(at + 9)?),
        view: view(row, at + 10)?,
    })
}

/// How a member sees a room.
pub(crate) fn view(row: &Row<'_>, at: usize) -> Result<View, Fault> {
    Ok(View {
        muted_until: time(row, at)?,
        pinned_at: time(row, at + 1)?,
        archived: row.get(at + 2)?,
        unread_from: row.get::<Option<i64>>(at + 3)?.map(Seq),
    })
}

/// A message without its files, of which [`MESSAGE_FILES`] says how many there are.
pub(crate) fn message(row: &Row<'_>, at: usize) -> Result<Message, Fault> {
    let author = match row.get::<Option<i64>>(at + 3)? {
        Some(id) => Some(Author {
            id: PersonId(id),
            email: row.get(at + 4)?,
            first_name: row.get(at + 5)?,
            last_name: row.get(at + 6)?,
            role: word(row, at + 7, Role::from_word)?,
            host_name: row.get(at + 8)?,
            forgotten: row.get(at + 9)?,
            look: None,
        }),
        None => None,
    };
    Ok(Message {
        id: MessageId(row.get(at)?),
        room: RoomId(row.get(at + 1)?),
        seq: Seq(row.get(at + 2)?),
        author,
        client_id: row.get(at + 17)?,
        text: row.get(at + 10)?,
        attachments: Vec::new(),
        created_at: Time(row.get(at + 11)?),
        edited_at: time(row, at + 12)?,
        erased_at: time(row, at + 13)?,
        sent: Head(row.get(at + 14)?),
        changed: Head(row.get(at + 15)?),
        extra: Extra(row.get(at + 18)?),
        beside: None,
    })
}

pub(crate) fn attachment(row: &Row<'_>, at: usize) -> Result<Attachment, Fault> {
    Ok(Attachment {
        id: row.get(at)?,
        title: row.get(at + 1)?,
        file: file(row, at + 2)?,
    })
}

pub(crate) fn file(row: &Row<'_>, at: usize) -> Result<StoredFile, Fault> {
    let picture = match row.get::<Option<u32>>(at + 5)? {
        Some(width) => Some(Picture {
            width,
            height: row.get(at + 6)?,
            has_thumbnail: row.get(at + 7)?,
            blur: row.get(at + 8)?,
        }),
        None => None,
    };
    Ok(StoredFile {
        id: row.get(at)?,
        name: row.get(at + 1)?,
        look: FileLook {
            sha256: row.get(at + 2)?,
            bytes: row.get(at + 3)?,
            media: row.get(at + 4)?,
            picture,
        },
    })
}

pub(crate) fn case(row: &Row<'_>, at: usize) -> Result<Case, Fault> {
    let owes = row.get::<Option<String>>(at + 5)?;
    let owes = match owes.as_deref() {
        Some(word) => Some(Side::from_word(word).ok_or_else(|| strange(at + 5))?),
        None => None,
    };
    let visitor = match row.get::<Option<i64>>(at + 9)? {
        Some(person) => Some(Visitor {
            person: PersonId(person),
            name: row.get(at + 10)?,
            email: row.get(at + 11)?,
            visit: Visit {
                page: row.get(at + 12)?,
                referrer: row.get(at + 13)?,
                locale: row.get(at + 14)?,
                agent: row.get(at + 15)?,
                custom: row.get(at + 16)?,
            },
        }),
        None => None,
    };
    Ok(Case {
        room: RoomId(row.get(at)?),
        state: word(row, at + 1, CaseState::from_word)?,
        assigned_to: assigned(row, at + 2)?,
        owes,
        since: Time(row.get(at + 6)?),
        snoozed_until: time(row, at + 7)?,
        tags: serde_json::from_str(row.text(at + 8)?).map_err(|_| strange(at + 8))?,
        visitor,
    })
}

fn assigned(row: &Row<'_>, at: usize) -> Result<Option<Assigned>, Fault> {
    let Some(id) = row.get::<Option<i64>>(at)? else {
        return Ok(None);
    };
    let person = Person {
        host_name: row.get(at + 1)?,
        forgotten: row.get(at + 2)?,
        ..Person::new(PersonId(id), Role::User)
    };
    Ok(Some(Assigned::from(&person)))
}

/// Somebody as what is beside a message names them.
pub(crate) fn named(row: &Row<'_>, at: usize) -> Result<Named, Fault> {
    Ok(Named {
        id: PersonId(row.get(at)?),
        host_name: row.get(at + 1)?,
        forgotten: row.get(at + 2)?,
    })
}

/// What the host application calls something: by the text of the second column, or else by the number of the first.
fn host_id(row: &Row<'_>) -> Result<HostId<'static>, Fault> {
    let number = row.get(0)?;
    match row.get::<Option<String>>(1)? {
        Some(name) => HostId::of(name).map_err(|_| strange(1)),
        None => Ok(HostId::Number(number)),
    }
}

/// A group and its number here, without its students.
pub(crate) fn group(row: &Row<'_>) -> Result<(i64, Group), Fault> {
    let group = Group {
        id: GroupId(host_id(row)?),
        name: row.get(2)?,
        teacher: row.get::<Option<i64>>(3)?.map(PersonId),
        students: Vec::new(),
    };
    Ok((row.get(0)?, group))
}

pub(crate) fn order(row: &Row<'_>) -> Result<Order, Fault> {
    Ok(Order {
        id: OrderId(host_id(row)?),
        number: row.get(2)?,
        client: row.get::<Option<i64>>(3)?.map(PersonId),
        expert: row.get::<Option<i64>>(4)?.map(PersonId),
        operator: row.get::<Option<i64>>(5)?.map(PersonId),
        status: row.get(6)?,
    })
}

pub(crate) fn session(row: &Row<'_>) -> Result<Session, Fault> {
    Ok(Session {
        hash: row.get(0)?,
        person: PersonId(row.get(1)?),
        created_at: Time(row.get(2)?),
        seen_at: Time(row.get(3)?),
        expires_at: Time(row.get(4)?),
    })
}

pub(crate) fn refresh_token(row: &Row<'_>) -> Result<RefreshToken, Fault> {
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

pub(crate) fn ticket(row: &Row<'_>) -> Result<Ticket, Fault> {
    Ok(Ticket {
        hash: row.get(0)?,
        came: Came {
            person: PersonId(row.get(1)?),
            proven_at: Time(row.get(2)?),
            by_key: row.get(5)?,
        },
        expires_at: Time(row.get(3)?),
        proof_ends_at: time(row, 4)?,
    })
}

pub(crate) fn setup_code(row: &Row<'_>) -> Result<SetupCode, Fault> {
    Ok(SetupCode {
        hash: row.get(0)?,
        email: row.get(1)?,
        expires_at: Time(row.get(2)?),
        used_at: time(row, 3)?,
    })
}

pub(crate) fn api_key(row: &Row<'_>) -> Result<ApiKey, Fault> {
    let scopes = row.text(2)?.split_whitespace().map(Scope::from_word);
    Ok(ApiKey {
        hash: row.get(0)?,
        name: row.get(1)?,
        scopes: scopes.collect::<Option<_>>().ok_or_else(|| strange(2))?,
        created_at: Time(row.get(3)?),
        revoked_at: time(row, 4)?,
    })
}

pub(crate) fn job(row: &Row<'_>) -> Result<Job, Fault> {
    Ok(Job {
        id: JobId(row.get(0)?),
        errand: Errand::read(row.text(1)?, row.text(2)?).ok_or_else(|| strange(1))?,
        due: Time(row.get(3)?),
        tries: row.get(4)?,
        failure: row.get(5)?,
        dead: row.get(6)?,
    })
}

fn time(row: &Row<'_>, at: usize) -> Result<Option<Time>, Fault> {
    Ok(row.get::<Option<i64>>(at)?.map(Time))
}

pub(crate) fn word<T>(row: &Row<'_>, at: usize, known: fn(&str) -> Option<T>) -> Result<T, Fault> {
    known(row.text(at)?).ok_or_else(|| strange(at))
}

/// A time that may be missing, as it is kept.
pub(crate) fn number(time: Option<Time>) -> Option<i64> {
    time.map(|time| time.0)
}
