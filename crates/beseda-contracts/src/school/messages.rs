//! The calls on messages.

use super::wire::{MessageJson, People};
use super::{Schooled, VOICE, by, named, number};
use crate::shared::http::urlencoded;
use crate::shared::{
    FieldError, FieldErrors, Fields, Form, Links, PageQuery, Refused, Routes, Shared, json_answer, messages,
    page_answer,
};
use axum::Json;
use axum::extract::{Request, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use beseda_core::policy;
use beseda_core::ports::Lane;
use beseda_core::rules::{self, Since};
use beseda_core::words::{Limits, MessageId, RoomId};
use beseda_live::ask;
use serde_json::json;

pub(super) fn routes() -> Routes {
    Routes::said_by(&VOICE)
        .both("/api/messages/", get(list).post(create), "GET, POST, HEAD, OPTIONS")
        .both("/api/messages/mark_chat_as_read/", post(mark_read), "POST, OPTIONS")
}

/// What a query asks for.
struct Asked {
    chat: RoomId,
    since: Since,
    page: Option<PageQuery>,
}

impl Asked {
    fn of(uri: &Uri, limits: &Limits) -> Result<Self, Refused> {
        let query = uri.query().unwrap_or_default();
        let mut errors = FieldErrors::default();
        let chat = urlencoded::value(query, "chat_id").ok_or(FieldError::Required);
        let chat = errors.take("chat_id", chat.and_then(|chat| number(&chat)));
        let after = urlencoded::given(query, "after").map(|after| number(&after));
        let after = errors.take("after", after.transpose()).flatten();
        errors.none()?;
        Ok(Self {
            chat: RoomId(chat.unwrap_or_default()),
            since: after.map_or(Since::Newest, |after| Since::After(MessageId(after))),
            page: PageQuery::of(uri, limits)?,
        })
    }
}

/// A chat's messages, oldest first: the newest of them, those after one, or a page.
async fn list(
    State(shared): State<Shared>,
    Schooled(person): Schooled,
    uri: Uri,
    links: Links,
) -> Result<Response, Refused> {
    let (asked, viewer) = (Asked::of(&uri, shared.chat.limits())?, person.id);
    let Some(page) = asked.page else {
        let rows = shared.chat.limits().list_rows;
        let (history, people) = ask::look(&shared.chat, move |look| {
            let history = rules::history(look, by(&person), asked.chat, asked.since, rows)?;
            let people = People::who_wrote(look, &history.messages)?;
            Ok((history, people))
        })
        .await?;
        let messages: Vec<_> = history
            .messages
            .iter()
            .map(|message| MessageJson::seen_by(message, history.marks, &people, viewer))
            .collect();
        return Ok(json_answer(&messages));
    };
    let (found, people) = ask::look(&shared.chat, move |look| {
        let found = rules::page(look, by(&person), asked.chat, page.number, page.size)?;
        let people = People::who_wrote(look, found.messages.iter().map(|(message, _)| message))?;
        Ok((found, people))
    })
    .await?;
    let messages = found
        .messages
        .iter()
        .map(|(message, marks)| MessageJson::seen_by(message, *marks, &people, viewer))
        .collect();
    Ok(page_answer(&links, found.count, found.number, page.size, messages))
}

/// Sends a message. A retry under the same client id is answered like the first time, with the first message.
async fn create(
    State(shared): State<Shared>,
    Schooled(mut person): Schooled,
    request: Request,
) -> Result<Response, Refused> {
    let mut form = Form::read(&shared, &mut person, request).await?;
    policy::require_school(&person, shared.school_admins)?;
    let mut errors = FieldErrors::default();
    let chat = errors.take("chat", named(&form.fields, "chat")).unwrap_or_default();
    let brought = form.brought("text", shared.chat.limits(), &mut errors);
    errors.none()?;
    let (message, marks, _) = messages::send(&shared, &person, by, RoomId(chat), brought).await?;
    let viewer = person.id;
    let people = People::one(person);
    let message = MessageJson::seen_by(&message, marks, &people, viewer);
    Ok((StatusCode::CREATED, Json(message)).into_response())
}

async fn mark_read(
    State(shared): State<Shared>,
    Schooled(person): Schooled,
    fields: Fields,
) -> Result<Response, Refused> {
    let chat = named(&fields, "chat_id").map_err(|error| Refused::field("chat_id", error))?;
    let (now, room) = (shared.chat.now(), RoomId(chat));
    ask::change_in(&shared.chat, Lane::Room(room), move |tx| {
        rules::read(tx, now, by(&person), room, None)
    })
    .await?;
    Ok(Json(json!({"status": "ok"})).into_response())
}
