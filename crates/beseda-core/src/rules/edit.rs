//! Edit: who wrote a message says it differently.

use super::beside::fill;
use super::cases::case_stirs;
use super::history::{marks_of, message_in, placed_message};
use super::react::requote;
use super::read::me_of;
use super::send::{check_text, mentioned};
use super::touch::advance;
use crate::error::{Error, Refusal};
use crate::policy::{self, By};
use crate::ports::Tx;
use crate::words::{
    Event, Extra, Heard, HostId, Limits, Marks, Message, MessageId, Named, PersonId, Place, Readers, Room, RoomId, Seq,
    Time,
};
use std::sync::Arc;

/// Changes the text of a message.
///
/// # Errors
/// The refusals of [`policy::require_author`] and of [`check_text`].
pub fn edit(
    tx: &mut dyn Tx,
    now: Time,
    limits: &Limits,
    by: By<'_>,
    id: MessageId,
    text: &str,
) -> Result<(Arc<Message>, Marks), Error> {
    let (message, place) = placed_message(tx, by, id)?;
    policy::require_author(&message, &place, by)?;
    let marks = marks_of(tx, &place, by)?;
    Ok((keep_edit(tx, now, limits, place, message, text, None)?, marks))
}

/// Changes the text of a message by its number in the room, and who is mentioned in it.
///
/// # Errors
/// The refusals of [`policy::require_own`] and of [`check_text`]; [`Refusal::Erased`], [`Refusal::EditTooLate`],
/// [`Refusal::TooManyMentions`].
pub fn edit_at(
    tx: &mut dyn Tx,
    now: Time,
    limits: &Limits,
    by: By<'_>,
    at: (RoomId, Seq),
    said: (&str, Option<&[HostId<'static>]>),
) -> Result<Arc<Message>, Error> {
    let (message, place) = message_in(tx, by, at.0, at.1)?;
    policy::require_own(&message, &place, by)?;
    if message.erased_at.is_some() {
        return Err(Refusal::Erased.into());
    }
    let lasts = i64::try_from(limits.edit_seconds).unwrap_or(i64::MAX);
    if lasts > 0 && now > message.created_at.plus_seconds(lasts) {
        return Err(Refusal::EditTooLate {
            seconds: limits.edit_seconds,
        }
        .into());
    }
    let (text, mentions) = said;
    let mut mentions = match mentions {
        Some(mentions) => Some(mentioned(tx, limits, place.room.id, mentions)?),
        None => None,
    };
    if let Some(mentions) = mentions.as_mut().filter(|_| message.extra.has(Extra::READERS)) {
        let readers = tx.readers_of(place.room.id, &[message.seq])?;
        mentions.retain(|person| readers.iter().any(|(_, reader)| *reader == person.id));
    }
    keep_edit(tx, now, limits, place, message, text, mentions)
}

/// `mentions`: who is mentioned now; `None` where nobody said so.
fn keep_edit(
    tx: &mut dyn Tx,
    now: Time,
    limits: &Limits,
    place: Place,
    mut message: Message,
    text: &str,
    mentions: Option<Vec<Named>>,
) -> Result<Arc<Message>, Error> {
    check_text(limits, text, !message.attachments.is_empty())?;
    let mut room = place.room;
    let mentions = match mentions {
        Some(mentions) if !mentions.is_empty() || message.extra.has(Extra::MENTIONS) => Some(mentions),
        _ => None,
    };
    if message.text == text && mentions.is_none() {
        return Ok(Arc::new(message));
    }
    tx.put_version(
        room.id,
        message.seq,
        &message.text,
        message.edited_at.unwrap_or(message.created_at),
    )?;
    message.extra |= Extra::VERSIONS;
    let mut moved = Vec::new();
    if let Some(mentions) = mentions {
        let people: Vec<_> = mentions.iter().map(|person| person.id).collect();
        let before = tx.mentions(room.id, &[message.seq])?;
        let before: Vec<_> = before.into_iter().map(|(_, person)| person.id).collect();
        moved.extend(people.iter().filter(|person| !before.contains(person)));
        moved.extend(before.iter().filter(|person| !people.contains(person)));
        tx.put_mentions(room.id, message.seq, &people)?;
        message.extra = message.extra.with(Extra::MENTIONS, !people.is_empty());
    }
    room.extra |= message.extra;
    advance(now, &mut room);
    text.clone_into(&mut message.text);
    message.edited_at = Some(now);
    message.changed = room.head;
    let readers = Readers::new(tx.readers(room.id, message.seq)?);
    tx.keep_message(&message)?;
    tx.keep_room(&room)?;
    case_stirs(tx, &room);
    let mut edited = [message];
    fill(tx, &mut edited)?;
    let [message] = edited;
    let message = Arc::new(message);
    let heard = Heard::Edited {
        message: Arc::clone(&message),
        readers,
    };
    tx.announce(Event::of(&room, heard));
    for person in moved {
        tell_mentioned(tx, &mut room, person)?;
    }
    requote(tx, now, &mut room, message.seq, message.extra)?;
    Ok(message)
}

/// Somebody is mentioned now, or no more. In how many messages they are is theirs to hear, as how they see the room is.
fn tell_mentioned(tx: &mut dyn Tx, room: &mut Room, person: PersonId) -> Result<(), Error> {
    let place = tx.place(room.id, person)?;
    if let Some(member) = place.and_then(|place| place.member) {
        tx.keep_receipt(&member)?;
        room.receipts = room.receipts.next();
        let me = Arc::new(me_of(tx, room, member)?);
        tx.announce(Event::of(room, Heard::Viewed { me }));
    }
    Ok(())
}
