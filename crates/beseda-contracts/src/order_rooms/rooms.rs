//! The calls on rooms.

use super::by;
use super::wire::{MessageJson, RoomJson};
use crate::shared::http::urlencoded;
use crate::shared::ids;
use crate::shared::rooms::standing_or_opened;
use crate::shared::{
    Caller, FieldError, Fields, Links, PageQuery, Refused, Routes, Segment, Shared, json_answer, messages_answer,
    page_answer,
};
use crate::voices::DRF;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use beseda_core::ports::{Lane, Look, Tx};
use beseda_core::rules;
use beseda_core::words::{MessageId, OrderId, Person, PersonId, RoomId, RoomView};
use beseda_core::{Error, Refusal};
use beseda_live::ask;
use serde_json::json;

/// What the contract answers somebody who has no place in an order.
const NO_PLACE_IN_ORDER: &str = "У вас нет доступа к этому заказу";

pub(super) fn routes() -> Routes {
    let one = get(retrieve).put(replace).patch(change).delete(remove);
    Routes::said_by(&DRF)
        .both("/api/chat/", get(root), "GET, HEAD, OPTIONS")
        .both("/api/chat/rooms/", get(list).post(create), "GET, POST, HEAD, OPTIONS")
        .both("/api/chat/rooms/create_for_order/", post(create), "POST, OPTIONS")
        .both("/api/chat/rooms/{id}/", one, "GET, PUT, PATCH, DELETE, HEAD, OPTIONS")
        .both("/api/chat/rooms/{id}/messages/", get(messages), "GET, HEAD, OPTIONS")
        .both("/api/chat/rooms/{id}/mark_read/", post(mark_read), "POST, OPTIONS")
}

/// A room's number in a path; what is no number names no room.
fn room_id(text: &str) -> Result<RoomId, Refused> {
    text.parse().map(RoomId).map_err(|_| Refused::NoSuchAddress)
}

fn room_json(view: &RoomView, viewer: PersonId) -> Response {
    Json(RoomJson::seen_by(view, viewer)).into_response()
}

async fn root(_: Caller, links: Links) -> Response {
    let urls = json!({"rooms": links.url("/api/chat/rooms/"), "messages": links.url("/api/chat/messages/")});
    Json(urls).into_response()
}

async fn list(State(shared): State<Shared>, caller: Caller, uri: Uri, links: Links) -> Result<Response, Refused> {
    let (person, viewer) = (caller.person.clone(), caller.person.id);
    let Some(asked) = PageQuery::of(&uri, shared.chat.limits())? else {
        let limit = i64::from(shared.chat.limits().list_rows);
        let views = ask::look(&shared.chat, move |look| rules::rooms(look, by(&person), 0, limit)).await?;
        let rooms: Vec<_> = views.iter().map(|view| RoomJson::seen_by(view, viewer)).collect();
        return Ok(json_answer(&rooms));
    };
    let page = move |look: &mut dyn Look| rules::page_of_rooms(look, by(&person), asked.number, asked.size);
    let (count, number, views) = ask::look(&shared.chat, page).await?;
    let rooms = views.iter().map(|view| RoomJson::seen_by(view, viewer)).collect();
    Ok(page_answer(&links, count, number, asked.size, rooms))
}

/// The order that a body names, as `order_id` or, the document's other word, `order`. Null and nothing name none, like
/// no field at all: the module that this contract is of could not tell them apart.
///
/// # Errors
/// 400 for what no order can be called.
async fn named_order(shared: &Shared, fields: &Fields) -> Result<Option<OrderId>, Refused> {
    for name in ["order_id", "order"] {
        let named = fields
            .get(name)
            .is_some_and(|value| !value.is_null() && value.as_str() != Some(""));
        if !named {
            continue;
        }
        let wrong = || Refused::field(name, FieldError::NotInteger);
        let order = fields.host_id(name).map_err(|_| wrong())?.ok_or_else(wrong)?;
        return match ids::can_be_in_body(shared, &order).await? {
            true => Ok(Some(OrderId(order))),
            false => Err(wrong()),
        };
    }
    Ok(None)
}

