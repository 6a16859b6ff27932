//! The id of a request: in its answer, in every line of the log about it, and in those of the socket that it opened.
//!
//! What proxies and clients have called a request stays its id, so that their logs and ours can be laid side by side.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::HttpBody;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use hyper::body::Incoming;
use hyper::service::{Service, service_fn};
use tokio::task::futures::TaskLocalFuture;
use tracing::{Instrument, Span};

/// The header that brings it and takes it back.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longer ones are not kept: ids that proxies draw have 36 at most, and keys and sessions of 256 bits 43 at least.
const MOST_CHARS: usize = 40;
/// What tokens, API keys and tickets begin with: an id stands in logs.
const SECRETS: [&str; 3] = ["eyJ", "bsk_", "bst_"];

/// The last id that was drawn, before it was mixed.
static DRAWN: AtomicU64 = AtomicU64::new(0);

tokio::task_local! {
    static OPENED_BY: Option<RequestId>;
}

/// The id of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl RequestId {
    /// The id that a request brings, if it is a plain word that may stand in logs; else a new one.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let brought = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
        brought
            .filter(|id| is_plain(id))
            .map_or_else(Self::drawn, |id| Self(id.into()))
    }

    fn drawn() -> Self {
        let last = DRAWN.fetch_add(GAMMA, Ordering::Relaxed).wrapping_add(GAMMA);
        Self(format!("{:016x}", mixed(last)).into())
    }

    /// Everything that is logged inside of it is about this request, or the socket that it opened.
    pub(crate) fn span(&self) -> Span {
        // Of the level that is always written: a line without its id is found by nobody.
        tracing::error_span!("request", request_id = %self)
    }
}

/// Where new ids begin: drawn by chance, once for each start, so that those of the last start do not come again.
pub fn draw_from(seed: u64) {
    DRAWN.store(seed, Ordering::Relaxed);
}

/// `SplitMix64`: no number comes twice in all 2^64, and none tells how many there were before it.
const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

fn is_plain(id: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (1..=MOST_CHARS).contains(&id.len())
        && id.bytes().all(is_plain)
        && !SECRETS.iter().any(|secret| id.contains(secret))
}

/// The service with an id for every request: in the request's extensions, around all that is logged, and in the answer,
/// whoever gives it.
pub(crate) fn numbered<S, B>(
    inner: S,
) -> impl Service<Request<Incoming>, Response = Response<B>, Error = Infallible, Future: Send> + Send
where
    B: HttpBody,
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible, Future: Send> + Send,
{
    service_fn(move |mut request: Request<Incoming>| {
        let id = RequestId::of(request.headers());
        request.extensions_mut().insert(id.clone());
        let answered = inner.call(request).instrument(id.span());
        async move {
            let mut response = answered.await?;
            if let Ok(id) = HeaderValue::from_str(&id.0) {
                response.headers_mut().insert(REQUEST_ID, id);
            }
            Ok(response)
        }
    })
}

/// Does the work of a socket that this request opened. Not `async`, which would keep the work twice.
pub(crate) fn opened_by<F: Future>(request: Option<RequestId>, work: F) -> TaskLocalFuture<Option<RequestId>, F> {
    OPENED_BY.scope(request, work)
}

/// The request that opened the socket whose work is done here.
pub(crate) fn opener() -> Option<RequestId> {
    OPENED_BY.try_with(Clone::clone).unwrap_or_default()
}

/// Around what is logged about a socket that this request opened.
pub(crate) fn about(opener: Option<&RequestId>) -> Span {
    opener.map_or_else(Span::none, RequestId::span)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn of(id: &str) -> RequestId {
        let mut headers = HeaderMap::new();
        headers.insert(REQUEST_ID, HeaderValue::from_str(id).unwrap());
        RequestId::of(&headers)
    }

    #[test]
    fn a_plain_id_is_kept_and_anything_else_gets_a_new_one() {
        let longest = "x".repeat(MOST_CHARS);
        for id in ["7", "a-b_c.9", "8f14e45fceea167a5a36dedd4bea2543", &longest] {
            assert_eq!(of(id).to_string(), id);
        }
        let too_long = "x".repeat(MOST_CHARS + 1);
        for id in [
            "",
            "a b",
            "a\"b",
            "a\tb",
            "é",
            "a/b",
            &too_long,
            "eyJhbGciOiJIUzI1NiJ9",
            "bsk_0123456789",
        ] {
            let new = of(id).to_string();
            assert!(
                new.len() == 16 && new.bytes().all(|byte| byte.is_ascii_hexdigit()),
                "{id}: {new}"
            );
        }
    }

    #[test]
    fn no_two_new_ids_are_the_same() {
        let ids: HashSet<String> = (0..1_000)
            .map(|_| RequestId::of(&HeaderMap::new()).to_string())
            .collect();
        assert_eq!(ids.len(), 1_000);
    }
}
