//! What the machine is like: whether a folder can be written, how much room there is, and which server runs.
#![expect(
    clippy::disallowed_methods,
    reason = "everything else is handed the outside, so that it can be tested without it; here it comes in"
)]

use super::{Lock, System};
use beseda_core::ports::Random as _;
use std::fs::{self, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, chown};
use std::path::Path;

/// Who serves a data directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Server {
    /// Nobody.
    None,
    /// Somebody whom this process may not see.
    Hidden,
    /// This process.
    Known(Process),
}

/// A process, and whose rights it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Its number.
    pub id: u32,
    /// What its program is called.
    pub name: String,
    /// Its user.
    pub user: u32,
    /// Its group.
    pub group: u32,
    /// Its other groups.
    pub groups: Vec<u32>,
}

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

    /// Takes a file for this process alone as [`Self::lock`] does, whoever of those who may write its folder has made it:
    /// it belongs to the folder's owner.
    ///
    /// # Errors
    /// It cannot be made or opened.
    pub fn lock_for_all(self, path: &Path) -> io::Result<Option<Lock>> {
        let lock = self.lock(path)?;
        let folder = path.parent().unwrap_or(Path::new("."));
        let (owner, made) = (fs::metadata(folder)?, fs::metadata(path)?);
        if made.uid() != owner.uid() && rustix::process::geteuid().is_root() {
            chown(path, Some(owner.uid()), Some(owner.gid()))?;
        }
        Ok(lock)
    }

    /// Who serves under a lock, as far as this process may know.
    #[must_use]
    pub fn server(self, lock: &Path) -> Server {
        match OpenOptions::new().read(true).open(lock) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Server::None,
            Err(_) => return Server::Hidden,
            Ok(file) if file.try_lock_shared().is_ok() => return Server::None,
            Ok(_) => {}
        }
        // Where it runs in another container, that number is somebody else's here.
        let process = self.serving(lock).and_then(|id| self.process(id));
        process
            .filter(|process| process.name == "beseda")
            .map_or(Server::Hidden, Server::Known)
    }

    fn process(self, id: u32) -> Option<Process> {
        let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
        let words = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap_or_default()
                .split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        // The second one is the effective one.
        let effective = |name: &str| words(name).get(1)?.parse().ok();
        Some(Process {
            id,
            name: words("Name:").concat(),
            user: effective("Uid:")?,
            group: effective("Gid:")?,
            groups: words("Groups:").iter().filter_map(|group| group.parse().ok()).collect(),
        })
    }

    /// Whether this process has the rights of another one.
    #[must_use]
    pub fn runs_as(self, other: &Process) -> bool {
        let (user, group) = (rustix::process::geteuid(), rustix::process::getegid());
        (user.as_raw(), group.as_raw()) == (other.user, other.group)
    }

    /// Whether a process has this very file open; `None` where that cannot be seen.
    #[must_use]
    pub fn has_open(self, process: &Process, path: &Path) -> Option<bool> {
        let wanted = fs::metadata(path).ok()?;
        let open = fs::read_dir(format!("/proc/{}/fd", process.id)).ok()?;
        let mut found = open.filter_map(|entry| fs::metadata(entry.ok()?.path()).ok());
        Some(found.any(|file| (file.dev(), file.ino()) == (wanted.dev(), wanted.ino())))
    }

    /// Whether a process may write a file, or make files in a folder, by its mode; `None` where there is none.
    #[must_use]
    pub fn may_write(self, process: &Process, path: &Path) -> Option<bool> {
        let meta = fs::metadata(path).ok()?;
        let needs = if meta.is_dir() { 0o3 } else { 0o2 };
        let shift = if process.user == meta.uid() {
            6
        } else if process.group == meta.gid() || process.groups.contains(&meta.gid()) {
            3
        } else {
            0
        };
        Some(process.user == 0 || (meta.mode() >> shift) & needs == needs)
    }

    /// Whether somebody keeps this machine's clock in step, where the machine tells that: under systemd.
    #[must_use]
    pub fn keeps_time(self) -> Option<bool> {
        const SERVICES: [&str; 4] = [
            "/run/systemd/timesync/synchronized",
            "/run/chrony/chronyd.pid",
            "/run/ntpd.pid",
            "/run/openntpd.pid",
        ];
        let is_there = |path: &str| Path::new(path).exists();
        is_there("/run/systemd/system").then(|| SERVICES.into_iter().any(is_there))
    }

    /// How many files may still be made where a path lies; `None` where that is not counted.
    #[must_use]
    pub fn free_files(self, path: &Path) -> Option<u64> {
        let stat = rustix::fs::statvfs(path).ok()?;
        (stat.f_files > 0).then_some(stat.f_favail)
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
    use super::Process;
    use crate::system::System;
    use crate::system::pretend::Scratch;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

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
    fn who_may_write_is_told_by_the_mode() {
        let folder = Scratch::new();
        System.make_private_folder(&folder.0).unwrap();
        let meta = std::fs::metadata(&folder.0).unwrap();
        let with = |mode: u32, user: u32, group: u32, groups: &[u32]| {
            std::fs::set_permissions(&folder.0, std::fs::Permissions::from_mode(mode)).unwrap();
            let process = Process {
                id: 1,
                name: "beseda".to_owned(),
                user,
                group,
                groups: groups.to_vec(),
            };
            System.may_write(&process, &folder.0).unwrap()
        };
        let (owner, group, stranger) = (meta.uid(), meta.gid(), 54_321);
        assert!(with(0o700, owner, stranger, &[]));
        assert!(owner == 0 || !with(0o500, owner, stranger, &[]));
        assert!(!with(0o700, stranger, group, &[]));
        assert!(with(0o770, stranger, group, &[]) && with(0o770, stranger, stranger, &[group]));
        assert!(!with(0o772, stranger, stranger, &[]) && with(0o773, stranger, stranger, &[]));
        std::fs::set_permissions(&folder.0, std::fs::Permissions::from_mode(0o700)).unwrap();
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
