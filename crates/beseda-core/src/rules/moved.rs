//! Moved: which rooms of somebody have changed since a token, and what is unread in all of them.

use super::changes::{Changes, From, MEMBERS_TOLD, changes, mentions_of};
use crate::error::Error;
use crate::policy::By;
use crate::ports::Look;
use crate::words::{Kinds, MemberId, PersonId, Place, Tick, Time, Token, search_form, searched_names};
use std::sync::Arc;

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
    let known = since.filter(|since| is_known(*since, token));
    let (mut places, gone) = match known {
        None => (look.places(person, kinds)?, Vec::new()),
        Some(since) => {
            let moved = look.moved_after(person, kinds, since.tick)?;
            let places = moved.into_iter().map(|(_, place)| place).collect();
            (places, look.gone_after(person, since.tick)?)
        }
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

/// Whether a token is of this life of the database, and of a present that has been.
fn is_known(since: Token, now: Token) -> bool {
    since.epoch == now.epoch && since.tick <= now.tick
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
    /// There is more, behind this token.
    pub more: bool,
    /// The token that was brought is of another life: from here on these are all their rooms.
    pub reset: bool,
}

/// What has moved since a token in all rooms of somebody: some `limit` of the rooms, those that moved first before others,
/// and the newest `limit` messages of each.
///
/// # Errors
/// A fault where the store fails.
pub fn changes_since(
    look: &mut (impl Look + ?Sized),
    by: By<'_>,
    since: Token,
    limit: u32,
) -> Result<MovedChanges, Error> {
    let now = token(look)?;
    let reset = !is_known(since, now);
    let (after, gone) = if reset {
        (Tick(-1), Vec::new())
    } else {
        (since.tick, look.gone_after(by.person.id, since.tick)?)
    };
    let mut moved = look.moved_after(by.person.id, by.kinds, after)?;
    moved.sort_by_key(|(tick, place)| (*tick, place.room.id));
    let end = page_end(&moved, usize::try_from(limit).unwrap_or(usize::MAX), now.tick);
    let more = end < moved.len();
    moved.truncate(end);
    let last = moved.last().map_or(now.tick, |(tick, _)| *tick);
    let mut rooms = Vec::with_capacity(moved.len());
    for (_, place) in moved {
        rooms.push(changes(look, by, place.room.id, From::Anew, limit)?);
    }
    let token = if more { Token { tick: last, ..now } } else { now };
    Ok(MovedChanges {
        rooms,
        gone,
        token,
        more,
        reset,
    })
}

/// Where a page of rooms ends, the earliest moved being the first: those of one transaction stay together, and so do all that
/// moved in transactions which no token tells apart yet.
fn page_end<T>(moved: &[(Tick, T)], limit: usize, settled: Tick) -> usize {
    match moved.get(limit.saturating_sub(1)) {
        Some((last, _)) if *last <= settled => moved.partition_point(|(tick, _)| tick <= last),
        _ => moved.len(),
    }
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
    let tick = look.tick()?;
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
pub fn totals(look: &mut (impl Look + ?Sized), now: Time, person: PersonId, kinds: Kinds) -> Result<Totals, Error> {
    let places = look.places(person, kinds)?;
    totals_of(look, now, person, &places)
}

/// What is unread for somebody in all their rooms, which are these.
///
/// # Errors
/// A fault where the store fails.
pub fn totals_of(
    look: &mut (impl Look + ?Sized),
    now: Time,
    person: PersonId,
    places: &[Place],
) -> Result<Totals, Error> {
    let mentions = mentions_of(look, person, places)?;
    let mut totals = Totals::default();
    for place in places {
        let Some(member) = &place.member else { continue };
        if !member.view.counts(now) {
            continue;
        }
        let unread = member.unread(&place.room);
        totals.rooms += i64::from(unread > 0 || member.view.unread_from.is_some());
        totals.messages += unread;
        totals.mentions += mentions.get(&place.room.id).copied().unwrap_or(0);
    }
    Ok(totals)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(ticks: &[i64], limit: usize, settled: i64) -> usize {
        let moved: Vec<(Tick, ())> = ticks.iter().map(|tick| (Tick(*tick), ())).collect();
        page_end(&moved, limit, Tick(settled))
    }

    #[test]
    fn a_page_ends_between_transactions_that_a_token_tells_apart() {
        assert_eq!(page(&[1, 2, 3, 4], 2, 9), 2);
        assert_eq!(page(&[1, 2, 2, 2, 3], 2, 9), 4, "one transaction stays together");
        assert_eq!(page(&[1, 2], 2, 9), 2);
        assert_eq!(page(&[1], 2, 9), 1);
        assert_eq!(page(&[], 2, 9), 0);
        assert_eq!(page(&[1, 5, 6, 7], 2, 4), 4, "no token is behind 5 yet");
        assert_eq!(page(&[1, 5, 6, 7], 1, 4), 1);
    }
}
