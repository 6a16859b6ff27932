//! What fuzzers send to the calls of host applications: a body whose fields are read in every way.

use super::*;

const CHARS: usize = 20;
const PEOPLE: usize = 3;
const NAMES: [&str; 6] = ["id", "text", "name", "file", "people", "flag"];

/// Reads each field of a body in every way: what is taken keeps to what is asked for, and the end tells whether
/// something was not taken.
pub(crate) fn body(fields: &Fields) {
    for name in NAMES {
        text(fields, name);
        let mut body = begun(fields);
        let was_there = fields.get(name).is_some_and(|value| !value.is_null());
        match body.person(name) {
            Some(None) => assert!(fields.get(name).is_some_and(Value::is_null)),
            Some(Some(person)) => assert!(!person.is_reserved() && HostId::of(person.to_string()) == Ok(person)),
            None => assert_eq!(body.end().is_err(), was_there),
        }
        let mut body = begun(fields);
        match body.people(name, PEOPLE) {
            Some(people) => {
                assert!(people.len() <= PEOPLE && people.is_sorted() && !people.iter().any(HostId::is_reserved));
                assert!(body.end().is_ok());
            }
            None => assert_eq!(body.end().is_err(), fields.has(name)),
        }
        let mut body = begun(fields);
        let flag = body.flag(name);
        assert_eq!(flag, fields.get(name).and_then(Value::as_bool));
        assert_eq!(body.end().is_err(), flag.is_none() && fields.has(name));
    }
}

fn text(fields: &Fields, name: &'static str) {
    let mut body = begun(fields);
    let (raw, text) = (body.raw_text(name, CHARS), body.text(name, CHARS));
    assert_eq!(text.as_deref(), raw.as_deref().map(str::trim));
    assert!(raw.is_none_or(|raw| raw.chars().count() <= CHARS && !raw.contains('\0')));
    assert_eq!(body.end().is_err(), text.is_none() && fields.has(name));
}

fn begun(fields: &Fields) -> Body {
    Body {
        fields: fields.clone(),
        known: &[],
        mistakes: FieldErrors::default(),
    }
}
