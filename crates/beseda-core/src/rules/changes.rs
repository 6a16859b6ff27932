//! Changes: everything of a room that is different since a cursor, as one person is told it; and a room in full.

use super::beside::{fill, seen_by};
use super::catch_up::{CaughtUp, catch_up, cursor_of};
use super::place_for;
use super::read::me_of;
use crate::error::Error;
use crate::policy::{self, By, Deed};
use crate::ports::Look;
use crate::words::{
    Cursor, Extra, FullRoom, Me, Member, MemberId, Message, Named, Person, PersonId, Place, Room, RoomId, RoomKind,
    Seq, Spot,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// So many members are told with a room; the rest is asked for.
pub(super) const MEMBERS_TOLD: i64 = 20;

/// Everything of a room that is different since a cursor, as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// The room as it is now.
    pub room: Room,
    /// The next cursor.
    pub cursor: Cursor,
    /// The room in full, where it changed itself.
    pub about: Option<Box<FullRoom>>,
    /// How the asker stands to it; with the last page always, for who is in it.
    pub me: Option<Me>,
    /// Who came or became something else, and who left; `None` where nobody did.
    pub members: Option<MembersChanged>,
    /// Messages that are new or that something happened to, as they are now.
    pub messages: Vec<Message>,
    /// Whose receipts are elsewhere now, with the last page: each with the member's person.
    pub receipts: Vec<(Member, Named)>,
    /// Whether more changes stand behind the cursor.
    pub more: bool,
    /// What the client had of the room is void: this is its newest page.
    pub reset: bool,
}

/// Who came into a room or became something else there, and who left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MembersChanged {
    /// Who came, or became something else.
    pub changed: Vec<(Member, Arc<Person>)>,
    /// Who left.
    pub left: Vec<Named>,
}

/// From where somebody asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// Behind a cursor.
    Cursor(Cursor),
    /// Anew: the newest page.
    Anew,
}

/// What changed in a room: at most `limit` messages.
///
/// # Errors
/// The refusals of the policy.
pub fn changes(
    look: &mut (impl Look + ?Sized),
    by: By<'_>,
    room: RoomId,
    from: From,
    limit: u32,
) -> Result<Changes, Error> {
    let after = match from {
        From::Cursor(cursor) => cursor,
        // No head is below 0, and none was before it: such a cursor is strange to every room.
        From::Anew => Cursor {
            head: crate::words::Head(i64::MAX),
            ..Cursor::default()
        },
    };
    let place = place_for(look, Deed::Read, room, by)?;
    let CaughtUp {
        room,
        room_changed,
        mut messages,
        joined,
        left,
        receipts,
        cursor,
        more,
        reset,
    } = catch_up(look, by, room, after, limit)?;
    fill(look, &mut messages)?;
    let me = match place.member.clone() {
        Some(member) if !more => Some(me_of(look, &room, member)?),
        _ => None,
    };
    let about = if room_changed || reset {
        Some(Box::new(full(look, by, place, true)?))
    } else {
        None
    };
    let members = if reset || (joined.is_empty() && left.is_empty()) {
        None
    } else {
        Some(MembersChanged {
            changed: dressed(look, joined)?,
            left: named(look, left)?,
        })
    };
    let receipts = if reset { Vec::new() } else { with_names(look, receipts)? };
    Ok(Changes {
        room,
        cursor,
        about,
        me,
        members,
        messages,
        receipts,
        more,
        reset,
    })
}

/// Members with who they are.
fn dressed(look: &mut (impl Look + ?Sized), members: Vec<Member>) -> Result<Vec<(Member, Arc<Person>)>, Error> {
    let people = people_by_id(look, members.iter().map(|member| member.person))?;
    let with = |member: Member| Some((member.clone(), Arc::clone(people.get(&member.person)?)));
    Ok(members.into_iter().filter_map(with).collect())
}

fn named(look: &mut (impl Look + ?Sized), ids: Vec<PersonId>) -> Result<Vec<Named>, Error> {
    let people = people_by_id(look, ids.iter().copied())?;
    Ok(ids
        .into_iter()
        .filter_map(|id| people.get(&id).map(|person| Named::from(&**person)))
        .collect())
}

fn with_names(look: &mut (impl Look + ?Sized), members: Vec<Member>) -> Result<Vec<(Member, Named)>, Error> {
    let dressed = dressed(look, members)?;
    Ok(dressed
        .into_iter()
        .map(|(member, person)| (member, Named::from(&*person)))
        .collect())
}

fn people_by_id(
    look: &mut (impl Look + ?Sized),
    ids: impl Iterator<Item = PersonId>,
) -> Result<BTreeMap<PersonId, Arc<Person>>, Error> {
    let ids: BTreeSet<_> = ids.collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let people = look.people(&ids)?;
    Ok(people.into_iter().map(|person| (person.id, Arc::new(person))).collect())
}

/// One room in full.
///
/// # Errors
/// The refusals of the policy.
pub fn full_room(look: &mut (impl Look + ?Sized), by: By<'_>, room: RoomId) -> Result<(FullRoom, Cursor), Error> {
    let place = place_for(look, Deed::See, room, by)?;
    let cursor = cursor_of(look, &place.room)?;
    Ok((full(look, by, place, true)?, cursor))
}

/// A room in full but for its members, with its cursor, for somebody whose place in it was looked up.
///
/// # Errors
/// The refusals of the policy.
pub fn glimpse(look: &mut (impl Look + ?Sized), by: By<'_>, place: Place) -> Result<(FullRoom, Cursor), Error> {
    policy::require(Deed::See, &place, by)?;
    let cursor = cursor_of(look, &place.room)?;
    Ok((full(look, by, place, false)?, cursor))
}

