//! The socket for all rooms of a person, `/api/v1/ws`: it says hello first, and is let in by what that brings, or by what
//! came with its request.

#[cfg(test)]
mod tests;

use super::asking::{Query, named};
use super::described::call::{Call, media};
use super::described::field::{Field, Takes};
use super::gate::Noted;
use crate::shared::all_rooms::AllRooms;
use crate::shared::identity::api_keys;
use crate::shared::identity::visitors::{self, Visitor};
use crate::shared::{Caller, FieldError, Refused, Routes, Shared};
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use beseda_core::Refusal;
use beseda_identity::Rated;
use beseda_live::place::{seen_under, under};
use beseda_live::upgrade::Upgrade;
use beseda_live::{Newcomer, Proven, Prover, Proving, close};
use futures_util::future::Either;
use futures_util::stream;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderName, HeaderValue};
use std::convert::Infallible;
use std::sync::Arc;

const TICKET: Field = Field::new("ticket", Takes::Proof, "A ticket, in the place of another proof.");
const TOKEN: Field = Field::new(
    "token",
    Takes::Proof,
    "A token or a ticket, in the place of another proof.",
);
const AS: Field = Field::new("as", Takes::Id, "As whom an API key acts.");
pub(super) const SOCKET: &[Field] = &[TICKET, TOKEN, AS];
const EVENTS: &[Field] = &[
    Field::new(
        "since",
        Takes::Mark,
        "The newest token: which rooms have moved since. `Last-Event-ID` goes before it.",
    ),
    Field::new("open", Takes::Room, "A room of which everything is told.").repeated(),
    TICKET,
    TOKEN,
    AS,
];

pub(super) const CALLS: &[Call] = &[
    Call::get(
        "/api/v1/ws/",
        "socket",
        "The socket for all one's rooms: `asyncapi.json` says what is spoken there.",
    )
    .query(SOCKET)
    .brings_a_socket()
    .rate("connects"),
    Call::get(
        "/api/v1/events/",
        "events",
        "All that the socket tells, as server-sent events.",
    )
    .query(EVENTS)
    .answers(&[media(
        STREAM,
        "Events without an end; `id` is a token, and `data` a frame of the socket.",
    )])
    .rate("connects")
    .refuses(&["no_such_room"]),
];

/// The media type of server-sent events.
const STREAM: &str = "text/event-stream";

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .both("/api/v1/ws/", get(open), "GET")
        .both("/api/v1/events/", get(events), "GET, OPTIONS")
}

/// Finds out who brings a token in a frame.
struct ByToken(Shared);

impl Prover for ByToken {
    fn prove(&self, token: String) -> Proving {
        let shared = self.0.clone();
        Box::pin(async move { of_token(&shared, token).await.map_err(|refused| turned(&refused)) })
    }
}

async fn of_token(shared: &Shared, token: String) -> Result<Proven, Refused> {
    match visitors::of_token(shared, &token).await? {
        Some(visitor) => Ok(visits(visitor)),
        None => Ok(proven(Caller::of_frame(shared, token).await?)),
    }
}

fn proven(caller: Caller) -> Proven {
    Proven {
        by_key: caller.came().by_key,
        person: Arc::new(caller.person),
        proven_at: caller.proven_at,
        ends_at: caller.expires_at.or(caller.ends_at),
    }
}

fn visits(Visitor { person, since }: Visitor) -> Proven {
    Proven {
        person: Arc::new(person),
        proven_at: since,
        by_key: None,
        ends_at: None,
    }
}

/// The code and the reason that close a socket of whoever is refused so.
fn turned(refused: &Refused) -> (u16, &'static str) {
    match refused.status().as_u16() {
        401 => (close::NOT_AUTHENTICATED, "not authenticated"),
        403 | 404 => (close::NOT_ALLOWED, "not allowed"),
        _ => {
            tracing::error!("a socket could not be authenticated: {refused}");
            (close::INTERNAL, "internal error")
        }
    }
}

/// Who asks: a key that acts as a person, a person, or a visitor who is known again.
async fn who(shared: &Shared, parts: &Parts) -> Result<Proven, Refused> {
    if let Some(caller) = api_keys::acting(shared, parts).await? {
        return Ok(proven(caller));
    }
    if let Some(visitor) = visitors::named(shared, parts).await? {
        return Ok(visits(visitor));
    }
    match Caller::of_socket(shared, parts).await {
        Err(Refused::Rule(Refusal::NotSignedIn)) => {
            let known = visitors::known(shared, parts).await?;
            Ok(visits(known.ok_or(Refusal::NotSignedIn)?))
        }
        caller => Ok(proven(caller?)),
    }
}

/// The same that the socket tells, as server-sent events.
async fn events(State(shared): State<Shared>, parts: Parts) -> Result<Response, Refused> {
    Noted::of(&parts).rate(&shared, Rated::Connects(shared.proxies.address(&parts)));
    shared.connect(&parts)?;
    let proven = who(&shared, &parts).await?;
    let mut query = Query::of(parts.uri.query(), EVENTS);
    let since = query.parsed("since", FieldError::NotMark);
    let mut open = Vec::new();
    for room in query.texts("open") {
        open.push(named(&room)?);
    }
    query.end()?;
    let last = parts.headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let since = last.and_then(|id| id.parse().ok()).or(since);
    let newcomer = Newcomer {
        dialect: shared.all_rooms,
        proven: Some(proven),
        prover: Arc::new(ByToken(shared.clone())),
    };
    let events = shared.live.events(newcomer, since, open).await;
    let events = events.map_err(|(code, _)| match code {
        close::TOO_MANY => Refusal::TooFast { retry_seconds: 60 },
        _ => Refusal::NotSignedIn,
    })?;
    let pieces = stream::unfold(events, |mut events| async move {
        let piece = events.next().await?;
        Some((Ok::<_, Infallible>(piece), events))
    });
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(STREAM)),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // nginx would else wait until it has a buffer full.
        (
            HeaderName::from_static("x-accel-buffering"),
            HeaderValue::from_static("no"),
        ),
    ];
    Ok((headers, Body::from_stream(pieces)).into_response())
}

async fn open(State(shared): State<Shared>, parts: Parts, upgrade: Result<Upgrade, Response>) -> Response {
    Noted::of(&parts).rate(&shared, Rated::Connects(shared.proxies.address(&parts)));
    if let Err(refused) = shared.connect(&parts) {
        return refused.into_response();
    }
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(refused) => return refused,
    };
    // Who brings nothing may say who they are in the first frame; who brings something wrong is told so.
    let came = match who(&shared, &parts).await {
        Ok(proven) => Ok(Some(proven)),
        Err(Refused::Rule(Refusal::NotSignedIn)) => Ok(None),
        Err(refused) => Err(turned(&refused)),
    };
    let (live, under) = (Arc::clone(&shared.live), under());
    let dialect: &'static AllRooms = shared.all_rooms;
    upgrade.answer(move |stream, leftover| {
        let carried = match came {
            Ok(proven) => {
                let newcomer = Newcomer {
                    dialect,
                    proven,
                    prover: Arc::new(ByToken(shared)),
                };
                Either::Left(live.greet(stream, leftover, newcomer))
            }
            // In a box: who is let in would else take as much.
            Err((code, reason)) => Either::Right(Box::pin(
                async move { live.refuse(stream, leftover, code, reason).await },
            )),
        };
        seen_under(under, carried)
    })
}
