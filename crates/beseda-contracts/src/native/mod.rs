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

use crate::shared::Routes;
use problem::PROBLEM;

/// The contract's name, for logs and metrics.
pub const NAME: &str = "native";

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
