//! The contract's sockets: `/ws/chat/{room_id}/`, where the room's id is a UUID and the key to it, and
//! `/ws/admin/chat/?token=`, on which the staff hear every room.

use super::room_name;
use super::wire::{CUSTOMER, STAFF};
use crate::shared::sockets::{Admission, RoomSocket, Turned, caller, open};
use crate::shared::{Routes, Shared};
use crate::voices::DRF;
use axum::extract::State;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::get;
use beseda_core::rules::{self, Since, Where, sign_in};
use beseda_core::words::RoomKind;
use beseda_core::{Error, Refusal};
use beseda_live::upgrade::Upgrade;
use beseda_live::{Guest, ask, close};
use std::sync::Arc;

pub(super) fn routes() -> Routes {
    Routes::said_by(&DRF).both("/ws/admin/chat/", get(staff), "GET")
}

pub(crate) const SOCKET: RoomSocket = RoomSocket {
    is_mine: |id| room_name(id).is_some(),
    admit: |shared, id, parts| Box::pin(async move { visitor(&shared, &id, &parts).await }),
};

/// Whoever knows a room's id comes as its visitor, whatever else they can prove.
async fn visitor(shared: &Shared, id: &str, parts: &Parts) -> Admission {
    let name = room_name(id).ok_or(Turned::Closed(close::BAD_PARAMETERS, "this is no room's id"))?;
    let found = ask::look(&shared.chat, move |look| rules::case_by_name(look, name)).await;
    let (view, visitor) = match found {
        Err(Error::Refused(Refusal::NoSuchRoom)) => {
            // Guessing at ids costs the same here as by a call.
            let missed = shared.throttles.miss(shared.proxies.address(parts));
            missed.map_err(|refusal| Turned::Refused(refusal.into()))?;
            return Err(Error::from(Refusal::NoSuchRoom).into());
        }
        found => found?,
    };
    Ok(Guest {
        proven_at: sign_in::token_time(&visitor, shared.chat.now()),
        by_key: None,
        ends_at: None,
        person: Arc::new(visitor),
        to: Where::Room(view.room.id),
        since: Since::Newest,
        dialect: &CUSTOMER,
        once_in: None,
    })
}

async fn staff(State(shared): State<Shared>, parts: Parts, upgrade: Result<Upgrade, Response>) -> Response {
    let admit = async {
        // Whether they are of the staff is decided where they begin to listen.
        let caller = caller(&shared, &parts).await?;
        Ok(caller.listening(Where::Every(RoomKind::Support), Since::Now, &STAFF))
    };
    open(shared.clone(), &parts, upgrade, admit).await
}
