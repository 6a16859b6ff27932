//! Pages by number, oldest first: page 1 is the oldest. A page deep inside costs what the first one does.

use super::history::{marks_of, seq_of};
use super::{place_for, rooms};
use crate::error::{Error, Refusal};
use crate::policy::{By, Deed};
use crate::ports::{ERASED_BLOCK, Look};
use crate::words::{Marks, Message, MessageId, Room, RoomId, RoomView, Seq};

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
    let count = place.room.visible();
    let at = match walked {
        None => None,
        Some(walked) => {
            let seq = seq_of(look, &place.room, walked.to)?;
            let erased = erased_of(look, &place.room)?;
            Some((visible_to(look, &place.room, &erased, seq)?, walked.from_behind))
        }
    };
    let Stretch { number, before, rows } = Stretch::of(page, size, count, at)?;
    let marks = marks_of(look, &place, by)?;
    let after = seq_of_position(look, &place.room, before)?;
    let messages = look.messages_after(room, after, rows)?;
    let more = messages.last().is_some_and(|last| last.seq < place.room.shown);
    Ok(MessagesPage {
        count,
        number,
        messages: messages.into_iter().map(|message| (message, marks)).collect(),
        more,
    })
}

/// How many messages of a room are erased, by blocks that have any.
pub(super) fn erased_of(look: &mut (impl Look + ?Sized), room: &Room) -> Result<Vec<(i64, i64)>, Error> {
    if room.erased == 0 {
        return Ok(Vec::new());
    }
    Ok(look.erased_by_block(room.id)?)
}

/// How many messages of a room up to `seq` are not erased; `erased` tells how many are, by blocks.
pub(super) fn visible_to(
    look: &mut (impl Look + ?Sized),
    room: &Room,
    erased: &[(i64, i64)],
    seq: Seq,
) -> Result<i64, Error> {
    let whole_blocks = seq.0 / ERASED_BLOCK;
    let before: i64 = erased
        .iter()
        .filter(|(block, _)| *block < whole_blocks)
        .map(|(_, erased)| erased)
        .sum();
    let in_block = if erased.iter().any(|(block, _)| *block == whole_blocks) {
        look.erased_between(room.id, Seq(whole_blocks * ERASED_BLOCK + 1), seq)?
            .len()
    } else {
        0
    };
    Ok(seq.0 - before - i64::try_from(in_block).unwrap_or(i64::MAX))
}

/// The number after which the messages begin that have `before` visible ones in front of them.
fn seq_of_position(look: &mut (impl Look + ?Sized), room: &Room, before: i64) -> Result<Seq, Error> {
    if room.erased == 0 {
        return Ok(Seq(before));
    }
    // Walk over the blocks that have erased messages until the block in which the position lies.
    let mut erased = 0;
    for (block, erased_here) in look.erased_by_block(room.id)? {
        let block_end = (block + 1) * ERASED_BLOCK;
        if block_end - erased - erased_here >= before {
            let block_start = block * ERASED_BLOCK;
            if before + erased <= block_start {
                break;
            }
            for seq in look.erased_between(room.id, Seq(block_start + 1), Seq(block_end))? {
                if seq.0 > before + erased {
                    break;
                }
                erased += 1;
            }
            break;
        }
        erased += erased_here;
    }
    Ok(Seq(before + erased))
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
