//! A call by API key: who may make it, and its body, read strictly. A field that nobody knows is refused by its name.

use crate::shared::identity::api_keys;
use crate::shared::{FieldError, FieldErrors, Fields, Refused, Shared};
use axum::extract::Request;
use beseda_core::Fault;
use beseda_core::ports::Look;
use beseda_core::words::{PersonId, Scope};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde_json::Value;

/// The greatest number that every reader of JSON takes for an integer.
pub(super) const GREATEST: i64 = (1 << 53) - 1;

/// Lets a call through whose key may be used for this.
///
/// # Errors
/// 401 for no key or one that proves nothing, 403 for one of another scope.
pub(super) async fn require(shared: &Shared, headers: &HeaderMap, scope: Scope) -> Result<(), Refused> {
    api_keys::require(shared, headers, scope).await.map(drop)
}

/// The number of an object in a path, from 1 to `most`, in digits alone.
///
/// # Errors
/// 400 for anything else.
pub(super) fn number(text: &str, most: i64) -> Result<i64, Refused> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    let number = text.parse().ok().filter(|number| plain && (1..=most).contains(number));
    number.ok_or_else(|| Refused::field("id", FieldError::OutOfRange(most)))
}

/// A body, and the mistakes that were found in it so far.
pub(super) struct Body {
    fields: Fields,
    mistakes: FieldErrors,
}

impl Body {
    /// Reads a JSON object with these fields and no others. No body at all has no fields.
    ///
    /// # Errors
    /// 400 for what is no JSON, 413 for what is too big, 415 for another media type.
    pub(super) async fn read(
        shared: &Shared,
        request: Request,
        known: &'static [&'static str],
    ) -> Result<Self, Refused> {
        let media = request.headers().get(CONTENT_TYPE);
        let media = media.map(|media| String::from_utf8_lossy(media.as_bytes()).into_owned());
        let essence = media
            .as_deref()
            .map(|media| media.split(';').next().unwrap_or_default().trim());
        if essence.is_some_and(|essence| !essence.eq_ignore_ascii_case("application/json")) {
            return Err(Refused::UnknownMedia(media.unwrap_or_default()));
        }
        let limits = shared.chat.limits();
        let fields = Fields::read(request, limits, limits.body_bytes).await?;
        let mut mistakes = FieldErrors::default();
        for name in fields.names().filter(|name| !known.contains(name)) {
            mistakes.add(name.to_owned(), FieldError::Unknown(known));
        }
        Ok(Self { fields, mistakes })
    }

    /// Whether the field came, null or not.
    pub(super) fn has(&self, name: &str) -> bool {
        self.fields.has(name)
    }

    /// Adds a mistake.
    pub(super) fn mistake(&mut self, name: &'static str, error: FieldError) {
        self.mistakes.add(name, error);
    }

    /// The text as it came, in at most `max` characters; `None` where there is none.
    pub(super) fn raw_text(&mut self, name: &'static str, max: usize) -> Option<String> {
        let wrong = match self.fields.get(name)? {
            Value::String(text) if text.contains('\0') => FieldError::NulCharacter,
            Value::String(text) if text.chars().nth(max).is_some() => FieldError::TooLong { max },
            Value::String(text) => return Some(text.clone()),
            Value::Null => FieldError::Null,
            _ => FieldError::NotText,
        };
        self.mistake(name, wrong);
        None
    }

    /// The text without white space around it.
    pub(super) fn text(&mut self, name: &'static str, max: usize) -> Option<String> {
        self.raw_text(name, max).map(|text| text.trim().to_owned())
    }

    /// True or false.
    pub(super) fn flag(&mut self, name: &'static str) -> Option<bool> {
        match self.fields.get(name)? {
            Value::Bool(flag) => Some(*flag),
            _ => {
                self.mistake(name, FieldError::NotFlag);
                None
            }
        }
    }

    /// The number of a person; null is nobody.
    pub(super) fn person(&mut self, name: &'static str) -> Option<PersonId> {
        let value = self.fields.get(name).filter(|value| !value.is_null())?;
        let person = person_of(value);
        if person.is_none() {
            self.mistake(name, FieldError::OutOfRange(GREATEST));
        }
        person
    }

    /// The numbers of at most `most` people, each once.
    pub(super) fn people(&mut self, name: &'static str, most: usize) -> Option<Vec<PersonId>> {
        let values = match self.fields.get(name)? {
            Value::Array(values) => values,
            other => {
                let received = other.into();
                self.mistake(name, FieldError::NotList(received));
                return None;
            }
        };
        let Some(numbers) = values.iter().map(person_of).collect::<Option<Vec<PersonId>>>() else {
            self.mistake(name, FieldError::OutOfRangeInList(GREATEST));
            return None;
        };
        let mut people = numbers;
        people.sort_unstable();
        people.dedup();
        if people.len() > most {
            self.mistake(name, FieldError::TooManyMembers { max: most });
            return None;
        }
        Some(people)
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// 400 with everything that was wrong.
    pub(super) fn end(self) -> Result<(), Refused> {
        Ok(self.mistakes.none()?)
    }
}

fn person_of(value: &Value) -> Option<PersonId> {
    let number = value.as_i64().filter(|number| (1..=GREATEST).contains(number))?;
    Some(PersonId(number))
}

/// What is wrong with fields that name people who are not there.
pub(super) fn unknown(
    look: &mut (impl Look + ?Sized),
    named: &[(&'static str, Vec<PersonId>)],
) -> Result<FieldErrors, Fault> {
    let mut mistakes = FieldErrors::default();
    for (field, people) in named {
        for &id in people {
            if look.person(id)?.is_none_or(|person| person.forgotten) {
                mistakes.add(*field, FieldError::NoSuchPerson(id));
            }
        }
    }
    Ok(mistakes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_number_in_a_path_is_written_in_one_way_and_in_its_range() {
        assert_eq!(number("1", 7), Ok(1));
        assert_eq!(number("7", 7), Ok(7));
        for wrong in ["", "0", "8", "-1", "+1", "01", "1.0", "x", "99999999999999999999"] {
            assert!(number(wrong, 7).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_person_in_a_body_is_a_whole_number_in_its_range() {
        assert_eq!(person_of(&json!(1)), Some(PersonId(1)));
        assert_eq!(person_of(&json!(GREATEST)), Some(PersonId(GREATEST)));
        for wrong in [
            json!(0),
            json!(GREATEST + 1),
            json!(-1),
            json!(1.0),
            json!("1"),
            json!(true),
            json!(u64::MAX),
        ] {
            assert_eq!(person_of(&wrong), None, "{wrong}");
        }
    }
}
