//! React and pin: what people make of a message, beside its text.

use super::beside::fill;
use super::history::message_in;
use super::touch::advance;
use crate::error::{Error, Refusal};
use crate::policy::{self, By, Deed};
use crate::ports::{Look, Tx};
use crate::words::{Event, Extra, Heard, Limits, Message, Named, Pinned, Place, Room, RoomId, Seq, Time, Version};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Adds somebody's reaction to a message, or takes it away. Again, it changes nothing.
///
/// # Errors
/// The refusals of the policy; [`Refusal::NoSuchMessage`], [`Refusal::Erased`], [`Refusal::TooManyReactions`].
pub fn react(
    tx: &mut dyn Tx,
    now: Time,
    limits: &Limits,
    by: By<'_>,
    at: (RoomId, Seq),
    reaction: (&str, bool),
) -> Result<(), Error> {
    let (mut message, place) = message_to_touch(tx, by, at.0, at.1)?;
    let mut room = place.room;
    let (emoji, on) = reaction;
    let standing = if message.extra.has(Extra::REACTIONS) {
        tx.reactions(room.id, &[message.seq])?
    } else {
        Vec::new()
    };
    let different: BTreeSet<&str> = standing.iter().map(|(_, one)| one.emoji.as_str()).collect();
    if on && !different.contains(emoji) && different.len() >= limits.reactions {
        return Err(Refusal::TooManyReactions { max: limits.reactions }.into());
    }
    if !tx.react(room.id, message.seq, emoji, by.person.id, on)? {
        return Ok(());
    }
    message.extra = message.extra.with(Extra::REACTIONS, on || standing.len() > 1);
    touched(tx, now, &mut room, &message)
}

/// Pins a message, or takes the pin away. Again, it changes nothing.
///
/// # Errors
/// As [`react`].
pub fn pin(tx: &mut dyn Tx, now: Time, by: By<'_>, room: RoomId, seq: Seq, on: bool) -> Result<(), Error> {
    let (mut message, place) = message_to_touch(tx, by, room, seq)?;
    let mut room = place.room;
    if message.extra.has(Extra::PINNED) == on {
        return Ok(());
    }
    let kept = tx.kept(room.id, &[seq])?.pop();
    let mut kept = kept.map(|(_, kept)| kept).unwrap_or_default();
    kept.pinned = on.then(|| Pinned {
        by: Named::from(by.person),
        at: now,
    });
    tx.put_kept(room.id, seq, &kept)?;
    message.extra = message.extra.with(Extra::PINNED, on);
    touched(tx, now, &mut room, &message)
}

/// Pinned messages of a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pins {
    /// The messages, the last pinned first.
    pub messages: Vec<Message>,
    /// The place behind which there are more: when its message was pinned, and its number.
    pub next: Option<(Time, Seq)>,
}

/// The pinned messages of a room, the last pinned first.
///
/// # Errors
/// The refusals of the policy.
pub fn pins(
    look: &mut (impl Look + ?Sized),
    by: By<'_>,
    room: RoomId,
    after: Option<(Time, Seq)>,
    limit: i64,
) -> Result<Pins, Error> {
    let place = super::place_for(look, Deed::Read, room, by)?;
    let mut pinned = look.pinned(place.room.id, after, limit + 1)?;
    let more = i64::try_from(pinned.len()).is_ok_and(|found| found > limit);
    pinned.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let seqs: Vec<Seq> = pinned.iter().map(|(_, seq)| *seq).collect();
    let messages = look.messages_at(room, &seqs)?;
    let mut messages = super::beside::seen(look, by.person.id, messages)?;
    fill(look, &mut messages)?;
    messages.sort_by_key(|message| seqs.iter().position(|seq| *seq == message.seq));
    Ok(Pins {
        messages,
        next: pinned.pop().filter(|_| more),
    })
}

/// What a message said before it was edited, and what it says, the oldest first.
///
/// # Errors
/// The refusals of [`policy::require_versions`].
pub fn versions(look: &mut (impl Look + ?Sized), by: By<'_>, room: RoomId, seq: Seq) -> Result<Vec<Version>, Error> {
    let (message, place) = message_in(look, by, room, seq)?;
    policy::require_versions(&message, &place, by)?;
    let author = message.author.as_ref().map(|author| Named {
        id: author.id,
        host_name: author.host_name.clone(),
        forgotten: author.forgotten,
    });
    let mut versions = look.versions(room, seq)?;
    if message.erased_at.is_none() {
        versions.push(Version {
            text: message.text,
            at: message.edited_at.unwrap_or(message.created_at),
            by: None,
        });
    }
    for version in &mut versions {
        version.by.clone_from(&author);
    }
    Ok(versions)
}

/// A message beside which the asker may put something.
fn message_to_touch(tx: &mut dyn Tx, by: By<'_>, room: RoomId, seq: Seq) -> Result<(Message, Place), Error> {
    let (message, place) = message_in(tx, by, room, seq)?;
    policy::require(Deed::Send, &place, by)?;
    if place.room.is_left() {
        return Err(Refusal::RoomClosed.into());
    }
    if message.erased_at.is_some() {
        return Err(Refusal::Erased.into());
    }
    Ok((message, place))
}

/// Keeps that something beside a message has changed, and tells it.
pub(super) fn touched(tx: &mut dyn Tx, now: Time, room: &mut Room, message: &Message) -> Result<(), Error> {
    advance(now, room);
    room.extra |= message.extra;
    tx.touch_message(room.id, message.seq, room.head, message.extra)?;
    tx.keep_room(room)?;
    let mut touched = [Message {
        changed: room.head,
        ..message.clone()
    }];
    fill(tx, &mut touched)?;
    let [message] = touched;
    let message = Arc::new(message);
    tx.announce(Event::of(room, Heard::Touched { message }));
    Ok(())
}

/// Messages that answer one which was edited or erased have changed too: what they quote is another text now. Each takes a head
/// of its own, so that a page of changes can end behind any of them.
pub(super) fn requote(tx: &mut dyn Tx, now: Time, room: &mut Room, seq: Seq, extra: Extra) -> Result<(), Error> {
    if !extra.has(Extra::ANSWERED) {
        return Ok(());
    }
    let answers = tx.answers_to(room.id, seq)?;
    for answer in tx.messages_at(room.id, &answers)? {
        touched(tx, now, room, &answer)?;
    }
    Ok(())
}
