//! Why somebody may or may not see the room of an order: what the other rules decide, with what they decide it by.

use super::open::{room_of_order, standing_order_room};
use super::place_for;
use crate::error::{Error, Refusal};
use crate::policy::{self, By, Deed};
use crate::ports::Look;
use crate::words::{Member, Order, OrderId, OrderPlace, Person, Room, RoomKey, RoomKind, Time};
use std::sync::Arc;

/// An order and its room, for who looks after them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderFile {
    /// The order, where the host application has put it.
    pub order: Option<Order>,
    /// Who has a place in it. Who was deleted is named still.
    pub seated: Vec<(OrderPlace, Person)>,
    /// Its room, where it stands.
    pub room: Option<Room>,
    /// Everybody in the room.
    pub members: Vec<(Member, Arc<Person>)>,
}

/// What is kept of an order and its room.
pub fn order_file(look: &mut (impl Look + ?Sized), id: &OrderId) -> Result<OrderFile, Error> {
    let order = look.order(id)?;
    let mut seated = Vec::new();
    for (seat, person) in order.iter().flat_map(Order::seats) {
        if let Some(person) = person
            && let Some(person) = look.person(person)?
        {
            seated.push((seat, person));
        }
    }
    let room = look.room_by_key(&RoomKey::Order(id.clone()).to_string())?;
    let members = match &room {
        Some(room) => look.members(room.id)?,
        None => Vec::new(),
    };
    Ok(OrderFile {
        order,
        seated,
        room,
        members,
    })
}

/// How somebody stands to the room of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderAccess {
    /// Whether they may read there by a call that is made to step in.
    pub stepping_in: Result<(), Refusal>,
    /// Whether they may hear it as one who is in it; where none stands, whether they may open it.
    pub inside: Result<(), Refusal>,
    /// Whether they are in it.
    pub is_member: bool,
    /// When they were last shown out of it, where they are not in it.
    pub shown_out_at: Option<Time>,
    /// What they may do there, by every call.
    pub deeds: Vec<Deed>,
}

/// How somebody stands to the room of an order, by the calls that are made to step in and by those for who is in it.
pub fn order_access(
    look: &mut (impl Look + ?Sized),
    id: &OrderId,
    stepping_in: By<'_>,
    inside: By<'_>,
) -> Result<OrderAccess, Error> {
    let person = stepping_in.person;
    let room = look.room_by_key(&RoomKey::Order(id.clone()).to_string())?;
    let place = match &room {
        Some(room) => look.place(room.id, person.id)?,
        None => None,
    };
    let is_member = place.is_some_and(|place| place.member.is_some());
    let shown_out_at = match &room {
        Some(room) if !is_member => look.shown_out_at(room.id, person.id)?,
        _ => None,
    };
    let has_place = look.order(id)?.is_some_and(|order| order.people().contains(&person.id));
    let steps = room_of_order(look, stepping_in, Deed::Read, id).map(drop);
    let hears = match &room {
        Some(room) => place_for(look, Deed::Listen, room.id, inside).map(drop),
        None => standing_order_room(look, person, id).map(drop),
    };
    Ok(OrderAccess {
        stepping_in: refusal(steps)?,
        inside: refusal(hears)?,
        is_member,
        shown_out_at,
        deeds: policy::deeds(RoomKind::Order, is_member || has_place, stepping_in),
    })
}

/// What was refused, apart from what failed.
fn refusal(outcome: Result<(), Error>) -> Result<Result<(), Refusal>, Error> {
    match outcome {
        Ok(()) => Ok(Ok(())),
        Err(Error::Refused(refusal)) => Ok(Err(refusal)),
        Err(fault) => Err(fault),
    }
}
