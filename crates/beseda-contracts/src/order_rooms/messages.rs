//! The calls on messages.

use super::by;
use super::wire::MessageJson;
use crate::shared::{
    Caller, FieldError, FieldErrors, Fields, Form, Links, PageQuery, Refused, Routes, Segment, Shared, messages,
    messages_answer,
};
use crate::voices::DRF;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use beseda_core::Refusal;
use beseda_core::ports::{Lane, Look, Tx};
use beseda_core::rules;
use beseda_core::words::{MessageId, RoomId};
use beseda_live::ask;

pub(super) fn routes() -> Routes {
    let one = get(retrieve).put(replace).patch(change).delete(remove);
    Routes::said_by(&DRF)
        .both(
            "/api/chat/messages/",
            get(list).post(create),
            "GET, POST, HEAD, OPTIONS",
        )
        .both(
            "/api/chat/messages/{id}/",
            one,
            "GET, PUT, PATCH, DELETE, HEAD, OPTIONS",
        )
}

/// A message's number in a path; what is no number names no message.
fn message_id(text: &str) -> Result<MessageId, Refused> {
    text.parse().map(MessageId).map_err(|_| Refused::NoSuchAddress)
}

/// Everything said in the caller's rooms: always paged, because it grows without end.
async fn list(State(shared): State<Shared>, caller: Caller, uri: Uri, links: Links) -> Result<Response, Refused> {
    let (asked, viewer) = (PageQuery::always(&uri, shared.chat.limits())?, caller.person.id);
    let walked = shared.walks.walked(viewer, None, asked);
    let page =
        move |look: &mut dyn Look| rules::messages_of(look, by(&caller.person), asked.number, asked.size, walked);
    let page = ask::look(&shared.chat, page).await?;
    shared.walks.give(viewer, None, asked.size, &page);
    let rows = page
        .messages
        .iter()
        .map(|(message, marks)| MessageJson::seen_by(message, *marks, viewer))
        .collect();
    Ok(messages_answer(&links, &page, rows))
}

/// Sends a message. A retry under the same client id is answered like the first time, with the first message.
async fn create(State(shared): State<Shared>, mut caller: Caller, request: Request) -> Result<Response, Refused> {
    let mut form = Form::read(&shared, &mut caller.person, request).await?;
    let mut errors = FieldErrors::default();
    let room = errors.take("room", form.fields.required_id("room"));
    let brought = form.brought("message", shared.chat.limits(), &mut errors);
    errors.none()?;
    let room = room.ok_or(Refused::NoSuchAddress)?;
    let sent = messages::send(&shared, super::CONTRACT.name, &caller.person, by, RoomId(room), brought).await;
    let (message, marks, _) = sent.map_err(|refused| not_there(refused, room))?;
    let message = MessageJson::seen_by(&message, marks, caller.person.id);
    Ok((StatusCode::CREATED, Json(message)).into_response())
}

/// Whoever is not in the room is told what they would be told if it were not there.
fn not_there(refused: Refused, room: i64) -> Refused {
    match refused {
        Refused::Rule(Refusal::NoSuchRoom | Refusal::NotAllowed) => {
            Refused::field("room", FieldError::NoSuchObject { key: room.to_string() })
        }
        other => other,
    }
}

async fn retrieve(State(shared): State<Shared>, caller: Caller, Segment(id): Segment) -> Result<Response, Refused> {
    let (id, viewer) = (message_id(&id)?, caller.person.id);
    let (message, marks) = ask::look(&shared.chat, move |look| {
        rules::one_message(look, by(&caller.person), id)
    })
    .await?;
    Ok(Json(MessageJson::seen_by(&message, marks, viewer)).into_response())
}

async fn replace(state: State<Shared>, caller: Caller, path: Segment, fields: Fields) -> Result<Response, Refused> {
    change_text(state, caller, path, fields, true).await
}

async fn change(state: State<Shared>, caller: Caller, path: Segment, fields: Fields) -> Result<Response, Refused> {
    change_text(state, caller, path, fields, false).await
}

/// Changes the text, which is all that can be changed of a message: other fields are passed over, as DRF passes over
/// what is read-only. Who may not change it is told so before what they sent is looked at.
async fn change_text(
    State(shared): State<Shared>,
    caller: Caller,
    Segment(id): Segment,
    fields: Fields,
    whole: bool,
) -> Result<Response, Refused> {
    let (id, viewer, limits) = (message_id(&id)?, caller.person.id, shared.chat.limits().clone());
    let person = caller.person.clone();
    let (message, marks) = ask::look(&shared.chat, move |look| {
        rules::message_to_change(look, by(&person), id)
    })
    .await?;
    if !whole && !fields.has("message") {
        return Ok(Json(MessageJson::seen_by(&message, marks, viewer)).into_response());
    }
    let text = fields.required_text("message", Some(limits.text_chars));
    let text = text.map_err(|error| Refused::field("message", error))?;
    shared.throttles.send(caller.person.id)?;
    let (now, lane) = (shared.chat.now(), Lane::Room(message.room));
    let rule = move |tx: &mut dyn Tx| rules::edit(tx, now, &limits, by(&caller.person), id, &text);
    let (message, marks) = ask::change_in(&shared.chat, lane, rule).await?;
    Ok(Json(MessageJson::seen_by(&message, marks, viewer)).into_response())
}

async fn remove(State(shared): State<Shared>, caller: Caller, Segment(id): Segment) -> Result<StatusCode, Refused> {
    let (id, now) = (message_id(&id)?, shared.chat.now());
    // Everybody in the room hears of an edit or an erasure as of a message, so they share its allowance.
    shared.throttles.send(caller.person.id)?;
    let person = caller.person.clone();
    let (message, _) = ask::look(&shared.chat, move |look| {
        rules::message_to_change(look, by(&person), id)
    })
    .await?;
    let rule = move |tx: &mut dyn Tx| rules::erase(tx, now, by(&caller.person), id);
    ask::change_in(&shared.chat, Lane::Room(message.room), rule).await?;
    Ok(StatusCode::NO_CONTENT)
}
