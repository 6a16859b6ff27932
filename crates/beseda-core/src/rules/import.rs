//! Import: what another chat has kept comes in under its own numbers. Whatever is here already stays as it is, so that the
//! same may come again, and goes on where it was cut off. Every work that writes is done [`in_turn`].

mod people;
mod rooms;

pub use people::{Password, PersonTaken, find_or_remember, take_order, take_person};
pub use rooms::{member_arriving, take_member, take_places, take_reads, take_receipt, take_rooms};

use crate::error::{Error, Fault};
use crate::ports::{Look, Tx};
use crate::words::{
    Extra, ForeignMessage, ForeignRoom, MessageId, NewMessage, Room, RoomId, StandingMessage, StandingRoom, Time,
};
use std::collections::HashMap;
use thiserror::Error;

/// How something of another chat stands to what is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrival {
    /// It is not here, and can come.
    New,
    /// It is here.
    Here,
    /// It was here and was taken away, or its room was: it stays away.
    Gone,
    /// Something else has its place.
    Clash(Clash),
}

/// What is in the place of something that is to come in.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Clash {
    /// The number is another room's.
    #[error("the number {id} is here that of the room {key}")]
    RoomNumber {
        /// The number.
        id: RoomId,
        /// What that one is about.
        key: String,
    },
    /// The room about the same has another number.
    #[error("the room {key} has the number {id} here")]
    RoomElsewhere {
        /// What it is about.
        key: String,
        /// Its number.
        id: RoomId,
    },
    /// The number is another message's.
    #[error("the number {id} is here that of another message, in room {room}")]
    MessageNumber {
        /// The number.
        id: MessageId,
        /// The room of that one.
        room: RoomId,
    },
    /// A later message of its room is here: what is read is ordered by number, and nothing comes in between.
    #[error("the room has message {last} already, and none comes before one that is there")]
    Late {
        /// The newest message of the room.
        last: MessageId,
    },
}

/// A server has begun to serve the database while something is brought into it.
pub const SERVED: &str = "a server serves this database";

/// How each of these rooms stands to what is here.
///
/// # Errors
/// A fault where the store fails.
pub fn rooms_arriving(look: &mut (impl Look + ?Sized), rooms: &[ForeignRoom]) -> Result<Vec<Arrival>, Error> {
    let ids: Vec<RoomId> = rooms.iter().map(|room| room.id).collect();
    let standing = by_number(look.standing_rooms(&ids)?);
    rooms.iter().map(|room| room_arriving(look, room, &standing)).collect()
}

fn by_number(rooms: Vec<StandingRoom>) -> HashMap<RoomId, StandingRoom> {
    rooms.into_iter().map(|standing| (standing.room.id, standing)).collect()
}

fn room_arriving(
    look: &mut (impl Look + ?Sized),
    room: &ForeignRoom,
    standing: &HashMap<RoomId, StandingRoom>,
) -> Result<Arrival, Error> {
    let key = room.key.to_string();
    Ok(match standing.get(&room.id) {
        Some(standing) if standing.removed => Arrival::Gone,
        Some(standing) if *standing.room.key == *key => Arrival::Here,
        Some(standing) => Arrival::Clash(Clash::RoomNumber {
            id: room.id,
            key: standing.room.key.to_string(),
        }),
        None => match look.room_by_key(&key)? {
            Some(other) => Arrival::Clash(Clash::RoomElsewhere { key, id: other.id }),
            None => Arrival::New,
        },
    })
}

/// How each of these messages, ordered by their numbers, stands to what is here. A room that is not here is taken for one
/// that will come.
///
/// # Errors
/// A fault where the store fails.
pub fn messages_arriving(look: &mut (impl Look + ?Sized), messages: &[ForeignMessage]) -> Result<Vec<Arrival>, Error> {
    let rooms = rooms_of(look, messages)?;
    arrivals(look, messages, &rooms)
}

fn rooms_of(
    look: &mut (impl Look + ?Sized),
    messages: &[ForeignMessage],
) -> Result<HashMap<RoomId, StandingRoom>, Error> {
    let mut ids: Vec<RoomId> = messages.iter().map(|message| message.room).collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(by_number(look.standing_rooms(&ids)?))
}

