//! Who asks of people, what a query may say, and how an answer is given.

use super::call;
use super::described::field::{Field, Takes, check, field, names};
use super::gate::Noted;
use super::hear;
use super::objects::{MessageJson, Reader, RoomJson};
use crate::shared::http::time::time_of;
use crate::shared::http::urlencoded::{self, NotUtf8};
use crate::shared::identity::api_keys;
use crate::shared::identity::visitors::{self, Visitor};
use crate::shared::{Caller, FieldError, FieldErrors, Refused, Shared};
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use beseda_core::policy::By;
use beseda_core::ports::Look;
use beseda_core::words::{Came, Cursor, FullRoom, Kinds, Message, Person, PersonId, Role, RoomId, Scope, Time};
use beseda_core::{Error, Refusal};
use beseda_identity::Rated;
use beseda_live::dialect::{Dialect, Named};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};
use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::str::FromStr;

/// Somebody who asks: a person, an API key that acts as one, or a visitor who is known again.
pub(super) struct Asker {
    pub(super) person: Person,
    pub(super) kinds: Kinds,
    /// What let them in; of whom the call itself does not prove, nothing.
    pub(super) came: Option<Came>,
    /// It is the host application, in its own name: the person is nobody.
    is_host: bool,
    noted: Noted,
}

impl FromRequestParts<Shared> for Asker {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Refused> {
        let of_caller = |caller: Caller| (caller.came(), caller.person);
        let of_visitor = |visitor: Visitor| (Came::oneself(visitor.person.id, visitor.since), visitor.person);
        let (came, person) = match api_keys::acting(shared, parts).await? {
            Some(caller) => of_caller(caller),
            None => match visitors::named(shared, parts).await? {
                Some(visitor) => of_visitor(visitor),
                None => match Caller::of_request(shared, parts).await {
                    Err(Refused::Rule(Refusal::NotSignedIn)) => {
                        let known = visitors::known(shared, parts).await?;
                        of_visitor(known.ok_or(Refusal::NotSignedIn)?)
                    }
                    caller => of_caller(caller?),
                },
            },
        };
        Ok(Self {
            came: Some(came),
            noted: Noted::of(parts),
            ..Self::of(shared, person)
        })
    }
}

/// Somebody who asks, or the host application itself, by a key of the scope `rooms`.
pub(super) struct AskerOrHost(pub(super) Asker);

impl FromRequestParts<Shared> for AskerOrHost {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Refused> {
        if !api_keys::is_application(parts) {
            return Asker::from_request_parts(parts, shared).await.map(Self);
        }
        call::require(shared, &parts.headers, Scope::Rooms).await?;
        Ok(Self(Asker::host(shared)))
    }
}

impl Asker {
    /// This person, among the kinds of rooms that there are.
    pub(super) fn of(shared: &Shared, person: Person) -> Self {
        Self {
            person,
            kinds: shared.all_rooms.kinds(),
            came: None,
            is_host: false,
            noted: Noted::default(),
        }
    }

    /// The host application itself.
    pub(super) fn host(shared: &Shared) -> Self {
        Self {
            is_host: true,
            ..Self::of(shared, Person::new(PersonId(0), Role::User))
        }
    }

    /// As one who may step into rooms where their role lets them; the application as who answers for all of them.
    pub(super) fn by(&self) -> By<'_> {
        let by = By::of(&self.person, self.kinds).everywhere();
        if self.is_host { by.as_host() } else { by }
    }

    /// Lets people change things so often; an application as often as it likes.
    ///
    /// # Errors
    /// 429 for too often.
    pub(super) fn throttle(&self, shared: &Shared) -> Result<(), Refused> {
        if self.is_host {
            return Ok(());
        }
        self.counts(shared, Rated::Sends(self.person.id));
        Ok(shared.throttles.send(self.person.id)?)
    }

    /// Lets people search so often.
    ///
    /// # Errors
    /// 429 for too often.
    pub(super) fn throttle_search(&self, shared: &Shared) -> Result<(), Refused> {
        self.counts(shared, Rated::Searches(self.person.id));
        Ok(shared.throttles.search(self.person.id)?)
    }

    /// Notes against which rate the call counts: the answer says what is left of it.
    pub(super) fn counts(&self, shared: &Shared, rated: Rated) {
        self.noted.rate(shared, rated);
    }

    /// What of a message depends on who asks.
    pub(super) fn reader(&self, message: &Message) -> Reader {
        if self.is_host {
            Reader::host(message)
        } else {
            Reader::of(message, self.person.id)
        }
    }

    /// A message of the room with this key, as the asker sees it.
    pub(super) fn message(&self, key: &str, message: &Message) -> MessageJson {
        MessageJson::new(key, message, self.reader(message))
    }

    /// A room in full, as the asker sees it.
    pub(super) fn room(&self, (room, cursor): &(FullRoom, Cursor)) -> RoomJson {
        RoomJson::seen(room, *cursor, |message| self.reader(message))
    }
}

