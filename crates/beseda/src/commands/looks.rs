//! Looks at what is there: people, keys and rooms, listed in pages or shown one by one. No secret and no text is shown.

use super::{key, standing};
use crate::cli::{self, LookCommand};
use crate::config::Settings;
use crate::report::{Said, Speech, said};
use anyhow::bail;
use beseda_contracts::shared::time_text;
use beseda_core::Error;
use beseda_core::ports::Look;
use beseda_core::rules;
use beseda_core::words::{
    ApiKey, FIRST_OWN_PERSON, HostId, Kinds, Member, Person, PersonId, Room, RoomId, RoomKey, RoomKind, Time,
};
use beseda_live::ask;
use serde_json::{Value, json};
use std::fmt::Write;
use std::sync::Arc;
use uuid::Uuid;

/// What was found.
enum Found {
    People(Vec<Person>),
    Person(Box<Known>),
    Keys(Vec<ApiKey>),
    Rooms(Vec<Room>),
    Room(Box<Room>, Vec<(Member, Arc<Person>)>),
    /// There is none, and how to find which there are.
    Nothing(Said),
}

/// A person with what else is known of them.
struct Known {
    person: Person,
    has_password: bool,
    rooms: i64,
}

/// Looks, and says what is there.
///
/// # Errors
/// It is not there, or the database cannot be used.
pub async fn run(settings: &Settings, command: LookCommand, speech: Speech) -> anyhow::Result<()> {
    let (store, chat) = standing(settings)?;
    let limit = match &command {
        LookCommand::People { limit, .. } | LookCommand::Rooms { limit, .. } => Some(*limit),
        LookCommand::Person { .. } | LookCommand::Key { .. } | LookCommand::Room { .. } => None,
    };
    let found = ask::look(&chat, move |look| find(look, command)).await;
    store.close();
    let found = found?;
    if let Found::Nothing(why) = &found {
        bail!("{}", why.text(speech.lang));
    }
    cli::answer(if speech.json {
        format!("{}\n", for_programs(&found))
    } else {
        for_people(&found, speech)
    })?;
    if let Some(next) = next_page(&found, limit).filter(|_| !speech.json) {
        cli::tell(next.text(speech.lang));
    }
    Ok(())
}

/// How to go on behind a list that is as long as was asked for.
fn next_page(found: &Found, limit: Option<i64>) -> Option<Said> {
    let is_full = |rows: usize| i64::try_from(rows).ok() == limit;
    let next = match found {
        Found::People(people) if is_full(people.len()) => {
            format!("beseda person list --after {}", people.last()?.host_id())
        }
        Found::Rooms(rooms) if is_full(rooms.len()) => format!("beseda room list --after {}", rooms.last()?.id),
        _ => return None,
    };
    Some(said(
        format!("There may be more: {next}"),
        format!("Может быть, есть ещё: {next}"),
    ))
}

fn find(look: &mut dyn Look, command: LookCommand) -> Result<Found, Error> {
    Ok(match command {
        LookCommand::People { after, limit } => {
            let Some(after) = number_of(look, after.as_ref())? else {
                return Ok(Found::Nothing(said(
                    "there is no such person to begin behind; without --after, the list begins with the first",
                    "такого человека нет; без --after список начинается с первого",
                )));
            };
            Found::People(look.people_after(after, limit)?)
        }
        LookCommand::Person { id } => match rules::find_person(look, &id)? {
            None => Found::Nothing(said(
                format!("there is no person {id}; `beseda person list` shows who is there"),
                format!("человека {id} нет; `beseda person list` покажет, кто есть"),
            )),
            Some(person) => Found::Person(Box::new(Known {
                has_password: look
                    .account_of(person.id)?
                    .is_some_and(|account| account.password_hash.is_some()),
                rooms: look.count_rooms(person.id, Kinds::ALL)?,
                person,
            })),
        },
        LookCommand::Key { name } => {
            let mut keys = look.api_keys()?;
            keys.retain(|key| key.name == name);
            if keys.is_empty() {
                return Ok(Found::Nothing(said(
                    format!("there is no API key {name}; `beseda key list` shows them all"),
                    format!("ключа {name} нет; `beseda key list` покажет все"),
                )));
            }
            Found::Keys(keys)
        }
        LookCommand::Rooms { after, limit } => Found::Rooms(look.rooms_after(RoomId(after), limit)?),
        LookCommand::Room { key } => match room(look, &key)? {
            None => Found::Nothing(said(
                format!("there is no room {key}; `beseda room list` shows which there are"),
                format!("комнаты {key} нет; `beseda room list` покажет, какие есть"),
            )),
            Some(room) => {
                let members = look.members(room.id)?;
                Found::Room(Box::new(room), members)
            }
        },
    })
}