fn arrivals(
    look: &mut (impl Look + ?Sized),
    messages: &[ForeignMessage],
    rooms: &HashMap<RoomId, StandingRoom>,
) -> Result<Vec<Arrival>, Error> {
    let (Some(first), Some(last)) = (messages.first(), messages.last()) else {
        return Ok(Vec::new());
    };
    let standing = look.standing_messages(first.id, last.id)?;
    let standing: HashMap<MessageId, StandingMessage> = standing.into_iter().map(|one| (one.id, one)).collect();
    let arrival = |message: &ForeignMessage| match (standing.get(&message.id), rooms.get(&message.room)) {
        (_, Some(room)) if room.removed => Arrival::Gone,
        (Some(there), _) if is_same(there, message) => Arrival::Here,
        (Some(there), _) => Arrival::Clash(Clash::MessageNumber {
            id: there.id,
            room: there.room,
        }),
        (None, Some(room)) => match room.last {
            Some(last) if last > message.id => Arrival::Clash(Clash::Late { last }),
            _ => Arrival::New,
        },
        (None, None) => Arrival::New,
    };
    Ok(messages.iter().map(arrival).collect())
}

/// Texts change and are erased; who sent it is somebody else's number once they were deleted.
fn is_same(there: &StandingMessage, message: &ForeignMessage) -> bool {
    there.room == message.room && there.created_at == message.created_at
}

/// Takes messages in, ordered by their numbers: how each stood to what was here. In each room they follow each other by
/// their numbers, because that is the order in which clients have seen them and ask for more. A message of a room that is
/// not here is left out as [`Arrival::Gone`].
///
/// # Errors
/// A fault where the store fails.
pub fn take_messages(tx: &mut dyn Tx, now: Time, messages: &[ForeignMessage]) -> Result<Vec<Arrival>, Error> {
    let mut rooms = rooms_of(tx, messages)?;
    let mut outcome = arrivals(tx, messages, &rooms)?;
    let mut taken = Vec::with_capacity(messages.len());
    for (message, arrival) in messages.iter().zip(&mut outcome) {
        if *arrival != Arrival::New {
            continue;
        }
        match rooms.get_mut(&message.room) {
            Some(standing) => taken.push(numbered(&mut standing.room, now, message)),
            None => *arrival = Arrival::Gone,
        }
    }
    if !taken.is_empty() {
        let rooms: Vec<Room> = rooms.into_values().map(|standing| standing.room).collect();
        tx.insert_messages_as(&taken, &rooms)?;
    }
    Ok(outcome)
}

/// The message with the next number of its room, which moves on with it. A clock that was ahead there does not stay ahead
/// here.
fn numbered(room: &mut Room, now: Time, message: &ForeignMessage) -> (MessageId, NewMessage) {
    room.seq = room.seq.next();
    room.shown = room.seq;
    room.head = room.head.next();
    let new = NewMessage {
        room: room.id,
        seq: room.seq,
        sender: message.sender,
        client_id: None,
        text: message.text.clone(),
        files: message.file.iter().cloned().collect(),
        created_at: message.created_at,
        head: room.head,
        extra: Extra::NONE,
    };
    if message.created_at > now {
        room.ahead = Some(
            room.ahead
                .map_or(message.created_at, |ahead| ahead.min(message.created_at)),
        );
    }
    room.updated_at = room.updated_at.max(message.created_at.min(now));
    (message.id, new)
}

/// Does some work of an import, which numbers what it brings as nobody else may meanwhile. What is numbered by the store
/// afterwards comes above it.
///
/// # Errors
/// A fault where a server serves the database; what the work fails with.
pub fn in_turn<T>(tx: &mut dyn Tx, work: impl FnOnce(&mut dyn Tx) -> Result<T, Error>) -> Result<T, Error> {
    if !tx.nobody_serves()? {
        return Err(Fault::Store(SERVED.to_owned()).into());
    }
    let done = work(tx)?;
    tx.draw_above()?;
    Ok(done)
}
