//! What waits to be logged, and the thread that writes it: who logs never waits for a pipe or a disk.

use parking_lot::{Condvar, Mutex};
use std::collections::VecDeque;
use std::io::{self, Write};
use std::mem;
use std::sync::Arc;
use std::thread::Builder;
use std::time::Duration;

/// Lines on their way to one place. A line for which there is no room is left out and counted, and the first line after
/// it is preceded by how many are missing there.
#[derive(Clone)]
pub struct Queue(Arc<Shared>);

struct Shared {
    /// How many bytes may wait.
    limit: usize,
    state: Mutex<State>,
    came: Condvar,
    written: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Entry>,
    bytes: usize,
    /// How many lines were left out since the last one that waits.
    missing: u64,
    /// Whether something is being written.
    busy: bool,
}

#[derive(Default)]
struct Entry {
    /// How many lines are missing before this one.
    missing: u64,
    line: Vec<u8>,
}

impl Queue {
    /// Begins to write what comes: lines by `write`, one at a time and in order; `say` makes the line that tells how many
    /// are missing.
    ///
    /// # Errors
    /// The thread cannot be started.
    pub fn start(
        name: &str,
        limit: usize,
        mut write: impl FnMut(&[u8]) + Send + 'static,
        say: impl Fn(u64) -> String + Send + 'static,
    ) -> io::Result<Self> {
        let queue = Self(Arc::new(Shared {
            limit,
            state: Mutex::default(),
            came: Condvar::new(),
            written: Condvar::new(),
        }));
        let shared = Arc::clone(&queue.0);
        let writing = move || {
            loop {
                let Entry { missing, line } = shared.next();
                if missing > 0 {
                    write(say(missing).as_bytes());
                }
                if !line.is_empty() {
                    write(&line);
                }
            }
        };
        Builder::new().name(name.to_owned()).spawn(writing)?;
        Ok(queue)
    }

    /// Takes a whole line, or leaves it out.
    pub fn add(&self, line: &[u8]) {
        let mut state = self.0.state.lock();
        if state.bytes.saturating_add(line.len()) > self.0.limit {
            state.missing += 1;
            return;
        }
        state.bytes += line.len();
        let missing = mem::take(&mut state.missing);
        state.waiting.push_back(Entry {
            missing,
            line: line.to_vec(),
        });
        drop(state);
        self.0.came.notify_one();
    }

    /// Waits until everything is written, but no longer than this; whether it is.
    pub fn rest(&self, at_most: Duration) -> bool {
        let mut state = self.0.state.lock();
        let waits = |state: &mut State| state.busy || state.missing > 0 || !state.waiting.is_empty();
        !self.0.written.wait_while_for(&mut state, waits, at_most).timed_out()
    }
}

impl Shared {
    /// What is to be written next, as soon as there is something. Where nothing waits any more, what is missing is told
    /// by itself.
    fn next(&self) -> Entry {
        let mut state = self.state.lock();
        state.busy = false;
        loop {
            let next = state.waiting.pop_front();
            let next = next.or_else(|| {
                (state.missing > 0).then(|| Entry {
                    missing: mem::take(&mut state.missing),
                    line: Vec::new(),
                })
            });
            if let Some(entry) = next {
                state.bytes -= entry.line.len();
                state.busy = true;
                return entry;
            }
            self.written.notify_all();
            self.came.wait(&mut state);
        }
    }
}

impl Write for Queue {
    /// Takes a whole line each time.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.add(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

    const PATIENCE: Duration = Duration::from_secs(60);

    /// A place that takes each line only when it is asked for.
    fn stalled(limit: usize) -> (Queue, Receiver<String>) {
        let (taken, lines): (SyncSender<String>, _) = sync_channel(0);
        let write = move |line: &[u8]| {
            let _ = taken.send(String::from_utf8(line.to_vec()).unwrap());
        };
        let queue = Queue::start("test", limit, write, |missing| format!("{missing} missing")).unwrap();
        (queue, lines)
    }

    /// Adds the first line and waits until the thread has it in its hands.
    fn begin(queue: &Queue) {
        queue.add(b"first");
        while !queue.0.state.lock().busy {
            std::thread::yield_now();
        }
    }

    #[test]
    fn what_does_not_fit_is_left_out_and_told_in_its_place() {
        let (queue, lines) = stalled(8);
        begin(&queue);
        for line in ["aaaa", "bbbb", "c", "d"] {
            queue.add(line.as_bytes());
        }
        assert_eq!(lines.recv_timeout(PATIENCE).unwrap(), "first");
        assert_eq!(lines.recv_timeout(PATIENCE).unwrap(), "aaaa");
        // One waits in the hands of the thread, so there is room again.
        while queue.0.state.lock().bytes > 0 {
            std::thread::yield_now();
        }
        queue.add(b"e");
        let rest: Vec<String> = (0..3).map(|_| lines.recv_timeout(PATIENCE).unwrap()).collect();
        assert_eq!(rest, ["bbbb", "2 missing", "e"]);
        assert!(queue.rest(PATIENCE));
    }

    #[test]
    fn what_is_missing_at_the_end_is_told_without_another_line() {
        let (queue, lines) = stalled(5);
        begin(&queue);
        for line in ["aaaaa", "b", "c"] {
            queue.add(line.as_bytes());
        }
        let all: Vec<String> = (0..3).map(|_| lines.recv_timeout(PATIENCE).unwrap()).collect();
        assert_eq!(all, ["first", "aaaaa", "2 missing"]);
    }

    #[test]
    fn an_end_waits_for_what_is_written_and_not_for_ever() {
        let (queue, lines) = stalled(8);
        begin(&queue);
        queue.add(b"a");
        assert!(!queue.rest(Duration::from_millis(1)), "nobody takes a line");
        let taker = std::thread::spawn(move || lines.iter().take(2).collect::<Vec<_>>());
        assert!(queue.rest(PATIENCE));
        assert_eq!(taker.join().unwrap(), ["first", "a"]);
    }
}
