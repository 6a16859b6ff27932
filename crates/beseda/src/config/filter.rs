//! Which lines of the log are wanted from which part of the server: `spa=debug,store=warn`.

use super::LogLevel;
use super::problem::nearest;
use beseda_contracts::CONTRACTS;
use beseda_core::words::{Raw, Shown, Taken, Word, Wrong, printable};
use std::path::Path;

/// The parts beside the contracts, and what their lines' targets begin with.
const PARTS: [(&str, &str); 6] = [
    ("server", "beseda::"),
    ("contracts", "beseda_contracts"),
    ("http", "beseda_contracts::shared::http"),
    ("identity", "beseda_identity"),
    ("live", "beseda_live"),
    ("store", "beseda_store"),
];

/// Which lines are wanted of parts for which `log_level` does not count.
pub struct LogFilter;

/// One part of the server and the least important line that it writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    name: String,
    /// What its lines' targets begin with.
    pub target: String,
    /// The level.
    pub level: LogLevel,
}

impl Taken for LogFilter {
    type Kept = Vec<Part>;

    fn read(raw: &Raw, _: &Path) -> Result<Vec<Part>, Wrong> {
        let parts = match raw {
            Raw::Text(text) => Raw::Untyped(text.clone()).texts()?,
            other => other.texts()?,
        };
        parts.iter().map(|part| read(part)).collect()
    }

    fn show(kept: &Vec<Part>) -> Shown {
        let words = kept.iter().map(|part| format!("{}={}", part.name, part.level.word()));
        Shown::List(words.collect())
    }
}

fn read(part: &str) -> Result<Part, Wrong> {
    let Some((name, level)) = part.split_once('=') else {
        let what = format!("has `{}`, which names no part and level", printable(part));
        return Err(Wrong::new(what, "Write a part and a level, like spa=debug."));
    };
    let (name, level) = (name.trim(), level.trim());
    Ok(Part {
        name: name.to_owned(),
        target: target(name)?,
        level: Raw::Untyped(level.to_owned()).choice(LogLevel::WORDS)?,
    })
}

/// What the targets of a part's lines begin with: of a contract or another part by its name, of one module by its path.
fn target(name: &str) -> Result<String, Wrong> {
    let contracts = CONTRACTS.iter().map(|contract| contract.name);
    if contracts.clone().any(|contract| contract == name) {
        return Ok(format!("beseda_contracts::{name}"));
    }
    if let Some((_, target)) = PARTS.iter().find(|(part, _)| *part == name) {
        return Ok((*target).to_owned());
    }
    let is_path = |byte: u8| byte.is_ascii_alphanumeric() || b"_:".contains(&byte);
    if name.starts_with("beseda") && name.bytes().all(is_path) {
        return Ok(name.to_owned());
    }
    let known: Vec<&str> = contracts.chain(PARTS.iter().map(|(part, _)| *part)).collect();
    let near = nearest(name, known.iter().copied()).unwrap_or_default();
    Err(Wrong::new(
        format!("has no part `{}`", printable(name)),
        format!("The nearest is `{near}`; known are {}.", known.join(", ")),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<(String, LogLevel)>, Wrong> {
        let parts = LogFilter::read(&Raw::Text(text.to_owned()), Path::new(""))?;
        Ok(parts.into_iter().map(|part| (part.target, part.level)).collect())
    }

    #[test]
    fn parts_are_named_by_their_contract_by_a_word_or_by_their_path() {
        let parts = read("spa=debug, store=warn,beseda_live::feed=trace").unwrap();
        let known: Vec<_> = parts.iter().map(|(target, level)| (target.as_str(), *level)).collect();
        assert_eq!(
            known,
            [
                ("beseda_contracts::spa", LogLevel::Debug),
                ("beseda_store", LogLevel::Warn),
                ("beseda_live::feed", LogLevel::Trace),
            ]
        );
        assert_eq!(read("").unwrap(), []);
    }

    #[test]
    fn what_is_no_part_or_no_level_is_refused_with_what_there_is() {
        let spa = read("spaa=debug").unwrap_err();
        assert_eq!(spa.what, "has no part `spaa`");
        assert!(
            spa.todo
                .starts_with("The nearest is `spa`; known are native, order_desk,"),
            "{}",
            spa.todo
        );
        assert_eq!(read("spa=loud").unwrap_err().what, "cannot be `loud`");
        assert_eq!(
            read("debug").unwrap_err().what,
            "has `debug`, which names no part and level"
        );
        assert_eq!(read("hyper=trace").unwrap_err().what, "has no part `hyper`");
    }
}
