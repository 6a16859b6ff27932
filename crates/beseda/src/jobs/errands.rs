//! What is done for each errand, outside of the database. What is over in the database by that: `rules::job_done`.

use crate::push::Push;
use beseda_core::ports::{Files, thumbnail_name};
use beseda_core::rules::{self, At};
use beseda_core::words::{Errand, PersonId};
use beseda_core::{Chat, Error, Fault};
use beseda_live::ask;
use std::panic::resume_unwind;
use std::sync::Arc;
use tokio::task::spawn_blocking;

/// Does an errand. It may have been done before, by somebody who was killed over noting that; and nobody cuts it off, so it
/// bounds its own waiting.
///
/// # Errors
/// Why it is not done, in words that hold nothing of what people write.
pub async fn run(errand: Errand, chat: Chat, files: Arc<dyn Files>, push: Option<Arc<Push>>) -> Result<(), Fault> {
    match errand {
        Errand::ForgetFile { name } => forget_file(name, files).await,
        Errand::ErasePerson { person } => erase_person(person, &chat).await.map_err(failed),
        Errand::EndSnooze { room, until } => {
            let ended = ask::change(&chat, move |tx| rules::end_snooze(tx, room, until)).await;
            ended.map_err(failed)
        }
        Errand::Push {
            subscription,
            room,
            seq,
        } => match push {
            Some(push) => push.tell(subscription, (room, seq)).await,
            None => Ok(()),
        },
        Errand::TryPush { subscription, .. } => match push {
            Some(push) => push.try_out(subscription).await,
            None => Ok(()),
        },
    }
}

/// Why a rule failed; those of errands refuse nothing.
fn failed(error: Error) -> Fault {
    match error {
        Error::Failed(fault) => fault,
        Error::Refused(refusal) => Fault::Internal(refusal.to_string()),
    }
}

/// Erases what somebody wrote, and what they made of messages, a little in each transaction: others write in between.
async fn erase_person(person: PersonId, chat: &Chat) -> Result<(), Error> {
    let mut next = Some(rules::BEGINNING);
    while let Some(after) = next {
        let (messages, behind) = ask::look(chat, move |look| rules::written(look, person, after)).await?;
        if !messages.is_empty() {
            let now = chat.now();
            let places: Vec<At> = messages.iter().map(|message| (message.room, message.seq)).collect();
            ask::change(chat, move |tx| rules::erase_written(tx, now, person, &places)).await?;
        }
        next = behind;
    }
    let mut after = None;
    loop {
        let reacted = ask::look(chat, move |look| rules::reacted(look, person, after.as_ref())).await?;
        after = reacted.last().cloned();
        if after.is_none() {
            return Ok(());
        }
        let now = chat.now();
        ask::change(chat, move |tx| rules::erase_reacted(tx, now, person, &reacted)).await?;
    }
}

/// Forgets a file's bytes and its small copy, if there is one.
async fn forget_file(name: String, files: Arc<dyn Files>) -> Result<(), Fault> {
    let forgotten = spawn_blocking(move || {
        files.remove(&thumbnail_name(&name))?;
        files.remove(&name)
    });
    match forgotten.await.map_err(tokio::task::JoinError::try_into_panic) {
        Ok(forgotten) => forgotten,
        // A panic of the job, on whichever thread.
        Err(Ok(panic)) => resume_unwind(panic),
        Err(Err(_)) => Err(Fault::Stopping),
    }
}
