//! JSON Schema of what may come in, from the tables by which it is read.

use super::field::{Field, Takes};
use beseda_core::words::{HOST_NAME_CHARS, Hours, Limits, OwnWord, Quiet};
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

/// Characters but NUL, which no database keeps in a text.
const NO_NUL: &str = r"^[^\u0000]*$";
/// The same, and something besides white space.
const FILLED: &str = r"^[^\u0000]*[^\s\u0000][^\u0000]*$";
/// No control characters.
const PLAIN: &str = r"^[^\u0000-\u001f\u007f-\u009f]*$";

/// Makes schemas of the types that are answered, each once, under `#/components/schemas`.
pub(super) fn generator() -> SchemaGenerator {
    let settings = SchemaSettings::draft2020_12().for_serialize().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    settings.into_generator()
}

/// An object with these fields and no others.
pub(super) fn object(fields: &[Field], limits: &Limits) -> Value {
    let properties: Map<String, Value> = fields
        .iter()
        .map(|field| (field.name.to_owned(), of(field, limits)))
        .collect();
    let required: Vec<&str> = fields
        .iter()
        .filter(|field| field.is_required)
        .map(|field| field.name)
        .collect();
    let mut object = json!({"type": "object", "properties": properties, "additionalProperties": false});
    if let Some(object) = object.as_object_mut().filter(|_| !required.is_empty()) {
        object.insert("required".to_owned(), required.into());
    }
    object
}

/// What a field of a body or a frame takes.
pub(super) fn of(field: &Field, limits: &Limits) -> Value {
    let schema = taken(field.takes, limits);
    // Null is JSON, too.
    let adds_null = field.or_null && !matches!(field.takes, Takes::Json(_));
    described(if adds_null { or_null(schema) } else { schema }, field.says)
}

/// What a parameter of a query takes: texts, in which an id is no number.
pub(super) fn of_parameter(field: &Field, limits: &Limits) -> Value {
    let schema = match field.takes {
        Takes::Id => plain_text(HOST_NAME_CHARS),
        Takes::Text(most) => plain_text(most(limits)),
        Takes::Filled(most) => bounded(
            json!({"type": "string", "minLength": 1, "pattern": PLAIN}),
            most(limits),
        ),
        // Nothing is as if it were left out.
        Takes::Room | Takes::Mark | Takes::Proof => json!({"type": "string", "pattern": PLAIN}),
        other => taken(other, limits),
    };
    if field.is_repeated {
        json!({"type": "array", "items": schema})
    } else {
        schema
    }
}

fn plain_text(most: usize) -> Value {
    bounded(json!({"type": "string", "pattern": PLAIN}), most)
}

fn taken(takes: Takes, limits: &Limits) -> Value {
    match takes {
        Takes::Text(most) => bounded(json!({"type": "string", "pattern": NO_NUL}), most(limits)),
        Takes::Filled(most) => bounded(
            json!({"type": "string", "minLength": 1, "pattern": FILLED}),
            most(limits),
        ),
        Takes::Name(most) => bounded(
            json!({"type": "string", "minLength": 1, "pattern": NO_NUL}),
            most(limits),
        ),
        Takes::Secret(least, most) => {
            json!({"type": "string", "format": "password", "minLength": least, "maxLength": most, "pattern": NO_NUL})
        }
        Takes::Email(most) => bounded(
            json!({"type": "string", "pattern": r"^$|^[^\s@\u0000]+@[^\s@\u0000]+$"}),
            most(limits),
        ),
        Takes::WebAddress => bounded(
            json!({"type": "string", "pattern": r"^$|^https?://[^\u0000-\u001f\u007f-\u009f]*$"}),
            super::field::WEB_ADDRESS_CHARS,
        ),
        Takes::Role => json!({"type": "string", "pattern": word("a-z")}),
        Takes::RoleOrNone => json!({"type": "string", "pattern": format!("^$|{}", word("A-Za-z"))}),
        Takes::OneOf(words) => json!({"type": "string", "enum": words}),
        Takes::Id => id(),
        Takes::Ids(most) => list(id(), most(limits)),
        Takes::Members => {
            let role = json!({"type": ["string", "null"], "pattern": word("a-z")});
            let member = json!({
                "type": "object", "properties": {"id": id(), "role": role}, "required": ["id"], "additionalProperties": false
            });
            list(json!({"anyOf": [id(), member]}), usize::MAX)
        }
        Takes::Texts(most) => list(json!({"type": "string"}), most(limits)),
        Takes::Room => bounded(json!({"type": "string", "minLength": 1}), super::field::KEY_CHARS),
        Takes::Seq => integer(0),
        Takes::Number(least) => integer(least),
        Takes::Within(least, most) => json!({"type": "number", "minimum": least, "maximum": most}),
        Takes::Flag => json!({"type": "boolean"}),
        Takes::Moment => json!({"type": "string", "format": "date-time"}),
        Takes::Json(most) => json!({"title": format!("any JSON of at most {} bytes", most(limits))}),
        Takes::Card(_) => card(),
        Takes::Week(most) => week(most(limits)),
        Takes::Quiet => quiet(),
        Takes::PushKeys => push_keys(),
        Takes::Mark | Takes::Proof | Takes::Emoji => json!({"type": "string", "minLength": 1}),
    }
}

