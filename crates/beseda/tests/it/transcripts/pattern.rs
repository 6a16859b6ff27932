//! Values with names in them: a name is bound where it is first seen, and compared wherever it is seen again.

use serde_json::{Map, Value};
use std::collections::HashMap;

/// What the names of a transcript stand for.
#[derive(Default)]
pub struct Names(HashMap<String, Value>);

/// A piece of a text with names in it.
enum Piece<'a> {
    Text(&'a str),
    Name(&'a str),
}

/// Splits `a $name b ${name}c` at its names.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('$') {
        if !before.is_empty() {
            pieces.push(Piece::Text(before));
        }
        if let Some((name, after)) = behind.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
            pieces.push(Piece::Name(name));
            rest = after;
        } else {
            let end = behind.find(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'));
            let (name, after) = behind.split_at(end.unwrap_or(behind.len()));
            pieces.push(Piece::Name(name));
            rest = after;
        }
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// `2026-11-20T10:00:00.000000Z`: UTC, always with six digits of a second.
fn is_time(text: &str) -> bool {
    let shape = "0000-00-00T00:00:00.000000Z";
    text.len() == shape.len()
        && text
            .chars()
            .zip(shape.chars())
            .all(|(c, form)| if form == '0' { c.is_ascii_digit() } else { c == form })
}

impl Names {
    /// Gives a name a meaning.
    pub fn bind(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    /// The text with what its names stand for.
    ///
    /// # Errors
    /// A name that stands for nothing yet.
    pub fn filled(&self, text: &str) -> Result<String, String> {
        let mut filled = String::new();
        for piece in pieces(text) {
            match piece {
                Piece::Text(text) => filled.push_str(text),
                Piece::Name(name) => filled.push_str(&plain(self.get(name)?)),
            }
        }
        Ok(filled)
    }

    /// A JSON value with what its names stand for; `"$name"` alone becomes the value itself, whatever its type.
    ///
    /// # Errors
    /// A name that stands for nothing yet.
    pub fn filled_json(&self, value: &Value) -> Result<Value, String> {
        Ok(match value {
            Value::String(text) => match pieces(text).as_slice() {
                [Piece::Name(name)] if !text.starts_with("${") => self.get(name)?.clone(),
                _ => Value::String(self.filled(text)?),
            },
            Value::Array(values) => Value::Array(
                values
                    .iter()
                    .map(|value| self.filled_json(value))
                    .collect::<Result<_, _>>()?,
            ),
            Value::Object(fields) => {
                let fields = fields
                    .iter()
                    .map(|(key, value)| Ok((key.clone(), self.filled_json(value)?)));
                Value::Object(fields.collect::<Result<_, String>>()?)
            }
            other => other.clone(),
        })
    }

    fn get(&self, name: &str) -> Result<&Value, String> {
        self.0
            .get(name)
            .ok_or_else(|| format!("${name} stands for nothing yet"))
    }

    /// Compares what was found with what was expected, and learns the names that are new.
    ///
    /// # Errors
    /// Where they differ, and how.
    pub fn compare(&mut self, expected: &Value, found: &Value, place: &str) -> Result<(), String> {
        match (expected, found) {
            (Value::String(pattern), found) => self.compare_pattern(pattern, found, place),
            (Value::Array(expected), Value::Array(found)) => {
                if expected.len() != found.len() {
                    return Err(format!("{place} has {} elements, not {}", found.len(), expected.len()));
                }
                let mut pairs = expected.iter().zip(found).enumerate();
                pairs.try_for_each(|(at, (expected, found))| self.compare(expected, found, &format!("{place}[{at}]")))
            }
            (Value::Object(expected), Value::Object(found)) => self.compare_fields(expected, found, place),
            _ if expected == found => Ok(()),
            _ => Err(format!("{place} is {found}, not {expected}")),
        }
    }

    fn compare_fields(
        &mut self,
        expected: &Map<String, Value>,
        found: &Map<String, Value>,
        place: &str,
    ) -> Result<(), String> {
        if let Some(key) = found.keys().find(|key| !expected.contains_key(*key)) {
            return Err(format!("{place} has a field \"{key}\" that nobody expects"));
        }
        for (key, expected) in expected {
            let found = found
                .get(key)
                .ok_or_else(|| format!("{place} has no field \"{key}\""))?;
            self.compare(expected, found, &format!("{place}.{key}"))?;
        }
        Ok(())
    }

    fn compare_pattern(&mut self, pattern: &str, found: &Value, place: &str) -> Result<(), String> {
        let differs = || Err(format!("{place} is {found}, not \"{pattern}\""));
        if let ([Piece::Name(name)], false) = (pieces(pattern).as_slice(), pattern.starts_with("${")) {
            return match *name {
                "any" => Ok(()),
                "time" => found
                    .as_str()
                    .filter(|text| is_time(text))
                    .map_or_else(differs, |_| Ok(())),
                name => match self.0.get(name).cloned() {
                    Some(known) => self.compare(&known, found, place),
                    None => {
                        self.bind(name, found.clone());
                        Ok(())
                    }
                },
            };
        }
        let Value::String(text) = found else { return differs() };
        self.compare_text(pattern, text).or_else(|()| differs())
    }

    /// Compares a text with a pattern; a name that is new takes what stands up to the pattern's next literal.
    pub fn compare_text(&mut self, pattern: &str, text: &str) -> Result<(), ()> {
        let mut rest = text;
        let mut learned = Vec::new();
        let pieces = pieces(pattern);
        for (at, piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Text(literal) => rest = rest.strip_prefix(literal).ok_or(())?,
                Piece::Name(name) if *name != "any" && self.0.contains_key(*name) => {
                    let known = plain(self.get(name).map_err(|_| ())?);
                    rest = rest.strip_prefix(known.as_str()).ok_or(())?;
                }
                Piece::Name(name) => {
                    let end = match pieces.get(at + 1) {
                        Some(Piece::Text(next)) => rest.find(next).ok_or(())?,
                        _ => rest.len(),
                    };
                    let (taken, behind) = rest.split_at(end);
                    if *name != "any" {
                        learned.push((*name, taken));
                    }
                    rest = behind;
                }
            }
        }
        if !rest.is_empty() {
            return Err(());
        }
        for (name, taken) in learned {
            self.bind(name, Value::from(taken));
        }
        Ok(())
    }
}

#[test]
fn a_name_is_bound_once_and_compared_afterwards() {
    let mut names = Names::default();
    let json = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
    let expected = json(r#"{"id": "$room", "next": "http://x/${room}/?page=2", "at": "$time", "more": "$any"}"#);
    let found = json(r#"{"id": 7, "next": "http://x/7/?page=2", "at": "2026-11-20T10:00:00.000001Z", "more": [1]}"#);
    assert_eq!(names.compare(&expected, &found, "body"), Ok(()));
    let wrong = [
        r#"{"id": 8, "next": "http://x/7/?page=2", "at": "2026-11-20T10:00:00.000001Z", "more": 1}"#,
        r#"{"id": 7, "next": "http://x/8/?page=2", "at": "2026-11-20T10:00:00.000001Z", "more": 1}"#,
        r#"{"id": 7, "next": "http://x/7/?page=2", "at": "2026-11-20T10:00:00Z", "more": 1}"#,
        r#"{"id": 7, "next": "http://x/7/?page=2", "at": "2026-11-20T10:00:00.000001Z"}"#,
        r#"{"id": 7, "next": "http://x/7/?page=2", "at": "2026-11-20T10:00:00.000001Z", "more": 1, "secret": 1}"#,
    ];
    for found in wrong {
        assert!(names.compare(&expected, &json(found), "body").is_err(), "{found}");
    }
}

#[test]
fn a_new_name_inside_a_text_takes_what_stands_up_to_the_next_literal() {
    let mut names = Names::default();
    assert_eq!(
        names.compare_text("session=$cookie; HttpOnly$any", "session=a.b; HttpOnly; Path=/"),
        Ok(())
    );
    assert_eq!(
        names.filled("Cookie: session=$cookie"),
        Ok("Cookie: session=a.b".to_owned())
    );
    assert!(names.filled("$other").is_err());
    assert!(names.compare_text("session=$cookie;", "session=c;").is_err());
}
