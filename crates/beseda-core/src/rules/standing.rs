//! Standing: whether somebody who listens still may, after others have changed what is kept.

use super::sign_in::who;
use crate::error::Error;
use crate::policy::{self, By, Deed};
use crate::ports::Look;
use crate::words::{Came, Kinds, Person, RoomId, RoomKind};

/// What somebody listens to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Where {
    /// One room.
    Room(RoomId),
    /// Every room of a kind.
    Every(RoomKind),
    /// Every room that they are in.
    Own,
}

/// How somebody stands to what they listen to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// They may go on, and are this person now.
    Inside(Box<Person>),
    /// It is not theirs any more.
    Outside,
    /// They are let in nowhere any more, or have to prove again who they are.
    Inactive,
}

/// How somebody who came stands to what they listen to now.
pub fn standing(look: &mut (impl Look + ?Sized), came: &Came, to: Where, kinds: Kinds) -> Result<Standing, Error> {
    let person = match who(look, came) {
        Ok(person) => person,
        Err(Error::Refused(_)) => return Ok(Standing::Inactive),
        Err(fault) => return Err(fault),
    };
    let inside = match to {
        Where::Room(room) => {
            let by = By::of(&person, kinds);
            let place = look.place(room, person.id)?;
            place.is_some_and(|place| policy::require(Deed::Listen, &place, by).is_ok())
        }
        Where::Every(kind) => policy::require_every(kind, &person).is_ok(),
        Where::Own => true,
    };
    Ok(if inside {
        Standing::Inside(Box::new(person))
    } else {
        Standing::Outside
    })
}
