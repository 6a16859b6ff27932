//! What is done for each errand, outside of the database. What is over in the database by that: `rules::job_done`.

use beseda_core::Fault;
use beseda_core::ports::{Files, thumbnail_name};
use beseda_core::words::Errand;
use std::panic::resume_unwind;
use std::sync::Arc;
use tokio::task::spawn_blocking;

/// Does an errand. It may have been done before, by somebody who was killed over noting that; and nobody cuts it off, so it
/// bounds its own waiting.
///
/// # Errors
/// Why it is not done, in words that hold nothing of what people write.
pub async fn run(errand: Errand, files: Arc<dyn Files>) -> Result<(), Fault> {
    match errand {
        Errand::ForgetFile { name } => forget_file(name, files).await,
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
