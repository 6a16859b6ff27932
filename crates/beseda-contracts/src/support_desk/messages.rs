//! Sending and reading messages, as both sides of the desk do it.

use super::by;
use super::wire::{Desk, MessageJson, Side};
use crate::shared::http::urlencoded;
use crate::shared::{FieldError, FieldErrors, Form, Refused, Shared, json_answer};
use axum::Json;
use axum::extract::Request;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use beseda_core::ports::Tx;
use beseda_core::rules::{self, History, Since};
use beseda_core::words::{Draft, MessageId, Person, PersonId, RoomView};
use beseda_live::ask;

/// Sends what a request brings: a text, a file, or both. A retry under the same client id is answered like the first
/// time, with the first message.
pub(super) async fn send(
    shared: &Shared,
    mut sender: Person,
    view: &RoomView,
    side: Side,
    request: Request,
) -> Result<Response, Refused> {
    let (draft, viewer) = (draft(shared, &mut sender, view, request).await?, sender.id);
    let (now, limits, room) = (shared.chat.now(), shared.chat.limits().clone(), view.room.id);
    let rule = move |tx: &mut dyn Tx| rules::send_seen(tx, now, &limits, by(&sender), room, &draft);
    let (message, marks, _) = ask::change(&shared.chat, rule).await?;
    let message = MessageJson::seen_by(&message, Desk::of(view, side), marks, viewer);
    Ok((StatusCode::CREATED, Json(message)).into_response())
}

/// What a request asks to send, its files kept.
async fn draft(shared: &Shared, sender: &mut Person, view: &RoomView, request: Request) -> Result<Draft, Refused> {
    let mut form = Form::read(shared, sender, request).await?;
    let (limits, mut errors) = (shared.chat.limits(), FieldErrors::default());
    let brought = form.brought("message", limits, &mut errors);
    errors.none()?;
    shared.throttles.send(sender.id)?;
    let (asking, room) = (sender.clone(), view.room.id);
    ask::look(&shared.chat, move |look| rules::may_send(look, by(&asking), room)).await?;
    brought.kept(shared).await
}

/// Which messages a request asks for: the newest, or those after `?after=`.
///
/// # Errors
/// 400 for what is no number.
pub(super) fn since(uri: &Uri) -> Result<Since, Refused> {
    match urlencoded::value(uri.query().unwrap_or_default(), "after") {
        None => Ok(Since::Newest),
        Some(after) => match after.trim().parse() {
            Ok(after) => Ok(Since::After(MessageId(after))),
            Err(_) => Err(Refused::field("after", FieldError::NotInteger)),
        },
    }
}

/// Messages, as this person at this desk sees them.
pub(super) fn list_answer(history: &History, desk: Desk, viewer: PersonId) -> Response {
    let messages: Vec<_> = history
        .messages
        .iter()
        .map(|message| MessageJson::seen_by(message, desk, history.marks, viewer))
        .collect();
    json_answer(&messages)
}
