//! Sending and reading messages, as both sides of the desk do it.

use super::by;
use super::wire::{Desk, MessageJson, RowJson, Side};
use crate::shared::http::{changes, urlencoded};
use crate::shared::{FieldError, FieldErrors, Form, Refused, Shared, json_answer, messages};
use axum::Json;
use axum::extract::Request;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use beseda_core::rules::{Poll, Polled, Since};
use beseda_core::words::{MessageId, Person, PersonId, RoomView};

/// Sends what a request brings: a text, a file, or both. A retry under the same client id is answered like the first
/// time, with the first message.
pub(super) async fn send(
    shared: &Shared,
    mut sender: Person,
    view: &RoomView,
    side: Side,
    request: Request,
) -> Result<Response, Refused> {
    let mut form = Form::read(shared, &mut sender, request).await?;
    let mut errors = FieldErrors::default();
    let brought = form.brought("message", shared.chat.limits(), &mut errors);
    errors.none()?;
    let (message, marks, _) = messages::send(shared, super::CONTRACT.name, &sender, by, view.room.id, brought).await?;
    let message = MessageJson::seen_by(&message, Desk::of(view, side), marks, sender.id);
    Ok((StatusCode::CREATED, Json(message)).into_response())
}

/// Which messages a request asks for: the newest, those after `?after=`, or what was changed after `?changed_after=`.
///
/// # Errors
/// 400 for what is no number, and for what is no mark.
pub(super) fn asked(uri: &Uri) -> Result<Poll, Refused> {
    let query = uri.query().unwrap_or_default();
    let since = match urlencoded::given(query, "after") {
        None => Since::Newest,
        Some(after) => match after.parse() {
            Ok(after) => Since::After(MessageId(after)),
            Err(_) => return Err(Refused::field("after", FieldError::NotInteger)),
        },
    };
    changes::asked(query, since)
}

/// Messages, as this person at this desk sees them.
pub(super) fn list_answer(polled: &Polled, desk: Desk, viewer: PersonId) -> Response {
    let messages: Vec<_> = polled
        .messages
        .iter()
        .map(|message| RowJson::seen_by(message, desk, polled.marks, viewer))
        .collect();
    changes::marked(json_answer(&messages), polled.mark)
}
