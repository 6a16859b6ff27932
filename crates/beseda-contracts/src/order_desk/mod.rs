//! Order desk (contract 1): staff answer customers about an order. See README.md.

mod messages;
mod query;
mod voice;
mod wire;

#[cfg(any(test, fuzzing))]
pub(crate) use query::Part;

use crate::shared::Routes;
use crate::{Contract, FirstCall, tells};
use beseda_core::policy::By;
use beseda_core::words::{Kinds, Person, RoomKind};

/// The contract.
pub const CONTRACT: Contract = Contract {
    name: "order_desk",
    routes,
    socket: None,
    first_call: FirstCall {
        path: "/api/chat/order/1/messages",
        to_nobody: 401,
    },
    tells: tells!(),
};

/// The rooms that the contract speaks of.
const KINDS: Kinds = Kinds::of(&[RoomKind::Order]);

/// The contract's routes.
#[must_use]
pub fn routes() -> Routes {
    messages::routes()
}

/// Somebody who asks about the room of an order; who answers for every order need not be in it.
#[must_use]
pub fn by(person: &Person) -> By<'_> {
    By::of(person, KINDS).stepping_in()
}
