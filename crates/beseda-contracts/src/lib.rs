//! How it is said: one folder for each contract that clients speak, and what they share.

pub mod native;
pub mod order_desk;
pub mod order_rooms;
pub mod school;
pub mod shared;
pub mod spa;
pub mod support_desk;
pub mod voices;

#[cfg(test)]
mod stage;

use shared::Routes;
use shared::sockets::RoomSocket;
use voices::DRF;

/// A contract: its name, for logs and metrics, its routes, and its socket under the path that several share.
pub type Contract = (&'static str, fn() -> Routes, Option<RoomSocket>);

/// Every contract that this server speaks.
pub const CONTRACTS: &[Contract] = &[
    (native::NAME, native::routes, None),
    (order_desk::NAME, order_desk::routes, None),
    (order_rooms::NAME, order_rooms::routes, Some(order_rooms::SOCKET)),
    (school::NAME, school::routes, None),
    (spa::NAME, spa::routes, None),
    (support_desk::NAME, support_desk::routes, Some(support_desk::SOCKET)),
];

/// The routes of every contract, and those that they share. What is asked for beside them is refused in the words that
/// most clients know.
#[must_use]
pub fn routes() -> Routes {
    let sockets = CONTRACTS.iter().filter_map(|(_, _, socket)| *socket).collect();
    let shared = CONTRACTS
        .iter()
        .fold(shared::routes(&DRF), |routes, (_, contract, _)| routes.and(contract()));
    shared.and(shared::sockets::shared_path(sockets, &DRF))
}
