//! A page of numbers as Prometheus reads it, taken apart strictly: what its own checker would complain of fails here.

use std::collections::{BTreeMap, BTreeSet};

/// What a page says, and nothing that it may not say.
#[derive(Debug, Default)]
pub struct Numbers {
    /// Every series with its labels as they are written, and its value.
    pub series: BTreeMap<String, f64>,
    /// The names of all series, those of a histogram's parts too.
    pub names: BTreeSet<String>,
}

#[derive(Debug, Default)]
struct Family {
    name: String,
    kind: String,
    has_help: bool,
}

impl Numbers {
    /// Reads a page of the old format, or of OpenMetrics, which ends with a mark of its own.
    pub fn read(page: &str, open: bool) -> Self {
        let mut numbers = Self::default();
        let (mut family, mut known, mut ended) = (Family::default(), BTreeSet::new(), false);
        for line in page.lines() {
            assert!(!ended, "something follows the end: {line}");
            match line.strip_prefix("# ") {
                Some("EOF") if open => ended = true,
                Some(about) => family.hear(about, &mut known, open),
                None => numbers.sample(line, &family, open),
            }
        }
        assert_eq!(ended, open, "the mark of the end");
        numbers.histograms();
        numbers
    }

    /// The value of a series; 0 where it is not there.
    pub fn of(&self, series: &str) -> f64 {
        self.series.get(series).copied().unwrap_or_default()
    }

    fn sample(&mut self, line: &str, family: &Family, open: bool) {
        let (series, value) = line.rsplit_once(' ').expect("a value");
        let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
        assert!(family.has(name, open), "{line} stands under {family:?}");
        assert!(is_name(name), "{line}");
        check_labels(labels.strip_suffix('}').expect("an end of the labels"), line);
        let value: f64 = value.parse().unwrap_or_else(|_| panic!("a number: {line}"));
        assert!(!value.is_nan(), "{line}");
        assert!(
            self.series.insert(series.to_owned(), value).is_none(),
            "{series} stands twice"
        );
        self.names.insert(name.to_owned());
    }

    /// The parts of a histogram hold no more than the last one, which holds all.
    fn histograms(&self) {
        for (series, part) in &self.series {
            let Some((name, labels)) = series.split_once("_bucket{") else {
                continue;
            };
            let labels = labels.trim_end_matches('}').split(',');
            let rest: Vec<&str> = labels.filter(|label| !label.starts_with("le=")).collect();
            let of = |part: &str| match rest.as_slice() {
                [] => self.series.get(&format!("{name}_{part}")).copied(),
                labels => self
                    .series
                    .get(&format!("{name}_{part}{{{}}}", labels.join(",")))
                    .copied(),
            };
            let all = of("count").expect("a count of all parts");
            assert!(of("sum").is_some() && *part <= all, "{series}");
            if series.contains("le=\"+Inf\"") {
                assert!((part - all).abs() < 0.5, "{series}: {part} of {all}");
            }
        }
    }
}

impl Family {
    fn hear(&mut self, about: &str, known: &mut BTreeSet<String>, open: bool) {
        let (word, rest) = about.split_once(' ').expect("a word");
        let (name, said) = rest.split_once(' ').expect("a name");
        match word {
            "HELP" => {
                assert!(known.insert(name.to_owned()), "{name} is described twice");
                assert!(
                    said.len() > 5 && said.ends_with('.') && !said.ends_with(".."),
                    "{about}"
                );
                *self = Self {
                    name: name.to_owned(),
                    kind: String::new(),
                    has_help: true,
                };
            }
            "TYPE" => {
                assert!(self.has_help && self.name == name, "{about} stands without help");
                assert!(["counter", "gauge", "histogram", "info"].contains(&said), "{about}");
                // The old format names counters as their series, the new one as what they count.
                assert_eq!(name.ends_with("_total"), said == "counter" && !open, "{about}");
                self.kind = said.to_owned();
            }
            "UNIT" => assert!(
                open && name == self.name && name.ends_with(&format!("_{said}")),
                "{about}"
            ),
            other => panic!("{other} is no word of the format"),
        }
    }

    fn has(&self, series: &str, open: bool) -> bool {
        let Some(part) = series.strip_prefix(&self.name) else {
            return false;
        };
        match self.kind.as_str() {
            "counter" => part == if open { "_total" } else { "" },
            "gauge" => part.is_empty(),
            "info" => part == "_info",
            "histogram" => ["_bucket", "_sum", "_count"].contains(&part),
            _ => false,
        }
    }
}

/// Small letters in base units, beginning as ours do or as every process's.
fn is_name(name: &str) -> bool {
    let is_plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let odd = ["milliseconds", "_ms", "kilobytes", "minutes", "hours", "percent"];
    is_plain
        && (name.starts_with("beseda_") || name.starts_with("process_"))
        && !odd.iter().any(|unit| name.contains(unit))
}

fn check_labels(labels: &str, line: &str) {
    const KNOWN: [&str; 14] = [
        "contract",
        "transport",
        "outcome",
        "reason",
        "code",
        "method",
        "route",
        "status",
        "door",
        "work",
        "why",
        "state",
        "issuer",
        "le",
    ];
    if labels.is_empty() {
        return;
    }
    for label in labels.split("\",") {
        let (name, value) = label.split_once("=\"").unwrap_or_else(|| panic!("a label: {line}"));
        assert!(
            KNOWN.contains(&name) || ["version", "database"].contains(&name),
            "{name}: {line}"
        );
        assert!(!value.trim_end_matches('"').contains('"'), "{line}");
    }
}
