//! Support desk (contract 5): visitors of a shop write without an account, staff answer from one page. See README.md.

mod files;
mod messages;
mod sockets;
mod staff;
mod visitors;
mod wire;

use crate::shared::{Refused, Routes};
use crate::{Contract, FirstCall, tells};
use beseda_core::policy::By;
use beseda_core::words::{Kinds, Person, RoomKind};
use uuid::Uuid;

pub(crate) use sockets::SOCKET;

/// The contract.
pub const CONTRACT: Contract = Contract {
    name: "support_desk",
    routes,
    socket: Some(SOCKET),
    first_call: FirstCall {
        path: "/api/public/chat-rooms/",
        to_nobody: 200,
    },
    tells: tells!(),
};

/// The rooms that the contract speaks of.
const KINDS: Kinds = Kinds::of(&[RoomKind::Support]);

/// How many characters a room's id has.
const ROOM_ID_CHARS: usize = 36;

/// The contract's routes.
#[must_use]
pub fn routes() -> Routes {
    visitors::routes()
        .and(files::routes())
        .and(staff::routes())
        .and(sockets::routes())
}

/// How its sockets hear.
#[cfg(any(test, fuzzing))]
pub(crate) fn dialects() -> [&'static dyn beseda_live::Dialect; 2] {
    [&wire::CUSTOMER, &wire::STAFF]
}

/// Somebody who asks about visitors' rooms.
fn by(person: &Person) -> By<'_> {
    By::of(person, KINDS)
}

/// A room's id as it is written: with hyphens, in either case, and in no other way.
fn room_name(text: &str) -> Option<Uuid> {
    Some(text)
        .filter(|text| text.len() == ROOM_ID_CHARS)
        .and_then(|text| Uuid::parse_str(text).ok())
}

/// The same in a path, where what is no id names no room.
fn room_in_path(text: &str) -> Result<Uuid, Refused> {
    room_name(text).ok_or(Refused::NoSuchAddress)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_id_is_written_with_hyphens_and_in_no_other_way() {
        let id = "6f1c2a3b-9d4e-4a5b-8c6d-7e8f90a1b2c3";
        assert_eq!(room_name(id).map(|name| name.to_string()).as_deref(), Some(id));
        assert_eq!(room_name(&id.to_uppercase()), room_name(id));
        for odd in [
            "",
            "17",
            "6f1c2a3b9d4e4a5b8c6d7e8f90a1b2c3",
            "{6f1c2a3b-9d4e-4a5b-8c6d-7e8f90a1b2c3}",
            "urn:uuid:6f1c2a3b-9d4e-4a5b-8c6d-7e8f90a1b2c3",
            "6f1c2a3b-9d4e-4a5b-8c6d-7e8f90a1b2c",
            "6f1c2a3b-9d4e-4a5b-8c6d-7e8f90a1b2cж",
            "6f1c2a3b_9d4e_4a5b_8c6d_7e8f90a1b2c3",
            " 6f1c2a3b-9d4e-4a5b-8c6d-7e8f90a1b2c",
        ] {
            assert_eq!(room_name(odd), None, "{odd}");
        }
    }
}
