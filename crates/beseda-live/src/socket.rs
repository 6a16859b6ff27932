//! One connection: its bounded queue of outgoing frames and the task that reads and writes it.
//!
//! One task, one future written by hand, no split, no channel and no buffer of its own: that is what makes an idle
//! connection cost little more than a kilobyte. Whoever has something to say pushes into the queue from any thread.

mod queue;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

use self::queue::Waiting;
pub use self::queue::{NotQueued, Queue, QueueLimits};
use crate::accept::Stream;
use crate::codec::{self, Fed, Incoming, Reader, Turn};

/// Frames in one `writev`.
const SLICES: usize = 64;
/// Writes, and reads, in one turn of the task; then others get theirs.
const ROUNDS: usize = 16;
/// Frames heard in one turn of the task.
const FRAMES: usize = 64;
/// An emptied list of frames with more room than this is given back.
const SPARE: usize = 8;
/// A buffer a thread, not a connection: what arrives is taken apart at once.
const SCRATCH: usize = 65_536;

thread_local! {
    static SCRATCHPAD: RefCell<Vec<u8>> = RefCell::new(vec![0; SCRATCH]);
}

/// So many bytes the kernel holds that it has not sent; what is behind them stays in the queue. Else a peer that reads
/// little could take megabytes at once, and then show no sign of reading for many minutes.
const UNSENT: u32 = 16_384;

/// What one connection may do.
#[derive(Debug, Clone, Copy)]
pub struct SocketLimits {
    /// The longest message that is read, in bytes.
    pub frame_bytes: usize,
    /// So long may the peer take nothing of what is to be written.
    pub write_stall: Duration,
    /// So long is the peer's close awaited after ours.
    pub close_wait: Duration,
}

impl Default for SocketLimits {
    fn default() -> Self {
        Self {
            frame_bytes: 65_536,
            write_stall: Duration::from_secs(120),
            close_wait: Duration::from_secs(2),
        }
    }
}

/// Who listens to what a peer says. Dropped when the connection's task ends.
pub trait Ear: Send + Unpin + 'static {
    /// A text, a binary message or a pong has come; pings and closes are answered by [`drive`]. Not called any more
    /// once the queue is closing.
    fn heard(&mut self, incoming: Incoming<'_>);

    /// Bytes have arrived, or the peer has taken some after it had kept us waiting: it lives.
    fn alive(&self) {}

    /// Most of the queue is written, for which somebody waits: see [`Queue::takes_more`].
    fn drained(&self) {}

    /// `false` holds the reading back until somebody calls [`Queue::wake`]. Asked before every frame.
    fn ready_to_hear(&self) -> bool {
        true
    }
}

/// The ear of a socket that is already refused.
pub struct Deaf;

impl Ear for Deaf {
    fn heard(&mut self, _: Incoming<'_>) {}
}

/// Who ended a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndedBy {
    /// The peer, with a close frame.
    Peer,
    /// We did, through the queue or because the peer broke the protocol.
    Us,
    /// Nobody: the link was lost, or the peer took nothing for too long.
    Lost,
}

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// The close code; 1005 if the peer gave none, 1006 if the link was lost.
    pub code: u16,
    /// Who ended it.
    pub by: EndedBy,
}

const LOST: Ended = Ended {
    code: 1006,
    by: EndedBy::Lost,
};

/// Runs one connection until it ends: writes what `queue` holds, gives `ear` what is read, answers pings, closes.
/// `leftover` is what had already been read behind the handshake.
pub fn drive<E: Ear>(
    stream: impl Into<Stream>,
    leftover: Bytes,
    queue: Arc<Queue>,
    limits: SocketLimits,
    ear: E,
) -> Drive<E> {
    let stream = stream.into();
    stream.keep_unsent(UNSENT);
    Drive {
        stream,
        leftover,
        queue,
        limits,
        ear,
        reader: Reader::new(limits.frame_bytes),
        writing: VecDeque::new(),
        written: Written::default(),
        held: false,
        deaf: false,
        phase: Phase::Open,
        timer: None,
    }
}

