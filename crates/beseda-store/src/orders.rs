//! Orders.

use crate::engine::values;
use crate::people::{host_name, host_number};
use crate::rows;
use crate::statements as sql;
use crate::transaction::Transaction;
use crate::updates;
use beseda_core::error::Fault;
use beseda_core::ports::{LookOrders, TxOrders};
use beseda_core::words::{HostId, Order, OrderId, PersonId, RoomKey};

impl Transaction<'_> {
    /// The number here of an order that stands; the host's own is one whether it stands or not.
    pub(super) fn order_number(&mut self, id: &OrderId) -> Result<Option<i64>, Fault> {
        match &id.0 {
            HostId::Number(number) => Ok(Some(*number)),
            HostId::Name(name) => self.one(sql::ORDERS_NUMBER, values![&**name], |row| row.get(0)),
        }
    }
}

impl LookOrders for Transaction<'_> {
    fn order(&mut self, id: &OrderId) -> Result<Option<Order>, Fault> {
        let values = values![host_name(&id.0), host_number(&id.0)];
        self.one(sql::ORDERS_GET, values, rows::order)
    }

    fn orders_of(&mut self, person: PersonId) -> Result<Vec<Order>, Fault> {
        self.all(sql::ORDERS_OF_PERSON, values![person.0], rows::order)
    }
}

impl TxOrders for Transaction<'_> {
    fn put_order(&mut self, order: &Order) -> Result<(), Fault> {
        let standing = self.order_number(&order.id)?;
        let number = match standing {
            Some(number) => number,
            None => self.next_number(sql::ORDERS_NEXT)?,
        };
        let person = |person: Option<PersonId>| person.map(|id| id.0);
        let values = values![
            number,
            host_name(&order.id.0),
            &order.number,
            person(order.client),
            person(order.expert),
            person(order.operator),
            &order.status,
        ];
        self.write(sql::ORDERS_PUT, values)?;
        if standing.is_none() {
            let key = RoomKey::Order(order.id.clone()).to_string();
            self.write(sql::ROOMS_KNOW_ORDER, values![number, &key])?;
        }
        Ok(())
    }

    fn remove_order(&mut self, id: &OrderId) -> Result<(), Fault> {
        match self.order_number(id)? {
            Some(number) => {
                self.write(sql::UPDATES_FORGET, values![updates::ORDER, number])?;
                self.write(sql::ORDERS_REMOVE, values![number]).map(drop)
            }
            None => Ok(()),
        }
    }
}
