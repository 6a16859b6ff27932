//! Reads a request's body, JSON or a form, into one map of fields, and the files that come with it.

mod lines;
mod measure;
mod multipart;
mod parameters;

use super::urlencoded;
use crate::shared::Shared;
use crate::shared::depth::within_depth;
use crate::shared::field::{FieldError, FieldErrors};
use crate::shared::files::upload::{Uploaded, keep};
use crate::shared::json;
use crate::shared::refused::{BrokenJson, Refused};
pub use lines::{NDJSON, lines_of};

use axum::body::Body;
use axum::body::HttpBody;
use axum::extract::{FromRequest, Request};
use beseda_core::Refusal;
use beseda_core::rules::sign_in;
use beseda_core::words::{Draft, HostId, Limits, NoHostId, Person};
use beseda_live::ask;
use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::{Map, Value};

/// What is no file never needs more: it is held in memory whole, and JSON several times over.
const TEXT_BYTES: u64 = 1 << 20;

/// The fields of a body: of a JSON object, a form or a multipart form. No body has no fields.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fields {
    values: Map<String, Value>,
}

/// The fields of a body and the files that came with it.
#[derive(Default)]
pub struct Form {
    /// The fields.
    pub fields: Fields,
    /// The files, in their order. They are on disk and not kept yet.
    pub files: Vec<Uploaded>,
}

/// What a form asks to send. Its files are on disk and not kept yet.
pub struct Brought {
    /// What it says.
    pub text: String,
    /// The sender's own name for it.
    pub client_id: Option<String>,
    /// The files.
    pub files: Vec<Uploaded>,
}

impl Brought {
    /// The draft, its files kept. To be asked for once it is certain that the sender may send.
    ///
    /// # Errors
    /// As [`keep`].
    pub async fn kept(self, shared: &Shared) -> Result<Draft, Refused> {
        Ok(Draft {
            text: self.text,
            client_id: self.client_id,
            files: keep(shared, self.files).await?,
            more: None,
        })
    }
}

impl Form {
    /// Reads a body whose files are taken. A file goes to disk as it comes; a person may bring so many in a time. A body
    /// may take its time, and rights may end meanwhile: `by` is who they are when it has ended.
    ///
    /// # Errors
    /// As [`Fields::read`]; 429 for more files than the person may bring; 401 for who is let in no more.
    pub async fn read(shared: &Shared, by: &mut Person, request: Request) -> Result<Self, Refused> {
        let limits = shared.chat.limits();
        check_coding(&request)?;
        let (essence, _) = media_of(&request);
        let form = if essence == "multipart/form-data" {
            multipart::read(request, limits.body_bytes, Some((shared, by.id))).await?
        } else {
            Self {
                fields: Fields::read(request, limits, limits.body_bytes).await?,
                files: Vec::new(),
            }
        };
        let (id, signed_out_at) = (by.id, by.signed_out_at);
        *by = ask::look(&shared.chat, move |look| sign_in::active(look, id)).await?;
        if by.signed_out_at != signed_out_at {
            return Err(Refusal::NotSignedIn.into());
        }
        Ok(form)
    }

    /// What the form asks to send: a text in `text`, a file in `file` and then perhaps no text, a `client_id`. What is
    /// wrong goes to `errors`.
    pub fn brought(&mut self, text: &'static str, limits: &Limits, errors: &mut FieldErrors) -> Brought {
        let files = errors.take("file", self.one_file("file")).unwrap_or_default();
        let fields = &self.fields;
        let said = if files.is_empty() {
            fields.required_text(text, Some(limits.text_chars))
        } else {
            fields.chosen_text(text, limits.text_chars)
        };
        let client_id = fields.chosen_name("client_id", limits.client_id_chars);
        Brought {
            text: errors.take(text, said).unwrap_or_default(),
            client_id: errors.take("client_id", client_id).flatten(),
            files,
        }
    }

    /// The files that the field `name` brought, at most one; those of other fields are passed over.
    ///
    /// # Errors
    /// A second file, or a text that is no file.
    pub fn one_file(&mut self, name: &str) -> Result<Vec<Uploaded>, FieldError> {
        let named = self
            .fields
            .get(name)
            .is_some_and(|file| !file.is_null() && file.as_str() != Some(""));
        if named {
            return Err(FieldError::NotFile);
        }
        let files: Vec<Uploaded> = self.files.drain(..).filter(|file| file.field == name).collect();
        if files.len() > 1 {
            return Err(FieldError::TooManyFiles { max: 1 });
        }
        Ok(files)
    }
}

impl FromRequest<Shared> for Fields {
    type Rejection = Refused;