/// The future of [`drive`].
#[must_use = "a connection that nobody polls does nothing"]
#[derive(Debug)]
pub struct Drive<E> {
    stream: Stream,
    leftover: Bytes,
    queue: Arc<Queue>,
    limits: SocketLimits,
    ear: E,
    reader: Reader,
    /// Taken from the queue; the first may be half written.
    writing: VecDeque<Bytes>,
    written: Written,
    /// Whole frames are waiting in the reader.
    held: bool,
    /// The peer broke the protocol: what it still sends is taken, or our close frame would be lost to a reset, but
    /// no longer understood.
    deaf: bool,
    phase: Phase,
    /// Runs only while the peer keeps us waiting, so that an idle connection pays for none.
    timer: Option<Pin<Box<Sleep>>>,
}

/// What has been written since the queue was last told.
#[derive(Debug, Default)]
struct Written {
    frames: usize,
    bytes: usize,
    /// The first of `writing` has begun.
    inside: bool,
}

impl Written {
    fn report(&mut self, state: &mut Waiting) {
        state.frames = state.frames.saturating_sub(std::mem::take(&mut self.frames));
        state.bytes = state.bytes.saturating_sub(std::mem::take(&mut self.bytes));
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Open,
    /// Our close frame is among `writing`; how it ends is known, and what comes in is only skimmed for the peer's close.
    Closing(Ended),
    /// Our close frame is written.
    Closed(Ended),
}

/// How far the writing got.
enum Wrote {
    All,
    Blocked,
    /// Enough for this turn.
    Enough,
}

/// How far the reading got.
#[derive(PartialEq, Eq)]
enum Took {
    /// Nothing more has arrived, or the ear is not ready.
    All,
    /// Enough for this turn.
    Enough,
    /// The peer has closed, or nothing can come any more.
    End(Ended),
}

impl<E: Ear> Future for Drive<E> {
    type Output = Ended;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Ended> {
        self.get_mut().turn(cx)
    }
}

impl<E> Drop for Drive<E> {
    fn drop(&mut self) {
        self.queue.is_gone();
    }
}

impl<E: Ear> Drive<E> {
    fn turn(&mut self, cx: &mut Context<'_>) -> Poll<Ended> {
        loop {
            self.take(cx);
            let wrote = match self.write(cx) {
                Ok(wrote) => wrote,
                Err(_) => return Poll::Ready(self.lost()),
            };
            if let (Phase::Closing(ended), Wrote::All) = (self.phase, &wrote) {
                if ended.by == EndedBy::Peer {
                    return Poll::Ready(ended);
                }
                self.phase = Phase::Closed(ended);
                self.timer = None;
                if self.deaf {
                    // Or a peer whose answer we no longer understand would wait until our patience ends.
                    let _ = Pin::new(&mut self.stream).poll_shutdown(cx);
                }
            }
            let heard = match self.read(cx) {
                Ok(heard) => heard,
                Err(_) => return Poll::Ready(self.lost()),
            };
            if let Took::End(ended) = heard {
                return Poll::Ready(ended);
            }
            if heard == Took::Enough || matches!(wrote, Wrote::Enough) {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            let blocked = matches!(wrote, Wrote::Blocked);
            if self.waited_too_long(cx, blocked) {
                return Poll::Ready(self.lost());
            }
            if self.sleep(blocked) {
                return Poll::Pending;
            }
        }
    }

    /// Takes over what has been queued, and the news that somebody closes.
    fn take(&mut self, cx: &Context<'_>) {
        let mut state = self.queue.state.lock();
        if !state.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            state.waker = Some(cx.waker().clone());
        }
        self.written.report(&mut state);
        if self.phase != Phase::Open {
            return;
        }
        if state.has_drained(self.queue.limits) {
            self.ear.drained();
        }
        if self.writing.is_empty() {
            std::mem::swap(&mut self.writing, &mut state.fresh);
        } else {
            self.writing.append(&mut state.fresh);
            if state.fresh.capacity() > SPARE {
                state.fresh = VecDeque::new();
            }
        }
        let Some((frame, code)) = state.last.clone() else {
            return;
        };
        if state.cut {
            self.writing.truncate(usize::from(self.written.inside));
        }
        self.writing.push_back(frame);
        drop(state);
        self.phase = Phase::Closing(Ended { code, by: EndedBy::Us });
        self.timer = None;
    }

