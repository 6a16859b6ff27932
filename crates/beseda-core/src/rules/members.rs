//! Join and leave: who is in a room.

use crate::error::Error;
use crate::ports::Tx;
use crate::words::{Event, Head, Heard, Member, PersonId, Room, Seq, Time};

/// Makes everybody in `people` a member, and nobody else but those whom a grant let in.
pub(super) fn settle(tx: &mut dyn Tx, now: Time, room: &mut Room, people: &[PersonId]) -> Result<(), Error> {
    let members = tx.members(room.id)?;
    let standing: Vec<(PersonId, bool)> = members
        .iter()
        .map(|(member, _)| (member.person, member.granted))
        .collect();
    let stands = |person: &PersonId| standing.iter().any(|(standing, _)| standing == person);
    for &person in people.iter().filter(|person| !stands(person)) {
        join(tx, now, room, person, false)?;
    }
    for &(person, _) in standing
        .iter()
        .filter(|(person, granted)| !granted && !people.contains(person))
    {
        leave(tx, room, person)?;
    }
    Ok(())
}

/// Makes the person a member who has read nothing yet; somebody who is one already stays as they are.
pub(super) fn join(tx: &mut dyn Tx, now: Time, room: &mut Room, person: PersonId, granted: bool) -> Result<(), Error> {
    let Some(id) = tx.join(room.id, person, granted, now)? else {
        return Ok(());
    };
    let skip = if room.seq == Seq(0) {
        0
    } else {
        tx.count_skipped(room.id, person, Seq(0))?
    };
    if skip > 0 {
        let member = Member {
            id,
            room: room.id,
            person,
            read: Seq(0),
            read_at: None,
            skip,
            joined_at: now,
            granted,
        };
        tx.keep_receipt(&member)?;
    }
    let head = touch(tx, room)?;
    tx.announce(Event {
        room: room.name(),
        head,
        heard: Heard::Joined { person },
    });
    Ok(())
}

pub(super) fn leave(tx: &mut dyn Tx, room: &mut Room, person: PersonId) -> Result<(), Error> {
    if tx.leave(room.id, person)? {
        let head = touch(tx, room)?;
        tx.announce(Event {
            room: room.name(),
            head,
            heard: Heard::Left { person },
        });
    }
    Ok(())
}

/// Counts one more change of the room itself.
pub(super) fn touch(tx: &mut dyn Tx, room: &mut Room) -> Result<Head, Error> {
    room.head = room.head.next();
    room.changed = room.head;
    tx.keep_room(room)?;
    Ok(room.head)
}
