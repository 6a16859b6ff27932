//! Jobs.

use crate::engine::values;
use crate::rows;
use crate::statements as sql;
use crate::transaction::Transaction;
use beseda_core::error::Fault;
use beseda_core::ports::{LookJobs, TxJobs};
use beseda_core::words::{Errand, Job, JobId, Time};

impl LookJobs for Transaction<'_> {
    fn job(&mut self, id: JobId) -> Result<Option<Job>, Fault> {
        self.one(sql::JOBS_GET, values![id.0], rows::job)
    }

    fn jobs(&mut self, dead: bool, limit: i64) -> Result<Vec<Job>, Fault> {
        self.all(sql::JOBS_LIST, values![dead, limit], rows::job)
    }

    fn count_jobs(&mut self, dead: bool) -> Result<i64, Fault> {
        let count = self.one(sql::JOBS_COUNT, values![dead], |row| row.get::<i64>(0))?;
        Ok(count.unwrap_or_default())
    }

    fn next_job(&mut self) -> Result<Option<Time>, Fault> {
        let next = self.one(sql::JOBS_NEXT, values![], |row| row.get::<Option<i64>>(0))?;
        Ok(next.flatten().map(Time))
    }
}

impl TxJobs for Transaction<'_> {
    fn enqueue(&mut self, errand: &Errand, due: Time) -> Result<bool, Fault> {
        let new = self.insert(sql::JOBS_PUT, values![errand.word(), &errand.about(), due.0])?;
        if new.is_some() {
            self.announce_jobs();
        }
        Ok(new.is_some())
    }

    fn due_jobs(&mut self, now: Time, most: i64) -> Result<Vec<Job>, Fault> {
        self.all(sql::JOBS_DUE, values![now.0, most], rows::job)
    }

    fn mend_jobs(&mut self, now: Time, ahead: Time) -> Result<u64, Fault> {
        self.write(sql::JOBS_MEND, values![now.0, ahead.0])
    }

    fn keep_job(&mut self, job: &Job) -> Result<(), Fault> {
        let values = values![job.due.0, job.tries, &job.failure, job.dead, job.id.0];
        self.write(sql::JOBS_KEEP, values).map(drop)
    }

    fn remove_job(&mut self, id: JobId) -> Result<(), Fault> {
        self.write(sql::JOBS_REMOVE, values![id.0]).map(drop)
    }
}
