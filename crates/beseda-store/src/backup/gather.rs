//! The files of a backup: linked where that is possible, for a file never changes once it is kept, else copied.

use super::disk::{self, Sum};
use super::manifest::{Listed, hex};
use super::{BackupError, Bytes, FILES, Hanging, Step, Told};
use crate::files::shelf;
use beseda_core::ports::{Files as _, thumbnail_name};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;
use tokio::time::Instant;

/// After how many files there is a pause …
const FILES_A_PAUSE: usize = 32;
/// … and how long it is at least.
const PAUSE: Duration = Duration::from_millis(10);

/// Files that were gathered, by name.
pub(super) struct Gather<'a> {
    bytes: &'a Bytes,
    folder: PathBuf,
    kept: BTreeMap<String, Sum>,
    /// How many were there at the last pause, and when that ended.
    paused: (usize, Instant),
}

impl<'a> Gather<'a> {
    pub(super) fn new(bytes: &'a Bytes, folder: PathBuf) -> Self {
        Self {
            bytes,
            folder,
            kept: BTreeMap::new(),
            paused: (0, Instant::now()),
        }
    }

    /// Gathers what it has not yet: the names of those files that are gone, or are not what was once kept.
    pub(super) fn take(&mut self, wanted: &[Hanging], told: &mut Told<'_>) -> Result<Vec<String>, BackupError> {
        let mut gone = Vec::new();
        self.paused = (self.kept.len(), Instant::now());
        for (done, file) in (1..).zip(wanted) {
            let should = Sum {
                bytes: file.bytes,
                sha256: file.sha256,
            };
            self.pause();
            let mut is_whole = self.keep(&file.name, Some(&should))?;
            if file.has_small {
                is_whole &= self.keep(&thumbnail_name(&file.name), None)?;
            }
            if !is_whole {
                gone.push(file.name.clone());
            }
            told(Step::Files {
                done,
                all: wanted.len() as u64,
            });
        }
        Ok(gone)
    }

    /// A new name is written with the next commit of whoever serves, who waits for all that there are by then: so few come at
    /// once. Bytes that are copied are written beside others', who have half of the disk.
    fn pause(&mut self) {
        let (then, began) = self.paused;
        if self.kept.len() >= then + FILES_A_PAUSE {
            thread::park_timeout(began.elapsed().max(PAUSE));
            self.paused = (self.kept.len(), Instant::now());
        }
    }

    /// Whether it is there, and what it should be, where that is known.
    fn keep(&mut self, name: &str, should: Option<&Sum>) -> Result<bool, BackupError> {
        if !self.kept.contains_key(name) {
            let folder = self.folder.join(shelf(name)?);
            disk::make_folder(&folder)?;
            let Some(sum) = self.bring(name, &folder.join(name), should)? else {
                return Ok(false);
            };
            self.kept.insert(name.to_owned(), sum);
        }
        let sum = self.kept.get(name);
        Ok(should.is_none() || sum == should)
    }

    fn bring(&self, name: &str, to: &Path, should: Option<&Sum>) -> Result<Option<Sum>, BackupError> {
        let from = match self.bytes {
            Bytes::Folder(root) => root.join(shelf(name)?).join(name),
            Bytes::Bucket(_) => return self.bytes.pour(name, Some(to)),
        };
        if !disk::link(&from, to) {
            return disk::copy(&from, to);
        }
        // What it held when it was kept is known, and reading all of them each time would cost everybody's memory: a second
        // name has the same bytes, and whether those are still right is what `verify` reads them for.
        match (should, disk::size(to)?) {
            (Some(should), Some(bytes)) if bytes == should.bytes => Ok(Some(should.clone())),
            _ => disk::sum(to).map(Some),
        }
    }

    /// Forgets what was gathered and is not wanted after all.
    pub(super) fn drop_all_but(&mut self, wanted: &[Hanging]) -> Result<(), BackupError> {
        let wanted: BTreeSet<String> = wanted.iter().flat_map(Hanging::names).collect();
        let strays: Vec<String> = self
            .kept
            .keys()
            .filter(|name| !wanted.contains(*name))
            .cloned()
            .collect();
        for name in strays {
            disk::remove(&self.folder.join(shelf(&name)?).join(&name))?;
            self.kept.remove(&name);
        }
        Ok(())
    }

    /// Everything that was gathered, as the manifest lists it.
    pub(super) fn into_listed(self) -> Vec<Listed> {
        let listed = self.kept.iter().map(|(name, sum)| Listed::new(path_of(name), sum));
        listed.collect()
    }
}

impl Hanging {
    /// The names that its bytes are kept under.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names = vec![self.name.clone()];
        names.extend(self.has_small.then(|| thumbnail_name(&self.name)));
        names
    }

    /// SHA-256 of its bytes, in hex.
    pub(super) fn sum(&self) -> String {
        hex(&self.sha256)
    }
}

/// Where a file stands in a backup. A name that is none of ours stands nowhere, and was refused before.
pub(super) fn path_of(name: &str) -> String {
    format!("{FILES}/{}/{name}", shelf(name).unwrap_or_default())
}

impl Bytes {
    /// Reads a file to its end, into a new one if that is wanted; `None` where there is none.
    pub(super) fn pour(&self, name: &str, to: Option<&Path>) -> Result<Option<Sum>, BackupError> {
        let bucket = match self {
            Self::Folder(root) => {
                let path = root.join(shelf(name)?).join(name);
                return match to {
                    Some(to) => disk::copy(&path, to),
                    None if disk::is_there(&path) => disk::sum(&path).map(Some),
                    None => Ok(None),
                };
            }
            Self::Bucket(bucket) => bucket,
        };
        if bucket.read(name, 0, 0)?.is_none() {
            return Ok(None);
        }
        let mut file = to.map(disk::make_file).transpose()?;
        let mut at = 0;
        let next = |piece: &mut [u8]| {
            let read = bucket.read(name, at, piece.len()).map_err(io::Error::other)?;
            let read = read.ok_or(io::ErrorKind::NotFound)?;
            at += read.len() as u64;
            piece.iter_mut().zip(&read).for_each(|(to, from)| *to = *from);
            Ok(read.len())
        };
        let write = |piece: &[u8]| file.as_mut().map_or(Ok(()), |file| file.write_all(piece));
        let sum = disk::pour(next, write).map_err(disk::trouble(Path::new(name)))?;
        if let (Some(file), Some(to)) = (&file, to) {
            file.sync_all().map_err(disk::trouble(to))?;
        }
        Ok(Some(sum))
    }
}
