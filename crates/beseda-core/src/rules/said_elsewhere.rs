//! Said elsewhere: the host application brings in what was said in a room before it was one of ours.

use super::cases;
use super::send::{Moment, beside_of, check_draft, keep};
use super::touch::touch;
use crate::error::{Error, Refusal};
use crate::ports::Tx;
use crate::words::{Author, Draft, Event, Extra, Heard, Limits, Person, RoomId, RoomKind, Seq, Time};

/// Two messages of one moment, as a clock of whole seconds has them, stay in the order in which they come.
const MICROSECONDS: i64 = 1_000_000;

/// Keeps a message that was sent elsewhere at that moment; nobody is the host application. It comes behind those that were brought
/// in before, and nobody hears of it: see [`end_import`]. False for one that was brought in before under its client id.
///
/// # Errors
/// [`Refusal::NoSuchRoom`]; [`Refusal::HasMessages`] once somebody has said something in the room itself; [`Refusal::OutOfTime`];
/// the refusals of [`check_draft`].
pub fn import_message(
    tx: &mut dyn Tx,
    now: Time,
    limits: &Limits,
    room: RoomId,
    author: Option<&Person>,
    said: (Time, &Draft),
) -> Result<bool, Error> {
    let (sent_at, draft) = said;
    let room = tx.room(room)?.filter(|room| room.kind != RoomKind::Notes);
    let room = room.ok_or(Refusal::NoSuchRoom)?;
    check_draft(limits, draft)?;
    let sender = author.map(|author| author.id);
    if let Some(client_id) = &draft.client_id
        && tx.message_by_client_id(room.id, sender, client_id)?.is_some()
    {
        return Ok(false);
    }
    if room.seq > Seq(0) && !room.extra.has(Extra::IMPORTED) {
        return Err(Refusal::HasMessages.into());
    }
    let before = tx.message_at(room.id, room.seq)?.map(|last| last.created_at);
    let is_behind = before.is_none_or(|before| sent_at.0.saturating_add(MICROSECONDS) > before.0);
    if sent_at > now || !is_behind {
        return Err(Refusal::OutOfTime.into());
    }
    let moment = Moment {
        at: before.map_or(sent_at, |before| sent_at.not_before(Time(before.0 + 1))),
        ahead: room.ahead,
        is_past: true,
    };
    let beside = beside_of(tx, limits, &room, author, draft)?;
    let (id, kind) = (room.id, room.kind);
    keep(tx, moment, room, author.map(Author::from), draft, beside)?;
    if let (RoomKind::Support, Some(sender)) = (kind, sender) {
        tx.count_said(id, sender, 1)?;
    }
    Ok(true)
}

/// What was brought into a room is read by everybody who is in it, as it was elsewhere, and they are told that there is more.
///
/// # Errors
/// A fault where the store fails.
pub fn end_import(tx: &mut dyn Tx, now: Time, room: RoomId) -> Result<(), Error> {
    let Some(mut room) = tx.room(room)?.filter(|room| room.extra.has(Extra::IMPORTED)) else {
        return Ok(());
    };
    for (mut member, _) in tx.members(room.id)? {
        if member.read < room.seq {
            (member.read, member.skip) = (room.seq, 0);
            member.delivered = member.delivered.max(room.seq);
            tx.keep_receipt(&member)?;
            room.receipts = room.receipts.next();
        }
    }
    touch(tx, now, &mut room)?;
    tx.announce(Event::of(&room, Heard::Changed));
    cases::reckon(tx, &room)
}
