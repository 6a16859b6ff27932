//! Forgets what has ended: sessions, tokens and tickets; and gives up files that no message claimed, which jobs forget then.

use crate::clock::Steady;
use beseda_core::ports::{Files, kept_as};
use beseda_core::words::Time;
use beseda_core::{Chat, Error, Fault, rules};
use beseda_live::ask;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::spawn_blocking;

/// How often.
const EVERY: Duration = Duration::from_secs(600);

/// Sweeps at once and again and again, for as long as it is polled; not by a clock that has just leapt, because what is
/// forgotten does not come back with the right time. Who is let in is left alone at first: a machine that starts with a wrong
/// clock has the right time after a few minutes.
pub async fn run(chat: Chat, steady: Arc<Steady>) {
    let mut turns = tokio::time::interval(EVERY);
    let mut is_first = true;
    loop {
        turns.tick().await;
        let begins = std::mem::take(&mut is_first);
        if !steady.is_believed() {
            continue;
        }
        let now = chat.now();
        if steady.is_proven() {
            mend(&chat, now).await;
        }
        if !begins && let Err(error) = ask::change(&chat, move |tx| Ok(tx.sweep_identity(now)?)).await {
            tracing::warn!("what has ended could not be swept: {error}");
        }
        let before = now.plus_seconds(-chat.limits().upload_seconds);
        match ask::change(&chat, move |tx| rules::doom_files(tx, now, before)).await {
            Ok(0) => {}
            Ok(files) => tracing::info!("sweeping {files} files that no message claimed"),
            Err(error) => tracing::warn!("files that no message claimed could not be swept: {error}"),
        }
    }
}

/// Brings back what a clock has left behind that was ahead.
async fn mend(chat: &Chat, now: Time) {
    let limits = Arc::clone(chat.limits());
    match ask::change(chat, move |tx| rules::mend(tx, now, &limits)).await {
        Ok(0) => {}
        Ok(mended) => tracing::warn!(
            mended,
            "sessions, tokens, jobs or files of a clock that was ahead were brought back"
        ),
        Err(error) => tracing::warn!("what a clock has left that was ahead could not be brought back: {error}"),
    }
}

/// Forgets uploads that a killed server did not end. Before anybody is served: later, they would be somebody's.
///
/// # Errors
/// A fault where the disk fails.
pub async fn forget_unended(chat: &Chat, files: &Arc<dyn Files>) -> Result<(), Error> {
    let (files, now) = (Arc::clone(files), chat.now());
    on_a_thread(move || files.sweep(now)).await
}

/// Tells the log of bytes that no file of this database has. They are left where they are: the order in which files are
/// kept leaves none behind, so they belong to another database, or to a newer state of this one.
pub async fn report_strays(chat: Chat, files: Arc<dyn Files>) {
    let strays = async {
        let names = on_a_thread(move || files.names()).await?;
        let names: Vec<String> = names.into_iter().map(|(name, _)| name).collect();
        ask::look(&chat, move |look| rules::unknown_files(look, names)).await
    };
    match strays.await {
        Ok(strays) => {
            if let Some(first) = strays.first() {
                tracing::warn!(
                    "{} files belong to nothing in this database and are left alone; is it the right one? The first is {}",
                    strays.len(),
                    kept_as(first)
                );
            }
        }
        Err(error) => tracing::warn!("could not look for files that belong to nothing: {error}"),
    }
}

async fn on_a_thread<T: Send + 'static>(work: impl FnOnce() -> Result<T, Fault> + Send + 'static) -> Result<T, Error> {
    let done = spawn_blocking(work)
        .await
        .map_err(|error| Fault::Internal(error.to_string()))?;
    Ok(done?)
}