/// A room in full for one person.
fn full(look: &mut (impl Look + ?Sized), by: By<'_>, place: Place, with_members: bool) -> Result<FullRoom, Error> {
    let room = place.room.id;
    let mut rooms = fulls(look, by, vec![place])?;
    let mut found = rooms
        .pop()
        .ok_or_else(|| crate::Fault::Internal("a room that was found is not there".to_owned()))?;
    if with_members {
        found.members = Some(look.members_after(room, MemberId(0), MEMBERS_TOLD)?);
    }
    Ok(found)
}

/// Rooms in full for one person, without their members, in the same order.
pub fn fulls(look: &mut (impl Look + ?Sized), by: By<'_>, places: Vec<Place>) -> Result<Vec<FullRoom>, Error> {
    if places.is_empty() {
        return Ok(Vec::new());
    }
    let rooms: Vec<&Room> = places.iter().map(|place| &place.room).collect();
    let fronts = look.fronts(&rooms)?;
    // To the application a room of two is nobody's but theirs.
    let mut others = if by.is_host {
        BTreeMap::new()
    } else {
        others_of_two(look, by.person.id, &places)?
    };
    let mentions = mentions_of(look, by.person.id, &places)?;
    let cans = cans(&places, by);
    let mut fulls = Vec::with_capacity(places.len());
    for ((place, front), can) in places.into_iter().zip(fronts).zip(cans) {
        let last = if can.contains(&policy::CAN_READ) {
            newest(look, by, &place.room, front.last)?
        } else {
            None
        };
        let Place { room, member, .. } = place;
        fulls.push(FullRoom {
            look: front.look,
            other: others.remove(&room.id),
            member_count: front.member_count,
            members: None,
            last,
            me: member.map(|member| Me {
                unread: member.unread(&room),
                mentions: mentions.get(&room.id).copied().unwrap_or(0),
                member,
            }),
            can,
            room,
        });
    }
    Ok(fulls)
}

/// What somebody may do in each of these places. Most of many rooms are alike to them: that is reasoned out once.
fn cans(places: &[Place], by: By<'_>) -> Vec<Arc<[&'static str]>> {
    let mut known: Vec<(Spot, bool, Arc<[&'static str]>)> = Vec::new();
    let can = |place: &Place| {
        let (spot, is_left) = (place.spot(), place.room.is_left());
        let same = known.iter().find(|(known, left, _)| (*known, *left) == (spot, is_left));
        if let Some((_, _, can)) = same {
            return Arc::clone(can);
        }
        let can: Arc<[_]> = policy::can(place, by).into();
        known.push((spot, is_left, Arc::clone(&can)));
        can
    };
    places.iter().map(can).collect()
}

/// The other one of each room of two.
fn others_of_two(
    look: &mut (impl Look + ?Sized),
    person: PersonId,
    places: &[Place],
) -> Result<BTreeMap<RoomId, Arc<Person>>, Error> {
    let of_two = |place: &&Place| matches!(place.room.kind, RoomKind::Private | RoomKind::Pair);
    let rooms: Vec<RoomId> = places.iter().filter(of_two).map(|place| place.room.id).collect();
    if rooms.is_empty() {
        return Ok(BTreeMap::new());
    }
    Ok(look.others_in(&rooms, person)?.into_iter().collect())
}

/// In how many unread messages of each room the person is mentioned.
pub(super) fn mentions_of(
    look: &mut (impl Look + ?Sized),
    person: PersonId,
    places: &[Place],
) -> Result<BTreeMap<RoomId, i64>, Error> {
    let asked: Vec<(RoomId, Seq)> = places
        .iter()
        .filter(|place| place.room.extra.has(Extra::MENTIONS))
        .filter_map(|place| Some((place.room.id, place.member.as_ref()?.read)))
        .collect();
    if asked.is_empty() {
        return Ok(BTreeMap::new());
    }
    Ok(look.unread_mentions(person, &asked)?.into_iter().collect())
}

/// The newest message of a room that is theirs to see, with what is beside it: the one that the room shows to everybody, where
/// all are for all. What is beside is read message by message: few newest ones have anything.
fn newest(
    look: &mut (impl Look + ?Sized),
    by: By<'_>,
    room: &Room,
    shown: Option<Arc<Message>>,
) -> Result<Option<Arc<Message>>, Error> {
    let mut message = match shown {
        Some(message) if message.extra == Extra::NONE => return Ok(Some(message)),
        Some(message) => message.as_ref().clone(),
        None if room.extra.has(Extra::READERS) => match newest_seen(look, by, room)? {
            Some(message) => message,
            None => return Ok(None),
        },
        None => return Ok(None),
    };
    fill(look, std::slice::from_mut(&mut message))?;
    Ok(Some(Arc::new(message)))
}

/// The newest message of a room of which some are for some.
fn newest_seen(look: &mut (impl Look + ?Sized), by: By<'_>, room: &Room) -> Result<Option<Message>, Error> {
    const STRETCH: i64 = 16;
    let mut before = room.seq.next();
    loop {
        let messages = look.messages_before(room.id, before, STRETCH)?;
        let Some(first) = messages.first().map(|first| first.seq) else {
            return Ok(None);
        };
        if let Some(last) = seen_by(look, by, messages)?.pop() {
            return Ok(Some(last));
        }
        before = first;
    }
}
