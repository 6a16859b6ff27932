//! The contract's socket: `/ws/chat/{room_id}/?token=`.

use super::NAME;
use super::wire::OrderRooms;
use crate::shared::http::paths::{Segment, both};
use crate::shared::{Caller, Drf, Shared};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use beseda_core::words::{Person, RoomId};
use beseda_live::upgrade::Upgrade;
use beseda_live::{Live, close};
use std::sync::Arc;
use uuid::Uuid;

static DIALECT: OrderRooms = OrderRooms;

pub(super) fn routes(router: Router<Shared>, live: Arc<Live>) -> Router<Shared> {
    let open = get(
        move |shared: State<Shared>, room: Result<Segment, Drf>, parts: Parts, upgrade: Result<Upgrade, Response>| {
            open(Arc::clone(&live), shared, room, parts, upgrade)
        },
    );
    both(router, "/ws/chat/{room_id}/", open, "GET")
}

/// Opens a socket. Only what must be refused before the upgrade has an HTTP status; after it, a refusal is a close
/// code, because that is all that a browser can read.
async fn open(
    live: Arc<Live>,
    State(shared): State<Shared>,
    room: Result<Segment, Drf>,
    parts: Parts,
    upgrade: Result<Upgrade, Response>,
) -> Response {
    if let Err(refused) = shared.connect(&parts) {
        return refused.into_response();
    }
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(refused) => return refused,
    };
    let admitted = admit(&shared, room.ok(), &parts).await;
    upgrade.answer(move |stream, leftover| async move {
        match admitted {
            Ok((person, room)) => live.join(stream, leftover, person, room, &DIALECT).await,
            Err((code, reason)) => live.refuse(stream, leftover, code, reason).await,
        }
    })
}

/// Who comes, and where to; or the code to close with. Whether they may listen there is decided with the room's
/// history, on one snapshot.
async fn admit(
    shared: &Shared,
    room: Option<Segment>,
    parts: &Parts,
) -> Result<(Arc<Person>, RoomId), (u16, &'static str)> {
    let room = room.map(|Segment(room)| room).unwrap_or_default();
    let Ok(number) = room.parse() else {
        return Err(match Uuid::parse_str(&room) {
            Ok(_) => (close::NOT_ALLOWED, "no such room"),
            Err(_) => (close::BAD_PARAMETERS, "a room's id is a number"),
        });
    };
    match Caller::of_socket(shared, parts).await {
        Ok(caller) => Ok((Arc::new(caller.person), RoomId(number))),
        Err(refused) => Err(close_code(&refused)),
    }
}

fn close_code(refused: &Drf) -> (u16, &'static str) {
    match refused.status() {
        StatusCode::UNAUTHORIZED => {
            tracing::debug!(contract = NAME, "a socket is not authenticated: {refused}");
            (close::NOT_AUTHENTICATED, "not authenticated")
        }
        StatusCode::FORBIDDEN => (close::NOT_ALLOWED, "not allowed"),
        _ => {
            tracing::error!(contract = NAME, "a socket could not be authenticated: {refused}");
            (close::INTERNAL, "internal error")
        }
    }
}
