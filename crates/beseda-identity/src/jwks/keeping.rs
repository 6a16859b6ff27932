//! The keys of whichever issuers count now, kept fresh, while issuers come and go.

use super::Published;
use crate::issuers::Issuers;
use std::panic::resume_unwind;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};

/// Fetches what issuers publish, at once and again and again, for as long as it is polled; of those that do not count any
/// more, nothing. Whose keys go on is not fetched anew. A panic over one issuer's keys goes on to whoever polls.
pub async fn keep_keys_fresh(mut counting: watch::Receiver<Arc<Issuers>>) {
    let (mut running, mut kept) = (JoinSet::new(), Vec::new());
    // Once nobody can exchange the issuers any more, they stay.
    let mut may_change = true;
    loop {
        let wanted = counting.borrow_and_update().published();
        hold(&mut running, &mut kept, wanted);
        tokio::select! {
            changed = counting.changed(), if may_change => may_change = changed.is_ok(),
            Some(ended) = running.join_next() => {
                if let Err(error) = ended
                    && let Ok(panic) = error.try_into_panic()
                {
                    resume_unwind(panic);
                }
            }
            else => std::future::pending().await,
        }
    }
}

/// Begins with those that are not kept yet, and ends with those that are not wanted any more.
fn hold(running: &mut JoinSet<()>, kept: &mut Vec<(Arc<Published>, AbortHandle)>, wanted: Vec<Arc<Published>>) {
    kept.retain(|(keys, task)| {
        let is_wanted = wanted.iter().any(|one| Arc::ptr_eq(one, keys));
        if !is_wanted {
            task.abort();
        }
        is_wanted
    });
    for keys in wanted {
        if !kept.iter().any(|(known, _)| Arc::ptr_eq(known, &keys)) {
            let task = running.spawn(Arc::clone(&keys).keep_fresh());
            kept.push((keys, task));
        }
    }
}
