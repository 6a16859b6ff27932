//! The runner of jobs: takes those that are due, does each in a task of its own, and notes what came of it.

mod bell;
mod errands;
pub mod index;
#[cfg(test)]
mod tests;

pub use bell::Bell;

use crate::push::Push;
use crate::telemetry;
use beseda_core::ports::Files;
use beseda_core::words::{Job, JobId};
use beseda_core::{Chat, Error, Fault, rules};
use beseda_live::ask;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::{Id, JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

/// How often the runner looks for jobs that nobody rang for: another process enqueued them, or their pause is over.
const EVERY: Duration = Duration::from_secs(1);

/// Runs jobs.
pub struct Jobs {
    chat: Chat,
    files: Arc<dyn Files>,
    bell: Arc<Bell>,
    /// Who tells browsers, where any are told.
    push: Option<Arc<Push>>,
    every: Duration,
    running: JoinSet<Result<(), Fault>>,
    /// What runs, as it was taken.
    taken: HashMap<Id, Job>,
}

impl Jobs {
    /// A runner that has not begun.
    pub fn new(chat: Chat, files: Arc<dyn Files>, bell: Arc<Bell>) -> Self {
        Self {
            chat,
            files,
            bell,
            push: None,
            every: EVERY,
            running: JoinSet::new(),
            taken: HashMap::new(),
        }
    }

    /// The same that tells browsers.
    pub fn pushing(self, push: Option<Arc<Push>>) -> Self {
        Self { push, ..self }
    }

    /// Runs jobs until it is told to stop; then it takes no more, and ends when those that run have ended.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut is_well = true;
        while !stop.is_cancelled() {
            let looked = self.look_after().await;
            match &looked {
                // Told once: the store tells of itself, and this is looked at every second.
                Err(error) if is_well => tracing::warn!("jobs cannot be taken, it is tried again: {error}"),
                Ok(()) if !is_well => tracing::info!("jobs can be taken again"),
                _ => {}
            }
            is_well = looked.is_ok();
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.bell.rung() => {}
                Some(ended) = self.running.join_next_with_id() => self.note(ended).await,
                () = tokio::time::sleep(self.every) => {}
            }
        }
        while let Some(ended) = self.running.join_next_with_id().await {
            self.note(ended).await;
        }
    }

    /// Says that it is still at what runs, and begins what is due and has room beside that.
    async fn look_after(&mut self) -> Result<(), Error> {
        self.hold().await?;
        let limits = Arc::clone(self.chat.limits());
        let room = limits.job_workers.saturating_sub(self.taken.len());
        let (now, most) = (self.chat.now(), i64::try_from(room).unwrap_or(i64::MAX));
        // Looking holds up nobody, writing does: most of the time there is nothing to take.
        let next = ask::look(&self.chat, |look| Ok(look.next_job()?)).await?;
        if most == 0 || next.is_none_or(|due| due > now) {
            return Ok(());
        }
        let jobs = ask::change(&self.chat, move |tx| rules::take_jobs(tx, now, &limits, most)).await?;
        jobs.into_iter().for_each(|job| self.begin(job));
        Ok(())
    }

    fn begin(&mut self, job: Job) {
        if job.dead {
            tell_dead(&job);
        } else if !self.runs(job.id) {
            let errand = errands::run(
                job.errand.clone(),
                self.chat.clone(),
                Arc::clone(&self.files),
                self.push.clone(),
            );
            let task = self.running.spawn(errand);
            self.taken.insert(task.id(), job);
        }
    }

    /// Whether it is at this job: the store was away for so long that it was given out again.
    fn runs(&self, id: JobId) -> bool {
        self.taken.values().any(|job| job.id == id)
    }

    /// Moves on the time of what runs, once half of it is over.
    async fn hold(&mut self) -> Result<(), Error> {
        let (now, limits) = (self.chat.now(), Arc::clone(self.chat.limits()));
        let half = now.plus_seconds(limits.job_seconds / 2);
        if self.taken.values().all(|job| job.due > half) {
            return Ok(());
        }
        let until = now.plus_seconds(limits.job_seconds);
        let jobs: Vec<Job> = self.taken.values().cloned().collect();
        ask::change(&self.chat, move |tx| rules::hold_jobs(tx, now, &limits, &jobs)).await?;
        self.taken.values_mut().for_each(|job| job.due = until);
        Ok(())
    }

    /// Notes what came of a job. Where that cannot be kept, the job is given out again when its time is over.
    async fn note(&mut self, ended: Result<(Id, Result<(), Fault>), JoinError>) {
        let (id, failure) = match ended {
            Ok((id, outcome)) => (id, outcome.err().map(|fault| fault.to_string())),
            Err(error) => (error.id(), Some(said(error))),
        };
        let Some(job) = self.taken.remove(&id) else { return };
        let noted = match failure {
            None => self.done(job.clone()).await,
            Some(failure) => self.failed(job.clone(), failure).await,
        };
        if let Err(error) = noted {
            tracing::warn!(job = job.id.0, "what came of a job could not be kept: {error}");
        }
    }

    async fn done(&self, job: Job) -> Result<(), Error> {
        ask::change(&self.chat, move |tx| rules::job_done(tx, &job)).await
    }

    async fn failed(&self, job: Job, failure: String) -> Result<(), Error> {
        let (now, limits, random) = (self.chat.now(), Arc::clone(self.chat.limits()), self.chat.random());
        let (id, errand, about, tries) = (job.id.0, job.errand.word(), job.errand.about(), job.tries);
        tracing::warn!(job = id, errand, about, tries, "a job has failed: {failure}");
        let rule =
            move |tx: &mut dyn beseda_core::ports::Tx| rules::job_failed(tx, now, &limits, &job, &failure, random);
        if let Some(job) = ask::change(&self.chat, rule).await?.filter(|job| job.dead) {
            tell_dead(&job);
        }
        Ok(())
    }
}

fn tell_dead(job: &Job) {
    let (id, errand, about, tries) = (job.id.0, job.errand.word(), job.errand.about(), job.tries);
    tracing::error!(
        job = id,
        errand,
        about,
        tries,
        "a job is dead: `beseda jobs retry {id}` tries it again"
    );
}

fn said(error: JoinError) -> String {
    match error.try_into_panic() {
        Ok(panic) => format!("it panicked: {}", telemetry::panic_text(panic.as_ref())),
        Err(error) => error.to_string(),
    }
}
