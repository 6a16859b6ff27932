//! Oneself and others: who somebody is, whom they may write to, who is there, and whom they do not want to hear from.

use super::asking::{Asker, ListJson, Query, tagged};
use super::call::{self, Body};
use super::objects::PersonJson;
use super::people::{AccountJson, LOCALE_CHARS};
use super::wire::presence_json;
use crate::shared::{FieldError, Refused, Routes, Segment, Shared};
use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, put};
use beseda_core::ports::Tx;
use beseda_core::rules::{self, Totals};
use beseda_core::words::{HostId, Person};
use beseda_core::{Error, Refusal};
use beseda_live::ask;
use http::{HeaderMap, StatusCode, Uri};
use serde::Serialize;
use serde_json::Value;

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .both("/api/v1/me/", get(me).patch(change), "GET, PATCH, HEAD, OPTIONS")
        .both("/api/v1/people/", get(search), "GET, HEAD, OPTIONS")
        .both("/api/v1/presence/", get(presence), "GET, HEAD, OPTIONS")
        .both("/api/v1/me/blocks/", get(blocks), "GET, HEAD, OPTIONS")
        .both(
            "/api/v1/me/blocks/{id}/",
            put(block).delete(unblock),
            "PUT, DELETE, OPTIONS",
        )
}

/// Oneself.
#[derive(Serialize)]
struct MeJson {
    #[serde(flatten)]
    account: AccountJson,
    unread: UnreadJson,
}

/// What is unread in rooms that are neither muted nor archived.
#[derive(Serialize)]
struct UnreadJson {
    rooms: i64,
    messages: i64,
    mentions: i64,
}

impl MeJson {
    fn new(person: &Person, totals: Totals) -> Self {
        Self {
            account: AccountJson::from(person),
            unread: UnreadJson {
                rooms: totals.rooms,
                messages: totals.messages,
                mentions: totals.mentions,
            },
        }
    }
}

async fn me(State(shared): State<Shared>, asker: Asker, headers: HeaderMap) -> Result<Response, Refused> {
    let now = shared.chat.now();
    let me = ask::look(&shared.chat, move |look| {
        let totals = rules::totals(look, now, asker.person.id, asker.kinds)?;
        Ok::<_, Error>(MeJson::new(&asker.person, totals))
    });
    Ok(tagged(&headers, &me.await?))
}

async fn change(State(shared): State<Shared>, asker: Asker, request: Request) -> Result<Response, Refused> {
    let mut body = Body::read(&shared, request, &["locale"]).await?;
    let locale = body.text_or_empty("locale", LOCALE_CHARS);
    body.end()?;
    shared.throttles.send(asker.person.id)?;
    let now = shared.chat.now();
    let me = ask::change(&shared.chat, move |tx: &mut dyn Tx| {
        let mut person = tx.person(asker.person.id)?.ok_or(Refusal::NotSignedIn)?;
        if let Some(locale) = &locale {
            person.locale.clone_from(locale);
            tx.put_person(&person.clone().into())?;
            tx.person_updated(person.id, now)?;
        }
        let totals = rules::totals(tx, now, person.id, asker.kinds)?;
        Ok::<_, Error>(MeJson::new(&person, totals))
    });
    Ok(Json(me.await?).into_response())
}

/// Whom one may write to, by their names.
async fn search(State(shared): State<Shared>, asker: Asker, uri: Uri, headers: HeaderMap) -> Result<Response, Refused> {
    let mut query = Query::of(uri.query(), &["search"]);
    let text = query.text("search").unwrap_or_default();
    if text.chars().count() < rules::SEARCH_CHARS {
        let min = rules::SEARCH_CHARS;
        query.mistake("search", FieldError::TooShort { min });
    }
    query.end()?;
    shared.throttles.search(asker.person.id)?;
    let limits = shared.chat.limits().clone();
    let found = ask::look(&shared.chat, move |look| {
        rules::search_people(look, &limits, &asker.person, &text)
    });
    let items = found.await?.iter().map(PersonJson::from).collect();
    Ok(tagged(&headers, &ListJson { items, next: None }))
}

/// Somebody one shares a room with, or oneself.
pub(super) async fn one(shared: &Shared, asker: Asker, id: &str, headers: &HeaderMap) -> Result<Response, Refused> {
    let id = HostId::of(id.to_owned()).map_err(|_| Refusal::NoSuchPerson)?;
    let found = ask::look(&shared.chat, move |look| {
        let person = rules::find_person(look, &id)?.ok_or(Refusal::NoSuchPerson)?;
        let is_known = person.id == asker.person.id || look.share_room(asker.person.id, person.id, asker.kinds)?;
        if !is_known {
            return Err(Error::Refused(Refusal::NoSuchPerson));
        }
        Ok(PersonJson::from(&person))
    });
    Ok(tagged(headers, &found.await?))
}

/// Whether people are there with whom one shares a room.
async fn presence(
    State(shared): State<Shared>,
    asker: Asker,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let mut query = Query::of(uri.query(), &["people"]);
    let most = shared.chat.limits().members;
    let named = query.text("people").unwrap_or_default();
    let ids: Result<Vec<_>, _> = named
        .split(',')
        .map(str::trim)
        .filter(|id| !id.is_empty())
        .map(|id| HostId::of(id.to_owned()))
        .collect();
    match &ids {
        Err(_) => query.mistake("people", FieldError::NotHostIdInList),
        Ok(ids) if ids.len() > most => query.mistake("people", FieldError::TooManyMembers { max: most }),
        Ok(_) => {}
    }
    query.end()?;
    let (now, ids) = (shared.chat.now(), ids.unwrap_or_default());
    let known = ask::look(&shared.chat, move |look| {
        rules::companions(look, now, asker.person.id, asker.kinds, &ids)
    });
    let items: Vec<Value> = shared.live.presence(&known.await?).iter().map(presence_json).collect();
    Ok(tagged(&headers, &ListJson { items, next: None }))
}

async fn blocks(State(shared): State<Shared>, asker: Asker, headers: HeaderMap) -> Result<Response, Refused> {
    let blocked = ask::look(&shared.chat, move |look| {
        Ok::<_, Error>(look.blocked_by(asker.person.id)?)
    });
    let items = blocked.await?.iter().map(PersonJson::from).collect();
    Ok(tagged(&headers, &ListJson { items, next: None }))
}

async fn block(state: State<Shared>, asker: Asker, path: Segment) -> Result<StatusCode, Refused> {
    set_block(state, asker, path, true).await
}

async fn unblock(state: State<Shared>, asker: Asker, path: Segment) -> Result<StatusCode, Refused> {
    set_block(state, asker, path, false).await
}

async fn set_block(
    State(shared): State<Shared>,
    asker: Asker,
    Segment(id): Segment,
    on: bool,
) -> Result<StatusCode, Refused> {
    let (id, now) = (call::host_id(&id)?, shared.chat.now());
    shared.throttles.send(asker.person.id)?;
    let blocking = ask::change(&shared.chat, move |tx: &mut dyn Tx| {
        rules::block(tx, now, &asker.person, &id, on)
    });
    match blocking.await {
        Err(Error::Refused(Refusal::WithOneself)) => Err(Refused::field("id", FieldError::Oneself)),
        blocked => Ok(blocked.map(|()| StatusCode::NO_CONTENT)?),
    }
}
