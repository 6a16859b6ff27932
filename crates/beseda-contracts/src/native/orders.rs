//! Orders: put and forgotten, each with its room and everybody who has a place in it.

use super::call::{self, Body};
use super::lists;
use super::many::{self, Thing, put_all};
use super::objects::id_text;
use crate::shared::rooms::new_name;
use crate::shared::{FieldErrors, Refused, Routes, Segment, Shared};
use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{post, put};
use beseda_core::Error;
use beseda_core::ports::{Lane, Look};
use beseda_core::rules;
use beseda_core::words::{HostId, Limits, Order, OrderId, PersonId, Room, RoomKey, Scope};
use beseda_live::ask;
use http::StatusCode;
use serde::Serialize;
use std::collections::BTreeMap;

/// Who has a place in an order, by the names of the fields.
const PLACES: [&str; 3] = ["client", "expert", "operator"];

/// The fields of an order, in a line that says which one it is.
const LINE: &[&str] = &["id", "number", "client", "expert", "operator", "status"];

pub(super) fn routes(routes: Routes) -> Routes {
    let many = post(put_all::<Put>).get(lists::orders);
    let methods = put(replace).delete(remove);
    routes
        .both("/api/v1/orders/{id}/", methods, "PUT, DELETE, OPTIONS")
        .both("/api/v1/app/orders/", many, "GET, POST, HEAD, OPTIONS")
}

/// An order, as a host application sees one.
#[derive(Serialize)]
pub(super) struct OrderJson {
    id: String,
    number: String,
    client: Option<String>,
    expert: Option<String>,
    operator: Option<String>,
    status: String,
    /// The key of its room, where that stands.
    room: Option<String>,
}

impl OrderJson {
    /// `people`: what the host calls those who have a place in it and were not deleted.
    pub(super) fn of(order: Order, people: &BTreeMap<PersonId, HostId<'static>>, room: Option<&Room>) -> Self {
        let place = |person: Option<PersonId>| Some(id_text(people.get(&person?)?));
        Self {
            client: place(order.client),
            expert: place(order.expert),
            operator: place(order.operator),
            room: room.map(|room| room.key.to_string()),
            id: id_text(&order.id.0),
            number: order.number,
            status: order.status,
        }
    }
}

/// An order, and what a call says of it; `None` where it says nothing.
pub(super) struct Put {
    id: OrderId,
    number: Option<String>,
    places: [Option<Option<HostId<'static>>>; 3],
    status: Option<String>,
}

impl Put {
    /// The order with what is said of it; what is left out stays. Who is not there is a mistake.
    fn over(&self, look: &mut (impl Look + ?Sized), mut order: Order) -> Result<Result<Order, FieldErrors>, Error> {
        let mut mistakes = FieldErrors::default();
        let places = [&mut order.client, &mut order.expert, &mut order.operator];
        for ((place, name), said) in places.into_iter().zip(PLACES).zip(&self.places) {
            if let Some(person) = said {
                *place = call::people_of(look, name, person, &mut mistakes)?.pop();
            }
        }
        for (text, said) in [(&mut order.number, &self.number), (&mut order.status, &self.status)] {
            if let Some(said) = said {
                text.clone_from(said);
            }
        }
        Ok(mistakes.none().map(|()| order))
    }
}

impl Thing for Put {
    const SCOPE: Scope = Scope::Orders;
    const FIELDS: &'static [&'static str] = LINE;
    type Name = OrderId;
    type Kept = OrderJson;

    fn name(body: &mut Body) -> Option<OrderId> {
        body.id("id").map(OrderId)
    }

    fn read(id: OrderId, body: &mut Body, limits: &Limits) -> Self {
        Self {
            id,
            number: body.text_or_empty("number", limits.title_chars),
            places: PLACES.map(|place| body.person(place)),
            status: body.text_or_empty("status", limits.title_chars),
        }
    }

    fn people(&self) -> usize {
        PLACES.len()
    }

    fn put(self, shared: &Shared, lane: Lane) -> impl Future<Output = Result<(bool, OrderJson), Refused>> + Send {
        let (now, uuid) = (shared.chat.now(), new_name(&shared.chat));
        let put = ask::hand_over(&shared.chat, lane, move |tx| {
            let before = tx.order(&self.id)?;
            let is_new = before.is_none();
            let order = before.unwrap_or_else(|| Order::new(self.id.clone()));
            let order = match self.over(tx, order)? {
                Ok(order) => order,
                Err(unknown) => return Ok(Err(unknown)),
            };
            rules::put_order(tx, now, &order, Some(uuid))?;
            let room = tx.room_by_key(&RoomKey::Order(order.id.clone()).to_string())?;
            let people = call::host_ids(tx, order.people())?;
            let kept = OrderJson::of(order, &people, room.as_ref());
            Ok::<_, Error>(Ok((is_new, kept)))
        });
        async move { Ok(put.await??) }
    }
}

async fn replace(State(shared): State<Shared>, Segment(id): Segment, request: Request) -> Result<Response, Refused> {
    let put: Put = many::read_one(&shared, request, || call::host_id(&id).map(OrderId)).await?;
    let (is_new, kept) = many::put_one(&shared, put).await?;
    Ok((many::status(is_new), Json(kept)).into_response())
}

async fn remove(State(shared): State<Shared>, Segment(id): Segment, request: Request) -> Result<StatusCode, Refused> {
    call::require(&shared, request.headers(), Scope::Orders).await?;
    let (id, now) = (OrderId(call::host_id(&id)?), shared.chat.now());
    ask::change(&shared.chat, move |tx| rules::remove_order(tx, now, &id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
