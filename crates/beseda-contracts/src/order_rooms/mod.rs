//! Order rooms (contract 4): a client and an expert talk in the room of their order. See README.md.

mod messages;
mod rooms;
mod socket;
mod wire;

use crate::shared::Routes;
use crate::{Contract, FirstCall, tells};
use beseda_core::policy::By;
use beseda_core::words::{Kinds, Person, RoomKind};

pub(crate) use socket::SOCKET;

/// The contract.
pub const CONTRACT: Contract = Contract {
    name: "order_rooms",
    routes,
    socket: Some(SOCKET),
    first_call: FirstCall {
        path: "/api/chat/rooms/",
        to_nobody: 401,
    },
    tells: tells!(),
};

/// The rooms that the contract speaks of.
const KINDS: Kinds = Kinds::of(&[RoomKind::Order]);

/// The contract's routes.
#[must_use]
pub fn routes() -> Routes {
    rooms::routes().and(messages::routes())
}

/// How its sockets hear.
#[cfg(any(test, fuzzing))]
pub(crate) fn dialects() -> [&'static dyn beseda_live::Dialect; 1] {
    [&wire::DIALECT]
}

/// Somebody who asks about rooms of orders.
#[must_use]
pub fn by(person: &Person) -> By<'_> {
    By::of(person, KINDS)
}
