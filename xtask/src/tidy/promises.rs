//! The wall of promises: what docs/protocol.md promises is kept by tests that are there, under the names that it gives.

use super::Finding;
use super::tree::{Tree, has_extension};

/// The page of promises.
const PAGE: &str = "docs/protocol.md";
/// What a promise begins with.
const PROMISED: &str = "**Promised.**";
/// What tells which stories are told.
const STORIES: &str = "crates/beseda-testkit/src/stories/mod.rs";
const ADVICE: &str =
    "a promise without its test is a wish: name the test that keeps it now, as [`name`](its file), or bring it back";

pub fn check(tree: &Tree) -> Vec<Finding> {
    let Some(page) = tree.files.get(PAGE) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    let mut unkept: Option<usize> = None;
    for (number, line) in (1..).zip(page.lines()) {
        if line.starts_with(PROMISED) {
            findings.extend(unkept.replace(number).map(nobody));
        }
        for (name, file) in named(line) {
            unkept = None;
            findings.extend(missing(tree, number, name, file));
        }
    }
    findings.extend(unkept.map(nobody));
    findings
}

/// A promise that nothing keeps.
fn nobody(number: usize) -> Finding {
    Finding::at("promises", PAGE, number, "a promise that no test keeps", ADVICE)
}

/// The tests that a line names, each a link with its name: [`name`](../file).
fn named(line: &str) -> impl Iterator<Item = (&str, &str)> {
    line.split("[`").skip(1).filter_map(|rest| {
        let (name, rest) = rest.split_once("`](")?;
        let (file, _) = rest.split_once(')')?;
        Some((name, file.strip_prefix("../")?))
    })
}

fn missing(tree: &Tree, number: usize, name: &str, file: &str) -> Option<Finding> {
    let is_there = tree.files.get(file).is_some_and(|text| {
        if has_extension(file, "rs") {
            is_rust_test(text, name) || (is_story(tree, name) && text.contains(&format!("fn {name}(")))
        } else if has_extension(file, "py") {
            name.starts_with("test_") && text.contains(&format!("def {name}("))
        } else {
            text.contains(&format!("test(\"{name}\""))
        }
    });
    let what = || format!("no test {name} in {file}");
    (!is_there).then(|| Finding::at("promises", PAGE, number, what(), ADVICE))
}

/// Whether a function of this name stands under a test's attribute.
fn is_rust_test(text: &str, name: &str) -> bool {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let function = [format!("fn {name}("), format!("async fn {name}(")];
    let begins = |line: &str| function.iter().any(|function| line.starts_with(function));
    let attributes = |at: usize| {
        let above = lines.get(..at).unwrap_or_default();
        above.iter().rev().take_while(|line| line.starts_with("#["))
    };
    let is_test = |line: &&str| line.starts_with("#[test]") || line.starts_with("#[tokio::test");
    (0..)
        .zip(&lines)
        .any(|(at, line)| begins(line) && attributes(at).any(is_test))
}

/// Whether a story of this name is told on every store.
fn is_story(tree: &Tree, name: &str) -> bool {
    let told = tree.files.get(STORIES);
    told.is_some_and(|told| told.lines().any(|line| line.trim().ends_with(&format!("::{name},"))))
}
