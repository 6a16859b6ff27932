//! What a command looked at: a line for each check, what it means, and what to do.

mod said;
mod steps;
mod usage;

pub use said::{Lang, Said, said};
pub use steps::{Found, Point, Steps, Trouble};
pub use usage::Usage;

use crate::cli;
use serde_json::{Value, json};
use std::fmt::Write;
use std::io;
use std::process::ExitCode;
use std::time::Duration;

/// Columns that a name takes; a longer one moves what follows.
const NAME_COLUMNS: usize = 30;

/// How a command speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Speech {
    /// In which language.
    pub lang: Lang,
    /// For a program.
    pub json: bool,
    /// To a terminal that shows colours.
    pub colours: bool,
}

/// What came of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is well.
    Passed,
    /// Somebody has to do something.
    Failed,
    /// There was nothing to look at, or what failed before stands in the way.
    Skipped,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The word by which programs know it; it does not change.
    id: &'static str,
    name: Said,
    outcome: Outcome,
    meaning: Said,
    remedy: Option<Said>,
    took: Option<Duration>,
    /// It was not looked at for something that is not well.
    is_blocked: bool,
}

impl Check {
    /// It is well.
    pub fn passed(id: &'static str, name: Said, meaning: Said) -> Self {
        Self::new(id, name, Outcome::Passed, meaning, None)
    }

    /// It is not, and this has to be done.
    pub fn failed(id: &'static str, name: Said, meaning: Said, remedy: Said) -> Self {
        Self::new(id, name, Outcome::Failed, meaning, Some(remedy))
    }

    /// Why it was not looked at.
    pub fn skipped(id: &'static str, name: Said, why: Said) -> Self {
        Self::new(id, name, Outcome::Skipped, why, None)
    }

    /// What stands in the way of it, and has to be mended first: a report with such a one is none of a server that is well.
    pub fn blocked(id: &'static str, name: Said, why: Said) -> Self {
        Self {
            is_blocked: true,
            ..Self::skipped(id, name, why)
        }
    }

    fn new(id: &'static str, name: Said, outcome: Outcome, meaning: Said, remedy: Option<Said>) -> Self {
        Self {
            id,
            name,
            outcome,
            meaning,
            remedy,
            took: None,
            is_blocked: false,
        }
    }

    fn named(self, name: Said) -> Self {
        Self { name, ..self }
    }

    /// The same, and how long it took.
    #[must_use]
    pub fn in_time(self, took: Duration) -> Self {
        Self {
            took: Some(took),
            ..self
        }
    }

    fn json(&self, lang: Lang) -> Value {
        let outcome = match self.outcome {
            Outcome::Passed => "passed",
            Outcome::Failed => "failed",
            Outcome::Skipped => "skipped",
        };
        json!({
            "check": self.id,
            "name": self.name.text(lang),
            "outcome": outcome,
            "meaning": self.meaning.text(lang),
            "remedy": self.remedy.as_ref().map(|remedy| remedy.text(lang)),
            "seconds": self.took.map(|took| took.as_secs_f64()),
        })
    }

    fn line(&self, speech: Speech) -> String {
        let (word, colour) = mark(self.outcome, speech.lang);
        // Padded before it is coloured: the signs of a colour take no columns.
        let word = paint(&format!("{word:<8}"), colour, speech);
        let (name, meaning) = (self.name.text(speech.lang), self.meaning.text(speech.lang));
        let mut line = format!("{word}{name:<NAME_COLUMNS$} {meaning}");
        if let Some(took) = self.took {
            // It cannot fail into a text.
            let _ = write!(
                line,
                " ({} {})",
                took.as_millis(),
                match speech.lang {
                    Lang::En => "ms",
                    Lang::Ru => "мс",
                }
            );
        }
        if let Some(remedy) = &self.remedy {
            let _ = write!(line, "\n        → {}", remedy.text(speech.lang));
        }
        line.push('\n');
        line
    }
}

fn mark(outcome: Outcome, lang: Lang) -> (&'static str, &'static str) {
    match (outcome, lang) {
        (Outcome::Passed, Lang::En) => ("ok", "32"),
        (Outcome::Passed, Lang::Ru) => ("ок", "32"),
        (Outcome::Failed, Lang::En) => ("FAIL", "31;1"),
        (Outcome::Failed, Lang::Ru) => ("СБОЙ", "31;1"),
        (Outcome::Skipped, Lang::En) => ("skip", "33"),
        (Outcome::Skipped, Lang::Ru) => ("пропуск", "33"),
    }
}

/// A text in a colour of ECMA-48, where colours are shown.
fn paint(text: &str, colour: &str, speech: Speech) -> String {
    if speech.colours {
        format!("\u{1b}[{colour}m{text}\u{1b}[0m")
    } else {
        text.to_owned()
    }
}

/// What was looked at so far. A person reads each line as it comes, a program all of it at the end.
#[derive(Debug)]
pub struct Report {
    speech: Speech,
    checks: Vec<Check>,
    is_silent: bool,
}

impl Report {
    /// Nothing was looked at yet.
    pub fn new(speech: Speech) -> Self {
        Self {
            speech,
            checks: Vec::new(),
            is_silent: false,
        }
    }

    /// One more check.
    ///
    /// # Errors
    /// Standard output cannot be written.
    pub fn tell(&mut self, check: Check) -> io::Result<()> {
        if !self.speech.json && !self.is_silent {
            cli::answer(check.line(self.speech))?;
        }
        self.checks.push(check);
        Ok(())
    }

