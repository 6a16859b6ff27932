//! The page on which people read about the calls, the socket, and what both tell. It runs no script and loads nothing.

use super::call::{Brings, Call, Told};
use super::example::{self, kind_of, last_of};
use super::field::Field;
use super::openapi::{is_socket, meaning, path_of, refusals, variables, who};
use super::{PARTS, schema};
use crate::native::frames::SAYINGS;
use crate::native::hear::COMMANDS;
use crate::native::html::{escaped, filled, policy};
use crate::native::problem::ProblemJson;
use crate::native::problem::codes::CODES;
use beseda_core::words::Limits;
use http::HeaderValue;
use schemars::SchemaGenerator;
use serde_json::{Map, Value};
use std::sync::LazyLock;

const FRAME: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");

/// Stands where the prefix belongs under which somebody sees this server.
pub(super) const UNDER: &str = "%under%";

/// What the page may load: its own style.
pub(super) static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| policy(STYLE));

/// The page under these limits.
pub(super) fn html(limits: &Limits) -> String {
    let mut generator = schema::generator();
    generator.subschema_for::<ProblemJson>();
    let mut told = Writing {
        generator,
        limits,
        html: String::new(),
    };
    for part in PARTS {
        told.part(part);
    }
    told.socket();
    let mut body = told.html;
    let schemas = told.generator.take_definitions(true);
    body.push_str(&objects(&schemas));
    body.push_str(&codes());
    filled(
        FRAME,
        &[
            ("style", STYLE),
            ("intro", INTRO),
            ("under", UNDER),
            ("contents", &contents(&schemas)),
            ("body", &body),
        ],
    )
}

const INTRO: &str = "<p>One way to speak about any room of any application. Bodies are JSON objects in UTF-8; times are ISO \
    8601; ids in answers are always texts. All paths work with and without the slash at the end. A field or a query \
    parameter that nobody knows is refused by its name; clients pass over fields of answers that they do not know. What is \
    somebody else's is answered as what is not there.</p><p>Who asks is proved by <code>Authorization: Bearer</code> with an \
    access token or an API key (<code>bsk_…</code>), by the session of a browser, or by a visitor's cookie or \
    <code>X-Beseda-Visitor</code>. A key of the scope <code>act</code> says as whom it asks: \
    <code>X-Beseda-As: &lt;id, percent-encoded&gt;</code>. The limits shown are those in force.</p>";

/// A section with its heading.
fn section(id: &str, name: &str, says: &str, inside: &str) -> String {
    let (name, says) = (escaped(name), prose(says));
    format!(
        "<section aria-labelledby=\"{id}\"><h2 id=\"{id}\">{name}</h2><p class=\"soft\">{says}</p>{inside}</section>"
    )
}

/// A text with its words in code.
fn prose(text: &str) -> String {
    let parts = text.split('`').map(escaped).enumerate();
    let marked = parts.map(|(at, part)| {
        if at % 2 == 1 {
            format!("<code>{part}</code>")
        } else {
            part
        }
    });
    marked.collect()
}

/// The name of a section as an address.
fn slug(name: &str) -> String {
    name.to_lowercase().replace(' ', "-")
}

fn contents(schemas: &Map<String, Value>) -> String {
    let entry = |to: &str, said: &str| format!("<li><a href=\"#{to}\">{said}</a></li>");
    let list = |name: &str, entries: String| {
        let name = escaped(name);
        format!("<details><summary>{name}</summary><ul>{entries}</ul></details>")
    };
    let mut html = String::new();
    for part in PARTS {
        let calls = part.calls.iter().copied().flatten();
        let entries = calls.map(|call| entry(call.id, &heading(call))).collect();
        html.push_str(&list(part.name, entries));
    }
    let commands = COMMANDS
        .iter()
        .map(|command| entry(&format!("say-{}", command.word), command.word));
    html.push_str(&list("Socket: clients say", commands.collect()));
    let sayings = SAYINGS
        .iter()
        .map(|saying| entry(&format!("told-{}", saying.word), saying.word));
    html.push_str(&list("Socket: the server says", sayings.collect()));
    let objects = schemas.keys().map(|name| entry(&format!("object-{name}"), name));
    html.push_str(&list("Objects", objects.collect()));
    html.push_str("<ul><li><a href=\"#codes\">Codes of refusals</a></li></ul>");
    html
}

/// A call by its method and its path.
fn heading(call: &Call) -> String {
    let (method, path) = (call.method, path_of(call));
    let class = method.to_ascii_lowercase();
    let path = escaped(path.strip_prefix("/api/v1").unwrap_or(&path));
    format!("<span class=\"method {class}\">{method}</span> <code>{path}</code>")
}

/// What is told so far.
struct Writing<'a> {
    generator: SchemaGenerator,
    limits: &'a Limits,
    html: String,
}

