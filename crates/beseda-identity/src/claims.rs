//! The claims of a signed token, read strictly: a time that is no number is no time, and no reason to skip the check.

use beseda_core::words::{HostId, PersonId, Time};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use serde_json::{Map, Value};
use std::collections::HashSet;
use std::fmt;

/// Bytes of a token; a longer one is not even looked at.
pub const TOKEN_BYTES: usize = 4_096;

/// Why a token proves nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw {
    /// It is malformed, forged, expired, or lacks something.
    Invalid(String),
    /// It is a good token of another type.
    WrongType(String),
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(why) => f.write_str(why),
            Self::WrongType(word) => write!(f, "it is a token of the type {word:?}"),
        }
    }
}

pub(super) fn invalid(why: impl Into<String>) -> Flaw {
    Flaw::Invalid(why.into())
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

/// How long a token is good for that does not tell when it was given, in seconds.
const ASSUMED_SECONDS: f64 = 900.0;

/// The claims of a token.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Claims(Map<String, Value>);

impl Claims {
    /// The claims of a token that nobody has checked yet: good for choosing a key, and for nothing else.
    pub fn unproven(token: &str) -> Result<Self, Flaw> {
        if token.len() > TOKEN_BYTES {
            return Err(invalid("it is too long"));
        }
        let claims = jsonwebtoken::dangerous::insecure_decode_claims(token);
        claims.map(Self).map_err(|_| invalid("it is no token"))
    }

    /// The claims of a token that this key signed with one of these algorithms. No time is looked at.
    pub fn proven(token: &str, key: &DecodingKey, algorithms: &[Algorithm]) -> Result<Self, Flaw> {
        if token.len() > TOKEN_BYTES {
            return Err(invalid("it is too long"));
        }
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

    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// A claim that is a text, where it is there.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    /// A claim that must be a text and hold something.
    pub fn required_text(&self, name: &str) -> Result<&str, Flaw> {
        match self.get(name) {
            Some(Value::String(text)) if !text.is_empty() => Ok(text),
            _ => Err(invalid(format!("{name} is missing or no text"))),
        }
    }

    /// When it was given. Where it does not tell, a token that is good for a quarter of an hour is assumed; one that is
    /// good for longer may be of any time.
    pub fn issued_at(&self, now: Time) -> Result<Time, Flaw> {
        let seconds = match (self.seconds("iat")?, self.seconds("exp")?) {
            (Some(issued), _) => issued,
            (None, Some(expires)) => expires - ASSUMED_SECONDS,
            (None, None) => return Err(invalid("exp is missing")),
        };
        // Our own tokens may begin with the next seconds. Nobody else's word about the future counts.
        if seconds > now.0 as f64 / 1e6 + 5.0 {
            return Ok(Time(0));
        }
        // What a number of seconds cannot be is cut to the nearest that it can.
        Ok(Time((seconds * 1e6) as i64))
    }

    /// Checks `exp`, which must be there, and `nbf` and `iat`, which may.
    pub fn check_times(&self, now: Time) -> Result<(), Flaw> {
        // 2^53 microseconds are 285 years: no digit of a moment of today is lost.
        let now = now.0 as f64 / 1e6;
        let expires = self.seconds("exp")?.ok_or_else(|| invalid("exp is missing"))?;
        self.seconds("iat")?;
        if expires <= now {
            return Err(invalid("it has expired"));
        }
        match self.seconds("nbf")? {
            Some(begins) if begins > now => Err(invalid("it is not good yet")),
            _ => Ok(()),
        }
    }

    /// A moment, in seconds since 1970, perhaps with a fraction.
    fn seconds(&self, name: &str) -> Result<Option<f64>, Flaw> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Number(number)) => {
                let seconds = number.as_f64().filter(|seconds| seconds.is_finite());
                seconds.map(Some).ok_or_else(|| invalid(format!("{name} is no moment")))
            }
            Some(_) => Err(invalid(format!("{name} is no number"))),
        }
    }

    /// Checks that the token is of this type.
    pub fn check_type(&self, wanted: &str) -> Result<(), Flaw> {
        match self.required_text("token_type")? {
            word if word == wanted => Ok(()),
            // What another signer wrote there is nothing to fill a log with.
            word => Err(Flaw::WrongType(word.chars().take(20).collect())),
        }
    }

    /// What the host calls a person: a number from 1, or a text, without space around it.
    pub fn host_id(&self, name: &str) -> Result<HostId<'static>, Flaw> {
        let text = match self.get(name) {
            Some(Value::Number(number)) if number.as_u64().is_some_and(|number| number > 0) => number.to_string(),
            Some(Value::String(text)) => text.trim().to_owned(),
            _ => return Err(invalid(format!("{name} is missing, or no number from 1 and no text"))),
        };
        HostId::of(text).map_err(|flaw| invalid(format!("{name} names nobody: {flaw}")))
    }

    /// The number of a person, as a number or its text.
    pub fn person(&self, name: &str) -> Result<PersonId, Flaw> {
        let number = match self.get(name) {
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
