//! Mend: what a clock that was ahead has left behind is brought back to the present, so that nothing waits for its time and
//! nothing outlives its own.

use crate::error::Error;
use crate::ports::Tx;
use crate::words::{LEAP_SECONDS, Limits, Time};

/// Brings back what is kept with moments that no clock can have told which was right: how much that was. Sessions and refresh
/// tokens live on for as long as they were given, jobs are due, unclaimed files are as if just uploaded, and tickets are gone.
/// What was said, and when somebody was signed out, stays as it is: the rules look at those.
pub fn mend(tx: &mut dyn Tx, now: Time, limits: &Limits) -> Result<u64, Error> {
    let ahead = now.plus_seconds(LEAP_SECONDS);
    // Whoever takes a job has it until later, and one that failed waits.
    let due = ahead.plus_seconds(limits.job_pause_seconds.max(limits.job_seconds));
    let doors = tx.mend_identity(now, ahead, ahead.plus_seconds(limits.ticket_seconds))?;
    Ok(doors + tx.mend_jobs(now, due)? + tx.mend_files(now, ahead)?)
}
