//! A folder of another program's files, which are read and never written.

use beseda_core::error::{Error, Fault};
use beseda_core::ports::Upload;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};

/// Bytes of a file that are read at once.
const READ_AT_ONCE: usize = 131_072;

/// A folder of another program's files.
#[derive(Debug, Clone)]
pub struct Folder {
    root: PathBuf,
}

/// Why a file is not to be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoFile {
    /// There is none.
    Missing,
    /// It is not in the folder.
    Outside,
    /// The disk says no.
    Unreadable(String),
}

impl Folder {
    /// The folder at a path.
    ///
    /// # Errors
    /// It is not there.
    pub fn open(path: &Path) -> io::Result<Self> {
        let root = fs::canonicalize(path)?;
        if root.is_dir() {
            Ok(Self { root })
        } else {
            Err(io::ErrorKind::NotADirectory.into())
        }
    }

    /// Where the file with this path in the folder is, and how many bytes it has. Links are followed as long as they stay in
    /// the folder.
    ///
    /// # Errors
    /// It is not to be had.
    pub fn find(&self, path: &str) -> Result<(PathBuf, u64), NoFile> {
        let path = Path::new(path.trim_start_matches('/'));
        let is_plain = |part| matches!(part, Component::Normal(_) | Component::CurDir);
        if path.to_str().is_some_and(|path| path.contains('\0')) || !path.components().all(is_plain) {
            return Err(NoFile::Outside);
        }
        let found = fs::canonicalize(self.root.join(path)).map_err(|error| no_file(&error))?;
        if !found.starts_with(&self.root) {
            return Err(NoFile::Outside);
        }
        match fs::metadata(&found) {
            Ok(meta) if meta.is_file() => Ok((found, meta.len())),
            Ok(_) => Err(NoFile::Missing),
            Err(error) => Err(no_file(&error)),
        }
    }

    /// Gives a file that was found to an upload.
    ///
    /// # Errors
    /// It cannot be read; or its bytes cannot be kept.
    pub fn read(&self, found: &Path, upload: &mut dyn Upload) -> Result<Result<(), NoFile>, Error> {
        match read(found, upload) {
            Err(Failed::Here(fault)) => Err(fault.into()),
            Err(Failed::There(error)) => Ok(Err(no_file(&error))),
            Ok(()) => Ok(Ok(())),
        }
    }
}

enum Failed {
    There(io::Error),
    Here(Fault),
}

#[expect(clippy::disallowed_methods, reason = "the store reads what it takes from others")]
fn read(found: &Path, upload: &mut dyn Upload) -> Result<(), Failed> {
    let mut file = File::open(found).map_err(Failed::There)?;
    let mut bytes = vec![0; READ_AT_ONCE];
    loop {
        let read = file.read(&mut bytes).map_err(Failed::There)?;
        match bytes.get(..read) {
            Some([]) | None => return Ok(()),
            Some(some) => upload.write(some).map_err(Failed::Here)?,
        }
    }
}

fn no_file(error: &io::Error) -> NoFile {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => NoFile::Missing,
        kind => NoFile::Unreadable(kind.to_string()),
    }
}
