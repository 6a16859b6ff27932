//! Lists of everything that a host application puts, by when it was last changed, for it to compare its own with.

use super::asking::{Asker, LIMIT, ListJson, PLACE, Query, next};
use super::call::{self, host_ids};
use super::described::field::{Field, Takes};
use super::groups::GroupJson;
use super::orders::OrderJson;
use super::people::AccountJson;
use crate::shared::{Refused, Shared};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use beseda_core::Error;
use beseda_core::ports::Look;
use beseda_core::rules::{self, Stretch};
use beseda_core::words::{Scope, Updated};
use beseda_live::ask;
use http::{HeaderMap, Uri};
use serde::Serialize;

pub(super) const PARAMETERS: &[Field] = &[
    Field::new("updated_after", Takes::Moment, "Leaves out what has not changed since."),
    LIMIT,
    PLACE,
];

/// What of a request decides the list.
type Asked = (Uri, HeaderMap);

/// People.
pub(super) async fn people(State(shared): State<Shared>, asked: Asked) -> Result<Response, Refused> {
    let list = list(&shared, &asked, Scope::People, |look, after, limit| {
        rules::people_updated(look, after, limit)
    });
    let people = list.await?;
    Ok(answer(people.next, people.items.iter().map(AccountJson::from)))
}

/// Orders, each with the key of its room if that stands.
pub(super) async fn orders(State(shared): State<Shared>, asked: Asked) -> Result<Response, Refused> {
    let list = list(&shared, &asked, Scope::Orders, |look, after, limit| {
        let orders = rules::orders_updated(look, after, limit)?;
        let people = host_ids(look, orders.items.iter().flat_map(|(order, _)| order.people()))?;
        let told = |(order, room): (_, Option<_>)| OrderJson::of(order, &people, room.as_ref());
        Ok(Stretch {
            items: orders.items.into_iter().map(told).collect(),
            next: orders.next,
        })
    });
    let orders = list.await?;
    Ok(answer(orders.next, orders.items.into_iter()))
}

/// Groups.
pub(super) async fn groups(State(shared): State<Shared>, asked: Asked) -> Result<Response, Refused> {
    let list = list(&shared, &asked, Scope::Groups, |look, after, limit| {
        let groups = rules::groups_updated(look, after, limit)?;
        let people = host_ids(look, groups.items.iter().flat_map(|group| group.people()))?;
        let told = |group| GroupJson::of(group, &people);
        Ok(Stretch {
            items: groups.items.into_iter().map(told).collect(),
            next: groups.next,
        })
    });
    let groups = list.await?;
    Ok(answer(groups.next, groups.items.into_iter()))
}

/// Rooms, and who is in them.
pub(super) async fn rooms(State(shared): State<Shared>, asked: Asked) -> Result<Response, Refused> {
    let host = Asker::host(&shared);
    let list = list(&shared, &asked, Scope::Rooms, move |look, after, limit| {
        let rooms = rules::rooms_updated(look, host.by(), after, limit)?;
        Ok(Stretch {
            items: rooms.items.iter().map(|room| host.room(room)).collect(),
            next: rooms.next,
        })
    });
    let rooms = list.await?;
    Ok(answer(rooms.next, rooms.items.into_iter()))
}

/// The part of a list that a request asks for.
async fn list<T: Send + 'static>(
    shared: &Shared,
    (uri, headers): &Asked,
    scope: Scope,
    read: impl FnOnce(&mut dyn Look, Updated, i64) -> Result<Stretch<T>, Error> + Send + 'static,
) -> Result<Stretch<T>, Refused> {
    call::require(shared, headers, scope).await?;
    let mut query = Query::of(uri.query(), PARAMETERS);
    let begin = query.moment("updated_after").map(rules::changed_after);
    let (limit, cursor) = (query.limit(shared), query.place::<Updated>());
    query.end()?;
    // Who goes on has told where they began.
    let after = cursor.or(begin).unwrap_or(Updated::BEGINNING);
    Ok(ask::look(&shared.chat, move |look| read(look, after, limit)).await?)
}

fn answer<T: Serialize>(behind: Option<Updated>, items: impl Iterator<Item = T>) -> Response {
    let list = ListJson {
        items: items.collect(),
        next: behind.map(next),
    };
    Json(list).into_response()
}
