//! Export: everything that is kept of a person, to be given to them.

use super::beside::fill;
use super::erase_person::{At, Reacted, reacted, written};
use super::people::find_person;
use crate::error::{Error, Refusal};
use crate::ports::Look;
use crate::words::{
    Case, Extra, Group, HostId, Kinds, Message, Order, Person, PersonId, Place, PushSettings, PushSubscription, Report,
    Room, RoomId, StandingRoom, Time, Version, key_before_left,
};
use std::collections::BTreeMap;

/// Reports that are read at once.
const REPORTS: i64 = 50;

/// What is kept of a person, but for what they wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Who they are.
    pub person: Person,
    /// The orders in which they have a place.
    pub orders: Vec<Order>,
    /// The groups that they are of.
    pub groups: Vec<Group>,
    /// What the desk knows of them as a visitor, with the room's key.
    pub cases: Vec<(String, Case)>,
    /// The rooms that they are in, how far they have read and how they see them.
    pub places: Vec<Place>,
    /// Whom they do not want to hear from.
    pub blocked: Vec<Person>,
    /// How they want to be told of messages in browsers, where they have said.
    pub push: Option<PushSettings>,
    /// The browsers in which they are.
    pub browsers: Vec<PushSubscription>,
    /// When they were last there.
    pub seen_at: Option<Time>,
}

/// What is kept of a person, but for what they wrote.
///
/// # Errors
/// [`Refusal::NoSuchPerson`].
pub fn known_of(look: &mut (impl Look + ?Sized), id: &HostId<'_>) -> Result<Known, Error> {
    let person = find_person(look, id)?.ok_or(Refusal::NoSuchPerson)?;
    let id = person.id;
    let cases = look.cases_of_visitor(id)?;
    let rooms = rooms_of(look, cases.iter().map(|case| case.room))?;
    let key = |case: &Case| rooms.get(&case.room).map(|room| about(&room.room).to_owned());
    let mut places = look.places(id, Kinds::ALL)?;
    places.sort_unstable_by_key(|place| place.room.id);
    Ok(Known {
        cases: cases.into_iter().filter_map(|case| Some((key(&case)?, case))).collect(),
        orders: look.orders_of(id)?,
        groups: look.groups_of(id)?,
        blocked: look.blocked_by(id)?,
        push: look.push_settings(id)?,
        browsers: look.push_subscriptions_of(id)?,
        seen_at: look.seen_at(&[id])?.pop().map(|(_, at)| at),
        places,
        person,
    })
}

/// A message of theirs, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// What the room is or was about.
    pub room: String,
    /// The room was removed; what was said in it is kept.
    pub removed: bool,
    /// The message, with what they said beside it.
    pub message: Message,
    /// What it said before it was edited.
    pub versions: Vec<Version>,
}

/// Some of what a person wrote behind a place and did not erase, with the place from which to go on, until nothing is left.
pub fn said_by(look: &mut (impl Look + ?Sized), person: PersonId, after: At) -> Result<(Vec<Said>, Option<At>), Error> {
    let (mut messages, next) = written(look, person, after)?;
    messages.retain(|message| message.erased_at.is_none());
    for of_room in messages.chunk_by_mut(|one, next| one.room == next.room) {
        fill(look, of_room)?;
    }
    let rooms = rooms_of(look, messages.iter().map(|message| message.room))?;
    let mut said = Vec::with_capacity(messages.len());
    for message in messages {
        let Some(room) = rooms.get(&message.room) else { continue };
        let versions = if message.extra.has(Extra::VERSIONS) {
            look.versions(message.room, message.seq)?
        } else {
            Vec::new()
        };
        said.push(Said {
            room: about(&room.room).to_owned(),
            removed: room.removed,
            message,
            versions,
        });
    }
    Ok((said, next))
}

/// What they made of a message, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// What the room is or was about.
    pub room: String,
    /// The room was removed.
    pub removed: bool,
    /// What they made of which message.
    pub reacted: Reacted,
}

/// Some of what a person makes of messages, behind one of these; until there is none.
pub fn made_by(look: &mut (impl Look + ?Sized), person: PersonId, after: Option<&Reacted>) -> Result<Vec<Made>, Error> {
    let reacted = reacted(look, person, after)?;
    let rooms = rooms_of(look, reacted.iter().map(|(room, ..)| *room))?;
    let made = reacted.into_iter().filter_map(|reacted| {
        let room = rooms.get(&reacted.0)?;
        Some(Made {
            room: about(&room.room).to_owned(),
            removed: room.removed,
            reacted,
        })
    });
    Ok(made.collect())
}

/// Some of what a person reports, behind the one with this number, each with its number and what its room is about; until there
/// is none.
pub fn reported_by(
    look: &mut (impl Look + ?Sized),
    person: PersonId,
    after: i64,
) -> Result<Vec<(i64, String, Report)>, Error> {
    let reports = look.reports_by(person, after, REPORTS)?;
    let rooms = rooms_of(look, reports.iter().map(|(_, report)| report.room))?;
    let told = reports.into_iter().filter_map(|(number, report)| {
        let room = rooms.get(&report.room)?;
        Some((number, about(&room.room).to_owned(), report))
    });
    Ok(told.collect())
}

fn rooms_of(
    look: &mut (impl Look + ?Sized),
    ids: impl Iterator<Item = RoomId>,
) -> Result<BTreeMap<RoomId, StandingRoom>, Error> {
    let mut ids: Vec<RoomId> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    let rooms = look.standing_rooms(&ids)?;
    Ok(rooms.into_iter().map(|room| (room.room.id, room)).collect())
}

/// What a room is about; of one that nobody comes to by its key any more what it was about.
#[must_use]
pub fn about(room: &Room) -> &str {
    key_before_left(&room.key)
}
