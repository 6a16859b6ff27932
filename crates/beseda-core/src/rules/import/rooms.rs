//! Rooms of another chat: who is in them, and how far they have read.

use super::{Arrival, rooms_arriving};
use crate::error::Error;
use crate::ports::{Look, Tx};
use crate::rules::members::{join, joined};
use crate::rules::read::read_to;
use crate::words::{
    ForeignMember, ForeignReceipt, ForeignRoom, HostId, Member, MemberRole, MessageId, NewMember, NewRoom, Person,
    PersonId, Room, RoomId, RoomKey, RoomKind, Seq, Time,
};
use uuid::Uuid;

/// Takes rooms in, each with the unguessable name that comes with it: how each stood to what was here.
///
/// # Errors
/// A fault where the store fails.
pub fn take_rooms(tx: &mut dyn Tx, rooms: &[ForeignRoom], uuids: &[Uuid]) -> Result<Vec<Arrival>, Error> {
    let arrivals = rooms_arriving(tx, rooms)?;
    for ((room, uuid), arrival) in rooms.iter().zip(uuids).zip(&arrivals) {
        if *arrival == Arrival::New {
            let new = NewRoom {
                uuid: *uuid,
                key: room.key.to_string(),
                kind: room.key.kind(),
                group: None,
                title: room.title.clone(),
                now: room.created_at,
            };
            tx.open_room_as(room.id, &new, room.updated_at)?;
        }
    }
    Ok(arrivals)
}

/// Takes somebody into a room that is here: whether they were not in it. Who has no place in what the room is about was let
/// in once, and stays; who was shown out here stays out.
///
/// # Errors
/// A fault where the store fails.
pub fn take_member(tx: &mut dyn Tx, member: &ForeignMember) -> Result<bool, Error> {
    let (Some(mut room), Some(person)) = (tx.room(member.room)?, tx.person(member.person)?) else {
        return Ok(false);
    };
    if arriving(tx, room.id, &person)? != Arrival::New {
        return Ok(false);
    }
    let new = NewMember {
        room: room.id,
        person: member.person,
        // Into a visitor's room nobody is let in but who the visitor turned out to be.
        granted: room.kind != RoomKind::Support && !people_of(tx, &room)?.contains(&member.person),
        role: MemberRole::MEMBER,
        head: room.head.next(),
        now: member.joined_at,
    };
    let Some(came) = tx.join_as(member.id, &new)? else {
        return Ok(false);
    };
    room.receipts = room.receipts.next();
    joined(tx, member.joined_at, &mut room, came)?;
    Ok(true)
}

/// How somebody in a room of another chat stands to what is here. A room that is not here is taken for one that will come.
///
/// # Errors
/// A fault where the store fails.
pub fn member_arriving(look: &mut (impl Look + ?Sized), room: RoomId, person: &HostId<'_>) -> Result<Arrival, Error> {
    match look.person_of_host(person)? {
        Some(person) => arriving(look, room, &person),
        None => Ok(Arrival::New),
    }
}

fn arriving(look: &mut (impl Look + ?Sized), room: RoomId, person: &Person) -> Result<Arrival, Error> {
    if person.forgotten {
        return Ok(Arrival::Gone);
    }
    let place = look.place(room, person.id)?;
    Ok(if place.is_some_and(|place| place.member.is_some()) {
        Arrival::Here
    } else if look.shown_out_at(room, person.id)?.is_some() {
        Arrival::Gone
    } else {
        Arrival::New
    })
}

/// Lets everybody into a room that is here who has a place in what it is about: whether anybody was not in it.
///
/// # Errors
/// A fault where the store fails.
pub fn take_places(tx: &mut dyn Tx, now: Time, room: RoomId) -> Result<bool, Error> {
    let Some(mut room) = tx.room(room)? else {
        return Ok(false);
    };
    let before = room.head;
    for person in people_of(tx, &room)? {
        let place = tx.place(room.id, person)?;
        if place.is_some_and(|place| place.member.is_none()) {
            join(tx, now, &mut room, person, false)?;
        }
    }
    Ok(room.head != before)
}

/// Who has a place in what a room is about.
fn people_of(look: &mut (impl Look + ?Sized), room: &Room) -> Result<Vec<PersonId>, Error> {
    let mut people = Vec::new();
    match room.key.parse() {
        Ok(RoomKey::Order(order)) => {
            people.extend(look.order(&order)?.into_iter().flat_map(|order| order.people()));
        }
        Ok(key) => {
            for id in key.two().into_iter().flatten() {
                people.extend(look.person_of_host(id)?.map(|person| person.id));
            }
        }
        Err(_) => {}
    }
    Ok(people)
}

/// Moves somebody's receipt in a room up to what they have read elsewhere: whether it moved. It never moves back.
///
/// # Errors
/// A fault where the store fails.
pub fn take_receipt(tx: &mut dyn Tx, room: RoomId, person: PersonId, read: ForeignReceipt) -> Result<bool, Error> {
    let place = tx.place(room, person)?;
    let Some((room, member)) = place.and_then(|place| Some((place.room, place.member?))) else {
        return Ok(false);
    };
    let (seq, at) = match read {
        ForeignReceipt::Until(time) => (tx.last_until(room.id, time)?, time),
        ForeignReceipt::UpTo(message) => match tx.message(message)?.filter(|message| message.room == room.id) {
            Some(message) => (message.seq, message.created_at),
            None => return Ok(false),
        },
    };
    let at = member.read_at.max(Some(at));
    if seq <= member.read && at == member.read_at {
        return Ok(false);
    }
    keep_read(tx, &room, member, seq, at)
}

/// Moves the receipts of those in a room who keep none of their own elsewhere: whether any moved. What somebody sent is read
/// by the others up to a message, which is all that is known.
///
/// # Errors
/// A fault where the store fails.
pub fn take_reads(
    tx: &mut dyn Tx,
    room: RoomId,
    read: &[(Option<PersonId>, MessageId)],
    keep_their_own: &[PersonId],
) -> Result<bool, Error> {
    let mut moved = false;
    for (member, _) in tx.members(room)? {
        let of_others = read.iter().filter(|(sender, _)| *sender != Some(member.person));
        if let Some(message) = of_others.map(|(_, message)| *message).max()
            && !keep_their_own.contains(&member.person)
        {
            moved |= take_receipt(tx, room, member.person, ForeignReceipt::UpTo(message))?;
        }
    }
    Ok(moved)
}

fn keep_read(tx: &mut dyn Tx, room: &Room, member: Member, seq: Seq, at: Option<Time>) -> Result<bool, Error> {
    let mut read = Member { read_at: at, ..member };
    if seq > read.read {
        read.read = seq;
        read.skip = tx.count_skipped(room.id, read.person, seq)?;
    }
    if let Some(person) = tx.person(read.person)? {
        read_to(tx, room, read, (&person).into())?;
    }
    Ok(true)
}
