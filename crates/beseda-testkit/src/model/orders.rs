//! Orders, in memory.

use super::Run;
use beseda_core::error::Fault;
use beseda_core::ports::{LookOrders, TxOrders};
use beseda_core::words::{Order, OrderId};

impl LookOrders for Run {
    fn order(&mut self, id: &OrderId) -> Result<Option<Order>, Fault> {
        Ok(self.kept.orders.get(id).cloned())
    }
}

impl TxOrders for Run {
    fn put_order(&mut self, order: &Order) -> Result<(), Fault> {
        for person in order.people() {
            self.known(person)?;
        }
        self.kept().orders.insert(order.id.clone(), order.clone());
        Ok(())
    }

    fn remove_order(&mut self, id: &OrderId) -> Result<(), Fault> {
        self.kept().orders.remove(id);
        Ok(())
    }
}
