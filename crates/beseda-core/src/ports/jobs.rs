//! Jobs: what was promised in some transaction and is to be done after it.

use crate::error::Fault;
use crate::words::{Errand, Job, JobId, Time};

/// Reading jobs.
pub trait LookJobs {
    /// The job with this number, unless it is done.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn job(&mut self, id: JobId) -> Result<Option<Job>, Fault>;
    /// The jobs that are dead, or those that are not, the first due first; `limit` of them.
    fn jobs(&mut self, dead: bool, limit: i64) -> Result<Vec<Job>, Fault>;
    /// How many jobs are dead, or are not.
    fn count_jobs(&mut self, dead: bool) -> Result<i64, Fault>;
    /// When the next job that is not dead is due.
    fn next_job(&mut self) -> Result<Option<Time>, Fault>;
}

/// Writing jobs.
pub trait TxJobs {
    /// Promises an errand, to be done from `due` on: it is kept with this transaction or not at all. Where the same is
    /// promised already and not done, dead or not, that promise stands, and the answer is false.
    ///
    /// # Errors
    /// As every call here: a [`Fault`] where the store fails.
    fn enqueue(&mut self, errand: &Errand, due: Time) -> Result<bool, Fault>;
    /// The jobs that are due at `now` and not dead, the first due first; `most` of them. Those that another transaction
    /// is about to take are left out.
    fn due_jobs(&mut self, now: Time, most: i64) -> Result<Vec<Job>, Fault>;
    /// Makes jobs due `now` that are not dead and due after `ahead`: how many.
    fn mend_jobs(&mut self, now: Time, ahead: Time) -> Result<u64, Fault>;
    /// Keeps what changed of a job: when it is due, its tries, its failure, and whether it is dead.
    fn keep_job(&mut self, job: &Job) -> Result<(), Fault>;
    /// Forgets a job that is done; one that is not there is fine.
    fn remove_job(&mut self, id: JobId) -> Result<(), Fault>;
}
