//! Whether what is described is what is there.

use super::*;
use crate::native::frames::SAYINGS;
use crate::native::hear::COMMANDS;
use crate::native::problem::codes::CODES;
use serde_json::json;
use std::collections::BTreeSet;

#[test]
fn every_call_is_described_once_and_every_description_has_its_call() {
    let (routes, calls) = (crate::native::routes(), all());
    let is_left_out = |path: &str| LEFT_OUT.iter().any(|(left_out, _)| *left_out == path);
    let lines = routes.list().iter().filter(|line| !is_left_out(line.path));
    let there: BTreeSet<(&str, &str)> = lines
        .flat_map(|line| line.allow.split(", ").map(|method| (line.path, method)))
        .filter(|(_, method)| !matches!(*method, "HEAD" | "OPTIONS"))
        .collect();
    let mut described = BTreeSet::new();
    for call in calls {
        let is_first = described.insert((call.path, call.method));
        assert!(is_first, "{} {} is described twice", call.method, call.path);
    }
    let missing: Vec<_> = there.difference(&described).collect();
    let made_up: Vec<_> = described.difference(&there).collect();
    assert!(
        missing.is_empty() && made_up.is_empty(),
        "not described: {missing:?}; not there: {made_up:?}"
    );
    for (left_out, why) in LEFT_OUT {
        let line = routes.list().iter().find(|line| line.path == *left_out);
        assert!(line.is_some() && !why.is_empty(), "{left_out}");
    }
}

#[test]
fn calls_are_named_apart_and_refuse_with_codes_that_there_are() {
    let mut names = BTreeSet::new();
    for call in all() {
        assert!(names.insert(call.id), "{}", call.id);
        assert!(!call.answers.is_empty(), "{} is answered with nothing", call.id);
        for code in call.refuses {
            assert!(CODES.iter().any(|known| known.word == *code), "{code} of {}", call.id);
        }
        let mut fields = BTreeSet::new();
        assert!(call.query.iter().all(|field| fields.insert(field.name)), "{}", call.id);
    }
}

/// Every reference of a document.
fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("$ref").and_then(Value::as_str));
            fields.values().for_each(|value| references(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[test]
fn every_reference_leads_to_something() {
    for document in [openapi(&Limits::default()), asyncapi(&Limits::default())] {
        let mut found = BTreeSet::new();
        references(&document, &mut found);
        assert!(found.len() > 20, "{found:?}");
        for reference in found {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
    }
}

#[test]
fn every_frame_is_a_message_with_its_type() {
    let document = asyncapi(&Limits::default());
    let messages = document["components"]["messages"].as_object().unwrap();
    assert_eq!(messages.len(), COMMANDS.len() + SAYINGS.len());
    for command in COMMANDS {
        let payload = &messages[&format!("client.{}", command.word)]["payload"];
        assert_eq!(payload["properties"]["type"], json!({"const": command.word}));
    }
    for saying in SAYINGS {
        let reference = messages[&format!("server.{}", saying.word)]["payload"]["$ref"]
            .as_str()
            .unwrap();
        let schema = document.pointer(reference.strip_prefix('#').unwrap()).unwrap();
        let kind = &schema["properties"]["type"];
        let words = kind["enum"]
            .as_array()
            .cloned()
            .unwrap_or_else(|| vec![kind["const"].clone()]);
        assert!(words.contains(&json!(saying.word)), "{}: {kind}", saying.word);
    }
}

#[test]
fn the_limits_in_force_are_shown() {
    let limits = Limits {
        text_chars: 123,
        ..Limits::default()
    };
    let send =
        "/paths/~1api~1v1~1rooms~1{key}~1messages~1/post/requestBody/content/application~1json/schema/properties/text";
    assert_eq!(openapi(&limits).pointer(send).unwrap()["maxLength"], 123);
    assert!(page::html(&limits).contains("text, at most 123 characters"));
}

#[test]
fn every_link_of_the_page_leads_to_a_place_on_it() {
    let html = page::html(&Limits::default());
    let places: BTreeSet<&str> = html
        .split(" id=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    let links: BTreeSet<&str> = html
        .split("href=\"#")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    let lost: Vec<_> = links.difference(&places).collect();
    assert!(lost.is_empty() && links.len() > 100, "{lost:?}");
    assert!(!html.contains("<script") && !html.contains("{{") && !html.contains("src="));
}
