//! The socket as AsyncAPI 3.0.

use super::schema;
use crate::native::frames::SAYINGS;
use crate::native::hear::{COMMANDS, KnownCommand};
use crate::native::socket;
use beseda_core::words::Limits;
use serde_json::{Map, Value, json};

/// The document, under these limits.
pub(super) fn document(limits: &Limits) -> Value {
    let mut generator = schema::generator();
    let (mut messages, mut operations) = (Map::new(), Map::new());
    for command in COMMANDS {
        messages.insert(
            said(command.word),
            message(command.word, command.says, payload(command, limits)),
        );
        operations.insert(said(command.word), heard(command));
    }
    for saying in SAYINGS {
        let payload = Value::from((saying.schema)(&mut generator));
        messages.insert(told(saying.word), message(saying.word, saying.says, payload));
        let operation = json!({
            "action": "send", "channel": {"$ref": SOCKET}, "summary": saying.says, "messages": [in_channel(&told(saying.word))]
        });
        operations.insert(told(saying.word), operation);
    }
    let of_channel: Map<String, Value> = messages
        .keys()
        .map(|name| (name.clone(), json!({"$ref": format!("#/components/messages/{name}")})))
        .collect();
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Beseda: the socket",
            "version": "1",
            "description": INFO,
            "license": {"name": "MIT"}
        },
        "defaultContentType": "application/json",
        "channels": {
            "socket": {
                "address": "/api/v1/ws",
                "title": "The socket for all rooms of a person",
                "description": "One per browser is enough. The subprotocol is `beseda.v1`, offered or not.",
                "messages": of_channel,
                "bindings": {"ws": {"method": "GET", "query": schema::object(socket::SOCKET, limits), "bindingVersion": "0.1.0"}}
            }
        },
        "operations": operations,
        "components": {"messages": messages, "schemas": generator.take_definitions(true)}
    })
}

const SOCKET: &str = "#/channels/socket";

const INFO: &str = "Frames are JSON objects with `type`. A client's frame may carry `ref`: its answer carries it back. The \
    first frame is `hello`, within `limits.hello_seconds`. Commands of one socket on one room take effect in their order, \
    refused ones left out; what is no command is `refused`, and the socket lives on. Clients pass over fields and types that \
    they do not know. Close codes: 1011 the server failed; 4001 the proof ended or is missing; 4003 not allowed; 4008 the \
    client read nothing for `limits.write_stall_seconds`; 4009 the server restarts, the reason is `retry_ms=…`; 4010 no sign \
    of life for `limits.gone_seconds`; 4029 more sockets than `limits.listeners`. The limits shown are those in force.";

fn said(word: &str) -> String {
    format!("client.{word}")
}

fn told(word: &str) -> String {
    format!("server.{word}")
}

fn in_channel(name: &str) -> Value {
    json!({"$ref": format!("{SOCKET}/messages/{name}")})
}

fn message(word: &str, says: &str, payload: Value) -> Value {
    json!({"name": word, "title": word, "summary": says, "payload": payload})
}

/// What a command holds.
fn payload(command: &KnownCommand, limits: &Limits) -> Value {
    with_type(schema::object(&command.whole(), limits), command.word)
}

/// The schema of an object that says what it is.
fn with_type(mut object: Value, word: &str) -> Value {
    let mut properties = Map::from_iter([("type".to_owned(), json!({"const": word}))]);
    if let Some(Value::Object(others)) = object.get_mut("properties").map(Value::take) {
        properties.extend(others);
    }
    let others = object
        .get("required")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let required: Vec<Value> = [Value::from("type")].into_iter().chain(others).collect();
    if let Some(object) = object.as_object_mut() {
        object.insert("properties".to_owned(), properties.into());
        object.insert("required".to_owned(), required.into());
    }
    object
}

fn heard(command: &KnownCommand) -> Value {
    let answers: Vec<Value> = command
        .answered_by
        .iter()
        .chain(&["refused"])
        .map(|word| in_channel(&told(word)))
        .collect();
    json!({
        "action": "receive",
        "channel": {"$ref": SOCKET},
        "summary": command.says,
        "messages": [in_channel(&said(command.word))],
        "reply": {"channel": {"$ref": SOCKET}, "messages": answers}
    })
}
