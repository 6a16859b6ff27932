//! The server that is tried: the one that was named, or the one that was built beside this program.

use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};

/// Where it is, and the folder of this program, where runs keep what they make.
///
/// # Errors
/// There is none.
pub fn of(named: Option<&Path>) -> Result<(PathBuf, PathBuf)> {
    let here = std::env::current_exe()?;
    let beside = here.parent().context("this program has no folder")?;
    let binary = named.map_or_else(|| beside.join("beseda"), Path::to_owned);
    ensure!(
        binary.is_file(),
        "no server at {}: build it with `cargo build -p beseda`",
        binary.display()
    );
    Ok((binary, beside.to_owned()))
}
