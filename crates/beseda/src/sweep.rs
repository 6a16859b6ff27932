//! Forgets what has ended: sessions, tokens and tickets, and files that no message claimed.

use beseda_core::ports::{Files, thumbnail_name};
use beseda_core::{Chat, Error, Fault, rules};
use beseda_live::ask;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::spawn_blocking;

/// How often.
const EVERY: Duration = Duration::from_secs(600);

/// Sweeps at once and again and again, for as long as it is polled.
pub async fn run(chat: Chat, files: Arc<dyn Files>) {
    let mut turns = tokio::time::interval(EVERY);
    loop {
        turns.tick().await;
        let now = chat.now();
        if let Err(error) = ask::change(&chat, move |tx| Ok(tx.sweep_identity(now)?)).await {
            tracing::warn!("what has ended could not be swept: {error}");
        }
        if let Err(error) = sweep_files(&chat, &files).await {
            tracing::warn!("files that no message claimed could not be swept: {error}");
        }
    }
}

/// Forgets files that nobody claimed in time.
async fn sweep_files(chat: &Chat, files: &Arc<dyn Files>) -> Result<(), Error> {
    let before = chat.now().plus_seconds(-chat.limits().upload_seconds);
    let doomed = ask::change(chat, move |tx| rules::doom_files(tx, before)).await?;
    if !doomed.is_empty() {
        tracing::info!("sweeping {} files that no message claimed", doomed.len());
    }
    for name in doomed {
        forget_bytes(files, name.clone()).await?;
        ask::change(chat, move |tx| rules::forget_file(tx, &name)).await?;
    }
    Ok(())
}

/// Forgets what a killed server left behind: uploads that it did not end, and bytes that no file has. Only before
/// anybody is served: later, bytes without a file may belong to one that is just coming back.
///
/// # Errors
/// A fault where the store, the disk or the network fails.
pub async fn forget_strays(chat: &Chat, files: &Arc<dyn Files>) -> Result<(), Error> {
    let (kept, now) = (Arc::clone(files), chat.now());
    let names = on_a_thread(move || {
        kept.sweep(now)?;
        Ok(kept.names()?.into_iter().map(|(name, _)| name).collect::<Vec<String>>())
    })
    .await?;
    let strays = ask::look(chat, move |look| rules::unknown_files(look, names)).await?;
    if !strays.is_empty() {
        tracing::info!("sweeping {} files that were left behind", strays.len());
    }
    for name in strays {
        forget_bytes(files, name).await?;
    }
    Ok(())
}

async fn forget_bytes(files: &Arc<dyn Files>, name: String) -> Result<(), Error> {
    let files = Arc::clone(files);
    on_a_thread(move || {
        files.remove(&thumbnail_name(&name))?;
        files.remove(&name)
    })
    .await
}

async fn on_a_thread<T: Send + 'static>(work: impl FnOnce() -> Result<T, Fault> + Send + 'static) -> Result<T, Error> {
    let done = spawn_blocking(work)
        .await
        .map_err(|error| Fault::Internal(error.to_string()))?;
    Ok(done?)
}
