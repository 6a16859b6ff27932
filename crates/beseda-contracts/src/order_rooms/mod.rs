//! Order rooms (contract 4): a client and an expert talk in the room of their order. See README.md.

mod messages;
mod rooms;
mod socket;
mod wire;

use crate::shared::Shared;
use axum::Router;
use beseda_live::Live;
use std::sync::Arc;

/// The contract's name, for logs and metrics.
pub const NAME: &str = "order_rooms";

/// The contract's routes.
pub fn routes(live: Arc<Live>) -> Router<Shared> {
    let router = socket::routes(Router::new(), live);
    messages::routes(rooms::routes(router))
}
