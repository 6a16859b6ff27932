//! What the host calls its people, orders and classes in this run: numbers, or texts where `TEST_IDS` says so.
//!
//! Tests speak of numbers either way. With texts, each number that is an id of the host's goes out as its text, in seeds,
//! paths, keys of rooms and bodies, and what the server says is read back. It has to say the text in just these places: a
//! number there, or a text anywhere else, stays one that no test expects.

use reqwest::Request;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};
use std::sync::LazyLock;

/// How texts begin, in turn; the number stands behind it. Each puts something to the test that reads or writes ids: a
/// UUID, what parts ids in keys of rooms, what Auth0 says, and what parts them in paths.
const SHAPES: [&str; 4] = ["00000000-0000-4000-8000-", "a:b%", "auth0|", "ц/"];

/// Where the host's ids stand in what is sent and in what is answered, in every contract.
const FIELDS: [&str; 11] = [
    "from",
    "sender_id",
    "user_id",
    "order",
    "order_id",
    "group_id",
    "assigned_to",
    "client",
    "expert",
    "operator",
    "teacher",
];

/// Where lists of them stand.
const LISTS: [&str; 3] = ["user_ids", "students", "members"];

/// What only an object has whose `id` is one too: a person, a class, an order.
const OF_THE_HOST: [&str; 3] = ["first_name", "students", "client"];

/// Numbers of the host's are below this.
const NUMBERS: i64 = 1 << 40;

static TEXTS: LazyLock<bool> = LazyLock::new(|| {
    #[expect(clippy::disallowed_methods, reason = "a run is told so")]
    let told = std::env::var("TEST_IDS");
    match told.as_deref() {
        Ok("text") => true,
        Ok("number") | Err(_) => false,
        Ok(other) => panic!("TEST_IDS is number or text, not {other}"),
    }
});

/// Whether the host's ids are texts in this run.
pub fn are_texts() -> bool {
    *TEXTS
}

/// What the host calls number `n`.
pub fn word(n: i64) -> String {
    if are_texts() { text_of(n) } else { n.to_string() }
}

fn text_of(n: i64) -> String {
    let shape = usize::try_from(n).expect("a number from 0 on") % SHAPES.len();
    match shape {
        0 => format!("{}{n:012}", SHAPES[0]),
        other => format!("{}{n}", SHAPES[other]),
    }
}

/// The number that a text stands for.
fn number_of(text: &str) -> Option<i64> {
    let digits = SHAPES.iter().find_map(|shape| text.strip_prefix(shape))?;
    let number = digits.parse().ok().filter(|n| (1..NUMBERS).contains(n))?;
    (text_of(number) == text).then_some(number)
}

/// A text that says a number as the host's ids are written.
fn plain(text: &str) -> Option<i64> {
    let number = text.parse().ok().filter(|n| (1..NUMBERS).contains(n))?;
    (number.to_string() == text).then_some(number)
}

/// A value, with the host's ids as it has them.
pub fn said(value: Value) -> Value {
    if are_texts() { with_texts(value) } else { value }
}

fn with_texts(mut value: Value) -> Value {
    at_ids(&mut value, &|id| {
        let number = id.as_i64().filter(|n| (1..NUMBERS).contains(n));
        if let Some(number) = number.or_else(|| plain(id.as_str()?)) {
            *id = text_of(number).into();
        }
    });
    value
}

/// What the server said, with numbers again; `is_refusal` where its sentences name ids, too.
pub fn heard(value: Value, is_refusal: bool) -> Value {
    if are_texts() {
        with_numbers(value, is_refusal)
    } else {
        value
    }
}

fn with_numbers(mut value: Value, is_refusal: bool) -> Value {
    at_ids(&mut value, &|id| match id {
        Value::String(text) => {
            if let Some(number) = number_of(text) {
                *id = number.into();
            }
        }
        // Whoever was deleted is called by a number below 0.
        Value::Number(number) if number.as_i64().is_none_or(|number| number >= 0) => {
            *id = format!("{number}, where the host has texts").into();
        }
        _ => {}
    });
    at_texts(&mut value, &|name, text| {
        if name == "key" || name == "room" {
            *text = key_heard(text);
        } else if is_refusal {
            *text = line_with_numbers(text);
        }
    });
    value
}

