//! A call by API key: who may make it, and its body, read strictly. A field that nobody knows is refused by its name.

use super::described::field::{Field, Takes, check, field, limit_of, names};
use crate::shared::http::time::time_of;
use crate::shared::identity::api_keys;
use crate::shared::{FieldError, FieldErrors, Fields, Refused, Shared};
use axum::extract::Request;
use beseda_core::Error;
use beseda_core::ports::Look;
use beseda_core::rules::{self, MemberChange};
use beseda_core::words::{HostId, Limits, MemberRole, NoHostId, PersonId, Scope, Time};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Lets a call through whose key may be used for this.
///
/// # Errors
/// 401 for no key or one that proves nothing, 403 for one of another scope.
pub(super) async fn require(shared: &Shared, headers: &HeaderMap, scope: Scope) -> Result<(), Refused> {
    api_keys::require(shared, headers, scope).await.map(drop)
}

/// What the host application calls an object in a path.
///
/// # Errors
/// 400 for what can be no id, or none of a host's.
pub(super) fn host_id(text: &str) -> Result<HostId<'static>, Refused> {
    let id = HostId::of(text.to_owned()).map_err(|NoHostId| FieldError::NotHostId);
    id.and_then(not_reserved).map_err(|error| Refused::field("id", error))
}

fn not_reserved(id: HostId<'static>) -> Result<HostId<'static>, FieldError> {
    if id.is_reserved() {
        return Err(FieldError::Reserved);
    }
    Ok(id)
}

/// A body, and the mistakes that were found in it so far.
pub(super) struct Body {
    fields: Fields,
    /// Fields that may come, whatever the others say.
    known: &'static [Field],
    mistakes: FieldErrors,
}

impl Body {
    /// Reads a JSON object with these fields and no others. No body at all has no fields.
    ///
    /// # Errors
    /// 400 for what is no JSON, 413 for what is too big, 415 for another media type.
    pub(super) async fn read(shared: &Shared, request: Request, known: &'static [Field]) -> Result<Self, Refused> {
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
        Ok(Self::of(fields, known))
    }

    /// The same of a JSON object that is read.
    pub(super) fn of(fields: Fields, known: &'static [Field]) -> Self {
        let mut mistakes = FieldErrors::default();
        for name in fields.names().filter(|name| field(known, name).is_none()) {
            mistakes.add(told_name(name), FieldError::Unknown(names(known)));
        }
        Self {
            fields,
            known,
            mistakes,
        }
    }

    /// Whether the field came, null or not.
    pub(super) fn has(&self, name: &str) -> bool {
        self.fields.has(name)
    }

    /// Adds a mistake.
    pub(super) fn mistake(&mut self, name: &'static str, error: FieldError) {
        self.mistakes.add(name, error);
    }

    /// The text as it came; `None` where there is none.
    pub(super) fn raw_text(&mut self, name: &'static str, limits: &Limits) -> Option<String> {
        check(self.known, name, |field| !field.or_null);
        self.taken(name, limits)
    }

    /// The text as it came, in as many characters as its table takes.
    fn taken(&mut self, name: &'static str, limits: &Limits) -> Option<String> {
        let max = limit_of(self.known, name, |takes| takes.chars(limits));
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

    /// The text without white space around it; null empties what there is.
    pub(super) fn text_or_empty(&mut self, name: &'static str, limits: &Limits) -> Option<String> {
        check(self.known, name, |field| field.or_null);
        if self.fields.get(name)?.is_null() {
            return Some(String::new());
        }
        self.taken(name, limits).map(|text| text.trim().to_owned())
    }

    /// The text without white space around it.
    pub(super) fn text(&mut self, name: &'static str, limits: &Limits) -> Option<String> {
        self.raw_text(name, limits).map(|text| text.trim().to_owned())
    }

    /// A name that a program chose, of one character at least.
    pub(super) fn name(&mut self, name: &'static str, limits: &Limits) -> Option<String> {
        check(self.known, name, |field| matches!(field.takes, Takes::Name(_)));
        let text = self.raw_text(name, limits)?;
        if text.is_empty() {
            self.mistake(name, FieldError::Blank);
            return None;
        }
        Some(text)
    }

    /// The same; that there is none, or an empty one, is a mistake.
    pub(super) fn required_text(&mut self, name: &'static str, limits: &Limits) -> Option<String> {
        check(self.known, name, |field| field.is_required);
        let text = self.text(name, limits);
        match text.as_deref() {
            // What is wrong with it has been noted.
            None if self.has(name) => None,
            None | Some("") => {
                self.mistake(name, FieldError::Required);
                None
            }
            Some(_) => text,
        }
    }

    /// That it did not come, or says nothing where it has to, is a mistake.
    pub(super) fn requires(&mut self, name: &'static str) {
        check(self.known, name, |field| field.is_required);
        if !self.has(name) {
            self.mistake(name, FieldError::Required);
        }
    }

    /// Of all known fields these alone may come.
    pub(super) fn only(&mut self, known: &'static [Field]) {
        let elsewhere = |name: &&str| field(self.known, name).is_some() && field(known, name).is_none();
        for name in self.fields.names().filter(elsewhere) {
            self.mistakes.add(told_name(name), FieldError::Unknown(names(known)));
        }
        self.known = known;
    }

    /// True or false.
    pub(super) fn flag(&mut self, name: &'static str) -> Option<bool> {
        check(self.known, name, |field| {
            matches!(field.takes, Takes::Flag) && !field.or_null
        });
        match self.fields.get(name)? {
            Value::Bool(flag) => Some(*flag),
            _ => {
                self.mistake(name, FieldError::NotFlag);
                None
            }
        }
    }

    /// What the host application calls somebody or something, which must be there.
    pub(super) fn id(&mut self, name: &'static str) -> Option<HostId<'static>> {
        check(self.known, name, |field| matches!(field.takes, Takes::Id | Takes::Room));
        let id = match self.fields.get(name) {
            None => Err(FieldError::Required),
            Some(value) => id_of(value).ok_or(FieldError::NotHostId).and_then(not_reserved),
        };
        self.mistakes.take(name, id)
    }

    /// What it calls a person; null is nobody.
    pub(super) fn person(&mut self, name: &'static str) -> Option<Option<HostId<'static>>> {
        check(self.known, name, |field| field.or_null);
        if self.fields.get(name)?.is_null() {
            return Some(None);
        }
        self.id(name).map(Some)
    }

    /// What it calls some people, each once; null is nobody.
    pub(super) fn people(&mut self, name: &'static str, limits: &Limits) -> Option<Vec<HostId<'static>>> {
        check(self.known, name, |field| field.or_null);
        let most = limit_of(self.known, name, |takes| takes.items(limits));
        let values = match self.fields.get(name)? {
            Value::Null => return Some(Vec::new()),
            Value::Array(values) => values,
            other => {
                let received = other.into();
                self.mistake(name, FieldError::NotList(received));
                return None;
            }
        };
        let read = |value| id_of(value).ok_or(FieldError::NotHostIdInList).and_then(not_reserved);
        let mut people = match values.iter().map(read).collect::<Result<Vec<_>, _>>() {
            Ok(people) => people,
            Err(error) => {
                self.mistake(name, error);
                return None;
            }
        };
        people.sort_unstable();
        people.dedup();
        if people.len() > most {
            self.mistake(name, FieldError::TooManyMembers { max: most });
            return None;
        }
        Some(people)
    }

    /// A whole number from 0; null is none.
    pub(super) fn number(&mut self, name: &'static str) -> Option<i64> {
        check(self.known, name, |field| {
            matches!(field.takes, Takes::Seq) && field.or_null
        });
        let value = self.fields.get(name).filter(|value| !value.is_null())?;
        match value.as_i64().filter(|number| *number >= 0) {
            Some(number) => Some(number),
            None => {
                self.mistake(name, FieldError::NotInteger);
                None
            }
        }
    }

    /// What came, as it came.
    pub(super) fn value(&self, name: &str) -> Option<&Value> {
        self.fields.get(name)
    }

    /// Whether a field says nothing: null.
    pub(super) fn is_null(&self, name: &str) -> bool {
        self.fields.get(name).is_some_and(Value::is_null)
    }

    /// What the host application calls some people, in their order; null is nobody.
    pub(super) fn people_in_order(&mut self, name: &'static str) -> Option<Vec<HostId<'static>>> {
        check(self.known, name, |field| {
            matches!(field.takes, Takes::Ids(_)) && field.or_null
        });
        let value = self.fields.get(name).filter(|value| !value.is_null())?;
        let Value::Array(values) = value else {
            let received = value.into();
            self.mistake(name, FieldError::NotList(received));
            return None;
        };
        let people = values.iter().map(id_of).collect::<Option<Vec<_>>>();
        if people.is_none() {
            self.mistake(name, FieldError::NotHostIdInList);
        }
        people
    }

    /// Texts, in their order; null is none.
    pub(super) fn texts(&mut self, name: &'static str) -> Option<Vec<String>> {
        check(self.known, name, |field| {
            matches!(field.takes, Takes::Texts(_)) && field.or_null
        });
        let value = self.fields.get(name).filter(|value| !value.is_null())?;
        let Value::Array(values) = value else {
            let received = value.into();
            self.mistake(name, FieldError::NotList(received));
            return None;
        };
        let texts = values.iter().map(|text| text.as_str().map(str::to_owned));
        let texts = texts.collect::<Option<Vec<_>>>();
        if texts.is_none() {
            self.mistake(name, FieldError::NotText);
        }
        texts
    }

    /// Pairs of minutes of a week, which have to come.
    pub(super) fn week(&mut self, name: &'static str, limits: &Limits) -> Option<Vec<(u16, u16)>> {
        let max = limit_of(self.known, name, |takes| takes.items(limits));
        check(self.known, name, |field| field.is_required);
        let Some(value) = self.fields.get(name) else {
            self.mistake(name, FieldError::Required);
            return None;
        };
        let week = serde_json::from_value(value.clone()).ok();
        if week.is_none() {
            self.mistake(name, FieldError::NotWeek { max });
        }
        week
    }

    /// Anything of an application's own, as its text; null is none of it. The outer is whether the field came.
    pub(super) fn custom(&mut self, name: &'static str, limits: &Limits) -> Option<Option<Arc<str>>> {
        check(self.known, name, |field| field.or_null);
        let max = limit_of(self.known, name, |takes| takes.bytes(limits));
        let value = self.fields.get(name)?;
        if value.is_null() {
            return Some(None);
        }
        let text = value.to_string();
        if text.len() > max {
            self.mistake(name, FieldError::TooManyBytes { max });
            return None;
        }
        Some(Some(text.into()))
    }

    /// What a page shows of a business object, as its text; null is none of it. The outer is whether the field came.
    pub(super) fn card(&mut self, name: &'static str, limits: &Limits) -> Option<Option<Arc<str>>> {
        check(self.known, name, |field| matches!(field.takes, Takes::Card(_)));
        let value = self.fields.get(name)?;
        if !value.is_null() && !is_card(value) {
            self.mistake(name, FieldError::NotCard);
            return None;
        }
        self.custom(name, limits)
    }

    /// A moment; null is none of it. The outer is whether the field came.
    pub(super) fn moment(&mut self, name: &'static str) -> Option<Option<Time>> {
        check(self.known, name, |field| {
            matches!(field.takes, Takes::Moment) && field.or_null
        });
        let moment = match self.fields.get(name)? {
            Value::Null => return Some(None),
            Value::String(text) => time_of(text),
            _ => None,
        };
        if moment.is_none() {
            self.mistake(name, FieldError::NotTime);
        }
        moment.map(Some)
    }

    /// An address of the web, or empty; null is empty.
    pub(super) fn web_address(&mut self, name: &'static str, limits: &Limits) -> Option<String> {
        check(self.known, name, |field| matches!(field.takes, Takes::WebAddress));
        let text = self.text_or_empty(name, limits)?;
        if !is_web_address(&text) {
            self.mistake(name, FieldError::NotWebAddress);
            return None;
        }
        Some(text)
    }

    /// What somebody is to be in a room.
    pub(super) fn member_role(&mut self, name: &'static str, limits: &Limits) -> Option<MemberRole> {
        check(self.known, name, |field| matches!(field.takes, Takes::Role));
        let word = self.text(name, limits)?;
        let role = MemberRole::from_word(&word);
        if role.is_none() {
            self.mistake(name, FieldError::NotRole);
        }
        role
    }

    /// People who come into a room, each an id or `{id, role}`; null is nobody.
    pub(super) fn members(&mut self, name: &'static str) -> Option<Vec<MemberChange>> {
        check(self.known, name, |field| {
            matches!(field.takes, Takes::Members) && field.or_null
        });
        let values = match self.fields.get(name)? {
            Value::Null => return Some(Vec::new()),
            Value::Array(values) => values,
            other => {
                let received = other.into();
                self.mistake(name, FieldError::NotList(received));
                return None;
            }
        };
        match values.iter().map(member_of).collect::<Result<Vec<_>, _>>() {
            Ok(members) => Some(members),
            Err(error) => {
                self.mistake(name, error);
                None
            }
        }
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// 400 with everything that was wrong.
    pub(super) fn end(self) -> Result<(), Refused> {
        Ok(self.mistakes.none()?)
    }
}

/// A name that somebody made up, as it is told back: no field has a longer one, and what is longer may be a secret that
/// came to a wrong place. Signs that mean something to who shows it are left out.
pub(super) fn told_name(name: &str) -> String {
    const CHARS: usize = 32;
    let is_plain = |sign: &char| sign.is_alphanumeric() || matches!(sign, '_' | '-' | '.');
    name.chars().filter(is_plain).take(CHARS).collect()
}

/// Somebody who comes into a room: an id, or `{id, role}`.
fn member_of(value: &Value) -> Result<MemberChange, FieldError> {
    let (id, role) = match value {
        Value::Object(fields) => {
            if fields.keys().any(|name| !matches!(name.as_str(), "id" | "role")) {
                return Err(FieldError::Unknown(vec!["id", "role"]));
            }
            let role = match fields.get("role") {
                None | Some(Value::Null) => Some(MemberRole::MEMBER),
                Some(role) => role.as_str().and_then(MemberRole::from_word),
            };
            (fields.get("id"), role.ok_or(FieldError::NotRole)?)
        }
        id => (Some(id), MemberRole::MEMBER),
    };
    let id = id.and_then(id_of).ok_or(FieldError::NotHostIdInList)?;
    Ok(MemberChange::Put(not_reserved(id)?, role))
}

/// Whether a page may link it: an address of the web, or none.
fn is_web_address(text: &str) -> bool {
    let is_web = text.is_empty() || text.starts_with("https://") || text.starts_with("http://");
    is_web && !text.contains(char::is_control)
}

/// Whether it is a card: an object of texts and of a list of labels and values, and of nothing else. What is null is not
/// said.
fn is_card(value: &Value) -> bool {
    let are_texts = |value: &Value, known: [&str; 2]| {
        let fields = value.as_object().into_iter().flatten();
        value.is_object()
            && fields
                .into_iter()
                .all(|(name, value)| known.contains(&name.as_str()) && value.is_string())
    };
    let is_right = |name: &str, value: &Value| match (name, value) {
        (_, Value::Null) => true,
        ("title" | "status", value) => value.is_string(),
        ("url", value) => value.as_str().is_some_and(is_web_address),
        ("fields", Value::Array(fields)) => fields.iter().all(|field| are_texts(field, ["label", "value"])),
        _ => false,
    };
    value
        .as_object()
        .is_some_and(|card| card.iter().all(|(name, value)| is_right(name, value)))
}

/// An id as a number or its text. A number with a fraction, or one that JSON's readers do not agree on, is none.
pub(super) fn id_of(value: &Value) -> Option<HostId<'static>> {
    let text = match value {
        Value::Number(number) if !number.is_f64() => number.to_string(),
        Value::String(text) => text.clone(),
        _ => return None,
    };
    HostId::of(text).ok()
}

/// What the host calls these people, without those who were deleted.
pub(super) fn host_ids(
    look: &mut (impl Look + ?Sized),
    people: impl IntoIterator<Item = PersonId>,
) -> Result<BTreeMap<PersonId, HostId<'static>>, Error> {
    let people = look.people(&people.into_iter().collect())?;
    let standing = people.into_iter().filter(|person| !person.forgotten);
    Ok(standing
        .map(|person| (person.id, person.host_id().into_owned()))
        .collect())
}

/// The numbers of the people whom a field names. Who is not there is a mistake of the field.
pub(super) fn people_of<'a>(
    look: &mut (impl Look + ?Sized),
    field: &'static str,
    named: impl IntoIterator<Item = &'a HostId<'static>>,
    mistakes: &mut FieldErrors,
) -> Result<Vec<PersonId>, Error> {
    let mut people = Vec::new();
    for id in named {
        match rules::find_person(look, id)? {
            Some(person) => people.push(person.id),
            None => mistakes.add(field, FieldError::NoSuchPerson(id.clone())),
        }
    }
    Ok(people)
}

#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzed;
#[cfg(test)]
mod tests {
    use super::*;
    use beseda_core::words::HOST_NAME_CHARS;
    use serde_json::json;

    #[test]
    fn an_id_in_a_path_is_a_number_or_a_text() {
        assert_eq!(host_id("7"), Ok(HostId::Number(7)));
        for name in ["0", "0042", "-1", "3f2c0000-0000-4000-8000-000000000001", "auth0|5f7c"] {
            assert_eq!(host_id(name), Ok(HostId::Name(name.into())));
        }
        for wrong in ["", "a\nb", &"x".repeat(HOST_NAME_CHARS + 1), "beseda/doctor-admin"] {
            assert!(host_id(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_card_has_texts_a_web_address_and_labelled_values() {
        for card in [
            json!({}),
            json!({"title": "Bicycle", "url": "https://shop.example/1", "status": "", "fields": []}),
            json!({"title": null, "url": null, "fields": [{"label": "Price", "value": "10"}, {"label": "Size"}]}),
        ] {
            assert!(is_card(&card), "{card}");
        }
        for wrong in [
            json!("Bicycle"),
            json!([]),
            json!({"url": "javascript:alert(1)"}),
            json!({"url": "https://shop.example/\n"}),
            json!({"title": 1}),
            json!({"colour": "red"}),
            json!({"fields": ["Price"]}),
            json!({"fields": [{"label": "Price", "value": 10}]}),
            json!({"fields": [{"name": "Price"}]}),
        ] {
            assert!(!is_card(&wrong), "{wrong}");
        }
    }

    #[test]
    fn a_number_and_its_text_are_one_id_in_a_body() {
        assert_eq!(id_of(&json!(7)), Some(HostId::Number(7)));
        assert_eq!(id_of(&json!("7")), Some(HostId::Number(7)));
        assert_eq!(id_of(&json!("007")), Some(HostId::Name("007".into())));
        assert_eq!(id_of(&json!(1_i64 << 40)), Some(HostId::Name("1099511627776".into())));
        for wrong in [
            json!(1.0),
            json!(1e30),
            json!(true),
            json!(""),
            json!([1]),
            json!("a\u{0}"),
        ] {
            assert_eq!(id_of(&wrong), None, "{wrong}");
        }
    }
}
