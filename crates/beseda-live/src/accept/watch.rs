//! What a connection is doing, so that the accept loop knows how long it may go on.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use hyper::body::Incoming;
use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

use super::{AcceptLimits, Stream};

/// Bytes that are thrown away at once.
const THROWN_AWAY: usize = 8_192;

/// Where in a request a connection is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Phase {
    /// A request has begun to arrive at this time.
    Header(Instant),
    /// A request is being answered.
    Busy,
    /// Nothing has been asked since.
    Idle(Instant),
}

/// Shared by the pieces that hyper keeps apart: the stream, the service and the bodies of one connection.
#[derive(Debug)]
pub(super) struct Watch(Mutex<Progress>);

#[derive(Debug)]
struct Progress {
    phase: Phase,
    /// The peer has taken nothing since.
    blocked: Option<Instant>,
    body_stalled: bool,
    body_left: Option<Incoming>,
    /// The connection ends with this answer, before all of the request's body has come.
    lingers: bool,
}

impl Watch {
    pub(super) const fn new(phase: Phase) -> Self {
        Self(Mutex::new(Progress {
            phase,
            blocked: None,
            body_stalled: false,
            body_left: None,
            lingers: false,
        }))
    }

    pub(super) fn enter(&self, phase: Phase) {
        self.0.lock().phase = phase;
    }

    pub(super) fn stall_body(&self) {
        self.0.lock().body_stalled = true;
    }

    pub(super) fn body_has_stalled(&self) -> bool {
        self.0.lock().body_stalled
    }

    /// The request's body was not read to its end: what comes next on the connection is the rest of it.
    pub(super) fn leave_body(&self, rest: Incoming) {
        self.0.lock().body_left = Some(rest);
    }

    /// What nobody read of the request's body.
    pub(super) fn take_left_body(&self) -> Option<Incoming> {
        self.0.lock().body_left.take()
    }

    /// The connection ends with this answer, and what of the body is still to come is thrown away. A system that is left
    /// with bytes that nobody read takes back the answer too, before its reader has seen it.
    pub(super) fn linger(&self) {
        self.0.lock().lingers = true;
    }

    /// Whether the answer is out, and only what is thrown away is waited for.
    pub(super) fn only_lingers(&self) -> bool {
        let seen = self.0.lock();
        seen.lingers && seen.blocked.is_none() && !matches!(seen.phase, Phase::Busy)
    }

    /// When the connection's patience ends, if it is the peer's turn.
    pub(super) fn deadline(&self, limits: &AcceptLimits) -> Option<Instant> {
        let seen = self.0.lock();
        let turn = match seen.phase {
            Phase::Header(since) => Some(since + limits.header),
            Phase::Idle(since) if seen.lingers => Some(since + limits.body_idle),
            Phase::Idle(since) => Some(since + limits.idle),
            Phase::Busy => None,
        };
        let blocked = seen.blocked.map(|since| since + limits.idle);
        turn.into_iter().chain(blocked).min()
    }

    fn arrived(&self) {
        let mut seen = self.0.lock();
        if matches!(seen.phase, Phase::Idle(_)) && !seen.lingers {
            seen.phase = Phase::Header(Instant::now());
        }
    }

    fn wrote<T>(&self, polled: &Poll<T>) {
        let mut seen = self.0.lock();
        match polled {
            Poll::Pending => {
                seen.blocked.get_or_insert_with(Instant::now);
            }
            Poll::Ready(_) => seen.blocked = None,
        }
    }
}

/// The stream of a connection, whose reads and writes the watch sees, and the seat that it takes.
pub(crate) struct Watched {
    stream: Stream,
    watch: Arc<Watch>,
    seat: Option<OwnedSemaphorePermit>,
}

impl Watched {
    pub(super) const fn new(stream: Stream, watch: Arc<Watch>, seat: Option<OwnedSemaphorePermit>) -> Self {
        Self { stream, watch, seat }
    }

    /// The bare stream, for a connection that has stopped speaking HTTP, and the seat, to be held as long.
    pub(crate) fn leave(self) -> (Stream, Option<OwnedSemaphorePermit>) {
        (self.stream, self.seat)
    }
}

impl AsyncRead for Watched {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, into);
        if into.filled().len() > before {
            self.watch.arrived();
        }
        polled
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.watch.wrote(&polled);
        polled
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.watch.wrote(&polled);
        polled
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_shutdown(cx))?;
        while self.watch.only_lingers() {
            let mut thrown_away = [0; THROWN_AWAY];
            let mut into = ReadBuf::new(&mut thrown_away);
            ready!(Pin::new(&mut self.stream).poll_read(cx, &mut into))?;
            if into.filled().is_empty() {
                break;
            }
        }
        Poll::Ready(Ok(()))
    }
}
