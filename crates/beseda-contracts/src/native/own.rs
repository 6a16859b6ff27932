//! Oneself and others: who somebody is, whom they may write to, who is there, and whom they do not want to hear from.

use super::asking::{Asker, ListJson, Query, tagged};
use super::call::{self, Body};
use super::described::call::{Call, DONE, ok};
use super::described::field::{Field, Takes, UNBOUNDED};
use super::described::shape;
use super::frames::PresenceJson;
use super::objects::PersonJson;
use super::people::{AccountJson, LOCALE};
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
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeSet;

const CHANGE: &[Field] = &[LOCALE];
const SEARCH: &[Field] = &[Field::new(
    "search",
    Takes::Text(UNBOUNDED),
    "What they are called, or how that begins: two characters at least.",
)
.required()];
const PEOPLE: &[Field] = &[Field::new(
    "people",
    Takes::Text(UNBOUNDED),
    "Their ids, with commas between.",
)];

pub(super) const CALLS: &[Call] = &[
    Call::get("/api/v1/me/", "me", "Oneself, with what is unread.")
        .answers(&[ok::<MeJson>("Who one is.")])
        .tagged(),
    Call::patch("/api/v1/me/", "changeMe", "Changes one's language.")
        .takes(CHANGE)
        .answers(&[ok::<MeJson>("Who one is now.")])
        .rate("sends"),
    Call::get(
        "/api/v1/people/",
        "findPeople",
        "Whom one may write to, by their names, the best first.",
    )
    .query(SEARCH)
    .answers(&[ok::<ListJson<PersonJson>>("At most `limits.search_rows` of them.")])
    .rate("searches")
    .tagged(),
    Call::get(
        "/api/v1/presence/",
        "presence",
        "Whether people are there with whom one shares a room.",
    )
    .query(PEOPLE)
    .answers(&[ok::<ListJson<PresenceJson>>("Each of them.")])
    .tagged(),
    Call::get("/api/v1/me/blocks/", "blocks", "Whom one does not want to hear from.")
        .answers(&[ok::<ListJson<PersonJson>>("All of them.")])
        .tagged(),
    Call::put(
        "/api/v1/me/blocks/{id}/",
        "block",
        "One does not want to hear from somebody.",
    )
    .answers(DONE)
    .rate("sends")
    .refuses(&["not_found", "not_allowed"]),
    Call::delete(
        "/api/v1/me/blocks/{id}/",
        "unblock",
        "One wants to hear from somebody again.",
    )
    .rate("sends")
    .refuses(&["not_found", "not_allowed"]),
];

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
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Oneself")]
struct MeJson {
    #[serde(flatten)]
    account: AccountJson,
    /// What is unread.
    unread: UnreadJson,
}

/// What is unread in rooms that are neither muted nor archived.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Unread")]
struct UnreadJson {
    /// In how many rooms something is.
    #[schemars(with = "shape::Count")]
    rooms: i64,
    /// How many messages.
    #[schemars(with = "shape::Count")]
    messages: i64,
    /// In how many of them one is mentioned.
    #[schemars(with = "shape::Count")]
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
    let mut body = Body::read(&shared, request, CHANGE).await?;
    let locale = body.text_or_empty("locale", shared.chat.limits());
    body.end()?;
    asker.throttle(&shared)?;
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

/// Whom one may write to, by their names, and whom one works at a desk with.
async fn search(State(shared): State<Shared>, asker: Asker, uri: Uri, headers: HeaderMap) -> Result<Response, Refused> {
    let mut query = Query::of(uri.query(), SEARCH);
    let text = query.text("search").unwrap_or_default();
    if text.chars().count() < rules::SEARCH_CHARS {
        let min = rules::SEARCH_CHARS;
        query.mistake("search", FieldError::TooShort { min });
    }
    query.end()?;
    asker.throttle_search(&shared)?;
    let limits = shared.chat.limits().clone();
    let found = ask::look(&shared.chat, move |look| {
        let mut found = rules::search_people(look, &limits, &asker.person, &text)?;
        let colleagues = rules::search_colleagues(look, &limits, asker.by(), &text)?;
        let found_already: BTreeSet<_> = found.iter().map(|person| person.id).collect();
        found.extend(colleagues.into_iter().filter(|one| !found_already.contains(&one.id)));
        found.truncate(usize::try_from(limits.search_rows).unwrap_or(usize::MAX));
        Ok::<_, Error>(found)
    });
    let items = found.await?.iter().map(PersonJson::from).collect();
    Ok(tagged(&headers, &ListJson { items, next: None }))
}

/// Somebody one shares a room or a desk with, or oneself.
pub(super) async fn one(shared: &Shared, asker: Asker, id: &str, headers: &HeaderMap) -> Result<Response, Refused> {
    let id = HostId::of(id.to_owned()).map_err(|_| Refusal::NoSuchPerson)?;
    let found = ask::look(&shared.chat, move |look| {
        let person = rules::find_person(look, &id)?.ok_or(Refusal::NoSuchPerson)?;
        let is_known = person.id == asker.person.id
            || rules::is_colleague(asker.by(), &person)
            || look.share_room(asker.person.id, person.id, asker.kinds)?;
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
    let mut query = Query::of(uri.query(), PEOPLE);
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
    let presence = shared.live.presence(&known.await?);
    let items: Vec<PresenceJson> = presence.iter().map(PresenceJson::from).collect();
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
    asker.throttle(&shared)?;
    let blocking = ask::change(&shared.chat, move |tx: &mut dyn Tx| {
        rules::block(tx, now, &asker.person, &id, on)
    });
    match blocking.await {
        Err(Error::Refused(Refusal::WithOneself)) => Err(Refused::field("id", FieldError::Oneself)),
        blocked => Ok(blocked.map(|()| StatusCode::NO_CONTENT)?),
    }
}
