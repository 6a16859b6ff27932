//! Open: a room stands when somebody first asks for it, and never twice.

use super::cases::opened;
use super::members::{Granted, join, join_as, settle};
use super::people::find_person;
use super::rooms::view;
use super::sign_in::came_before;
use super::touch::changed;
use crate::error::{Error, Refusal};
use crate::policy::{self, By, Deed};
use crate::ports::{Look, Tx};
use crate::words::{
    GroupId, HostId, Kinds, Limits, MemberRole, NewRoom, Order, OrderId, Person, PersonId, Room, RoomKey, RoomView,
    Time,
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Opens the room of an order: the room, and whether it is new. Everybody with a place in the order is in it.
/// `uuid` becomes the room's unguessable name if it is new.
///
/// # Errors
/// [`Refusal::NoSuchOrder`]; [`Refusal::NoPlaceInOrder`] for who has none.
pub fn open_order_room(
    tx: &mut dyn Tx,
    now: Time,
    by: &Person,
    order: &OrderId,
    uuid: Uuid,
) -> Result<(RoomView, bool), Error> {
    if let Some(view) = standing_order_room(tx, by, order)? {
        return Ok((view, false));
    }
    let order = tx.order(order)?.ok_or(Refusal::NoSuchOrder)?;
    let (room, new) = room_of(tx, now, &order, uuid)?;
    Ok((view(tx, room)?, new))
}

/// The room of an order, if it stands and everybody who has a place in the order is in it: then opening it would
/// change nothing.
///
/// # Errors
/// As [`open_order_room`].
pub fn standing_order_room(
    look: &mut (impl Look + ?Sized),
    by: &Person,
    order: &OrderId,
) -> Result<Option<RoomView>, Error> {
    let room = look.room_by_key(&RoomKey::Order(order.clone()).to_string())?;
    let is_granted = is_in(look, room.as_ref(), by.into())?;
    let people = match look.order(order)? {
        Some(order) => {
            policy::require_place_in_order(&order, is_granted, by)?;
            order.people()
        }
        // A token may let somebody into the room of an order that nobody told us of.
        None if is_granted => Vec::new(),
        None => return Err(Refusal::NoSuchOrder.into()),
    };
    let Some(room) = room else { return Ok(None) };
    let view = view(look, room)?;
    Ok(are_in(look, &view, &people)?.then_some(view))
}

/// Whether all of these people are in the room who can be: one who was deleted is named until the host names another.
fn are_in(look: &mut (impl Look + ?Sized), view: &RoomView, people: &[PersonId]) -> Result<bool, Error> {
    let is_in = |person: &PersonId| view.members.iter().any(|(member, _)| member.person == *person);
    let missing: BTreeSet<_> = people.iter().copied().filter(|person| !is_in(person)).collect();
    if missing.is_empty() {
        return Ok(true);
    }
    Ok(look.people(&missing)?.iter().all(|person| person.forgotten))
}

/// The room of an order for somebody who may do this there, if it stands: whoever has a place in the order, and who
/// may step in.
///
/// # Errors
/// [`Refusal::NoSuchOrder`], [`Refusal::NoPlaceInOrder`].
pub fn room_of_order(
    look: &mut (impl Look + ?Sized),
    by: By<'_>,
    deed: Deed,
    order: &OrderId,
) -> Result<Option<Room>, Error> {
    let room = look.room_by_key(&RoomKey::Order(order.clone()).to_string())?;
    let is_granted = is_in(look, room.as_ref(), by)?;
    match look.order(order)? {
        Some(order) => policy::require_order(deed, &order, is_granted, by)?,
        None if is_granted => {}
        None => return Err(Refusal::NoSuchOrder.into()),
    }
    Ok(room)
}

/// Whether the asker is in the room: also by a grant, without a place in the order.
fn is_in(look: &mut (impl Look + ?Sized), room: Option<&Room>, by: By<'_>) -> Result<bool, Error> {
    let Some(room) = room else { return Ok(false) };
    let place = look.place(room.id, by.person.id)?;
    Ok(place.is_some_and(|place| place.member.is_some()))
}

/// The same, opened if need be: who steps in is not in it afterwards.
///
/// # Errors
/// As [`room_of_order`].
pub fn opened_room_of_order(
    tx: &mut dyn Tx,
    now: Time,
    by: By<'_>,
    deed: Deed,
    order: &OrderId,
    uuid: Uuid,
) -> Result<Room, Error> {
    let standing = room_of_order(tx, by, deed, order)?;
    match (tx.order(order)?, standing) {
        (Some(order), _) => Ok(room_of(tx, now, &order, uuid)?.0),
        (None, Some(room)) => Ok(room),
        (None, None) => Err(Refusal::NoSuchOrder.into()),
    }
}

/// The order's room, opened if need be, with everybody in it who has a place in the order.
pub(super) fn room_of(tx: &mut dyn Tx, now: Time, order: &Order, uuid: Uuid) -> Result<(Room, bool), Error> {
    open(tx, now, &RoomKey::Order(order.id.clone()), uuid, "", &order.people())
}

/// Opens the one room of a customer and a therapist: the room, and whether it is new.
///
/// # Errors
/// [`Refusal::NotAllowed`] where the asker is neither of the two, or one of them is not what they are called;
/// [`Refusal::NoSuchPerson`] where the other is not there.
pub fn open_pair(
    tx: &mut dyn Tx,
    now: Time,
    by: &Person,
    customer: &HostId<'_>,
    therapist: &HostId<'_>,
    uuid: Uuid,
) -> Result<(RoomView, bool), Error> {
    let (key, two) = require_pair(tx, by, customer, therapist)?;
    let (room, new) = open(tx, now, &key, uuid, "", &two)?;
    Ok((view(tx, room)?, new))
}

/// The pair's room, if it stands: then opening it would change nothing.
///
/// # Errors
/// As [`open_pair`].
pub fn standing_pair(
    look: &mut (impl Look + ?Sized),
    by: &Person,
    customer: &HostId<'_>,
    therapist: &HostId<'_>,
) -> Result<Option<RoomView>, Error> {
    let (key, two) = require_pair(look, by, customer, therapist)?;
    standing(look, &key, two)
}

/// The key of the two people's room, and their numbers.
fn require_pair(
    look: &mut (impl Look + ?Sized),
    by: &Person,
    customer: &HostId<'_>,
    therapist: &HostId<'_>,
) -> Result<(RoomKey, [PersonId; 2]), Error> {
    let (customer, therapist) = (find_person(look, customer)?, find_person(look, therapist)?);
    let other = policy::require_pair(by, customer.as_ref(), therapist.as_ref())?;
    policy::require_other(by, other)?;
    // Neither of the two is nobody, or there would be no other.
    let (customer, therapist) = customer.zip(therapist).ok_or(Refusal::NoSuchPerson)?;
    let key = RoomKey::pair(customer.host_id(), therapist.host_id());
    Ok((key, [customer.id, therapist.id]))
}

/// Opens the one private room of two people: the room, and whether it is new.
///
/// # Errors
/// [`Refusal::WithOneself`]; [`Refusal::NoSuchPerson`] for who is not there or not for the asker to write to.
pub fn open_private(
    tx: &mut dyn Tx,
    now: Time,
    by: &Person,
    with: &HostId<'_>,
    uuid: Uuid,
) -> Result<(RoomView, bool), Error> {
    let other = other_of_two(tx, by, with)?;
    let (key, two) = (RoomKey::private(by.host_id(), other.host_id()), [by.id, other.id]);
    if let Some(view) = standing(tx, &key, two)? {
        return Ok((view, false));
    }
    require_reachable(tx, by, &other)?;
    if tx.has_blocked(other.id, by.id)? {
        return Err(Refusal::Blocked.into());
    }
    let (room, new) = open(tx, now, &key, uuid, "", &two)?;
    Ok((view(tx, room)?, new))
}

/// The private room of two people, if it stands: then opening it would change nothing.
///
/// # Errors
/// As [`open_private`].
pub fn standing_private(
    look: &mut (impl Look + ?Sized),
    by: &Person,
    with: &HostId<'_>,
) -> Result<Option<RoomView>, Error> {
    let other = other_of_two(look, by, with)?;
    let key = RoomKey::private(by.host_id(), other.host_id());
    if let Some(view) = standing(look, &key, [by.id, other.id])? {
        return Ok(Some(view));
    }
    require_reachable(look, by, &other)?;
    Ok(None)
}

fn other_of_two(look: &mut (impl Look + ?Sized), by: &Person, with: &HostId<'_>) -> Result<Person, Error> {
    let other = find_person(look, with)?.ok_or(Refusal::NoSuchPerson)?;
    if other.id == by.id {
        return Err(Refusal::WithOneself.into());
    }
    Ok(other)
}

pub(super) fn require_reachable(look: &mut (impl Look + ?Sized), by: &Person, other: &Person) -> Result<(), Error> {
    let reach = policy::reach_of(by);
    let share_class = reach == policy::Reach::Classes && look.share_group(by.id, other.id)?;
    match policy::require_reach(reach, other, share_class) {
        // Outside of the school, whoever is in a room together may talk alone.
        Err(_) if reach == policy::Reach::Nobody && other.active && look.share_room(by.id, other.id, Kinds::ALL)? => {
            Ok(())
        }
        decided => Ok(decided?),
    }
}

/// Opens the room of two people by its key: the room, and whether it is new.
///
/// # Errors
/// As [`open_pair`] and [`open_private`]; [`Refusal::NoSuchRoom`] for a key of others.
pub fn open_by_key(
    tx: &mut dyn Tx,
    now: Time,
    by: &Person,
    key: &RoomKey,
    uuid: Uuid,
) -> Result<(RoomView, bool), Error> {
    match key {
        RoomKey::Pair { customer, therapist } => match standing_pair(tx, by, customer, therapist)? {
            Some(view) => Ok((view, false)),
            None => open_pair(tx, now, by, customer, therapist, uuid),
        },
        RoomKey::Private(one, other) => {
            let own = by.host_id().to_string();
            let with = match (one.to_string() == own, other.to_string() == own) {
                (true, _) => other,
                (_, true) => one,
                _ => return Err(Refusal::NoSuchRoom.into()),
            };
            open_private(tx, now, by, with, uuid)
        }
        RoomKey::Order(_) | RoomKey::Group(_) | RoomKey::Support(_) | RoomKey::Notes(_) | RoomKey::Own { .. } => {
            Err(Refusal::NoSuchRoom.into())
        }
    }
}

/// Who is to be in a room for a set of people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Set {
    /// These, and who opens it.
    People(Vec<HostId<'static>>),
    /// Everybody of this group, now and later, and who opens it.
    Group(GroupId),
}

/// A room for a set of people that somebody wants to open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupWish {
    /// Its title.
    pub title: String,
    /// Who is to be in it.
    pub set: Set,
    /// What who opens it is in it.
    pub maker: MemberRole,
}

