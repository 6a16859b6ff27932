//! Jobs in memory.

use super::{Run, mended, rows, wrong};
use beseda_core::error::Fault;
use beseda_core::ports::{LookJobs, TxJobs};
use beseda_core::words::{Errand, Job, JobId, Time};

impl Run {
    /// The jobs that are dead, or those that are not, the first due first.
    fn jobs_by_time(&self, dead: bool) -> Vec<Job> {
        let those = self.kept.jobs.values().filter(|job| job.dead == dead);
        let mut jobs: Vec<Job> = those.cloned().collect();
        jobs.sort_by_key(|job| (job.due, job.id));
        jobs
    }
}

impl LookJobs for Run {
    fn job(&mut self, id: JobId) -> Result<Option<Job>, Fault> {
        Ok(self.kept.jobs.get(&id).cloned())
    }

    fn jobs(&mut self, dead: bool, limit: i64) -> Result<Vec<Job>, Fault> {
        Ok(self.jobs_by_time(dead).into_iter().take(rows(limit)).collect())
    }

    fn count_jobs(&mut self, dead: bool) -> Result<i64, Fault> {
        Ok(i64::try_from(self.jobs_by_time(dead).len()).unwrap_or(i64::MAX))
    }

    fn next_job(&mut self) -> Result<Option<Time>, Fault> {
        Ok(self.jobs_by_time(false).first().map(|job| job.due))
    }
}

impl TxJobs for Run {
    fn enqueue(&mut self, errand: &Errand, due: Time) -> Result<bool, Fault> {
        if self.kept.jobs.values().any(|job| job.errand == *errand) {
            return Ok(false);
        }
        self.enqueued = true;
        let kept = self.kept();
        kept.last_job.0 += 1;
        let job = Job {
            id: kept.last_job,
            errand: errand.clone(),
            due,
            tries: 0,
            failure: None,
            dead: false,
        };
        kept.jobs.insert(job.id, job);
        Ok(true)
    }

    fn due_jobs(&mut self, now: Time, most: i64) -> Result<Vec<Job>, Fault> {
        let jobs = self.jobs_by_time(false).into_iter();
        Ok(jobs.filter(|job| job.due <= now).take(rows(most)).collect())
    }

    fn mend_jobs(&mut self, now: Time, ahead: Time) -> Result<u64, Fault> {
        let jobs = self.kept().jobs.values_mut();
        Ok(mended(jobs.filter(|job| !job.dead && job.due > ahead), |job| {
            job.due = now
        }))
    }

    fn keep_job(&mut self, job: &Job) -> Result<(), Fault> {
        let kept = self.kept().jobs.get_mut(&job.id);
        let kept = kept.ok_or_else(|| wrong(format!("job {} is gone", job.id)))?;
        *kept = Job {
            errand: kept.errand.clone(),
            ..job.clone()
        };
        Ok(())
    }

    fn remove_job(&mut self, id: JobId) -> Result<(), Fault> {
        self.kept().jobs.remove(&id);
        Ok(())
    }
}
