//! Changes: everything of a room that is different since a cursor, as one person is told it; and a room in full.

use super::beside::{fill, seen};
use super::catch_up::{CaughtUp, catch_up, cursor_of};
use super::place_for;
use super::read::me_of;
use crate::error::Error;
use crate::policy::{self, By, Deed};
use crate::ports::Look;
use crate::words::{
    Cursor, FullRoom, Kinds, Me, Member, MemberId, Message, Named, Person, PersonId, Place, Room, RoomId, RoomKind,
    RoomLook, Seq, Tick, Token, search_form, searched_names,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// So many members are told with a room; the rest is asked for.
const MEMBERS_TOLD: i64 = 20;

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
    let ids: Vec<RoomId> = places.iter().map(|place| place.room.id).collect();
    let mut looks: BTreeMap<RoomId, RoomLook> = look.room_looks(&ids)?.into_iter().collect();
    let counts: BTreeMap<RoomId, i64> = look.member_counts(&ids)?.into_iter().collect();
    let mut others = others_of_two(look, by.person.id, &places)?;
    let mut lasts = newest(look, by, &places)?;
    let mentions = mentions_of(look, by.person.id, &places)?;
    let full = |place: Place| {
        let can = policy::can(&place, by);
        let Place { room, member } = place;
        FullRoom {
            look: looks.remove(&room.id).unwrap_or_default(),
            other: others.remove(&room.id),
            member_count: counts.get(&room.id).copied().unwrap_or(0),
            members: None,
            last: lasts.remove(&room.id),
            me: member.map(|member| Me {
                unread: member.unread(&room),
                mentions: mentions.get(&room.id).copied().unwrap_or(0),
                member,
            }),
            can,
            room,
        }
    };
    Ok(places.into_iter().map(full).collect())
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
fn mentions_of(
    look: &mut (impl Look + ?Sized),
    person: PersonId,
    places: &[Place],
) -> Result<BTreeMap<RoomId, i64>, Error> {
    let asked: Vec<(RoomId, Seq)> = places
        .iter()
        .filter(|place| place.room.extra.has(crate::words::Extra::MENTIONS))
        .filter_map(|place| Some((place.room.id, place.member.as_ref()?.read)))
        .collect();
    if asked.is_empty() {
        return Ok(BTreeMap::new());
    }
    Ok(look.unread_mentions(person, &asked)?.into_iter().collect())
}

/// The newest message of each room that is theirs to read, with what is beside it.
fn newest(look: &mut (impl Look + ?Sized), by: By<'_>, places: &[Place]) -> Result<BTreeMap<RoomId, Message>, Error> {
    let readable = places
        .iter()
        .filter(|place| policy::require(Deed::Read, place, by).is_ok())
        .map(|place| &place.room);
    let (for_some, plain): (Vec<&Room>, Vec<&Room>) =
        readable.partition(|room| room.extra.has(crate::words::Extra::READERS));
    let shown: Vec<(RoomId, Seq)> = plain
        .into_iter()
        .filter(|room| room.shown > Seq(0))
        .map(|room| (room.id, room.shown))
        .collect();
    let mut found = if shown.is_empty() {
        Vec::new()
    } else {
        look.newest_of(&shown)?
    };
    for room in for_some {
        found.extend(newest_seen(look, by.person.id, room)?);
    }
    let mut lasts = BTreeMap::new();
    // What is beside a message is read room by room: few newest ones have anything.
    let (beside, alone): (Vec<Message>, Vec<Message>) = found
        .into_iter()
        .partition(|message| message.extra != crate::words::Extra::NONE);
    for message in beside {
        let mut one = [message];
        fill(look, &mut one)?;
        let [message] = one;
        lasts.insert(message.room, message);
    }
    let mut alone = alone;
    super::beside::dress(look, &mut alone)?;
    lasts.extend(alone.into_iter().map(|message| (message.room, message)));
    Ok(lasts)
}

/// The newest message of a room of which some are for some.
fn newest_seen(look: &mut (impl Look + ?Sized), person: PersonId, room: &Room) -> Result<Option<Message>, Error> {
    const STRETCH: i64 = 16;
    let mut before = room.seq.next();
    loop {
        let messages = look.messages_before(room.id, before, STRETCH)?;
        let Some(first) = messages.first().map(|first| first.seq) else {
            return Ok(None);
        };
        if let Some(last) = seen(look, person, messages)?.pop() {
            return Ok(Some(last));
        }
        before = first;
    }
}

/// Which of a person's rooms have moved since a token, and which they are in no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Those that have moved, the newest activity first; every one without a token, or with one of another life.
    pub places: Vec<Place>,
    /// The keys of those that they are in no more.
    pub gone: Vec<Arc<str>>,
    /// The token to ask with from now on.
    pub token: Token,
    /// The token that was brought is of another life of the database, or of a future that never came: what the client had is
    /// void.
    pub reset: bool,
}