impl GroupWish {
    /// For these people, of whom nobody is more than another.
    #[must_use]
    pub fn new(title: &str, set: Set) -> Self {
        Self {
            title: title.to_owned(),
            set,
            maker: MemberRole::MEMBER,
        }
    }
}

/// Opens a room for a set of people, unless one was opened under this name: the room, and whether it is new. Without a
/// title, that of a group is its name.
///
/// # Errors
/// As [`standing_group`]; [`Refusal::EmptyTitle`], [`Refusal::TitleTooLong`], [`Refusal::TooManyMembers`]; [`Refusal::NoSuchPerson`] for
/// somebody whom the asker may not write to, [`Refusal::NoSuchGroup`] for a group that is not theirs.
pub fn open_group(
    tx: &mut dyn Tx,
    now: Time,
    limits: &Limits,
    by: &Person,
    wish: &GroupWish,
    uuid: Uuid,
) -> Result<(RoomView, bool), Error> {
    let GroupWish { title, set, maker } = wish;
    if let Some(view) = standing_group(tx, by, uuid)? {
        return Ok((view, false));
    }
    let mut people = vec![by.id];
    let mut title = title.trim().to_owned();
    let mut stays = false;
    let group = match set {
        Set::People(others) => {
            for other in others {
                let other = find_person(tx, other)?.ok_or(Refusal::NoSuchPerson)?;
                if !people.contains(&other.id) {
                    require_reachable(tx, by, &other)?;
                    people.push(other.id);
                }
                check_members(limits, people.len())?;
            }
            None
        }
        Set::Group(id) => {
            let group = tx.group(id)?.ok_or(Refusal::NoSuchGroup)?;
            policy::require_group(by, &group)?;
            stays = !group.people().contains(&by.id);
            people.extend(group.people().into_iter().filter(|&person| person != by.id));
            if title.is_empty() {
                title = group.name.clone();
            }
            Some(group.id)
        }
    };
    check_members(limits, people.len())?;
    check_title(limits, &title)?;
    let new = NewRoom {
        group,
        ..new_room(&RoomKey::Group(uuid), uuid, &title, now)
    };
    let (mut room, _) = tx.open_room(&new)?;
    for person in people {
        // Who opens it without being of the group stays, whoever comes and goes there.
        let is_maker = person == by.id;
        let role = if is_maker { *maker } else { MemberRole::MEMBER };
        join_as(tx, now, &mut room, person, is_maker && stays, role)?;
    }
    Ok((view(tx, room)?, true))
}

