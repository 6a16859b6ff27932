//! How it is said: one folder for each contract that clients speak, and what they share.

#[cfg(any(test, fuzzing))]
pub mod fuzzed;
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

use shared::sockets::RoomSocket;
use shared::{Owner, Routes};
use voices::DRF;

/// A contract, as the server and its commands know it.
#[derive(Clone, Copy)]
pub struct Contract {
    /// Its name, for logs and metrics.
    pub name: &'static str,
    /// Its routes.
    pub routes: fn() -> Routes,
    /// Its socket under the path that several share.
    pub socket: Option<RoomSocket>,
    /// What its clients ask first.
    pub first_call: FirstCall,
    /// Tells the log of an answer.
    pub tells: shared::Tells,
}

impl Contract {
    /// The contract as its routes know it.
    #[must_use]
    pub const fn owner(&self) -> Owner {
        Owner {
            name: self.name,
            tells: self.tells,
        }
    }
}

/// Tells the log of an answer under the module where it stands: the log can be asked for one contract alone.
macro_rules! tells {
    () => {
        |answered: &$crate::shared::Answered<'_>| {
            tracing::debug!(
                target: module_path!(),
                method = %answered.method,
                path = $crate::shared::http::logged_path(answered.path),
                status = answered.status.as_u16(),
                "answered"
            );
        }
    };
}
use tells;

/// A call that shows whether a contract is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FirstCall {
    /// What is asked for, by `GET`.
    pub path: &'static str,
    /// The status for who proves nothing.
    pub to_nobody: u16,
}

/// Every contract that this server speaks.
pub const CONTRACTS: &[Contract] = &[
    native::CONTRACT,
    order_desk::CONTRACT,
    order_rooms::CONTRACT,
    school::CONTRACT,
    spa::CONTRACT,
    support_desk::CONTRACT,
];

/// The routes of every contract, and those that they share. What is asked for beside them is refused in the words that
/// most clients know.
#[must_use]
pub fn routes() -> Routes {
    let sockets = CONTRACTS.iter().filter_map(|contract| contract.socket).collect();
    let shared = CONTRACTS.iter().fold(shared::routes(&DRF), |routes, contract| {
        routes.and((contract.routes)().of(contract.owner()))
    });
    shared.and(shared::sockets::shared_path(sockets, &DRF))
}
