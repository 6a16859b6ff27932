//! Merge: somebody turns out to be somebody else, mostly a visitor a customer. Whatever was theirs is the other's then, and
//! nothing that they proved counts any more.

mod logs;

use super::beside::fill;
use super::govern::put_member;
use super::members::{join_as, leave};
use super::orders::put_order;
use super::people::{find_person, find_person_ever, put_group, remove_person};
use super::read::read_to;
use super::seen::keep_seen;
use super::touch::changed;
use crate::error::{Error, Refusal};
use crate::policy;
use crate::ports::Tx;
use crate::words::{
    Author, Case, Event, Group, Head, Heard, HostId, Indexed, Member, Named, NoHostId, Order, Person, PersonId,
    Readers, Room, RoomId, RoomKey, RoomKind, Seq, Time, Visitor,
};
use std::sync::Arc;
use uuid::Uuid;

/// Messages that are read at once.
const ROWS: i64 = 500;

/// Why somebody does not become somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotMerged {
    /// There is no such person.
    Unknown,
    /// They are that person already.
    Oneself,
    /// They are of the staff.
    OfStaff,
}

/// Makes everything of `from` that of `into`: who they are then. Where that was done before, nothing is.
///
/// # Errors
/// [`Refusal::NoSuchPerson`] where there is nobody for them to become.
pub fn merge(
    tx: &mut dyn Tx,
    now: Time,
    from: &HostId<'_>,
    into: &HostId<'_>,
    draw: &dyn Fn() -> Uuid,
) -> Result<Result<Person, NotMerged>, Error> {
    let into = find_person(tx, into)?.ok_or(Refusal::NoSuchPerson)?;
    let Some(from) = find_person_ever(tx, from)? else {
        return Ok(Err(NotMerged::Unknown));
    };
    if from.id == into.id {
        return Ok(Err(NotMerged::Oneself));
    }
    if tx.merged_into(from.id)? == Some(into.id) {
        return Ok(Ok(into));
    }
    if from.forgotten {
        return Ok(Err(NotMerged::Unknown));
    }
    if !policy::may_become_another(&from) {
        return Ok(Err(NotMerged::OfStaff));
    }
    let both = Both { from, into };
    for room in tx.rooms_ever_of(both.from.id)? {
        match tx.room(room)? {
            Some(room) => both.hand_over_room(tx, now, room, draw)?,
            // Nobody comes there any more; what they wrote is kept.
            None => {
                tx.hand_over_messages(room, both.from.id, both.into.id, Head(0))?;
            }
        }
    }
    both.hand_over_places(tx, now)?;
    both.hand_over_blocks(tx, now)?;
    tx.hand_over_reports(both.from.id, both.into.id)?;
    if let Some((_, at)) = tx.seen_at(&[both.from.id])?.pop() {
        keep_seen(tx, now, &[(both.into.id, at)])?;
    }
    remove_person(tx, now, both.from.id)?;
    if let Some(gone) = tx.person(both.from.id)? {
        // Nothing is theirs that would have to be called by their name.
        let nameless = Person {
            first_name: String::new(),
            last_name: String::new(),
            ..gone
        };
        tx.put_person(&nameless.into())?;
    }
    tx.put_merged(both.from.id, both.into.id, now)?;
    Ok(Ok(both.into))
}

/// Who becomes whom.
struct Both {
    from: Person,
    into: Person,
}

impl Both {
    /// Who somebody is from now on.
    fn now(&self, person: PersonId) -> PersonId {
        if person == self.from.id { self.into.id } else { person }
    }

    /// The same of whoever wrote something.
    fn author(&self, author: Author) -> Author {
        if author.id == self.from.id {
            Author::from(&self.into)
        } else {
            author
        }
    }

    /// The same of somebody as what is beside a message names them.
    fn named(&self, person: &Named) -> Named {
        if person.id == self.from.id {
            Named::from(&self.into)
        } else {
            person.clone()
        }
    }

    /// Who some people are from now on, each once.
    fn once(&self, people: impl Iterator<Item = PersonId>) -> Vec<PersonId> {
        let mut once = Vec::new();
        for person in people.map(|person| self.now(person)) {
            if !once.contains(&person) {
                once.push(person);
            }
        }
        once
    }

