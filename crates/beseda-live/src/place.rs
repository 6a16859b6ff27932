//! Where whoever is answered sees this server: the prefix that proxies put before its paths. Addresses in what they are
//! told begin with it.
//!
//! It goes along with the task that answers, since it belongs to the way there and to nothing that is said: no dictionary of
//! a contract has to know that there are proxies.

use std::future::Future;
use std::sync::Arc;
use tokio::task::futures::TaskLocalFuture;

tokio::task_local! {
    static UNDER: Arc<str>;
}

/// Does the work for somebody who sees this server under the prefix: empty, or like `/chat-api`. Not `async`: that would keep
/// the work twice, as what came and as what is waited for, and every socket is such work.
pub fn seen_under<F: Future>(under: Arc<str>, work: F) -> TaskLocalFuture<Arc<str>, F> {
    UNDER.scope(under, work)
}

/// Says something to somebody who sees this server under the prefix.
pub(crate) fn told_under<T>(under: &Arc<str>, say: impl FnOnce() -> T) -> T {
    UNDER.sync_scope(Arc::clone(under), say)
}

/// The prefix under which this server is seen by whoever is answered here; empty where nothing is known of one.
#[must_use]
pub fn under() -> Arc<str> {
    UNDER.try_with(Arc::clone).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_that_is_done_under_a_prefix_is_kept_once() {
        let work = async {
            let kept = [0_u8; 4096];
            std::future::ready(()).await;
            std::hint::black_box(kept);
        };
        let alone = size_of_val(&work);
        assert!(size_of_val(&seen_under("".into(), work)) <= alone + 64);
    }
}
