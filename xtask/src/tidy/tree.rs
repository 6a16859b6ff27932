//! The text files of the repository, in memory.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, bail};

/// Path (with `/`, relative to the repository) to text. Files that are not UTF-8 are left out.
#[derive(Debug, Default, Clone)]
pub struct Tree {
    pub files: BTreeMap<String, String>,
}

impl Tree {
    /// What git tracks or would track: files in the index and new ones that are not ignored.
    ///
    /// # Errors
    /// When git cannot list the files or one of them cannot be read.
    pub fn of_work_tree(root: &Path) -> anyhow::Result<Tree> {
        let listed = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(root)
            .output()
            .context("git is needed to know which files belong to the repository")?;
        if !listed.status.success() {
            bail!("git ls-files: {}", String::from_utf8_lossy(&listed.stderr).trim());
        }
        let mut tree = Tree::default();
        for name in String::from_utf8(listed.stdout)?.split_terminator('\0') {
            let path = root.join(name);
            // A file that was deleted but is still in the index is nobody's violation.
            if !path.is_file() {
                continue;
            }
            let bytes = std::fs::read(&path).with_context(|| format!("cannot read {name}"))?;
            if let Ok(text) = String::from_utf8(bytes) {
                tree.files.insert(name.to_owned(), text);
            }
        }
        Ok(tree)
    }

    /// The files below `folder` (which ends in `/`) whose name ends in `.extension`.
    pub fn below<'a>(&'a self, folder: &'a str, extension: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.files
            .iter()
            .filter(move |(name, _)| name.starts_with(folder) && has_extension(name, extension))
            .map(|(name, text)| (name.as_str(), text.as_str()))
    }
}

/// Whether a path's last name ends in `.extension`.
pub fn has_extension(name: &str, extension: &str) -> bool {
    Path::new(name).extension().is_some_and(|found| found == extension)
}
