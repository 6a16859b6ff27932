//! Uploads: the bytes of a file part flow to where files are kept, and become a file of a message.

use super::turns::Turns;
use crate::shared::Shared;
use crate::shared::refused::Refused;
use beseda_core::ports::{Files, Upload};
use beseda_core::words::{DraftFile, FileLook, PersonId};
use beseda_core::{Error, Fault};
use beseda_live::ask;
use bytes::Bytes;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// Bytes of a body that are written at once; fewer wait for more.
const WRITTEN_AT_ONCE: usize = 131_072;

/// Files that are looked at or kept at the same time: others wait without a thread.
const ENDING_AT_ONCE: usize = 16;

/// See [`ENDING_AT_ONCE`].
static ENDING: Semaphore = Semaphore::const_new(ENDING_AT_ONCE);

/// Files are looked at one at a time of a person: however many somebody sends, they wait for each other, and others' files
/// for one of them at most.
static LOOKING: Turns = Turns::new();

/// A file that came with a request and is not kept yet.
pub struct Uploaded {
    /// The field that brought it.
    pub field: String,
    /// What its sender called it, made harmless.
    pub title: String,
    by: PersonId,
    upload: Box<dyn Upload>,
}

/// Where the pieces of one file flow. A thread is lent for each write and no longer: an upload that trickles holds none.
pub(in crate::shared) struct Flow {
    /// None only while it is written to, or after that failed.
    upload: Option<Box<dyn Upload>>,
    waiting: Vec<u8>,
}

impl Flow {
    /// A file begins.
    pub(in crate::shared) async fn begin(files: &Arc<dyn Files>) -> Result<Self, Error> {
        let files = Arc::clone(files);
        Ok(Self {
            upload: Some(on_a_thread(move || Ok(files.begin()?)).await?),
            waiting: Vec::new(),
        })
    }

    /// Takes a piece.
    pub(in crate::shared) async fn piece(&mut self, piece: Bytes) -> Result<(), Error> {
        self.waiting.extend_from_slice(&piece);
        if self.waiting.len() < WRITTEN_AT_ONCE {
            return Ok(());
        }
        self.write().await
    }

    /// The file has ended.
    pub(in crate::shared) async fn end(
        mut self,
        by: PersonId,
        field: String,
        title: String,
    ) -> Result<Uploaded, Error> {
        self.write().await?;
        let upload = self.upload.ok_or_else(unfinished)?;
        Ok(Uploaded {
            field,
            title,
            by,
            upload,
        })
    }

    async fn write(&mut self) -> Result<(), Error> {
        let mut upload = self.upload.take().ok_or_else(unfinished)?;
        let bytes = std::mem::take(&mut self.waiting);
        let written = on_a_thread(move || {
            upload.write(&bytes)?;
            Ok((upload, bytes))
        });
        let (upload, mut bytes) = written.await?;
        bytes.clear();
        (self.upload, self.waiting) = (Some(upload), bytes);
        Ok(())
    }
}

fn unfinished() -> Error {
    Fault::Internal("an upload goes on after it could not be written".to_owned()).into()
}

/// Keeps files for a message that is to follow, in their order. What no message claims is forgotten later.
///
/// # Errors
/// 400 for files that are not taken; 500 where they cannot be kept.
pub async fn keep(shared: &Shared, files: Vec<Uploaded>) -> Result<Vec<DraftFile>, Refused> {
    let kept = keep_with_looks(shared, files).await?;
    Ok(kept.into_iter().map(|(file, _)| file).collect())
}

/// The same, with what is known of each: of bytes that were kept before, what was found out then.
///
/// # Errors
/// As [`keep`].
pub async fn keep_with_looks(shared: &Shared, files: Vec<Uploaded>) -> Result<Vec<(DraftFile, FileLook)>, Refused> {
    let mut kept = Vec::with_capacity(files.len());
    for file in files {
        let title = file.title.clone();
        let (file, look) = keep_one(shared, file)
            .await
            .inspect_err(|error| shared.counts.not_uploaded(error))?;
        kept.push((DraftFile { file, title }, look));
    }
    Ok(kept)
}

/// The row first, then the bytes: see `rules::files`.
async fn keep_one(shared: &Shared, file: Uploaded) -> Result<(i64, FileLook), Error> {
    let turn = LOOKING.of(file.by).await;
    let _ending = ENDING.acquire().await;
    let (upload, look) = on_a_thread(move || {
        let mut upload = file.upload;
        let look: FileLook = upload.finish()?;
        Ok((upload, look))
    })
    .await?;
    drop(turn);
    shared.counts.uploaded(&look);
    let now = shared.chat.now();
    let stored = ask::change(&shared.chat, move |tx| Ok(tx.reserve_file(&look, now)?)).await?;
    on_a_thread(move || Ok(upload.keep(&stored.name)?)).await?;
    Ok((stored.id, stored.look))
}

/// Runs what waits for a disk or works for long on a thread that may.
pub(super) async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    spawn_blocking(work)
        .await
        .map_err(|error| Fault::Internal(error.to_string()))?
}
