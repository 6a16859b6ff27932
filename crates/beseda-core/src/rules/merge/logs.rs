//! Two rooms of the same two become one log.
//!
//! No number of either is one of the other: who knows the one or the other has to begin anew. So the log is that of a new room,
//! with numbers, heads and an unguessable name of its own, under the key of the one that stands, and both rooms are removed:
//! whoever listens there is told that they are gone, and whoever asks for one again finds the new one by its key.

use super::super::beside::fill;
use super::super::members::join as let_in;
use super::super::orders::vacate;
use super::{Both, ROWS, keep_read};
use crate::error::{Error, Fault};
use crate::ports::Tx;
use crate::words::{
    Attachment, Beside, DraftFile, Extra, Kept, Member, Message, MessageId, Named, NewMessage, NewRoom, PersonId,
    Pinned, Room, RoomId, RoomKey, RoomLook, Seq, Time, Version,
};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Which number each message of the two rooms has in the new one.
type Numbers = HashMap<(RoomId, Seq), Seq>;

/// A message with all that is beside it, and what it said before.
struct Said {
    message: Message,
    versions: Vec<Version>,
}

/// Makes one room of two, of which the second stands, under this key and name.
pub(super) fn join(
    tx: &mut dyn Tx,
    now: Time,
    both: &Both,
    rooms: [Room; 2],
    key: &RoomKey,
    uuid: Uuid,
) -> Result<(), Error> {
    let [from, standing] = &rooms;
    let log = by_time(log_of(tx, from)?, log_of(tx, standing)?);
    let mut members = Vec::new();
    for room in &rooms {
        members.extend(tx.members(room.id)?.into_iter().map(|(member, _)| member));
    }
    let look = look_of(tx, &rooms)?;
    for room in &rooms {
        vacate(tx, now, room)?;
    }
    let mut room = open(tx, &rooms, key, uuid)?;
    if look != RoomLook::default() {
        tx.put_room_look(room.id, &look)?;
    }
    let mut in_it: BTreeMap<PersonId, bool> = BTreeMap::new();
    for member in &members {
        *in_it.entry(both.now(member.person)).or_default() |= member.granted;
    }
    for (person, granted) in in_it {
        let_in(tx, now, &mut room, person, granted)?;
    }
    let numbers = write(tx, now, both, &mut room, log)?;
    keep_marks(tx, both, &mut room, &members, &numbers)
}

/// Everything that was said in a room, erased or not.
fn log_of(tx: &mut dyn Tx, room: &Room) -> Result<Vec<Said>, Error> {
    let mut log: Vec<Said> = Vec::new();
    loop {
        let after = log.last().map(|said| said.message.seq).unwrap_or_default();
        let mut more = tx.sent_after(room.id, after, ROWS)?;
        if more.is_empty() {
            return Ok(log);
        }
        fill(tx, &mut more)?;
        for message in more {
            let versions = if message.extra.has(Extra::VERSIONS) {
                tx.versions(room.id, message.seq)?
            } else {
                Vec::new()
            };
            log.push(Said { message, versions });
        }
    }
}

/// Both logs by time. What was said in one room stays in its order, whatever its clocks said.
fn by_time(one: Vec<Said>, other: Vec<Said>) -> Vec<Said> {
    let at = |said: &Said| (said.message.created_at, said.message.id);
    let mut log = Vec::with_capacity(one.len() + other.len());
    let mut other = other.into_iter().peekable();
    for said in one {
        while let Some(earlier) = other.next_if(|next| at(next) < at(&said)) {
            log.push(earlier);
        }
        log.push(said);
    }
    log.extend(other);
    log
}

/// How the room looks that stands; what nothing was said of there looks as in the other.
fn look_of(tx: &mut dyn Tx, rooms: &[Room; 2]) -> Result<RoomLook, Error> {
    let mut looks = tx.room_looks(&rooms.each_ref().map(|room| room.id))?;
    looks.sort_by_key(|(of, _)| rooms.iter().position(|room| room.id == *of));
    let mut look = RoomLook::default();
    for (_, said) in looks {
        look = RoomLook {
            avatar_url: if said.avatar_url.is_empty() {
                look.avatar_url
            } else {
                said.avatar_url
            },
            custom: said.custom.or(look.custom),
            subject: said.subject.or(look.subject),
        };
    }
    Ok(look)
}

/// Opens the new room. Its business is over where that of both is.
fn open(tx: &mut dyn Tx, rooms: &[Room; 2], key: &RoomKey, uuid: Uuid) -> Result<Room, Error> {
    let [from, standing] = rooms;
    let title = if standing.title.is_empty() {
        &from.title
    } else {
        &standing.title
    };
    let (room, _) = tx.open_room(&NewRoom {
        uuid,
        key: key.to_string(),
        kind: standing.kind,
        group: None,
        title: title.clone(),
        now: from.created_at.min(standing.created_at),
    })?;
    Ok(Room {
        closed: from.closed && standing.closed,
        ..room
    })
}

/// Writes the messages into the new room in their order, and takes them out of the old ones.
fn write(tx: &mut dyn Tx, now: Time, both: &Both, room: &mut Room, log: Vec<Said>) -> Result<Numbers, Error> {
    let mut numbers = Numbers::with_capacity(log.len());
    for said in log {
        let message = &said.message;
        room.seq = room.seq.next();
        room.head = room.head.next();
        // Each is later than the one before it.
        let earliest = if room.seq == Seq(1) {
            message.created_at
        } else {
            Time(room.updated_at.0 + 1)
        };
        room.updated_at = message.created_at.max(earliest);
        room.extra |= message.extra;
        numbers.insert((message.room, message.seq), room.seq);
        let id = copy(tx, both, room, message)?;
        keep_beside(tx, both, room, &said, &numbers)?;
        keep_as_it_is(tx, both, room, message, id)?;
        tx.move_reports((message.room, message.seq), (room.id, room.seq))?;
        take_out(tx, now, said.message)?;
    }
    room.shown = tx.shown_before(room.id, room.seq.next())?;
    room.changed_at = now;
    tx.keep_room(room)?;
    Ok(numbers)
}