/// The room for a set of people that was opened under this name, if it stands: then opening it would change nothing.
///
/// # Errors
/// [`Refusal::NoSuchRoom`] for who is not in it.
pub fn standing_group(look: &mut (impl Look + ?Sized), by: &Person, uuid: Uuid) -> Result<Option<RoomView>, Error> {
    let Some(room) = look.room_by_key(&RoomKey::Group(uuid).to_string())? else {
        return Ok(None);
    };
    let view = view(look, room)?;
    if !view.members.iter().any(|(member, _)| member.person == by.id) {
        return Err(Refusal::NoSuchRoom.into());
    }
    Ok(Some(view))
}

pub(super) fn check_members(limits: &Limits, members: usize) -> Result<(), Refusal> {
    let max = limits.members;
    if members > max {
        return Err(Refusal::TooManyMembers { max });
    }
    Ok(())
}

pub(super) fn check_title(limits: &Limits, title: &str) -> Result<(), Refusal> {
    let max = limits.title_chars;
    if title.trim().is_empty() {
        Err(Refusal::EmptyTitle)
    } else if title.contains('\0') {
        Err(Refusal::NulInText)
    } else if title.chars().nth(max).is_some() {
        Err(Refusal::TitleTooLong { max })
    } else {
        Ok(())
    }
}

