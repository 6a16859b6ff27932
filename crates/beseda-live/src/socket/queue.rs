//! The bounded queue of what a connection has still to say.

use std::collections::VecDeque;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use parking_lot::{Mutex, MutexGuard};

use crate::codec;

/// How much may wait for a slow reader.
#[derive(Debug, Clone, Copy)]
pub struct QueueLimits {
    /// Frames.
    pub frames: usize,
    /// Bytes of frames, headers included.
    pub bytes: usize,
}

impl Default for QueueLimits {
    fn default() -> Self {
        Self {
            frames: 256,
            bytes: 1_048_576,
        }
    }
}

/// A frame that was not queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotQueued {
    /// The peer reads too slowly.
    #[error("the queue is full")]
    Full,
    /// The connection is closing or gone.
    #[error("the connection is closing")]
    Closed,
}

/// What a connection has still to say. Shared as `Arc<Queue>`, used from any thread.
#[derive(Debug)]
pub struct Queue {
    pub(super) limits: QueueLimits,
    pub(super) state: Mutex<Waiting>,
}

#[derive(Debug, Default)]
pub(super) struct Waiting {
    /// Not yet seen by the connection's task.
    pub(super) fresh: VecDeque<Bytes>,
    /// Frames and bytes that are not yet written, those in the task's hands included.
    pub(super) frames: usize,
    pub(super) bytes: usize,
    /// The close frame and its code, once somebody closes.
    pub(super) last: Option<(Bytes, u16)>,
    /// What was queued before `last` is not to be sent any more.
    pub(super) cut: bool,
    /// The task has ended.
    pub(super) gone: bool,
    /// The task sleeps and wants to know of the first frame.
    pub(super) asleep: bool,
    /// Somebody has more to say once most of this is written.
    pub(super) awaited: bool,
    /// A task that has more to say and sleeps until then.
    pub(super) sleeper: Option<Waker>,
    pub(super) waker: Option<Waker>,
}

impl Waiting {
    fn add(&mut self, frame: Bytes) {
        self.frames += 1;
        self.bytes = self.bytes.saturating_add(frame.len());
        self.fresh.push_back(frame);
    }

    pub(super) fn is_full(&self, limits: QueueLimits) -> bool {
        self.frames >= limits.frames || self.bytes >= limits.bytes
    }

    fn is_drained(&self, limits: QueueLimits) -> bool {
        self.frames <= limits.frames / 4 && self.bytes <= limits.bytes / 4
    }

    /// Whether somebody is to be told that most of it is written; once for each time that they asked.
    pub(super) fn has_drained(&mut self, limits: QueueLimits) -> bool {
        let is_drained = self.is_drained(limits);
        if is_drained {
            self.rouse();
        }
        self.awaited && is_drained && std::mem::take(&mut self.awaited)
    }

    /// Wakes who sleeps until there is room.
    fn rouse(&mut self) {
        if let Some(sleeper) = self.sleeper.take() {
            sleeper.wake();
        }
    }

    fn is_over(&self) -> bool {
        self.last.is_some() || self.gone
    }
}

impl Queue {
    /// An empty queue.
    #[must_use]
    pub fn new(limits: QueueLimits) -> Self {
        Self {
            limits,
            state: Mutex::default(),
        }
    }

    /// Queues one frame, made by [`codec`]. A frame that alone is beyond the limit of bytes is taken when nothing
    /// else waits, so that a long history can be said at all.
    ///
    /// # Errors
    /// [`NotQueued`]; the queue is as before, and what to do about it is the caller's decision.
    pub fn push(&self, frame: Bytes) -> Result<(), NotQueued> {
        let mut state = self.add(frame)?;
        if std::mem::take(&mut state.asleep) {
            wake_after(state);
        }
        Ok(())
    }

    /// Queues one frame that goes out with the next one, or once somebody calls [`Self::stir`]: to wake a task and to write takes
    /// more than the frame.
    ///
    /// # Errors
    /// [`NotQueued`], as [`Self::push`].
    pub(crate) fn push_along(&self, frame: Bytes) -> Result<(), NotQueued> {
        self.add(frame).map(drop)
    }

    /// Has what waits for a next frame go out without it.
    pub(crate) fn stir(&self) {
        let mut state = self.state.lock();
        if !state.fresh.is_empty() && std::mem::take(&mut state.asleep) {
            wake_after(state);
        }
    }

