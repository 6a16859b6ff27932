//! The contract's socket: `/ws/chat/{room_id}/?token=`, where the room's id is a number.

use super::wire::DIALECT;
use crate::shared::sockets::{RoomSocket, Turned, caller};
use beseda_core::rules::{Since, Where};
use beseda_core::words::RoomId;
use beseda_live::close;

pub(crate) const SOCKET: RoomSocket = RoomSocket {
    is_mine: |id| id.parse::<i64>().is_ok(),
    admit: |shared, id, parts| {
        Box::pin(async move {
            let room = id
                .parse()
                .map_err(|_| Turned::Closed(close::BAD_PARAMETERS, "a room's id is a number"))?;
            // Whether they may listen there is decided with the room's history, on one snapshot.
            let caller = caller(&shared, &parts).await?;
            Ok(caller.listening(Where::Room(RoomId(room)), Since::Newest, &DIALECT))
        })
    },
};
