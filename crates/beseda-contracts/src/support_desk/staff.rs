//! The staff's calls: every visitor's room.

use super::wire::{Desk, RoomJson, Side};
use super::{by, messages, room_in_path};
use crate::shared::{Caller, Links, PageQuery, Refused, Routes, Segment, Shared, json_answer, page_answer};
use crate::voices::DRF;
use axum::Json;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use beseda_core::Error;
use beseda_core::policy;
use beseda_core::ports::{Look, Tx};
use beseda_core::rules;
use beseda_core::words::{Person, RoomKind, RoomView};
use beseda_live::ask;
use serde_json::json;

pub(super) fn routes() -> Routes {
    Routes::said_by(&DRF)
        .both("/api/admin/chat-rooms/", get(list), "GET, HEAD, OPTIONS")
        .both("/api/admin/chat-rooms/{id}/", get(retrieve), "GET, HEAD, OPTIONS")
        .both("/api/admin/chat-rooms/{id}/send_message/", post(send), "POST, OPTIONS")
        .both(
            "/api/admin/chat-rooms/{id}/get_messages/",
            get(list_messages),
            "GET, HEAD, OPTIONS",
        )
        .both(
            "/api/admin/chat-rooms/{id}/mark_as_read/",
            post(mark_as_read),
            "POST, OPTIONS",
        )
}

/// Somebody of the staff. Whoever is not is told so before anything of their request is looked at.
struct Staff(Person);

impl FromRequestParts<Shared> for Staff {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Refused> {
        let caller = Caller::of_request(shared, parts).await?;
        policy::require_every(RoomKind::Support, &caller.person)?;
        Ok(Self(caller.person))
    }
}

/// Rooms with how many messages of others the person has not read in each.
fn with_unread(look: &mut dyn Look, by: &Person, views: Vec<RoomView>) -> Result<Vec<(RoomView, i64)>, Error> {
    let counted = views.into_iter().map(|view| {
        let unread = rules::unread_in_case(look, by, &view)?;
        Ok((view, unread))
    });
    counted.collect()
}

fn room_json<'a>((view, unread): &'a (RoomView, i64), viewer: &Person) -> RoomJson<'a> {
    RoomJson::seen_by(view, Side::Staff, viewer.id, *unread)
}

async fn list(State(shared): State<Shared>, Staff(staff): Staff, uri: Uri, links: Links) -> Result<Response, Refused> {
    let asking = staff.clone();
    let Some(asked) = PageQuery::of(&uri, shared.chat.limits())? else {
        let limit = i64::from(shared.chat.limits().list_rows);
        let (count, views) = ask::look(&shared.chat, move |look| {
            let (count, views) = rules::cases(look, &asking, 0, limit)?;
            Ok((count, with_unread(look, &asking, views)?))
        })
        .await?;
        let rooms: Vec<_> = views.iter().map(|view| room_json(view, &staff)).collect();
        let mut answer = json_answer(&rooms);
        answer.headers_mut().insert("x-total-count", HeaderValue::from(count));
        return Ok(answer);
    };
    let (count, number, views) = ask::look(&shared.chat, move |look| {
        let (count, _) = rules::cases(look, &asking, 0, 0)?;
        let (number, before) = asked.number.locate(count, asked.size)?;
        let (_, views) = rules::cases(look, &asking, before, asked.size)?;
        Ok((count, number, with_unread(look, &asking, views)?))
    })
    .await?;
    let rooms = views.iter().map(|view| room_json(view, &staff)).collect();
    Ok(page_answer(&links, count, number, asked.size, rooms))
}

async fn retrieve(
    State(shared): State<Shared>,
    Staff(staff): Staff,
    Segment(id): Segment,
) -> Result<Response, Refused> {
    let (name, asking) = (room_in_path(&id)?, staff.clone());
    let seen = ask::look(&shared.chat, move |look| {
        let view = rules::case_for_staff(look, &asking, name)?;
        let unread = rules::unread_in_case(look, &asking, &view)?;
        Ok((view, unread))
    })
    .await?;
    Ok(Json(room_json(&seen, &staff)).into_response())
}

async fn send(
    State(shared): State<Shared>,
    Staff(staff): Staff,
    Segment(id): Segment,
    request: Request,
) -> Result<Response, Refused> {
    let (name, asking) = (room_in_path(&id)?, staff.clone());
    let view = ask::look(&shared.chat, move |look| rules::case_for_staff(look, &asking, name)).await?;
    messages::send(&shared, staff, &view, Side::Staff, request).await
}

async fn list_messages(
    State(shared): State<Shared>,
    Staff(staff): Staff,
    Segment(id): Segment,
    uri: Uri,
) -> Result<Response, Refused> {
    let (name, rows, viewer) = (room_in_path(&id)?, shared.chat.limits().list_rows, staff.id);
    let asking = staff.clone();
    let view = ask::look(&shared.chat, move |look| rules::case_for_staff(look, &asking, name)).await?;
    let (asked, desk) = (messages::asked(&uri)?, Desk::of(&view, Side::Staff));
    let polled = ask::look(&shared.chat, move |look| {
        rules::poll(look, by(&staff), view.room.id, asked, rows)
    })
    .await?;
    Ok(messages::list_answer(&polled, desk, viewer))
}

async fn mark_as_read(
    State(shared): State<Shared>,
    Staff(staff): Staff,
    Segment(id): Segment,
) -> Result<Response, Refused> {
    let (name, now) = (room_in_path(&id)?, shared.chat.now());
    let mark = move |tx: &mut dyn Tx| {
        let view = rules::case_for_staff(tx, &staff, name)?;
        rules::read(tx, now, by(&staff), view.room.id, None)
    };
    ask::change(&shared.chat, mark).await?;
    Ok(Json(json!({"status": "messages marked as read"})).into_response())
}
