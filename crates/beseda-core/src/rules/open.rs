//! Open: a room stands when somebody first asks for it, and never twice.

use super::members::join;
use super::rooms::view;
use crate::error::{Error, Refusal};
use crate::policy;
use crate::ports::{Look, Tx};
use crate::words::{NewRoom, Order, OrderId, Person, PersonId, Room, RoomKind, RoomView, Time};
use uuid::Uuid;

/// Opens the room of an order: the room, and whether it is new. Everybody with a place in the order is in it.
/// `uuid` becomes the room's unguessable name if it is new.
///
/// # Errors
/// [`Refusal::NoSuchOrder`]; [`Refusal::NoPlaceInOrder`] for who has none.
pub fn open_order_room(
    tx: &mut dyn Tx,
    now: Time,
    by: &Person,
    order: OrderId,
    uuid: Uuid,
) -> Result<(RoomView, bool), Error> {
    let order = tx.order(order)?.ok_or(Refusal::NoSuchOrder)?;
    policy::require_place_in_order(&order, by)?;
    let (room, new) = room_of(tx, now, &order, uuid)?;
    Ok((view(tx, room)?, new))
}

/// The room of an order, if it stands and everybody who has a place in the order is in it: then opening it would
/// change nothing.
///
/// # Errors
/// As [`open_order_room`].
pub fn standing_order_room(
    look: &mut (impl Look + ?Sized),
    by: &Person,
    order: OrderId,
) -> Result<Option<RoomView>, Error> {
    let order = look.order(order)?.ok_or(Refusal::NoSuchOrder)?;
    policy::require_place_in_order(&order, by)?;
    let Some(room) = look.room_by_key(&key_of(order.id))? else {
        return Ok(None);
    };
    let view = view(look, room)?;
    let is_in = |person: &PersonId| view.members.iter().any(|(member, _)| member.person == *person);
    Ok(if order.people().iter().all(is_in) {
        Some(view)
    } else {
        None
    })
}

/// The order's room, opened if need be, with everybody in it who has a place in the order.
pub(super) fn room_of(tx: &mut dyn Tx, now: Time, order: &Order, uuid: Uuid) -> Result<(Room, bool), Error> {
    let new_room = NewRoom {
        uuid,
        key: key_of(order.id),
        kind: RoomKind::Order,
        order: Some(order.id),
        title: String::new(),
        now,
    };
    let (mut room, new) = tx.open_room(&new_room)?;
    for person in order.people() {
        join(tx, now, &mut room, person)?;
    }
    Ok((room, new))
}

/// The key of an order's room.
pub(super) fn key_of(order: OrderId) -> String {
    format!("order:{order}")
}
