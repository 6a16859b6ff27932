//! How it is said: one folder for each contract that clients speak, and what they share.

pub mod order_rooms;
pub mod shared;

use axum::Router;
use beseda_live::Live;
use shared::Shared;
use std::sync::Arc;

/// A contract: its name, and its routes.
pub type Contract = (&'static str, fn(Arc<Live>) -> Router<Shared>);

/// Every contract that this server speaks.
pub const CONTRACTS: &[Contract] = &[(order_rooms::NAME, order_rooms::routes)];