impl Writing<'_> {
    fn part(&mut self, part: &super::Part) {
        let calls = part.calls.iter().copied().flatten();
        let calls: String = calls.map(|call| self.call(call)).collect();
        self.html
            .push_str(&section(&slug(part.name), part.name, part.says, &calls));
    }

    fn call(&mut self, call: &Call) -> String {
        let mut html = format!(
            "<article id=\"{}\"><h3>{}</h3><p>{}</p><p class=\"soft\">By {}.{}</p>",
            call.id,
            heading(call),
            prose(call.does),
            prose(&who(call.by)),
            call.rate.map_or_else(String::new, |word| format!(
                " Counts against the rate <code>{word}</code>."
            )),
        );
        let path = variables(call.path).map(|name| row(&code(name), "", meaning(name)));
        html.push_str(&rows("Path", path.collect()));
        let query = call.query.iter();
        let query = query.map(|field| {
            row(
                &name_of(field),
                &words(&schema::of_parameter(field, self.limits)),
                field.says,
            )
        });
        html.push_str(&rows("Query", query.collect()));
        html.push_str(&self.body(call));
        html.push_str(&rows("Answers", self.answers(call)));
        if !is_socket(call) {
            let refused = refusals(call).into_iter().map(|(status, codes)| {
                let codes: Vec<String> = codes
                    .iter()
                    .map(|code| format!("<a href=\"#code-{code}\"><code>{code}</code></a>"))
                    .collect();
                format!(
                    "<div class=\"row\"><dt>{status}</dt><dd>{}</dd></div>",
                    codes.join(", ")
                )
            });
            let refused: String = refused.collect();
            html.push_str(&format!(
                "<details><summary>What is refused</summary><dl>{refused}</dl></details>"
            ));
        }
        html + "</article>"
    }

    fn body(&self, call: &Call) -> String {
        match call.brings {
            Brings::Nothing => String::new(),
            Brings::Object(fields) => rows("Body", self.fields(fields)),
            Brings::OneOf(kinds) => kinds
                .iter()
                .map(|(title, fields)| rows(&format!("Body: {title}"), self.fields(fields)))
                .collect(),
            Brings::Lines(fields) => rows("Body: NDJSON, each line", self.fields(fields)),
            Brings::File => rows(
                "Body: a form",
                row(
                    "<code>file</code> <b>required</b>",
                    "",
                    &format!("The file, at most {} bytes.", self.limits.attachment_bytes),
                ),
            ),
        }
    }

    fn fields(&self, fields: &[Field]) -> String {
        let told = fields
            .iter()
            .map(|field| row(&name_of(field), &words(&schema::of(field, self.limits)), field.says));
        told.collect()
    }

    fn answers(&mut self, call: &Call) -> String {
        let mut html = String::new();
        for answer in call.answers {
            let told = match answer.told {
                Told::Nothing => String::new(),
                Told::Object(of) => words(&of(&mut self.generator).into()),
                Told::Lines(of) => format!("NDJSON, each line {}", words(&of(&mut self.generator).into())),
                Told::Media(media) => code(media),
            };
            html.push_str(&row(&answer.status.to_string(), &told, answer.says));
        }
        html
    }

    fn socket(&mut self) {
        let mut said = String::new();
        for command in COMMANDS {
            let answered: Vec<String> = command
                .answered_by
                .iter()
                .map(|word| format!("<a href=\"#told-{word}\"><code>{word}</code></a>"))
                .collect();
            let answered = match answered.as_slice() {
                [] => "Not answered.".to_owned(),
                some => format!("Answered by {}.", some.join(", ")),
            };
            let word = command.word;
            said.push_str(&format!(
                "<article id=\"say-{word}\"><h3><code>{word}</code></h3><p>{}</p><p class=\"soft\">{answered}</p>{}</article>",
                prose(command.says),
                rows("Fields", self.fields(&command.whole())),
            ));
        }
        let says = "Frames of `/api/v1/ws`, JSON objects with `type`. The first is `hello`. What is no command gets `refused`, \
            and the socket lives on.";
        self.html.push_str(&section(
            "what-clients-say",
            "The socket: what clients say",
            says,
            &said,
        ));
        let told: String = SAYINGS
            .iter()
            .map(|saying| {
                let (word, says) = (saying.word, prose(saying.says));
                let schema = words(&(saying.schema)(&mut self.generator).into());
                format!("<article id=\"told-{word}\"><h3><code>{word}</code></h3><p>{says}</p><p class=\"soft\">{schema}</p></article>")
            })
            .collect();
        let says =
            "The same frames are the `data` of server-sent events. Clients pass over types that they do not know.";
        self.html.push_str(&section(
            "what-the-server-says",
            "The socket: what the server says",
            says,
            &told,
        ));
    }
}

fn name_of(field: &Field) -> String {
    let required = if field.is_required { " <b>required</b>" } else { "" };
    code(field.name) + required
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(text))
}

