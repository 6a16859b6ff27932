//! Send: a draft becomes a message, once.

use super::place_for;
use crate::error::{Error, Fault, Refusal};
use crate::policy::Deed;
use crate::ports::Tx;
use crate::words::{Author, Draft, Event, Heard, Limits, Message, NewMessage, Person, RoomId, Time};
use std::sync::Arc;

/// What became of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The message: the new one, or the first one with the draft's client id.
    pub message: Arc<Message>,
    /// Whether it is new.
    pub first: bool,
}

/// Sends a draft into a room. The second draft of a sender with the same client id gives the first message again.
///
/// # Errors
/// The refusals of [`check_text`] and of the policy; [`Refusal::BadClientId`]; [`Refusal::ErasedSince`].
pub fn send(
    tx: &mut dyn Tx,
    now: Time,
    limits: &Limits,
    by: &Person,
    room: RoomId,
    draft: &Draft,
) -> Result<Sent, Error> {
    let mut room = place_for(tx, Deed::Send, room, by)?.room;
    check_text(limits, &draft.text)?;
    check_client_id(limits, draft.client_id.as_deref())?;
    let new = NewMessage {
        room: room.id,
        seq: room.seq.next(),
        sender: Some(by.id),
        client_id: draft.client_id.clone(),
        text: draft.text.clone(),
        created_at: now.max(room.updated_at),
        head: room.head.next(),
    };
    let Some(id) = tx.insert_message(&new)? else {
        return sent_before(tx, &new);
    };
    room.seq = new.seq;
    room.shown = new.seq;
    room.head = new.head;
    room.updated_at = new.created_at;
    tx.keep_room(&room)?;
    tx.skip_own(room.id, by.id)?;
    let message = Arc::new(Message {
        id,
        room: room.id,
        seq: new.seq,
        author: Some(Author::from(by)),
        text: new.text,
        created_at: new.created_at,
        edited_at: None,
        erased_at: None,
        sent: new.head,
        changed: new.head,
    });
    let heard = Heard::Sent {
        message: Arc::clone(&message),
        client_id: new.client_id,
    };
    tx.announce(Event {
        room: room.id,
        head: room.head,
        heard,
    });
    Ok(Sent { message, first: true })
}

/// The message that took this client id first.
fn sent_before(tx: &mut dyn Tx, new: &NewMessage) -> Result<Sent, Error> {
    let (Some(sender), Some(client_id)) = (new.sender, new.client_id.as_deref()) else {
        return Err(Fault::Internal("a message without a client id was taken for a retry".to_owned()).into());
    };
    let first = tx.message_by_client_id(new.room, sender, client_id)?;
    let first = first.ok_or_else(|| Fault::Internal("a client id is taken by no message".to_owned()))?;
    if first.erased_at.is_some() {
        return Err(Refusal::ErasedSince.into());
    }
    Ok(Sent {
        message: Arc::new(first),
        first: false,
    })
}

/// Whether a text can be sent. White space alone is nothing to say; characters are Unicode scalar values.
///
/// # Errors
/// [`Refusal::EmptyText`], [`Refusal::TextTooLong`], [`Refusal::NulInText`].
pub fn check_text(limits: &Limits, text: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::EmptyText);
    }
    if text.contains('\0') {
        return Err(Refusal::NulInText);
    }
    let max = limits.text_chars;
    // A character takes at least one byte: only a text that may be too long is counted.
    if text.len() > max {
        let chars = text.chars().count();
        if chars > max {
            return Err(Refusal::TextTooLong { chars, max });
        }
    }
    Ok(())
}

fn check_client_id(limits: &Limits, client_id: Option<&str>) -> Result<(), Refusal> {
    let max = limits.client_id_chars;
    match client_id {
        Some(id) if id.is_empty() || id.contains('\0') || id.chars().count() > max => Err(Refusal::BadClientId { max }),
        _ => Ok(()),
    }
}
