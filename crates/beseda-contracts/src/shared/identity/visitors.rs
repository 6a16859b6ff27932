//! Who of the visitors asks: somebody who wrote without an account, known again by their token.

use crate::shared::Shared;
use crate::shared::http::origin;
use crate::shared::refused::Refused;
use beseda_core::policy::is_visitor;
use beseda_core::rules::sign_in;
use beseda_core::words::{Came, Person, Time};
use beseda_core::{Error, Refusal};
use beseda_identity::visitors;
use beseda_live::ask;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use http::request::Parts;

/// A visitor who is known again.
pub struct Visitor {
    /// Who it is.
    pub person: Person,
    /// When what they are known by was given to them.
    pub since: Time,
}

/// The visitor who is known again by their cookie or header.
///
/// # Errors
/// [`Refused::CrossSite`] for a cookie that came along with the page of another site.
pub async fn known(shared: &Shared, parts: &Parts) -> Result<Option<Visitor>, Refused> {
    let visitor = of_request(shared, &parts.headers).await?;
    // A header is set by a page that means to; a cookie goes along whoever asks.
    let by_cookie = !parts.headers.contains_key(&visitors::HEADER);
    if visitor.is_some() && by_cookie && origin::is_cross_site(&parts.headers) {
        return Err(Refused::CrossSite);
    }
    Ok(visitor)
}

/// The visitor whom a request names by the header, where it brings no proof of another kind but what goes along by itself: a
/// page that says who asks means it, whatever cookies its browser has besides.
///
/// # Errors
/// A fault where the store fails.
pub async fn named(shared: &Shared, parts: &Parts) -> Result<Option<Visitor>, Refused> {
    if parts.headers.contains_key(&visitors::HEADER) && !parts.headers.contains_key(AUTHORIZATION) {
        of_request(shared, &parts.headers).await
    } else {
        Ok(None)
    }
}

/// The visitor of a request. A token that proves nothing is a stranger's, as if none had come.
async fn of_request(shared: &Shared, headers: &HeaderMap) -> Result<Option<Visitor>, Refused> {
    match visitors::token(headers) {
        Some(token) => of_token(shared, &token).await,
        None => Ok(None),
    }
}

/// Whose token this is, where it is a visitor's.
///
/// # Errors
/// A fault where the store fails.
pub async fn of_token(shared: &Shared, token: &str) -> Result<Option<Visitor>, Refused> {
    let Ok((id, issued)) = shared.identity.tokens.visitor(token, shared.chat.now()) else {
        return Ok(None);
    };
    let found = ask::look(&shared.chat, move |look| sign_in::who(look, &Came::oneself(id, issued))).await;
    match found {
        Ok(person) => Ok(is_visitor(&person).then_some(Visitor { person, since: issued })),
        Err(Error::Refused(Refusal::NoSuchPerson | Refusal::Inactive | Refusal::BadCredentials)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
