//! The calls as OpenAPI 3.1.

use super::call::{Brings, Call, Told, Who};
use super::field::Field;
use super::{PARTS, Part, schema};
use crate::native::problem::ProblemJson;
use crate::native::problem::codes::CODES;
use crate::shared::NDJSON;
use beseda_core::words::{HOST_NAME_CHARS, Limits, Scope};
use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const PROBLEM: &str = "application/problem+json";

/// The document, under these limits.
pub(super) fn document(limits: &Limits) -> Value {
    let mut generator = schema::generator();
    let problem = generator.subschema_for::<ProblemJson>();
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for (part, call) in calls() {
        let operation = operation(part, call, limits, &mut generator);
        let path = paths.entry(path_of(call)).or_default();
        path.insert(call.method.to_ascii_lowercase(), operation);
    }
    let tags: Vec<Value> = PARTS
        .iter()
        .map(|part| json!({"name": part.name, "description": part.says}))
        .collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Beseda",
            "version": "1",
            "summary": "One way to speak about any room of any application.",
            "description": INFO,
            "license": {"name": "MIT", "identifier": "MIT"}
        },
        "servers": [{"url": "../..", "description": "This server."}],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": generator.take_definitions(true),
            "responses": responses(&problem),
            "headers": headers(),
            "parameters": parameters(limits),
            "securitySchemes": security_schemes()
        }
    })
}

const INFO: &str = "All paths work with and without the slash at the end. Bodies are JSON objects in UTF-8; times are ISO \
    8601. A field or a query parameter that nobody knows is refused by its name; clients pass over fields of answers that \
    they do not know. What is somebody else's is answered as what is not there. What is refused before any path is looked \
    at, an unknown path, a foreign `Origin` or `Host`, is said as JSON with `detail` alone. The limits shown are those in \
    force.";

/// Every call with its part, without the socket: that has a document of its own.
pub(super) fn calls() -> impl Iterator<Item = (&'static Part, &'static Call)> {
    let of_part = |part: &'static Part| part.calls.iter().copied().flatten().map(move |call| (part, call));
    PARTS.iter().flat_map(of_part).filter(|(_, call)| !is_socket(call))
}

/// Whether a call is the beginning of a socket.
pub(super) fn is_socket(call: &Call) -> bool {
    call.answers.iter().any(|answer| answer.status == 101)
}

/// The path as it is shown: a file has no slash at its end.
pub(super) fn path_of(call: &Call) -> String {
    let bare = call.path.trim_end_matches('/');
    if bare.ends_with(".json") { bare } else { call.path }.to_owned()
}

fn operation(part: &Part, call: &Call, limits: &Limits, generator: &mut SchemaGenerator) -> Value {
    let mut parameters: Vec<Value> = variables(call.path).map(variable).collect();
    parameters.extend(call.query.iter().map(|field| parameter(field, limits)));
    let shared = [
        (can_act(call.by), "ActsAs"),
        (call.is_named, "IdempotencyKey"),
        (call.is_tagged, "IfNoneMatch"),
    ];
    let shared = shared.into_iter().filter(|(has, _)| *has);
    parameters.extend(shared.map(|(_, name)| json!({"$ref": format!("#/components/parameters/{name}")})));
    let mut operation = json!({
        "operationId": call.id,
        "tags": [part.name],
        "summary": call.does,
        "description": format!("May be made by {}.", who(call.by)),
        "security": security(call.by),
        "parameters": parameters,
        "responses": answers(call, generator),
    });
    if let (Some(body), Some(operation)) = (body(call, limits), operation.as_object_mut()) {
        operation.insert("requestBody".to_owned(), body);
    }
    operation
}

/// The names of the variable parts of a path.
pub(super) fn variables(path: &'static str) -> impl Iterator<Item = &'static str> {
    let inside = |part: &'static str| part.strip_prefix('{')?.strip_suffix('}');
    path.split('/').filter_map(inside)
}

/// What the variable parts of paths mean.
pub(super) fn meaning(variable: &str) -> &'static str {
    match variable {
        "key" => "The room, by its key or its uuid, percent-encoded.",
        "seq" => "The number of the message.",
        "emoji" => "One emoji, percent-encoded.",
        "report" => "The report, by its id.",
        "browser" => "The browser, by its id.",
        "reply" => "The canned reply, by its id: a UUID of whoever makes it.",
        _ => "What the application calls it, percent-encoded.",
    }
}

fn variable(name: &'static str) -> Value {
    let schema = match name {
        "seq" => json!({"type": "integer", "format": "int64", "minimum": 0}),
        "id" => json!({"type": "string", "minLength": 1, "maxLength": HOST_NAME_CHARS}),
        _ => json!({"type": "string", "minLength": 1}),
    };
    json!({"name": name, "in": "path", "required": true, "description": meaning(name), "schema": schema})
}

