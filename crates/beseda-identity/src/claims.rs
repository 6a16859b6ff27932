//! The claims of a signed token, read strictly: a time that is no number is no time, and no reason to skip the check.

use beseda_core::words::{HostId, PersonId, Time, printable};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use serde_json::{Map, Value};
use std::collections::HashSet;
use std::fmt;

/// Why a token proves nothing: a sentence for our log, with nothing of the token in it but cut words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw {
    /// It is malformed, forged, or lacks something.
    Invalid(String),
    /// It was good.
    Expired(String),
    /// It is a good token of another type.
    WrongType(String),
}

impl Flaw {
    /// The same, and what it is a flaw of.
    pub(super) fn of(self, what: &str) -> Self {
        let whole = |why: String| format!("{why}; {what}");
        match self {
            Self::Invalid(why) => Self::Invalid(whole(why)),
            Self::Expired(why) => Self::Expired(whole(why)),
            Self::WrongType(why) => Self::WrongType(whole(why)),
        }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Invalid(why) | Self::Expired(why) | Self::WrongType(why)) = self;
        f.write_str(why)
    }
}

pub(super) fn invalid(why: impl Into<String>) -> Flaw {
    Flaw::Invalid(why.into())
}

/// What another signer wrote, to be shown in a log: cut, and without what a terminal would obey.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => format!("\"{}\"", printable(text)),
        other => printable(&other.to_string()),
    }
}

/// Checks that a token has at most so many bytes (`limits.token_bytes`); a longer one is not even looked at.
pub(super) fn check_size(token: &str, most: usize) -> Result<(), Flaw> {
    match token.len() {
        size if size > most => Err(invalid(format!(
            "it has {size} bytes, and limits.token_bytes takes {most}"
        ))),
        _ => Ok(()),
    }
}

/// Why the library refuses a token, without anything that stood in it: the reason goes into logs.
fn reason(error: &jsonwebtoken::errors::Error) -> &'static str {
    match error.kind() {
        ErrorKind::InvalidSignature => "its signature is wrong",
        ErrorKind::InvalidAlgorithm => "it is signed with an algorithm that is not allowed",
        _ => "it is malformed",
    }
}

/// The header of a token that nobody has checked yet: it says which key to try, and nothing about whether it is good.
pub(super) fn header(token: &str) -> Result<Header, Flaw> {
    jsonwebtoken::decode_header(token).map_err(|error| invalid(reason(&error)))
}

/// The claims of a token.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Claims(Map<String, Value>);

impl Claims {
    /// The claims of a token that nobody has checked yet: good for choosing a key, and for nothing else.
    pub fn unproven(token: &str) -> Result<Self, Flaw> {
        let claims = jsonwebtoken::dangerous::insecure_decode_claims(token);
        claims.map(Self).map_err(|_| invalid("it is no token"))
    }

    /// The claims of a token that this key signed with one of these algorithms. No time is looked at.
    pub fn proven(token: &str, key: &DecodingKey, algorithms: &[Algorithm]) -> Result<Self, Flaw> {
        // Times and audience are checked here, where a claim of the wrong type is an error.
        let wanted = Validation {
            algorithms: algorithms.to_vec(),
            required_spec_claims: HashSet::new(),
            validate_exp: false,
            validate_nbf: false,
            validate_aud: false,
            leeway: 0,
            ..Validation::default()
        };
        let decoded = jsonwebtoken::decode(token, key, &wanted).map_err(|error| invalid(reason(&error)))?;
        // RFC 7515 §4.1.11: what its signer says must be understood, and is not, makes it no token for us.
        match decoded.header.crit {
            None => Ok(Self(decoded.claims)),
            Some(_) => Err(invalid("its header holds what must be understood and is not")),
        }
    }

    /// The claim that a setting names: by its whole name, else by a path with dots through the objects of the token.
    pub fn at(&self, path: &str) -> Option<&Value> {
        at(&self.0, path)
    }

    /// What a text claim says, without what is no part of a name: space around it, and what only controls a terminal.
    pub fn text(&self, path: &str) -> Option<String> {
        let text = self.at(path)?.as_str()?;
        let plain: String = text.chars().filter(|letter| !letter.is_control()).collect();
        Some(plain.trim().to_owned())
    }

