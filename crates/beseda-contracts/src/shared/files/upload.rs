//! Uploads: the bytes of a file part flow to where files are kept, and become a file of a message.

use crate::shared::Shared;
use crate::shared::http::drf::Drf;
use beseda_core::ports::{Files, Upload};
use beseda_core::words::{DraftFile, FileLook};
use beseda_core::{Error, Fault, rules};
use beseda_live::ask;
use bytes::Bytes;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};

/// Pieces of a body that wait for the disk; the network waits while there are so many.
const PIECES_WAITING: usize = 4;

/// A file that came with a request and is not kept yet.
pub struct Uploaded {
    /// The field that brought it.
    pub field: String,
    /// What its sender called it, made harmless.
    pub title: String,
    upload: Box<dyn Upload>,
}

/// Where the pieces of one file flow.
pub(in crate::shared) struct Flow {
    pieces: mpsc::Sender<Bytes>,
    end: JoinHandle<Result<Box<dyn Upload>, Fault>>,
}

impl Flow {
    /// A file begins.
    pub(in crate::shared) fn begin(files: &Arc<dyn Files>) -> Self {
        let (pieces, mut waiting) = mpsc::channel::<Bytes>(PIECES_WAITING);
        let files = Arc::clone(files);
        let end = spawn_blocking(move || {
            let mut upload = files.begin()?;
            while let Some(piece) = waiting.blocking_recv() {
                upload.write(&piece)?;
            }
            Ok(upload)
        });
        Self { pieces, end }
    }

    /// Takes a piece. Where it cannot be kept, [`Self::end`] says why.
    pub(in crate::shared) async fn piece(&self, piece: Bytes) {
        let _ = self.pieces.send(piece).await;
    }

    /// The file has ended.
    pub(in crate::shared) async fn end(self, field: String, title: String) -> Result<Uploaded, Fault> {
        drop(self.pieces);
        let upload = self.end.await.map_err(|error| Fault::Internal(error.to_string()))??;
        Ok(Uploaded { field, title, upload })
    }
}

/// Keeps files for a message that is to follow, in their order. What no message claims is forgotten later.
///
/// # Errors
/// 400 for files that are not taken; 500 where they cannot be kept.
pub async fn keep(shared: &Shared, files: Vec<Uploaded>) -> Result<Vec<DraftFile>, Drf> {
    let mut kept = Vec::with_capacity(files.len());
    for file in files {
        let title = file.title.clone();
        let file = keep_one(shared, file).await?;
        kept.push(DraftFile { file, title });
    }
    Ok(kept)
}

/// The row first, then the bytes: see `rules::files`.
async fn keep_one(shared: &Shared, file: Uploaded) -> Result<i64, Error> {
    let (upload, look) = on_a_thread(move || {
        let mut upload = file.upload;
        let look: FileLook = upload.finish()?;
        Ok((upload, look))
    })
    .await?;
    let now = shared.chat.now();
    let stored = ask::change(&shared.chat, move |tx| rules::reserve_file(tx, now, &look)).await?;
    on_a_thread(move || Ok(upload.keep(&stored.name)?)).await?;
    Ok(stored.id)
}

/// Runs what waits for a disk or works for long on a thread that may.
pub(super) async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    spawn_blocking(work)
        .await
        .map_err(|error| Fault::Internal(error.to_string()))?
}