/// The room that a path names, by its key or its unguessable name.
///
/// # Errors
/// [`Refusal::NoSuchRoom`] also for what can be no name.
pub(super) fn named(text: &str) -> Result<Named, Refused> {
    Ok(hear::named(text).ok_or(Refusal::NoSuchRoom)?)
}

/// The number of that room.
///
/// # Errors
/// [`Refusal::NoSuchRoom`].
pub(super) fn room_of(look: &mut (impl Look + ?Sized), named: &Named) -> Result<RoomId, Error> {
    let room = match named {
        Named::Uuid(uuid) => look.room_by_uuid(*uuid)?,
        Named::Key(key) => look.room_by_key(&key.to_string())?,
    };
    Ok(room.ok_or(Refusal::NoSuchRoom)?.id)
}

/// How many rows are asked for.
pub(super) const LIMIT: Field = Field::new(
    "limit",
    Takes::Number(1),
    "How many at most: `limits.page_size_default` where it is left out; more than `limits.page_size` gives that many.",
);
/// The place in a list.
pub(super) const PLACE: Field = Field::new("cursor", Takes::Mark, "The `next` of the page before.");

type Pairs = Vec<(String, String)>;

/// The pairs of a query.
///
/// # Errors
/// 400 for what is no UTF-8, or holds control characters: nothing that anybody is called does.
pub(super) fn plain_pairs(query: Option<&str>) -> Result<Pairs, Refused> {
    let pairs = urlencoded::pairs(query.unwrap_or_default()).collect::<Result<Pairs, _>>();
    let pairs = pairs.map_err(|NotUtf8| Refused::field("query", FieldError::NotPlain))?;
    let mut mistakes = FieldErrors::default();
    for (name, _) in pairs.iter().filter(|(_, value)| value.contains(char::is_control)) {
        mistakes.add(call::told_name(name), FieldError::NotPlain);
    }
    mistakes.none()?;
    Ok(pairs)
}

/// What of a query its call does not know.
pub(super) fn unknown(pairs: &[(String, String)], known: &[Field]) -> FieldErrors {
    let mut mistakes = FieldErrors::default();
    for (name, _) in pairs.iter().filter(|(name, _)| field(known, name).is_none()) {
        mistakes.add(call::told_name(name), FieldError::Unknown(names(known)));
    }
    mistakes
}

/// What a query says, each of it once. What the call does not know was refused before it came here.
pub(super) struct Query {
    known: &'static [Field],
    pairs: Pairs,
    mistakes: FieldErrors,
}

impl Query {
    pub(super) fn of(query: Option<&str>, known: &'static [Field]) -> Self {
        Self {
            known,
            pairs: urlencoded::pairs(query.unwrap_or_default()).flatten().collect(),
            mistakes: FieldErrors::default(),
        }
    }

    /// What it says of this; the last, where it says it more than once. Nothing is as if it were left out.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.said(name).filter(|value| !value.is_empty())
    }

    /// The same, where nothing is something.
    pub(super) fn said(&self, name: &str) -> Option<String> {
        check(self.known, name, |field| !field.is_repeated);
        let named = self.pairs.iter().rev().find(|(found, _)| found == name);
        named.map(|(_, value)| value.trim().to_owned())
    }

    /// Everything that it says of this.
    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        check(self.known, name, |field| field.is_repeated);
        let named = self.pairs.iter().filter(|(found, _)| found == name);
        named.map(|(_, value)| value.trim().to_owned()).collect()
    }

    /// Something that is read from a text.
    pub(super) fn parsed<T: FromStr>(&mut self, name: &'static str, wrong: FieldError) -> Option<T> {
        let text = self.text(name)?;
        self.read(name, &text, wrong)
    }

    fn read<T: FromStr>(&mut self, name: &'static str, text: &str, wrong: FieldError) -> Option<T> {
        let read = text.parse();
        if read.is_err() {
            self.mistakes.add(name, wrong);
        }
        read.ok()
    }

    /// A whole number from 0.
    pub(super) fn number(&mut self, name: &'static str) -> Option<i64> {
        check(self.known, name, |field| {
            matches!(field.takes, Takes::Seq | Takes::Number(_))
        });
        let text = self.said(name)?;
        let number = self.read::<i64>(name, &text, FieldError::NotInteger)?;
        if number < 0 {
            self.mistakes.add(name, FieldError::NotInteger);
            return None;
        }
        Some(number)
    }

    /// `true` or `false`.
    pub(super) fn flag(&mut self, name: &'static str) -> Option<bool> {
        check(self.known, name, |field| matches!(field.takes, Takes::Flag));
        let text = self.said(name)?;
        self.read(name, &text, FieldError::NotFlag)
    }

    /// A moment.
    pub(super) fn moment(&mut self, name: &'static str) -> Option<Time> {
        check(self.known, name, |field| matches!(field.takes, Takes::Moment));
        let moment = time_of(&self.said(name)?);
        if moment.is_none() {
            self.mistakes.add(name, FieldError::NotTime);
        }
        moment
    }

    /// How many rows are asked for: more than `page_size` gives that many.
    pub(super) fn limit(&mut self, shared: &Shared) -> i64 {
        let limits = shared.chat.limits();
        let asked = self
            .number("limit")
            .unwrap_or_else(|| i64::from(limits.page_size_default));
        if asked == 0 {
            self.mistakes.add("limit", FieldError::NotInteger);
        }
        asked.clamp(1, i64::from(limits.page_size))
    }

    /// The place in a list behind which somebody asks for more.
    pub(super) fn place<T: FromStr>(&mut self) -> Option<T> {
        check(self.known, "cursor", |field| matches!(field.takes, Takes::Mark));
        let text = self.text("cursor")?;
        let decoded = BASE64_URL_SAFE_NO_PAD.decode(text).ok();
        let place = decoded
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .and_then(|text| text.parse().ok());
        if place.is_none() {
            self.mistakes.add("cursor", FieldError::NotMark);
        }
        place
    }

    /// Adds a mistake.
    pub(super) fn mistake(&mut self, name: &'static str, error: FieldError) {
        self.mistakes.add(name, error);
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// 400 with everything that was wrong.
    pub(super) fn end(self) -> Result<(), Refused> {
        Ok(self.mistakes.none()?)
    }
}