    /// Hands over what they have in a room that stands.
    fn hand_over_room(&self, tx: &mut dyn Tx, now: Time, mut room: Room, draw: &dyn Fn() -> Uuid) -> Result<(), Error> {
        match self.key_of_two(&room) {
            // What the two said to each other nobody else is to read: it is closed as if one of them was deleted.
            Some(None) => room.key = room.key_when_left().into(),
            Some(Some(key)) => match tx.room_by_key(&key.to_string())? {
                Some(standing) => return logs::join(tx, now, self, [room, standing], &key, draw()),
                None => room.key = key.to_string().into(),
            },
            None => return self.hand_over_log(tx, now, room),
        }
        changed(tx, now, &mut room)?;
        self.hand_over_log(tx, now, room)
    }

    /// The key of a room of two, one of whom is somebody else from now on: none where the two are one then.
    fn key_of_two(&self, room: &Room) -> Option<Option<RoomKey>> {
        let key: RoomKey = room.key.parse().ok()?;
        let (from, into) = (self.from.host_id().to_string(), self.into.host_id());
        let two = key.two()?.map(ToString::to_string);
        if !two.contains(&from) {
            return None;
        }
        if two.contains(&into.to_string()) {
            return Some(None);
        }
        let instead = |id: HostId<'static>| {
            let is_from = id.to_string() == from;
            Ok::<_, NoHostId>(if is_from { into.clone().into_owned() } else { id })
        };
        key.with_ids(instead).ok().map(Some)
    }

    /// Hands over what they wrote in a room, what they have read there and their place.
    fn hand_over_log(&self, tx: &mut dyn Tx, now: Time, mut room: Room) -> Result<(), Error> {
        let (from, into) = (self.from.id, self.into.id);
        if room.kind == RoomKind::Support {
            let said = tx.said(room.id, from)?;
            tx.count_said(room.id, into, said)?;
            tx.count_said(room.id, from, -said)?;
        }
        self.index_anew(tx, room.id)?;
        let messages = tx.hand_over_messages(room.id, from, into, room.head)?;
        if messages > 0 {
            room.head = Head(room.head.0 + messages);
            room.changed_at = now.not_before(room.changed_at);
            tx.keep_room(&room)?;
            tell_last(tx, &room, into)?;
        }
        self.hand_over_place(tx, now, room)
    }

    /// Has what they wrote in a room found as the other's.
    fn index_anew(&self, tx: &mut dyn Tx, room: RoomId) -> Result<(), Error> {
        let mut after = (room, Seq(0));
        loop {
            let messages = tx.written_by(self.from.id, after, room, ROWS)?;
            let Some(last) = messages.last() else {
                return Ok(());
            };
            after = (room, last.seq);
            for message in &messages {
                let author = Some(self.into.id);
                tx.index_anew(&Indexed {
                    author,
                    ..Indexed::from(message)
                })?;
            }
        }
    }

    /// Hands over what they have read in a room and their place there, with all that comes with it where the other had none.
    fn hand_over_place(&self, tx: &mut dyn Tx, now: Time, mut room: Room) -> Result<(), Error> {
        let before = member_of(tx, &room, self.from.id)?;
        let standing = member_of(tx, &room, self.into.id)?;
        if let Some(before) = &before {
            match &standing {
                None => {
                    // In a visitor's room nobody has a place but by being let in.
                    let granted = before.granted || room.kind == RoomKind::Support;
                    join_as(tx, now, &mut room, self.into.id, granted, before.role)?;
                }
                // A room that somebody governs is not left without them.
                Some(standing) => {
                    let role = policy::role_of_two(standing.role, before.role);
                    put_member(tx, now, &mut room, &self.into, role)?;
                }
            }
            leave(tx, now, &mut room, self.from.id)?;
        }
        let Some(member) = member_of(tx, &room, self.into.id)? else {
            return Ok(());
        };
        let further = match before {
            None => member,
            Some(before) => Member {
                read: member.read.max(before.read),
                read_at: member.read_at.max(before.read_at),
                delivered: member.delivered.max(before.delivered),
                view: if standing.is_some() { member.view } else { before.view },
                ..member
            },
        };
        keep_read(tx, &mut room, further, Named::from(&self.into))
    }

    /// Whoever did not want to hear from one of them does not want to hear from who they are, and they from nobody of whom
    /// either of them did not.
    fn hand_over_blocks(&self, tx: &mut dyn Tx, now: Time) -> Result<(), Error> {
        let (from, into) = (self.from.id, self.into.id);
        let whom: Vec<PersonId> = tx.blocked_by(from)?.iter().map(|person| person.id).collect();
        let by = tx.blockers_of(from)?;
        let of_from = whom
            .iter()
            .map(|other| (from, *other))
            .chain(by.iter().map(|other| (*other, from)));
        for (one, other) in of_from.rev() {
            tx.put_block(one, other, false, now)?;
            let (one, other) = (self.now(one), self.now(other));
            if one != other {
                tx.put_block(one, other, true, now)?;
            }
        }
        let mut others = tx.blocked_by(into)?;
        let blockers = tx.blockers_of(into)?.into_iter().collect();
        others.extend(tx.people(&blockers)?);
        for other in others {
            let key = RoomKey::private(self.into.host_id(), other.host_id()).to_string();
            if let Some(room) = tx.room_by_key(&key)?.filter(|room| !room.blocked) {
                tx.keep_blocked(&Room { blocked: true, ..room })?;
            }
        }
        Ok(())
    }

    /// Hands over their places in orders, groups and cases; the rooms of these are handed over.
    fn hand_over_places(&self, tx: &mut dyn Tx, now: Time) -> Result<(), Error> {
        for case in tx.cases_of_visitor(self.from.id)? {
            let person = self.into.id;
            let visitor = case.visitor.clone().map(|visitor| Visitor { person, ..visitor });
            tx.put_case(&Case { visitor, ..case })?;
        }
        for order in tx.orders_of(self.from.id)? {
            let order = Order {
                client: order.client.map(|person| self.now(person)),
                expert: order.expert.map(|person| self.now(person)),
                operator: order.operator.map(|person| self.now(person)),
                ..order
            };
            put_order(tx, now, &order, None)?;
        }
        for group in tx.groups_of(self.from.id)? {
            let mut students: Vec<PersonId> = group.students.iter().map(|person| self.now(*person)).collect();
            students.sort_unstable();
            students.dedup();
            let group = Group {
                teacher: group.teacher.map(|person| self.now(person)),
                students,
                ..group
            };
            put_group(tx, now, &group)?;
        }
        Ok(())
    }
}

