//! Asks the chat and awaits the answer: the one place where the core's callbacks meet async code.

use crate::spans;
use beseda_core::ports::{Lane, Look, Tx};
use beseda_core::{Chat, Error, Fault};
use tokio::sync::oneshot;
use tracing::Instrument;

/// Runs a rule that changes something; returns after the commit. The rule may run more than once.
///
/// # Errors
/// What the rule refuses, or what failed below it.
pub async fn change<T: Send + 'static>(
    chat: &Chat,
    rule: impl FnMut(&mut dyn Tx) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    change_in(chat, Lane::Any, rule).await
}

/// The same after everything that was handed over in this lane before.
///
/// # Errors
/// What the rule refuses, or what failed below it.
pub async fn change_in<T: Send + 'static>(
    chat: &Chat,
    lane: Lane,
    rule: impl FnMut(&mut dyn Tx) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    hand_over(chat, lane, rule).await
}

/// The same, handed over before anybody awaits the answer: several of one lane are committed in the order of these calls.
///
/// # Errors
/// What the rule refuses, or what failed below it.
pub fn hand_over<T, R>(chat: &Chat, lane: Lane, rule: R) -> impl Future<Output = Result<T, Error>> + Send + use<T, R>
where
    T: Send + 'static,
    R: FnMut(&mut dyn Tx) -> Result<T, Error> + Send + 'static,
{
    let (answer, answered) = oneshot::channel();
    chat.change_in(lane, rule, move |outcome| {
        // Whoever asked may have gone away meanwhile; what was kept stays kept.
        let _ = answer.send(outcome);
    });
    let answered = answered.instrument(spans::of_store("store change"));
    async move { answered.await.unwrap_or(Err(Error::Failed(Fault::Stopping))) }
}

/// Runs a rule that only reads, on one snapshot.
///
/// # Errors
/// What the rule refuses, or what failed below it.
pub async fn look<T: Send + 'static>(
    chat: &Chat,
    rule: impl FnOnce(&mut dyn Look) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let (answer, answered) = oneshot::channel();
    chat.look(rule, move |outcome| {
        let _ = answer.send(outcome);
    });
    let answered = answered.instrument(spans::of_store("store look"));
    answered.await.unwrap_or(Err(Error::Failed(Fault::Stopping)))
}
