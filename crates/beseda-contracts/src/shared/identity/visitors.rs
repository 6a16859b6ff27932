//! Who of the visitors asks: somebody who wrote without an account, known again by their token.

use crate::shared::Shared;
use crate::shared::refused::Refused;
use beseda_core::policy::is_visitor;
use beseda_core::rules::sign_in;
use beseda_core::words::Person;
use beseda_core::{Error, Refusal};
use beseda_identity::visitors;
use beseda_live::ask;
use http::HeaderMap;

/// The visitor of a request. A token that proves nothing is a stranger's, as if none had come.
pub async fn of_request(shared: &Shared, headers: &HeaderMap) -> Result<Option<Person>, Refused> {
    let Some(token) = visitors::token(headers) else {
        return Ok(None);
    };
    let Ok((id, issued)) = shared.identity.tokens.visitor(&token, shared.chat.now()) else {
        return Ok(None);
    };
    let found = ask::look(&shared.chat, move |look| sign_in::who(look, id, issued)).await;
    match found {
        Ok(person) => Ok(Some(person).filter(is_visitor)),
        Err(Error::Refused(Refusal::NoSuchPerson | Refusal::Inactive | Refusal::BadCredentials)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
