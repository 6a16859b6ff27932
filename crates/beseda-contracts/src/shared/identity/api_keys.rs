//! Which host application asks: by an API key, and for what the key is.

use super::caller::{Caller, Proof, bearer};
use crate::shared::Shared;
use crate::shared::counts::Door;
use crate::shared::http::urlencoded;
use crate::shared::refused::Refused;
use beseda_core::rules;
use beseda_core::words::{ApiKey, HostId, Scope};
use beseda_core::{Error, Refusal};
use beseda_identity::api_keys::{hash, is_one};
use beseda_live::ask;
use http::request::Parts;
use http::{HeaderMap, HeaderName};

/// Whom an API key acts as: what the host application calls the person, percent-encoded.
pub const AS: HeaderName = HeaderName::from_static("x-beseda-as");

/// Whether an application asks in its own name: by an API key that acts as nobody.
#[must_use]
pub fn is_application(parts: &Parts) -> bool {
    let has_key = bearer(&parts.headers).is_ok_and(|token| token.is_some_and(is_one));
    has_key && !parts.headers.contains_key(&AS)
}

/// Refuses that somebody other than an API key says as whom it acts.
///
/// # Errors
/// [`Refused::ActsAsAnother`].
pub fn check_as(parts: &Parts) -> Result<(), Refused> {
    let has_key = bearer(&parts.headers).is_ok_and(|token| token.is_some_and(is_one));
    if parts.headers.contains_key(&AS) && !has_key {
        return Err(Refused::ActsAsAnother);
    }
    Ok(())
}

/// The person as whom an API key acts; `None` where no API key asks. A socket may say in its query whom it acts as.
///
/// # Errors
/// As [`require`]; [`Refused::PersonRequired`] where it does not say whom, [`Refused::ActsAsAnother`] where a person says
/// so; [`Refusal::NoSuchPerson`], [`Refusal::Inactive`].
pub async fn acting(shared: &Shared, parts: &Parts) -> Result<Option<Caller>, Refused> {
    let named = parts.headers.get(&AS);
    let by_query = || urlencoded::value(parts.uri.query().unwrap_or_default(), "as");
    if !bearer(&parts.headers)?.is_some_and(is_one) {
        return match by_query() {
            Some(_) => Err(Refused::ActsAsAnother),
            None => check_as(parts).map(|()| None),
        };
    }
    let key = require(shared, &parts.headers, Scope::Act).await?;
    let decoded = |named: &str| String::from_utf8(urlencoded::percent_decoded(named)).ok();
    let by_header = named.and_then(|named| named.to_str().ok()).and_then(decoded);
    let id = by_header.or_else(by_query).ok_or(Refused::PersonRequired)?;
    let id = HostId::of(id).map_err(|_| Refusal::NoSuchPerson)?;
    let person = ask::look(&shared.chat, move |look| {
        let person = rules::find_person(look, &id)?.ok_or(Refusal::NoSuchPerson)?;
        if !person.active {
            return Err(Refusal::Inactive.into());
        }
        Ok::<_, Error>(person)
    })
    .await?;
    Ok(Some(Caller {
        // Whatever the person proved: the key stands for them now.
        proven_at: shared.chat.now().max(person.signed_out_at.unwrap_or_default()),
        person,
        by: Proof::Key(key.hash),
        ends_at: None,
        expires_at: None,
    }))
}

/// The API key of a request, if it may be used for this.
///
/// # Errors
/// 401 for no key or one that proves nothing, 403 for one of another scope.
pub async fn require(shared: &Shared, headers: &HeaderMap, scope: Scope) -> Result<ApiKey, Refused> {
    let key = bearer(headers)?.ok_or(Refusal::NotSignedIn)?;
    let hash = hash(key);
    let found = ask::look(&shared.chat, move |look| rules::api_key(look, &hash, scope)).await;
    let found = found.map_err(|error| match error {
        Error::Refused(Refusal::BadCredentials) => Refused::BadKey,
        Error::Refused(Refusal::NotAllowed) => Refused::WrongScope(scope),
        other => other.into(),
    });
    shared.counts.came(Door::ApiKey, &found);
    found
}
