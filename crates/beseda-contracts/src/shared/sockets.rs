//! How a socket of any contract opens: what is refused before the upgrade, what after it, and the path that several
//! contracts share.

use super::Shared;
use super::http::paths::{Routes, Segment};
use super::identity::caller::Caller;
use super::refused::Refused;
use super::voice::Voice;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use beseda_core::Error;
use beseda_core::rules::{Since, Where};
use beseda_live::dialect::Dialect;
use beseda_live::place::{seen_under, under};
use beseda_live::upgrade::Upgrade;
use beseda_live::{Guest, close};
use http::StatusCode;
use http::request::Parts;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// Why a socket is not let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turned {
    /// It is accepted and closed with this code and reason: that is all that a browser can read.
    Closed(u16, &'static str),
    /// It is refused with an HTTP status before the upgrade.
    Refused(Refused),
}

impl From<Error> for Turned {
    /// What a rule refuses is not allowed, and what fails has failed.
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(_) => Self::Closed(close::NOT_ALLOWED, "not allowed"),
            Error::Failed(fault) => {
                tracing::error!("a socket could not be opened: {fault}");
                Self::Closed(close::INTERNAL, "internal error")
            }
        }
    }
}

/// What comes of a request for a socket.
pub type Admission = Result<Guest, Turned>;

/// An admission that is still to come.
pub type Admitting = Pin<Box<dyn Future<Output = Admission> + Send>>;

/// A contract's socket under the path that several share, `/ws/chat/{room_id}/`.
#[derive(Clone, Copy)]
pub struct RoomSocket {
    /// Whether a room's id is one of this contract's.
    pub is_mine: fn(&str) -> bool,
    /// Who comes, and where to.
    pub admit: fn(Shared, String, Parts) -> Admitting,
}

impl Caller {
    /// The caller as a listener.
    #[must_use]
    pub fn listening(self, to: Where, since: Since, dialect: &'static dyn Dialect) -> Guest {
        Guest {
            by_key: self.came().by_key,
            person: Arc::new(self.person),
            proven_at: self.proven_at,
            ends_at: self.ends_at,
            to,
            since,
            dialect,
            once_in: None,
        }
    }
}

/// Who asks for a socket.
///
/// # Errors
/// 4001 for whoever proves nothing, 4003 for whoever may not, 1011 where that could not be found out.
pub async fn caller(shared: &Shared, parts: &Parts) -> Result<Caller, Turned> {
    Caller::of_socket(shared, parts)
        .await
        .map_err(|refused| match refused.status() {
            StatusCode::UNAUTHORIZED => {
                tracing::debug!("a socket is not authenticated: {refused}");
                Turned::Closed(close::NOT_AUTHENTICATED, "not authenticated")
            }
            StatusCode::FORBIDDEN => Turned::Closed(close::NOT_ALLOWED, "not allowed"),
            _ => {
                tracing::error!("a socket could not be authenticated: {refused}");
                Turned::Closed(close::INTERNAL, "internal error")
            }
        })
}

/// Opens a socket, or refuses it. `admit` is asked once it is sure that a socket is wanted, and is wanted politely.
pub async fn open(
    shared: Shared,
    parts: &Parts,
    upgrade: Result<Upgrade, Response>,
    admit: impl Future<Output = Admission>,
) -> Response {
    if let Err(refused) = shared.connect(parts) {
        return refused.into_response();
    }
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(refused) => return refused,
    };
    let admission = match admit.await {
        Err(Turned::Refused(refused)) => return refused.into_response(),
        admission => admission,
    };
    let (live, under) = (Arc::clone(&shared.live), under());
    upgrade.answer(move |stream, leftover| {
        seen_under(under, async move {
            match admission {
                Ok(guest) => live.join(stream, leftover, guest).await,
                Err(Turned::Closed(code, reason)) => live.refuse(stream, leftover, code, reason).await,
                Err(Turned::Refused(_)) => {}
            }
        })
    })
}

/// The path that several contracts share: a room's id tells whose it is.
#[must_use]
pub fn shared_path(sockets: Vec<RoomSocket>, voice: &'static dyn Voice) -> Routes {
    let handler = move |State(shared): State<Shared>,
                        room: Result<Segment, Refused>,
                        parts: Parts,
                        upgrade: Result<Upgrade, Response>| {
        let room = room.map(|Segment(room)| room).unwrap_or_default();
        let socket = sockets.iter().find(|socket| (socket.is_mine)(&room)).copied();
        async move {
            let admit = async {
                match socket {
                    Some(socket) => (socket.admit)(shared.clone(), room, parts.clone()).await,
                    None => Err(Turned::Closed(close::BAD_PARAMETERS, "this is no room's id")),
                }
            };
            open(shared.clone(), &parts, upgrade, admit).await
        }
    };
    Routes::said_by(voice).both("/ws/chat/{room_id}/", get(handler), "GET")
}
