//! Orders: put and forgotten, each with its room and everybody who has a place in it.

use super::call::{self, Body};
use crate::shared::rooms::new_name;
use crate::shared::{FieldErrors, Refused, Routes, Segment, Shared};
use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::put;
use beseda_core::ports::Tx;
use beseda_core::rules;
use beseda_core::words::{HostId, Order, OrderId, RoomId, RoomKey, Scope};
use beseda_live::ask;
use http::StatusCode;
use serde::Serialize;

/// Who has a place in an order, by the names of the fields.
const PLACES: [&str; 3] = ["client", "expert", "operator"];

const FIELDS: &[&str] = &["number", "client", "expert", "operator", "status"];

pub(super) fn routes(routes: Routes) -> Routes {
    let methods = put(replace).delete(remove);
    routes.both("/api/v1/orders/{id}/", methods, "PUT, DELETE, OPTIONS")
}

/// An order, as a host application sees one.
#[derive(Serialize)]
struct OrderJson<'a> {
    id: &'a OrderId,
    number: &'a str,
    client: Option<HostId<'static>>,
    expert: Option<HostId<'static>>,
    operator: Option<HostId<'static>>,
    status: &'a str,
    room: Option<RoomId>,
}

async fn replace(State(shared): State<Shared>, Segment(id): Segment, request: Request) -> Result<Response, Refused> {
    call::require(&shared, request.headers(), Scope::Orders).await?;
    let id = OrderId(call::host_id(&id)?);
    let mut body = Body::read(&shared, request, FIELDS).await?;
    let max = shared.chat.limits().title_chars;
    let number = body.text("number", max).unwrap_or_default();
    let places = PLACES.map(|place| body.person(place));
    let word = body.text("status", max).unwrap_or_default();
    body.end()?;

    let (now, uuid) = (shared.chat.now(), new_name(&shared.chat));
    let order = Order {
        id: id.clone(),
        number: number.clone(),
        client: None,
        expert: None,
        operator: None,
        status: word.clone(),
    };
    let named = places.clone();
    let put = move |tx: &mut dyn Tx| {
        let mut order = order.clone();
        let fields = [&mut order.client, &mut order.expert, &mut order.operator];
        let mut mistakes = FieldErrors::default();
        for ((field, place), named) in fields.into_iter().zip(PLACES).zip(&named) {
            *field = call::people_of(tx, place, named, &mut mistakes)?.pop();
        }
        if let Err(unknown) = mistakes.none() {
            return Ok(Err(unknown));
        }
        let is_new = tx.order(&order.id)?.is_none();
        rules::put_order(tx, now, &order, Some(uuid))?;
        let room = tx.room_by_key(&RoomKey::Order(order.id).to_string())?;
        Ok(Ok((is_new, room.map(|room| room.id))))
    };
    let (is_new, room) = ask::change(&shared.chat, put).await??;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    let [client, expert, operator] = places;
    let answer = OrderJson {
        id: &id,
        number: &number,
        client,
        expert,
        operator,
        status: &word,
        room,
    };
    Ok((status, Json(answer)).into_response())
}

async fn remove(State(shared): State<Shared>, Segment(id): Segment, request: Request) -> Result<StatusCode, Refused> {
    call::require(&shared, request.headers(), Scope::Orders).await?;
    let (id, now) = (OrderId(call::host_id(&id)?), shared.chat.now());
    ask::change(&shared.chat, move |tx| rules::remove_order(tx, now, &id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
