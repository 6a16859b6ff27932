//! The database's files by their names: whether those are still the ones that are open. SQLite goes on writing into a file
//! that was removed, and what it keeps there is gone when it closes.

use crate::{Sizes, files};
use beseda_core::error::{Fault, Hindrance};
use std::ffi::OsString;
use std::fs::{self, Metadata, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// How many bytes are written to find out why nothing can be written: a page.
const TRIED_BYTES: usize = 4_096;

/// A file as the system knows it: its device, and its number there.
type Number = (u64, u64);

/// The files of an open database.
#[derive(Debug)]
pub(crate) struct Place {
    database: (PathBuf, Number),
    log: (PathBuf, Number),
    /// By which connections of several processes find out about each other.
    index: (PathBuf, Number),
}

impl Place {
    /// The files that are there now, to be looked at right after they were opened.
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        let found = |path: PathBuf| {
            let number = number(&fs::metadata(&path)?);
            Ok::<_, io::Error>((path, number))
        };
        Ok(Self {
            database: found(path.to_owned())?,
            log: found(beside(path, "-wal"))?,
            index: found(beside(path, "-shm"))?,
        })
    }

    /// Whether the database is this file.
    pub(crate) fn is(&self, number: Number) -> bool {
        self.database.1 == number
    }

    /// Whether all of them are still the same: how many bytes the log has.
    pub(crate) fn check(&self) -> Result<u64, Fault> {
        same(&self.database)?;
        same(&self.index)?;
        same(&self.log)
    }

    /// How much room they take; what is not there takes none.
    pub(crate) fn sizes(&self) -> Sizes {
        let bytes = |path: &Path| fs::metadata(path).map_or(0, |file| file.len());
        Sizes {
            database: bytes(&self.database.0),
            log: bytes(&self.log.0),
        }
    }

    /// Why nothing can be written, where SQLite said no more than that the disk failed: a page is written beside it.
    pub(crate) fn explain(&self, fault: Fault) -> Fault {
        let Fault::Hindered(Hindrance::Disk, _) = &fault else {
            return fault;
        };
        let beside = beside(&self.database.0, "-tried");
        match try_to_write(&beside).map_err(|error| files::fault(&beside, &error)) {
            Err(told @ Fault::Hindered(..)) => told,
            _ => fault,
        }
    }
}

/// Which file has this name now.
pub(crate) fn number_of(path: &Path) -> io::Result<Number> {
    fs::metadata(path).map(|meta| number(&meta))
}

fn number(meta: &Metadata) -> Number {
    (meta.dev(), meta.ino())
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(end);
    name.into()
}

fn same((path, known): &(PathBuf, Number)) -> Result<u64, Fault> {
    match fs::metadata(path) {
        Ok(meta) if number(&meta) == *known => Ok(meta.len()),
        Ok(_) => Err(replaced(path, "another file has its name")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(replaced(path, "no file has its name")),
        Err(error) => Err(files::fault(path, &error)),
    }
}

fn replaced(path: &Path, how: &str) -> Fault {
    Fault::Hindered(Hindrance::Replaced, format!("{}: {how}", path.display()))
}

#[expect(clippy::disallowed_methods, reason = "the store owns its file")]
fn try_to_write(path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    let written = file.write_all(&[0; TRIED_BYTES]).and_then(|()| file.sync_all());
    fs::remove_file(path)?;
    written
}
