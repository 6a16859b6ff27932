//! Who works at which desk.

use super::{By, Deed, Standing, may, require, roles_that_may, settles};
use crate::error::Refusal;
use crate::ports::AtDesk;
use crate::words::{Kinds, Noted, Place, Role, RoomKind};

/// Whether there is a kind of rooms at whose desk the asker works: by their role alone.
///
/// # Errors
/// [`Refusal::NotAllowed`].
pub fn require_desk(by: By<'_>) -> Result<(), Refusal> {
    if by.kinds.with_desk().any(|kind| works_at(kind, by)) {
        Ok(())
    } else {
        Err(Refusal::NotAllowed)
    }
}

/// Whether the asker works at the desk of a kind of rooms, which has one.
fn works_at(kind: RoomKind, by: By<'_>) -> bool {
    by.kinds.contain(kind) && by.kinds.has_desk(kind) && may(Deed::Desk, kind, Standing::Outside, by)
}

/// Whether the case of a room is the asker's to see and to change: it is for whoever works at the desk and reads the room.
///
/// # Errors
/// [`Refusal::NotAllowed`] for who may at least see the room, [`Refusal::NoSuchRoom`] for everybody else.
pub fn require_case(place: &Place, by: By<'_>) -> Result<(), Refusal> {
    require(Deed::Read, place, by)?;
    if works_at(place.room.kind, by) {
        Ok(())
    } else {
        Err(Refusal::NotAllowed)
    }
}

/// Which rooms' cases are the asker's to see: of kinds that they read by their role, every room's.
#[must_use]
pub fn reach_of_desk(by: By<'_>) -> AtDesk {
    let works = by.kinds.with_desk().filter(|kind| works_at(*kind, by));
    let (every, own) = works.partition(|kind| may(Deed::Read, *kind, Standing::Outside, by));
    AtDesk {
        person: by.person.id,
        every,
        own,
    }
}

/// The desks that there are: of each kind of rooms that has one, who works there.
#[must_use]
pub fn desks(kinds: Kinds) -> Vec<(RoomKind, Vec<Role>)> {
    let of = |kind| (kind, roles_at_desk(kinds, kind));
    kinds.with_desk().map(of).collect()
}

fn roles_at_desk(kinds: Kinds, kind: RoomKind) -> Vec<Role> {
    match kinds.rules_of(kind) {
        Some(rules) => {
            let at_desk = rules.staff.iter().filter(|(_, deeds)| deeds.contains(&Deed::Desk));
            at_desk.map(|(role, _)| *role).collect()
        }
        None => roles_that_may(Deed::Desk, kind),
    }
}

/// Whether the asker answers for visitors' rooms by their role, and so says when somebody is at their desk.
///
/// # Errors
/// [`Refusal::NotAllowed`].
pub fn require_hours(by: By<'_>) -> Result<(), Refusal> {
    if settles(RoomKind::Support, by) {
        Ok(())
    } else {
        Err(Refusal::NotAllowed)
    }
}

/// Whether the asker may do this with notes about a room: whoever works at its desk and reads it says there what they like. Nobody
/// is in notes, and to the host application they are not there: what the staff says among itself is the staff's.
pub(super) fn may_note(deed: Deed, noted: Noted, by: By<'_>) -> bool {
    let reads = may(Deed::Read, noted.kind, Standing::of(noted.member), by);
    let is_theirs = !by.is_host && works_at(noted.kind, by) && reads;
    is_theirs && matches!(deed, Deed::See | Deed::Read | Deed::Send | Deed::Listen)
}
