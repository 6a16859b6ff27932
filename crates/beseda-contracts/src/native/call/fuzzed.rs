//! What fuzzers send to the calls of host applications: a body whose fields are read in every way.

use super::*;

const CHARS: usize = 20;
const PEOPLE: usize = 3;
const TEXTS: &[Field] = &all(Field::new("", Takes::Text(|_| CHARS), ""));
const PERSONS: &[Field] = &all(Field::new("", Takes::Id, "").or_null());
const LISTS: &[Field] = &all(Field::new("", Takes::Ids(|_| PEOPLE), "").or_null());
const FLAGS: &[Field] = &all(Field::new("", Takes::Flag, ""));
const NAMES: [&str; 6] = ["id", "text", "name", "file", "people", "flag"];

/// A table in which every field is like this one.
const fn all(like: Field) -> [Field; 6] {
    let [a, b, c, d, e, f] = NAMES;
    [
        Field { name: a, ..like },
        Field { name: b, ..like },
        Field { name: c, ..like },
        Field { name: d, ..like },
        Field { name: e, ..like },
        Field { name: f, ..like },
    ]
}

/// Reads each field of a body in every way: what is taken keeps to what is asked for, and the end tells whether
/// something was not taken.
pub(crate) fn body(fields: &Fields) {
    for name in NAMES {
        text(fields, name);
        let mut body = begun(fields, PERSONS);
        let was_there = fields.get(name).is_some_and(|value| !value.is_null());
        match body.person(name) {
            Some(None) => assert!(fields.get(name).is_some_and(Value::is_null)),
            Some(Some(person)) => assert!(!person.is_reserved() && HostId::of(person.to_string()) == Ok(person)),
            None => assert_eq!(body.end().is_err(), was_there),
        }
        let mut body = begun(fields, LISTS);
        match body.people(name, &Limits::default()) {
            Some(people) => {
                assert!(people.len() <= PEOPLE && people.is_sorted() && !people.iter().any(HostId::is_reserved));
                assert!(body.end().is_ok());
            }
            None => assert_eq!(body.end().is_err(), fields.has(name)),
        }
        let mut body = begun(fields, FLAGS);
        let flag = body.flag(name);
        assert_eq!(flag, fields.get(name).and_then(Value::as_bool));
        assert_eq!(body.end().is_err(), flag.is_none() && fields.has(name));
    }
}

fn text(fields: &Fields, name: &'static str) {
    let mut body = begun(fields, TEXTS);
    let limits = Limits::default();
    let (raw, text) = (body.raw_text(name, &limits), body.text(name, &limits));
    assert_eq!(text.as_deref(), raw.as_deref().map(str::trim));
    assert!(raw.is_none_or(|raw| raw.chars().count() <= CHARS && !raw.contains('\0')));
    assert_eq!(body.end().is_err(), text.is_none() && fields.has(name));
}

fn begun(fields: &Fields, known: &'static [Field]) -> Body {
    Body {
        fields: fields.clone(),
        known,
        mistakes: FieldErrors::default(),
    }
}
