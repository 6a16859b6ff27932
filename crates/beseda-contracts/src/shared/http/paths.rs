//! Routes with and without their last slash, and what other methods are told.

use super::drf::Drf;
use axum::Router;
use axum::extract::{FromRequestParts, Path, Request};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use http::header::ALLOW;
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode};

/// The one variable part of a path. What is no text names nothing: 404.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Segment {
    type Rejection = Drf;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Drf> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        path.map(|Path(text)| Self(text)).map_err(|_| Drf::NotFound)
    }
}

/// Adds a route under a path that ends with a slash, and under the same without it: nobody is redirected, because a
/// redirected POST loses its body. Methods that `allow` (a list, as in the header) does not name are answered 405.
pub fn both<S: Clone + Send + Sync + 'static>(
    router: Router<S>,
    path: &str,
    methods: MethodRouter<S>,
    allow: &'static str,
) -> Router<S> {
    let methods = methods
        .fallback(move |request: Request| async move { other_method(request.method(), allow) })
        .layer(map_response(move |response: Response| async move {
            with_allow(response, allow)
        }));
    match path.trim_end_matches('/') {
        "" => router.route(path, methods),
        bare => router.route(path, methods.clone()).route(bare, methods),
    }
}

fn other_method(method: &Method, allow: &'static str) -> Response {
    if method == Method::OPTIONS && allow.contains("OPTIONS") {
        return StatusCode::NO_CONTENT.into_response();
    }
    Drf::MethodNotAllowed {
        method: method.to_string(),
        allow,
    }
    .into_response()
}

/// The framework names the methods in every answer; the beginning of a socket is none of its answers.
fn with_allow(mut response: Response, allow: &'static str) -> Response {
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        response.headers_mut().insert(ALLOW, HeaderValue::from_static(allow));
    }
    response
}
