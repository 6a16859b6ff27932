//! What every request goes through and every answer has, whatever the contract: the end of all routes.

use super::front::Front;
use super::origin;
use super::paths::{Answered, NO_ROUTE, Owner, RouteLine, Routes};
use super::proxies::Proxies;
use crate::shared::Shared;
use crate::shared::counts::{Counts, OfRoute};
use crate::shared::language::Language;
use crate::shared::refused::Refused;
use crate::shared::voice::{self, Spoken};
use crate::tells;
use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use beseda_live::counts::HTTP;
use beseda_live::place::seen_under;
use beseda_live::requests::RequestId;
use beseda_live::spans::{self, Answerer};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, REFERRER_POLICY, SERVER, VARY, X_CONTENT_TYPE_OPTIONS};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use tokio::time::Instant;

/// A path's segment of so many characters may be a key or a token.
const SUSPICIOUS_CHARS: usize = 20;

/// Closes the list of routes: unknown paths, origins, what goes wrong, misses, headers and the log. To be called once,
/// when every contract has added its own. `pages` are files that everybody may read.
pub fn finish(routes: Routes, pages: Router<Shared>, shared: Shared) -> Router {
    let house = End {
        shared: shared.clone(),
        beside: Spoken {
            // What is asked for at no address of ours is no guess at somebody's number.
            counts_misses: false,
            ..routes.spoken
        },
        known: Arc::new(Known::of(&routes.list, &routes.owners, &shared.counts)),
    };
    let proxies = Arc::clone(&shared.proxies);
    let inside = routes
        .router
        .merge(pages)
        .fallback(|| async { Refused::NoSuchAddress })
        .layer(from_fn_with_state(house, guard))
        .with_state(shared);
    // Around all routes: what is taken from an address, none of them is to see.
    Router::new()
        .fallback_service(inside)
        .layer(from_fn_with_state(proxies, enter))
}

/// Lets a request in: with the path that routes know, and with how whoever asks sees this server.
async fn enter(State(proxies): State<Arc<Proxies>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let front = proxies.enter(&mut parts);
    let under = Arc::clone(&front.under);
    parts.extensions.insert(front);
    seen_under(under, next.run(Request::from_parts(parts, body))).await
}

/// Where it is asked whether the server is well.
const PROBES: [&str; 2] = ["/healthz", "/readyz"];

/// What the end of all routes knows.
#[derive(Clone)]
struct End {
    shared: Shared,
    /// Who speaks where no route answers.
    beside: Spoken,
    known: Arc<Known>,
}

/// What is known of each route, by its pattern.
struct Known {
    routes: HashMap<&'static str, Way>,
    /// What no route answers.
    beside: Way,
}

/// A route: whose it is, and what is counted of it.
struct Way {
    owner: Owner,
    counts: OfRoute,
}

impl Known {
    fn of(list: &[RouteLine], owners: &HashMap<&'static str, Owner>, counts: &Counts) -> Self {
        let way = |route: &'static str| {
            let owner = owners.get(route).copied().unwrap_or(SHARED);
            Way {
                owner,
                counts: counts.of_route(owner.name, route),
            }
        };
        Self {
            routes: list.iter().map(|line| (line.path, way(line.path))).collect(),
            beside: way(NO_ROUTE),
        }
    }
}

/// Whose the routes are that several contracts share, and what is asked for beside all routes.
const SHARED: Owner = Owner {
    name: "shared",
    tells: tells!(),
};

/// What of a request is still known when it is answered.
struct Asked {
    begun: Instant,
    method: Method,
    path: String,
    language: Language,
    id: Option<RequestId>,
}

impl Asked {
    fn of(parts: &Parts) -> Self {
        Self {
            begun: Instant::now(),
            method: parts.method.clone(),
            path: parts.uri.path().to_owned(),
            language: Language::of(&parts.headers),
            id: parts.extensions.get::<RequestId>().cloned(),
        }
    }
}

async fn guard(State(end): State<End>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let (shared, asked) = (&end.shared, Asked::of(&parts));
    let host_asked = parts.extensions.get::<Front>().and_then(|front| front.host.as_deref());
    // A probe comes by an address, whatever names the server has.
    let host = if PROBES.contains(&parts.uri.path().trim_end_matches('/')) {
        Ok(())
    } else {
        shared.hosts.check(host_asked)
    };
    let checked = host.and_then(|()| shared.origins.check(&parts.headers, host_asked));
    let foreign = match checked {
        Ok(foreign) => foreign.cloned(),
        Err(refused) => {
            tracing::debug!("a page of another site, or a request for another host, was refused");
            let mut answer = Response::default();
            end.say(&mut answer, &refused, end.beside, &asked);
            end.finish(&mut answer, end.beside, &asked);
            return answer;
        }
    };
    let is_preflight = foreign.is_some() && origin::is_preflight(&parts.method, &parts.headers);
    let address = shared.proxies.address(&parts);
    let mut answer = if is_preflight {
        let mut answer = StatusCode::NO_CONTENT.into_response();
        shared.origins.allow_preflight(answer.headers_mut());
        answer
    } else {
        next.run(Request::from_parts(parts, body)).await
    };
    let spoken = answer.extensions_mut().remove().unwrap_or(end.beside);
    if let Some(refused) = voice::unsaid(&mut answer) {
        let refused = end.missed(refused, spoken, address);
        end.say(&mut answer, &refused, spoken, &asked);
    }
    end.finish(&mut answer, spoken, &asked);
    if let Some(foreign) = foreign {
        origin::allow(answer.headers_mut(), foreign);
    }
    answer
}

impl End {
    /// Who misses too often is told to wait instead.
    fn missed(&self, refused: Arc<Refused>, spoken: Spoken, address: IpAddr) -> Arc<Refused> {
        if !(spoken.counts_misses && refused.is_miss()) {
            return refused;
        }
        match self.shared.throttles.miss(address) {
            Ok(()) => refused,
            Err(too_many) => Arc::new(too_many.into()),
        }
    }

    /// Says what went wrong, in the voice of the route and in the language that was asked for. This is the one place
    /// where that is written, and counted.
    fn say(&self, answer: &mut Response, refused: &Refused, spoken: Spoken, asked: &Asked) {
        let counts = self.shared.live.counts();
        counts.refused(self.way(spoken).owner.name, HTTP, refused.word());
        voice::say(answer, spoken.by, refused, asked.language, asked.id.as_ref());
    }

    /// Dresses an answer, counts it and tells the log of it.
    fn finish(&self, answer: &mut Response, spoken: Spoken, asked: &Asked) {
        dress(answer.headers_mut());
        let (way, status) = (self.way(spoken), answer.status());
        way.counts
            .answered(&asked.method, status.as_u16(), asked.begun.elapsed());
        let answered = Answered {
            method: &asked.method,
            path: &asked.path,
            status,
        };
        (way.owner.tells)(&answered);
        if spans::are_taken() {
            let route = Some(spoken.route).filter(|route| *route != NO_ROUTE);
            let contract = way.owner.name;
            answer.extensions_mut().insert(Answerer { contract, route });
        }
    }

    fn way(&self, spoken: Spoken) -> &Way {
        self.known.routes.get(spoken.route).unwrap_or(&self.known.beside)
    }
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