fn at_ids(value: &mut Value, turn: &impl Fn(&mut Value)) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| at_ids(value, turn)),
        Value::Object(fields) => {
            let is_of_the_host = OF_THE_HOST.iter().any(|name| fields.contains_key(*name));
            for (name, value) in fields {
                let is_id = FIELDS.contains(&name.as_str()) || (name == "id" && is_of_the_host);
                match value {
                    Value::Array(ids) if LISTS.contains(&name.as_str()) => ids.iter_mut().for_each(|one| match one {
                        // Somebody who is no more than what they are in a room.
                        Value::Object(member) if !OF_THE_HOST.iter().any(|name| member.contains_key(*name)) => {
                            member.get_mut("id").into_iter().for_each(turn);
                        }
                        one => turn(one),
                    }),
                    Value::String(_) | Value::Number(_) if is_id => turn(value),
                    _ => {}
                }
                at_ids(value, turn);
            }
        }
        _ => {}
    }
}

/// Every text of a value, with the name of its field.
fn at_texts(value: &mut Value, turn: &impl Fn(&str, &mut String)) {
    fn within(name: &str, value: &mut Value, turn: &impl Fn(&str, &mut String)) {
        match value {
            Value::String(text) => turn(name, text),
            Value::Array(values) => values.iter_mut().for_each(|value| within(name, value, turn)),
            Value::Object(fields) => fields.iter_mut().for_each(|(name, value)| within(name, value, turn)),
            _ => {}
        }
    }
    within("", value, turn);
}

/// A room's key as the server wrote it; of a private pair the one whom it writes first has to be the one who comes first.
fn key_heard(key: &str) -> String {
    let unescaped = |id: &str| id.replace("%3A", ":").replace("%25", "%");
    let parts: Vec<String> = key.split(':').map(unescaped).collect();
    let numbers: Vec<Option<i64>> = parts.iter().map(|part| number_of(part)).collect();
    match (parts[0].as_str(), &numbers[1..]) {
        ("private", &[Some(one), Some(other)]) if parts[1] < parts[2] => {
            format!("private:{}:{}", one.min(other), one.max(other))
        }
        ("pair", &[Some(customer), Some(therapist)]) => format!("pair:{customer}:{therapist}"),
        _ => match key.strip_prefix("order:").and_then(number_of) {
            Some(order) => format!("order:{order}"),
            None => key.to_owned(),
        },
    }
}

/// A room's key, with the host's ids as it has them.
pub fn key(key: &str) -> String {
    if are_texts() { key_said(key) } else { key.to_owned() }
}

fn key_said(key: &str) -> String {
    let escaped = |id: &str| plain(id).map(|n| text_of(n).replace('%', "%25").replace(':', "%3A"));
    let said = match key.split(':').collect::<Vec<_>>()[..] {
        ["order", order] => plain(order).map(|order| format!("order:{}", text_of(order))),
        [kind @ ("pair" | "private"), one, other] => {
            let two = escaped(one).zip(escaped(other));
            two.map(|(one, other)| format!("{kind}:{one}:{other}"))
        }
        _ => None,
    };
    said.unwrap_or_else(|| key.to_owned())
}

/// A path, and its query, with the host's ids as it has them.
pub fn path(path: &str) -> String {
    if are_texts() {
        path_with_texts(path)
    } else {
        path.to_owned()
    }
}

fn path_with_texts(path: &str) -> String {
    let (path, query) = path.find('?').map_or((path, ""), |at| path.split_at(at));
    let mut parts: Vec<String> = path.split('/').map(str::to_owned).collect();
    let names: Vec<&str> = path.split('/').collect();
    let ids = match names[..] {
        ["", "api", "v1", "rooms", ..] => {
            let (key, said) = (names[4], key_said(names[4]));
            if said != key {
                parts[4] = encoded(&said);
            }
            match names[5..] {
                ["members", ..] => 6..7,
                _ => 0..0,
            }
        }
        ["", "api", "v1", "people" | "orders" | "groups", ..] => 4..5,
        ["", "api", "chat", "order", ..] => 4..5,
        ["", "ws", "chat" | "location", _, therapist, ..] if !therapist.is_empty() => 3..5,
        _ => 0..0,
    };
    for part in &mut parts[ids] {
        if let Some(number) = plain(part) {
            *part = encoded(&text_of(number));
        }
    }
    parts.join("/") + query
}

