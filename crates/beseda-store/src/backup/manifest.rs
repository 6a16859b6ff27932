//! The manifest of a backup: what it is, and what every file in it should be. It is written last, and holds its own sum.

use super::disk::{self, Sum};
use super::{BackupError, UNFINISHED};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::path::Path;

/// Its name in a backup.
pub(super) const NAME: &str = "manifest.json";
/// The version of the layout of a backup.
pub(super) const FORMAT: u32 = 1;
/// What stands for its own sum while that is computed.
const NO_SUM: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What a backup is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Of everything else in here: SHA-256 of this file with zeros in this place.
    sha256: String,
    /// The version of the layout.
    pub format: u32,
    /// When it was begun: everything that was acknowledged before that is in it.
    pub made_at: String,
    /// The program that made it.
    pub program: String,
    /// What the messages were kept in: `sqlite` or `postgres`. The file `beseda.db` is SQLite's in either case.
    pub engine: String,
    /// The newest migration of `beseda.db`.
    pub schema: i64,
    /// The life of the database that it was made in.
    pub epoch: Option<i64>,
    /// How much is in it.
    pub counts: Counts,
    /// Names of files whose bytes were gone, or damaged, already when it was made.
    pub lost: Vec<String>,
    /// Every other file in it.
    pub files: Vec<Listed>,
}

/// How much a database holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// People, visitors among them.
    pub people: i64,
    /// Rooms.
    pub rooms: i64,
    /// Messages, erased ones too.
    pub messages: i64,
    /// Files that hang on messages.
    pub files: i64,
}

/// A file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Where it stands in the backup.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of it, in hex.
    pub sha256: String,
}

impl Listed {
    pub(super) fn new(path: String, sum: &Sum) -> Self {
        Self {
            path,
            bytes: sum.bytes,
            sha256: hex(&sum.sha256),
        }
    }
}

impl Manifest {
    /// One without a sum yet.
    pub(super) fn new(made_at: &str, program: &str, engine: &str) -> Self {
        Self {
            sha256: NO_SUM.to_owned(),
            format: FORMAT,
            made_at: made_at.to_owned(),
            program: program.to_owned(),
            engine: engine.to_owned(),
            schema: 0,
            epoch: None,
            counts: Counts::default(),
            lost: Vec::new(),
            files: Vec::new(),
        }
    }

    /// How many bytes are in the backup.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// Whether a file of this path is in the backup.
    #[must_use]
    pub fn holds(&self, path: &str) -> bool {
        self.files.iter().any(|file| file.path == path)
    }

    /// Those of its lost files whose bytes are nowhere in it. A file is named by its SHA-256; of some, only the small copy is
    /// lost.
    pub(super) fn lacks(&self) -> BTreeSet<&str> {
        let held: BTreeSet<&str> = self.files.iter().map(|file| file.sha256.as_str()).collect();
        let lost = self.lost.iter().map(String::as_str);
        lost.filter(|name| !held.contains(name)).collect()
    }

    /// Whether the bytes of any of these files are in it.
    pub(super) fn holds_any(&self, names: &BTreeSet<&str>) -> bool {
        self.files.iter().any(|file| names.contains(file.sha256.as_str()))
    }

    /// Writes it: from then on the backup is whole.
    pub(super) fn write(&mut self, folder: &Path) -> Result<(), BackupError> {
        NO_SUM.clone_into(&mut self.sha256);
        self.files.sort_by(|one, other| one.path.cmp(&other.path));
        self.sha256 = sum_of(&self.text()?);
        disk::write_whole(&folder.join(NAME), self.text()?.as_bytes())?;
        disk::remove(&folder.join(UNFINISHED))?;
        disk::sync_folder(folder)
    }

    fn text(&self) -> Result<String, BackupError> {
        let text = serde_json::to_string_pretty(self);
        text.map(|text| text + "\n")
            .map_err(|error| BackupError::Database(error.to_string()))
    }

    /// Reads that of a backup, every byte of which must be what was written.
    ///
    /// # Errors
    /// There is none, it is damaged, or made by a newer program.
    pub fn read(folder: &Path) -> Result<Self, BackupError> {
        let path = folder.join(NAME);
        let Some(bytes) = disk::read(&path)? else {
            return Err(if disk::is_there(&folder.join(UNFINISHED)) {
                BackupError::Unfinished(folder.to_owned())
            } else {
                BackupError::NoBackup(folder.to_owned())
            });
        };
        let damaged = || BackupError::Manifest(path.clone());
        let text = String::from_utf8(bytes).map_err(|_| damaged())?;
        let read: Self = serde_json::from_str(&text).map_err(|_| newer(&text, &path).unwrap_or_else(damaged))?;
        // Its own sum first: the version of one that is damaged may be anything.
        if sum_of(&text.replacen(&read.sha256, NO_SUM, 1)) != read.sha256 {
            return Err(damaged());
        }
        if read.format > FORMAT {
            return Err(BackupError::Newer(path));
        }
        Ok(read)
    }
}

/// Whether what cannot be read is of a later version.
fn newer(text: &str, path: &Path) -> Option<BackupError> {
    let format = serde_json::from_str::<serde_json::Value>(text)
        .ok()?
        .get("format")?
        .as_u64()?;
    (format > FORMAT.into()).then(|| BackupError::Newer(path.to_owned()))
}

fn sum_of(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()).into())
}

/// Bytes in small hexadecimal digits.
pub(super) fn hex(bytes: &[u8; 32]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
