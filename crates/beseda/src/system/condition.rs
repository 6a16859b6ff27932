//! What the machine is like: whether a folder can be written, how much room there is, and which server runs.
#![expect(
    clippy::disallowed_methods,
    reason = "everything else is handed the outside, so that it can be tested without it; here it comes in"
)]

use super::System;
use beseda_core::ports::Random as _;
use std::fs::{self, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

impl System {
    /// Makes a file in a folder, and takes it away again.
    ///
    /// # Errors
    /// Why that cannot be done.
    pub fn try_to_write(self, folder: &Path) -> io::Result<()> {
        let mut mark = [0; 8];
        self.fill(&mut mark);
        let file = folder.join(format!(".{:016x}.try", u64::from_ne_bytes(mark)));
        let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&file);
        let written = made.and_then(|mut made| {
            // As much as a disk gives at once: an empty file fits on a full one.
            io::Write::write_all(&mut made, &[0; 4_096])?;
            made.sync_all()
        });
        let gone = fs::remove_file(&file);
        written.and(gone)
    }

    /// The bytes that this process may still write where a path lies.
    ///
    /// # Errors
    /// It is not there.
    pub fn free_bytes(self, path: &Path) -> io::Result<u64> {
        let stat = rustix::fs::statvfs(path)?;
        Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
    }

    /// The process that holds a lock and has written its number there.
    #[must_use]
    pub fn serving(self, lock: &Path) -> Option<u32> {
        let file = OpenOptions::new().read(true).open(lock).ok()?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => fs::read_to_string(lock).ok()?.trim().parse().ok(),
            _ => None,
        }
    }

    /// How many descriptors a process has open, and how many it may have.
    #[must_use]
    pub fn open_files(self, process: u32) -> Option<(u64, u64)> {
        let open = fs::read_dir(format!("/proc/{process}/fd")).ok()?.count();
        let limits = fs::read_to_string(format!("/proc/{process}/limits")).ok()?;
        let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
        let most = line.split_whitespace().next()?.parse().ok()?;
        Some((u64::try_from(open).ok()?, most))
    }
}

#[cfg(test)]
mod tests {
    use crate::system::System;
    use crate::system::pretend::Scratch;

    #[test]
    fn a_folder_is_tried_and_left_as_it_was() {
        let folder = Scratch::new();
        assert!(System.try_to_write(&folder.0).is_err(), "it is not there");
        System.make_private_folder(&folder.0).unwrap();
        System.try_to_write(&folder.0).unwrap();
        assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 0);
        assert!(System.owner(&folder.0).unwrap().ends_with("mode 700"));
        assert!(System.free_bytes(&folder.0).unwrap() > 0);
    }

    #[test]
    fn who_serves_is_known_while_it_does() {
        let folder = Scratch::new();
        System.make_private_folder(&folder.0).unwrap();
        let path = folder.0.join("serving");
        assert_eq!(System.serving(&path), None);
        let lock = System.lock(&path).unwrap().unwrap();
        assert_eq!(System.serving(&path), Some(std::process::id()));
        let (open, most) = System.open_files(std::process::id()).unwrap();
        assert!(0 < open && open <= most, "{open} of {most}");
        drop(lock);
        assert_eq!(System.serving(&path), None);
    }
}
