//! The two calls: sending about an order, and reading what was said.

use super::by;
use super::query::Part;
use super::voice::Call;
use super::wire::{MessageJson, MessagesJson, RowJson, SentJson, role_word};
use crate::shared::http::body::Brought;
use crate::shared::http::changes;
use crate::shared::ids::logged;
use crate::shared::rooms::new_name;
use crate::shared::{Caller, FieldErrors, Form, Refused, Routes, Segment, Shared, json_answer, messages};
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::{get, post};
use beseda_core::Refusal;
use beseda_core::policy::Deed;
use beseda_core::ports::{Lane, Look, Tx};
use beseda_core::rules;
use beseda_core::words::{Marks, Message, NoHostId, OrderId, Person};
use beseda_live::ask;
use http::request::Parts;

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
        "Chat message send attempt: order_id={}, user_id={}, user_role={role}",
        logged(&order.0),
        logged(&person.host_id())
    );
    with_denial(&order, &person, send_as(&shared, &person, &order, request).await)
}

async fn list(
    State(shared): State<Shared>,
    order: Result<Segment, Refused>,
    parts: Parts,
) -> Result<Response, Refused> {
    let (person, order) = asked(&shared, &parts, order).await?;
    let query = parts.uri.query().unwrap_or_default();
    with_denial(&order, &person, list_as(&shared, &person, &order, query).await)
}

/// Who asks, and about which order. What nobody could call an order is no order's.
async fn asked(shared: &Shared, parts: &Parts, order: Result<Segment, Refused>) -> Result<(Person, OrderId), Refused> {
    let person = Caller::of_request(shared, parts).await?.person;
    let Segment(order) = order?;
    let order = order.parse().map_err(|NoHostId| Refusal::NoSuchOrder)?;
    Ok((person, order))
}

/// Writes down that somebody was refused an order's chat.
fn with_denial<T>(order: &OrderId, person: &Person, outcome: Result<T, Refused>) -> Result<T, Refused> {
    if let Err(Refused::Rule(Refusal::NoPlaceInOrder | Refusal::NotAllowed)) = outcome {
        let (order, person) = (logged(&order.0), logged(&person.host_id()));
        tracing::warn!("Chat access denied: order_id={order}, user_id={person}");
    }
    outcome
}

/// Who may not send is told so before a byte of what they bring is read.
async fn send_as(shared: &Shared, person: &Person, order: &OrderId, request: Request) -> Result<Response, Refused> {
    let (asking, asked) = (person.clone(), order.clone());
    let allowed = move |look: &mut dyn Look| rules::room_of_order(look, by(&asking), Deed::Send, &asked);
    let room = ask::look(&shared.chat, allowed).await?;
    let lane = room.map_or(Lane::Any, |room| Lane::Room(room.id));
    let mut person = person.clone();
    let mut form = Form::read(shared, &mut person, request).await?;
    let mut errors = FieldErrors::default();
    let brought = form.brought("message", shared.chat.limits(), &mut errors);
    errors.none()?;
    shared.throttles.send(person.id)?;
    let (message, marks) = save(shared, &person, order, lane, brought)
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

/// Keeps the message, in a room that is opened if need be. A retry under the same client id gives the first message.
async fn save(
    shared: &Shared,
    person: &Person,
    order: &OrderId,
    lane: Lane,
    brought: Brought,
) -> Result<(Message, Marks), Refused> {
    let (now, name) = (shared.chat.now(), new_name(&shared.chat));
    let (asking, asked) = (person.clone(), order.clone());
    let place = move |tx: &mut dyn Tx| {
        let room = rules::opened_room_of_order(tx, now, by(&asking), Deed::Send, &asked, name)?;
        Ok(room.id)
    };
    let (message, marks, is_new) =
        messages::keep(shared, super::CONTRACT.name, person, by, lane, brought, place).await?;
    if is_new {
        tracing::info!(
            "Chat message saved: message_id={}, order_id={}",
            message.id,
            logged(&order.0)
        );
    }
    Ok((message, marks))
}

/// Where no room stands yet, nothing was said.
async fn list_as(shared: &Shared, person: &Person, order: &OrderId, query: &str) -> Result<Response, Refused> {
    let part = Part::of(query, shared.chat.limits())?;
    let (asking, asked) = (person.clone(), order.clone());
    let rule = move |look: &mut dyn Look| match rules::room_of_order(look, by(&asking), Deed::Read, &asked)? {
        Some(room) => rules::poll(look, by(&asking), room.id, part.poll, part.limit).map(Some),
        None => Ok(None),
    };
    let polled = ask::look(&shared.chat, rule).await?;
    let messages = polled.as_ref().map_or_else(Vec::new, |polled| {
        let shown = |message| RowJson::seen_by(message, order, polled.marks, person.id);
        polled.messages.iter().map(shown).collect()
    });
    let answer = json_answer(&MessagesJson {
        success: true,
        messages,
    });
    Ok(changes::marked(answer, polled.and_then(|polled| polled.mark)))
}
