//! Standing: whether somebody who listens still may, after others have changed what is kept.

use crate::error::Error;
use crate::policy::{self, Deed};
use crate::ports::Look;
use crate::words::{Person, PersonId, RoomId};

/// How somebody stands to a room that they listen in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// They may go on, and are this person now.
    Inside(Person),
    /// The room is not theirs any more.
    Outside,
    /// They are let in nowhere any more.
    Inactive,
}

/// How the person stands to the room now.
///
/// # Errors
/// A fault where the store fails.
pub fn standing(look: &mut (impl Look + ?Sized), person: PersonId, room: RoomId) -> Result<Standing, Error> {
    let Some(person) = look.person(person)?.filter(|person| person.active) else {
        return Ok(Standing::Inactive);
    };
    let place = look.place(room, person.id)?;
    let inside = place.is_some_and(|place| policy::require(Deed::Listen, &place, &person).is_ok());
    Ok(if inside {
        Standing::Inside(person)
    } else {
        Standing::Outside
    })
}