    /// Goes to sleep, unless something came in the meantime.
    fn sleep(&mut self, blocked: bool) -> bool {
        let mut state = self.queue.state.lock();
        let was_full = state.is_full(self.queue.limits);
        self.written.report(&mut state);
        let open = self.phase == Phase::Open;
        // An ear that was not ready because of what is now written has to be asked again.
        if open && was_full && !state.is_full(self.queue.limits) {
            return false;
        }
        if open && state.has_drained(self.queue.limits) {
            self.ear.drained();
        }
        let to_write = !self.writing.is_empty() || (open && !state.fresh.is_empty());
        if (to_write && !blocked) || (open && state.last.is_some()) {
            return false;
        }
        state.asleep = !blocked;
        true
    }

    fn write(&mut self, cx: &mut Context<'_>) -> io::Result<Wrote> {
        for _ in 0..ROUNDS {
            let sent = match self.write_once(cx) {
                Poll::Ready(Some(sent)) => sent?,
                Poll::Ready(None) => return Ok(Wrote::All),
                Poll::Pending => return Ok(Wrote::Blocked),
            };
            if sent == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            // Once closing, the whole of the rest has one limit, or a trickle of reads would hold us for ever.
            if self.phase == Phase::Open && self.timer.take().is_some() {
                self.ear.alive();
            }
            self.advance(sent);
        }
        Ok(if self.writing.is_empty() {
            Wrote::All
        } else {
            Wrote::Enough
        })
    }

