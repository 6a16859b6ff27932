//! The settings file: TOML into named values, each with its line.

use super::issuer::Table;
use super::problem::{Origin, Problem};
use beseda_core::words::Raw;
use std::path::Path;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

/// A value of the file, by its whole name.
pub struct Entry {
    /// The name, as in `limits.text_chars`.
    pub name: String,
    /// Its line.
    pub at: Origin,
    /// What stands there.
    pub raw: Raw,
}

/// What stands in a file.
#[derive(Default)]
pub struct Contents {
    /// Its values, in the order of their names.
    pub entries: Vec<Entry>,
    /// Its `[[issuers]]`, in their order.
    pub issuers: Vec<Table>,
    /// Its `[kinds.<word>]`, each with its word.
    pub kinds: Vec<(String, Table)>,
    /// What cannot be read.
    pub problems: Vec<Problem>,
}

/// Reads the text of a settings file. Whether names and values make sense is asked later.
pub fn read(path: &Path, text: &str) -> Contents {
    let lines = Lines { path, text };
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut contents = Contents::default();
    for error in &errors {
        let at = lines.origin(error.span().map_or(0, |span| span.start)).to_string();
        let todo = "Correct the line: https://toml.io shows how TOML is written.".to_owned();
        contents.problems.push(Problem {
            at,
            what: format!("is no TOML: {}", error.message()),
            todo,
        });
    }
    if !errors.is_empty() {
        // What a broken file means is a guess; complaints about guesses mislead.
        return contents;
    }
    for (key, value) in table.get_ref() {
        let at = lines.origin(key.span().start);
        match (key.get_ref().as_ref(), value.get_ref()) {
            (group @ ("limits" | "sessions"), DeValue::Table(table)) => {
                for (key, value) in table {
                    let (name, at) = (format!("{group}.{}", key.get_ref()), lines.origin(key.span().start));
                    contents.entries.push(Entry {
                        name,
                        at,
                        raw: raw_of(value.get_ref()),
                    });
                }
            }
            ("issuers", DeValue::Array(tables)) => {
                for one in tables {
                    let at = lines.origin(one.span().start);
                    match one.get_ref() {
                        DeValue::Table(table) => contents.issuers.push(lines.table(at, table)),
                        _ => contents.problems.push(not_issuers(&at)),
                    }
                }
            }
            ("issuers", _) => contents.problems.push(not_issuers(&at)),
            ("kinds", DeValue::Table(kinds)) => {
                for (word, value) in kinds {
                    let at = lines.origin(word.span().start);
                    match value.get_ref() {
                        DeValue::Table(table) => {
                            let word = word.get_ref().to_string();
                            contents.kinds.push((word, lines.table(at, table)));
                        }
                        _ => contents.problems.push(not_kinds(&at)),
                    }
                }
            }
            ("kinds", _) => contents.problems.push(not_kinds(&at)),
            (name, value) => contents.entries.push(Entry {
                name: name.to_owned(),
                at,
                raw: raw_of(value),
            }),
        }
    }
    contents
}

/// The value of the file.
fn raw_of(value: &DeValue<'_>) -> Raw {
    match value {
        DeValue::String(text) => Raw::Text(text.to_string()),
        DeValue::Integer(number) => match i128::from_str_radix(number.as_str(), number.radix()) {
            Ok(whole) => Raw::Whole(whole),
            Err(_) => Raw::Other("number out of all range"),
        },
        DeValue::Float(number) => match number.as_str().parse() {
            Ok(fraction) => Raw::Fraction(fraction),
            Err(_) => Raw::Other("number that cannot be read"),
        },
        DeValue::Boolean(truth) => Raw::Truth(*truth),
        DeValue::Array(values) => Raw::List(values.iter().map(|value| raw_of(value.get_ref())).collect()),
        DeValue::Table(_) => Raw::Other("table"),
        DeValue::Datetime(_) => Raw::Other("date"),
    }
}

fn not_issuers(at: &Origin) -> Problem {
    let (what, todo) = (
        "`issuers` must be tables".to_owned(),
        "Begin each with a line [[issuers]].".to_owned(),
    );
    Problem {
        at: at.to_string(),
        what,
        todo,
    }
}

fn not_kinds(at: &Origin) -> Problem {
    Problem {
        at: at.to_string(),
        what: "`kinds` must be tables".to_owned(),
        todo: "Begin each with a line like [kinds.deal].".to_owned(),
    }
}

struct Lines<'a> {
    path: &'a Path,
    text: &'a str,
}

impl Lines<'_> {
    fn origin(&self, offset: usize) -> Origin {
        let line = 1 + self.text.bytes().take(offset).filter(|byte| *byte == b'\n').count();
        Origin::File {
            path: self.path.to_owned(),
            line,
        }
    }

    fn table(&self, at: Origin, table: &DeTable<'_>) -> Table {
        let name = |key: &Spanned<DeString<'_>>| key.get_ref().to_string();
        let values = table.iter().map(|(key, value)| {
            let at = self.origin(key.span().start);
            (name(key), (at, raw_of(value.get_ref())))
        });
        let tables = table.iter().filter_map(|(key, value)| match value.get_ref() {
            DeValue::Table(inner) => Some((name(key), self.entries(inner))),
            _ => None,
        });
        Table {
            at,
            values: values.collect(),
            tables: tables.collect(),
        }
    }

    /// What stands in a table, in the order in which it was written.
    fn entries(&self, table: &DeTable<'_>) -> Vec<Entry> {
        let mut written: Vec<_> = table.iter().collect();
        written.sort_by_key(|(key, _)| key.span().start);
        let entry = |(key, value): (&Spanned<DeString<'_>>, &Spanned<DeValue<'_>>)| Entry {
            name: key.get_ref().to_string(),
            at: self.origin(key.span().start),
            raw: raw_of(value.get_ref()),
        };
        written.into_iter().map(entry).collect()
    }
}
