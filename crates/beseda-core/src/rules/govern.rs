//! Govern: who answers for a room changes it, and who is in it.

use super::members::{join_as, show_out};
use super::open::{check_members, check_title};
use super::people::find_person;
use super::place_for;
use super::send::check_custom;
use super::touch::{changed, touch};
use crate::error::{Error, Refusal};
use crate::policy::{self, By, Deed};
use crate::ports::{Look, Tx};
use crate::words::{
    Event, Heard, HostId, Kinds, Limits, Member, MemberId, MemberRole, Person, PersonId, Place, Room, RoomId, RoomLook,
    Time,
};
use std::sync::Arc;

/// What is changed of a room; what is left out stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RoomChange {
    /// Its title.
    pub title: Option<String>,
    /// Its picture's address, or empty.
    pub avatar_url: Option<String>,
    /// What an application shows of it, as JSON.
    pub custom: Option<Option<Arc<str>>>,
    /// The card of what it is about, as JSON.
    pub subject: Option<Option<Arc<str>>>,
    /// Whether its business is over.
    pub closed: Option<bool>,
}

/// Changes a room, for somebody who governs it.
///
/// # Errors
/// The refusals of the policy; those of titles and of what an application keeps of its own.
pub fn change_room(
    tx: &mut dyn Tx,
    now: Time,
    limits: &Limits,
    by: By<'_>,
    room: RoomId,
    change: &RoomChange,
) -> Result<Room, Error> {
    let mut room = place_for(tx, Deed::Govern, room, by)?.room;
    alter_room(tx, now, limits, &mut room, change)?;
    Ok(room)
}

/// Changes a room that was found; whether that changed anything.
///
/// # Errors
/// Those of titles and of what an application keeps of its own.
pub fn alter_room(
    tx: &mut dyn Tx,
    now: Time,
    limits: &Limits,
    room: &mut Room,
    change: &RoomChange,
) -> Result<bool, Error> {
    if let Some(title) = change.title.as_deref().filter(|title| !title.is_empty()) {
        check_title(limits, title)?;
    }
    check_custom(limits, change.custom.as_ref().and_then(Option::as_deref))?;
    check_custom(limits, change.subject.as_ref().and_then(Option::as_deref))?;
    let mut is_changed = false;
    if let Some(title) = change.title.as_ref().filter(|title| **title != room.title) {
        room.title.clone_from(title);
        is_changed = true;
    }
    if let Some(closed) = change.closed.filter(|closed| *closed != room.closed) {
        room.closed = closed;
        is_changed = true;
    }
    if change.avatar_url.is_some() || change.custom.is_some() || change.subject.is_some() {
        let standing = look_of(tx, room.id)?;
        let look = RoomLook {
            avatar_url: change.avatar_url.clone().unwrap_or_else(|| standing.avatar_url.clone()),
            custom: change.custom.clone().unwrap_or_else(|| standing.custom.clone()),
            subject: change.subject.clone().unwrap_or_else(|| standing.subject.clone()),
        };
        if look != standing {
            tx.put_room_look(room.id, &look)?;
            is_changed = true;
        }
    }
    if is_changed {
        changed(tx, now, room)?;
    }
    Ok(is_changed)
}

fn look_of(look: &mut (impl Look + ?Sized), room: RoomId) -> Result<RoomLook, Error> {
    let found = look.room_looks(&[room])?.pop();
    Ok(found.map(|(_, look)| look).unwrap_or_default())
}

