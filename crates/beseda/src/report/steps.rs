//! Checks one after the other, of which some stand on those before.

use super::{Check, Lang, Outcome, Report, Said, Speech, said};
use std::io;
use std::mem;
use std::process::ExitCode;
use tokio::time::Instant;

/// What is wrong, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What is wrong.
    pub meaning: Said,
    /// What to do.
    pub remedy: Said,
}

impl Trouble {
    /// This is wrong, and that has to be done.
    pub fn new(meaning: Said, remedy: Said) -> Self {
        Self { meaning, remedy }
    }
}

/// What a check finds: something for those after it, and what that means.
pub type Found<T> = Result<(T, Said), Trouble>;

/// A check that a report is about: the word by which programs know it, and its name in that report.
pub type Point = (&'static str, Said);

/// A report that is written step by step.
#[derive(Debug)]
pub struct Steps {
    report: Report,
    /// What the report is about, where it is not about everything, and what came of each so far. They are told at the end,
    /// in this order; of other checks those that failed are told, when they do.
    points: Vec<(Point, Option<Check>)>,
}

impl Steps {
    /// Nothing was looked at yet. With points, the report is about those.
    pub fn new(speech: Speech, points: Vec<Point>) -> Self {
        Self {
            report: Report::new(speech),
            points: points.into_iter().map(|point| (point, None)).collect(),
        }
    }

    /// Looks, and tells what was found.
    ///
    /// # Errors
    /// Standard output cannot be written.
    pub async fn look<T>(
        &mut self,
        id: &'static str,
        name: Said,
        work: impl Future<Output = Found<T>>,
    ) -> io::Result<Option<T>> {
        let begun = Instant::now();
        let found = work.await;
        let took = begun.elapsed();
        match found {
            Ok((found, meaning)) => {
                self.tell(Check::passed(id, name, meaning).in_time(took))?;
                Ok(Some(found))
            }
            Err(Trouble { meaning, remedy }) => {
                self.tell(Check::failed(id, name, meaning, remedy))?;
                Ok(None)
            }
        }
    }

    /// Looks with what a step before has found. Without that it is passed over.
    ///
    /// # Errors
    /// Standard output cannot be written.
    pub async fn look_with<B, T, F: Future<Output = Found<T>>>(
        &mut self,
        before: Option<B>,
        id: &'static str,
        name: Said,
        work: impl FnOnce(B) -> F,
    ) -> io::Result<Option<T>> {
        match before {
            Some(before) => self.look(id, name, work(before)).await,
            None => {
                self.blocked(id, name)?;
                Ok(None)
            }
        }
    }

    /// Says why something is not looked at, though nothing is wrong.
    ///
    /// # Errors
    /// Standard output cannot be written.
    pub fn skip(&mut self, id: &'static str, name: Said, why: Said) -> io::Result<()> {
        self.tell(Check::skipped(id, name, why))
    }

    /// In which language it is told.
    #[must_use]
    pub fn lang(&self) -> Lang {
        self.report.speech.lang
    }

    /// What was told so far.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Says that what failed before stands in the way of this.
    ///
    /// # Errors
    /// Standard output cannot be written.
    pub fn blocked(&mut self, id: &'static str, name: Said) -> io::Result<()> {
        let why = self.in_the_way();
        self.tell(Check::blocked(id, name, why))
    }

    /// Sums up: 0 where nothing failed or was in the way of anything, else 1.
    ///
    /// # Errors
    /// Standard output cannot be written.
    pub fn end(mut self) -> io::Result<ExitCode> {
        for ((id, name), found) in mem::take(&mut self.points) {
            let why = self.in_the_way();
            self.report
                .tell(found.unwrap_or_else(|| Check::blocked(id, name, why)))?;
        }
        self.report.end()
    }

    /// Tells what was looked at already.
    ///
    /// # Errors
    /// Standard output cannot be written.
    pub fn tell(&mut self, check: Check) -> io::Result<()> {
        if let Some(((_, name), found)) = self.points.iter_mut().find(|((id, _), _)| *id == check.id) {
            *found = Some(check.named(name.clone()));
            return Ok(());
        }
        if self.points.is_empty() || check.outcome == Outcome::Failed {
            self.report.tell(check)?;
        }
        Ok(())
    }

    /// Whether something came of a check already.
    #[must_use]
    pub fn has_told(&self, id: &str) -> bool {
        let of_points = self.points.iter().filter_map(|(_, found)| found.as_ref());
        self.report.checks.iter().chain(of_points).any(|check| check.id == id)
    }

    /// What failed last, as a reason for not looking at what comes after it.
    fn in_the_way(&self) -> Said {
        let of_points = self.points.iter().filter_map(|(_, found)| found.as_ref());
        let told = self.report.checks.iter().chain(of_points);
        let mut failed = told.rev().filter(|check| check.outcome == Outcome::Failed);
        match failed.next() {
            Some(check) => said(
                format!("in the way: {}", check.name.en()),
                format!("мешает: {}", check.name.ru()),
            ),
            None => said("a step before it was not taken", "не сделан шаг перед этим"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn points_are_all_told_in_their_order_and_a_failure_beside_them_too() {
        let name = |word: &str| Said::verbatim(word);
        let points = ["health", "staff", "sockets"].map(|word| (word, name(word)));
        let silent = Speech {
            json: true,
            ..Speech::default()
        };
        let mut steps = Steps::new(silent, points.to_vec());
        let well = async { Ok(((), name("well"))) };
        let broken = async { Err::<((), Said), _>(Trouble::new(name("400"), name("mend it"))) };
        steps
            .look("name", name("name"), async { Ok(((), name("well"))) })
            .await
            .unwrap();
        let upgraded = steps.look("upgrade", name("upgrade"), broken).await.unwrap();
        let sockets = async |()| Ok(((), name("well")));
        steps.look_with(upgraded, "sockets", name("?"), sockets).await.unwrap();
        steps.look("health", name("?"), well).await.unwrap();
        assert_eq!(steps.in_the_way(), said("in the way: upgrade", "мешает: upgrade"));
        let told = |steps: &Steps| steps.report.checks.iter().map(|check| check.id).collect::<Vec<_>>();
        assert_eq!(told(&steps), ["upgrade"]);
        assert_eq!(steps.end().unwrap(), ExitCode::FAILURE);
    }
}
