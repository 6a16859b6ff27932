//! The API, described by the tables and the types that it is made of: for programs as OpenAPI and AsyncAPI, for people as
//! a page.

mod asyncapi;
pub(super) mod call;
mod example;
pub(super) mod field;
mod openapi;
mod page;
mod schema;
pub(super) mod shape;
#[cfg(test)]
mod tests;

use super::asking::tagged_as;
use crate::shared::{Routes, Shared};
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use beseda_core::words::Limits;
use beseda_live::place::under;
use call::{Call, Who, media};
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method};
use parking_lot::Mutex;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

const OPENAPI: &str = "/api/v1/openapi.json/";
const ASYNCAPI: &str = "/api/v1/asyncapi.json/";
const DOCS: &str = "/api/v1/docs/";

/// Calls that belong together.
struct Part {
    name: &'static str,
    says: &'static str,
    calls: &'static [&'static [Call]],
}

/// Every call, in the order in which it is read about.
const PARTS: &[Part] = &[
    Part {
        name: "Rooms",
        says: "Rooms are listed, opened, changed and left; and what of them has changed.",
        calls: &[super::places::CALLS, super::rooms::CALLS],
    },
    Part {
        name: "Messages",
        says: "Messages are read, sent, changed and found; files come first.",
        calls: &[
            super::talk::CALLS,
            super::uploads::CALLS,
            super::search::CALLS,
            super::reports::CALLS,
            super::said_elsewhere::CALLS,
        ],
    },
    Part {
        name: "The desk",
        says: "Whoever answers other people's questions has their cases, canned replies, hours and transcripts.",
        calls: &[
            super::cases::CALLS,
            super::replies::CALLS,
            super::hours::CALLS,
            super::transcript::CALLS,
        ],
    },
    Part {
        name: "Oneself and others",
        says: "Who one is, whom one may write to, and whom one does not want to hear from.",
        calls: &[super::own::CALLS, super::push::CALLS],
    },
    Part {
        name: "Live",
        says: "What happens is told as it happens, by a socket or by server-sent events.",
        calls: &[super::tickets::CALLS, super::socket::CALLS],
    },
    Part {
        name: "People",
        says: "People, as the application puts them.",
        calls: &[super::people::CALLS, super::merge::CALLS, super::export::CALLS],
    },
    Part {
        name: "Orders and groups",
        says: "What rooms follow from.",
        calls: &[super::orders::CALLS, super::groups::CALLS],
    },
    Part {
        name: "The server",
        says: "What it keeps to, and what it can be asked.",
        calls: &[super::limits::CALLS, CALLS],
    },
];

const CALLS: &[Call] = &[
    Call::get(
        OPENAPI,
        "openapi",
        "The calls, as OpenAPI 3.1, with the limits in force.",
    )
    .by(Who::Everybody)
    .answers(&[media("application/json", "The document.")])
    .tagged(),
    Call::get(
        ASYNCAPI,
        "asyncapi",
        "The socket, as AsyncAPI 3.0, with the limits in force.",
    )
    .by(Who::Everybody)
    .answers(&[media("application/json", "The document.")])
    .tagged(),
    Call::get(DOCS, "docs", "Both, as a page for people.")
        .by(Who::Everybody)
        .answers(&[media("text/html", "The page.")])
        .tagged(),
];

/// Routes of the contract that are no calls, and why.
#[cfg(test)]
const LEFT_OUT: &[(&str, &str)] = &[("/setup/", "a page with a form, for one person and once")];

pub(super) fn routes(routes: Routes) -> Routes {
    let allow = "GET, HEAD, OPTIONS";
    routes
        .both(OPENAPI, get(show_openapi), allow)
        .both(ASYNCAPI, get(show_asyncapi), allow)
        .both(DOCS, get(show_page), allow)
}

fn all() -> impl Iterator<Item = &'static Call> {
    PARTS.iter().flat_map(|part| part.calls).copied().flatten()
}

/// The call that a method is of a path.
pub(super) fn call_of(method: &Method, path: &str) -> Option<&'static Call> {
    static BY_ROUTE: LazyLock<HashMap<(&str, &str), &Call>> =
        LazyLock::new(|| all().map(|call| ((call.method, call.path), call)).collect());
    let method = if method == Method::HEAD { &Method::GET } else { method };
    BY_ROUTE.get(&(method.as_str(), path)).copied()
}

/// The document of calls, under these limits.
#[must_use]
pub fn openapi(limits: &Limits) -> Value {
    openapi::document(limits)
}

/// The document of the socket, under these limits.
#[must_use]
pub fn asyncapi(limits: &Limits) -> Value {
    asyncapi::document(limits)
}

/// What is shown, written under some limits.
struct Written {
    limits: Limits,
    openapi: String,
    asyncapi: String,
    page: String,
}

/// What is shown under these limits. It is written once, until they are others.
fn written(limits: &Limits) -> Arc<Written> {
    static LAST: Mutex<Option<Arc<Written>>> = Mutex::new(None);
    let mut last = LAST.lock();
    if let Some(written) = last.as_ref().filter(|written| written.limits == *limits) {
        return Arc::clone(written);
    }
    let written = Arc::new(Written {
        openapi: openapi(limits).to_string(),
        asyncapi: asyncapi(limits).to_string(),
        page: page::html(limits),
        limits: limits.clone(),
    });
    *last = Some(Arc::clone(&written));
    written
}

async fn show_openapi(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    json(&headers, &written(shared.chat.limits()).openapi)
}

async fn show_asyncapi(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    json(&headers, &written(shared.chat.limits()).asyncapi)
}

fn json(headers: &HeaderMap, document: &str) -> Response {
    let media = HeaderValue::from_static("application/json");
    tagged_as(headers, media, document.as_bytes().to_vec())
}

async fn show_page(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    // Its links begin as whoever looks sees this server.
    let html = written(shared.chat.limits()).page.replace(page::UNDER, &under());
    let media = HeaderValue::from_static("text/html; charset=utf-8");
    let mut answer = tagged_as(&headers, media, html.into_bytes());
    if answer.headers().contains_key(CONTENT_TYPE) {
        answer
            .headers_mut()
            .insert(CONTENT_SECURITY_POLICY, page::POLICY.clone());
    }
    answer
}