    /// The words of a claim: its text, or the texts of its list; `None` where it is not there or is neither.
    pub fn words(&self, path: &str) -> Option<Vec<&str>> {
        match self.at(path)? {
            Value::String(word) => Some(vec![word]),
            Value::Array(words) => Some(words.iter().filter_map(Value::as_str).collect()),
            _ => None,
        }
    }

    /// A claim that must be a text and hold something.
    pub fn required_text(&self, name: &str) -> Result<&str, Flaw> {
        match self.0.get(name) {
            Some(Value::String(text)) if !text.is_empty() => Ok(text),
            _ => Err(invalid(format!("{name} is missing or no text"))),
        }
    }

    /// When it was signed, where it tells.
    pub fn signed_at(&self) -> Result<Option<Time>, Flaw> {
        self.moment("iat")
    }

    /// When it ends: every token has to tell.
    pub fn ends_at(&self) -> Result<Time, Flaw> {
        self.moment("exp")?.ok_or_else(|| invalid("exp is missing"))
    }

    /// Checks that it has not ended, more than `leeway` seconds ago.
    pub fn check_end(&self, now: Time, leeway: i64) -> Result<(), Flaw> {
        let ends = self.ends_at()?;
        if ends.plus_seconds(leeway) <= now {
            let ago = now.seconds().saturating_sub(ends.seconds());
            return Err(Flaw::Expired(format!("it has expired (exp), {ago} s ago")));
        }
        Ok(())
    }

    /// Checks that a moment, where it is there, is past or comes within `leeway` seconds.
    pub fn check_begun(&self, name: &str, now: Time, leeway: i64) -> Result<(), Flaw> {
        match self.moment(name)? {
            Some(begins) if begins > now.plus_seconds(leeway) => {
                let left = begins.seconds().saturating_sub(now.seconds());
                Err(invalid(format!("its {name} is {left} s in the future")))
            }
            _ => Ok(()),
        }
    }

    /// A moment, written in seconds since 1970, perhaps with a fraction.
    fn moment(&self, name: &str) -> Result<Option<Time>, Flaw> {
        match self.0.get(name) {
            None => Ok(None),
            Some(Value::Number(number)) => {
                let seconds = number.as_f64().filter(|seconds| seconds.is_finite());
                let seconds = seconds.ok_or_else(|| invalid(format!("{name} is no moment")))?;
                // What a number of microseconds cannot be is cut to the nearest that it can; 2^53 of them are 285 years:
                // no digit of a moment of today is lost.
                Ok(Some(Time((seconds * 1e6) as i64)))
            }
            Some(_) => Err(invalid(format!("{name} is no number"))),
        }
    }

    /// Checks that the token is of this type.
    pub fn check_type(&self, wanted: &str) -> Result<(), Flaw> {
        match self.required_text("token_type")? {
            word if word == wanted => Ok(()),
            word => Err(Flaw::WrongType(format!("its token_type is \"{}\"", printable(word)))),
        }
    }

    /// What the host calls a person: a number from 1, or a text, without space around it.
    pub fn host_id(&self, path: &str) -> Result<HostId<'static>, Flaw> {
        let text = match self.at(path) {
            Some(Value::Number(number)) if number.as_u64().is_some_and(|number| number > 0) => number.to_string(),
            Some(Value::String(text)) => text.trim().to_owned(),
            _ => return Err(invalid(format!("{path} is missing, or no number from 1 and no text"))),
        };
        HostId::of(text).map_err(|flaw| invalid(format!("{path} names nobody: {flaw}")))
    }

    /// The number of a person, as a number or its text.
    pub fn person(&self, name: &str) -> Result<PersonId, Flaw> {
        let number = match self.0.get(name) {
            Some(Value::Number(number)) => number.as_i64(),
            Some(Value::String(text)) if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
            _ => None,
        };
        let number = number.filter(|number| *number > 0);
        number
            .map(PersonId)
            .ok_or_else(|| invalid(format!("{name} is missing or no number of a person")))
    }
}

/// What stands at a path of an object. A name may hold dots itself, so every way to read the path is tried, the longest
/// name first.
fn at<'a>(object: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    object.get(path).or_else(|| {
        path.rmatch_indices('.').find_map(|(dot, _)| {
            let (name, rest) = path.split_at_checked(dot)?;
            at(object.get(name)?.as_object()?, rest.strip_prefix('.')?)
        })
    })
}
