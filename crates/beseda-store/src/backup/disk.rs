//! What a backup asks of the disk: files that are linked, copied, hashed and on it for good.
#![expect(clippy::disallowed_methods, reason = "the store owns its files, and their backups")]

use super::BackupError;
use sha2::{Digest as _, Sha256};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// How much is read at once.
const PIECE: usize = 256 * 1024;

/// Where Linux says what is mounted: the place is the fifth word of a line.
const MOUNTS: &str = "/proc/self/mountinfo";

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) bytes: u64,
    pub(super) sha256: [u8; 32],
}

/// What is wrong with a path.
pub(super) fn trouble(path: &Path) -> impl FnOnce(io::Error) -> BackupError {
    move |source| BackupError::Disk {
        path: path.to_owned(),
        source,
    }
}

/// Makes a folder, and those that it is in, for this user alone; one that is there stays as it is.
pub(super) fn make_folder(path: &Path) -> Result<(), BackupError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(trouble(path))
}

/// A new file for this user alone.
pub(super) fn make_file(path: &Path) -> Result<File, BackupError> {
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    made.map_err(trouble(path))
}

/// A file to read.
pub(super) fn open(path: &Path) -> Result<File, BackupError> {
    File::open(path).map_err(trouble(path))
}

/// The names in a folder, in their order; none where there is no folder.
pub(super) fn names(folder: &Path) -> Result<Vec<String>, BackupError> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(trouble(folder))?,
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(trouble(folder))?;
        names.push(entry.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// Every file below a folder, as its path from there.
pub(super) fn walk(folder: &Path) -> Result<Vec<String>, BackupError> {
    let mut found = Vec::new();
    let mut below = vec![String::new()];
    while let Some(at) = below.pop() {
        for name in names(&folder.join(&at))? {
            let path = if at.is_empty() { name } else { format!("{at}/{name}") };
            // A link is no folder of ours: it is not followed.
            let meta = fs::symlink_metadata(folder.join(&path)).map_err(trouble(&folder.join(&path)))?;
            if meta.is_dir() {
                below.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Whether something is there.
pub(super) fn is_there(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Whether it is a folder.
pub(super) fn is_folder(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| meta.is_dir())
}

/// Where another file system is mounted at a path or below it: such a place gets no other name, or takes what is mounted
/// along until the next start.
pub(super) fn mounted_in(path: &Path) -> Option<PathBuf> {
    let place = fs::canonicalize(folder_of(path)).ok()?.join(path.file_name()?);
    let mounts = fs::read_to_string(MOUNTS).ok()?;
    let mut points = mounts.lines().filter_map(|line| line.split(' ').nth(4));
    points.find_map(|point| {
        let point = PathBuf::from(point.replace("\\040", " "));
        point.starts_with(&place).then_some(point)
    })
}

/// How big a file is; `None` where there is none.
pub(super) fn size(path: &Path) -> Result<Option<u64>, BackupError> {
    match fs::metadata(path) {
        Ok(meta) => Ok(Some(meta.len())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(trouble(path)(error)),
    }
}

/// The whole of a file that is small.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>, BackupError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(trouble(path)(error)),
    }
}

/// Writes a small file, which is on the disk when this returns.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), BackupError> {
    let mut file = make_file(path)?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(trouble(path))
}

/// The same for one that is there whole or not at all, whatever stood there before.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), BackupError> {
    let draft = path.with_added_extension("draft");
    remove(&draft)?;
    write(&draft, bytes)?;
    rename(&draft, path)
}

/// Reads a file to its end.
pub(super) fn sum(path: &Path) -> Result<Sum, BackupError> {
    let mut file = open(path)?;
    pour(|piece| file.read(piece), |_| Ok(())).map_err(trouble(path))
}

/// Copies a file, which is on the disk when this returns; `None` where there is none to copy.
pub(super) fn copy(from: &Path, to: &Path) -> Result<Option<Sum>, BackupError> {
    let mut source = match File::open(from) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        source => source.map_err(trouble(from))?,
    };
    let mut copy = make_file(to)?;
    let sum = pour(|piece| source.read(piece), |piece| copy.write_all(piece)).map_err(trouble(to))?;
    copy.sync_all().map_err(trouble(to))?;
    Ok(Some(sum))
}

/// Writes what comes in pieces, an empty one at the end.
pub(super) fn pour(
    mut next: impl FnMut(&mut [u8]) -> io::Result<usize>,
    mut write: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<Sum> {
    let (mut hash, mut bytes) = (Sha256::new(), 0);
    let mut piece = vec![0; PIECE];
    loop {
        let read = next(&mut piece)?;
        let Some(read) = piece.get(..read).filter(|read| !read.is_empty()) else {
            break;
        };
        hash.update(read);
        bytes += read.len() as u64;
        write(read)?;
    }
    Ok(Sum {
        bytes,
        sha256: hash.finalize().into(),
    })
}

/// Gives a file a second name, where the two names may stand on one file system; `false` where they may not.
pub(super) fn link(from: &Path, to: &Path) -> bool {
    fs::hard_link(from, to).is_ok()
}

/// Gives something another name.
pub(super) fn rename(from: &Path, to: &Path) -> Result<(), BackupError> {
    fs::rename(from, to).map_err(trouble(from))
}

/// Removes a file, or a folder with all that is in it; not being there is what was wanted.
pub(super) fn remove(path: &Path) -> Result<(), BackupError> {
    let removed = match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed.map_err(trouble(path)),
    }
}

/// The names in a folder are on the disk when this returns.
pub(super) fn sync_folder(folder: &Path) -> Result<(), BackupError> {
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(trouble(folder))
}

/// So are those in every folder below it.
pub(super) fn sync_tree(folder: &Path) -> Result<(), BackupError> {
    for name in names(folder)? {
        let path = folder.join(name);
        if fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_dir()) {
            sync_tree(&path)?;
        }
    }
    sync_folder(folder)
}

/// The folder that something is in.
pub(super) fn folder_of(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new(".")).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_mounted_at_a_place_or_below_it_is_found() {
        assert_eq!(mounted_in(Path::new("/proc")), Some(PathBuf::from("/proc")));
        assert_eq!(mounted_in(Path::new("/proc/self/task")), None);
        assert_eq!(mounted_in(Path::new(env!("CARGO_MANIFEST_DIR"))), None);
        assert_eq!(mounted_in(Path::new("/nowhere/uploads")), None);
    }
}
