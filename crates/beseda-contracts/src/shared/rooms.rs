//! Opening rooms: the same for every contract, whatever its rooms are about.

use beseda_core::ports::{Look, Tx};
use beseda_core::{Chat, Error, Refusal};
use beseda_live::ask;
use uuid::{Builder, Uuid};

/// A room's unguessable name.
#[must_use]
pub fn new_name(chat: &Chat) -> Uuid {
    Builder::from_random_bytes(chat.random()).into_uuid()
}

/// The room that stands, or the one that `open` opens under a new name, and whether it is new. One that stands is only
/// read, so that asking often costs no commits; `allowance` is asked before one is opened.
///
/// # Errors
/// What refuses the room.
pub async fn standing_or_opened<T: Send + 'static>(
    chat: &Chat,
    standing: impl FnOnce(&mut dyn Look) -> Result<Option<T>, Error> + Send + 'static,
    allowance: impl FnOnce() -> Result<(), Refusal>,
    mut open: impl FnMut(&mut dyn Tx, Uuid) -> Result<(T, bool), Error> + Send + 'static,
) -> Result<(T, bool), Error> {
    if let Some(standing) = ask::look(chat, standing).await? {
        return Ok((standing, false));
    }
    allowance()?;
    let name = new_name(chat);
    ask::change(chat, move |tx| open(tx, name)).await
}
