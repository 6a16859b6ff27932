//! Before a migration: the database alone, beside itself, so that the program of before can go on with it.

use super::rows::{Snapshot, cell};
use super::{BackupError, copy, disk};
use crate::statements as sql;
use std::path::PathBuf;

/// How many are kept.
const KEPT: usize = 3;

/// Where the database is put before it is migrated.
#[derive(Debug, Clone)]
pub struct Before {
    /// A folder, made when it is needed.
    pub folder: PathBuf,
    /// Now, as a part of a name.
    pub time: String,
}

/// Copies the database before it is brought to a version; where it is, or `None` where there was nothing in it.
pub(crate) fn keep(before: &Before, from: &mut Snapshot, version: i64) -> Result<Option<PathBuf>, BackupError> {
    if !holds_something(from) {
        tracing::info!("the database is empty: it is migrated without a backup");
        return Ok(None);
    }
    disk::make_folder(&before.folder)?;
    let kept = before.folder.join(format!("before-v{version}-{}.db", before.time));
    // Always the same name: where a server is started again and again on a full disk, its drafts do not pile up.
    let draft = before.folder.join("draft");
    disk::remove(&draft)?;
    copy::copy(from, &draft, &mut |_| ())
        .and_then(|()| disk::rename(&draft, &kept))
        .inspect_err(|_| drop(disk::remove(&draft)))?;
    disk::sync_folder(&before.folder)?;
    forget_oldest(before)?;
    tracing::info!("the database of before the migration is kept in {}", kept.display());
    Ok(Some(kept))
}

/// Whether anybody or anything is in it.
fn holds_something(from: &mut Snapshot) -> bool {
    let mut found = false;
    // A database that cannot even be asked is kept as well.
    let asked = from.each(sql::WHOLE_ANYBODY, &mut |row| {
        found = cell(row, 0)?;
        Ok(())
    });
    found || asked.is_err()
}

fn forget_oldest(before: &Before) -> Result<(), BackupError> {
    let name_and_time = |name: String| {
        let (_, time) = name.strip_prefix("before-v")?.strip_suffix(".db")?.split_once('-')?;
        Some((time.to_owned(), name.clone()))
    };
    let mut all: Vec<_> = disk::names(&before.folder)?
        .into_iter()
        .filter_map(name_and_time)
        .collect();
    all.sort();
    let old = all.len().saturating_sub(KEPT);
    for (_, name) in all.into_iter().take(old) {
        disk::remove(&before.folder.join(name))?;
    }
    Ok(())
}
