//! A call, described beside its handler: who may make it, what it takes, and what it is answered with.

use super::field::Field;
use beseda_core::words::Scope;
use schemars::{JsonSchema, Schema, SchemaGenerator};

/// The schema of a type.
pub(in crate::native) type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// Who may make a call.
#[derive(Clone, Copy)]
pub(in crate::native) enum Who {
    /// Everybody, known or not.
    Everybody,
    /// A person, a visitor who is known again, or a key that acts as one.
    Person,
    /// The same, or somebody who is not known yet.
    PersonOrStranger,
    /// A person who has an account, or a key that acts as one: no visitor.
    Account,
    /// The application, by a key of this scope.
    Application(Scope),
    /// The same, and people.
    Both(Scope),
}

/// What a call takes besides its path and its query.
#[derive(Clone, Copy)]
pub(in crate::native) enum Brings {
    /// Nothing.
    Nothing,
    /// A JSON object with these fields.
    Object(&'static [Field]),
    /// One of several such objects, each with what it is for.
    OneOf(&'static [(&'static str, &'static [Field])]),
    /// Lines, an object with these fields each.
    Lines(&'static [Field]),
    /// A file, as a form with the field `file`.
    File,
}

/// What the body of an answer is.
#[derive(Clone, Copy)]
pub(in crate::native) enum Told {
    /// Nothing.
    Nothing,
    /// A JSON object of a type.
    Object(SchemaOf),
    /// Lines, each a JSON object of a type.
    Lines(SchemaOf),
    /// Something else, of this media type.
    Media(&'static str),
}

/// An answer of a call that went well.
#[derive(Clone, Copy)]
pub(in crate::native) struct Answer {
    pub(in crate::native) status: u16,
    pub(in crate::native) told: Told,
    pub(in crate::native) says: &'static str,
}

/// 200 with this object.
pub(in crate::native) const fn ok<T: JsonSchema>(says: &'static str) -> Answer {
    told::<T>(200, says)
}

/// 201 with this object.
pub(in crate::native) const fn made<T: JsonSchema>(says: &'static str) -> Answer {
    told::<T>(201, says)
}

const fn told<T: JsonSchema>(status: u16, says: &'static str) -> Answer {
    Answer {
        status,
        told: Told::Object(SchemaGenerator::subschema_for::<T>),
        says,
    }
}

/// 200 with lines of this type.
pub(in crate::native) const fn lines<T: JsonSchema>(says: &'static str) -> Answer {
    Answer {
        status: 200,
        told: Told::Lines(SchemaGenerator::subschema_for::<T>),
        says,
    }
}

/// 200 with something of this media type.
pub(in crate::native) const fn media(media: &'static str, says: &'static str) -> Answer {
    Answer {
        status: 200,
        told: Told::Media(media),
        says,
    }
}

/// 204.
pub(in crate::native) const DONE: &[Answer] = &[Answer {
    status: 204,
    told: Told::Nothing,
    says: "It is so, whether it was before or not.",
}];

/// A call of the API.
#[derive(Clone, Copy)]
pub(in crate::native) struct Call {
    pub(in crate::native) method: &'static str,
    pub(in crate::native) path: &'static str,
    /// The name by which programs that are generated call it.
    pub(in crate::native) id: &'static str,
    /// What it does, in a sentence.
    pub(in crate::native) does: &'static str,
    pub(in crate::native) by: Who,
    pub(in crate::native) query: &'static [Field],
    pub(in crate::native) brings: Brings,
    pub(in crate::native) answers: &'static [Answer],
    /// The codes of what it refuses besides what follows from the rest.
    pub(in crate::native) refuses: &'static [&'static str],
    /// The rate that it counts against, where it is a person's call.
    pub(in crate::native) rate: Option<&'static str>,
    /// Whether its answer has a tag by which it is not told again.
    pub(in crate::native) is_tagged: bool,
    /// Whether a retry can be told by the header `Idempotency-Key`.
    pub(in crate::native) is_named: bool,
}

impl Call {
    pub(in crate::native) const fn get(path: &'static str, id: &'static str, does: &'static str) -> Self {
        Self::new("GET", path, id, does)
    }

    pub(in crate::native) const fn post(path: &'static str, id: &'static str, does: &'static str) -> Self {
        Self::new("POST", path, id, does)
    }

    pub(in crate::native) const fn put(path: &'static str, id: &'static str, does: &'static str) -> Self {
        Self::new("PUT", path, id, does)
    }

    pub(in crate::native) const fn patch(path: &'static str, id: &'static str, does: &'static str) -> Self {
        Self::new("PATCH", path, id, does)
    }

    pub(in crate::native) const fn delete(path: &'static str, id: &'static str, does: &'static str) -> Self {
        Self {
            answers: DONE,
            ..Self::new("DELETE", path, id, does)
        }
    }

    const fn new(method: &'static str, path: &'static str, id: &'static str, does: &'static str) -> Self {
        Self {
            method,
            path,
            id,
            does,
            by: Who::Person,
            query: &[],
            brings: Brings::Nothing,
            answers: &[],
            refuses: &[],
            rate: None,
            is_tagged: false,
            is_named: false,
        }
    }

    /// Who may make it; people, where nothing is said.
    pub(in crate::native) const fn by(self, by: Who) -> Self {
        Self { by, ..self }
    }

    pub(in crate::native) const fn query(self, query: &'static [Field]) -> Self {
        Self { query, ..self }
    }

    pub(in crate::native) const fn takes(self, fields: &'static [Field]) -> Self {
        self.brings(Brings::Object(fields))
    }

    pub(in crate::native) const fn brings(self, brings: Brings) -> Self {
        Self { brings, ..self }
    }

    /// The call is the beginning of a socket.
    pub(in crate::native) const fn brings_a_socket(self) -> Self {
        self.answers(&[Answer {
            status: 101,
            told: Told::Nothing,
            says: "The socket is open.",
        }])
    }

    pub(in crate::native) const fn answers(self, answers: &'static [Answer]) -> Self {
        Self { answers, ..self }
    }

    pub(in crate::native) const fn refuses(self, refuses: &'static [&'static str]) -> Self {
        Self { refuses, ..self }
    }

    pub(in crate::native) const fn rate(self, word: &'static str) -> Self {
        Self {
            rate: Some(word),
            ..self
        }
    }

    pub(in crate::native) const fn tagged(self) -> Self {
        Self {
            is_tagged: true,
            ..self
        }
    }

    pub(in crate::native) const fn named(self) -> Self {
        Self { is_named: true, ..self }
    }
}