/// Tells of the last of the messages that look different now: who heard of the head before the first one is fed all.
fn tell_last(tx: &mut dyn Tx, room: &Room, into: PersonId) -> Result<(), Error> {
    let last = tx.touched_after(room.id, Head(room.head.0 - 1), room.seq, 1)?.pop();
    let Some(message) = last else { return Ok(()) };
    let mut last = [message];
    fill(tx, &mut last)?;
    let [message] = last;
    let heard = if message.erased_at.is_some() {
        let (id, seq) = (message.id, message.seq);
        Heard::Erased { id, seq }
    } else if message.is_by(into) {
        let readers = Readers::new(tx.readers(room.id, message.seq)?);
        let message = Arc::new(message);
        Heard::Edited { message, readers }
    } else {
        let message = Arc::new(message);
        Heard::Touched { message }
    };
    tx.announce(Event::of(room, heard));
    Ok(())
}

fn member_of(tx: &mut dyn Tx, room: &Room, person: PersonId) -> Result<Option<Member>, Error> {
    let place = tx.place(room.id, person)?;
    Ok(place.and_then(|place| place.member))
}

/// Keeps how far somebody has read and how they see the room, and counts anew what is not unread for them.
fn keep_read(tx: &mut dyn Tx, room: &mut Room, member: Member, name: Named) -> Result<(), Error> {
    let skip = tx.count_skipped(room.id, member.person, member.read)?;
    read_to(tx, room, Member { skip, ..member }, name)?;
    room.receipts = room.receipts.next();
    Ok(())
}
