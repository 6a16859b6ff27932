//! Who may do what. This is the only place that decides: every route and every frame asks here.

use crate::error::Refusal;
use crate::words::{Message, Order, Person, Place, Role, RoomKind};

/// Something that can be done with a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Know that it is there, and who is in it.
    See,
    /// Read its messages.
    Read,
    /// Send into it.
    Send,
    /// Hear it live.
    Listen,
    /// Keep a receipt in it.
    Mark,
    /// Change the room itself, or take it away.
    Govern,
}

/// Whom a line of the table speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Everybody who is in the room.
    Member,
    /// Everybody with this role, in the room or not.
    Role(Role),
}

/// One line of the table: in rooms of this kind, these people may do this.
#[derive(Debug, Clone, Copy)]
pub struct Line {
    /// In which kind of room.
    pub kind: RoomKind,
    /// Who.
    pub who: Who,
    /// What.
    pub deeds: &'static [Deed],
}

const TAKE_PART: &[Deed] = &[Deed::See, Deed::Read, Deed::Send, Deed::Listen, Deed::Mark];

/// The whole policy. What no line allows is refused.
pub const TABLE: &[Line] = &[
    Line {
        kind: RoomKind::Order,
        who: Who::Member,
        deeds: TAKE_PART,
    },
    Line {
        kind: RoomKind::Order,
        who: Who::Role(Role::Admin),
        deeds: &[Deed::See, Deed::Govern],
    },
    Line {
        kind: RoomKind::Pair,
        who: Who::Member,
        deeds: TAKE_PART,
    },
    Line {
        kind: RoomKind::Private,
        who: Who::Member,
        deeds: TAKE_PART,
    },
    Line {
        kind: RoomKind::Group,
        who: Who::Member,
        deeds: TAKE_PART,
    },
    Line {
        kind: RoomKind::Support,
        who: Who::Member,
        deeds: TAKE_PART,
    },
];

/// Whether the person may do this in that place.
///
/// # Errors
/// [`Refusal::NotAllowed`] for who may at least see the room, [`Refusal::NoSuchRoom`] for everybody else.
pub fn require(deed: Deed, place: &Place, person: &Person) -> Result<(), Refusal> {
    let may = |deed: Deed| {
        TABLE
            .iter()
            .any(|line| line.speaks_of(place, person) && line.deeds.contains(&deed))
    };
    if may(deed) {
        Ok(())
    } else if may(Deed::See) {
        Err(Refusal::NotAllowed)
    } else {
        Err(Refusal::NoSuchRoom)
    }
}

impl Line {
    fn speaks_of(&self, place: &Place, person: &Person) -> bool {
        self.kind == place.room.kind
            && match self.who {
                Who::Member => place.member.is_some(),
                Who::Role(role) => person.role == role,
            }
    }
}

/// Whether the person may change or erase this message: only who wrote it, and only while in the room.
///
/// # Errors
/// [`Refusal::NotAllowed`] for another reader of the room, [`Refusal::NoSuchMessage`] for everybody else.
pub fn require_author(message: &Message, place: &Place, person: &Person) -> Result<(), Refusal> {
    if require(Deed::Read, place, person).is_err() || message.erased_at.is_some() {
        Err(Refusal::NoSuchMessage)
    } else if message.is_by(person.id) && require(Deed::Send, place, person).is_ok() {
        Ok(())
    } else {
        Err(Refusal::NotAllowed)
    }
}

/// Whether the person may open the room of this order: who has a place in it.
///
/// # Errors
/// [`Refusal::NoPlaceInOrder`].
pub fn require_place_in_order(order: &Order, person: &Person) -> Result<(), Refusal> {
    if order.people().contains(&person.id) {
        Ok(())
    } else {
        Err(Refusal::NoPlaceInOrder)
    }
}

/// The table in words, a line each: kind of room, who, what.
#[must_use]
pub fn printed() -> Vec<(String, String, String)> {
    TABLE
        .iter()
        .map(|line| {
            let who = match line.who {
                Who::Member => "member".to_owned(),
                Who::Role(role) => role.word().to_owned(),
            };
            let deeds: Vec<String> = line
                .deeds
                .iter()
                .map(|deed| format!("{deed:?}").to_lowercase())
                .collect();
            (line.kind.word().to_owned(), who, deeds.join(" "))
        })
        .collect()
}
