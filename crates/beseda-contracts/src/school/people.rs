//! The calls on people and classes.

use super::wire::{GroupJson, People, PersonJson};
use super::{Schooled, VOICE};
use crate::shared::http::urlencoded;
use crate::shared::{Refused, Routes, Shared, json_answer};
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use axum::routing::get;
use beseda_core::rules;
use beseda_live::ask;

pub(super) fn routes() -> Routes {
    Routes::said_by(&VOICE)
        .both("/api/users/", get(users), "GET, HEAD, OPTIONS")
        .both("/api/groups/", get(groups), "GET, HEAD, OPTIONS")
}

/// The people one may write to whose name holds what is searched for.
async fn users(State(shared): State<Shared>, Schooled(person): Schooled, uri: Uri) -> Result<Response, Refused> {
    shared.throttles.search(person.id)?;
    let text = urlencoded::value(uri.query().unwrap_or_default(), "search").unwrap_or_default();
    let (limits, viewer) = (shared.chat.limits().clone(), person.id);
    let found = ask::look(&shared.chat, move |look| {
        rules::search_people(look, &limits, &person, &text)
    })
    .await?;
    let users: Vec<_> = found.iter().map(|person| PersonJson::seen_by(person, viewer)).collect();
    Ok(json_answer(&users))
}

/// The classes that one teaches or attends.
async fn groups(State(shared): State<Shared>, Schooled(person): Schooled) -> Result<Response, Refused> {
    let viewer = person.id;
    let (groups, people) = ask::look(&shared.chat, move |look| {
        let groups = look.groups_of(person.id)?;
        let people = People::of_groups(look, &groups)?;
        Ok((groups, people))
    })
    .await?;
    let groups: Vec<_> = groups
        .iter()
        .map(|group| GroupJson::seen_by(group, &people, viewer))
        .collect();
    Ok(json_answer(&groups))
}
