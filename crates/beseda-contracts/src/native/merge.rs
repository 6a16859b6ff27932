//! Merge: somebody turns out to be somebody else.

use super::call::{self, Body};
use super::described::call::{Call, Who, ok};
use super::described::field::{Field, Takes};
use super::people::AccountJson;
use crate::shared::identity::api_keys;
use crate::shared::rooms::new_name;
use crate::shared::{FieldError, Refused, Routes, Segment, Shared};
use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use beseda_core::rules::{self, NotMerged};
use beseda_core::words::Scope;
use beseda_live::ask;

const FIELDS: &[Field] = &[Field::new("from", Takes::Id, "Whom they turn out to be as well.").required()];

pub(super) const CALLS: &[Call] = &[Call::post(
    "/api/v1/people/{id}/merge/",
    "mergePerson",
    "Somebody turns out to be somebody else: everything of `from` is theirs. A second time nothing changes.",
)
.by(Who::Application(Scope::People))
.takes(FIELDS)
.answers(&[ok::<AccountJson>("Who they are.")])
.refuses(&["not_found"])];

pub(super) fn routes(routes: Routes) -> Routes {
    routes.both("/api/v1/people/{id}/merge/", post(merge), "POST, OPTIONS")
}

/// Answers with who they are then. A second time nothing is changed.
async fn merge(State(shared): State<Shared>, Segment(id): Segment, request: Request) -> Result<Response, Refused> {
    let key = api_keys::require(&shared, request.headers(), Scope::People).await?;
    let into = call::host_id(&id)?;
    let mut body = Body::read(&shared, request, FIELDS).await?;
    let from = body.id("from");
    body.end()?;
    let from = from.ok_or_else(|| Refused::field("from", FieldError::Required))?;

    let (now, chat) = (shared.chat.now(), shared.chat.clone());
    let asked = (from.clone(), into.clone());
    let merged = ask::change(&shared.chat, move |tx| {
        rules::merge(tx, now, &asked.0, &asked.1, &|| new_name(&chat))
    });
    let person = merged.await?.map_err(|why| {
        let wrong = match why {
            NotMerged::Unknown => FieldError::NoSuchPerson(from.clone()),
            NotMerged::Oneself => FieldError::Oneself,
            NotMerged::OfStaff => FieldError::OfStaff,
        };
        Refused::field("from", wrong)
    })?;
    tracing::info!(target: "beseda::audit", key = key.name, %from, %into, "somebody has become somebody else");
    Ok(Json(AccountJson::from(&person)).into_response())
}
