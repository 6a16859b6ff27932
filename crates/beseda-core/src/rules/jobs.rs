//! Jobs: taken for a while, done, failed and tried again, dead, revived.
//!
//! A try counts when it begins, not when it ends: what kills its server each time dies after so many tries like anything
//! else. Whoever takes a job has it until a time, and may move that on; once it has passed, another one takes the job, for
//! the first is gone. What somebody says of a try that is not the last one is not listened to.

use crate::error::Error;
use crate::ports::Tx;
use crate::words::{Errand, Job, JobId, Limits, Time};

/// After the first try that fails; twice as long after each further one.
const FIRST_PAUSE_SECONDS: i64 = 5;
/// How many characters of a failure are kept.
const FAILURE_CHARS: usize = 300;

/// Takes jobs that are due, `most` of them. Those that have been tried as often as they may be and never ended die here:
/// they are among what is given, to be told of.
pub fn take_jobs(tx: &mut dyn Tx, now: Time, limits: &Limits, most: i64) -> Result<Vec<Job>, Error> {
    let mut jobs = tx.due_jobs(now, most)?;
    for job in &mut jobs {
        if job.tries >= limits.job_tries {
            job.dead = true;
            job.failure
                .get_or_insert_with(|| "its server ended at each try".to_owned());
        } else {
            job.tries += 1;
            job.due = now.plus_seconds(limits.job_seconds);
        }
        tx.keep_job(job)?;
    }
    Ok(jobs)
}

/// Says that somebody is still at these jobs: nobody else takes them for as long as from the beginning.
pub fn hold_jobs(tx: &mut dyn Tx, now: Time, limits: &Limits, jobs: &[Job]) -> Result<(), Error> {
    for job in jobs {
        if let Some(mut job) = as_taken(tx, job)? {
            job.due = now.plus_seconds(limits.job_seconds);
            tx.keep_job(&job)?;
        }
    }
    Ok(())
}

/// Notes that a job is done: it is gone, with what else is over by that.
pub fn job_done(tx: &mut dyn Tx, job: &Job) -> Result<(), Error> {
    match &job.errand {
        Errand::ForgetFile { name } => tx.forget_file(name)?,
        Errand::ErasePerson { .. } | Errand::EndSnooze { .. } | Errand::Push { .. } | Errand::TryPush { .. } => {}
    }
    Ok(tx.remove_job(job.id)?)
}

/// Notes why a try failed: the job as it is now, tried again after a pause or dead. Nothing where it was taken again
/// meanwhile, or is done.
pub fn job_failed(
    tx: &mut dyn Tx,
    now: Time,
    limits: &Limits,
    job: &Job,
    failure: &str,
    random: [u8; 8],
) -> Result<Option<Job>, Error> {
    let Some(mut job) = as_taken(tx, job)? else {
        return Ok(None);
    };
    job.failure = Some(failure.chars().take(FAILURE_CHARS).collect());
    job.dead = job.tries >= limits.job_tries;
    job.due = Time(now.0.saturating_add(pause(job.tries, limits, random)));
    tx.keep_job(&job)?;
    Ok(Some(job))
}

/// Gives a dead job all its tries again, from now on; false where there is no such dead job.
pub fn revive_job(tx: &mut dyn Tx, now: Time, id: JobId) -> Result<bool, Error> {
    let Some(job) = tx.job(id)?.filter(|job| job.dead) else {
        return Ok(false);
    };
    tx.keep_job(&Job {
        due: now,
        tries: 0,
        dead: false,
        ..job
    })?;
    Ok(true)
}

/// The job as it is kept, if this is its last try and not over.
fn as_taken(tx: &mut dyn Tx, taken: &Job) -> Result<Option<Job>, Error> {
    let job = tx.job(taken.id)?;
    Ok(job.filter(|job| job.tries == taken.tries && !job.dead))
}

/// How many microseconds to wait after so many tries: between half of it and all of it, so that what failed together does
/// not come back together.
fn pause(tries: u32, limits: &Limits, random: [u8; 8]) -> i64 {
    let doubled = 1_i64.checked_shl(tries.saturating_sub(1)).filter(|times| *times > 0);
    let seconds = FIRST_PAUSE_SECONDS.saturating_mul(doubled.unwrap_or(i64::MAX));
    let half = seconds.min(limits.job_pause_seconds).saturating_mul(1_000_000) / 2;
    let more = u64::from_le_bytes(random) % half.unsigned_abs().saturating_add(1);
    half.saturating_add_unsigned(more)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_limit_and_are_spread_over_their_second_half() {
        let limits = Limits {
            job_pause_seconds: 60,
            ..Limits::default()
        };
        let shortest = |tries| pause(tries, &limits, [0; 8]);
        // What is added is drawn from 0 to as much again.
        let longest = |tries| pause(tries, &limits, shortest(tries).to_le_bytes());
        assert_eq!(
            [1, 2, 3, 4].map(shortest),
            [2_500_000, 5_000_000, 10_000_000, 20_000_000]
        );
        assert_eq!(
            [1, 2, 3, 4].map(longest),
            [5_000_000, 10_000_000, 20_000_000, 40_000_000]
        );
        for tries in [5, 6, 62, 63, 64, 65, u32::MAX] {
            assert_eq!((shortest(tries), longest(tries)), (30_000_000, 60_000_000), "{tries}");
        }
        for random in [0, 7, u64::MAX / 3, u64::MAX] {
            let pause = pause(9, &limits, random.to_le_bytes());
            assert!((30_000_000..=60_000_000).contains(&pause), "{random}: {pause}");
        }
    }
}
