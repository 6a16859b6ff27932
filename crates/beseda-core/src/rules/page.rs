//! Pages by number, oldest first: page 1 is the oldest. A page deep inside costs what the first one does.

use super::beside::seen;
use super::history::{marks_of, seq_of};
use super::{place_for, rooms};
use crate::error::{Error, Refusal};
use crate::policy::{By, Deed};
use crate::ports::{ERASED_BLOCK, Look};
use crate::words::{Extra, Marks, Message, MessageId, PersonId, Room, RoomId, RoomView, Seq};

/// Which page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageNumber {
    /// By number, from 1.
    Number(i64),
    /// The last one.
    Last,
}

impl PageNumber {
    /// The page's number and how many rows stand before it, given how many rows there are. An empty list has one
    /// page, without rows.
    ///
    /// # Errors
    /// [`Refusal::NoSuchPage`].
    pub fn locate(self, count: i64, size: i64) -> Result<(i64, i64), Refusal> {
        let last = ((count + size - 1) / size).max(1);
        let number = match self {
            Self::Last => last,
            Self::Number(number) => number,
        };
        if number < 1 || number > last {
            return Err(Refusal::NoSuchPage);
        }
        Ok((number, (number - 1) * size))
    }
}

/// Where somebody is who was given other pages of the same list before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Walked {
    /// The last message of the page in front of the one that they ask for.
    pub to: MessageId,
    /// They were given the page behind it as well, so they may be on their way back.
    pub from_behind: bool,
}

/// What is read of a list: so many rows behind so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) number: i64,
    pub(super) before: i64,
    pub(super) rows: i64,
}

impl Stretch {
    /// The rows of a page. `walked` says how many rows there are up to where somebody was, and whether they may be on their
    /// way back.
    ///
    /// Erasures move rows forward. Who goes on begins where the page in front ended. Who comes back was given what stands
    /// behind where this page is counted. Of somebody who may do either the page has both, up to twice its size.
    pub(super) fn of(page: PageNumber, size: i64, count: i64, walked: Option<(i64, bool)>) -> Result<Self, Refusal> {
        if let (PageNumber::Number(number), Some((at, from_behind))) = (page, walked)
            && at < count
        {
            let counted = (number - 1).saturating_mul(size);
            if !from_behind {
                return Ok(Self {
                    number,
                    before: at,
                    rows: size,
                });
            }
            let before = at.min(counted);
            let rows = counted - before + size;
            if rows <= 2 * size {
                return Ok(Self { number, before, rows });
            }
        }
        let (number, before) = page.locate(count, size)?;
        Ok(Self {
            number,
            before,
            rows: size,
        })
    }
}

/// A page of messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessagesPage {
    /// How many messages all pages have together.
    pub count: i64,
    /// This page's number.
    pub number: i64,
    /// Its messages, oldest first, each with the receipts of the reader in its room.
    pub messages: Vec<(Message, Marks)>,
    /// Whether more stand behind them.
    pub more: bool,
}

/// A page of a room's messages. Whoever was given pages beside it misses nothing between them, whatever was erased since.
///
/// # Errors
/// The refusals of the policy; [`Refusal::NoSuchPage`].
pub fn page(
    look: &mut (impl Look + ?Sized),
    by: By<'_>,
    room: RoomId,
    page: PageNumber,
    size: i64,
    walked: Option<Walked>,
) -> Result<MessagesPage, Error> {
    let place = place_for(look, Deed::Read, room, by)?;
    let missing = Missing::of(look, &place.room, by.person.id)?;
    let count = place.room.seq.0 - missing.count();
    let at = match walked {
        None => None,
        Some(walked) => {
            let seq = seq_of(look, &place.room, walked.to)?;
            Some((missing.visible_to(look, seq)?, walked.from_behind))
        }
    };
    let Stretch { number, before, rows } = Stretch::of(page, size, count, at)?;
    let marks = marks_of(look, &place, by)?;
    let after = missing.seq_of_position(look, before)?;
    let messages = missing.visible_after(look, after, rows)?;
    let more = i64::try_from(messages.len()).is_ok_and(|read| before + read < count);
    Ok(MessagesPage {
        count,
        number,
        messages: messages.into_iter().map(|message| (message, marks)).collect(),
        more,
    })
}

/// Which messages of a room somebody does not see: those that are erased, and those that are for others.
pub(super) struct Missing {
    room: RoomId,
    person: PersonId,
    /// How many there are of each block of numbers that has any.
    blocks: Vec<(i64, i64)>,
    /// Those that are for others, by their numbers.
    hidden: Vec<Seq>,
}

