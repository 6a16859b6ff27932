//! Flask's session: a cookie that holds everything, signed with the application's `SECRET_KEY` as Flask 3 and
//! itsdangerous 2 write it: `[.]base64(zlib?(JSON)) . base64(seconds since 1970) . base64(HMAC-SHA1 of both)`.

use crate::cookies;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use beseda_core::rules::sign_in::Claimed;
use beseda_core::words::{HostId, Time};
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use serde_json::{Map, Value};
use sha1::Sha1;
use std::fmt;
use uuid::Uuid;

/// What Flask mixes into its key, so that it signs nothing else.
const SALT: &[u8] = b"cookie-session";
/// How far the clock of the application may be ahead of ours. Flask itself forgives nothing, and reads its own clock.
const AHEAD_SECONDS: i64 = 5;
/// The tag of Flask's JSON for a UUID: `{" u": "…"}`, in hexadecimal.
const UUID_TAG: &str = " u";

/// How a Flask application signs its sessions.
#[derive(Clone, PartialEq, Eq)]
pub struct FlaskSettings {
    /// Its `SECRET_KEY`, and those from before that still count.
    pub keys: Vec<Vec<u8>>,
    /// The cookie's name.
    pub cookie: String,
    /// What in the session names the person.
    pub person_key: String,
    /// How long a session is good for after it was signed.
    pub seconds: i64,
}

/// Without what is secret.
impl fmt::Debug for FlaskSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flask")
            .field("cookie", &self.cookie)
            .finish_non_exhaustive()
    }
}

/// A Flask application whose sessions let people in.
pub(super) struct Flask {
    signers: Vec<Hmac<Sha1>>,
    cookie: String,
    person_key: String,
    seconds: i64,
    /// Bytes of a session.
    most: usize,
}

impl Flask {
    pub(super) fn new(settings: FlaskSettings, most: usize) -> Self {
        Self {
            signers: settings.keys.iter().filter_map(|key| signer(key)).collect(),
            cookie: settings.cookie,
            person_key: settings.person_key,
            seconds: settings.seconds,
            most,
        }
    }

    pub(super) fn shown_in(&self, headers: &HeaderMap) -> Vec<String> {
        cookies::values(headers, &self.cookie).map(str::to_owned).collect()
    }

    /// Whose session it is; `None` where nobody is signed in.
    ///
    /// # Errors
    /// Why it proves nothing, without anything that stood in it.
    pub(super) fn claimed(&self, cookie: &str, now: Time) -> Result<Option<Claimed>, &'static str> {
        let (signed, signature) = cookie.rsplit_once('.').ok_or("it is not signed")?;
        let signature = decoded(signature)?;
        // Compared in constant time.
        let is_by = |signer: &Hmac<Sha1>| signer.clone().chain_update(signed).verify_slice(&signature).is_ok();
        if !self.signers.iter().any(is_by) {
            return Err("its signature is wrong: it is forged, or signed with another SECRET_KEY");
        }
        let (payload, signed_at) = signed.rsplit_once('.').ok_or("it does not tell when it was signed")?;
        let (signed_at, now) = (seconds(&decoded(signed_at)?)?, now.seconds());
        if now - signed_at > self.seconds {
            return Err("it has expired");
        }
        if signed_at - now > AHEAD_SECONDS {
            return Err("it was signed later than now: the clocks differ");
        }
        let id = self.person(&self.json(payload)?)?;
        let proven_at = Time(0).plus_seconds(signed_at.min(now));
        Ok(id.map(|id| Claimed::new(id, Some(proven_at))))
    }

    fn json(&self, payload: &str) -> Result<Map<String, Value>, &'static str> {
        let too_big = "it has more than `limits.session_bytes`";
        let json = match payload.strip_prefix('.') {
            Some(packed) => decompress_to_vec_zlib_with_limit(&decoded(packed)?, self.most).map_err(|error| {
                if error.output.len() < self.most {
                    "it is malformed"
                } else {
                    too_big
                }
            })?,
            None => decoded(payload)?,
        };
        if json.len() > self.most {
            return Err(too_big);
        }
        serde_json::from_slice(&json).map_err(|_| "it is malformed")
    }

    /// The person of a session. What else is in it does not matter.
    fn person(&self, session: &Map<String, Value>) -> Result<Option<HostId<'static>>, &'static str> {
        let text = match session.get(&self.person_key) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(text)) => text.trim().to_owned(),
            Some(Value::Number(number)) if number.as_u64().is_some_and(|number| number > 0) => number.to_string(),
            Some(Value::Object(tagged)) => {
                let uuid = tagged.get(UUID_TAG).and_then(Value::as_str);
                let uuid = uuid.and_then(|hex| Uuid::try_parse(hex).ok());
                uuid.ok_or("`person_key` names what is no person's id")?.to_string()
            }
            Some(_) => return Err("`person_key` names what is no person's id"),
        };
        let id = HostId::of(text).map_err(|_| "`person_key` names what is no person's id")?;
        Ok(Some(id))
    }
}

/// What signs with this key: HMAC with a key that is made of it. HMAC takes keys of any length.
fn signer(key: &[u8]) -> Option<Hmac<Sha1>> {
    let derived = Hmac::<Sha1>::new_from_slice(key).ok()?.chain_update(SALT).finalize();
    Hmac::new_from_slice(&derived.into_bytes()).ok()
}

fn decoded(text: &str) -> Result<Vec<u8>, &'static str> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| "it is malformed")
}

/// A number as itsdangerous writes it: its bytes, the greatest first, without zeros in front.
fn seconds(bytes: &[u8]) -> Result<i64, &'static str> {
    if bytes.len() >= size_of::<i64>() {
        return Err("it was signed at no moment");
    }
    Ok(bytes.iter().fold(0, |number, byte| (number << 8) | i64::from(*byte)))
}

#[cfg(any(test, fuzzing))]
pub mod fuzzed;
#[cfg(test)]
pub(super) mod made;
#[cfg(test)]
mod tests;
