//! The WebSocket handshake of a server, which ends with the bare stream in our hands.
//!
//! axum's own `ws` would hand out a socket with buffers of its own; we want the stream.

use std::future::Future;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::sync::OwnedSemaphorePermit;
use tungstenite::handshake::derive_accept_key;

use crate::accept::{Stream, Watched};
use crate::requests::{RequestId, opened_by};

const WEBSOCKET: HeaderValue = HeaderValue::from_static("websocket");
const UPGRADE: HeaderValue = HeaderValue::from_static("upgrade");
const VERSION: HeaderValue = HeaderValue::from_static("13");
/// 16 bytes in base64.
const KEY_CHARS: usize = 24;
/// The subprotocol behind which a token is offered: browsers give a socket no other header of the page's own.
const BEARER: &str = "bearer";

/// A well-formed wish for a WebSocket, as an extractor. A request that is none is answered with 400, 405 or 426
/// and a `detail` in words; a handler that wants to check other things first takes `Result<Upgrade, Response>`.
#[must_use = "a handshake that is not answered leaves the peer waiting"]
#[derive(Debug)]
pub struct Upgrade {
    on: OnUpgrade,
    accept: HeaderValue,
    /// The subprotocol that is selected.
    protocol: Option<HeaderValue>,
    request: Option<RequestId>,
}

impl<S: Send + Sync> FromRequestParts<S> for Upgrade {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Response> {
        let headers = &parts.headers;
        if parts.method != Method::GET {
            let allow = [(header::ALLOW, HeaderValue::from_static("GET"))];
            return Err((
                allow,
                refused(StatusCode::METHOD_NOT_ALLOWED, "A WebSocket begins with GET."),
            )
                .into_response());
        }
        if !names(headers, &header::CONNECTION, "upgrade") || !names(headers, &header::UPGRADE, "websocket") {
            return Err(upgrade_required(
                "This address is a WebSocket: connect with the upgrade headers.",
            ));
        }
        if headers.get(header::SEC_WEBSOCKET_VERSION) != Some(&VERSION) {
            return Err(upgrade_required(
                "Only version 13 of the WebSocket protocol is spoken here.",
            ));
        }
        let key = headers.get(header::SEC_WEBSOCKET_KEY).map(HeaderValue::as_bytes);
        let Some(key) = key.filter(|key| key.len() == KEY_CHARS && key.ends_with(b"==")) else {
            return Err(refused(
                StatusCode::BAD_REQUEST,
                "Sec-WebSocket-Key is missing or malformed.",
            ));
        };
        let Ok(accept) = HeaderValue::try_from(derive_accept_key(key)) else {
            return Err(refused(
                StatusCode::BAD_REQUEST,
                "Sec-WebSocket-Key is missing or malformed.",
            ));
        };
        let Some(on) = parts.extensions.remove::<OnUpgrade>() else {
            return Err(upgrade_required(
                "This connection cannot become a WebSocket: use HTTP/1.1.",
            ));
        };
        // A browser that offered some drops a socket for which none was selected.
        let protocol = offered(headers)
            .next()
            .and_then(|name| HeaderValue::from_str(name).ok());
        let request = parts.extensions.get::<RequestId>().cloned();
        Ok(Self {
            on,
            accept,
            protocol,
            request,
        })
    }
}

impl Upgrade {
    /// The 101, after which `then` runs in a task of its own with the bare stream and what had already been read
    /// behind the handshake. A peer that vanishes in between: `then` is dropped without being called.
    ///
    /// The task that waits for the handshake's end is another one: its memory is given back then, and a socket keeps only
    /// what it needs itself.
    pub fn answer<F, Fut>(self, then: F) -> Response
    where
        F: FnOnce(Stream, Bytes) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let Self {
            on,
            accept,
            protocol,
            request,
        } = self;
        tokio::spawn(async move {
            let Ok(upgraded) = on.await else { return };
            let Some((stream, leftover, seat)) = bare(upgraded) else {
                return;
            };
            // Boxed: what is waited for would else stand in the task twice.
            let conversation = Box::pin(opened_by(request, then(stream, leftover)));
            tokio::spawn(async move {
                conversation.await;
                drop(seat);
            });
        });
        let headers = [
            (header::CONNECTION, UPGRADE),
            (header::UPGRADE, WEBSOCKET),
            (header::SEC_WEBSOCKET_ACCEPT, accept),
        ];
        let protocol = protocol.map(|protocol| [(header::SEC_WEBSOCKET_PROTOCOL, protocol)]);
        match protocol {
            Some(protocol) => (StatusCode::SWITCHING_PROTOCOLS, headers, protocol).into_response(),
            None => (StatusCode::SWITCHING_PROTOCOLS, headers).into_response(),
        }
    }
}

/// The token of a socket that offers the subprotocols `bearer` and the token, in this order.
#[must_use]
pub fn offered_token(headers: &HeaderMap) -> Option<&str> {
    let mut offered = offered(headers);
    (offered.next() == Some(BEARER)).then(|| offered.next()).flatten()
}

/// The subprotocols that are offered, in one line or several.
fn offered(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    items(headers, &header::SEC_WEBSOCKET_PROTOCOL).filter(|item| !item.is_empty())
}

/// Takes hyper's wrapping off. Not `async`: what it drops, hyper's read buffer above all, must be gone before the
/// task waits, or it stays as long as the connection.
fn bare(upgraded: Upgraded) -> Option<(Stream, Bytes, Option<OwnedSemaphorePermit>)> {
    let Ok(parts) = upgraded.downcast::<TokioIo<Watched>>() else {
        tracing::error!("a socket was upgraded that did not come from our accept loop");
        return None;
    };
    let (stream, seat) = parts.io.into_inner().leave();
    Some((stream, Bytes::copy_from_slice(&parts.read_buf), seat))
}

/// Whether a header that is a list names `word`.
fn names(headers: &HeaderMap, header: &HeaderName, word: &str) -> bool {
    items(headers, header).any(|item| item.eq_ignore_ascii_case(word))
}

/// The items of a header that is a list, in one line or several.
fn items<'a>(headers: &'a HeaderMap, header: &HeaderName) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(header).into_iter();
    lines
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(','))
        .map(str::trim)
}

fn upgrade_required(detail: &'static str) -> Response {
    let headers = [
        (header::CONNECTION, UPGRADE),
        (header::UPGRADE, WEBSOCKET),
        (header::SEC_WEBSOCKET_VERSION, VERSION),
    ];
    (
        StatusCode::UPGRADE_REQUIRED,
        headers,
        axum::Json(serde_json::json!({ "detail": detail })),
    )
        .into_response()
}

fn refused(status: StatusCode, detail: &'static str) -> Response {
    (status, axum::Json(serde_json::json!({ "detail": detail }))).into_response()
}

#[cfg(test)]
mod tests;