impl Missing {
    pub(super) fn of(look: &mut (impl Look + ?Sized), room: &Room, person: PersonId) -> Result<Self, Error> {
        let mut blocks = if room.erased == 0 {
            Vec::new()
        } else {
            look.erased_by_block(room.id)?
        };
        let hidden = if room.extra.has(Extra::READERS) {
            look.hidden_from(room.id, person)?
        } else {
            Vec::new()
        };
        for seq in &hidden {
            let block = (seq.0 - 1) / ERASED_BLOCK;
            match blocks.binary_search_by_key(&block, |(block, _)| *block) {
                Ok(at) => blocks
                    .iter_mut()
                    .skip(at)
                    .take(1)
                    .for_each(|(_, missing)| *missing += 1),
                Err(at) => blocks.insert(at, (block, 1)),
            }
        }
        Ok(Self {
            room: room.id,
            person,
            blocks,
            hidden,
        })
    }

    /// How many they are.
    pub(super) fn count(&self) -> i64 {
        self.blocks.iter().map(|(_, missing)| missing).sum()
    }

    /// The numbers of those from `from` to `to`, ascending.
    fn between(&self, look: &mut (impl Look + ?Sized), from: Seq, to: Seq) -> Result<Vec<Seq>, Error> {
        let mut missing = look.erased_between(self.room, from, to)?;
        missing.extend(self.hidden.iter().filter(|seq| (from..=to).contains(seq)));
        missing.sort_unstable();
        Ok(missing)
    }

    /// How many messages up to `seq` are seen.
    pub(super) fn visible_to(&self, look: &mut (impl Look + ?Sized), seq: Seq) -> Result<i64, Error> {
        let whole_blocks = seq.0 / ERASED_BLOCK;
        let before: i64 = self
            .blocks
            .iter()
            .filter(|(block, _)| *block < whole_blocks)
            .map(|(_, missing)| missing)
            .sum();
        let in_block = if self.blocks.iter().any(|(block, _)| *block == whole_blocks) {
            self.between(look, Seq(whole_blocks * ERASED_BLOCK + 1), seq)?.len()
        } else {
            0
        };
        Ok(seq.0 - before - i64::try_from(in_block).unwrap_or(i64::MAX))
    }

    /// The oldest `rows` messages above `after` that are seen.
    pub(super) fn visible_after(
        &self,
        look: &mut (impl Look + ?Sized),
        after: Seq,
        rows: i64,
    ) -> Result<Vec<Message>, Error> {
        let mut messages = look.messages_after(self.room, after, rows)?;
        if self.hidden.is_empty() {
            return Ok(messages);
        }
        let mut found = Vec::new();
        let wanted = usize::try_from(rows).unwrap_or(usize::MAX);
        while let Some(last) = messages.last().map(|last| last.seq) {
            found.extend(seen(look, self.person, messages)?);
            if found.len() >= wanted {
                break;
            }
            messages = look.messages_after(self.room, last, rows)?;
        }
        found.truncate(wanted);
        Ok(found)
    }

    /// The number after which the messages begin that have `before` seen ones in front of them.
    fn seq_of_position(&self, look: &mut (impl Look + ?Sized), before: i64) -> Result<Seq, Error> {
        // Walk over the blocks from which messages are missing until the block in which the position lies.
        let mut missing = 0;
        for &(block, missing_here) in &self.blocks {
            let block_end = (block + 1) * ERASED_BLOCK;
            if block_end - missing - missing_here >= before {
                let block_start = block * ERASED_BLOCK;
                if before + missing <= block_start {
                    break;
                }
                for seq in self.between(look, Seq(block_start + 1), Seq(block_end))? {
                    if seq.0 > before + missing {
                        break;
                    }
                    missing += 1;
                }
                break;
            }
            missing += missing_here;
        }
        Ok(Seq(before + missing))
    }
}

/// A page of the person's rooms, the last changed first.
///
/// # Errors
/// [`Refusal::NoSuchPage`].
pub fn page_of_rooms(
    look: &mut (impl Look + ?Sized),
    by: By<'_>,
    page: PageNumber,
    size: i64,
) -> Result<(i64, i64, Vec<RoomView>), Error> {
    let count = look.count_rooms(by.person.id, by.kinds)?;
    let (number, before) = page.locate(count, size)?;
    Ok((count, number, rooms(look, by, before, size)?))
}