    fn write_once(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<usize>>> {
        let stream = Pin::new(&mut self.stream);
        match self.writing.len() {
            0 => Poll::Ready(None),
            1 => match self.writing.front() {
                Some(frame) => stream.poll_write(cx, frame).map(Some),
                None => Poll::Ready(None),
            },
            _ => {
                let mut slices = [IoSlice::new(&[]); SLICES];
                let mut used = 0;
                for (slice, frame) in slices.iter_mut().zip(&self.writing) {
                    *slice = IoSlice::new(frame);
                    used += 1;
                }
                stream
                    .poll_write_vectored(cx, slices.get(..used).unwrap_or_default())
                    .map(Some)
            }
        }
    }

    /// Forgets `sent` bytes of what was to be written.
    fn advance(&mut self, mut sent: usize) {
        self.written.bytes += sent;
        while let Some(first) = self.writing.front_mut() {
            if sent < first.len() {
                first.advance(sent);
                self.written.inside |= sent > 0;
                return;
            }
            sent -= first.len();
            self.written.frames += 1;
            self.written.inside = false;
            self.writing.pop_front();
        }
        if self.writing.capacity() > SPARE {
            self.writing = VecDeque::new();
        }
    }

    fn read(&mut self, cx: &mut Context<'_>) -> io::Result<Took> {
        SCRATCHPAD.with_borrow_mut(|scratch| {
            let mut turns = FRAMES;
            for _ in 0..ROUNDS {
                if self.phase == Phase::Open && !self.ear.ready_to_hear() {
                    return Ok(Took::All);
                }
                let arrived = match self.arrive(cx, scratch)? {
                    Poll::Ready(arrived) => arrived,
                    Poll::Pending => return Ok(Took::All),
                };
                let Some(bytes) = scratch.get_mut(..arrived) else {
                    return Ok(Took::All);
                };
                if let Some(ended) = self.hear(bytes, &mut turns) {
                    return Ok(Took::End(ended));
                }
                if turns == 0 {
                    return Ok(Took::Enough);
                }
            }
            Ok(Took::Enough)
        })
    }

    /// So many new bytes lie in `scratch`; none, if frames are still waiting in the reader.
    fn arrive(&mut self, cx: &mut Context<'_>, scratch: &mut [u8]) -> io::Result<Poll<usize>> {
        if self.held {
            return Ok(Poll::Ready(0));
        }
        if self.leftover.has_remaining() {
            let length = self.leftover.len().min(scratch.len());
            if let Some(into) = scratch.get_mut(..length) {
                self.leftover.copy_to_slice(into);
            }
            // An empty slice of a big buffer keeps the buffer.
            if self.leftover.is_empty() {
                self.leftover = Bytes::new();
            }
            return Ok(Poll::Ready(length));
        }
        let mut into = ReadBuf::new(scratch);
        let polled = Pin::new(&mut self.stream).poll_read(cx, &mut into);
        let Poll::Ready(read) = polled else {
            return Ok(Poll::Pending);
        };
        read?;
        match into.filled().len() {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            length => {
                self.ear.alive();
                Ok(Poll::Ready(length))
            }
        }
    }

    /// Gives the ear what has arrived. Some, if the connection is over.
    fn hear(&mut self, bytes: &mut [u8], turns: &mut usize) -> Option<Ended> {
        if self.deaf {
            return None;
        }
        let Self {
            reader,
            ear,
            queue,
            phase,
            ..
        } = self;
        let open = *phase == Phase::Open;
        let mut peer_closed = None;
        let fed = reader.feed(bytes, &mut |incoming| {
            *turns = turns.saturating_sub(1);
            match incoming {
                Incoming::Close(code) => {
                    peer_closed = Some(code);
                    return Turn::Stop;
                }
                Incoming::Ping(payload) if open => {
                    let _ = queue.push(codec::pong_frame(payload));
                }
                Incoming::Ping(_) => {}
                said if open && !queue.is_closing() => ear.heard(said),
                _ => {}
            }
            if *turns == 0 || (open && !ear.ready_to_hear()) {
                Turn::Stop
            } else {
                Turn::More
            }
        });
        self.held = fed == Ok(Fed::Held) && peer_closed.is_none();
        if let Some(code) = peer_closed {
            return self.answer_close(code);
        }
        if let Err(broken) = fed {
            self.deaf = true;
            self.reader = Reader::new(0);
            self.queue.close(broken.code(), &broken.to_string());
        }
        None
    }

    fn answer_close(&mut self, code: Option<u16>) -> Option<Ended> {
        if let Phase::Closing(ended) | Phase::Closed(ended) = self.phase {
            return Some(ended);
        }
        self.writing.truncate(usize::from(self.written.inside));
        self.writing
            .push_back(code.map_or_else(codec::bare_close_frame, |code| codec::close_frame(code, "")));
        self.phase = Phase::Closing(Ended {
            code: code.unwrap_or(1005),
            by: EndedBy::Peer,
        });
        None
    }

    /// Whether the peer has kept us waiting beyond the limit: for the write buffer, or for its close.
    fn waited_too_long(&mut self, cx: &mut Context<'_>, blocked: bool) -> bool {
        let patience = match self.phase {
            Phase::Closed(_) => self.limits.close_wait,
            _ if blocked => self.limits.write_stall,
            _ => return false,
        };
        let timer = self
            .timer
            .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(Instant::now() + patience)));
        timer.as_mut().poll(cx).is_ready()
    }

    /// How a connection has ended whose link is gone.
    const fn lost(&self) -> Ended {
        match self.phase {
            Phase::Closing(ended) | Phase::Closed(ended) => ended,
            Phase::Open => LOST,
        }
    }
}

#[cfg(test)]
mod tests;
