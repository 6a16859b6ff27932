//! Spa booking (contract 3): a customer and a therapist talk, and see each other on the way. See README.md.

mod consumer;
mod log;
mod sockets;
mod wire;

use crate::shared::Routes;
use crate::{Contract, FirstCall, tells};
use beseda_core::words::{Kinds, RoomKind};

/// The contract.
pub const CONTRACT: Contract = Contract {
    name: "spa",
    routes,
    socket: None,
    first_call: FirstCall {
        path: "/ws/test/",
        to_nobody: 426,
    },
    tells: tells!(),
};

/// The rooms that the contract speaks of.
const KINDS: Kinds = Kinds::of(&[RoomKind::Pair]);

/// The contract's routes.
#[must_use]
pub fn routes() -> Routes {
    sockets::routes()
}

/// How its sockets hear.
#[cfg(any(test, fuzzing))]
pub(crate) fn dialects() -> [&'static dyn beseda_live::Dialect; 2] {
    [&consumer::Consumer::Chat, &consumer::Consumer::Location]
}
