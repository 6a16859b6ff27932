//! Orders: put and forgotten, each with its room and everybody who has a place in it.

use super::asking::ListJson;
use super::call::{self, Body};
use super::described::call::{Brings, Call, Who, lines, made, ok};
use super::described::field::{Field, Takes};
use super::described::shape;
use super::lists;
use super::many::{self, LineJson, Thing, put_all};
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
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// Who has a place in an order, by the names of the fields.
const PLACES: [&str; 3] = ["client", "expert", "operator"];

/// The fields of an order, in a line that says which one it is.
const LINE: &[Field] = &[
    Field::new("id", Takes::Id, "What the application calls it.").required(),
    Field::new(
        "number",
        Takes::Text(|limits| limits.title_chars),
        "Its number, as people know it.",
    )
    .or_null(),
    Field::new("client", Takes::Id, "Whose order it is.").or_null(),
    Field::new("expert", Takes::Id, "Who does it.").or_null(),
    Field::new("operator", Takes::Id, "Who looks after it.").or_null(),
    Field::new(
        "status",
        Takes::Text(|limits| limits.title_chars),
        "How far it is, in the application's words.",
    )
    .or_null(),
];

pub(super) const CALLS: &[Call] = &[
    Call::put(
        "/api/v1/orders/{id}/",
        "putOrder",
        "Puts an order; its room opens with everybody who has a place in it. What is left out stays as it is.",
    )
    .by(Who::Application(Scope::Orders))
    .takes(LINE.split_at(1).1)
    .answers(&[
        ok::<OrderJson>("The order was there, and is so now."),
        made::<OrderJson>("The order is new."),
    ]),
    Call::delete(
        "/api/v1/orders/{id}/",
        "deleteOrder",
        "Forgets an order; its room goes with it.",
    )
    .by(Who::Application(Scope::Orders)),
    Call::get(
        "/api/v1/app/orders/",
        "listOrders",
        "Orders, by when they were last changed.",
    )
    .by(Who::Application(Scope::Orders))
    .query(lists::PARAMETERS)
    .answers(&[ok::<ListJson<OrderJson>>("A page of them.")]),
    Call::post("/api/v1/app/orders/", "putOrders", "Puts many orders, a line each.")
        .by(Who::Application(Scope::Orders))
        .brings(Brings::Lines(LINE))
        .answers(&[lines::<LineJson>("A line for each line, in their order.")]),
];

pub(super) fn routes(routes: Routes) -> Routes {
    let many = post(put_all::<Put>).get(lists::orders);
    let methods = put(replace).delete(remove);
    routes
        .both("/api/v1/orders/{id}/", methods, "PUT, DELETE, OPTIONS")
        .both("/api/v1/app/orders/", many, "GET, POST, HEAD, OPTIONS")
}

/// An order, as a host application sees one.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Order")]
pub(super) struct OrderJson {
    /// What the application calls it.
    #[schemars(with = "shape::Id")]
    id: String,
    /// Its number, as people know it.
    number: String,
    /// Whose order it is.
    #[schemars(with = "Option<shape::Id>")]
    client: Option<String>,
    /// Who does it.
    #[schemars(with = "Option<shape::Id>")]
    expert: Option<String>,
    /// Who looks after it.
    #[schemars(with = "Option<shape::Id>")]
    operator: Option<String>,
    /// How far it is, in the application's words.
    status: String,
    /// The key of its room, where that stands.
    #[schemars(with = "Option<shape::Key>")]
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
    const FIELDS: &'static [Field] = LINE;
    type Name = OrderId;
    type Kept = OrderJson;

    fn name(body: &mut Body, _: &Limits) -> Option<OrderId> {
        body.id("id").map(OrderId)
    }

    fn read(id: OrderId, body: &mut Body, limits: &Limits) -> Self {
        Self {
            id,
            number: body.text_or_empty("number", limits),
            places: PLACES.map(|place| body.person(place)),
            status: body.text_or_empty("status", limits),
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