/// Opens the room of an order: 201 for a new one, 200 for the one that stands.
async fn create(State(shared): State<Shared>, caller: Caller, fields: Fields) -> Result<Response, Refused> {
    let order = named_order(&shared, &fields).await?;
    let order = order.ok_or(Refused::NoSuchAddress)?;
    match open_room(&shared, &caller.person, order).await {
        Ok((view, new)) => {
            let status = if new { StatusCode::CREATED } else { StatusCode::OK };
            Ok((status, room_json(&view, caller.person.id)).into_response())
        }
        Err(Error::Refused(Refusal::NoPlaceInOrder)) => {
            Ok((StatusCode::FORBIDDEN, Json(json!({"error": NO_PLACE_IN_ORDER}))).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// The room of an order, and whether it is new.
async fn open_room(shared: &Shared, person: &Person, order: OrderId) -> Result<(RoomView, bool), Error> {
    let (now, asking, opening) = (shared.chat.now(), person.clone(), person.clone());
    let asked = order.clone();
    let standing = move |look: &mut dyn Look| rules::standing_order_room(look, &asking, &asked);
    let open = move |tx: &mut dyn Tx, name| rules::open_order_room(tx, now, &opening, &order, name);
    standing_or_opened(&shared.chat, standing, || Ok(()), open).await
}

async fn retrieve(State(shared): State<Shared>, caller: Caller, Segment(id): Segment) -> Result<Response, Refused> {
    let (room, viewer) = (room_id(&id)?, caller.person.id);
    let view = ask::look(&shared.chat, move |look| {
        rules::room_view(look, by(&caller.person), room)
    })
    .await?;
    Ok(room_json(&view, viewer))
}

async fn replace(state: State<Shared>, caller: Caller, path: Segment, fields: Fields) -> Result<Response, Refused> {
    change_room(state, caller, path, fields, true).await
}

async fn change(state: State<Shared>, caller: Caller, path: Segment, fields: Fields) -> Result<Response, Refused> {
    change_room(state, caller, path, fields, false).await
}

/// Lets a room be about another order, which is all that can be changed of one. Who may not is told so before what
/// they sent is looked at.
async fn change_room(
    State(shared): State<Shared>,
    caller: Caller,
    Segment(id): Segment,
    fields: Fields,
    whole: bool,
) -> Result<Response, Refused> {
    let (room, viewer) = (room_id(&id)?, caller.person.id);
    let person = caller.person.clone();
    let standing = ask::look(&shared.chat, move |look| rules::room_to_change(look, by(&person), room)).await?;
    let order = match named_order(&shared, &fields).await? {
        Some(order) => order,
        None if whole => return Err(Refused::field("order", FieldError::Required)),
        None => return Ok(room_json(&standing, viewer)),
    };
    let (now, key) = (shared.chat.now(), order.to_string());
    let moved = ask::change_in(&shared.chat, Lane::Room(room), move |tx| {
        rules::move_room(tx, now, by(&caller.person), room, &order)
    })
    .await;
    match moved {
        Ok(view) => Ok(room_json(&view, viewer)),
        Err(Error::Refused(Refusal::NoSuchOrder)) => Err(Refused::field("order", FieldError::NoSuchObject { key })),
        Err(Error::Refused(Refusal::OrderHasRoom)) => Err(Refused::field("order", FieldError::NotUnique)),
        Err(error) => Err(error.into()),
    }
}

async fn remove(State(shared): State<Shared>, caller: Caller, Segment(id): Segment) -> Result<StatusCode, Refused> {
    let (room, now) = (room_id(&id)?, shared.chat.now());
    ask::change_in(&shared.chat, Lane::Room(room), move |tx| {
        rules::remove_room(tx, now, by(&caller.person), room)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn messages(
    State(shared): State<Shared>,
    caller: Caller,
    Segment(id): Segment,
    uri: Uri,
    links: Links,
) -> Result<Response, Refused> {
    let (room, viewer) = (room_id(&id)?, caller.person.id);
    let Some(asked) = PageQuery::of(&uri, shared.chat.limits())? else {
        return unpaged_messages(&shared, caller, room, before(&uri)?, &links).await;
    };
    let walked = shared.walks.walked(viewer, Some(room), asked);
    let page = move |look: &mut dyn Look| rules::page(look, by(&caller.person), room, asked.number, asked.size, walked);
    let page = ask::look(&shared.chat, page).await?;
    shared.walks.give(viewer, Some(room), asked.size, &page);
    let rows = page
        .messages
        .iter()
        .map(|(message, marks)| MessageJson::seen_by(message, *marks, viewer))
        .collect();
    Ok(messages_answer(&links, &page, rows))
}

/// The message in front of which a list is to end.
fn before(uri: &Uri) -> Result<Option<MessageId>, Refused> {
    let before = urlencoded::given(uri.query().unwrap_or_default(), "before");
    let before = before.map(|before| before.parse().map(MessageId));
    let wrong = |_| Refused::field("before", FieldError::NotInteger);
    before.transpose().map_err(wrong)
}

/// The unpaged list: the newest messages, or the newest of those in front of one, oldest first, and where the rest is.
async fn unpaged_messages(
    shared: &Shared,
    caller: Caller,
    room: RoomId,
    before: Option<MessageId>,
    links: &Links,
) -> Result<Response, Refused> {
    let (rows, viewer) = (shared.chat.limits().list_rows, caller.person.id);
    let (history, oldest) = ask::look(&shared.chat, move |look| {
        rules::history_back(look, by(&caller.person), room, before, rows)
    })
    .await?;
    let messages: Vec<_> = history
        .messages
        .iter()
        .map(|message| MessageJson::seen_by(message, history.marks, viewer))
        .collect();
    let count = history.room.visible();
    let mut response = json_answer(&messages);
    response.headers_mut().insert("x-total-count", HeaderValue::from(count));
    if let Some(oldest) = oldest {
        let link = format!("<{}>; rel=\"prev\"", links.with("before", oldest.0));
        if let Ok(link) = HeaderValue::from_str(&link) {
            response.headers_mut().insert(header::LINK, link);
        }
    }
    Ok(response)
}

async fn mark_read(State(shared): State<Shared>, caller: Caller, Segment(id): Segment) -> Result<Response, Refused> {
    let (room, now) = (room_id(&id)?, shared.chat.now());
    ask::change_in(&shared.chat, Lane::Room(room), move |tx| {
        rules::read(tx, now, by(&caller.person), room, None)
    })
    .await?;
    Ok(Json(json!({"status": "messages marked as read"})).into_response())
}
