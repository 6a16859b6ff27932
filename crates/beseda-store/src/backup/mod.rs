//! Backups: the database in one file of SQLite, whatever the engine, every file that hangs on its messages, and a manifest
//! with a checksum of each. Made while the server serves, restored whole or not at all, and into either engine.

mod before;
mod copy;
mod disk;
mod gather;
mod load;
mod manifest;
pub(crate) mod patterns;
mod restore;
mod rows;
mod verify;

pub use before::Before;
pub(crate) use before::keep as keep_before;
pub use manifest::{Counts, Listed, Manifest};
pub use restore::{Restored, Restoring, Target, restore, restoring};
pub use verify::{Finding, Verified, verify, verify_served};

use crate::postgres::open::Address;
use crate::{OpenError, PostgresError, S3Files};
use beseda_core::error::Fault;
use gather::Gather;
use rows::Hanging;
pub(crate) use rows::Snapshot;
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use thiserror::Error;

/// The database of a backup.
const DATABASE: &str = "beseda.db";
/// The folder of a backup that files are in, laid out as where they are served from.
const FILES: &str = "files";
/// What signs tokens.
const SECRET: &str = "secret";
/// The settings of the server that was backed up.
const SETTINGS: &str = "beseda.toml";
/// Stands in a folder until the backup in it is whole.
const UNFINISHED: &str = "unfinished";
/// How often the database is copied at most, where files are erased faster than that.
const COPIES: usize = 3;

/// Hears how far it is.
pub type Told<'a> = dyn FnMut(Step) + 'a;

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Pages or rows of the database, and of how many where that is known.
    Database {
        /// So many are done.
        done: u64,
        /// Of so many.
        all: Option<u64>,
    },
    /// Files.
    Files {
        /// So many are done.
        done: u64,
        /// Of so many.
        all: u64,
    },
}

/// Where messages are.
#[derive(Clone)]
pub enum Kept {
    /// In this file.
    Sqlite(PathBuf),
    /// In the database of this URL, which may hold a password.
    Postgres(String),
}

/// Where the bytes of files are.
#[derive(Clone)]
pub enum Bytes {
    /// In this folder.
    Folder(PathBuf),
    /// In a bucket.
    Bucket(Arc<S3Files>),
}

/// What is backed up.
pub struct Source<'a> {
    /// Messages.
    pub kept: &'a Kept,
    /// Files.
    pub bytes: &'a Bytes,
    /// The settings file, if it goes along.
    pub settings: Option<&'a Path>,
    /// The file of what signs tokens, if it goes along.
    pub secret: Option<&'a Path>,
    /// Who makes it.
    pub program: &'a str,
    /// When.
    pub made_at: &'a str,
}

/// Why a backup is not made, not restored, or none.
#[derive(Debug, Error)]
pub enum BackupError {
    /// The disk.
    #[error("{path}: {source}")]
    Disk {
        /// Of what.
        path: PathBuf,
        /// What it says.
        source: io::Error,
    },
    /// The database cannot be opened.
    #[error(transparent)]
    Sqlite(#[from] OpenError),
    /// The database cannot be opened.
    #[error(transparent)]
    Postgres(#[from] PostgresError),
    /// The database fails.
    #[error("the database: {0}")]
    Database(String),
    /// Something is in the folder already.
    #[error("{0} is not empty: name a folder that is new")]
    Occupied(PathBuf),
    /// No backup.
    #[error("{0} holds no backup: it has no manifest.json")]
    NoBackup(PathBuf),
    /// A backup that was interrupted.
    #[error("the backup in {0} did not end, and is of no use: take another one, and remove this folder")]
    Unfinished(PathBuf),
    /// The manifest is not what was written.
    #[error("{0} is damaged: take another backup, or another copy of this one")]
    Manifest(PathBuf),
    /// Made by a later version.
    #[error("{0} is of a newer Beseda: install that version")]
    Newer(PathBuf),
    /// Something of the backup is not what was written.
    #[error("{0} is damaged or missing: take another backup, or another copy of this one; nothing was changed")]
    Damaged(PathBuf),
    /// There is a database there.
    #[error("{0} holds data already: name another data directory, or move what is there aside with --replace")]
    FolderOccupied(PathBuf),
    /// What would have to go aside cannot.
    #[error(
        "{0} is mounted, and cannot be moved aside: unmount it, restore, and copy onto it what is there then; nothing was \
         changed"
    )]
    Mounted(PathBuf),
    /// There is something in the database.
    #[error("{0} is not empty: name an empty database, or move what is in it aside with --replace")]
    DatabaseOccupied(String),
    /// From before the first version that PostgreSQL knew.
    #[error(
        "the backup is older than what PostgreSQL can hold: restore it into SQLite, run `beseda migrate`, and back that up"
    )]
    TooOld,
    /// The database lacks migrations.
    #[error("the database is of an older version: run `beseda migrate` first")]
    Older,
}

impl From<Fault> for BackupError {
    fn from(fault: Fault) -> Self {
        Self::Database(match fault {
            Fault::Store(said) | Fault::Away(said) => said,
            fault => fault.to_string(),
        })
    }
}

impl Kept {
    const fn engine(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "sqlite",
            Self::Postgres(_) => "postgres",
        }
    }

    fn snapshot(&self) -> Result<Snapshot, BackupError> {
        match self {
            Self::Sqlite(path) => Snapshot::of_file(path),
            Self::Postgres(url) => Snapshot::of_postgres(&Address::of(url)?),
        }
    }
}

