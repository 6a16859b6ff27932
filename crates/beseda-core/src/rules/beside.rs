//! Beside: what messages have beside their text is read for those that have any, and what is for some is left out for others.

use crate::error::Error;
use crate::ports::Look;
use crate::words::{Author, Beside, Extra, Look as Looks, Message, PersonId, RoomId, Seq};
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

/// The same of one message.
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
    let Some(room) = messages.first().map(|message| message.room) else {
        return Ok(());
    };
    let mut found = read(look, room, messages)?;
    for message in messages.iter_mut() {
        message.beside = found.remove(&message.seq).map(Arc::new);
    }
    dress(look, messages)
}

/// What each of these messages has beside its text.
fn read(look: &mut (impl Look + ?Sized), room: RoomId, messages: &[Message]) -> Result<BTreeMap<Seq, Beside>, Error> {
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
pub(super) fn dress(look: &mut (impl Look + ?Sized), messages: &mut [Message]) -> Result<(), Error> {
    let undressed = |author: &&mut Author| author.look.is_none() && !author.forgotten;
    let authors = |messages: &mut [Message]| -> BTreeSet<PersonId> {
        let authors = messages.iter_mut().filter_map(|message| message.author.as_mut());
        authors.filter(undressed).map(|author| author.id).collect()
    };
    let wanted = authors(messages);
    if wanted.is_empty() {
        return Ok(());
    }
    let people = look.people(&wanted)?;
    for author in messages.iter_mut().filter_map(|message| message.author.as_mut()) {
        if let Ok(at) = people.binary_search_by_key(&author.id, |person| person.id)
            && let Some(person) = people.get(at)
        {
            author.look = Some(Looks::from(person));
        }
    }
    Ok(())
}

/// The numbers of those that have any of this.
fn of_extra(messages: &[Message], any: Extra) -> Vec<Seq> {
    let have = messages.iter().filter(|message| message.extra.has(any));
    have.map(|message| message.seq).collect()
}
