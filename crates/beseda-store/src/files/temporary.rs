//! A file while it has no name of ours: written, looked at, and then moved to where it stays, or gone.

use super::blank::Blanks;
use super::fault;
use beseda_core::error::Fault;
use sha2::{Digest as _, Sha256};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write};
use std::mem;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// A file without a name of ours, hashed and counted as it is written. Gone when dropped.
pub(super) struct Temporary {
    pub(super) file: File,
    /// None once it was moved away.
    path: Option<PathBuf>,
    hash: Sha256,
    pub(super) len: u64,
}

impl Temporary {
    /// A new one; an error where the name is taken.
    #[expect(clippy::disallowed_methods, reason = "the store owns its files")]
    pub(super) fn make(path: PathBuf) -> io::Result<Self> {
        let opened = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path);
        Ok(Self {
            file: opened?,
            path: Some(path),
            hash: Sha256::new(),
            len: 0,
        })
    }

    /// A file that is there already, and stays where it is.
    #[expect(clippy::disallowed_methods, reason = "the store owns its files")]
    pub(super) fn standing(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let len = file.metadata()?.len();
        Ok(Self {
            file,
            path: None,
            hash: Sha256::new(),
            len,
        })
    }

    /// SHA-256 of what was written.
    pub(super) fn sha256(&self) -> [u8; 32] {
        self.hash.clone().finalize().into()
    }

    /// Moves it to where it stays, on the same file system. Its bytes are on the disk before its name is.
    #[expect(clippy::disallowed_methods, reason = "the store owns its files")]
    pub(super) fn move_to(mut self, to: &Path) -> Result<(), Fault> {
        self.file.sync_all().map_err(|error| self.fault(&error))?;
        if let Some(path) = self.path.as_deref() {
            fs::rename(path, to).map_err(|error| fault(to, &error))?;
            self.path = None;
        }
        Ok(())
    }

    /// Overwrites parts of it where they stand.
    pub(super) fn overwrite(&mut self, blanks: &Blanks) -> io::Result<()> {
        blanks.apply(&mut self.file)?;
        self.file.seek(SeekFrom::Start(0))?;
        self.hash = Sha256::new();
        let mut bytes = vec![0; 65_536];
        loop {
            match self.file.read(&mut bytes)? {
                0 => return Ok(()),
                len => self.hash.update(bytes.get(..len).unwrap_or_default()),
            }
        }
    }

    pub(super) fn fault(&self, error: &io::Error) -> Fault {
        fault(self.path.as_deref().unwrap_or(Path::new("an upload")), error)
    }
}

impl Write for Temporary {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write_all(bytes)?;
        self.hash.update(bytes);
        self.len += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Temporary {
    #[expect(clippy::disallowed_methods, reason = "the store owns its files")]
    fn drop(&mut self) {
        if let Some(path) = mem::take(&mut self.path)
            && let Err(error) = gone(fs::remove_file(&path))
        {
            tracing::warn!(path = %path.display(), %error, "an upload's file could not be removed; it is swept later");
        }
    }
}

/// Not being there is what was wanted.
pub(super) fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}
