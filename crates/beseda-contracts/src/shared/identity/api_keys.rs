//! Which host application asks: by an API key, and for what the key is.

use crate::shared::Shared;
use crate::shared::counts::Door;
use crate::shared::refused::Refused;
use beseda_core::rules;
use beseda_core::words::{ApiKey, Scope};
use beseda_core::{Error, Refusal};
use beseda_identity::api_keys::hash;
use beseda_live::ask;
use http::HeaderMap;

/// The API key of a request, if it may be used for this.
///
/// # Errors
/// 401 for no key or one that proves nothing, 403 for one of another scope.
pub async fn require(shared: &Shared, headers: &HeaderMap, scope: Scope) -> Result<ApiKey, Refused> {
    let key = super::caller::bearer(headers)?.ok_or(Refusal::NotSignedIn)?;
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
