//! The walls of the house, kept by machine: `cargo xtask tidy`, and the same under `cargo test -p xtask`.
//!
//! Each wall is a function over a description in memory (a [`Tree`] of files, a [`Graph`] of our crates), so that a test
//! can plant a violation and see it reported. Tidy keeps what no other tool knows. Licences, banned and doubled crates
//! are `cargo deny`'s (deny.toml), unused ones `cargo machete`'s, and calls that have owners are clippy's (clippy.toml),
//! which resolves types.

mod house;
mod packages;
mod permission;
#[cfg(test)]
mod planted;
mod promises;
mod source;
mod text;
mod tokens;
mod tree;

use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail};

use house::Graph;
use tree::Tree;

/// One broken rule: where it is, what was found there, and what to do instead.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    /// `file:line`, or a Cargo.toml, or a package of the pages.
    place: String,
    /// The wall's short name.
    wall: &'static str,
    /// What was found.
    what: String,
    /// Why that is a wall, and the way around it.
    advice: String,
}

impl Finding {
    fn new(wall: &'static str, place: impl Into<String>, what: impl Into<String>, advice: impl Into<String>) -> Self {
        Finding {
            place: place.into(),
            wall,
            what: what.into(),
            advice: advice.into(),
        }
    }

    fn at(wall: &'static str, file: &str, line: usize, what: impl Into<String>, advice: impl Into<String>) -> Self {
        Finding::new(wall, format!("{file}:{line}"), what, advice)
    }
}

/// Reads the work tree and the packages, checks everything, and says what it found on standard error.
///
/// # Errors
/// When git or cargo cannot be asked, and when a wall is broken.
pub fn run() -> anyhow::Result<()> {
    let root = root()?;
    let tree = Tree::of_work_tree(root)?;
    let graph = Graph::of_workspace(root)?;
    let findings = check(&tree, &graph);
    let mut out = std::io::stderr().lock();
    for finding in &findings {
        writeln!(
            out,
            "{}: [{}] {}\n    {}",
            finding.place, finding.wall, finding.what, finding.advice
        )?;
    }
    if !findings.is_empty() {
        bail!(
            "tidy: {} broken (CONTRIBUTING.md, \"The walls\", explains each)",
            findings.len()
        );
    }
    writeln!(
        out,
        "tidy: {} files and {} crates, every wall stands",
        tree.files.len(),
        graph.packages.len()
    )?;
    Ok(())
}

/// Every wall over one tree and one graph, in the order of the places.
fn check(tree: &Tree, graph: &Graph) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(house::check(graph));
    findings.extend(
        tree.files
            .get(packages::LOCK)
            .map(|lock| packages::check(lock))
            .unwrap_or_default(),
    );
    findings.extend(text::check(tree));
    findings.extend(source::check(tree));
    findings.extend(promises::check(tree));
    findings.sort();
    findings.dedup();
    findings
}

/// The repository: the folder above this crate's.
fn root() -> anyhow::Result<&'static Path> {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .context("xtask has no folder above it")
}
