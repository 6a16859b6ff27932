//! How many files this process may open at once, and how many connections that leaves: each connection is one.

use crate::system::System;
use anyhow::bail;

/// What is left for everything else, at least and at most: the database (of PostgreSQL a dozen connections), the log, the
/// numbers' listener and whoever reads them, files that come and go.
const LEFT_AT_LEAST: u64 = 48;
const LEFT_AT_MOST: u64 = 256;

/// Fewer connections are no server: the least that `limits.connections` can be.
const CONNECTIONS_LEAST: u64 = 16;

/// Asks for as many open files as there may be, and tells how many connections are taken at once: as many as wanted, or as
/// many as fit, which is a warning. Those that do not fit wait in the kernel, and no file is missing that a message needs.
///
/// # Errors
/// The process may open too few files.
pub fn connections(wanted: usize) -> anyhow::Result<usize> {
    let may_open = System.raise_descriptors();
    let Some(fit) = fitting(may_open) else {
        let needed = LEFT_AT_LEAST + CONNECTIONS_LEAST;
        bail!("this process may open {may_open} files, and {needed} are needed at least: {RAISE}");
    };
    if fit < wanted {
        tracing::warn!(
            "limits.connections is {wanted}, and this process may open {may_open} files: {fit} connections are taken at \
             once, the rest waits; {RAISE}"
        );
    }
    Ok(fit.min(wanted))
}

/// What is to be done.
const RAISE: &str = "raise the hard limit (`LimitNOFILE=` of systemd, `ulimits: nofile` of a container, `ulimit -Hn`)";

/// How many connections fit beside everything else where so many files may be open; none where that is no server.
#[must_use]
pub fn fitting(may_open: u64) -> Option<usize> {
    let left = (may_open / 4).clamp(LEFT_AT_LEAST, LEFT_AT_MOST);
    let fit = may_open.checked_sub(left).filter(|fit| *fit >= CONNECTIONS_LEAST)?;
    Some(usize::try_from(fit).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_for_files_grows_with_what_may_be_opened() {
        for (may_open, fit) in [
            (63, None),
            (64, Some(16)),
            (100, Some(52)),
            (1_024, Some(768)),
            (20_000, Some(19_744)),
        ] {
            assert_eq!(fitting(may_open), fit, "{may_open}");
        }
        assert!(fitting(u64::MAX).is_some());
    }
}
