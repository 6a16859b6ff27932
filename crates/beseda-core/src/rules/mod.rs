//! The rules: what a send, a read or a join does. Each is a function over somebody's transaction, at a time that is
//! handed in. A rule refuses before it writes: then a refusal costs its neighbours in the same commit nothing.

mod catch_up;
mod edit;
mod erase;
mod everything;
mod history;
mod members;
mod open;
mod orders;
mod page;
mod people;
mod read;
mod rooms;
mod send;
pub mod sign_in;
mod standing;

pub use catch_up::{CaughtUp, catch_up};
pub use edit::edit;
pub use erase::erase;
pub use everything::messages_of;
pub use history::{History, history, listen, message_to_change, one_message};
pub use open::{open_order_room, standing_order_room};
pub use orders::{move_room, put_order, remove_room};
pub use page::{MessagesPage, PageNumber, page, page_of_rooms};
pub use people::{FIRST_OWN_PERSON, new_own_person, put_group, put_person};
pub use read::read;
pub use rooms::{room_to_change, room_view, rooms};
pub use send::{Sent, check_text, send};
pub use standing::{Standing, standing};

use crate::error::{Error, Refusal};
use crate::policy::{self, Deed};
use crate::ports::Look;
use crate::words::{Person, Place, RoomId};

/// The place of somebody who may do this there.
fn place_for(look: &mut (impl Look + ?Sized), deed: Deed, room: RoomId, by: &Person) -> Result<Place, Error> {
    let place = look.place(room, by.id)?.ok_or(Refusal::NoSuchRoom)?;
    policy::require(deed, &place, by)?;
    Ok(place)
}
