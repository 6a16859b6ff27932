//! The limits in force, so that a client need not find them out by being refused.

use super::described::call::{Call, Who, ok};
use super::described::shape;
use crate::shared::{Routes, Shared};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use beseda_core::words::{LimitValue, Limits};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};
use std::borrow::Cow;

pub(super) const CALLS: &[Call] = &[Call::get(
    "/api/v1/limits/",
    "limits",
    "The limits in force. A rate of 0 is not limited.",
)
.by(Who::Everybody)
.answers(&[ok::<LimitsJson<'_>>("Every limit by its name.")])];

pub(super) fn routes(routes: Routes) -> Routes {
    routes.both("/api/v1/limits/", get(list), "GET, HEAD, OPTIONS")
}

async fn list(State(shared): State<Shared>) -> Response {
    Json(LimitsJson(shared.chat.limits())).into_response()
}

/// Every limit by its name.
pub(super) struct LimitsJson<'a>(pub(super) &'a Limits);

/// What a limit is set to.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Limit")]
struct LimitJson {
    /// How much; of a rate 0 is not limited.
    #[schemars(with = "shape::LimitNumber")]
    value: Number,
    /// What is counted.
    unit: &'static str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Number {
    Count(u64),
    Rate(f64),
}

impl Serialize for LimitsJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(word, value)| {
            let value = match value {
                LimitValue::Count(count) => Number::Count(count),
                LimitValue::Rate(rate) => Number::Rate(rate),
            };
            (word.name, LimitJson { value, unit: word.unit })
        }))
    }
}

impl JsonSchema for LimitsJson<'_> {
    fn schema_name() -> Cow<'static, str> {
        "Limits".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let limit = generator.subschema_for::<LimitJson>();
        json_schema!({
            "type": "object",
            "description": "Every limit by its name. There may be more with any version.",
            "additionalProperties": limit
        })
    }
}
