//! Desks: who works at them is kept where every rule finds it, and rooms that stood before their kind had one get their cases.

use beseda_core::policy;
use beseda_core::rules;
use beseda_core::words::{Kinds, RoomKind};
use beseda_core::{Chat, Error};
use beseda_live::ask;

/// Keeps the desks that settings say.
///
/// # Errors
/// The store fails.
pub async fn keep(chat: &Chat, kinds: Kinds) -> Result<(), Error> {
    let desks = policy::desks(kinds);
    let kept = desks.clone();
    ask::change(chat, move |tx| Ok(tx.keep_desk(&kept)?)).await?;
    // A visitor's room has its case from the beginning.
    for (kind, _) in desks.into_iter().filter(|(kind, _)| *kind != RoomKind::Support) {
        while ask::change(chat, move |tx| rules::open_cases(tx, kind)).await? {}
    }
    Ok(())
}