    /// The same that keeps what is told, and prints nothing.
    pub fn silent(speech: Speech) -> Self {
        Self {
            is_silent: true,
            ..Self::new(speech)
        }
    }

    /// What was told so far, as a person reads it, without colours.
    #[must_use]
    pub fn written(&self, lang: Lang) -> String {
        let speech = Speech {
            lang,
            ..Speech::default()
        };
        self.checks.iter().map(|check| check.line(speech)).collect()
    }

    /// Sums up: 0 where nothing failed and nothing stood in the way of anything, else 1.
    ///
    /// # Errors
    /// Standard output cannot be written.
    pub fn end(self) -> io::Result<ExitCode> {
        cli::answer(self.summary())?;
        Ok(if self.is_well() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }

    fn is_well(&self) -> bool {
        self.count(Outcome::Failed) == 0 && !self.checks.iter().any(|check| check.is_blocked)
    }

    /// What failed first: most of what fails after it does so because of it.
    fn first_failed(&self) -> Option<&Check> {
        self.checks.iter().find(|check| check.outcome == Outcome::Failed)
    }

    fn summary(&self) -> String {
        let lang = self.speech.lang;
        let [passed, failed, skipped] = [Outcome::Passed, Outcome::Failed, Outcome::Skipped].map(|of| self.count(of));
        if self.speech.json {
            let checks: Vec<Value> = self.checks.iter().map(|check| check.json(lang)).collect();
            let first = self.first_failed().map(|check| check.id);
            let told = json!({"ok": self.is_well(), "first_failed": first, "checks": checks});
            return format!("{told}\n");
        }
        let first = self.first_failed().map_or("", |check| check.name.text(lang));
        let sums = match lang {
            Lang::En => format!("\n{passed} passed, {failed} failed, {skipped} skipped\n"),
            Lang::Ru => format!("\nв порядке: {passed}, сбоев: {failed}, пропущено: {skipped}\n"),
        };
        match lang {
            _ if first.is_empty() => sums,
            Lang::En => format!("{sums}first to mend: {first}\n"),
            Lang::Ru => format!("{sums}начните с первого сбоя: {first}\n"),
        }
    }

    fn count(&self, outcome: Outcome) -> usize {
        self.checks.iter().filter(|check| check.outcome == outcome).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(speech: Speech) -> Report {
        let upgrade = || said("upgrade", "переход на сокет");
        let checks = vec![
            Check::passed("health", said("health", "здоровье"), said("answers", "отвечает"))
                .in_time(Duration::from_millis(3)),
            Check::failed(
                "upgrade",
                upgrade(),
                Said::verbatim("502"),
                said("start it", "запустите его"),
            ),
            Check::skipped("tls", Said::verbatim("TLS"), said("plain http", "простой http")),
        ];
        Report {
            checks,
            ..Report::new(speech)
        }
    }

    fn lines(speech: Speech) -> String {
        let report = report(speech);
        let lines: String = report.checks.iter().map(|check| check.line(speech)).collect();
        lines + &report.summary()
    }

    #[test]
    fn each_check_is_a_line_with_its_meaning_and_what_to_do() {
        assert_eq!(
            lines(Speech::default()),
            "ok      health                         answers (3 ms)\n\
             FAIL    upgrade                        502\n        → start it\n\
             skip    TLS                            plain http\n\
             \n1 passed, 1 failed, 1 skipped\nfirst to mend: upgrade\n"
        );
        let russian = Speech {
            lang: Lang::Ru,
            ..Speech::default()
        };
        assert_eq!(
            lines(russian),
            "ок      здоровье                       отвечает (3 мс)\n\
             СБОЙ    переход на сокет               502\n        → запустите его\n\
             пропуск TLS                            простой http\n\
             \nв порядке: 1, сбоев: 1, пропущено: 1\nначните с первого сбоя: переход на сокет\n"
        );
    }

    #[test]
    fn colours_change_no_columns() {
        let coloured = lines(Speech {
            colours: true,
            ..Speech::default()
        });
        assert!(coloured.starts_with("\u{1b}[32mok      \u{1b}[0mhealth"), "{coloured}");
        let plain: String = ["32", "31;1", "33", "0"]
            .iter()
            .fold(coloured, |text, colour| text.replace(&format!("\u{1b}[{colour}m"), ""));
        assert_eq!(plain, lines(Speech::default()));
    }

    #[test]
    fn what_was_in_the_way_of_a_check_is_not_well() {
        let is_well = |check: Check| {
            let checks = vec![check];
            let speech = Speech::default();
            Report {
                checks,
                ..Report::new(speech)
            }
            .is_well()
        };
        let why = || said("plain http", "простой http");
        assert!(is_well(Check::skipped("tls", Said::verbatim("TLS"), why())));
        assert!(!is_well(Check::blocked("tls", Said::verbatim("TLS"), why())));
    }

    #[test]
    fn a_program_is_told_all_at_once() {
        let report = report(Speech {
            json: true,
            ..Speech::default()
        });
        let told: Value = serde_json::from_str(&report.summary()).unwrap();
        assert_eq!((&told["ok"], &told["first_failed"]), (&false.into(), &"upgrade".into()));
        assert_eq!(
            told["checks"][1],
            json!({
                "check": "upgrade", "name": "upgrade", "outcome": "failed", "meaning": "502", "remedy": "start it",
                "seconds": null
            })
        );
        assert_eq!(told["checks"][0]["seconds"], 0.003);
    }
}
