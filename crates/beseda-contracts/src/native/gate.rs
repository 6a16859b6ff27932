//! What every call goes through on its way in and out: as whom it may act, which queries it knows, and what is left of a
//! rate that it counts against.

use super::asking::{plain_pairs, unknown};
use super::described;
use crate::shared::identity::api_keys;
use crate::shared::{Refused, Shared};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use beseda_identity::{Left, Rated, Throttles};
use futures_util::future::BoxFuture;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use std::sync::{Arc, OnceLock};

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LEFT: HeaderName = HeaderName::from_static("ratelimit");

/// Lets a call through to the route of this path, and its answer back.
pub(super) fn around(path: &'static str, request: Request, next: Next) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        let (mut parts, body) = request.into_parts();
        let noted = Noted::default();
        parts.extensions.insert(noted.clone());
        let mut answer = match check(path, &parts) {
            Ok(()) => next.run(Request::from_parts(parts, body)).await,
            Err(refused) => refused.into_response(),
        };
        // The beginning of a socket is none of our answers.
        if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
            noted.tell(answer.headers_mut());
        }
        answer
    })
}

/// What is the same of every call, whoever makes it.
fn check(path: &'static str, parts: &Parts) -> Result<(), Refused> {
    let Some(call) = described::call_of(&parts.method, path) else {
        return Ok(());
    };
    api_keys::check_as(parts)?;
    let pairs = plain_pairs(parts.uri.query())?;
    Ok(unknown(&pairs, call.query).none()?)
}

/// The rate that a call counts against, once that is known.
#[derive(Clone, Default)]
pub(super) struct Noted(Arc<OnceLock<(Arc<Throttles>, Rated)>>);

impl Noted {
    /// That of a request.
    pub(super) fn of(parts: &Parts) -> Self {
        parts.extensions.get().cloned().unwrap_or_default()
    }

    /// Notes that the call counts against this rate. A call counts against one.
    pub(super) fn rate(&self, shared: &Shared, rated: Rated) {
        self.0.get_or_init(|| (Arc::clone(&shared.throttles), rated));
    }

    /// Says what is left, as draft-ietf-httpapi-ratelimit-headers has it; nothing where the rate is not limited.
    fn tell(&self, headers: &mut HeaderMap) {
        let Some((throttles, rated)) = self.0.get() else { return };
        let Some(left) = throttles.left(*rated) else { return };
        let (policy, left) = said(rated.word(), left);
        if let (Ok(policy), Ok(left)) = (HeaderValue::try_from(policy), HeaderValue::try_from(left)) {
            headers.insert(POLICY, policy);
            headers.insert(LEFT, left);
        }
    }
}

/// A rate, and what is left of it, in the words of the draft.
fn said(word: &str, left: Left) -> (String, String) {
    let Left {
        most,
        window_seconds,
        left,
        full_in_seconds,
    } = left;
    (
        format!("\"{word}\";q={most};w={window_seconds}"),
        format!("\"{word}\";r={left};t={full_in_seconds}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_said_as_the_draft_has_it() {
        let left = Left {
            most: 30,
            window_seconds: 3,
            left: 29,
            full_in_seconds: 1,
        };
        let (policy, left) = said("sends", left);
        assert_eq!(policy, "\"sends\";q=30;w=3");
        assert_eq!(left, "\"sends\";r=29;t=1");
    }
}