    async fn from_request(request: Request, shared: &Shared) -> Result<Self, Refused> {
        let limits = shared.chat.limits();
        Self::read(request, limits, limits.body_bytes).await
    }
}

impl Fields {
    /// Reads a body of at most `most` bytes.
    ///
    /// # Errors
    /// 400 for what cannot be read, 413 for what is too big, 415 for another media type or a content coding.
    pub async fn read(request: Request, limits: &Limits, most: u64) -> Result<Self, Refused> {
        check_coding(&request)?;
        let (essence, media) = media_of(&request);
        match essence.as_str() {
            "application/json" => Self::of_json(&whole(request.into_body(), most).await?, limits.json_depth),
            "application/x-www-form-urlencoded" => of_form(&whole(request.into_body(), most).await?),
            "multipart/form-data" => Ok(multipart::read(request, most, None).await?.fields),
            _ if whole(request.into_body(), most).await?.is_empty() => Ok(Self::default()),
            _ => Err(Refused::UnknownMedia(media)),
        }
    }

    /// Reads a JSON object; nothing at all has no fields.
    ///
    /// # Errors
    /// 400 for what cannot be read, 413 for more than a body without files may have.
    pub fn of_json(bytes: &[u8], depth: usize) -> Result<Self, Refused> {
        if bytes.len() as u64 > TEXT_BYTES {
            return Err(Refused::TooLarge(TEXT_BYTES));
        }
        of_json(bytes, depth)
    }

    /// The value as it came; a form's values are texts.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    /// The names of all fields, for contracts that refuse the unknown ones.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }

    /// Whether the field came, null or not.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// A name that the client's program chose: a text of 1 to `max` characters, as it came. Null is none.
    ///
    /// # Errors
    /// [`FieldError::NotText`] also for a number, of which programs do not agree on the text; [`FieldError::Blank`],
    /// [`FieldError::NulCharacter`], [`FieldError::TooLong`].
    pub fn chosen_name(&self, name: &str, max: usize) -> Result<Option<String>, FieldError> {
        match self.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Err(FieldError::Blank),
            Some(Value::String(text)) if text.contains('\0') => Err(FieldError::NulCharacter),
            Some(Value::String(text)) if text.chars().nth(max).is_some() => Err(FieldError::TooLong { max }),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(FieldError::NotText),
        }
    }

    /// The text without white space around it; a number is taken as its text.
    ///
    /// # Errors
    /// [`FieldError::Null`], [`FieldError::NotText`], [`FieldError::NulCharacter`].
    pub fn text(&self, name: &str) -> Result<Option<String>, FieldError> {
        Ok(self.raw_text(name)?.map(|text| text.trim().to_owned()))
    }

    /// The text as it came, for passwords and names that programs choose.
    ///
    /// # Errors
    /// As [`Fields::text`].
    pub fn raw_text(&self, name: &str) -> Result<Option<String>, FieldError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Null) => Err(FieldError::Null),
            Some(Value::String(text)) if text.contains('\0') => Err(FieldError::NulCharacter),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(Value::Bool(_) | Value::Array(_) | Value::Object(_)) => Err(FieldError::NotText),
        }
    }

    /// The text, which must be there and hold something, in at most `max` characters.
    ///
    /// # Errors
    /// As [`Fields::text`]; [`FieldError::Required`], [`FieldError::Blank`], [`FieldError::TooLong`].
    pub fn required_text(&self, name: &str, max: Option<usize>) -> Result<String, FieldError> {
        let text = self.text(name)?.ok_or(FieldError::Required)?;
        if text.is_empty() {
            return Err(FieldError::Blank);
        }
        match max {
            Some(max) if text.chars().nth(max).is_some() => Err(FieldError::TooLong { max }),
            _ => Ok(text),
        }
    }

    /// The text in at most `max` characters, or none.
    ///
    /// # Errors
    /// As [`Fields::text`]; [`FieldError::TooLong`].
    pub fn chosen_text(&self, name: &str, max: usize) -> Result<String, FieldError> {
        let text = self.text(name)?.unwrap_or_default();
        match text.chars().nth(max) {
            Some(_) => Err(FieldError::TooLong { max }),
            None => Ok(text),
        }
    }

    /// An object's number, as a number or its text.
    ///
    /// # Errors
    /// [`FieldError::Null`] also for an empty text, [`FieldError::NotKey`]; [`FieldError::NoSuchObject`] for a number
    /// that no object can have.
    pub fn id(&self, name: &str) -> Result<Option<i64>, FieldError> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let text = match value {
            Value::Number(number) if !number.is_f64() => number.to_string(),
            Value::String(text) => text.trim().to_owned(),
            Value::Null => return Err(FieldError::Null),
            other => return Err(FieldError::NotKey(other.into())),
        };
        let digits = text.strip_prefix(['-', '+']).unwrap_or(&text);
        if text.is_empty() {
            Err(FieldError::Null)
        } else if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            Err(FieldError::NotKey(value.into()))
        } else {
            text.parse()
                .map(Some)
                .map_err(|_| FieldError::NoSuchObject { key: text })
        }
    }

    /// What the host application calls somebody or something, as a number or its text.
    ///
    /// # Errors
    /// [`FieldError::Null`] also for an empty text, [`FieldError::NotKey`]; [`FieldError::NoSuchObject`] for a text that
    /// nothing can be called.
    pub fn host_id(&self, name: &str) -> Result<Option<HostId<'static>>, FieldError> {
        self.get(name).map(host_id).transpose()
    }

    /// An object's number, which must be there.
    ///
    /// # Errors
    /// As [`Fields::id`]; [`FieldError::Required`].
    pub fn required_id(&self, name: &str) -> Result<i64, FieldError> {
        self.id(name)?.ok_or(FieldError::Required)
    }
}

