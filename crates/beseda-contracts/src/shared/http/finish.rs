//! What every request goes through and every answer has, whatever the contract.

use super::drf::Drf;
use super::paths::Routes;
use super::words::Language;
use crate::shared::Shared;
use crate::shared::identity::origin;
use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, REFERRER_POLICY, SERVER, VARY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use std::sync::Arc;

/// A path's segment of so many characters may be a key or a token.
const SUSPICIOUS_CHARS: usize = 20;

/// Closes the list of routes: unknown paths, origins, languages, misses, headers and the log. To be called once,
/// when every contract has added its own. `pages` are
/// files that everybody may read.
pub fn finish(routes: Routes, pages: Router<Shared>, shared: Shared) -> Router {
    routes
        .router
        .merge(pages)
        .fallback(|| async { Drf::NotFound })
        .layer(from_fn_with_state(shared.clone(), guard))
        .with_state(shared)
}

async fn guard(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let language = Language::of(&parts.headers);
    let checked = shared
        .hosts
        .check(&parts.headers)
        .and_then(|()| shared.origins.check(&parts.headers));
    let foreign = match checked {
        Ok(foreign) => foreign.cloned(),
        Err(refused) => {
            tracing::debug!("a page of another site, or a request for another host, was refused");
            let mut answer = refused.said(language);
            dress(answer.headers_mut());
            return answer;
        }
    };
    let is_preflight = foreign.is_some() && origin::is_preflight(&parts.method, &parts.headers);
    let (method, path) = (parts.method.clone(), parts.uri.path().to_owned());
    let address = shared.proxies.address(&parts);
    // What is asked for at no address of ours is no guess at somebody's number.
    let is_route = parts.extensions.get::<MatchedPath>().is_some();
    let mut answer = if is_preflight {
        let mut answer = StatusCode::NO_CONTENT.into_response();
        origin::allow_preflight(answer.headers_mut());
        answer
    } else {
        next.run(Request::from_parts(parts, body)).await
    };
    if let Some(refused) = answer.extensions().get::<Arc<Drf>>().cloned() {
        let missed = if is_route && *refused == Drf::NotFound {
            shared.throttles.miss(address)
        } else {
            Ok(())
        };
        answer = match missed {
            Err(too_many) => Drf::from(too_many).said(language),
            Ok(()) => in_language(answer, &refused, language, &method),
        };
    }
    dress(answer.headers_mut());
    if let Some(foreign) = foreign {
        origin::allow(answer.headers_mut(), foreign);
    }
    tracing::debug!(%method, path = logged(&path), status = answer.status().as_u16(), "answered");
    answer
}

fn in_language(mut answer: Response, refused: &Drf, language: Language, method: &Method) -> Response {
    if language != Language::English && method != Method::HEAD {
        answer.headers_mut().remove(CONTENT_LENGTH);
        *answer.body_mut() = Body::from(refused.body(language));
    }
    answer
}

/// The headers that every answer has.
fn dress(headers: &mut HeaderMap) {
    headers.remove(SERVER);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers
        .entry(REFERRER_POLICY)
        .or_insert(HeaderValue::from_static("no-referrer"));
    headers.append(
        VARY,
        HeaderValue::from_static("Accept, Accept-Language, Cookie, Origin"),
    );
    // What a person asked for belongs into no cache that somebody else's request may be answered from.
    if headers
        .get(CONTENT_TYPE)
        .is_some_and(|media| media == "application/json")
    {
        headers
            .entry(CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("no-store"));
    }
}

/// A path as lines of the log show it: without what may be a key or a token. A query is not logged at all.
#[must_use]
pub fn logged(path: &str) -> String {
    let segment = |segment: &str| {
        let is_word = segment.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        if segment.len() >= SUSPICIOUS_CHARS && !is_word {
            "[redacted]".to_owned()
        } else {
            segment.to_owned()
        }
    };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests;
