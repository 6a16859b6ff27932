//! Shapes of what answers hold as a text or a number: what the type in the code does not say of itself.

use beseda_core::policy;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;

/// A shape with its name and its schema.
macro_rules! shapes {
    ($($(#[$says:meta])* $name:ident = $schema:tt;)*) => {$(
        $(#[$says])*
        pub(in crate::native) struct $name;

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    )*};
}

shapes! {
    /// A moment: ISO 8601 in UTC with microseconds.
    Moment = {
        "type": "string",
        "format": "date-time",
        "pattern": r"^-?\d{4,6}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$",
        "examples": ["2026-11-28T10:00:00.000000Z"]
    };
    /// A number of a message, or of changes.
    Count = {"type": "integer", "format": "int64", "minimum": 0, "examples": [42]};
    /// What the application calls somebody or something.
    Id = {"type": "string", "minLength": 1, "examples": ["7"]};
    /// A room's key.
    Key = {"type": "string", "pattern": "^[a-z][a-z0-9_-]*:", "examples": ["order:17"]};
    /// A place that is passed on as it came.
    Mark = {"type": "string", "minLength": 1};
    /// Anything of the application's own.
    Custom = {};
    /// A card of a business object.
    Card = {
        "type": "object",
        "properties": {
            "title": {"type": ["string", "null"]},
            "url": {"type": ["string", "null"]},
            "status": {"type": ["string", "null"]},
            "fields": {
                "type": ["array", "null"],
                "items": {
                    "type": "object",
                    "properties": {"label": {"type": "string"}, "value": {"type": "string"}}
                }
            }
        }
    };
    /// How a message came to be.
    Kind = {"type": "string", "enum": ["text", "system", "event"]};
    /// What the reader may do in a room.
    Right = {"type": "string", "enum": (policy::CAN)};
    /// Whether somebody is there.
    State = {"type": "string", "enum": ["online", "away", "offline"]};
    /// From where to where, in UTF-16 units, the end excluded.
    Highlight = {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 2, "maxItems": 2};
    /// From which minute of the week to before which, the first of Monday being 0.
    Stretch = {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 10080}, "minItems": 2, "maxItems": 2};
    /// The number of a limit.
    LimitNumber = {"type": "number", "minimum": 0};
}