    fn add(&self, frame: Bytes) -> Result<MutexGuard<'_, Waiting>, NotQueued> {
        let mut state = self.state.lock();
        if state.is_over() {
            return Err(NotQueued::Closed);
        }
        let bytes = state.bytes.saturating_add(frame.len());
        if state.frames >= self.limits.frames || (bytes > self.limits.bytes && state.frames > 0) {
            return Err(NotQueued::Full);
        }
        state.add(frame);
        Ok(state)
    }

    /// Queues one frame whatever waits. For what is bounded by something else: a first history, and answers, which are
    /// no more than the commands that were heard.
    pub fn push_beyond(&self, frame: Bytes) {
        let mut state = self.state.lock();
        if state.is_over() {
            return;
        }
        state.add(frame);
        if std::mem::take(&mut state.asleep) {
            wake_after(state);
        }
    }

    /// Whether the peer keeps the connection waiting: what is queued cannot be written now.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        let state = self.state.lock();
        state.frames > 0 && !state.asleep
    }

    /// Whether it takes no more than answers now.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.state.lock().is_full(self.limits)
    }

    /// Whether most of it is written, so that whoever has much to say may go on. If not, [`Ear::drained`] is called
    /// once it is.
    ///
    /// [`Ear::drained`]: super::Ear::drained
    #[must_use]
    pub fn takes_more(&self) -> bool {
        let mut state = self.state.lock();
        let takes = state.is_drained(self.limits);
        state.awaited |= !takes;
        takes
    }

    /// Returns once most of it is written, or it is closing: one task at a time waits so.
    pub(crate) async fn room_for_more(&self) {
        std::future::poll_fn(|cx| {
            let mut state = self.state.lock();
            if state.is_over() || state.is_drained(self.limits) {
                return Poll::Ready(());
            }
            state.sleeper = Some(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// Queues a ping; does nothing if the queue is full or closed.
    pub fn ping(&self) {
        let _ = self.push(codec::ping_frame());
    }

    /// Closes after what is queued. The first to close decides code and reason.
    pub fn close(&self, code: u16, reason: &str) {
        self.end(codec::close_frame(code, reason), code, false);
    }

    /// Closes at once: what is queued is dropped, except for the rest of a frame that is half written.
    /// Overrides a [`Self::close`] that the connection has not taken up yet.
    pub fn cut(&self, code: u16, reason: &str) {
        self.end(codec::close_frame(code, reason), code, true);
    }

    fn end(&self, frame: Bytes, code: u16, cut: bool) {
        let mut state = self.state.lock();
        if state.gone || state.cut || (state.last.is_some() && !cut) {
            return;
        }
        state.last = Some((frame, code));
        state.rouse();
        if cut {
            state.cut = true;
            state.fresh = VecDeque::new();
        }
        wake_after(state);
    }

    /// Takes over everything that waits, for whoever writes it in another way than by a socket: whether somebody is to be told
    /// that most of it is written, and whether it is closing.
    pub(crate) fn take_all(&self, cx: &Context<'_>) -> (VecDeque<Bytes>, bool, bool) {
        let mut state = self.state.lock();
        state.waker = Some(cx.waker().clone());
        let frames = std::mem::take(&mut state.fresh);
        (state.frames, state.bytes) = (0, 0);
        state.asleep = true;
        let drained = state.has_drained(self.limits);
        (frames, drained, state.last.is_some())
    }

    /// Nobody writes any more what is queued.
    pub(crate) fn is_gone(&self) {
        let mut state = self.state.lock();
        state.rouse();
        *state = Waiting {
            gone: true,
            ..Waiting::default()
        };
    }

    /// With which code, and which reason, somebody has closed.
    pub(crate) fn closing(&self) -> Option<(u16, String)> {
        let state = self.state.lock();
        let (frame, code) = state.last.as_ref()?;
        // Two bytes of the head, two of the code.
        let reason = frame.get(4..).unwrap_or_default();
        Some((*code, String::from_utf8_lossy(reason).into_owned()))
    }

    /// Has the task ask its ear again whether it is ready to hear.
    pub fn wake(&self) {
        wake_after(self.state.lock());
    }

    /// What waits to be written.
    #[cfg(test)]
    pub(crate) fn waiting(&self) -> Vec<Bytes> {
        self.state.lock().fresh.iter().cloned().collect()
    }

    /// Whether somebody has closed, or the connection is gone.
    #[must_use]
    pub fn is_closing(&self) -> bool {
        self.state.lock().is_over()
    }
}

/// Wakes the task without the lock, for which it would only wait.
fn wake_after(state: MutexGuard<'_, Waiting>) {
    let waker = state.waker.clone();
    drop(state);
    if let Some(waker) = waker {
        waker.wake();
    }
}