/// Writes a message as the newest of a room.
fn copy(tx: &mut dyn Tx, both: &Both, room: &Room, message: &Message) -> Result<MessageId, Error> {
    let hung = |one: &Attachment| DraftFile {
        file: one.file.id,
        title: one.title.clone(),
    };
    let new = NewMessage {
        room: room.id,
        seq: room.seq,
        sender: message.author.as_ref().map(|author| both.now(author.id)),
        client_id: message.client_id.clone(),
        text: message.text.clone(),
        files: message.attachments.iter().map(hung).collect(),
        created_at: room.updated_at,
        head: room.head,
        extra: message.extra,
    };
    let id = match tx.insert_message(&new)? {
        Some(id) => Some(id),
        // Both have used the same client id.
        None => tx.insert_message(&NewMessage { client_id: None, ..new })?,
    };
    Ok(id.ok_or_else(|| Fault::Internal("a message without a client id was there before".to_owned()))?)
}

/// Keeps beside a message of the new room what stood beside it in the old one.
fn keep_beside(tx: &mut dyn Tx, both: &Both, room: &Room, said: &Said, numbers: &Numbers) -> Result<(), Error> {
    let Some(beside) = said.message.beside.as_deref() else {
        return keep_versions(tx, room, &said.versions);
    };
    let Beside {
        kept,
        reactions,
        mentions,
        readers,
        ..
    } = beside;
    if *kept != Kept::default() {
        let pinned = kept.pinned.as_ref().map(|pinned| Pinned {
            by: both.named(&pinned.by),
            at: pinned.at,
        });
        let reply_to = kept.reply_to.and_then(|seq| numbers.get(&(said.message.room, seq)));
        let kept = Kept {
            reply_to: reply_to.copied(),
            pinned,
            ..kept.clone()
        };
        tx.put_kept(room.id, room.seq, &kept)?;
    }
    for reaction in reactions {
        tx.react(room.id, room.seq, &reaction.emoji, both.now(reaction.person.id), true)?;
    }
    if !mentions.is_empty() {
        let people = both.once(mentions.iter().map(|person| person.id));
        tx.put_mentions(room.id, room.seq, &people)?;
    }
    if let Some(readers) = readers {
        let people = both.once(readers.iter().copied());
        tx.put_readers(room.id, room.seq, &people)?;
    }
    keep_versions(tx, room, &said.versions)
}

fn keep_versions(tx: &mut dyn Tx, room: &Room, versions: &[Version]) -> Result<(), Error> {
    for version in versions {
        tx.put_version(room.id, room.seq, &version.text, version.at)?;
    }
    Ok(())
}

/// Keeps that a message was edited or erased.
fn keep_as_it_is(tx: &mut dyn Tx, both: &Both, room: &mut Room, message: &Message, id: MessageId) -> Result<(), Error> {
    if message.erased_at.is_some() {
        room.erased += 1;
    }
    if message.erased_at.is_some() || message.edited_at.is_some() {
        tx.keep_message(&Message {
            id,
            room: room.id,
            seq: room.seq,
            sent: room.head,
            changed: room.head,
            author: message.author.clone().map(|author| both.author(author)),
            ..message.clone()
        })?;
    }
    Ok(())
}

/// Takes a message out of its old room, now that it stands in the new one: nothing is said twice, nor found twice.
fn take_out(tx: &mut dyn Tx, now: Time, message: Message) -> Result<(), Error> {
    if message.erased_at.is_some() {
        return Ok(());
    }
    tx.clear_beside(message.room, message.seq)?;
    Ok(tx.keep_message(&Message {
        text: String::new(),
        erased_at: Some(now),
        extra: message.extra.only(Extra::READERS),
        ..message
    })?)
}

/// Keeps how far each has read, as far as in whichever room it was further, and how they see the room: as the one that stands.
fn keep_marks(
    tx: &mut dyn Tx,
    both: &Both,
    room: &mut Room,
    before: &[Member],
    numbers: &Numbers,
) -> Result<(), Error> {
    for (member, person) in tx.members(room.id)? {
        let own: Vec<&Member> = before
            .iter()
            .filter(|one| both.now(one.person) == member.person)
            .collect();
        let furthest = |mark: fn(&Member) -> Seq| {
            let marks = own.iter().filter_map(|one| numbers.get(&(one.room, mark(one))));
            marks.max().copied().unwrap_or_default()
        };
        let (read, delivered) = (furthest(|one| one.read), furthest(|one| one.delivered));
        let read_at = own.iter().filter_map(|one| one.read_at).max();
        let mut view = member.view;
        // Those of the room that stands come last.
        if let Some(one) = own.last() {
            view = one.view;
            let from = view.unread_from.and_then(|seq| numbers.get(&(one.room, seq)));
            view.unread_from = from.copied();
        }
        let member = Member {
            read,
            read_at,
            delivered: delivered.max(read),
            view,
            ..member
        };
        keep_read(tx, room, member, Named::from(&*person))?;
    }
    Ok(())
}
