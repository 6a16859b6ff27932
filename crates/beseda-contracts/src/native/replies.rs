//! Canned replies: what the staff of the desk says again and again. Whoever works at the desk has all of them.

use super::asking::{Asker, LIMIT, ListJson, PLACE, Query, next, tagged};
use super::call::Body;
use super::described::call::{Call, made, ok};
use super::described::field::{Field, Takes};
use super::described::shape;
use crate::shared::{FieldError, Refused, Routes, Segment, Shared, time_text};
use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use beseda_core::ports::Tx;
use beseda_core::words::{CannedReply, Limits, Shortcut, Time};
use beseda_core::{Error, Refusal, policy, rules};
use beseda_live::ask;
use http::{HeaderMap, StatusCode, Uri};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

/// What a reply is.
const REPLY: &[Field] = &[
    Field::new(
        "shortcut",
        Takes::Filled(|_| Shortcut::CHARS),
        "By what it is typed, behind a slash: letters, digits, - and _; kept in small letters. No two have the same.",
    )
    .required(),
    Field::new("title", Takes::Filled(|limits| limits.title_chars), "What it is about.").required(),
    Field::new(
        "text",
        Takes::Filled(|limits| limits.text_chars),
        "What it says. Between double braces stands what the page fills in that sends it: customer.name, customer.first_name, \
         customer.email, agent.name, agent.first_name, room.title; another name there is refused.",
    )
    .required(),
];
/// Which are listed.
const LISTED: &[Field] = &[LIMIT, PLACE];

pub(super) const CALLS: &[Call] = &[
    Call::get(
        "/api/v1/replies/",
        "cannedReplies",
        "The desk's canned replies, in the order in which they were made.",
    )
    .query(LISTED)
    .answers(&[ok::<ListJson<ReplyJson>>("A page of them.")])
    .tagged()
    .refuses(&["not_allowed"]),
    Call::get("/api/v1/replies/{reply}/", "cannedReply", "A canned reply.")
        .answers(&[ok::<ReplyJson>("The reply.")])
        .tagged()
        .refuses(&["not_allowed", "not_found"]),
    Call::put(
        "/api/v1/replies/{reply}/",
        "putCannedReply",
        "Keeps a canned reply under an id of one's own, a UUID.",
    )
    .takes(REPLY)
    .answers(&[
        made::<ReplyJson>("A new one."),
        ok::<ReplyJson>("The one that stood, as it is now."),
    ])
    .rate("sends")
    .refuses(&["not_allowed", "shortcut_taken", "too_many_canned_replies"]),
    Call::delete(
        "/api/v1/replies/{reply}/",
        "removeCannedReply",
        "Forgets a canned reply.",
    )
    .rate("sends")
    .refuses(&["not_allowed", "not_found"]),
];

pub(super) fn routes(routes: Routes) -> Routes {
    routes.both("/api/v1/replies/", get(list), "GET, HEAD, OPTIONS").both(
        "/api/v1/replies/{reply}/",
        get(one).put(put).delete(remove),
        "GET, HEAD, PUT, DELETE, OPTIONS",
    )
}

/// A canned reply.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CannedReply")]
struct ReplyJson {
    /// Its id, of whoever made it.
    id: String,
    /// By what it is typed, behind a slash.
    shortcut: String,
    /// What it is about.
    title: String,
    /// What it says, with names in braces.
    text: String,
    /// When it was last changed.
    #[schemars(with = "shape::Moment")]
    updated_at: String,
}

impl From<&CannedReply> for ReplyJson {
    fn from(reply: &CannedReply) -> Self {
        Self {
            id: reply.id.to_string(),
            shortcut: reply.shortcut.text().to_owned(),
            title: reply.title.clone(),
            text: reply.text.clone(),
            updated_at: time_text(reply.updated_at),
        }
    }
}

async fn list(State(shared): State<Shared>, asker: Asker, uri: Uri, headers: HeaderMap) -> Result<Response, Refused> {
    // Who works at no desk is told so whatever they ask.
    policy::require_desk(asker.by())?;
    let mut query = Query::of(uri.query(), LISTED);
    let (limit, after) = (query.limit(&shared), query.place());
    query.end()?;
    let list = ask::look(&shared.chat, move |look| {
        let page = rules::canned_replies(look, asker.by(), after, limit)?;
        Ok::<_, Error>(ListJson {
            items: page.items.iter().map(ReplyJson::from).collect(),
            next: page.next.map(next),
        })
    });
    Ok(tagged(&headers, &list.await?))
}

async fn one(
    State(shared): State<Shared>,
    asker: Asker,
    Segment(id): Segment,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    policy::require_desk(asker.by())?;
    let id = Uuid::try_parse(&id).map_err(|_| Refusal::NoSuchCannedReply)?;
    let found = ask::look(&shared.chat, move |look| {
        rules::canned_reply(look, asker.by(), id).map(|reply| ReplyJson::from(&reply))
    });
    Ok(tagged(&headers, &found.await?))
}

async fn put(
    State(shared): State<Shared>,
    asker: Asker,
    Segment(id): Segment,
    request: Request,
) -> Result<Response, Refused> {
    policy::require_desk(asker.by())?;
    let id = Uuid::try_parse(&id).map_err(|_| Refused::field("id", FieldError::NotUuid))?;
    let body = Body::read(&shared, request, REPLY).await?;
    let reply = said(body, id, shared.chat.limits(), shared.chat.now())?;
    asker.throttle(&shared)?;
    let limits = shared.chat.limits().clone();
    let person = asker.person.host_id().to_string();
    let put = ask::change(&shared.chat, move |tx: &mut dyn Tx| {
        let (reply, is_new) = rules::put_canned_reply(tx, &limits, asker.by(), reply.clone())?;
        Ok((ReplyJson::from(&reply), is_new))
    });
    let (reply, is_new) = put.await?;
    tracing::info!(target: "beseda::audit", reply = %id, person, "a canned reply is kept");
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(reply)).into_response())
}

/// The reply that a body says.
fn said(mut body: Body, id: Uuid, limits: &Limits, now: Time) -> Result<CannedReply, Refused> {
    let typed = body.required_text("shortcut", limits);
    let shortcut = typed.as_deref().and_then(Shortcut::of);
    if typed.is_some() && shortcut.is_none() {
        body.mistake("shortcut", FieldError::NotShortcut);
    }
    let title = body.required_text("title", limits).unwrap_or_default();
    let text = body.required_text("text", limits).unwrap_or_default();
    body.end()?;
    Ok(CannedReply {
        id,
        shortcut: shortcut.ok_or_else(|| Refused::field("shortcut", FieldError::Required))?,
        title,
        text,
        updated_at: now,
    })
}

async fn remove(State(shared): State<Shared>, asker: Asker, Segment(id): Segment) -> Result<StatusCode, Refused> {
    policy::require_desk(asker.by())?;
    let id = Uuid::try_parse(&id).map_err(|_| Refusal::NoSuchCannedReply)?;
    asker.throttle(&shared)?;
    let person = asker.person.host_id().to_string();
    ask::change(&shared.chat, move |tx: &mut dyn Tx| {
        rules::remove_canned_reply(tx, asker.by(), id)
    })
    .await?;
    tracing::info!(target: "beseda::audit", reply = %id, person, "a canned reply is forgotten");
    Ok(StatusCode::NO_CONTENT)
}
