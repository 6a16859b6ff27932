//! Search: messages with some words in them, the newest first. An index narrows down what is looked at; what is found decides
//! the query, alike on every store.

use super::beside::fill_rooms;
use super::place_for;
use crate::error::Error;
use crate::policy::{self, By, Deed};
use crate::ports::Look;
use crate::words::{
    Found, FoundPage, Hits, Lexeme, Limits, MessageId, Narrow, SearchAsked, SearchCursor, Sieve, Sifted, Time,
};
use std::cmp::Reverse;

/// Who is in more rooms than these is not searched for by room at all: then the messages that are found are theirs or not.
const ROOMS: i64 = 1_024;
/// How many words an index is asked for at most: the rest is looked for in what those find.
const WORDS: usize = 4;
/// How many messages are looked at at once, at most, and how many more than are likely to be needed.
const AT_ONCE: i64 = 500;
const SPARE: i64 = 8;

/// The messages of the person's rooms, or of the one that they name, in which somebody finds what they search for. It goes
/// from the newest backwards, as far as it has to.
///
/// # Errors
/// The refusals of the policy, of a room that is named.
pub fn search(
    look: &mut (impl Look + ?Sized),
    limits: &Limits,
    by: By<'_>,
    asked: &SearchAsked,
) -> Result<FoundPage, Error> {
    let Some(narrow) = narrow(look, limits, by, asked)? else {
        return Ok(FoundPage::default());
    };
    let (done, newest) = look.indexed_to()?;
    let end = MessageId(newest.0.saturating_add(1));
    let sent = match (asked.from, asked.to) {
        (None, None) => Some((MessageId(1), end)),
        (from, to) => look.sent_between(from.unwrap_or(Time(i64::MIN)), to.unwrap_or(Time(i64::MAX)))?,
    };
    let mut walk = Walk {
        narrow,
        sieve: Sieve::of(asked, by.person.id),
        done,
        sent: sent.unwrap_or_default(),
        below: asked.cursor.map_or(end, |cursor| cursor.0.min(end)),
        left: i64::from(limits.search_messages),
        at_once: i64::from(asked.limit).saturating_add(1).min(AT_ONCE),
    };
    let wanted = usize::try_from(asked.limit.max(1)).unwrap_or(usize::MAX);
    let mut items = Vec::new();
    while walk.goes_on() && items.len() <= wanted {
        let (before, left) = (items.len(), walk.left);
        let sifted = walk.next(look)?.into_iter();
        let seen = sifted.filter(|sifted| policy::require_at(Deed::Read, sifted.spot, by).is_ok());
        items.extend(seen.filter_map(|Sifted { message, key, .. }| {
            let highlights = asked.query.found_in(&message.text)?;
            Some(Found {
                key,
                message,
                highlights,
            })
        }));
        walk.expect(
            wanted.saturating_sub(items.len()),
            items.len() - before,
            left - walk.left,
        );
    }
    let next = if items.len() > wanted {
        // The next page begins behind the last of this one.
        items.truncate(wanted);
        items.last().map(|found| SearchCursor(found.message.id))
    } else {
        (walk.below > walk.floor()).then_some(SearchCursor(walk.below))
    };
    fill_rooms(look, &mut items)?;
    Ok(FoundPage { items, next })
}

/// What the index is asked for; `None` where there is nothing to find. A room that is named is looked at in any case: whose it
/// is not is told so, whatever else they ask.
fn narrow(
    look: &mut (impl Look + ?Sized),
    limits: &Limits,
    by: By<'_>,
    asked: &SearchAsked,
) -> Result<Option<Narrow>, Error> {
    if let Some(room) = asked.room {
        place_for(look, Deed::Read, room, by)?;
    }
    if asked.is_vain {
        return Ok(None);
    }
    let mut groups = asked.query.lexemes();
    groups.truncate(WORDS);
    groups.extend(asked.author.map(|author| vec![Lexeme::of_author(author)]));
    groups.extend(asked.has_file.then(|| vec![Lexeme::of_files()]));
    let rooms = match asked.room {
        Some(room) => Some(vec![room]),
        None => look.searched_rooms(by.person.id, asked.kind, ROOMS)?,
    };
    if rooms.as_ref().is_some_and(Vec::is_empty) {
        return Ok(None);
    }
    Ok(Some(Narrow {
        groups,
        rooms,
        pages: limits.search_pages,
    }))
}

/// How far a search has come.
struct Walk {
    narrow: Narrow,
    sieve: Sieve,
    /// Up to here the index has everything.
    done: MessageId,
    /// What it has was sent at the right time between these alone, the second excluded.
    sent: (MessageId, MessageId),
    /// What comes next is before this.
    below: MessageId,
    /// How many messages it may still look at.
    left: i64,
    /// How many it looks at next, at most.
    at_once: i64,
}

impl Walk {
    fn goes_on(&self) -> bool {
        self.below > self.floor() && self.left > 0 && self.narrow.pages > 0
    }

    /// Before this there is nothing.
    fn floor(&self) -> MessageId {
        let (first, behind) = self.sent;
        let first = if first < behind { first } else { self.behind_done() };
        first.min(self.behind_done()).max(MessageId(1))
    }

    /// The first that the index may not have.
    fn behind_done(&self) -> MessageId {
        MessageId(self.done.0.saturating_add(1))
    }

    /// Looks at as many next as so many are likely to be among, as things were with the last ones.
    fn expect(&mut self, wanted: usize, found: usize, looked_at: i64) {
        if looked_at == 0 {
            return;
        }
        let [wanted, found] = [wanted, found].map(|count| i64::try_from(count).unwrap_or(AT_ONCE));
        let likely = wanted.saturating_add(1).saturating_mul(looked_at) / found.max(1);
        self.at_once = likely.saturating_add(SPARE).min(AT_ONCE);
    }

    /// The next messages that pass the sieve, newest first.
    fn next(&mut self, look: &mut (impl Look + ?Sized)) -> Result<Vec<Sifted>, Error> {
        let limit = self.at_once.min(self.left);
        let Hits { ids, end, pages } = self.candidates(look, limit)?;
        self.left -= i64::try_from(ids.len()).unwrap_or(i64::MAX);
        self.narrow.pages = self.narrow.pages.saturating_sub(pages);
        self.below = end;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut sifted = look.sifted(&ids, &self.sieve)?;
        sifted.sort_unstable_by_key(|sifted| Reverse(sifted.message.id));
        Ok(sifted)
    }

    /// The newest messages that may be what is searched for, and where they end.
    fn candidates(&self, look: &mut (impl Look + ?Sized), limit: i64) -> Result<Hits, Error> {
        let behind = self.behind_done();
        if self.below <= behind {
            let (floor, below) = (self.floor(), self.below.min(self.sent.1));
            return Ok(look.hits(&self.narrow, floor, below, limit)?);
        }
        let ids = look.unindexed(behind, self.below, limit)?;
        let is_cut = i64::try_from(ids.len()).is_ok_and(|count| count >= limit);
        let end = ids.last().filter(|_| is_cut).copied().unwrap_or(behind);
        Ok(Hits { ids, end, pages: 0 })
    }
}
