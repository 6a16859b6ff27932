//! A visitor opens a room with the support desk: they need not be known yet.

use super::asking::Asker;
use super::call::Body;
use super::objects::RoomJson;
use super::opening;
use crate::shared::cases::{self, is_address};
use crate::shared::{FieldError, Refused, Shared};
use axum::response::Response;
use beseda_core::rules::{self, Introduction};
use beseda_core::words::{Draft, Limits, Visit};
use beseda_core::{Error, Refusal, policy};
use beseda_live::ask;
use http::HeaderMap;
use http::request::Parts;
use schemars::JsonSchema;
use serde::Serialize;

/// What they say of themselves, and their first message, whose text may be empty.
pub(super) fn introduced(
    body: &mut Body,
    headers: &HeaderMap,
    limits: &Limits,
    client_id: Option<String>,
) -> (Introduction, Draft) {
    body.only(opening::SUPPORT);
    let name = body.required_text("name", limits).unwrap_or_default();
    let email = body.text("email", limits).unwrap_or_default();
    if !email.is_empty() && !is_address(&email) {
        body.mistake("email", FieldError::NotEmail);
    }
    let subject = body.text("subject", limits).unwrap_or_default();
    let text = body.raw_text("text", limits).unwrap_or_default();
    let draft = Draft {
        text,
        client_id,
        files: Vec::new(),
        more: None,
    };
    let visit = Visit {
        page: body.web_address("page", limits).unwrap_or_default(),
        referrer: body.web_address("referrer", limits).unwrap_or_default(),
        custom: body.custom("custom", limits).flatten(),
        ..cases::visit(headers)
    };
    let introduction = Introduction {
        name,
        email,
        subject,
        visit,
    };
    (introduction, draft)
}

/// A room, and by what its visitor is known again where cookies do not travel.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Opened")]
pub(super) struct OpenedJson<'a> {
    #[serde(flatten)]
    pub(super) room: RoomJson,
    /// Of a room with the support desk: by what its visitor is known again, in the header `X-Beseda-Visitor`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub(super) visitor: Option<&'a str>,
}

/// Opens the room: 201 for a new one, 200 for one that stands.
pub(super) async fn open(
    shared: &Shared,
    asker: Option<Asker>,
    parts: &Parts,
    (introduction, draft): (Introduction, Draft),
) -> Result<Response, Refused> {
    // Whoever has an account is no visitor of this desk.
    if asker.as_ref().is_some_and(|asker| !policy::is_visitor(&asker.person)) {
        return Err(Refusal::NotAllowed.into());
    }
    let visitor = asker.map(|asker| asker.person);
    let opened = cases::open(shared, parts, visitor, introduction, draft).await?;
    let (room, asker) = (opened.view.room.id, Asker::of(shared, opened.visitor.clone()));
    let found = ask::look(&shared.chat, move |look| {
        let found = rules::full_room(look, asker.by(), room)?;
        Ok::<_, Error>(asker.room(&found))
    });
    let json = OpenedJson {
        room: found.await?,
        visitor: Some(&opened.token),
    };
    Ok(opened.answer(shared, parts, &json))
}
