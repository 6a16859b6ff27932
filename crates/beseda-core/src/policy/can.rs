//! What somebody may do in a room, in the words that pages know.

use super::{By, Deed, has_people_of_its_own, require};
use crate::words::Place;

/// The word of [`can`] for reading its messages.
pub const CAN_READ: &str = "read";

/// Every word of [`can`].
pub const CAN: &[&str] = &[
    CAN_READ,
    "send",
    "react",
    "pin",
    "upload",
    "mention",
    "edit-own",
    "erase-own",
    "erase-any",
    "invite",
    "remove",
    "close",
    "rename",
];

/// What the asker may do in a room as it is now, in the words that pages know.
#[must_use]
pub fn can(place: &Place, by: By<'_>) -> Vec<&'static str> {
    let [reads, sends, governs] = [Deed::Read, Deed::Send, Deed::Govern].map(|deed| require(deed, place, by).is_ok());
    let may = |word: &&&str| match **word {
        CAN_READ => reads,
        "erase-any" => governs && !by.is_host,
        "invite" | "remove" => governs && has_people_of_its_own(place.room.kind),
        "close" | "rename" => governs,
        _ => sends && !place.room.is_left(),
    };
    CAN.iter().filter(may).copied().collect()
}