/// A word of the application's own, with these letters.
fn word(letters: &str) -> String {
    format!("^[{letters}][{letters}0-9_-]{{0,{}}}$", OwnWord::BYTES - 1)
}

fn integer(least: u64) -> Value {
    json!({"type": "integer", "format": "int64", "minimum": least, "maximum": i64::MAX})
}

/// What the application calls somebody or something: a text, or a number, which is the same as its text.
fn id() -> Value {
    json!({"title": "id", "anyOf": [
        {"type": "string", "minLength": 1, "maxLength": HOST_NAME_CHARS, "pattern": PLAIN},
        {"type": "integer", "minimum": i64::MIN, "maximum": u64::MAX}
    ]})
}

fn card() -> Value {
    let text = json!({"type": ["string", "null"]});
    let field = json!({
        "type": "object",
        "properties": {"label": {"type": "string"}, "value": {"type": "string"}},
        "additionalProperties": false
    });
    json!({
        "type": "object",
        "properties": {
            "title": text,
            "url": {"type": ["string", "null"], "pattern": r"^$|^https?://[^\u0000-\u001f\u007f-\u009f]*$"},
            "status": text,
            "fields": {"type": ["array", "null"], "items": field}
        },
        "additionalProperties": false
    })
}

fn list(items: Value, most: usize) -> Value {
    with(json!({"type": "array", "items": items}), "maxItems", most)
}

fn bounded(text: Value, most: usize) -> Value {
    with(text, "maxLength", most)
}

/// The schema with a limit, where there is one.
fn with(mut schema: Value, word: &str, most: usize) -> Value {
    if let Some(schema) = schema.as_object_mut().filter(|_| most != usize::MAX) {
        schema.insert(word.to_owned(), most.into());
    }
    schema
}

fn or_null(mut schema: Value) -> Value {
    match schema.get_mut("type") {
        Some(kind) => {
            *kind = json!([kind.clone(), "null"]);
            schema
        }
        None => json!({"anyOf": [schema, {"type": "null"}]}),
    }
}

/// The schema with what it means.
pub(super) fn described(mut schema: Value, says: &str) -> Value {
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("description".to_owned(), says.into());
    }
    schema
}

fn week(most: usize) -> Value {
    let minute = json!({"type": "integer", "minimum": 0, "maximum": Hours::WEEK});
    let stretch = json!({"type": "array", "items": minute, "minItems": 2, "maxItems": 2});
    json!({"type": "array", "items": stretch, "maxItems": most})
}

fn quiet() -> Value {
    let minute = json!({"type": "integer", "minimum": 0, "maximum": Quiet::DAY});
    json!({
        "type": "object",
        "properties": {"zone": {"type": "string", "minLength": 1}, "from": minute, "to": minute},
        "required": ["zone", "from", "to"],
        "additionalProperties": false
    })
}

fn push_keys() -> Value {
    let key = json!({"type": "string", "pattern": "^[A-Za-z0-9_-]+={0,2}$"});
    json!({
        "type": "object",
        "properties": {"p256dh": key, "auth": key},
        "required": ["p256dh", "auth"],
        "additionalProperties": false
    })
}
