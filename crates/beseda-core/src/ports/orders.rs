//! Orders of the host application.

use crate::error::Fault;
use crate::words::{Order, OrderId, PersonId};

/// Reading orders.
pub trait LookOrders {
    /// The order.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn order(&mut self, id: &OrderId) -> Result<Option<Order>, Fault>;
    /// Every order in which the person has a place, in any order.
    fn orders_of(&mut self, person: PersonId) -> Result<Vec<Order>, Fault>;
}

/// Writing orders.
pub trait TxOrders {
    /// Makes the order or changes the one that is called so, and tells its room where one stands.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn put_order(&mut self, order: &Order) -> Result<(), Fault>;
    /// Forgets the order; one that is not there is no fault.
    fn remove_order(&mut self, id: &OrderId) -> Result<(), Fault>;
}
