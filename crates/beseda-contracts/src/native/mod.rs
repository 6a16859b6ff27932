//! The native API: what a host application calls by its API key, tickets for sockets, and the limits. See README.md.

mod call;
mod groups;
mod limits;
mod orders;
mod people;
mod problem;
mod rooms;
pub mod setup;
mod tickets;

#[cfg(any(test, fuzzing))]
pub(crate) use call::fuzzed;

use crate::shared::Routes;
use crate::{Contract, FirstCall, tells};
use problem::PROBLEM;

/// The contract.
pub const CONTRACT: Contract = Contract {
    name: "native",
    routes,
    socket: None,
    first_call: FirstCall {
        path: "/api/v1/limits/",
        to_nobody: 200,
    },
    tells: tells!(),
};

/// The contract's routes.
#[must_use]
pub fn routes() -> Routes {
    let calls = [
        people::routes,
        orders::routes,
        groups::routes,
        rooms::routes,
        tickets::routes,
        limits::routes,
    ]
    .into_iter()
    .fold(Routes::said_by(&PROBLEM).for_hosts(), |routes, more| more(routes));
    calls.and(setup::routes())
}
