//! Files in a folder of this machine, each on the shelf of its name's first two digits.

use super::stage::{self, Incoming, Storage};
use super::temporary::{Temporary, gone};
use super::{MediaTypes, fault, shelf};
use beseda_core::error::Fault;
use beseda_core::ports::{Files, Upload};
use beseda_core::words::{Limits, Time};
use std::fs::{self, DirBuilder, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Files in a folder of this machine.
pub struct DiskFiles {
    incoming: Arc<Incoming>,
    shelves: Arc<Shelves>,
}

impl DiskFiles {
    /// Opens the folder, made for this user alone when it is not there. Uploads in progress go to `incoming` within it,
    /// so that a folder on a disk of its own keeps them on the same disk. Of `limits`, those of files and pictures count.
    ///
    /// # Errors
    /// A [`Fault`] where the folder cannot be made.
    pub fn open(folder: impl Into<PathBuf>, limits: &Limits, taken: MediaTypes) -> Result<Self, Fault> {
        let folder = folder.into();
        let incoming = Incoming::open(folder.join("incoming"), limits, taken)?;
        // `uploads/chat` of a data directory may be new, `uploads` with it.
        for made in folder.ancestors().take(3).filter(|made| !made.as_os_str().is_empty()) {
            sync_folder(made).map_err(|error| fault(made, &error))?;
        }
        Ok(Self {
            incoming: Arc::new(incoming),
            shelves: Arc::new(Shelves { folder }),
        })
    }
}

impl Files for DiskFiles {
    fn begin(&self) -> Result<Box<dyn Upload>, Fault> {
        let shelves = Arc::clone(&self.shelves);
        self.incoming.begin(shelves)
    }

    fn read(&self, name: &str, from: u64, most: usize) -> Result<Option<Vec<u8>>, Fault> {
        let path = self.shelves.path(name)?;
        match read_part(&path, from, most) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(fault(&path, &error)),
        }
    }

    #[expect(clippy::disallowed_methods, reason = "the store owns its files")]
    fn remove(&self, name: &str) -> Result<(), Fault> {
        let path = self.shelves.path(name)?;
        gone(fs::remove_file(&path)).map_err(|error| fault(&path, &error))
    }

    fn names(&self) -> Result<Vec<(String, Time)>, Fault> {
        let folder = &self.shelves.folder;
        self.shelves.names().map_err(|error| fault(folder, &error))
    }

    fn sweep(&self, before: Time) -> Result<(), Fault> {
        self.incoming.sweep(before)
    }

    fn stand(&self) -> Result<(), Fault> {
        self.incoming.stand()
    }

    fn prove(&self) -> Result<(), Fault> {
        self.incoming.prove()
    }
}

struct Shelves {
    folder: PathBuf,
}

impl Shelves {
    fn path(&self, name: &str) -> Result<PathBuf, Fault> {
        Ok(self.folder.join(shelf(name)?).join(name))
    }

    #[expect(clippy::disallowed_methods, reason = "the store owns its files")]
    fn make(&self, shelf: &Path) -> io::Result<()> {
        match DirBuilder::new().mode(0o700).create(shelf) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            // Whoever made it may not have synced it yet, and a shelf is found again after a loss of power only when
            // the folder that it is in was synced.
            _ => sync_folder(&self.folder),
        }
    }

    fn names(&self) -> io::Result<Vec<(String, Time)>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            if !entry.file_type()?.is_dir() {
                continue;
            }
            for (path, meta) in stage::files_in(&entry.path())? {
                let name = path.file_name().and_then(|name| name.to_str());
                if let Some(name) = name.filter(|name| shelf(name).is_ok_and(|shelf| entry.file_name() == shelf)) {
                    // Not the time of its last byte: moving a file to its place is what sets this one.
                    names.push((name.to_owned(), stage::micros(meta.ctime(), meta.ctime_nsec())));
                }
            }
        }
        Ok(names)
    }
}

impl Storage for Shelves {
    fn put(&self, name: &str, from: Temporary) -> Result<(), Fault> {
        let folder = self.folder.join(shelf(name)?);
        self.make(&folder).map_err(|error| fault(&folder, &error))?;
        from.move_to(&folder.join(name))?;
        sync_folder(&folder).map_err(|error| fault(&folder, &error))
    }
}

#[expect(clippy::disallowed_methods, reason = "the store owns its files")]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[expect(clippy::disallowed_methods, reason = "the store owns its files")]
fn read_part(path: &Path, from: u64, most: usize) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let rest = file.metadata()?.len().saturating_sub(from);
    let most = usize::try_from(rest).unwrap_or(usize::MAX).min(most);
    if most == 0 {
        return Ok(Vec::new());
    }
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::with_capacity(most);
    file.take(most as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}