fn parameter(field: &Field, limits: &Limits) -> Value {
    json!({
        "name": field.name, "in": "query", "required": field.is_required, "description": field.says,
        "schema": schema::of_parameter(field, limits)
    })
}

/// Whether a key may make it as a person.
fn can_act(by: Who) -> bool {
    matches!(by, Who::Person | Who::PersonOrStranger | Who::Account | Who::Both(_))
}

/// Who may make a call, in words.
pub(super) fn who(by: Who) -> String {
    const PERSON: &str = "a person, a visitor who is known again, or a key of the scope `act` as a person";
    let by_key = |scope: Scope| format!("the application, by a key of the scope `{}`", scope.word());
    match by {
        Who::Everybody => "everybody".to_owned(),
        Who::Person => PERSON.to_owned(),
        Who::Account => "a person who has an account, or a key of the scope `act` as one".to_owned(),
        Who::PersonOrStranger => format!("{PERSON}; with the support desk by everybody who has no account"),
        Who::Application(scope) => by_key(scope),
        Who::Both(scope) => format!("{PERSON}; {}", by_key(scope)),
    }
}

fn security(by: Who) -> Value {
    match by {
        Who::Everybody => json!([]),
        Who::Person | Who::Both(_) => json!([{"bearer": []}, {"session": []}, {"visitor": []}]),
        Who::PersonOrStranger => json!([{}, {"bearer": []}, {"session": []}, {"visitor": []}]),
        Who::Account => json!([{"bearer": []}, {"session": []}]),
        Who::Application(_) => json!([{"bearer": []}]),
    }
}

fn security_schemes() -> Value {
    json!({
        "bearer": {
            "type": "http", "scheme": "bearer",
            "description": "An access token of a person, or an API key of the application, `bsk_…`."
        },
        "session": {"type": "apiKey", "in": "cookie", "name": "beseda_session", "description": "The session of a browser, here or at the host; what its cookie is called is a setting."},
        "visitor": {"type": "apiKey", "in": "header", "name": "X-Beseda-Visitor", "description": "By what a visitor is known again."}
    })
}

fn body(call: &Call, limits: &Limits) -> Option<Value> {
    let json = |schema: Value| json!({"application/json": {"schema": schema}});
    let (content, is_required) = match call.brings {
        Brings::Nothing => return None,
        Brings::Object(fields) => (
            json(schema::object(fields, limits)),
            fields.iter().any(|field| field.is_required),
        ),
        Brings::OneOf(kinds) => {
            let titled = |(title, fields): &(&str, &[Field])| {
                let mut object = schema::object(fields, limits);
                if let Some(object) = object.as_object_mut() {
                    object.insert("title".to_owned(), (*title).into());
                }
                object
            };
            let kinds: Vec<Value> = kinds.iter().map(titled).collect();
            (json(json!({"oneOf": kinds})), true)
        }
        Brings::Lines(fields) => {
            let line = schema::described(
                schema::object(fields, limits),
                &format!("A line, at most {} of them.", limits.bulk_rows),
            );
            let lines = json!({"type": "string", "description": "Objects, a line each.", "x-line": line});
            (json!({NDJSON: {"schema": lines}}), true)
        }
        Brings::File => {
            let file = json!({"type": "string", "format": "binary", "description": format!("At most {} bytes.", limits.attachment_bytes)});
            let form = json!({"type": "object", "properties": {"file": file}, "required": ["file"]});
            (json!({"multipart/form-data": {"schema": form}}), true)
        }
    };
    Some(json!({"required": is_required, "content": content}))
}

fn answers(call: &Call, generator: &mut SchemaGenerator) -> Value {
    let mut answers: Map<String, Value> = Map::new();
    for answer in call.answers {
        let content = match answer.told {
            Told::Nothing => None,
            Told::Object(of) => Some(("application/json", json!({"schema": of(generator)}))),
            Told::Lines(of) => {
                let lines = json!({"type": "string", "description": "Objects, a line each.", "x-line": of(generator)});
                Some((NDJSON, json!({"schema": lines})))
            }
            Told::Media(media) => Some((media, json!({}))),
        };
        let told = answers
            .entry(answer.status.to_string())
            .or_insert_with(|| json!({"description": answer.says}));
        let Some(told) = told.as_object_mut() else { continue };
        if let Some((media, schema)) = content {
            // One that may be told in several ways has each of them.
            let medias = told.entry("content").or_insert_with(|| json!({}));
            medias
                .as_object_mut()
                .map(|medias| medias.insert(media.to_owned(), schema));
        }
        let headers = headers_of(call);
        if !headers.is_empty() {
            told.insert("headers".to_owned(), headers.into());
        }
    }
    if call.is_tagged {
        answers.insert(
            "304".to_owned(),
            json!({"description": "It is still what `If-None-Match` names."}),
        );
    }
    for (status, codes) in refusals(call) {
        let codes: Vec<String> = codes.iter().map(|code| format!("`{code}`")).collect();
        let told = json!({
            "$ref": format!("#/components/responses/Refused{status}"),
            "description": format!("Refused: {}.", codes.join(", "))
        });
        answers.insert(status.to_string(), told);
    }
    answers.sort_keys();
    answers.into()
}

