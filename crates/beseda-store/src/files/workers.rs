//! Threads of their own for what takes much memory: a few at a time, and further work waits.
//!
//! Not the callers' threads taking turns: each thread of an allocator like glibc's keeps what it once used, and a
//! hundred of them would keep a hundred pictures.

use parking_lot::Mutex;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::Builder;

type Work = Box<dyn FnOnce() + Send>;

/// Threads that work for others. They end when this is dropped and their work is done.
pub(super) struct Workers {
    queue: SyncSender<Work>,
}

impl Workers {
    pub(super) fn start(name: &str, count: usize) -> io::Result<Self> {
        let (queue, queued) = sync_channel(1);
        let queued = Arc::new(Mutex::new(queued));
        for number in 0..count.max(1) {
            let queued = Arc::clone(&queued);
            let thread = Builder::new().name(format!("{name}-{number}"));
            thread.spawn(move || {
                while let Some(work) = next(&queued) {
                    work()
                }
            })?;
        }
        Ok(Self { queue })
    }

    /// Has the work done, and waits for it; `None` where it panicked.
    pub(super) fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let (answer, answered) = sync_channel(1);
        let work = move || {
            if let Ok(done) = catch_unwind(AssertUnwindSafe(work)) {
                // Whoever asked is waiting for it.
                let _ = answer.send(done);
            }
        };
        self.queue.send(Box::new(work)).ok()?;
        answered.recv().ok()
    }
}

fn next(queued: &Mutex<Receiver<Work>>) -> Option<Work> {
    queued.lock().recv().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn no_more_than_so_many_at_once() {
        let workers = Workers::start("test", 2).unwrap();
        let counts = Arc::new((AtomicUsize::new(0), AtomicUsize::new(0)));
        std::thread::scope(|scope| {
            for number in 0..16 {
                let (workers, counts) = (&workers, Arc::clone(&counts));
                scope.spawn(move || {
                    let done = workers.run(move || {
                        let (now, most) = &*counts;
                        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        std::thread::yield_now();
                        now.fetch_sub(1, Ordering::SeqCst);
                        number
                    });
                    assert_eq!(done, Some(number));
                });
            }
        });
        assert!((1..=2).contains(&counts.1.load(Ordering::SeqCst)));
    }

    #[test]
    fn a_panic_is_its_own_works_alone() {
        let workers = Workers::start("test", 1).unwrap();
        for _ in 0..3 {
            assert_eq!(workers.run(|| -> u8 { panic!("a planted panic") }), None);
        }
        assert_eq!(workers.run(|| 1), Some(1));
    }
}
