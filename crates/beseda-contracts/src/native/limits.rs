//! The limits in force, so that a client need not find them out by being refused.

use super::wire::limits_json;
use crate::shared::{Routes, Shared};
use axum::Json;
use axum::extract::State;
use axum::routing::get;
use serde_json::Value;

pub(super) fn routes(routes: Routes) -> Routes {
    routes.both("/api/v1/limits/", get(list), "GET, HEAD, OPTIONS")
}

/// Every limit by its name. A rate of 0 means that there is none.
async fn list(State(shared): State<Shared>) -> Json<Value> {
    Json(limits_json(shared.chat.limits()))
}
