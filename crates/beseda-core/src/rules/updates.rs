//! Updates: what a host application compares its own with, by when it was last changed.
//!
//! Nothing is missed by who walks while things change. A moment never goes back, so what is changed moves behind everything
//! else in its list: what was not walked to is not walked past. What was changed by a transaction that ended later than its
//! moment says may come to stand before somebody who walks; so a walk that asks for what was changed after a moment is given
//! what was changed a little before it, too.

use super::catch_up::cursor_of;
use super::changes::{MEMBERS_TOLD, fulls};
use crate::error::Error;
use crate::policy::By;
use crate::ports::Look;
use crate::words::{Cursor, FullRoom, Group, Order, Person, Place, Room, RoomKind, RoomView, Time, Updated};

/// How far before the moment that is asked for a walk begins: how long a change may take from its moment to its commit, and
/// how far clocks may be apart.
const OVERLAP_SECONDS: i64 = 60;

/// A part of a list, and the place from which it goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch<T> {
    /// What stands there.
    pub items: Vec<T>,
    /// Where the next one begins; nowhere when nothing is left.
    pub next: Option<Updated>,
}

/// Where a walk over everything begins that was changed after a moment.
#[must_use]
pub fn changed_after(moment: Time) -> Updated {
    Updated::after(moment.plus_seconds(-OVERLAP_SECONDS))
}

/// People behind a place, `limit` of them at most, without the server's own.
pub fn people_updated(look: &mut (impl Look + ?Sized), after: Updated, limit: i64) -> Result<Stretch<Person>, Error> {
    let people = look.people_updated(after, limit.saturating_add(1))?;
    Ok(stretch(people, limit, |person| !person.host_id().is_reserved()))
}

/// Orders behind a place, `limit` of them at most, without the server's own, each with its room if that stands.
pub fn orders_updated(
    look: &mut (impl Look + ?Sized),
    after: Updated,
    limit: i64,
) -> Result<Stretch<(Order, Option<Room>)>, Error> {
    let orders = look.orders_updated(after, limit.saturating_add(1))?;
    let orders = stretch(orders, limit, |order| !order.id.0.is_reserved());
    let mut items = Vec::with_capacity(orders.items.len());
    for order in orders.items {
        let room = look.room_by_key(&order.key().to_string())?;
        items.push((order, room));
    }
    Ok(Stretch {
        items,
        next: orders.next,
    })
}

/// Groups behind a place, `limit` of them at most.
pub fn groups_updated(look: &mut (impl Look + ?Sized), after: Updated, limit: i64) -> Result<Stretch<Group>, Error> {
    let groups = look.groups_updated(after, limit.saturating_add(1))?;
    Ok(stretch(groups, limit, |_| true))
}

/// Rooms behind a place, `limit` of them at most, without notes and those about the server's own, each as the application is told it and
/// with its cursor.
pub fn rooms_updated(
    look: &mut (impl Look + ?Sized),
    by: By<'_>,
    after: Updated,
    limit: i64,
) -> Result<Stretch<(FullRoom, Cursor)>, Error> {
    let rooms = look.rooms_updated(after, limit.saturating_add(1))?;
    let is_hosts = |view: &RoomView| {
        let is_reserved = view.room.order().is_some_and(|order| order.0.is_reserved());
        view.room.kind != RoomKind::Notes && !is_reserved
    };
    let Stretch { items, next } = stretch(rooms, limit, is_hosts);
    let mut rooms = Vec::with_capacity(items.len());
    for view in items {
        rooms.push((cursor_of(look, &view.room)?, view));
    }
    let outside = |room: &Room| Place {
        room: room.clone(),
        member: None,
        noted: None,
    };
    let places = rooms.iter().map(|(_, view)| outside(&view.room)).collect();
    let fulls = fulls(look, by, places)?;
    let with_members = |(full, (cursor, mut view)): (FullRoom, (Cursor, RoomView))| {
        view.members
            .truncate(usize::try_from(MEMBERS_TOLD).unwrap_or(usize::MAX));
        let members = Some(view.members);
        (FullRoom { members, ..full }, cursor)
    };
    Ok(Stretch {
        items: fulls.into_iter().zip(rooms).map(with_members).collect(),
        next,
    })
}

fn stretch<T>(mut found: Vec<(Updated, T)>, limit: i64, is_told: impl Fn(&T) -> bool) -> Stretch<T> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().map(|(at, _)| *at).filter(|_| more);
    let items = found.into_iter().map(|(_, item)| item);
    Stretch {
        items: items.filter(is_told).collect(),
        next,
    }
}
