//! When people, orders, groups and rooms were last changed, for whoever compares its own with them; and who became whom.

use crate::error::Fault;
use crate::words::{Group, GroupId, Order, OrderId, Person, PersonId, RoomId, RoomView, Time, Updated};

/// Reading what was changed when.
pub trait LookUpdates {
    /// People who were not deleted by when they were last changed, `limit` of them behind a place.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn people_updated(&mut self, after: Updated, limit: i64) -> Result<Vec<(Updated, Person)>, Fault>;
    /// The same of orders.
    fn orders_updated(&mut self, after: Updated, limit: i64) -> Result<Vec<(Updated, Order)>, Fault>;
    /// The same of groups.
    fn groups_updated(&mut self, after: Updated, limit: i64) -> Result<Vec<(Updated, Group)>, Fault>;
    /// The same of rooms by when they themselves, or who is in them, were last changed, with everybody in them, but without a
    /// message or a case. Those that were removed are left out, and those of two whose one was deleted.
    fn rooms_updated(&mut self, after: Updated, limit: i64) -> Result<Vec<(Updated, RoomView)>, Fault>;
    /// Who the person has become.
    fn merged_into(&mut self, person: PersonId) -> Result<Option<PersonId>, Fault>;
}

/// Writing what was changed when. No moment goes back by it.
pub trait TxUpdates {
    /// The person was changed.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn person_updated(&mut self, person: PersonId, at: Time) -> Result<(), Fault>;
    /// The order, which stands, was changed.
    fn order_updated(&mut self, order: &OrderId, at: Time) -> Result<(), Fault>;
    /// The group was changed.
    fn group_updated(&mut self, group: &GroupId, at: Time) -> Result<(), Fault>;
    /// The room was changed, or who is in it. That one is opened is noted without it.
    fn room_updated(&mut self, room: RoomId, at: Time) -> Result<(), Fault>;
    /// Notes who the person has become.
    fn put_merged(&mut self, person: PersonId, into: PersonId, at: Time) -> Result<(), Fault>;
}