/// What the host application calls somebody or something, as [`Fields::host_id`].
///
/// # Errors
/// As there.
pub fn host_id(value: &Value) -> Result<HostId<'static>, FieldError> {
    let text = match value {
        Value::Number(number) if !number.is_f64() => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        Value::Null => return Err(FieldError::Null),
        other => return Err(FieldError::NotKey(other.into())),
    };
    if text.is_empty() {
        return Err(FieldError::Null);
    }
    HostId::of(text.clone()).map_err(|NoHostId| FieldError::NoSuchObject { key: text })
}

/// The media type without its parameters, and as it came.
fn media_of(request: &Request) -> (String, String) {
    let media = request
        .headers()
        .get(CONTENT_TYPE)
        .map(|value| String::from_utf8_lossy(value.as_bytes()));
    let media = media.unwrap_or_default().into_owned();
    let essence = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    (essence, media)
}

/// Refuses what is packed: it would have to be unpacked within the same limits, and no client of any contract packs.
fn check_coding(request: &Request) -> Result<(), Refused> {
    let lines = request.headers().get_all(CONTENT_ENCODING).iter();
    let lines = lines.map(|line| String::from_utf8_lossy(line.as_bytes()));
    let is_plain = |coding: &str| coding.is_empty() || coding.eq_ignore_ascii_case("identity");
    for line in lines {
        if let Some(coding) = line.split(',').map(str::trim).find(|coding| !is_plain(coding)) {
            return Err(Refused::EncodedBody(coding.to_owned()));
        }
    }
    Ok(())
}

/// A body that is held in memory whole.
async fn whole(body: Body, most: u64) -> Result<Bytes, Refused> {
    gathered(body, most.min(TEXT_BYTES)).await
}

async fn gathered(body: Body, most: u64) -> Result<Bytes, Refused> {
    // What says that it is too big is not waited for.
    if body.size_hint().lower() > most {
        return Err(Refused::TooLarge(most));
    }
    match Limited::new(body, usize::try_from(most).unwrap_or(usize::MAX))
        .collect()
        .await
    {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Refused::TooLarge(most)),
        Err(_) => Err(Refused::BrokenForm("the body ended too early".to_owned())),
    }
}

fn of_json(bytes: &[u8], depth: usize) -> Result<Fields, Refused> {
    if bytes.is_empty() {
        return Ok(Fields::default());
    }
    let broken = |broken| Refused::BrokenJson(broken);
    let text = std::str::from_utf8(bytes).map_err(|error| broken(BrokenJson::NotUtf8(error.valid_up_to())))?;
    if !within_depth(bytes, depth) {
        return Err(broken(BrokenJson::TooDeep(depth)));
    }
    // The library's own sentence could repeat what somebody wrote.
    let value: Value = json::value_of(text).map_err(|error| {
        broken(BrokenJson::At {
            line: error.line(),
            column: error.column(),
        })
    })?;
    match value {
        Value::Object(values) => Ok(Fields { values }),
        other => Err(Refused::NotObject((&other).into())),
    }
}

fn of_form(bytes: &Bytes) -> Result<Fields, Refused> {
    let not_utf8 = || Refused::BrokenForm("the form is not UTF-8".to_owned());
    let text = std::str::from_utf8(bytes).map_err(|_| not_utf8())?;
    let mut fields = Fields::default();
    for pair in urlencoded::pairs(text) {
        let (name, value) = pair.map_err(|urlencoded::NotUtf8| not_utf8())?;
        fields.values.insert(name, Value::String(value));
    }
    Ok(fields)
}

#[cfg(any(test, fuzzing))]
pub mod fuzzed;
#[cfg(test)]
mod tests;
