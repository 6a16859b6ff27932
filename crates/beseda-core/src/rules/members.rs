//! Join and leave: who is in a room.

use super::people::find_person;
use super::touch::touch;
use crate::error::{Error, Refusal};
use crate::ports::Tx;
use crate::words::{Event, Extra, Heard, HostId, Member, MemberRole, NewMember, PersonId, Room, RoomKey, Time};

/// What becomes of those whom a grant let in, when others come and go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Granted {
    /// They stay.
    Stay,
    /// They leave: the room is not the one that they were let into.
    Leave,
}

/// Makes everybody in `people` a member, and nobody else but perhaps those whom a grant let in.
pub(super) fn settle(
    tx: &mut dyn Tx,
    now: Time,
    room: &mut Room,
    people: &[PersonId],
    granted: Granted,
) -> Result<(), Error> {
    let members = tx.members(room.id)?;
    let is_in = |person: &PersonId| members.iter().any(|(member, _)| member.person == *person);
    for &person in people.iter().filter(|person| !is_in(person)) {
        join(tx, now, room, person, false)?;
    }
    for (member, _) in &members {
        let stays = member.granted && granted == Granted::Stay;
        if !stays && !people.contains(&member.person) {
            leave(tx, now, room, member.person)?;
        }
    }
    Ok(())
}

/// Makes the person a member who has read nothing yet, or what they had read when they left; somebody who is one already
/// stays as they are.
pub(super) fn join(tx: &mut dyn Tx, now: Time, room: &mut Room, person: PersonId, granted: bool) -> Result<(), Error> {
    join_as(tx, now, room, person, granted, MemberRole::MEMBER)
}

/// The same as something in the room.
pub(super) fn join_as(
    tx: &mut dyn Tx,
    now: Time,
    room: &mut Room,
    person: PersonId,
    granted: bool,
    role: MemberRole,
) -> Result<(), Error> {
    // Who was deleted is named by orders and classes still, until the host changes those.
    if tx.person(person)?.is_none_or(|person| person.forgotten) {
        return Ok(());
    }
    let new = NewMember {
        room: room.id,
        person,
        granted,
        role,
        head: room.head.next(),
        now,
    };
    match tx.join(&new)? {
        Some(member) => {
            room.receipts = room.receipts.next();
            joined(tx, now, room, member)
        }
        None => Ok(()),
    }
}

/// Tells that somebody has joined, who has read what they had; what they wrote themselves since is not unread.
pub(super) fn joined(tx: &mut dyn Tx, now: Time, room: &mut Room, member: Member) -> Result<(), Error> {
    let person = member.person;
    if room.seq > member.read {
        let skip = tx.count_skipped(room.id, person, member.read)?;
        if skip > 0 {
            tx.keep_receipt(&Member { skip, ..member })?;
            room.receipts = room.receipts.next();
        }
    }
    touch(tx, now, room)?;
    tx.announce(Event::of(room, Heard::Joined { person }));
    Ok(())
}

/// Shows somebody out of a room that the host application speaks of: no token of before lets them in again. Who is in it
/// because of what the room is about goes with that alone. Who is not in it, or nobody, is fine.
///
/// # Errors
/// [`Refusal::NoSuchRoom`]; [`Refusal::NotAllowed`] where they are in it because of what it is about.
pub fn remove_member(tx: &mut dyn Tx, now: Time, key: &RoomKey, id: &HostId<'_>) -> Result<(), Error> {
    let mut room = tx.room_by_key(&key.to_string())?.ok_or(Refusal::NoSuchRoom)?;
    let Some(person) = find_person(tx, id)? else {
        return Ok(());
    };
    let own = person.host_id().to_string();
    let follows = match key {
        RoomKey::Order(order) => tx
            .order(order)?
            .is_some_and(|order| order.people().contains(&person.id)),
        RoomKey::Pair { .. } | RoomKey::Private(..) => {
            key.two().is_some_and(|two| two.iter().any(|id| id.to_string() == own))
        }
        RoomKey::Group(_) | RoomKey::Support(_) | RoomKey::Notes(_) | RoomKey::Own { .. } => false,
    };
    if follows {
        return Err(Refusal::NotAllowed.into());
    }
    show_out(tx, now, &mut room, person.id)
}

pub(super) fn show_out(tx: &mut dyn Tx, at: Time, room: &mut Room, person: PersonId) -> Result<(), Error> {
    leave(tx, at, room, person)?;
    Ok(tx.show_out(room.id, person, at)?)
}

pub(super) fn leave(tx: &mut dyn Tx, now: Time, room: &mut Room, person: PersonId) -> Result<(), Error> {
    if tx.leave(room.id, person, room.head.next())? {
        touch(tx, now, room)?;
        tx.announce(Event::of(room, Heard::Left { person }));
        if room.extra.has(Extra::CASE) {
            // They may hear its notes, in which nobody is.
            tx.announce_person(person);
        }
    }
    Ok(())
}
