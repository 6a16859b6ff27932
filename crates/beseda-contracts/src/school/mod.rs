//! School (contract 2): teachers and students write to each other, privately and in groups. See README.md.

mod chats;
mod messages;
mod people;
mod wire;

use crate::shared::http::body;
use crate::shared::ids;
use crate::shared::{Caller, FieldError, Fields, Refused, Routes, Shared};
use crate::voices::drf::Drf;
use crate::{Contract, FirstCall, tells};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use beseda_core::Error;
use beseda_core::policy::{self, By};
use beseda_core::words::{HostId, Kinds, Person, RoomKind};
use serde_json::Value;

/// The contract.
pub const CONTRACT: Contract = Contract {
    name: "school",
    routes,
    socket: None,
    first_call: FirstCall {
        path: "/api/chats/",
        to_nobody: 401,
    },
    tells: tells!(),
};

/// The rooms that the contract speaks of.
const KINDS: Kinds = Kinds::of(&[RoomKind::Private, RoomKind::Group]);

/// How the contract says what goes wrong.
static VOICE: Drf = Drf::with_text_in("text");

/// The contract's routes.
#[must_use]
pub fn routes() -> Routes {
    chats::routes().and(messages::routes()).and(people::routes())
}

/// Somebody who asks about rooms of the school.
fn by(person: &Person) -> By<'_> {
    By::of(person, KINDS)
}

/// Somebody of the school. Every call takes one, so that nobody else gets as far as having what they sent looked at.
struct Schooled(Person);

impl FromRequestParts<Shared> for Schooled {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Refused> {
        let person = Caller::of_request(shared, parts).await?.person;
        policy::require_school(&person, shared.school_admins)?;
        Ok(Self(person))
    }
}

/// The number that a body must name somebody or something by. One that no object can have is a number all the same: it
/// names nothing.
fn named(fields: &Fields, name: &str) -> Result<i64, FieldError> {
    match fields.required_id(name) {
        Err(FieldError::NoSuchObject { .. }) => Ok(i64::MAX),
        Err(FieldError::NotKey(_)) => Err(FieldError::NotInteger),
        read => read,
    }
}

/// What a value calls somebody or something of the host application.
///
/// # Errors
/// What nothing can be called there.
async fn host_id(shared: &Shared, value: Option<&Value>) -> Result<Result<HostId<'static>, FieldError>, Error> {
    let Some(value) = value else {
        return Ok(Err(FieldError::Required));
    };
    match body::host_id(value) {
        Ok(id) if ids::can_be_in_body(shared, &id).await? => Ok(Ok(id)),
        Err(FieldError::Null) => Ok(Err(FieldError::Null)),
        Ok(_) | Err(_) => Ok(Err(FieldError::NotInteger)),
    }
}

/// A whole number as a text. One that is too big is a number all the same: the biggest, which no object has.
fn number(text: &str) -> Result<i64, FieldError> {
    let text = text.trim();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(FieldError::NotInteger);
    }
    let biggest = if text.starts_with('-') { i64::MIN } else { i64::MAX };
    Ok(text.parse().unwrap_or(biggest))
}
