//! How it is said: one folder for each contract that clients speak, and what they share.

pub mod native;
pub mod order_desk;
pub mod order_rooms;
pub mod school;
pub mod shared;
pub mod spa;
pub mod support_desk;

use shared::Routes;

/// A contract: its name, for logs and metrics, and its routes.
pub type Contract = (&'static str, fn() -> Routes);

/// Every contract that this server speaks.
pub const CONTRACTS: &[Contract] = &[
    (native::NAME, native::routes),
    (order_desk::NAME, order_desk::routes),
    (order_rooms::NAME, order_rooms::routes),
    (school::NAME, school::routes),
    (spa::NAME, spa::routes),
    (support_desk::NAME, support_desk::routes),
];

/// The routes of every contract, and those that they share.
#[must_use]
pub fn routes() -> Routes {
    let all = CONTRACTS
        .iter()
        .fold(shared::routes(), |routes, (_, contract)| routes.and(contract()));
    shared::sockets::shared_path(all)
}
