//! Sending a message that a request brought: the same for every contract, whatever it calls its fields.

use super::Shared;
use super::http::body::Brought;
use super::refused::Refused;
use beseda_core::Error;
use beseda_core::policy::By;
use beseda_core::ports::{Lane, Tx};
use beseda_core::rules;
use beseda_core::words::{Marks, Message, Person, RoomId};
use beseda_live::ask;
use std::time::Duration;
use tokio::time::Instant;

/// As whom a contract lets somebody ask.
pub type Asking = fn(&Person) -> By<'_>;

/// A message as its sender sees it, and whether it is new: a retry gives the first one.
pub type Said = (Message, Marks, bool);

/// Sends into a room. It takes one message of the sender's allowance; who may not send is told so before a file that they
/// brought is kept.
///
/// # Errors
/// What refuses the message.
pub async fn send(
    shared: &Shared,
    contract: &'static str,
    sender: &Person,
    by: Asking,
    room: RoomId,
    brought: Brought,
) -> Result<Said, Refused> {
    shared.throttles.send(sender.id)?;
    let asking = sender.clone();
    ask::look(&shared.chat, move |look| rules::may_send(look, by(&asking), room)).await?;
    let place = Lane::Place(room, sender.id);
    let lane = if brought.files.is_empty() {
        place
    } else {
        place.widened()
    };
    keep(shared, contract, sender, by, lane, brought, move |_| Ok(room)).await
}

/// Keeps what was brought and sends it into the room that `place` finds or opens, in one transaction with that.
///
/// # Errors
/// As [`send`].
pub async fn keep(
    shared: &Shared,
    contract: &'static str,
    sender: &Person,
    by: Asking,
    lane: Lane,
    brought: Brought,
    mut place: impl FnMut(&mut dyn Tx) -> Result<RoomId, Error> + Send + 'static,
) -> Result<Said, Refused> {
    let draft = brought.kept(shared).await?;
    let (now, limits, sender) = (shared.chat.now(), shared.chat.limits().clone(), sender.clone());
    let rule = move |tx: &mut dyn Tx| {
        // Asked before a room is opened for it: nothing is refused after it.
        rules::check_draft(&limits, &draft)?;
        let room = place(tx)?;
        rules::send_seen(tx, now, &limits, by(&sender), room, &draft)
    };
    let came = Instant::now();
    let said: Result<Said, Error> = ask::change_in(&shared.chat, lane, rule).await;
    let is_new = said.as_ref().map(|(.., is_new)| *is_new);
    count(shared, contract, came.elapsed(), is_new);
    Ok(said?)
}

/// Counts a message that a request brought.
pub fn count(shared: &Shared, contract: &'static str, took: Duration, is_new: Result<bool, &Error>) {
    let of_contract = shared.live.counts().of(contract);
    of_contract.came_by_request(took, is_new, |error| matches!(error, Error::Refused(_)));
}
