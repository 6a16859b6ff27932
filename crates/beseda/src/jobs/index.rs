//! The index of messages catches up with what was sent, behind the commits: what it lacks yet, a search reads.

use beseda_core::words::MessageId;
use beseda_core::{Chat, Error, Fault};
use beseda_live::ask;
use std::time::Duration;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep};

/// How many messages are added at once: whoever sends meanwhile waits for as long as that takes.
const BATCH: i64 = 256;
/// How often it looks, where there is nothing to do.
const EVERY: Duration = Duration::from_secs(1);
/// How many times as long as a batch took nothing is done, where more was sent meanwhile than it holds: then they are in a
/// hurry, and this is not.
const HURRY: u32 = 9;
/// How often it looks whether the index has something left of what was erased: what is rewritten for one is for all until then.
const PURGES_EVERY: Duration = Duration::from_secs(600);

/// Adds what is missing again and again, for as long as it is polled.
pub async fn run(chat: Chat) {
    let (mut is_well, mut newest, mut purged) = (true, None, Instant::now());
    loop {
        let began = Instant::now();
        let purges = purged.elapsed() >= PURGES_EVERY;
        let step = step(&chat, purges).await;
        if purges && matches!(step, Ok(Step { merged: false, .. })) {
            purged = Instant::now();
        }
        match &step {
            Err(error) if is_well => tracing::warn!("messages cannot be indexed, it is tried again: {error}"),
            Ok(_) if !is_well => tracing::info!("messages can be indexed again"),
            _ => {}
        }
        is_well = step.is_ok();
        let pause = match step {
            Ok(Step {
                is_full: true,
                newest: now,
                ..
            }) => {
                let came = newest.replace(now).map_or(0, |before: MessageId| now.0 - before.0);
                began.elapsed() * if came > BATCH { HURRY } else { 1 }
            }
            Ok(_) | Err(_) => EVERY,
        };
        sleep(pause).await;
    }
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Step {
    /// There may be more to do.
    is_full: bool,
    /// The newest message then.
    newest: MessageId,
    /// Parts have become one.
    merged: bool,
}

async fn step(chat: &Chat, purges: bool) -> Result<Step, Error> {
    let lacking = ask::look(chat, |look| Ok(look.to_index(BATCH)?)).await?;
    let (mark, newest) = (lacking.mark, lacking.newest);
    let is_full = i64::try_from(lacking.messages.len()).is_ok_and(|count| count >= BATCH);
    if let Some(mark) = mark {
        let part = aside(move || lacking.part()).await?;
        ask::change(chat, move |tx| Ok(tx.add_to_index(&part, mark)?)).await?;
    }
    let merged = merge(chat, purges).await?;
    Ok(Step {
        is_full,
        newest,
        merged,
    })
}

/// Makes one of several parts of the index, where that is due; whoever sends waits for nothing but its being written.
async fn merge(chat: &Chat, purges: bool) -> Result<bool, Error> {
    let Some(merge) = ask::look(chat, move |look| Ok(look.to_merge(purges)?)).await? else {
        return Ok(false);
    };
    let merged = aside(move || merge.merged()).await?;
    let merged = merged.map_err(|error| Fault::Store(error.to_string()))?;
    ask::change(chat, move |tx| Ok(tx.keep_merged(&merged)?)).await?;
    Ok(true)
}

/// What takes a while, where nobody waits for it.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
    let done = spawn_blocking(work).await;
    done.map_err(|error| Fault::Internal(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use beseda_core::rules;
    use beseda_core::words::{Query, SearchAsked};
    use beseda_testkit::Model;
    use beseda_testkit::stories::Stage;
    use std::sync::Arc;

    #[tokio::test]
    async fn it_adds_batch_by_batch_until_nothing_is_missing() {
        let stage = Stage::in_memory(&Arc::new(Model::new()), 1);
        let room = stage.room_of_three(1);
        for number in 0..=BATCH {
            stage
                .send(&stage.people[0], room, &format!("груша {number}"), None)
                .unwrap();
        }
        let newest = stage.look(|look| Ok(look.indexed_to()?)).unwrap().1;
        for is_full in [true, false] {
            let expected = Step {
                is_full,
                newest,
                merged: false,
            };
            assert_eq!(step(&stage.chat, true).await, Ok(expected));
        }
        assert_eq!(stage.look(|look| Ok(look.indexed_to()?)), Ok((newest, newest)));
        let asked = SearchAsked::of(Query::of("груша").unwrap(), 1_000);
        let (limits, by) = (Arc::clone(stage.chat.limits()), stage.people[0].clone());
        let found = stage.look(move |look| rules::search(look, &limits, (&by).into(), &asked));
        assert_eq!(found.unwrap().items.len() as i64, BATCH + 1);
    }
}