/// What becomes of somebody in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberChange {
    /// They come in, or become this.
    Put(HostId<'static>, MemberRole),
    /// They go.
    Remove(HostId<'static>),
}

/// Changes who is in a room, for somebody who governs it; and whoever is in it may leave. Each of the changes, or none.
///
/// # Errors
/// The refusals of the policy; [`Refusal::NotAllowed`] where who is in the room follows from what it is about;
/// [`Refusal::NoSuchPerson`], [`Refusal::TooManyMembers`].
pub fn change_members(
    tx: &mut dyn Tx,
    now: Time,
    limits: &Limits,
    by: By<'_>,
    room: RoomId,
    members: &[MemberChange],
) -> Result<Room, Error> {
    let place = place_for(tx, Deed::See, room, by)?;
    let only_leaves = match members {
        [MemberChange::Remove(id)] => find_person(tx, id)?.is_some_and(|person| person.id == by.person.id),
        _ => false,
    };
    if !only_leaves {
        policy::require(Deed::Govern, &place, by)?;
    }
    let mut room = place.room;
    alter_members(tx, now, limits, by.kinds, &mut room, members)?;
    Ok(room)
}

/// Changes who is in a room that was found.
///
/// # Errors
/// As [`change_members`].
pub fn alter_members(
    tx: &mut dyn Tx,
    now: Time,
    limits: &Limits,
    kinds: Kinds,
    room: &mut Room,
    members: &[MemberChange],
) -> Result<(), Error> {
    if !policy::has_people_of_its_own(room.kind) {
        return Err(Refusal::NotAllowed.into());
    }
    // First all that may be refused, then what is written.
    let mut people = Vec::with_capacity(members.len());
    for change in members {
        let (MemberChange::Put(id, _) | MemberChange::Remove(id)) = change;
        people.push(find_person(tx, id)?);
    }
    let mut count = tx.member_counts(&[room.id])?.pop().map_or(0, |(_, count)| count);
    for (change, person) in members.iter().zip(&people) {
        match (change, person) {
            (MemberChange::Put(..), None) => return Err(Refusal::NoSuchPerson.into()),
            (MemberChange::Put(_, role), Some(person)) => {
                policy::require_known_role(kinds, room.kind, *role)?;
                count += i64::from(member_of(tx, room.id, person.id)?.is_none());
            }
            (MemberChange::Remove(_), Some(person)) => count -= i64::from(member_of(tx, room.id, person.id)?.is_some()),
            (MemberChange::Remove(_), None) => {}
        }
    }
    let grows = members.iter().any(|change| matches!(change, MemberChange::Put(..)));
    if grows {
        let limits = kinds.limits_in(room.kind, limits);
        check_members(&limits, usize::try_from(count).unwrap_or(0))?;
    }
    for (change, person) in members.iter().zip(people) {
        match (change, person) {
            (MemberChange::Put(_, role), Some(person)) => put_member(tx, now, room, &person, *role)?,
            (MemberChange::Remove(_), Some(person)) => show_out(tx, now, room, person.id)?,
            (_, None) => {}
        }
    }
    Ok(())
}

fn member_of(look: &mut (impl Look + ?Sized), room: RoomId, person: PersonId) -> Result<Option<Member>, Error> {
    let place: Option<Place> = look.place(room, person)?;
    Ok(place.and_then(|place| place.member))
}

/// Makes somebody a member, or what a member is something else.
pub(super) fn put_member(
    tx: &mut dyn Tx,
    now: Time,
    room: &mut Room,
    person: &Person,
    role: MemberRole,
) -> Result<(), Error> {
    let Some(mut member) = member_of(tx, room.id, person.id)? else {
        return join_as(tx, now, room, person.id, true, role);
    };
    let was = std::mem::replace(&mut member.role, role);
    if was == member.role {
        return Ok(());
    }
    tx.keep_role(&member, room.head.next())?;
    touch(tx, now, room)?;
    tx.announce(Event::of(room, Heard::Changed));
    // What somebody may do follows from what they are in the room.
    tx.announce_person(person.id);
    Ok(())
}

/// Whoever is in a room, by the number of their membership.
///
/// # Errors
/// The refusals of the policy.
pub fn members(
    look: &mut (impl Look + ?Sized),
    by: By<'_>,
    room: RoomId,
    after: MemberId,
    limit: i64,
) -> Result<Vec<(Member, Arc<Person>)>, Error> {
    let place = place_for(look, Deed::See, room, by)?;
    Ok(look.members_after(place.room.id, after, limit)?)
}

/// The member of a room whom the host application calls so.
///
/// # Errors
/// A fault where the store fails.
pub fn member_called(
    look: &mut (impl Look + ?Sized),
    room: RoomId,
    id: &HostId<'_>,
) -> Result<Option<(Member, Arc<Person>)>, Error> {
    let Some(person) = find_person(look, id)? else {
        return Ok(None);
    };
    let member = member_of(look, room, person.id)?;
    Ok(member.map(|member| (member, Arc::new(person))))
}