/// The place in a list behind which there is more, as it is passed on.
pub(super) fn next(place: impl ToString) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(place.to_string())
}

/// A page of a list.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "{T}List")]
pub(super) struct ListJson<T> {
    /// What is on the page, in the list's order.
    pub(super) items: Vec<T>,
    /// The place behind which there is more; null at the end.
    pub(super) next: Option<String>,
}

/// An answer that changes its tag whenever its body does.
pub(super) fn tagged(headers: &HeaderMap, body: &impl Serialize) -> Response {
    let body = serde_json::to_vec(body).unwrap_or_default();
    tagged_as(headers, HeaderValue::from_static("application/json"), body)
}

/// The same of a body that is written.
pub(super) fn tagged_as(headers: &HeaderMap, media: HeaderValue, body: Vec<u8>) -> Response {
    let digest = Sha256::digest(&body);
    let tag = BASE64_URL_SAFE_NO_PAD.encode(digest.get(..12).unwrap_or_default());
    let tag = format!("\"{tag}\"");
    let known = headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|tags| tags.to_str().ok());
    let is_known = known
        .flat_map(|tags| tags.split(','))
        .map(|tag| tag.trim().trim_start_matches("W/"))
        .any(|known| known == tag || known == "*");
    let mut answer = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(CONTENT_TYPE, media)], body).into_response()
    };
    let headers = answer.headers_mut();
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(ETAG, tag);
    }
    // Whoever asks may keep it, and asks each time whether it still holds; whatever else proves them is told at the end of
    // all routes.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.append(VARY, PROOFS);
    answer
}

/// What may prove who asks a call of this API, besides a cookie.
const PROOFS: HeaderValue = HeaderValue::from_static("Authorization, X-Beseda-As, X-Beseda-Visitor");

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[Field] = &[
        Field::new("updated_after", Takes::Moment, ""),
        Field::new("erase", Takes::Flag, ""),
    ];

    #[test]
    fn a_moment_says_where_on_earth_it_is() {
        let mut query = Query::of(Some("updated_after=1970-01-01T01:00:00.000002%2B01:00"), KNOWN);
        assert_eq!(query.moment("updated_after"), Some(Time(2)));
        for wrong in ["", "1970-01-01", "1970-01-01T00:00:00", "0"] {
            let mut query = Query::of(Some(&format!("updated_after={wrong}")), KNOWN);
            assert_eq!(query.moment("updated_after"), None, "{wrong}");
            assert_eq!(query.end(), Err(Refused::field("updated_after", FieldError::NotTime)));
        }
    }

    #[test]
    fn of_what_is_said_twice_the_last_counts_and_what_nobody_knows_is_refused_by_its_name() {
        let mut query = Query::of(Some("erase=false&erase=true"), KNOWN);
        assert_eq!(query.flag("erase"), Some(true));
        assert_eq!(query.end(), Ok(()));
        let pairs = plain_pairs(Some("Erase=1&erase=1")).unwrap();
        let known = vec!["updated_after", "erase"];
        assert_eq!(
            unknown(&pairs, KNOWN).none(),
            Err(FieldErrors::one("Erase", FieldError::Unknown(known)))
        );
    }

    #[test]
    fn nothing_in_a_query_is_other_than_plain_text() {
        assert_eq!(
            plain_pairs(Some("erase=a%00b")),
            Err(Refused::Fields(FieldErrors::one("erase", FieldError::NotPlain)))
        );
        for wrong in ["erase=%0A", "erase=%7F", "erase=%FF", "%FF=1"] {
            assert!(plain_pairs(Some(wrong)).is_err(), "{wrong}");
        }
        assert_eq!(plain_pairs(None), Ok(Vec::new()));
        assert_eq!(
            plain_pairs(Some("q=%D1%91+%F0%9F%91%8D")).map(|pairs| pairs.len()),
            Ok(1)
        );
    }
}