/// The number of a person to begin behind, deleted or not; 0 where none is named.
fn number_of(look: &mut dyn Look, id: Option<&HostId<'_>>) -> Result<Option<PersonId>, Error> {
    let Some(id) = id else {
        return Ok(Some(PersonId(0)));
    };
    let gone = match id {
        // As who was deleted is shown.
        HostId::Number(number) if *number < 0 => Some(PersonId(-number)),
        HostId::Number(_) | HostId::Name(_) => None,
    };
    Ok(gone.or(rules::find_person(look, id)?.map(|person| person.id)))
}

/// A room by its key, however that is written, its unguessable name or its number.
fn room(look: &mut dyn Look, text: &str) -> Result<Option<Room>, Error> {
    if let Ok(number) = text.parse() {
        return Ok(look.room(RoomId(number))?);
    }
    if let Ok(uuid) = text.parse::<Uuid>() {
        return Ok(look.room_by_uuid(uuid)?);
    }
    let key = text
        .parse::<RoomKey>()
        .map_or_else(|_| text.to_owned(), |key| key.to_string());
    Ok(look.room_by_key(&key)?)
}

fn for_programs(found: &Found) -> Value {
    match found {
        Found::People(people) => people.iter().map(person_for_programs).collect(),
        Found::Person(known) => {
            let more = json!({
                "comes_from": origin(&known.person).0,
                "namespace": namespace(&known.person),
                "password": known.has_password,
                "rooms": known.rooms,
            });
            joined(person_for_programs(&known.person), more)
        }
        Found::Keys(keys) => keys.iter().map(key::for_programs).collect(),
        Found::Rooms(rooms) => rooms.iter().map(room_for_programs).collect(),
        Found::Room(room, members) => {
            let members: Value = members.iter().map(member_for_programs).collect();
            joined(room_for_programs(room), json!({ "members": members }))
        }
        Found::Nothing(_) => Value::Null,
    }
}

/// One object of both.
fn joined(one: Value, other: Value) -> Value {
    match (one, other) {
        (Value::Object(mut one), Value::Object(other)) => {
            one.extend(other);
            Value::Object(one)
        }
        (one, _) => one,
    }
}

fn person_for_programs(person: &Person) -> Value {
    json!({
        "id": person.host_id(),
        "name": person.full_name(),
        "role": person.role.word(),
        "active": person.active,
        "deleted": person.forgotten,
        "signed_out_at": person.signed_out_at.map(time_text),
    })
}

fn room_for_programs(room: &Room) -> Value {
    json!({
        "number": room.id,
        "key": shown_key(room),
        "kind": room.kind.word(),
        "seq": room.seq,
        "head": room.head,
        "created_at": time_text(room.created_at),
        "updated_at": time_text(room.updated_at),
    })
}

fn member_for_programs((member, person): &(Member, Arc<Person>)) -> Value {
    json!({
        "id": person.host_id(),
        "role": person.role.word(),
        "read": member.read,
        "read_at": member.read_at.map(time_text),
        "joined_at": time_text(member.joined_at),
        "granted": member.granted,
    })
}

/// The key of a room. That of a visitor's room holds the name that lets them in: it is left out.
fn shown_key(room: &Room) -> String {
    if room.kind == RoomKind::Support {
        return format!("{}:[redacted]", room.kind.word());
    }
    room.key.to_string()
}

/// Where a person comes from, as a word for programs and in words for people.
fn origin(person: &Person) -> (&'static str, Said) {
    if person.host_name.is_none() && person.id >= FIRST_OWN_PERSON {
        return ("here", said("made here", "создан здесь"));
    }
    match namespace(person) {
        Some(space) => (
            "issuer",
            said(
                format!("the issuer with the namespace {space}"),
                format!("издатель с пространством {space}"),
            ),
        ),
        None => ("application", said("the application", "приложение")),
    }
}

