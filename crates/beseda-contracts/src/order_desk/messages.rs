//! The two calls: sending about an order, and reading what was said.

use super::by;
use super::query::Part;
use super::voice::Call;
use super::wire::{MessageJson, MessagesJson, SentJson, role_word};
use crate::shared::files::upload::{self, Uploaded};
use crate::shared::{Caller, Form, Refused, Routes, Segment, Shared, json_answer};
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::{get, post};
use beseda_core::Refusal;
use beseda_core::policy::Deed;
use beseda_core::ports::{Look, Tx};
use beseda_core::rules;
use beseda_core::words::{Draft, Marks, Message, OrderId, Person};
use beseda_live::ask;
use http::request::Parts;
use uuid::Builder;

static SEND: Call = Call {
    name: "send_chat_message",
    failure: "Произошла ошибка при отправке сообщения",
};

static LIST: Call = Call {
    name: "get_chat_messages",
    failure: "Произошла ошибка при получении сообщений",
};

pub(super) fn routes() -> Routes {
    let sending = Routes::said_by(&SEND).both("/api/chat/order/{order_id}/send/", post(send), "POST, OPTIONS");
    let listing = Routes::said_by(&LIST).both("/api/chat/order/{order_id}/messages/", get(list), "GET, HEAD, OPTIONS");
    sending.and(listing)
}

async fn send(
    State(shared): State<Shared>,
    order: Result<Segment, Refused>,
    parts: Parts,
    request: Request,
) -> Result<Response, Refused> {
    let (person, order) = asked(&shared, &parts, order).await?;
    let role = role_word(person.role);
    tracing::info!(
        "Chat message send attempt: order_id={order}, user_id={}, user_role={role}",
        person.id
    );
    with_denial(order, &person, send_as(&shared, &person, order, request).await)
}

async fn list(
    State(shared): State<Shared>,
    order: Result<Segment, Refused>,
    parts: Parts,
) -> Result<Response, Refused> {
    let (person, order) = asked(&shared, &parts, order).await?;
    let query = parts.uri.query().unwrap_or_default();
    with_denial(order, &person, list_as(&shared, &person, order, query).await)
}

/// Who asks, and about which order. What is no number is no order's.
async fn asked(shared: &Shared, parts: &Parts, order: Result<Segment, Refused>) -> Result<(Person, OrderId), Refused> {
    let person = Caller::of_request(shared, parts).await?.person;
    let Segment(order) = order?;
    let is_number = order.bytes().all(|byte| byte.is_ascii_digit());
    let order = order.parse().ok().filter(|_| is_number);
    Ok((person, OrderId(order.ok_or(Refusal::NoSuchOrder)?)))
}

/// Writes down that somebody was refused an order's chat.
fn with_denial<T>(order: OrderId, person: &Person, outcome: Result<T, Refused>) -> Result<T, Refused> {
    if let Err(Refused::Rule(Refusal::NoPlaceInOrder | Refusal::NotAllowed)) = outcome {
        tracing::warn!("Chat access denied: order_id={order}, user_id={}", person.id);
    }
    outcome
}

/// Who may not send is told so before a byte of what they bring is read.
async fn send_as(shared: &Shared, person: &Person, order: OrderId, request: Request) -> Result<Response, Refused> {
    let asking = person.clone();
    let allowed = move |look: &mut dyn Look| rules::room_of_order(look, by(&asking), Deed::Send, order).map(drop);
    ask::look(&shared.chat, allowed).await?;
    let mut person = person.clone();
    let (draft, files) = draft(shared, &mut person, request).await?;
    shared.throttles.send(person.id)?;
    let (message, marks) = save(shared, &person, order, draft, files)
        .await
        .inspect_err(|refused| {
            if let Refused::Fault(cause) = refused {
                tracing::error!("Failed to save chat message: {cause}");
            }
        })?;
    Ok(json_answer(&SentJson {
        success: true,
        message: MessageJson::seen_by(&message, order, marks, person.id),
    }))
}

/// What the request asks to be sent, and its file, which is not kept yet.
async fn draft(shared: &Shared, person: &mut Person, request: Request) -> Result<(Draft, Vec<Uploaded>), Refused> {
    let limits = shared.chat.limits();
    let mut form = Form::read(shared, person, request).await?;
    let files = form.one_file("file").map_err(|error| Refused::field("file", error))?;
    let fields = &form.fields;
    let text = if files.is_empty() {
        fields.required_text("message", Some(limits.text_chars))
    } else {
        fields.chosen_text("message", limits.text_chars)
    };
    let client_id = fields.chosen_name("client_id", limits.client_id_chars);
    let draft = Draft {
        text: text.map_err(|error| Refused::field("message", error))?,
        client_id: client_id.map_err(|error| Refused::field("client_id", error))?,
        files: Vec::new(),
    };
    Ok((draft, files))
}

/// Keeps the message, in a room that is opened if need be. A retry under the same client id gives the first message.
async fn save(
    shared: &Shared,
    person: &Person,
    order: OrderId,
    draft: Draft,
    files: Vec<Uploaded>,
) -> Result<(Message, Marks), Refused> {
    let draft = Draft {
        files: upload::keep(shared, files).await?,
        ..draft
    };
    let (now, limits, person) = (shared.chat.now(), shared.chat.limits().clone(), person.clone());
    let uuid = Builder::from_random_bytes(shared.chat.random()).into_uuid();
    let rule = move |tx: &mut dyn Tx| {
        // Asked before a room is opened for it: nothing is refused after it.
        rules::check_draft(&limits, &draft)?;
        let room = rules::opened_room_of_order(tx, now, by(&person), Deed::Send, order, uuid)?;
        rules::send_seen(tx, now, &limits, by(&person), room.id, &draft)
    };
    let (message, marks, is_new) = ask::change(&shared.chat, rule).await?;
    if is_new {
        tracing::info!("Chat message saved: message_id={}, order_id={order}", message.id);
    }
    Ok((message, marks))
}

/// Where no room stands yet, nothing was said.
async fn list_as(shared: &Shared, person: &Person, order: OrderId, query: &str) -> Result<Response, Refused> {
    let part = Part::of(query, shared.chat.limits())?;
    let asking = person.clone();
    let rule = move |look: &mut dyn Look| match rules::room_of_order(look, by(&asking), Deed::Read, order)? {
        Some(room) => rules::history(look, by(&asking), room.id, part.since, part.limit).map(Some),
        None => Ok(None),
    };
    let history = ask::look(&shared.chat, rule).await?;
    let messages = history.as_ref().map_or_else(Vec::new, |history| {
        let shown = |message| MessageJson::seen_by(message, order, history.marks, person.id);
        history.messages.iter().map(shown).collect()
    });
    Ok(json_answer(&MessagesJson {
        success: true,
        messages,
    }))
}
