//! Files of messages: from the media folder to where files are kept, some at a time side by side.

use super::hands::{Hands, no_file};
use super::left::Why;
use beseda_contracts::shared::files::title;
use beseda_core::Error;
use beseda_core::ports::{Files, Upload};
use beseda_core::words::{DraftFile, FileLook};
use beseda_store::source::Folder;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

/// Files that are on their way at once. Each has an open file or two.
const AT_ONCE: usize = 128;
/// Files that are read, or written to the disk, side by side: the disk is what is waited for.
const SIDE_BY_SIDE: usize = 8;

/// A file that a message has.
pub struct Wanted {
    /// Where it is.
    pub path: PathBuf,
    /// What its sender called it.
    pub name: String,
}

/// Bytes that are whole, and what they are.
type Staged = (Box<dyn Upload>, FileLook);

/// Keeps files for messages that are to follow, in their order; or says why one is not taken. The row first, then the bytes:
/// what no message claims is forgotten later.
///
/// # Errors
/// The disk or the store fails.
pub fn keep(hands: &Hands, wanted: Vec<Wanted>) -> anyhow::Result<Vec<Result<DraftFile, Why>>> {
    let (Some(files), Some(media)) = (&hands.files, &hands.media) else {
        return Ok(wanted.into_iter().map(|_| Err(Why::FileMissing)).collect());
    };
    let mut kept = Vec::with_capacity(wanted.len());
    let mut wanted = wanted.into_iter().peekable();
    while wanted.peek().is_some() {
        let some: Vec<Wanted> = wanted.by_ref().take(AT_ONCE).collect();
        kept.extend(keep_some(hands, files, media, some)?);
    }
    Ok(kept)
}

fn keep_some(
    hands: &Hands,
    files: &Arc<dyn Files>,
    media: &Folder,
    wanted: Vec<Wanted>,
) -> anyhow::Result<Vec<Result<DraftFile, Why>>> {
    let names: Vec<String> = wanted.iter().map(|wanted| title::harmless(&wanted.name)).collect();
    let staged = side_by_side(wanted, |wanted| stage(files.as_ref(), media, &wanted));
    let (mut whole, mut kept) = (Vec::new(), Vec::with_capacity(names.len()));
    for (staged, title) in staged.into_iter().zip(names) {
        match staged? {
            Ok((upload, look)) => {
                whole.push((upload, look));
                kept.push(Ok(DraftFile { file: 0, title }));
            }
            Err(why) => kept.push(Err(why)),
        }
    }
    let looks: Vec<FileLook> = whole.iter().map(|(_, look)| look.clone()).collect();
    let now = hands.chat()?.now();
    let stored = hands.change(move |tx| {
        let stored: Result<Vec<_>, _> = looks.iter().map(|look| tx.reserve_file(look, now)).collect();
        Ok(stored?)
    })?;
    for (draft, stored) in kept.iter_mut().flatten().zip(&stored) {
        draft.file = stored.id;
    }
    let mut named: Vec<_> = whole
        .into_iter()
        .zip(stored)
        .map(|((upload, _), stored)| (stored.name, upload))
        .collect();
    // The same bytes have the same name, and are written once.
    named.sort_by(|one, other| one.0.cmp(&other.0));
    named.dedup_by(|one, other| one.0 == other.0);
    for done in side_by_side(named, |(name, upload)| upload.keep(&name)) {
        done?;
    }
    Ok(kept)
}

fn stage(files: &dyn Files, media: &Folder, wanted: &Wanted) -> Result<Result<Staged, Why>, Error> {
    let mut upload = files.begin()?;
    if let Err(no) = media.read(&wanted.path, upload.as_mut())? {
        return Ok(Err(no_file(no)));
    }
    match upload.finish() {
        Ok(look) => Ok(Ok((upload, look))),
        Err(Error::Refused(refusal)) => Ok(Err(Why::Refused(refusal))),
        Err(failed) => Err(failed),
    }
}

/// Does something to each, by some threads; what came of each, in their order.
fn side_by_side<T: Send, R: Send>(items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let share = items.len().div_ceil(SIDE_BY_SIDE).max(1);
    let mut items = items.into_iter().peekable();
    let work = &work;
    thread::scope(|scope| {
        let mut threads = Vec::new();
        while items.peek().is_some() {
            let some: Vec<T> = items.by_ref().take(share).collect();
            threads.push(scope.spawn(move || some.into_iter().map(work).collect::<Vec<R>>()));
        }
        let done = threads.into_iter().map(|thread| thread.join());
        done.flat_map(|done| done.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}
