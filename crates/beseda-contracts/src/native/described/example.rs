//! An example of what a schema describes.

use serde_json::{Map, Value, json};

/// Objects inside of so many others are left out.
const DEPTH: usize = 4;

/// Something that fits the schema, as far as an example needs to.
pub(super) fn of(schema: &Value, schemas: &Map<String, Value>) -> Value {
    inside(schema, schemas, DEPTH)
}

fn inside(schema: &Value, schemas: &Map<String, Value>, depth: usize) -> Value {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str).map(last_of) {
        return match (schemas.get(name), depth.checked_sub(1)) {
            (Some(named), Some(depth)) => inside(named, schemas, depth),
            _ => json!({}),
        };
    }
    let first = |word: &str| schema.get(word).and_then(Value::as_array).and_then(|all| all.first());
    if let Some(example) = schema
        .get("const")
        .or_else(|| first("examples"))
        .or_else(|| first("enum"))
    {
        return example.clone();
    }
    if let Some(kind) = first("anyOf").or_else(|| first("oneOf")) {
        return inside(kind, schemas, depth);
    }
    match kind_of(schema) {
        Some("object") => object(schema, schemas, depth),
        Some("array") => schema
            .get("items")
            .map_or(json!([]), |items| json!([inside(items, schemas, depth)])),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or(json!(1)),
        Some("boolean") => json!(false),
        Some("string") => json!("…"),
        _ => json!({}),
    }
}

fn object(schema: &Value, schemas: &Map<String, Value>, depth: usize) -> Value {
    let properties = schema.get("properties").and_then(Value::as_object);
    let properties = properties.into_iter().flatten();
    let told = properties.map(|(name, schema)| (name.clone(), inside(schema, schemas, depth)));
    Value::Object(told.collect())
}

/// The type of a schema; of several the first.
pub(super) fn kind_of(schema: &Value) -> Option<&str> {
    match schema.get("type")? {
        Value::Array(kinds) => kinds.first()?.as_str(),
        kind => kind.as_str(),
    }
}

/// The name that a reference ends with.
pub(super) fn last_of(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or(reference)
}