/// Makes a backup in a folder that is new or empty, while the server serves.
///
/// Files are gathered twice: first those that hang on messages now, and, once the database is copied, what the copy speaks of
/// besides. Only what was erased between the copy and the second look can be gone by then, and so recently that it cannot
/// have been swept yet; if it was all the same, the database is copied once more. So nobody waits for a backup, and deletes
/// nothing later because of it.
///
/// # Errors
/// It cannot be made, and nothing is left of it. What an interruption leaves in the folder says that it did not end.
pub fn make(source: &Source<'_>, folder: &Path, told: &mut Told<'_>) -> Result<Manifest, BackupError> {
    let is_new = !disk::is_there(folder);
    disk::make_folder(folder)?;
    if !disk::names(folder)?.is_empty() {
        return Err(BackupError::Occupied(folder.to_owned()));
    }
    let note = "This backup is being made, or was interrupted: it has no manifest.json, and is of no use.\n";
    disk::write(&folder.join(UNFINISHED), note.as_bytes())?;
    fill(source, folder, told).inspect_err(|_| take_back(folder, is_new))
}

/// Takes away what there is of a backup that failed: on a full disk, half a backup more each night would leave no room for a
/// whole one. What cannot be removed says that it did not end.
fn take_back(folder: &Path, is_new: bool) {
    let _gone = if is_new {
        disk::remove(folder)
    } else {
        disk::names(folder).and_then(|names| names.iter().try_for_each(|name| disk::remove(&folder.join(name))))
    };
}

fn fill(source: &Source<'_>, folder: &Path, told: &mut Told<'_>) -> Result<Manifest, BackupError> {
    let mut manifest = Manifest::new(source.made_at, source.program, source.kept.engine());
    let mut gather = Gather::new(source.bytes, folder.join(FILES));
    let database = folder.join(DATABASE);

    let mut live = source.kept.snapshot()?;
    if !live.is_current()? {
        return Err(BackupError::Older);
    }
    let _gone = gather.take(&live.hanging()?, told)?;
    drop(live);
    for copies in 1..=COPIES {
        disk::remove(&database)?;
        copy::copy(&mut source.kept.snapshot()?, &database, told)?;
        copy::forget_unclaimed(&database)?;
        let wanted = Snapshot::of_file(&database)?.hanging()?;
        let gone = gather.take(&wanted, told)?;
        let erased = !gone.is_empty() && erased_since(source.kept, &gone)?;
        if !erased || copies == COPIES {
            gather.drop_all_but(&wanted)?;
            manifest.lost = gone;
            break;
        }
    }
    describe(&mut manifest, &database)?;
    manifest.files = gather.into_listed();
    manifest
        .files
        .push(Listed::new(DATABASE.to_owned(), &disk::sum(&database)?));
    for (from, name) in [(source.settings, SETTINGS), (source.secret, SECRET)] {
        let copied = from.map(|from| disk::copy(from, &folder.join(name))).transpose()?;
        if let Some(sum) = copied.flatten() {
            manifest.files.push(Listed::new(name.to_owned(), &sum));
        }
    }
    disk::sync_tree(folder)?;
    manifest.write(folder)?;
    disk::sync_folder(&disk::folder_of(folder))?;
    Ok(manifest)
}

fn describe(manifest: &mut Manifest, database: &Path) -> Result<(), BackupError> {
    let mut copy = Snapshot::of_file(database)?;
    manifest.schema = copy.schema()?.unwrap_or_default();
    manifest.counts = copy.counts()?;
    manifest.epoch = copy.epoch()?;
    Ok(())
}

/// Whether one of these files hangs on nothing any more: somebody erased a message.
fn erased_since(kept: &Kept, gone: &[String]) -> Result<bool, BackupError> {
    let hanging: BTreeSet<String> = kept.snapshot()?.hanging()?.into_iter().map(|file| file.name).collect();
    Ok(gone.iter().any(|name| !hanging.contains(name)))
}

/// Deletes the oldest whole backups of a folder that holds one in each folder named by a time, until so many are left: those
/// that were deleted. The one that was just `made` stays, whatever clock has named the others; so does one with a file that
/// is lost by now, for it may be the last that has it.
///
/// # Errors
/// One cannot be deleted.
pub fn keep_newest(
    folder: &Path,
    most: usize,
    (made, manifest): (&Path, &Manifest),
) -> Result<Vec<PathBuf>, BackupError> {
    let times = disk::names(folder)?.into_iter().filter(|name| is_time(name));
    let mut whole: Vec<PathBuf> = times
        .map(|name| folder.join(name))
        .filter(|path| path != made && disk::is_there(&path.join(manifest::NAME)))
        .collect();
    whole.truncate(whole.len().saturating_sub(most.saturating_sub(1)));
    let lost = manifest.lacks();
    whole.retain(|path| lost.is_empty() || !Manifest::read(path).map_or(true, |old| old.holds_any(&lost)));
    for old in &whole {
        // From now on it says that it is none, whatever of it is left.
        disk::rename(&old.join(manifest::NAME), &old.join(UNFINISHED))?;
        disk::remove(old)?;
    }
    Ok(whole)
}

/// Whether a folder is named as backups are: `2026-11-28T22-10-05Z`.
fn is_time(name: &str) -> bool {
    let shape = "0000-00-00T00-00-00Z";
    name.len() == shape.len()
        && name.chars().zip(shape.chars()).all(|(c, like)| match like {
            '0' => c.is_ascii_digit(),
            like => c == like,
        })
}

#[cfg(test)]
mod tests {
    use super::is_time;

    #[test]
    fn only_what_is_named_by_a_time_is_a_backup_that_may_go() {
        assert!(is_time("2026-11-28T22-10-05Z"));
        for other in [
            "2026-11-28",
            "2026-11-28T22-10-05Z.old",
            "2026-11-28T22:10:05Z",
            "before-the-fair",
            "",
        ] {
            assert!(!is_time(other), "{other}");
        }
    }
}
