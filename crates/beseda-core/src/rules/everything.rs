//! Everything said in all rooms of a person, in one order and by pages.
//!
//! Numbers of messages rise with their numbers in each room, so "the first n messages" is one cut through every room,
//! found by halving: no room is read through, and nothing is sorted but the page itself.

use super::page::{MessagesPage, Missing, PageNumber, Stretch, Walked};
use crate::error::Error;
use crate::policy::By;
use crate::ports::Look;
use crate::words::{Marks, Message, MessageId, Place, Room, Seq};

/// A page of the messages of all rooms that the person is in, oldest first; `walked` as in [`super::page()`].
///
/// # Errors
/// [`crate::Refusal::NoSuchPage`].
pub fn messages_of(
    look: &mut (impl Look + ?Sized),
    by: By<'_>,
    page: PageNumber,
    size: i64,
    walked: Option<Walked>,
) -> Result<MessagesPage, Error> {
    let places = look.places(by.person.id, by.kinds)?;
    let mut shelves = Vec::with_capacity(places.len());
    for place in places.iter().filter(|place| place.room.visible() > 0) {
        shelves.push(Shelf::new(look, by, place)?);
    }
    let count = shelves
        .iter()
        .map(|shelf| shelf.room().seq.0 - shelf.missing.count())
        .sum();
    let newest = newest_id(look, &shelves)?;
    let at = match walked {
        None => None,
        Some(walked) => Some((counted_to(look, &mut shelves, walked.to)?, walked.from_behind)),
    };
    let Stretch { number, before, rows } = Stretch::of(page, size, count, at)?;
    cut(look, &mut shelves, newest, before)?;
    let begins: Vec<Seq> = shelves.iter().map(|shelf| shelf.low).collect();
    cut(look, &mut shelves, newest, (before + rows).min(count))?;
    let mut messages = Vec::new();
    for (shelf, begin) in shelves.iter().zip(begins) {
        messages.extend(shelf.between(look, by, begin)?);
    }
    messages.sort_by_key(|(message, _)| message.id);
    Ok(MessagesPage {
        count,
        number,
        more: before + rows < count,
        messages,
    })
}

/// One room's messages: those up to `low` lie before the cut that is looked for, those above `high` behind it.
struct Shelf<'a> {
    place: &'a Place,
    low: Seq,
    high: Seq,
    /// Where the middle lies that is tried now.
    middle: Seq,
    missing: Missing,
}

impl<'a> Shelf<'a> {
    fn new(look: &mut (impl Look + ?Sized), by: By<'_>, place: &'a Place) -> Result<Self, Error> {
        Ok(Self {
            place,
            low: Seq(0),
            high: place.room.seq,
            middle: Seq(0),
            missing: Missing::of(look, &place.room, by.person.id)?,
        })
    }

    fn room(&self) -> &'a Room {
        &self.place.room
    }

    /// Sets `middle` to the newest message whose id is at most `id`.
    fn split(&mut self, look: &mut (impl Look + ?Sized), id: MessageId) -> Result<(), Error> {
        let (mut low, mut high) = (self.low.0, self.high.0);
        while low < high {
            let middle = low + (high - low + 1) / 2;
            if look
                .id_at(self.room().id, Seq(middle))?
                .is_some_and(|found| found <= id)
            {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        self.middle = Seq(low);
        Ok(())
    }

    /// How many messages up to `seq` are not erased.
    fn visible_to(&self, look: &mut (impl Look + ?Sized), seq: Seq) -> Result<i64, Error> {
        self.missing.visible_to(look, seq)
    }

    /// The messages from behind `begin` up to `low`, with the reader's receipts.
    fn between(&self, look: &mut (impl Look + ?Sized), by: By<'_>, begin: Seq) -> Result<Vec<(Message, Marks)>, Error> {
        let visible = self.visible_to(look, self.low)? - self.visible_to(look, begin)?;
        if visible == 0 {
            return Ok(Vec::new());
        }
        let own = self.place.member.as_ref().map(|member| member.read).unwrap_or_default();
        let marks = Marks {
            own,
            others: look.others_mark(self.room().id, by.person.id)?,
        };
        let messages = self.missing.visible_after(look, begin, visible)?;
        Ok(messages.into_iter().map(|message| (message, marks)).collect())
    }
}

/// The highest id on any shelf.
fn newest_id(look: &mut (impl Look + ?Sized), shelves: &[Shelf<'_>]) -> Result<MessageId, Error> {
    let mut newest = MessageId(0);
    for shelf in shelves {
        newest = newest.max(look.id_at(shelf.room().id, shelf.room().seq)?.unwrap_or_default());
    }
    Ok(newest)
}

/// How many messages up to the one with this number among all are not erased.
fn counted_to(look: &mut (impl Look + ?Sized), shelves: &mut [Shelf<'_>], end: MessageId) -> Result<i64, Error> {
    let mut counted = 0;
    for shelf in shelves {
        shelf.split(look, end)?;
        counted += shelf.visible_to(look, shelf.middle)?;
    }
    Ok(counted)
}

/// Moves every shelf's `low` to the last of its messages that belongs to the first `wanted` of all. Called with a
/// growing `wanted`: what lay before the last cut lies before this one.
fn cut(
    look: &mut (impl Look + ?Sized),
    shelves: &mut [Shelf<'_>],
    newest: MessageId,
    wanted: i64,
) -> Result<(), Error> {
    for shelf in shelves.iter_mut() {
        shelf.high = shelf.room().seq;
    }
    let (mut below, mut enough) = (0, newest.0);
    while below < enough {
        let middle = MessageId(below + (enough - below) / 2);
        let mut counted = 0;
        for shelf in shelves.iter_mut() {
            shelf.split(look, middle)?;
            counted += shelf.visible_to(look, shelf.middle)?;
        }
        if counted >= wanted {
            enough = middle.0;
            shelves.iter_mut().for_each(|shelf| shelf.high = shelf.middle);
        } else {
            below = middle.0 + 1;
            shelves.iter_mut().for_each(|shelf| shelf.low = shelf.middle);
        }
    }
    // `enough` is the lowest id up to which there are `wanted` messages: one cut through all shelves.
    for shelf in shelves.iter_mut() {
        shelf.split(look, MessageId(enough))?;
        shelf.low = shelf.middle;
    }
    Ok(())
}