/// The word before the slash, where an issuer has people of its own.
fn namespace(person: &Person) -> Option<&str> {
    let (space, _) = person.host_name.as_deref()?.split_once('/')?;
    Some(space)
}

fn for_people(found: &Found, speech: Speech) -> String {
    match found {
        Found::People(people) => people.iter().map(|person| person_line(person, speech)).collect(),
        Found::Person(known) => person_shown(known, speech),
        Found::Keys(keys) => keys.iter().map(key::line).collect(),
        Found::Rooms(rooms) => rooms.iter().map(room_line).collect(),
        Found::Room(room, members) => room_shown(room, members, speech),
        Found::Nothing(_) => String::new(),
    }
}

fn person_line(person: &Person, speech: Speech) -> String {
    let (id, role, name) = (person.host_id().to_string(), person.role.word(), person.full_name());
    format!(
        "{id:<24} {role:<10} {:<12} {name}\n",
        standing_of(person).text(speech.lang)
    )
}

/// Whether somebody is let in.
fn standing_of(person: &Person) -> Said {
    match (person.forgotten, person.active) {
        (true, _) => said("deleted", "удалён"),
        (false, true) => said("active", "активен"),
        (false, false) => said("deactivated", "отключён"),
    }
}

fn person_shown(known: &Known, speech: Speech) -> String {
    let Known {
        person,
        has_password,
        rooms,
    } = known;
    let password = if *has_password {
        said("yes, they log in here", "да, входит здесь")
    } else {
        said(
            "none, they come in by what the application says",
            "нет, входит через приложение",
        )
    };
    let rows = [
        (said("id", "номер"), Said::verbatim(person.host_id().to_string())),
        (said("name", "имя"), Said::verbatim(person.full_name())),
        (said("role", "роль"), Said::verbatim(person.role.word())),
        (said("standing", "состояние"), standing_of(person)),
        (said("comes from", "откуда"), origin(person).1),
        (said("password", "пароль"), password),
        (said("signed out", "выход отовсюду"), moment(person.signed_out_at)),
        (said("rooms", "комнат"), Said::verbatim(rooms.to_string())),
    ];
    table(&rows, speech)
}

fn room_line(room: &Room) -> String {
    let (number, key, seq) = (room.id.0, shown_key(room), room.seq.0);
    format!("{number:>8} {key:<44} {seq:>8}  {}\n", time_text(room.updated_at))
}

fn room_shown(room: &Room, members: &[(Member, Arc<Person>)], speech: Speech) -> String {
    let rows = [
        (said("number", "номер"), Said::verbatim(room.id.to_string())),
        (said("key", "ключ"), Said::verbatim(shown_key(room))),
        (said("kind", "вид"), Said::verbatim(room.kind.word())),
        (said("messages", "сообщений"), Said::verbatim(room.seq.to_string())),
        (said("changes", "изменений"), Said::verbatim(room.head.to_string())),
        (said("opened", "открыта"), moment(Some(room.created_at))),
        (
            said("last changed", "последнее изменение"),
            moment(Some(room.updated_at)),
        ),
        (said("members", "участников"), Said::verbatim(members.len().to_string())),
    ];
    let mut shown = table(&rows, speech);
    for (member, person) in members {
        let (id, role) = (person.host_id().to_string(), person.role.word());
        let read = said(
            format!("has read up to {}", member.read),
            format!("прочитано до {}", member.read),
        );
        // It cannot fail into a text.
        let _ = writeln!(shown, "  {id:<24} {role:<10} {}", read.text(speech.lang));
    }
    shown
}

fn moment(time: Option<Time>) -> Said {
    time.map_or_else(|| said("never", "не было"), |time| Said::verbatim(time_text(time)))
}

fn table(rows: &[(Said, Said)], speech: Speech) -> String {
    let line = |(name, value): &(Said, Said)| {
        let (name, value) = (name.text(speech.lang), value.text(speech.lang));
        format!("{name:<20} {value}\n")
    };
    rows.iter().map(line).collect()
}
