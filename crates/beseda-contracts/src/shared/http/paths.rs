//! Routes with and without their last slash, and what other methods are told.

use crate::shared::Shared;
use crate::shared::refused::Refused;
use crate::shared::voice::{Spoken, Voice};
use axum::Router;
use axum::extract::{FromRequestParts, Path, Request};
use axum::middleware::{Next, from_fn, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use futures_util::future::BoxFuture;
use http::header::ALLOW;
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode};
use std::collections::HashMap;

/// What is counted as the route of an answer that no route gave.
pub(in crate::shared) const NO_ROUTE: &str = "other";

/// The one variable part of a path. What is no text names nothing: 404.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Segment {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        path.map(|Path(text)| Self(text)).map_err(|_| Refused::NoSuchAddress)
    }
}

/// The routes of a contract, and what is known of them: tests of permissions go over the list. There is none without a
/// voice that says what goes wrong on it.
pub struct Routes {
    pub(in crate::shared) router: Router<Shared>,
    pub(in crate::shared) list: Vec<RouteLine>,
    pub(in crate::shared) spoken: Spoken,
    /// Whose each is, by its path.
    pub(super) owners: HashMap<&'static str, Owner>,
    around: Option<Around>,
}

/// What every call goes through on its way to some routes, and its answer on the way back. It is told which route it is.
pub type Around = fn(&'static str, Request, Next) -> BoxFuture<'static, Response>;

/// A contract as its routes know it.
#[derive(Debug, Clone, Copy)]
pub struct Owner {
    /// Its name.
    pub name: &'static str,
    /// Tells the log of an answer under a target of the contract's own, so that it can be asked for alone.
    pub tells: Tells,
}

/// Tells the log of an answer.
pub type Tells = fn(&Answered<'_>);

/// An answer, as the log tells of it.
#[derive(Debug, Clone, Copy)]
pub struct Answered<'a> {
    /// The method of the request.
    pub method: &'a Method,
    /// The path as it came, which may hold what is told to nobody.
    pub path: &'a str,
    /// The status of the answer.
    pub status: StatusCode,
}

/// A route, as lists of routes show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RouteLine {
    /// Its path, which ends with a slash; the same without it is a route too.
    pub path: &'static str,
    /// Its methods, as the `Allow` header names them.
    pub allow: &'static str,
    /// The contract that it belongs to, where it is one's alone.
    pub contract: Option<&'static str>,
}

impl Routes {
    /// No routes yet. On those that are added this voice says what goes wrong.
    #[must_use]
    pub fn said_by(voice: &'static dyn Voice) -> Self {
        Self {
            router: Router::new(),
            list: Vec::new(),
            spoken: Spoken {
                by: voice,
                counts_misses: true,
                route: NO_ROUTE,
            },
            owners: HashMap::new(),
            around: None,
        }
    }

    /// The same, where every call of those that are added goes through this.
    #[must_use]
    pub fn through(mut self, around: Around) -> Self {
        self.around = Some(around);
        self
    }

    /// The same, for routes of whoever holds an API key: what is not there, such a program has not guessed at.
    #[must_use]
    pub fn for_hosts(mut self) -> Self {
        self.spoken.counts_misses = false;
        self
    }

    /// Adds a route under a path that ends with a slash, and under the same without it: nobody is redirected, because a
    /// redirected POST loses its body. Methods that `allow` (a list, as in the header) does not name are answered 405.
    #[must_use]
    pub fn both(mut self, path: &'static str, methods: MethodRouter<Shared>, allow: &'static str) -> Self {
        let methods = methods
            .fallback(move |request: Request| async move { other_method(request.method(), allow) })
            .layer(map_response(move |response: Response| async move {
                with_allow(response, allow)
            }));
        let methods = match self.around {
            Some(around) => methods.layer(from_fn(move |request, next| around(path, request, next))),
            None => methods,
        };
        let methods = self.spoken(methods, path);
        self.list.push(RouteLine {
            path,
            allow,
            contract: None,
        });
        self.router = match path.trim_end_matches('/') {
            "" => self.router.route(path, methods),
            bare => self.router.route(path, methods.clone()).route(bare, methods),
        };
        self
    }

    /// Adds a route under a path exactly as it stands, for a malformed address that its contract answers in its own way.
    /// It names nothing that anybody could reach, so no list shows it.
    #[must_use]
    pub fn exactly(mut self, path: &str, methods: MethodRouter<Shared>) -> Self {
        let methods = self.spoken(methods, NO_ROUTE);
        self.router = self.router.route(path, methods);
        self
    }

    /// Lets every answer know whose it is.
    fn spoken(&self, methods: MethodRouter<Shared>, route: &'static str) -> MethodRouter<Shared> {
        let spoken = Spoken { route, ..self.spoken };
        methods.layer(map_response(move |mut response: Response| async move {
            response.extensions_mut().insert(spoken);
            response
        }))
    }

    /// The same as the routes of this contract.
    #[must_use]
    pub fn of(mut self, owner: Owner) -> Self {
        for line in &mut self.list {
            line.contract = Some(owner.name);
            self.owners.insert(line.path, owner);
        }
        self
    }

    /// These and others, each in its own voice; what is said beside all routes is said in the voice of these.
    #[must_use]
    pub fn and(mut self, mut other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.list.append(&mut other.list);
        self.owners.extend(other.owners);
        self
    }

    /// Every route, in the order in which they were added.
    #[must_use]
    pub fn list(&self) -> &[RouteLine] {
        &self.list
    }
}

fn other_method(method: &Method, allow: &'static str) -> Response {
    if method == Method::OPTIONS && allow.contains("OPTIONS") {
        return StatusCode::NO_CONTENT.into_response();
    }
    Refused::OtherMethod {
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
