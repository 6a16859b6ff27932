//! The limits in force, so that a client need not find them out by being refused.

use crate::shared::{Routes, Shared};
use axum::Json;
use axum::extract::State;
use axum::routing::get;
use beseda_core::words::LimitValue;
use serde_json::{Map, Value, json};

pub(super) fn routes(routes: Routes) -> Routes {
    routes.both("/api/v1/limits/", get(list), "GET, HEAD, OPTIONS")
}

/// Every limit by its name. A rate of 0 means that there is none.
async fn list(State(shared): State<Shared>) -> Json<Value> {
    let limits = shared.chat.limits().iter().map(|(word, value)| {
        let value = match value {
            LimitValue::Count(count) => json!(count),
            LimitValue::Rate(rate) => json!(rate),
        };
        (word.name.to_owned(), json!({"value": value, "unit": word.unit}))
    });
    Json(Value::Object(limits.collect::<Map<String, Value>>()))
}
