//! Orders: the host application makes and changes them, and their rooms follow.

use super::cases::notes_of;
use super::members::{Granted, settle};
use super::open::room_of;
use super::place_for;
use super::rooms::view;
use super::touch::changed;
use crate::error::{Error, Refusal};
use crate::policy::{By, Deed};
use crate::ports::Tx;
use crate::words::{Event, Heard, Order, OrderId, Room, RoomId, RoomKey, RoomKind, RoomView, Time};
use uuid::Uuid;

/// Makes or changes an order. A room that stands for it follows: newcomers join, who lost their place leaves.
/// With `opens`, a room is opened if none stands.
///
/// # Errors
/// [`Refusal::NoSuchPerson`] where somebody named is unknown.
pub fn put_order(tx: &mut dyn Tx, now: Time, order: &Order, opens: Option<Uuid>) -> Result<(), Error> {
    for person in order.people() {
        if tx.person(person)?.is_none() {
            return Err(Refusal::NoSuchPerson.into());
        }
    }
    tx.put_order(order)?;
    tx.order_updated(&order.id, now)?;
    if let Some(mut room) = tx.room_by_key(&RoomKey::Order(order.id.clone()).to_string())? {
        settle(tx, now, &mut room, &order.people(), Granted::Stay)?;
    } else if let Some(uuid) = opens {
        room_of(tx, now, order, uuid)?;
    }
    Ok(())
}

/// Lets a room be about another order: whoever has a place in that one is in the room afterwards, nobody else.
///
/// # Errors
/// The refusals of the policy; [`Refusal::NoSuchOrder`]; [`Refusal::OrderHasRoom`].
pub fn move_room(tx: &mut dyn Tx, now: Time, by: By<'_>, room: RoomId, order: &OrderId) -> Result<RoomView, Error> {
    let mut room = place_for(tx, Deed::Govern, room, by)?.room;
    let order = tx.order(order)?.ok_or(Refusal::NoSuchOrder)?;
    if room.order().as_ref() == Some(&order.id) {
        return view(tx, room);
    }
    if tx.room_by_key(&RoomKey::Order(order.id.clone()).to_string())?.is_some() {
        return Err(Refusal::OrderHasRoom.into());
    }
    room.key = RoomKey::Order(order.id.clone()).to_string().into();
    changed(tx, now, &mut room)?;
    settle(tx, now, &mut room, &order.people(), Granted::Leave)?;
    view(tx, room)
}

/// Forgets an order, and takes away its room with everything said in it. One that is not there is fine.
pub fn remove_order(tx: &mut dyn Tx, now: Time, order: &OrderId) -> Result<(), Error> {
    if let Some(room) = tx.room_by_key(&RoomKey::Order(order.clone()).to_string())? {
        take_away(tx, now, &room)?;
    }
    Ok(tx.remove_order(order)?)
}

/// Takes a room away, with everything said in it.
///
/// # Errors
/// The refusals of the policy.
pub fn remove_room(tx: &mut dyn Tx, now: Time, by: By<'_>, room: RoomId) -> Result<(), Error> {
    let room = place_for(tx, Deed::Govern, room, by)?.room;
    take_away(tx, now, &room)
}

/// Takes a room away by its key, for the host application. One that is not there is fine; notes go with the room that they are
/// about.
pub fn remove_room_of(tx: &mut dyn Tx, now: Time, key: &RoomKey) -> Result<(), Error> {
    match tx.room_by_key(&key.to_string())? {
        Some(room) if room.kind != RoomKind::Notes => take_away(tx, now, &room),
        _ => Ok(()),
    }
}

pub(super) fn take_away(tx: &mut dyn Tx, now: Time, room: &Room) -> Result<(), Error> {
    tx.remove_reports_in(room.id)?;
    if let Some(notes) = notes_of(tx, room)? {
        vacate(tx, now, &notes)?;
    }
    vacate(tx, now, room)
}

/// The same of a room whose messages go to another one, with what is reported of them.
pub(super) fn vacate(tx: &mut dyn Tx, now: Time, room: &Room) -> Result<(), Error> {
    tx.remove_room(room, now)?;
    let gone = Room {
        head: room.head.next(),
        ..room.clone()
    };
    tx.announce(Event::of(&gone, Heard::Removed));
    Ok(())
}
