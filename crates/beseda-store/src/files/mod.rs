//! Where the bytes of files are kept: in a folder of this machine, or in a bucket that speaks S3.
//!
//! Both take an upload the same way (`stage`): onto the disk under a temporary name, looked at when it is whole (`kind`,
//! `picture`), and only then kept under the name that the rules give it.

mod blank;
mod disk;
mod format;
mod kind;
mod ole;
mod picture;
pub(crate) mod rows;
mod s3;
mod small;
mod stage;
mod strip;
mod tells;
mod temporary;
mod text;
mod workers;

#[cfg(test)]
mod kind_tests;
#[cfg(test)]
mod samples;

pub use disk::DiskFiles;
pub use kind::{MediaTypes, UnknownMediaType};
pub use s3::{S3Files, S3Options};

use beseda_core::error::{Fault, Hindrance};
use std::io;
use std::path::Path;

/// The longest name that is taken; far more than a hash needs, and short enough for every file system.
const NAME_CHARS: usize = 160;

/// The folder that a file is kept in: the first two hex digits of its name, so that no folder holds too many. Everything
/// that comes from outside as a name passes here first.
///
/// # Errors
/// A [`Fault`] for a name that is none of ours: hex digits, then `-` and decimal digits, then `.thumbnail`, the last
/// two where there are any.
pub(crate) fn shelf(name: &str) -> Result<&str, Fault> {
    let base = name.strip_suffix(".thumbnail").unwrap_or(name);
    let (hex, number) = base.split_once('-').unwrap_or((base, "0"));
    let is_hex = |c: char| matches!(c, '0'..='9' | 'a'..='f');
    let is_ours = !hex.is_empty()
        && hex.chars().all(is_hex)
        && !number.is_empty()
        && number.chars().all(|c| c.is_ascii_digit())
        && name.len() <= NAME_CHARS;
    match hex.get(..2).unwrap_or(hex) {
        shelf if is_ours => Ok(shelf),
        // The name itself is not repeated: it may be anything, and of any length.
        _ => Err(Fault::Internal("a file's name is none of ours".to_owned())),
    }
}

/// What a failed call on a file of this machine means to the caller.
pub(crate) fn fault(path: &Path, error: &io::Error) -> Fault {
    let said = format!("{}: {error}", path.display());
    match hindrance(error.kind()) {
        Some(why) => Fault::Hindered(why, said),
        None => Fault::Store(said),
    }
}

/// What keeps a disk from keeping anything, told from the system's answer.
fn hindrance(kind: io::ErrorKind) -> Option<Hindrance> {
    Some(match kind {
        // A file that may not grow any more is a limit on the process: for what is to be kept it is all the same.
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => Hindrance::DiskFull,
        io::ErrorKind::ReadOnlyFilesystem => Hindrance::ReadOnly,
        io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied | io::ErrorKind::NotADirectory => Hindrance::Closed,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use beseda_core::ports::kept_as;

    #[test]
    fn names_of_ours_are_shelved_by_their_first_digits() {
        assert_eq!(shelf("a"), Ok("a"));
        assert_eq!(shelf("a-1"), Ok("a"));
        assert_eq!(shelf("c0ffee"), Ok("c0"));
        assert_eq!(shelf("c0ffee-12"), Ok("c0"));
        assert_eq!(kept_as("c0ffee-12"), "c0/c0ffee-12");
        assert_eq!(shelf("c0ffee.thumbnail"), Ok("c0"));
        assert_eq!(shelf("c0ffee-12.thumbnail"), Ok("c0"));
        assert!(shelf(&"a".repeat(NAME_CHARS)).is_ok());
        assert!(shelf(&"a".repeat(NAME_CHARS + 1)).is_err());
    }

    #[test]
    fn any_other_name_is_a_fault() {
        for name in samples::ODD_NAMES {
            assert!(matches!(shelf(name), Err(Fault::Internal(_))), "{name:?}");
        }
    }
}
