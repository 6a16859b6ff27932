//! The visitors' calls. Nobody signs in: a room's unguessable id is the key to it, and whoever knows it speaks as its
//! visitor.

use super::wire::{Desk, RoomJson, Side};
use super::{by, messages, room_in_path};
use crate::shared::cases::{self, is_address};
use crate::shared::identity::visitors::{self, Visitor};
use crate::shared::{FieldError, FieldErrors, Fields, Refused, Routes, Segment, Shared, json_answer};
use crate::voices::DRF;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use beseda_core::rules::{self, Introduction};
use beseda_core::words::{Draft, Limits, Person, RoomView};
use beseda_live::ask;
use serde::Serialize;

pub(super) fn routes() -> Routes {
    Routes::said_by(&DRF)
        .both(
            "/api/public/chat-rooms/",
            get(list).post(open),
            "GET, POST, HEAD, OPTIONS",
        )
        .both("/api/public/chat-rooms/{id}/", get(retrieve), "GET, HEAD, OPTIONS")
        .both("/api/public/chat-rooms/{id}/send_message/", post(send), "POST, OPTIONS")
        .both(
            "/api/public/chat-rooms/{id}/get_messages/",
            get(list_messages),
            "GET, HEAD, OPTIONS",
        )
}

/// The room with this id, and the visitor as whom everybody speaks who knows it.
async fn room_of(shared: &Shared, id: &str) -> Result<(RoomView, Person), Refused> {
    let name = room_in_path(id)?;
    Ok(ask::look(&shared.chat, move |look| rules::case_by_name(look, name)).await?)
}

fn room_json<'a>(view: &'a RoomView, visitor: &Person) -> RoomJson<'a> {
    let own = view.members.iter().find(|(member, _)| member.person == visitor.id);
    let unread = own.map_or(0, |(member, _)| member.unread(&view.room));
    RoomJson::seen_by(view, Side::Customer, visitor.id, unread)
}

/// The visitor's own rooms. A stranger has none.
async fn list(State(shared): State<Shared>, parts: Parts) -> Result<Response, Refused> {
    let Some(Visitor { person: visitor, .. }) = visitors::known(&shared, &parts).await? else {
        return Ok(json_answer(&[(); 0]));
    };
    let (limit, asking) = (i64::from(shared.chat.limits().list_rows), visitor.clone());
    let views = ask::look(&shared.chat, move |look| rules::cases_of(look, &asking, limit)).await?;
    let rooms: Vec<_> = views.iter().map(|view| room_json(view, &visitor)).collect();
    Ok(json_answer(&rooms))
}

/// A room, and by what its visitor is known again where cookies do not travel.
#[derive(Serialize)]
struct OpenedJson<'a> {
    #[serde(flatten)]
    room: RoomJson<'a>,
    visitor: &'a str,
}

/// Opens a room, with a first message if one came along. A retry under the same client id is given the first one again.
async fn open(State(shared): State<Shared>, parts: Parts, fields: Fields) -> Result<Response, Refused> {
    let (introduction, draft) = introduced(&fields, &parts.headers, shared.chat.limits())?;
    let visitor = visitors::known(&shared, &parts).await?.map(|known| known.person);
    let opened = cases::open(&shared, &parts, visitor, introduction, draft).await?;
    let json = OpenedJson {
        room: room_json(&opened.view, &opened.visitor),
        visitor: &opened.token,
    };
    Ok(opened.answer(&shared, &parts, &json))
}

/// What a visitor says of themselves, and their first message, whose text may be empty.
fn introduced(fields: &Fields, headers: &HeaderMap, limits: &Limits) -> Result<(Introduction, Draft), Refused> {
    let mut errors = FieldErrors::default();
    // Null is what many forms send for a field that nobody has filled in.
    let chosen = |name: &str, max: usize| match fields.get(name) {
        Some(value) if value.is_null() => Ok(String::new()),
        _ => fields.chosen_text(name, max),
    };
    let name = fields.required_text("customer_name", Some(limits.title_chars));
    let email = chosen("customer_email", limits.title_chars);
    let email = email.and_then(|email| {
        if email.is_empty() || is_address(&email) {
            Ok(email)
        } else {
            Err(FieldError::NotEmail)
        }
    });
    let name = errors.take("customer_name", name);
    let email = errors.take("customer_email", email);
    let subject = errors.take("subject", chosen("subject", limits.title_chars));
    let message = errors.take("message", chosen("message", limits.text_chars));
    let client_id = fields.chosen_name("client_id", limits.client_id_chars);
    let client_id = errors.take("client_id", client_id).flatten();
    errors.none()?;
    let introduction = Introduction {
        name: name.unwrap_or_default(),
        email: email.unwrap_or_default(),
        subject: subject.unwrap_or_default(),
        visit: cases::visit(headers),
    };
    let draft = Draft {
        text: message.unwrap_or_default(),
        client_id,
        files: Vec::new(),
        more: None,
    };
    Ok((introduction, draft))
}

async fn retrieve(State(shared): State<Shared>, Segment(id): Segment) -> Result<Response, Refused> {
    let (view, visitor) = room_of(&shared, &id).await?;
    Ok(Json(room_json(&view, &visitor)).into_response())
}

async fn send(State(shared): State<Shared>, Segment(id): Segment, request: Request) -> Result<Response, Refused> {
    let (view, visitor) = room_of(&shared, &id).await?;
    let (parts, body) = request.into_parts();
    if is_multipart(&parts) {
        shared.throttles.upload_from(shared.proxies.address(&parts))?;
    }
    messages::send(
        &shared,
        visitor,
        &view,
        Side::Customer,
        Request::from_parts(parts, body),
    )
    .await
}

/// Whether a file may come with the request.
fn is_multipart(parts: &Parts) -> bool {
    let media = parts.headers.get(CONTENT_TYPE).and_then(|media| media.to_str().ok());
    media.is_some_and(|media| media.trim_start().to_ascii_lowercase().starts_with("multipart/"))
}

async fn list_messages(State(shared): State<Shared>, Segment(id): Segment, uri: Uri) -> Result<Response, Refused> {
    let (view, visitor) = room_of(&shared, &id).await?;
    let (asked, rows, viewer) = (messages::asked(&uri)?, shared.chat.limits().list_rows, visitor.id);
    let desk = Desk::of(&view, Side::Customer);
    let polled = ask::look(&shared.chat, move |look| {
        rules::poll(look, by(&visitor), view.room.id, asked, rows)
    })
    .await?;
    Ok(messages::list_answer(&polled, desk, viewer))
}