/// A text as one part of a path.
pub fn encoded(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let byte = |byte| {
        if is_plain(byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    text.bytes().map(byte).collect()
}

/// A request with the host's ids as it has them, in its path and its body.
pub fn request(mut request: Request) -> Request {
    if !are_texts() {
        return request;
    }
    let said = path(request.url().path());
    request.url_mut().set_path(&said);
    let kind = request.headers().get(CONTENT_TYPE).map(|kind| kind.as_bytes().to_vec());
    let bytes = request.body().and_then(|body| body.as_bytes()).unwrap_or_default();
    let body = match kind.as_deref() {
        Some(b"application/json") => serde_json::from_slice(bytes).ok().and_then(|body| said_text(&body)),
        Some(b"application/x-www-form-urlencoded") => std::str::from_utf8(bytes).ok().map(form_said),
        _ => None,
    };
    if let Some(body) = body {
        *request.body_mut() = Some(body.into());
    }
    request
}

/// A body that names ids, as text.
fn said_text(body: &Value) -> Option<String> {
    let said = with_texts(body.clone());
    (said != *body).then(|| said.to_string())
}

fn form_said(form: &str) -> String {
    let field = |field: &str| match field.split_once('=') {
        Some((name, value)) if FIELDS.contains(&name) => {
            let text = plain(value).map_or(value.to_owned(), |number| encoded(&text_of(number)));
            format!("{name}={text}")
        }
        _ => field.to_owned(),
    };
    form.split('&').map(field).collect::<Vec<_>>().join("&")
}

/// The body of an answer, with numbers again; those of the native API, which says every id as a text, are texts of numbers.
pub fn answer(text: String, status: u16, is_native: bool) -> String {
    if !are_texts() {
        return text;
    }
    match serde_json::from_str::<Value>(&text) {
        Ok(said) => {
            let mut read = heard(said.clone(), status >= 400);
            if is_native {
                at_ids(&mut read, &|id| {
                    if let Some(number) = id.as_i64() {
                        *id = number.to_string().into();
                    }
                });
            }
            if read == said { text } else { read.to_string() }
        }
        Err(_) => text,
    }
}

/// A line of a log or a sentence, with numbers again, whether the ids in it stand as they are or in percents.
pub fn line(text: &str) -> String {
    if are_texts() {
        line_with_numbers(text)
    } else {
        text.to_owned()
    }
}

fn line_with_numbers(text: &str) -> String {
    let begins = SHAPES
        .iter()
        .flat_map(|shape| [(shape, (*shape).to_owned()), (shape, encoded(shape))]);
    begins.fold(text.to_owned(), |line, (shape, begin)| {
        let mut parts = line.split(&begin);
        let mut read = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
            let (digits, rest) = part.split_at(end);
            match number_of(&format!("{shape}{digits}")) {
                Some(number) => read += &number.to_string(),
                None => read += &format!("{begin}{digits}"),
            }
            read += rest;
        }
        read
    })
}

#[test]
fn the_hosts_ids_are_texts_in_their_places_and_nowhere_else() {
    let body = json!({"id": 5, "order": 17, "sender": {"id": 2, "first_name": "", "email": "2"}, "members": [3, 4], "room": 1});
    let said = with_texts(body.clone());
    assert_eq!(
        said,
        json!({"id": 5, "order": "a:b%17", "sender": {"id": "auth0|2", "first_name": "", "email": "2"},
            "members": ["ц/3", "00000000-0000-4000-8000-000000000004"], "room": 1})
    );
    assert_eq!(with_numbers(said, false), body);
    assert_ne!(with_numbers(body.clone(), false), body, "numbers where texts belong");
    let elsewhere = json!({"room": "auth0|2"});
    assert_eq!(with_numbers(elsewhere.clone(), false), elsewhere);
}

#[test]
fn paths_keys_and_lines_name_texts() {
    for (path, said) in [
        ("/api/v1/people/2/", "/api/v1/people/auth0%7C2/"),
        (
            "/api/v1/rooms/private:1:2/",
            "/api/v1/rooms/private%3Aa%253Ab%25251%3Aauth0%7C2/",
        ),
        (
            "/api/chat/order/3/messages?after=5",
            "/api/chat/order/%D1%86%2F3/messages?after=5",
        ),
        ("/ws/chat/1/2/?token=a.b/c", "/ws/chat/a%3Ab%251/auth0%7C2/?token=a.b/c"),
        ("/ws/chat/7/?token=a/b", "/ws/chat/7/?token=a/b"),
        ("/api/chat/rooms/7/messages/", "/api/chat/rooms/7/messages/"),
    ] {
        assert_eq!(path_with_texts(path), said);
    }
    for key in [
        "order:3",
        "pair:2:1",
        "private:1:2",
        "group:6f1c2a3b-0000-4000-8000-000000000001",
    ] {
        assert_eq!(key_heard(&key_said(key)), key);
    }
    assert_ne!(
        key_heard("private:auth0|2:a%3Ab%251"),
        "private:1:2",
        "the first comes first"
    );
    let line = "user_id=a:b%1, path /ws/auth0%7C2/%D1%86%2F3/, auth0|3";
    assert_eq!(line_with_numbers(line), "user_id=1, path /ws/2/3/, auth0|3");
}
