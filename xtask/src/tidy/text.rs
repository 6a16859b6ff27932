//! Walls that need no grammar: lengths, first lines, left-over work, paths of one machine, who lifts a ban of clippy's.

use super::Finding;
use super::tree::{Tree, has_extension};

/// Longer files are two files.
const LINES_MAX: usize = 600;
/// What is compiled or run: here nothing is left over.
const PROGRAMS: [&str; 9] = ["rs", "ts", "tsx", "js", "mjs", "css", "html", "sql", "sh"];
/// clippy.toml bans clocks, randomness, settings and files everywhere; these alone lift it, where the outside comes in.
const OWNERS: [&str; 3] = [
    "crates/beseda/src/system",
    "crates/beseda-store/src/",
    // Only tests may depend on it.
    "crates/beseda-testkit/src/",
];
/// These files name what they look for.
const TIDY_ITSELF: &str = "xtask/src/tidy/";

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, text) in &tree.files {
        if has_extension(file, "rs") {
            findings.extend(opening_line(file, text));
        }
        if ["rs", "ts", "tsx"]
            .iter()
            .any(|extension| has_extension(file, extension))
        {
            findings.extend(length(file, text));
        }
        if file.starts_with(TIDY_ITSELF) {
            continue;
        }
        let is_program = PROGRAMS.iter().any(|extension| has_extension(file, extension)) || file.starts_with("script/");
        for (number, line) in (1..).zip(text.lines()) {
            findings.extend(machine_path(file, number, line));
            findings.extend(lifted_ban(file, number, line));
            if is_program {
                findings.extend(left_over(file, number, line));
            }
            if file.starts_with("web/") && is_program {
                findings.extend(raw_html(file, number, line));
            }
        }
    }
    findings.extend(lints(tree));
    findings
}

fn opening_line(file: &str, text: &str) -> Option<Finding> {
    let first = text.lines().next().unwrap_or_default();
    let says_something = first.strip_prefix("//!").is_some_and(|rest| !rest.trim().is_empty());
    (!says_something).then(|| {
        Finding::at(
            "opening-line",
            file,
            1,
            "the file does not open with `//!`",
            "the first line says in one sentence what the file is for: a reader decides by it",
        )
    })
}

fn length(file: &str, text: &str) -> Option<Finding> {
    let lines = text.lines().count();
    (lines > LINES_MAX).then(|| {
        Finding::at(
            "length",
            file,
            lines,
            format!("{lines} lines, {LINES_MAX} at most"),
            "a file holds one idea: move the second one to a file of its own",
        )
    })
}

fn left_over(file: &str, number: usize, line: &str) -> Option<Finding> {
    const WORDS: [&str; 4] = ["TODO", "FIXME", "XXX", "HACK"];
    const PIECES: [&str; 4] = ["todo!", "unimplemented!", "#[ignore", "it.skip("];
    let found = PIECES.iter().find(|piece| line.contains(**piece)).or_else(|| {
        WORDS.iter().find(|word| {
            line.split(|c: char| !c.is_alphanumeric() && c != '_')
                .any(|one| one == **word)
        })
    })?;
    Some(Finding::at(
        "left-over",
        file,
        number,
        format!("`{found}`"),
        "finish it, or file an issue and leave it out: a note in the code is read by nobody, and a test that is skipped proves nothing",
    ))
}

/// A ban that is lifted in a crate by who does not own what it bans. Tests stand outside and look in.
fn lifted_ban(file: &str, number: usize, line: &str) -> Option<Finding> {
    let is_ours = file.starts_with("crates/") && file.split('/').nth(2) == Some("src");
    let is_lifted = line.contains("clippy::disallowed_") && !OWNERS.iter().any(|owner| file.starts_with(owner));
    (is_ours && is_lifted).then(|| {
        Finding::at(
            "owners",
            file,
            number,
            "a ban of clippy.toml is lifted",
            "time, randomness, settings and files are handed in: take them as an argument or through a port; a new owner is a line in OWNERS in xtask/src/tidy/text.rs, with its reason in docs/decisions/",
        )
    })
}

/// A path that exists on one person's machine only.
fn machine_path(file: &str, number: usize, line: &str) -> Option<Finding> {
    const HOMES: [&str; 3] = ["/home/", "/root", "/Users/"];
    let found = HOMES.iter().find(|home| {
        line.match_indices(**home).any(|(at, _)| {
            let before = line.get(..at).and_then(|text| text.chars().next_back());
            let after = line.get(at + home.len()..).and_then(|text| text.chars().next());
            // `a/root`, `$X/root`, `./root` and `/roots` are something else.
            let starts = before.is_none_or(|c| !c.is_alphanumeric() && !"_./-}>~*".contains(c));
            let ends = home.ends_with('/') || after.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != '-');
            starts && ends
        })
    })?;
    Some(Finding::at(
        "machine-path",
        file,
        number,
        format!("an absolute path in {found}"),
        "it exists on one machine only: use a path relative to the repository, `mktemp`, or a setting",
    ))
}

fn raw_html(file: &str, number: usize, line: &str) -> Option<Finding> {
    const DOORS: [&str; 5] = [
        "dangerouslySetInnerHTML",
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
    ];
    let code = line.trim_start();
    if code.starts_with("//") || code.starts_with('*') {
        return None;
    }
    let found = DOORS.iter().find(|door| code.contains(**door))?;
    Some(Finding::at(
        "raw-html",
        file,
        number,
        format!("`{found}`"),
        "what people write is never HTML: render text nodes, build links from parts",
    ))
}

/// A crate without the line inherits no lint at all, and nobody notices.
fn lints(tree: &Tree) -> Vec<Finding> {
    let is_member =
        |file: &str| file == "xtask/Cargo.toml" || file.starts_with("crates/") && file.ends_with("/Cargo.toml");
    let inherits = |text: &str| {
        let mut lines = text
            .lines()
            .map(|line| line.split_whitespace().collect::<String>())
            .filter(|line| !line.is_empty());
        lines.by_ref().any(|line| line == "[lints]") && lines.next().is_some_and(|line| line == "workspace=true")
    };
    let broken = tree
        .files
        .iter()
        .filter(|(file, text)| is_member(file) && !inherits(text));
    broken
        .map(|(file, _)| Finding::new("lints", file.as_str(), "no `[lints] workspace = true`", "add it: the lints of the workspace (no unsafe, no unwrap, no panic) reach only crates that ask for them"))
        .collect()
}
