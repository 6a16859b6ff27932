//! The calls on messages.

use super::wire::{MessageJson, People, RowJson};
use super::{Schooled, VOICE, by, named, number};
use crate::shared::http::{changes, urlencoded};
use crate::shared::{
    FieldError, FieldErrors, Fields, Form, Links, PageQuery, Refused, Routes, Shared, json_answer, messages,
    messages_answer,
};
use axum::Json;
use axum::extract::{Request, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use beseda_core::policy;
use beseda_core::ports::{Lane, Tx};
use beseda_core::rules::{self, Poll, Since};
use beseda_core::words::{Limits, MessageId, RoomId};
use beseda_core::{Error, Refusal};
use beseda_live::ask;
use serde_json::{Value, json};

pub(super) fn routes() -> Routes {
    Routes::said_by(&VOICE)
        .both("/api/messages/", get(list).post(create), "GET, POST, HEAD, OPTIONS")
        .both("/api/messages/mark_chat_as_read/", post(mark_read), "POST, OPTIONS")
}

/// What a query asks for.
struct Asked {
    chat: RoomId,
    poll: Poll,
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
        let since = after.map_or(Since::Newest, |after| Since::After(MessageId(after)));
        Ok(Self {
            chat: RoomId(chat.unwrap_or_default()),
            poll: changes::asked(query, since)?,
            page: PageQuery::of(uri, limits)?,
        })
    }
}

/// A chat's messages, oldest first: the newest of them, those after one, what was changed, or a page.
async fn list(
    State(shared): State<Shared>,
    Schooled(person): Schooled,
    uri: Uri,
    links: Links,
) -> Result<Response, Refused> {
    let (asked, viewer) = (Asked::of(&uri, shared.chat.limits())?, person.id);
    let Some(page) = asked.page else {
        let rows = shared.chat.limits().list_rows;
        let (polled, people) = ask::look(&shared.chat, move |look| {
            let polled = rules::poll(look, by(&person), asked.chat, asked.poll, rows)?;
            let people = People::who_wrote(look, &polled.messages)?;
            Ok((polled, people))
        })
        .await?;
        let messages: Vec<_> = polled
            .messages
            .iter()
            .map(|message| RowJson::seen_by(message, polled.marks, &people, viewer))
            .collect();
        return Ok(changes::marked(json_answer(&messages), polled.mark));
    };
    let walked = shared.walks.walked(viewer, Some(asked.chat), page);
    let (found, people) = ask::look(&shared.chat, move |look| {
        let found = rules::page(look, by(&person), asked.chat, page.number, page.size, walked)?;
        let people = People::who_wrote(look, found.messages.iter().map(|(message, _)| message))?;
        Ok((found, people))
    })
    .await?;
    shared.walks.give(viewer, Some(asked.chat), page.size, &found);
    let messages = found
        .messages
        .iter()
        .map(|(message, marks)| MessageJson::seen_by(message, *marks, &people, viewer))
        .collect();
    Ok(messages_answer(&links, &found, messages))
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
    let (message, marks, _) = messages::send(&shared, super::CONTRACT.name, &person, by, RoomId(chat), brought).await?;
    let viewer = person.id;
    let people = People::one(person);
    let message = MessageJson::seen_by(&message, marks, &people, viewer);
    Ok((StatusCode::CREATED, Json(message)).into_response())
}

/// The last message that is read, where somebody says which.
fn up_to(fields: &Fields) -> Result<Option<MessageId>, FieldError> {
    match fields.get("up_to") {
        None | Some(Value::Null) => Ok(None),
        Some(_) => Ok(Some(MessageId(named(fields, "up_to")?))),
    }
}

/// Marks a chat as read, or a part of it.
async fn mark_read(
    State(shared): State<Shared>,
    Schooled(person): Schooled,
    fields: Fields,
) -> Result<Response, Refused> {
    let chat = named(&fields, "chat_id").map_err(|error| Refused::field("chat_id", error))?;
    let up_to = up_to(&fields).map_err(|error| Refused::field("up_to", error))?;
    let (now, room) = (shared.chat.now(), RoomId(chat));
    let rule = move |tx: &mut dyn Tx| match up_to {
        Some(message) => rules::read_message(tx, now, by(&person), room, message),
        None => rules::read(tx, now, by(&person), room, None),
    };
    ask::change_in(&shared.chat, Lane::Room(room), rule)
        .await
        .map_err(|error| match (error, up_to) {
            // One of another chat is not told from one that is not there.
            (Error::Refused(Refusal::NoSuchMessage), Some(message)) => {
                let key = message.to_string();
                Refused::field("up_to", FieldError::NoSuchObject { key })
            }
            (error, _) => error.into(),
        })?;
    Ok(Json(json!({"status": "ok"})).into_response())
}
