//! Checks one after the other, of which some stand on those before.

use super::{Check, Report, Said, Speech, said};
use std::io;
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

/// A report that is written step by step.
#[derive(Debug)]
pub struct Steps {
    report: Report,
    /// Only these are looked at, where there are any.
    only: Option<Vec<&'static str>>,
}

impl Steps {
    /// Nothing was looked at yet. With `only`, nothing but those checks is told.
    pub fn new(speech: Speech, only: Option<Vec<&'static str>>) -> Self {
        Self {
            report: Report::new(speech),
            only,
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
                let why = said("a step before it failed", "не удался шаг перед этим");
                self.skip(id, name, why)?;
                Ok(None)
            }
        }
    }

    /// Says why something is not looked at.
    ///
    /// # Errors
    /// Standard output cannot be written.
    pub fn skip(&mut self, id: &'static str, name: Said, why: Said) -> io::Result<()> {
        self.tell(Check::skipped(id, name, why))
    }

    /// What was told so far.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Sums up: 0 where nothing failed, else 1.
    ///
    /// # Errors
    /// Standard output cannot be written.
    pub fn end(self) -> io::Result<ExitCode> {
        self.report.end()
    }

    /// Tells what was looked at already.
    ///
    /// # Errors
    /// Standard output cannot be written.
    pub fn tell(&mut self, check: Check) -> io::Result<()> {
        if self.only.as_ref().is_some_and(|only| !only.contains(&check.id)) {
            return Ok(());
        }
        self.report.tell(check)
    }
}
