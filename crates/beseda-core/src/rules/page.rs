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

/// A page of a room's messages. Whoever was given the page in front of it, up to the message `walked_to`, is given what
/// stands behind that, whatever was erased since.
///
/// # Errors
/// The refusals of the policy; [`Refusal::NoSuchPage`].
pub fn page(
    look: &mut (impl Look + ?Sized),
    by: By<'_>,
    room: RoomId,
    page: PageNumber,
    size: i64,
    walked_to: Option<MessageId>,
) -> Result<MessagesPage, Error> {
    let place = place_for(look, Deed::Read, room, by)?;
    let count = place.room.visible();
    let (number, after) = match walked(look, &place.room, page, walked_to)? {
        Some(found) => found,
        None => {
            let (number, before) = page.locate(count, size)?;
            (number, seq_of_position(look, &place.room, before)?)
        }
    };
    let marks = marks_of(look, &place, by)?;
    let messages = look.messages_after(room, after, size)?;
    let more = messages.last().is_some_and(|last| last.seq < place.room.shown);
    Ok(MessagesPage {
        count,
        number,
        messages: messages.into_iter().map(|message| (message, marks)).collect(),
        more,
    })
}

/// The page's number and the number after which its messages begin, where it follows another one and is not empty.
fn walked(
    look: &mut (impl Look + ?Sized),
    room: &Room,
    page: PageNumber,
    walked_to: Option<MessageId>,
) -> Result<Option<(i64, Seq)>, Error> {
    let (PageNumber::Number(number), Some(end)) = (page, walked_to) else {
        return Ok(None);
    };
    let after = seq_of(look, room, end)?;
    Ok((after < room.shown).then_some((number, after)))
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
