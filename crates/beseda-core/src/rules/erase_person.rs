//! Erase a person: what they wrote goes with them. There may be much of it, so it is promised at once and kept in stretches.

use super::cases;
use super::erase::take_back;
use super::files::doom_file;
use super::people::remove_person;
use super::react::touched;
use super::touch::changed;
use crate::error::Error;
use crate::ports::{Look, Tx};
use crate::words::{Case, Errand, Extra, Message, Person, PersonId, RoomId, Seq, Time, Visit, Visitor};
use std::collections::BTreeSet;

/// Messages that are read, or erased in one transaction, at once.
const ROWS: i64 = 50;
/// Rooms that are looked through at once: nothing leads from somebody to what they wrote, because every send would pay for it.
const ROOMS: i64 = 1_000;

/// A place among all messages by rooms: a room, and a message in it.
pub type At = (RoomId, Seq);

/// Before every message.
pub const BEGINNING: At = (RoomId(0), Seq(0));

/// Deletes somebody as [`remove_person`] does, also what they were called, and promises to erase what they wrote. Who was
/// deleted before is erased all the same; one that never was there is fine.
pub fn erase_person(tx: &mut dyn Tx, now: Time, id: PersonId) -> Result<(), Error> {
    remove_person(tx, now, id)?;
    let Some(person) = tx.person(id)? else {
        return Ok(());
    };
    let nameless = Person {
        first_name: String::new(),
        last_name: String::new(),
        ..person
    };
    tx.put_person(&nameless.into())?;
    for other in tx.blocked_by(id)? {
        tx.put_block(id, other.id, false, now)?;
    }
    tx.remove_reports_by(id)?;
    for case in tx.cases_of_visitor(id)? {
        let room = case.room;
        let nobody = case.visitor.as_ref().map(|visitor| Visitor {
            person: visitor.person,
            name: String::new(),
            email: String::new(),
            visit: Visit::default(),
        });
        tx.put_case(&Case {
            visitor: nobody,
            ..case
        })?;
        tx.case_moved(room);
        // They said what it is about.
        tx.untitle_room(room)?;
        if let Some(mut room) = tx.room(room)? {
            changed(tx, now, &mut room)?;
        }
    }
    tx.enqueue(&Errand::ErasePerson { person: id }, now)?;
    Ok(())
}

/// Some of what a person wrote behind a place, in any room, removed ones too: with the place from which to go on, until
/// nothing is left. Of erased messages those come that have a name of theirs still.
pub fn written(
    look: &mut (impl Look + ?Sized),
    person: PersonId,
    after: At,
) -> Result<(Vec<Message>, Option<At>), Error> {
    let to = RoomId(after.0.0.saturating_add(ROOMS));
    let messages = look.written_by(person, after, to, ROWS)?;
    let next = match messages.last() {
        Some(last) if messages.len() as i64 >= ROWS => Some((last.room, last.seq)),
        _ if to < look.last_room()? => Some((to, Seq(i64::MAX))),
        _ => None,
    };
    Ok((messages, next))
}

/// Erases what a person wrote in these places, and what they were called there.
pub fn erase_written(tx: &mut dyn Tx, now: Time, person: PersonId, places: &[At]) -> Result<(), Error> {
    for &(room, seq) in places {
        let found = tx.written_by(person, (room, Seq(seq.0 - 1)), room, 1)?.pop();
        let Some(message) = found.filter(|message| message.seq == seq) else {
            continue;
        };
        if message.erased_at.is_none() {
            erase_wherever(tx, now, message)?;
        }
        tx.name_sender(room, seq, "")?;
    }
    let rooms: BTreeSet<RoomId> = places.iter().map(|(room, _)| *room).collect();
    for room in rooms {
        if let Some(room) = tx.room(room)? {
            cases::reckon(tx, &room)?;
        }
    }
    Ok(())
}

/// Erases a message, also in a room that was removed, where nobody hears of it.
fn erase_wherever(tx: &mut dyn Tx, now: Time, mut message: Message) -> Result<(), Error> {
    let files: Vec<String> = message.attachments.iter().map(|one| one.file.name.clone()).collect();
    match tx.room(message.room)? {
        Some(mut room) => take_back(tx, now, &mut room, message)?,
        None => {
            message.text.clear();
            message.erased_at = Some(now);
            message.extra = message.extra.only(Extra::READERS);
            tx.clear_beside(message.room, message.seq)?;
            tx.keep_message(&message)?;
        }
    }
    for name in files {
        doom_file(tx, now, &name)?;
    }
    Ok(())
}

/// What somebody makes of a message, and where that stands.
pub type Reacted = (RoomId, Seq, String);

/// Some of what a person makes of messages, in any room, removed ones too, behind one of them; until there is none.
pub fn reacted(
    look: &mut (impl Look + ?Sized),
    person: PersonId,
    after: Option<&Reacted>,
) -> Result<Vec<Reacted>, Error> {
    let after = after.map_or((RoomId(0), Seq(0), ""), |(room, seq, emoji)| {
        (*room, *seq, emoji.as_str())
    });
    Ok(look.reactions_by(person, after, ROWS)?)
}

/// Takes away what a person makes of messages.
pub fn erase_reacted(tx: &mut dyn Tx, now: Time, person: PersonId, reacted: &[Reacted]) -> Result<(), Error> {
    for (room, seq, emoji) in reacted {
        let is_gone = !tx.react(*room, *seq, emoji, person, false)?;
        let (Some(mut room), false) = (tx.room(*room)?, is_gone) else {
            continue;
        };
        if let Some(mut message) = tx.message_at(room.id, *seq)? {
            let is_left = !tx.reactions(room.id, &[*seq])?.is_empty();
            message.extra = message.extra.with(Extra::REACTIONS, is_left);
            touched(tx, now, &mut room, &message)?;
        }
    }
    Ok(())
}
