//! Whose a file is, as whom this process runs, and what has to be typed where the two do not fit.

use super::System;
use rustix::process::{getegid, geteuid};
use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// What cannot be used, and why.
pub type Unusable = (PathBuf, io::Error);

impl System {
    /// Tries whether this process may read and write in a directory that is there, and these files of it, where they are
    /// there.
    ///
    /// # Errors
    /// What it may not.
    pub fn try_directory(self, directory: &Path, files: &[&str]) -> Result<(), Unusable> {
        let of = |path: &Path| {
            let path = path.to_owned();
            move |error| (path, error)
        };
        fs::read_dir(directory).map_err(of(directory))?;
        for file in files {
            let path = directory.join(file);
            match OpenOptions::new().read(true).write(true).open(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err((path, error)),
                Ok(_) | Err(_) => {}
            }
        }
        // Nothing is written there: whether the disk is full is another question.
        let trial = directory.join(format!(".{}.trial", std::process::id()));
        let mut options = OpenOptions::new();
        let made = options.write(true).create(true).truncate(true).mode(0o600).open(&trial);
        made.and_then(|_| fs::remove_file(&trial)).map_err(of(directory))
    }

    /// Whose a file is and what others may do with it, as `chown` and `chmod` have it: `root:root, mode 700`.
    #[must_use]
    pub fn owner(self, path: &Path) -> Option<String> {
        let meta = fs::metadata(path).ok()?;
        let (user, group) = names(meta.uid(), meta.gid());
        Some(format!("{user}:{group}, mode {:03o}", meta.mode() & 0o7777))
    }

    /// As whom this process runs, as `chown` has it.
    #[must_use]
    pub fn user(self) -> String {
        let (user, group) = names(geteuid().as_raw(), getegid().as_raw());
        format!("{user}:{group}")
    }

    /// Whose a path is and as whom this process runs, with what is to be typed; nothing where it cannot be looked at.
    #[must_use]
    pub fn whose(self, path: &Path) -> Option<String> {
        let is_mine = fs::metadata(path).ok()?.uid() == geteuid().as_raw();
        Some(said(path, &self.owner(path)?, &self.user(), is_mine))
    }
}

fn said(path: &Path, owner: &str, me: &str, is_mine: bool) -> String {
    let path = path.display();
    let todo = if is_mine {
        format!("run `chmod u+rwX {path}`")
    } else {
        format!("run `chown -R {me} {path}` as root, or run this as its owner")
    };
    format!("{path} belongs to {owner}, and this runs as {me}: {todo}")
}

/// What a user and a group are called here.
fn names(user: u32, group: u32) -> (String, String) {
    let table = |path| fs::read_to_string(path).unwrap_or_default();
    (named(&table("/etc/passwd"), user), named(&table("/etc/group"), group))
}

/// The name of a number in `/etc/passwd` or `/etc/group`; the number where it has none there.
fn named(table: &str, number: u32) -> String {
    let name = |line: &str| {
        let mut fields = line.split(':');
        let (name, listed) = (fields.next()?, fields.nth(1)?);
        (listed.parse() == Ok(number)).then(|| name.to_owned())
    };
    table.lines().find_map(name).unwrap_or_else(|| number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::pretend::Scratch;

    #[test]
    fn who_may_not_is_told_whose_it_is_and_what_to_type() {
        let told = said(
            Path::new("/var/lib/beseda"),
            "root:root, mode 700",
            "beseda:beseda",
            false,
        );
        assert_eq!(
            told,
            "/var/lib/beseda belongs to root:root, mode 700, and this runs as beseda:beseda: run `chown -R beseda:beseda \
             /var/lib/beseda` as root, or run this as its owner"
        );
        let told = said(Path::new("data"), "beseda:beseda, mode 500", "beseda:beseda", true);
        assert!(told.ends_with(": run `chmod u+rwX data`"), "{told}");
        let users = "root:x:0:0:root:/:/bin/sh\nbeseda:x:998:997::/nonexistent:/usr/sbin/nologin\n";
        assert_eq!(
            (named(users, 998), named(users, 5)),
            ("beseda".to_owned(), "5".to_owned())
        );
    }

    #[test]
    fn a_directory_of_ones_own_can_be_used_and_is_left_as_it_was() {
        let folder = Scratch::new();
        fs::create_dir(&folder.0).unwrap();
        fs::write(folder.0.join("kept"), "this").unwrap();
        System.try_directory(&folder.0, &["kept", "not there"]).unwrap();
        assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1);
        assert_eq!(fs::read(folder.0.join("kept")).unwrap(), b"this");
        fs::create_dir(folder.0.join("folder")).unwrap();
        let (path, _) = System.try_directory(&folder.0, &["folder"]).unwrap_err();
        assert_eq!(path, folder.0.join("folder"));
        assert!(System.whose(&path).unwrap().contains(", mode "));
        assert_eq!(System.whose(&folder.0.join("nowhere")), None);
    }
}