/// Opens a room for the host application, or changes who is in it and how it is called. People of an order's, a
/// pair's and a private room follow from the key; `people` are those of a group's, and of the application's own kinds.
/// `None` keeps what is there.
///
/// # Errors
/// [`Refusal::NoSuchOrder`], [`Refusal::NoSuchPerson`] for what the key or `people` name; [`Refusal::NotAllowed`] for a
/// visitor's room, which only a visitor opens; those of titles and numbers of people.
pub fn put_room(
    tx: &mut dyn Tx,
    now: Time,
    limits: &Limits,
    key: &RoomKey,
    title: Option<&str>,
    people: Option<&[PersonId]>,
    uuid: Uuid,
) -> Result<(RoomView, bool), Error> {
    let people = match key {
        RoomKey::Order(order) => Some(tx.order(order)?.ok_or(Refusal::NoSuchOrder)?.people()),
        RoomKey::Pair { .. } | RoomKey::Private(..) => Some(two_of(tx, key)?),
        RoomKey::Group(_) | RoomKey::Own { .. } => people.map(<[PersonId]>::to_vec),
        RoomKey::Support(_) | RoomKey::Notes(_) => return Err(Refusal::NotAllowed.into()),
    };
    check_members(limits, people.as_ref().map_or(0, Vec::len))?;
    for &person in people.iter().flatten() {
        tx.person(person)?.ok_or(Refusal::NoSuchPerson)?;
    }
    if let Some(title) = title.filter(|title| !title.is_empty()) {
        check_title(limits, title)?;
    }
    let standing = tx.room_by_key(&key.to_string())?;
    if standing.is_none() && is_anothers_name(tx, key)? {
        return Err(Refusal::NoSuchRoom.into());
    }
    let (mut room, new) = match standing {
        Some(room) => (room, false),
        None => tx.open_room(&new_room(key, uuid, title.unwrap_or_default(), now))?,
    };
    if let Some(title) = title.filter(|title| *title != room.title) {
        title.clone_into(&mut room.title);
        changed(tx, now, &mut room)?;
    }
    if new {
        opened(tx, &mut room)?;
    }
    if let Some(people) = people {
        settle(tx, now, &mut room, &people, Granted::Stay)?;
    }
    Ok((view(tx, room)?, new))
}

/// Whether a grant can be, to whom the host application calls so.
pub(super) fn check_grant(look: &mut (impl Look + ?Sized), person: &HostId<'_>, key: &RoomKey) -> Result<(), Error> {
    let may_be = match key {
        RoomKey::Order(_) | RoomKey::Group(_) | RoomKey::Own { .. } => true,
        RoomKey::Pair { .. } | RoomKey::Private(..) => {
            key.two().is_some_and(|two| two.contains(&person)) && !is_of_somebody_deleted(look, key)?
        }
        RoomKey::Support(_) | RoomKey::Notes(_) => false,
    };
    if !may_be || (look.room_by_key(&key.to_string())?.is_none() && is_anothers_name(look, key)?) {
        return Err(Refusal::BadCredentials.into());
    }
    Ok(())
}

