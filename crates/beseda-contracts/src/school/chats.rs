//! The calls on chats.

use super::wire::{ChatJson, People};
use super::{Schooled, VOICE, by, host_id};
use crate::shared::rooms::{name_of, new_name, standing_or_opened, standing_or_opened_as};
use crate::shared::{
    FieldError, FieldErrors, Fields, Links, PageQuery, Refused, Routes, Shared, json_answer, page_answer,
};
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use beseda_core::Error;
use beseda_core::ports::{Look, Tx};
use beseda_core::rules::{self, Set};
use beseda_core::words::{GroupId, HostId, Person, PersonId, RoomView};
use beseda_live::ask;
use serde_json::Value;

pub(super) fn routes() -> Routes {
    Routes::said_by(&VOICE)
        .both("/api/chats/", get(list), "GET, HEAD, OPTIONS")
        .both("/api/chats/create_private/", post(create_private), "POST, OPTIONS")
        .both("/api/chats/create_group/", post(create_group), "POST, OPTIONS")
}

/// Chats, and who wrote last in them.
type Chats = (Vec<RoomView>, People);

fn with_writers(look: &mut dyn Look, views: Vec<RoomView>) -> Result<Chats, Error> {
    let people = People::who_wrote(look, views.iter().filter_map(|view| view.last.as_ref()))?;
    Ok((views, people))
}

fn chats_json((views, people): &Chats, viewer: PersonId) -> Vec<ChatJson<'_>> {
    views
        .iter()
        .map(|view| ChatJson::seen_by(view, people, viewer))
        .collect()
}

async fn list(
    State(shared): State<Shared>,
    Schooled(person): Schooled,
    uri: Uri,
    links: Links,
) -> Result<Response, Refused> {
    let viewer = person.id;
    let Some(asked) = PageQuery::of(&uri, shared.chat.limits())? else {
        let limit = i64::from(shared.chat.limits().list_rows);
        let seen = ask::look(&shared.chat, move |look| {
            let views = rules::rooms(look, by(&person), 0, limit)?;
            with_writers(look, views)
        })
        .await?;
        return Ok(json_answer(&chats_json(&seen, viewer)));
    };
    let (count, number, seen) = ask::look(&shared.chat, move |look| {
        let (count, number, views) = rules::page_of_rooms(look, by(&person), asked.number, asked.size)?;
        Ok((count, number, with_writers(look, views)?))
    })
    .await?;
    let chats = chats_json(&seen, viewer);
    Ok(page_answer(&links, count, number, asked.size, chats))
}

/// Opens the private chat with somebody: 201 for a new one, 200 for the one that stands.
async fn create_private(
    State(shared): State<Shared>,
    Schooled(person): Schooled,
    fields: Fields,
) -> Result<Response, Refused> {
    let with = host_id(&shared, fields.get("user_id")).await?;
    let with = with.map_err(|error| Refused::field("user_id", error))?;
    let (viewer, now) = (person.id, shared.chat.now());
    let (asker, asked) = (person.clone(), with.clone());
    let standing = move |look: &mut dyn Look| {
        let view = rules::standing_private(look, &asker, &asked)?;
        view.map(|view| with_writers(look, vec![view])).transpose()
    };
    let open = move |tx: &mut dyn Tx, name| {
        let (view, is_new) = rules::open_private(tx, now, &person, &with, name)?;
        // It may have been opened meanwhile, and something said in it.
        let people = People::who_wrote(tx, view.last.as_ref())?;
        Ok(((vec![view], people), is_new))
    };
    // The other hears of a new chat as of a message, so it costs as much of the allowance.
    let allowance = || shared.throttles.send(viewer);
    let (seen, is_new) = standing_or_opened(&shared.chat, standing, allowance, open).await?;
    Ok(one_chat(opened(is_new), &seen, viewer))
}

fn one_chat(status: StatusCode, seen: &Chats, viewer: PersonId) -> Response {
    let chat = chats_json(seen, viewer).pop();
    (status, Json(chat)).into_response()
}

/// Opens a chat for a class, or for a set of people. Whoever asks twice under one client id is given the first one again.
async fn create_group(
    State(shared): State<Shared>,
    Schooled(person): Schooled,
    fields: Fields,
) -> Result<Response, Refused> {
    let (set, title) = group_to_open(&shared, &fields, &person).await?;
    let client_id = fields.chosen_name("client_id", shared.chat.limits().client_id_chars);
    let name = match client_id.map_err(|error| Refused::field("client_id", error))? {
        Some(client_id) => name_of(shared.identity.openings.of_person(person.id, &client_id)),
        None => new_name(&shared.chat),
    };
    let (now, limits, viewer) = (shared.chat.now(), shared.chat.limits().clone(), person.id);
    let asking = person.clone();
    let standing = move |look: &mut dyn Look| {
        let view = rules::standing_group(look, &asking, name)?;
        view.map(|view| with_writers(look, vec![view])).transpose()
    };
    let open = move |tx: &mut dyn Tx, name| {
        let (view, is_new) = rules::open_group(
            tx,
            now,
            &limits,
            &person,
            &rules::GroupWish::new(&title, set.clone()),
            name,
        )?;
        // It may have been opened meanwhile, and something said in it.
        Ok((with_writers(tx, vec![view])?, is_new))
    };
    let allowance = || shared.throttles.send(viewer);
    let (seen, is_new) = standing_or_opened_as(&shared.chat, name, standing, allowance, open).await?;
    Ok(one_chat(opened(is_new), &seen, viewer))
}

/// The status of a chat that was asked for.
fn opened(is_new: bool) -> StatusCode {
    if is_new { StatusCode::CREATED } else { StatusCode::OK }
}

/// Who is to be in a new group, and its name. One for a class is called like the class unless it is given a name.
async fn group_to_open(shared: &Shared, fields: &Fields, by: &Person) -> Result<(Set, String), Refused> {
    let mut errors = FieldErrors::default();
    let of_class = fields.get("group_id").is_some_and(|class| !class.is_null());
    let (set, title) = if of_class {
        let class = errors.take("group_id", host_id(shared, fields.get("group_id")).await?);
        let title = errors.take("name", fields.text("name"));
        (class.map(|class| Set::Group(GroupId(class))), title.flatten())
    } else {
        let people = errors.take("user_ids", people_of(shared, fields, by).await?);
        (
            people.map(Set::People),
            errors.take("name", fields.required_text("name", None)),
        )
    };
    errors.none()?;
    // Without a set there is an error: nobody comes here without one.
    Ok((set.ok_or(Refused::NoSuchAddress)?, title.unwrap_or_default()))
}

/// The people whom the field `user_ids` lists. Who asks is in the group anyway; nobody is in one alone.
async fn people_of(
    shared: &Shared,
    fields: &Fields,
    by: &Person,
) -> Result<Result<Vec<HostId<'static>>, FieldError>, Error> {
    let listed = match fields.get("user_ids") {
        Some(Value::Array(listed)) => listed,
        None => return Ok(Err(FieldError::Required)),
        Some(Value::Null) => return Ok(Err(FieldError::Null)),
        Some(other) => return Ok(Err(FieldError::NotList(other.into()))),
    };
    let own = by.host_id().to_string();
    let mut people = Vec::with_capacity(listed.len());
    for value in listed {
        match host_id(shared, Some(value)).await? {
            Ok(person) => people.push(person),
            Err(_) => return Ok(Err(FieldError::NotInteger)),
        }
    }
    if people.iter().all(|person| person.to_string() == own) {
        return Ok(Err(FieldError::Blank));
    }
    Ok(Ok(people))
}
