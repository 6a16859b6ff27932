//! Orders.

use crate::engine::values;
use crate::rows;
use crate::statements as sql;
use crate::transaction::Transaction;
use beseda_core::error::Fault;
use beseda_core::ports::{LookOrders, TxOrders};
use beseda_core::words::{Order, OrderId, PersonId};

impl LookOrders for Transaction<'_> {
    fn order(&mut self, id: OrderId) -> Result<Option<Order>, Fault> {
        self.one(sql::ORDERS_GET, values![id.0], rows::order)
    }
}

impl TxOrders for Transaction<'_> {
    fn put_order(&mut self, order: &Order) -> Result<(), Fault> {
        let person = |person: Option<PersonId>| person.map(|id| id.0);
        let values = values![
            order.id.0,
            &order.number,
            person(order.client),
            person(order.expert),
            person(order.operator),
            &order.status,
        ];
        self.write(sql::ORDERS_PUT, values).map(drop)
    }

    fn remove_order(&mut self, id: OrderId) -> Result<(), Fault> {
        self.write(sql::ORDERS_REMOVE, values![id.0]).map(drop)
    }
}