/// A row of a list: what it is, what it takes, and what it means.
fn row(name: &str, takes: &str, says: &str) -> String {
    let says = prose(says);
    let takes = if takes.is_empty() {
        String::new()
    } else {
        format!("<span class=\"takes\">{takes}</span><br>")
    };
    format!("<div class=\"row\"><dt>{name}</dt><dd>{takes}{says}</dd></div>")
}

fn rows(heading: &str, rows: String) -> String {
    if rows.is_empty() {
        return rows;
    }
    format!("<h4>{}</h4><dl>{rows}</dl>", escaped(heading))
}

/// What a schema takes, in words.
fn words(schema: &Value) -> String {
    let text = |word: &str| schema.get(word).and_then(Value::as_str);
    let number = |word: &str| {
        schema
            .get(word)
            .filter(|number| number.as_f64().is_some_and(|number| number.abs() < 1e15))
    };
    if let Some(name) = text("$ref").map(last_of) {
        return format!("<a href=\"#object-{name}\">{name}</a>");
    }
    if let Some(title) = text("title") {
        return escaped(title);
    }
    for word in ["anyOf", "oneOf"] {
        if let Some(kinds) = schema.get(word).and_then(Value::as_array) {
            let kinds: Vec<String> = kinds.iter().map(words).collect();
            return kinds.join(" or ");
        }
    }
    if let Some(only) = schema.get("const") {
        return code(&only.to_string());
    }
    if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        let words: Vec<String> = words.iter().filter_map(Value::as_str).map(code).collect();
        return words.join(", ");
    }
    let mut said = match kind_of(schema) {
        Some("string") if text("format") == Some("date-time") => "moment".to_owned(),
        Some("string") => "text".to_owned(),
        Some("integer") => "whole number".to_owned(),
        Some("number") => "number".to_owned(),
        Some("boolean") => "true or false".to_owned(),
        Some("null") => "null".to_owned(),
        Some("array") => {
            let of = schema.get("items").map_or_else(String::new, words);
            format!("list of {of}")
        }
        Some(_) => "object".to_owned(),
        None => "any JSON".to_owned(),
    };
    match (number("minimum"), number("maximum")) {
        (Some(least), Some(most)) => said.push_str(&format!(" from {least} to {most}")),
        (Some(least), None) if kind_of(schema) == Some("integer") => said.push_str(&format!(" from {least}")),
        _ => {}
    }
    if let Some(least) = number("minLength").and_then(Value::as_u64).filter(|least| *least > 1) {
        said.push_str(&format!(", at least {least} characters"));
    }
    if let Some(most) = number("maxLength") {
        said.push_str(&format!(", at most {most} characters"));
    }
    if let Some(most) = number("maxItems") {
        said.push_str(&format!(", at most {most}"));
    }
    let is_nullable = schema.get("type").and_then(Value::as_array).is_some();
    if is_nullable {
        said.push_str(" or null");
    }
    said
}

/// Everything that answers and frames tell, by its name.
fn objects(schemas: &Map<String, Value>) -> String {
    let mut html = String::new();
    for (name, schema) in schemas {
        let says = schema.get("description").and_then(Value::as_str).unwrap_or_default();
        let kinds = schema
            .get("oneOf")
            .or_else(|| schema.get("anyOf"))
            .and_then(Value::as_array);
        let kinds = kinds.into_iter().flatten();
        let told: String = [schema].into_iter().chain(kinds).map(properties).collect();
        let told = if told.is_empty() {
            format!("<p>{}</p>", words(schema))
        } else {
            told
        };
        let example = serde_json::to_string_pretty(&example::of(schema, schemas)).unwrap_or_default();
        html.push_str(&format!(
            "<article id=\"object-{name}\"><h3>{name}</h3><p>{}</p>{told}<details><summary>An example</summary><pre tabindex=\"0\">{}</pre></details></article>",
            prose(says),
            escaped(&example),
        ));
    }
    section("objects", "Objects", "What answers and frames tell.", &html)
}

/// The fields of an object.
fn properties(schema: &Value) -> String {
    let properties = schema.get("properties").and_then(Value::as_object);
    let told = properties.into_iter().flatten().map(|(name, field)| {
        let says = field.get("description").and_then(Value::as_str).unwrap_or_default();
        row(&code(name), &words(field), says)
    });
    let told: String = told.collect();
    match schema.get("$ref").and_then(Value::as_str).map(last_of) {
        Some(name) => rows("Fields", told) + &format!("<p>And those of <a href=\"#object-{name}\">{name}</a>.</p>"),
        None => rows("Fields", told),
    }
}

fn codes() -> String {
    let told = CODES.iter().map(|known| {
        let (word, status) = (known.word, known.status);
        format!(
            "<div class=\"row\" id=\"code-{word}\"><dt>{status} <code>{word}</code></dt><dd>{}</dd></div>",
            prose(known.says)
        )
    });
    let told: String = told.collect();
    let says = "Programs compare the `code` of a problem; its sentences are for people.";
    section(
        "codes",
        "Codes of refusals",
        says,
        &format!("<article><dl>{told}</dl></article>"),
    )
}
