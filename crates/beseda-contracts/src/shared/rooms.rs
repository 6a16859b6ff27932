//! Opening rooms: the same for every contract, whatever its rooms are about.

use beseda_core::ports::{Look, Tx};
use beseda_core::{Chat, Error, Refusal};
use beseda_live::ask;
use uuid::{Builder, Uuid};

/// A room's unguessable name.
#[must_use]
pub fn new_name(chat: &Chat) -> Uuid {
    name_of(chat.random())
}

/// The name of these bytes, which nobody can guess.
#[must_use]
pub fn name_of(bytes: [u8; 16]) -> Uuid {
    Builder::from_random_bytes(bytes).into_uuid()
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
    open: impl FnMut(&mut dyn Tx, Uuid) -> Result<(T, bool), Error> + Send + 'static,
) -> Result<(T, bool), Error> {
    standing_or_opened_as(chat, new_name(chat), standing, allowance, open).await
}

/// The same under a name that somebody else chose.
///
/// # Errors
/// As [`standing_or_opened`].
pub async fn standing_or_opened_as<T: Send + 'static>(
    chat: &Chat,
    name: Uuid,
    standing: impl FnOnce(&mut dyn Look) -> Result<Option<T>, Error> + Send + 'static,
    allowance: impl FnOnce() -> Result<(), Refusal>,
    mut open: impl FnMut(&mut dyn Tx, Uuid) -> Result<(T, bool), Error> + Send + 'static,
) -> Result<(T, bool), Error> {
    if let Some(standing) = ask::look(chat, standing).await? {
        return Ok((standing, false));
    }
    allowance()?;
    ask::change(chat, move |tx| open(tx, name)).await
}