/// Whether one of two was deleted, and nobody is put in their place: who is would read what is said there till then.
fn is_of_somebody_deleted(look: &mut (impl Look + ?Sized), key: &RoomKey) -> Result<bool, Error> {
    for id in key.two().into_iter().flatten() {
        if look.person_of_host(id)?.is_some_and(|person| person.forgotten) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Lets somebody in by a grant that can be.
pub(super) fn grant(tx: &mut dyn Tx, now: Time, person: PersonId, key: &RoomKey, uuid: Uuid) -> Result<(), Error> {
    let (mut room, new) = tx.open_room(&new_room(key, own_uuid(key, uuid), "", now))?;
    if new {
        opened(tx, &mut room)?;
    }
    if let (true, RoomKey::Order(order)) = (new, key) {
        let people = tx.order(order)?.map(|order| order.people()).unwrap_or_default();
        settle(tx, now, &mut room, &people, Granted::Stay)?;
    }
    // The other of two is in their room too, if they are there.
    for id in key.two().into_iter().flatten() {
        if let Some(other) = find_person(tx, id)?.filter(|other| other.id != person) {
            join(tx, now, &mut room, other.id, false)?;
        }
    }
    join(tx, now, &mut room, person, true)
}

/// Whose room it is, where it is two people's, both of them known.
///
/// # Errors
/// [`Refusal::NoSuchPerson`].
fn two_of(look: &mut (impl Look + ?Sized), key: &RoomKey) -> Result<Vec<PersonId>, Error> {
    let mut people = Vec::new();
    for id in key.two().into_iter().flatten() {
        people.push(find_person(look, id)?.ok_or(Refusal::NoSuchPerson)?.id);
    }
    Ok(people)
}

/// Whether the unguessable name that a key holds is that of a room with another key.
fn is_anothers_name(look: &mut (impl Look + ?Sized), key: &RoomKey) -> Result<bool, Error> {
    match key {
        RoomKey::Group(uuid) | RoomKey::Support(uuid) => Ok(look.room_by_uuid(*uuid)?.is_some()),
        RoomKey::Order(_) | RoomKey::Pair { .. } | RoomKey::Private(..) | RoomKey::Notes(_) | RoomKey::Own { .. } => {
            Ok(false)
        }
    }
}

/// Whether a grant of that moment, where it is known, would change nothing: they are in the room, or were shown out since.
pub(super) fn is_settled(
    look: &mut (impl Look + ?Sized),
    now: Time,
    person: PersonId,
    key: &RoomKey,
    given_at: Option<Time>,
) -> Result<bool, Error> {
    let Some(room) = look.room_by_key(&key.to_string())? else {
        return Ok(false);
    };
    let place = look.place(room.id, person)?;
    if place.is_some_and(|place| place.member.is_some()) {
        return Ok(true);
    }
    let shown_out_at = look.shown_out_at(room.id, person)?;
    Ok(shown_out_at.is_some_and(|at| came_before(given_at, at, now)))
}

/// The room of two people, if it stands and both are in it.
fn standing(look: &mut (impl Look + ?Sized), key: &RoomKey, two: [PersonId; 2]) -> Result<Option<RoomView>, Error> {
    let Some(room) = look.room_by_key(&key.to_string())? else {
        return Ok(None);
    };
    let view = view(look, room)?;
    Ok(are_in(look, &view, &two)?.then_some(view))
}

/// The room with this key, opened if need be with these people in it, and whether it is new.
pub(super) fn open(
    tx: &mut dyn Tx,
    now: Time,
    key: &RoomKey,
    uuid: Uuid,
    title: &str,
    people: &[PersonId],
) -> Result<(Room, bool), Error> {
    let (mut room, new) = tx.open_room(&new_room(key, uuid, title, now))?;
    for &person in people {
        join(tx, now, &mut room, person, false)?;
    }
    if new {
        opened(tx, &mut room)?;
    }
    Ok((room, new))
}

fn new_room(key: &RoomKey, uuid: Uuid, title: &str, now: Time) -> NewRoom {
    NewRoom {
        uuid: own_uuid(key, uuid),
        key: key.to_string(),
        kind: key.kind(),
        group: None,
        title: title.to_owned(),
        now,
    }
}

/// A key that holds a room's unguessable name decides it; otherwise it is drawn.
fn own_uuid(key: &RoomKey, drawn: Uuid) -> Uuid {
    match key {
        RoomKey::Group(uuid) | RoomKey::Support(uuid) => *uuid,
        RoomKey::Order(_) | RoomKey::Pair { .. } | RoomKey::Private(..) | RoomKey::Notes(_) | RoomKey::Own { .. } => {
            drawn
        }
    }
}