fn headers_of(call: &Call) -> Map<String, Value> {
    let named = |name: &str| (name.to_owned(), json!({"$ref": format!("#/components/headers/{name}")}));
    let mut headers = Map::new();
    if call.is_tagged {
        headers.extend([named("ETag")]);
    }
    if call.rate.is_some() {
        headers.extend([named("RateLimit-Policy"), named("RateLimit")]);
    }
    headers
}

/// What a call refuses: the codes of each status.
pub(super) fn refusals(call: &Call) -> BTreeMap<u16, Vec<&'static str>> {
    const KEY: &[&str] = &[
        "not_authenticated",
        "bad_authorization_header",
        "api_key_not_valid",
        "wrong_scope",
    ];
    const TOKEN: &[&str] = &[
        "not_authenticated",
        "bad_authorization_header",
        "token_not_valid",
        "token_of_unknown_age",
        "user_not_found",
        "user_inactive",
        "foreign_origin",
    ];
    let mut wanted = vec!["invalid", "acts_as_another", "server_error", "unavailable"];
    wanted.extend(call.refuses);
    match call.by {
        Who::Everybody => {}
        Who::Application(_) => wanted.extend(KEY),
        Who::Person | Who::PersonOrStranger | Who::Account | Who::Both(_) => {
            wanted.extend(KEY.iter().chain(TOKEN));
            wanted.extend(["person_required", "not_found"]);
        }
    }
    if !matches!(call.brings, Brings::Nothing) {
        wanted.extend([
            "parse_error",
            "too_large",
            "unsupported_media_type",
            "unsupported_content_coding",
        ]);
    }
    if call.rate.is_some() {
        wanted.push("throttled");
    }
    let mut refusals: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
    for code in CODES.iter().filter(|code| wanted.contains(&code.word)) {
        refusals.entry(code.status).or_default().push(code.word);
    }
    refusals
}

/// A refusal for each status.
fn responses(problem: &schemars::Schema) -> Value {
    let mut responses = Map::new();
    for code in CODES {
        let headers = match code.status {
            401 => json!({"WWW-Authenticate": {"$ref": "#/components/headers/WWW-Authenticate"}}),
            405 => json!({"Allow": {"$ref": "#/components/headers/Allow"}}),
            429 | 503 => json!({"Retry-After": {"$ref": "#/components/headers/Retry-After"}}),
            _ => json!({}),
        };
        let says: Vec<String> = CODES
            .iter()
            .filter(|other| other.status == code.status)
            .map(|code| format!("`{}`: {}", code.word, code.says))
            .collect();
        responses.insert(
            format!("Refused{}", code.status),
            json!({"description": says.join(" "), "headers": headers, "content": {PROBLEM: {"schema": problem}}}),
        );
    }
    responses.into()
}

fn headers() -> Value {
    let text = |says: &str| json!({"description": says, "schema": {"type": "string"}});
    json!({
        "ETag": text("Changes whenever this asker's body would."),
        "RateLimit-Policy": text("The rate that the call counts against: its name, how many in one go (`q`), and in how many seconds so many come back (`w`)."),
        "RateLimit": text("What is left of it (`r`), and in how many seconds all of it is back (`t`)."),
        "Retry-After": {"description": "In how many seconds to come back.", "schema": {"type": "integer", "minimum": 1}},
        "WWW-Authenticate": text("How to prove who one is."),
        "Allow": text("The methods of the address.")
    })
}

fn parameters(limits: &Limits) -> Value {
    json!({
        "ActsAs": {
            "name": "X-Beseda-As", "in": "header", "required": false,
            "description": "As whom an API key of the scope `act` makes the call: what the application calls the person, percent-encoded. Refused beside any other proof.",
            "schema": {"type": "string", "minLength": 1}
        },
        "IdempotencyKey": {
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "The same as `client_id`, which goes before it.",
            "schema": {"type": "string", "minLength": 1, "maxLength": limits.client_id_chars, "pattern": r"^[!-~]([ -~]*[!-~])?$"}
        },
        "IfNoneMatch": {
            "name": "If-None-Match", "in": "header", "required": false,
            "description": "An `ETag` of before: the answer is 304 where it still holds.",
            "schema": {"type": "string"}
        }
    })
}
