//! Beside: what messages have beside their text is read for those that have any, and what is for some is left out for others.

use crate::error::Error;
use crate::policy::By;
use crate::ports::Look;
use crate::words::{Beside, Extra, Found, Message, PersonId, RoomId, Seq};
use std::borrow::{Borrow, BorrowMut};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Leaves out the messages, all of one room, that are for some and not for this person.
pub(super) fn seen(
    look: &mut (impl Look + ?Sized),
    person: PersonId,
    mut messages: Vec<Message>,
) -> Result<Vec<Message>, Error> {
    let Some(room) = messages.first().map(|message| message.room) else {
        return Ok(messages);
    };
    let for_some = of_extra(&messages, Extra::READERS);
    if !for_some.is_empty() {
        let readers = look.readers_of(room, &for_some)?;
        let is_reader = |seq: Seq| readers.iter().any(|(of, reader)| *of == seq && *reader == person);
        messages.retain(|message| !message.extra.has(Extra::READERS) || is_reader(message.seq));
    }
    Ok(messages)
}

/// Leaves out the messages that are not for whoever asks; the application knows all of them.
pub(super) fn seen_by(
    look: &mut (impl Look + ?Sized),
    by: By<'_>,
    messages: Vec<Message>,
) -> Result<Vec<Message>, Error> {
    if by.is_host {
        return Ok(messages);
    }
    seen(look, by.person.id, messages)
}

/// Leaves out one message that is for some and not for this person.
pub(super) fn seen_one(
    look: &mut (impl Look + ?Sized),
    person: PersonId,
    message: Message,
) -> Result<Option<Message>, Error> {
    Ok(seen(look, person, vec![message])?.pop())
}

/// Reads what messages of one room have beside their text, and how their authors look.
///
/// # Errors
/// A fault where the store fails.
pub fn fill(look: &mut (impl Look + ?Sized), messages: &mut [Message]) -> Result<(), Error> {
    fill_undressed(look, messages)?;
    dress(look, messages)
}

/// The same of messages that were found in several rooms.
pub(super) fn fill_rooms(look: &mut (impl Look + ?Sized), found: &mut [Found]) -> Result<(), Error> {
    let mut messages: Vec<&mut Message> = found.iter_mut().map(|found| &mut found.message).collect();
    messages.sort_by_key(|message| message.room);
    for of_room in messages.chunk_by_mut(|one, next| one.room == next.room) {
        fill_undressed(look, of_room)?;
    }
    dress(look, &mut messages)
}

fn fill_undressed(look: &mut (impl Look + ?Sized), messages: &mut [impl BorrowMut<Message>]) -> Result<(), Error> {
    let Some(room) = messages.first().map(|message| message.borrow().room) else {
        return Ok(());
    };
    let mut found = read(look, room, messages)?;
    for message in messages.iter_mut().map(BorrowMut::borrow_mut) {
        message.beside = found.remove(&message.seq).map(Arc::new);
    }
    Ok(())
}

/// What each of these messages has beside its text.
fn read(
    look: &mut (impl Look + ?Sized),
    room: RoomId,
    messages: &[impl Borrow<Message>],
) -> Result<BTreeMap<Seq, Beside>, Error> {
    let mut found: BTreeMap<Seq, Beside> = BTreeMap::new();
    let kept = of_extra(messages, Extra::KEPT | Extra::PINNED);
    if !kept.is_empty() {
        for (seq, kept) in look.kept(room, &kept)? {
            found.entry(seq).or_default().kept = kept;
        }
        quote(look, room, &mut found)?;
    }
    let reacted = of_extra(messages, Extra::REACTIONS);
    if !reacted.is_empty() {
        for (seq, reaction) in look.reactions(room, &reacted)? {
            found.entry(seq).or_default().reactions.push(reaction);
        }
    }
    let mentioning = of_extra(messages, Extra::MENTIONS);
    if !mentioning.is_empty() {
        for (seq, person) in look.mentions(room, &mentioning)? {
            found.entry(seq).or_default().mentions.push(person);
        }
    }
    let for_some = of_extra(messages, Extra::READERS);
    if !for_some.is_empty() {
        for seq in &for_some {
            found.entry(*seq).or_default().readers = Some(Vec::new());
        }
        for (seq, reader) in look.readers_of(room, &for_some)? {
            if let Some(readers) = &mut found.entry(seq).or_default().readers {
                readers.push(reader);
            }
        }
    }
    Ok(found)
}

/// Reads the messages that these answer, as they are now.
fn quote(look: &mut (impl Look + ?Sized), room: RoomId, found: &mut BTreeMap<Seq, Beside>) -> Result<(), Error> {
    let quoted: BTreeSet<Seq> = found.values().filter_map(|beside| beside.kept.reply_to).collect();
    if quoted.is_empty() {
        return Ok(());
    }
    let quoted: Vec<Seq> = quoted.into_iter().collect();
    let mut quoted = look.messages_at(room, &quoted)?;
    dress(look, &mut quoted)?;
    for one in &mut quoted {
        know_readers(look, one)?;
    }
    let quoted: BTreeMap<Seq, Arc<Message>> = quoted
        .into_iter()
        .map(|message| (message.seq, Arc::new(message)))
        .collect();
    for beside in found.values_mut() {
        beside.quoted = beside.kept.reply_to.and_then(|seq| quoted.get(&seq).cloned());
    }
    Ok(())
}

/// Who alone sees a message that is quoted, where it is for some: [`Message::is_for`] tells whom it is not to be quoted to.
pub(super) fn know_readers(look: &mut (impl Look + ?Sized), quoted: &mut Message) -> Result<(), Error> {
    if quoted.extra.has(Extra::READERS) {
        let readers = look.readers_of(quoted.room, &[quoted.seq])?;
        quoted.beside = Some(Arc::new(Beside {
            readers: Some(readers.into_iter().map(|(_, reader)| reader).collect()),
            ..Beside::default()
        }));
    }
    Ok(())
}

/// Reads how the authors of messages look; what they were called in them stays.
pub(super) fn dress(look: &mut (impl Look + ?Sized), messages: &mut [impl BorrowMut<Message>]) -> Result<(), Error> {
    let authors = messages.iter().filter_map(|message| message.borrow().author.as_ref());
    let undressed = authors.filter(|author| author.look.is_none() && !author.forgotten);
    let wanted: BTreeSet<PersonId> = undressed.map(|author| author.id).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let people = look.people(&wanted)?;
    for message in messages {
        message.borrow_mut().dress(&people);
    }
    Ok(())
}

/// The numbers of those that have any of this.
fn of_extra(messages: &[impl Borrow<Message>], any: Extra) -> Vec<Seq> {
    let messages = messages.iter().map(Borrow::borrow);
    let have = messages.filter(|message: &&Message| message.extra.has(any));
    have.map(|message| message.seq).collect()
}
