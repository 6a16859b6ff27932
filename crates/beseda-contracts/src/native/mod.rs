//! The native API: what a host application calls by its API key, tickets for sockets, and the limits. See README.md.

mod asking;
mod call;
mod cases;
pub mod described;
mod emoji;
mod export;
mod frames;
mod gate;
mod groups;
mod hear;
mod hours;
mod html;
mod limits;
mod lists;
mod many;
mod merge;
pub mod objects;
mod opening;
mod orders;
mod own;
mod people;
mod places;
mod problem;
pub mod push;
mod replies;
mod reports;
mod rooms;
mod said_elsewhere;
mod search;
pub mod setup;
mod socket;
mod talk;
mod tickets;
mod transcript;
mod uploads;
mod visitors;
pub mod wire;

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
        merge::routes,
        export::routes,
        orders::routes,
        groups::routes,
        rooms::routes,
        said_elsewhere::routes,
        tickets::routes,
        limits::routes,
        socket::routes,
        talk::routes,
        places::routes,
        uploads::routes,
        own::routes,
        push::routes,
        search::routes,
        reports::routes,
        cases::routes,
        replies::routes,
        hours::routes,
        transcript::routes,
        described::routes,
    ]
    .into_iter()
    .fold(
        Routes::said_by(&PROBLEM).for_hosts().through(gate::around),
        |routes, more| more(routes),
    );
    calls.and(setup::routes())
}