/// What has moved since a token in the rooms that a person is in.
///
/// # Errors
/// A fault where the store fails.
pub fn moved(
    look: &mut (impl Look + ?Sized),
    person: PersonId,
    kinds: Kinds,
    since: Option<Token>,
) -> Result<Moved, Error> {
    let token = token(look)?;
    let known = since.filter(|since| since.epoch == token.epoch && since.tick <= token.tick);
    let (mut places, gone) = match known {
        None => (look.places(person, kinds)?, Vec::new()),
        Some(since) => (
            look.moved_after(person, kinds, since.tick)?,
            look.gone_after(person, since.tick)?,
        ),
    };
    // Above all, what is pinned; then what happened last.
    places.sort_by_cached_key(|place| {
        let pinned_at = place.member.as_ref().and_then(|member| member.view.pinned_at);
        std::cmp::Reverse((pinned_at, place.room.updated_at, place.room.id))
    });
    Ok(Moved {
        places,
        gone,
        token,
        reset: since.is_some() && known.is_none(),
    })
}

/// What has moved since a token in all rooms of a person, room by room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedChanges {
    /// Each room that moved, with its newest page: how much of it was there before the token, only its cursors tell.
    pub rooms: Vec<Changes>,
    /// The keys of those that they are in no more.
    pub gone: Vec<Arc<str>>,
    /// The token to ask with from now on.
    pub token: Token,
    /// There is more.
    pub more: bool,
}

/// What has moved since a token in all rooms of somebody: the newest `limit` messages of each that did.
///
/// # Errors
/// A fault where the store fails.
pub fn changes_since(
    look: &mut (impl Look + ?Sized),
    by: By<'_>,
    since: Token,
    limit: u32,
) -> Result<MovedChanges, Error> {
    let moved = moved(look, by.person.id, by.kinds, Some(since))?;
    let mut rooms = Vec::with_capacity(moved.places.len());
    for place in moved.places {
        rooms.push(changes(look, by, place.room.id, From::Anew, limit)?);
    }
    Ok(MovedChanges {
        rooms,
        gone: moved.gone,
        token: moved.token,
        more: false,
    })
}

/// Those of these rooms whose title, or somebody in them, is called so.
///
/// # Errors
/// A fault where the store fails.
pub fn places_called(
    look: &mut (impl Look + ?Sized),
    by: By<'_>,
    places: Vec<Place>,
    text: &str,
) -> Result<Vec<Place>, Error> {
    let wanted = search_form(text);
    let mut found = Vec::new();
    for place in places {
        let called = search_form(&place.room.title).contains(&wanted) || {
            let members = look.members_after(place.room.id, MemberId(0), MEMBERS_TOLD)?;
            let mut others = members.iter().filter(|(member, _)| member.person != by.person.id);
            others.any(|(_, person)| searched_names(person).contains(&wanted))
        };
        if called {
            found.push(place);
        }
    }
    Ok(found)
}

/// The token of now.
///
/// # Errors
/// A fault where the store fails.
pub fn token(look: &mut (impl Look + ?Sized)) -> Result<Token, Error> {
    let tick: Tick = look.tick()?;
    Ok(Token {
        epoch: look.epoch()?.unwrap_or_default(),
        tick,
    })
}

/// How many rooms of somebody have something unread, how many messages those are, and in how many they are mentioned; rooms
/// that are muted or archived count nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Rooms.
    pub rooms: i64,
    /// Messages.
    pub messages: i64,
    /// Messages in which they are mentioned.
    pub mentions: i64,
}

/// What is unread for somebody.
///
/// # Errors
/// A fault where the store fails.
pub fn totals(
    look: &mut (impl Look + ?Sized),
    now: crate::words::Time,
    person: PersonId,
    kinds: Kinds,
) -> Result<Totals, Error> {
    let places = look.places(person, kinds)?;
    let mentions = mentions_of(look, person, &places)?;
    let mut totals = Totals::default();
    for place in &places {
        let Some(member) = &place.member else { continue };
        let is_muted = member.view.muted_until.is_some_and(|until| until > now);
        if is_muted || member.view.archived {
            continue;
        }
        let unread = member.unread(&place.room);
        totals.rooms += i64::from(unread > 0 || member.view.unread_from.is_some());
        totals.messages += unread;
        totals.mentions += mentions.get(&place.room.id).copied().unwrap_or(0);
    }
    Ok(totals)
}
