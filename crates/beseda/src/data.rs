//! The data directory: made where that is asked for, found where something is to be in it, and tried before it is used.

use crate::config::{Database, Settings};
use crate::system::{Outside, System};
use anyhow::{anyhow, bail};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// What SQLite has to write.
const FILES: [&str; 3] = ["beseda.db", "beseda.db-wal", "beseda.db-shm"];

/// The SQLite file of a data directory.
pub fn database_path(data: &Path) -> PathBuf {
    data.join("beseda.db")
}

/// Makes the directory where it is not there yet, and sees to it that this process may use it.
///
/// # Errors
/// It cannot be made or used: why, whose it is, and what to type.
pub fn make(data: &Path) -> anyhow::Result<()> {
    if let Err(error) = System.make_private_folder(data) {
        return Err(anyhow!("cannot make {}: {error}{}", data.display(), hint(data, &error)));
    }
    System
        .try_directory(data, &FILES)
        .map_err(|(path, error)| anyhow!("cannot use {}: {error}{}", path.display(), hint(&path, &error)))
}

/// Whose it is that may not be used, or what of it is there.
fn hint(path: &Path, error: &io::Error) -> String {
    let whose = path.ancestors().find_map(|there| System.whose(there));
    match whose {
        Some(whose) if error.kind() == ErrorKind::PermissionDenied => format!("; {whose}"),
        _ => String::new(),
    }
}

/// Sees to it that what makes something makes it where something is already, unless it is told that the data directory is
/// new: a mistyped directory would be another chat, in which nobody looks.
///
/// # Errors
/// Nothing is there.
pub fn standing_or_new(settings: &Settings, is_new: bool) -> anyhow::Result<()> {
    if !is_new && !is_standing(settings) {
        bail!(
            "there is no database in {}; is --data right? To begin a new one there, add --new",
            settings.data.display()
        );
    }
    Ok(())
}

/// Whether there is a database already. One of PostgreSQL is somebody else's to make.
pub fn is_standing(settings: &Settings) -> bool {
    settings.database != Database::Sqlite || System.mode(&database_path(&settings.data)).is_some()
}
