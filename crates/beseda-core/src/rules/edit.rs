//! Edit: who wrote a message says it differently.

use super::history::{marks_of, placed_message};
use super::send::check_text;
use crate::error::Error;
use crate::policy::{self, By};
use crate::ports::Tx;
use crate::words::{Event, Heard, Limits, Marks, Message, MessageId, Readers, Time};
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
    let (mut message, mut place) = placed_message(tx, by, id)?;
    policy::require_author(&message, &place, by)?;
    check_text(limits, text, !message.attachments.is_empty())?;
    let marks = marks_of(tx, &place, by)?;
    if message.text == text {
        return Ok((Arc::new(message), marks));
    }
    let head = place.room.head.next();
    text.clone_into(&mut message.text);
    message.edited_at = Some(now);
    message.changed = head;
    place.room.head = head;
    let readers = Readers::new(tx.readers(place.room.id, message.seq)?);
    tx.keep_message(&message)?;
    tx.keep_room(&place.room)?;
    let message = Arc::new(message);
    let heard = Heard::Edited {
        message: Arc::clone(&message),
        readers,
    };
    tx.announce(Event {
        room: place.room.name(),
        head,
        heard,
    });
    Ok((message, marks))
}
