//! Orders: put and forgotten, each with its room and everybody who has a place in it.

use super::call::{self, Body, GREATEST};
use crate::shared::rooms::new_name;
use crate::shared::{Refused, Routes, Segment, Shared};
use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::put;
use beseda_core::ports::Tx;
use beseda_core::rules;
use beseda_core::words::{Order, OrderId, PersonId, RoomId, RoomKey, Scope};
use beseda_live::ask;
use http::StatusCode;
use serde::Serialize;

const FIELDS: &[&str] = &["number", "client", "expert", "operator", "status"];

pub(super) fn routes(routes: Routes) -> Routes {
    let methods = put(replace).delete(remove);
    routes.both("/api/v1/orders/{id}/", methods, "PUT, DELETE, OPTIONS")
}

/// An order, as a host application sees one.
#[derive(Serialize)]
struct OrderJson<'a> {
    id: OrderId,
    number: &'a str,
    client: Option<PersonId>,
    expert: Option<PersonId>,
    operator: Option<PersonId>,
    status: &'a str,
    room: Option<RoomId>,
}

async fn replace(State(shared): State<Shared>, Segment(id): Segment, request: Request) -> Result<Response, Refused> {
    call::require(&shared, request.headers(), Scope::Orders).await?;
    let id = OrderId(call::number(&id, GREATEST)?);
    let mut body = Body::read(&shared, request, FIELDS).await?;
    let max = shared.chat.limits().title_chars;
    let order = Order {
        id,
        number: body.text("number", max).unwrap_or_default(),
        client: body.person("client"),
        expert: body.person("expert"),
        operator: body.person("operator"),
        status: body.text("status", max).unwrap_or_default(),
    };
    body.end()?;

    let (now, kept) = (shared.chat.now(), order.clone());
    let uuid = new_name(&shared.chat);
    let put = move |tx: &mut dyn Tx| {
        let named = [
            ("client", order.client.into_iter().collect()),
            ("expert", order.expert.into_iter().collect()),
            ("operator", order.operator.into_iter().collect()),
        ];
        let mistakes = call::unknown(tx, &named)?;
        if let Err(unknown) = mistakes.none() {
            return Ok(Err(unknown));
        }
        let is_new = tx.order(id)?.is_none();
        rules::put_order(tx, now, &order, Some(uuid))?;
        let room = tx.room_by_key(&RoomKey::Order(id).to_string())?;
        Ok(Ok((is_new, room.map(|room| room.id))))
    };
    let (is_new, room) = ask::change(&shared.chat, put).await??;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    let answer = OrderJson {
        id,
        number: &kept.number,
        client: kept.client,
        expert: kept.expert,
        operator: kept.operator,
        status: &kept.status,
        room,
    };
    Ok((status, Json(answer)).into_response())
}

async fn remove(State(shared): State<Shared>, Segment(id): Segment, request: Request) -> Result<StatusCode, Refused> {
    call::require(&shared, request.headers(), Scope::Orders).await?;
    let (id, now) = (OrderId(call::number(&id, GREATEST)?), shared.chat.now());
    ask::change(&shared.chat, move |tx| rules::remove_order(tx, now, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
