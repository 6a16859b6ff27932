//! Orders, in memory.

use super::Run;
use super::kept::Subject;
use beseda_core::error::Fault;
use beseda_core::ports::{LookOrders, TxOrders};
use beseda_core::words::{Order, OrderId, PersonId};

impl LookOrders for Run {
    fn order(&mut self, id: &OrderId) -> Result<Option<Order>, Fault> {
        Ok(self.kept.orders.get(id).cloned())
    }

    fn orders_of(&mut self, person: PersonId) -> Result<Vec<Order>, Fault> {
        let orders = self.kept.orders.values();
        Ok(orders
            .filter(|order| order.people().contains(&person))
            .cloned()
            .collect())
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
        let kept = self.kept();
        kept.orders.remove(id);
        kept.updated.remove(&Subject::Order(id.clone()));
        Ok(())
    }
}
