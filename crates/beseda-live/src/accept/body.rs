//! The bodies of a request and of its answer, as the accept loop watches them.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep};

use super::watch::{Phase, Watch};

/// A request's body that does not wait for ever for its next piece.
pub(super) struct Asking {
    /// There until this is dropped.
    body: Option<Incoming>,
    watch: Arc<Watch>,
    patience: Duration,
    /// Runs only while we wait.
    timer: Option<Pin<Box<Sleep>>>,
}

impl Asking {
    pub(super) const fn new(body: Incoming, watch: Arc<Watch>, patience: Duration) -> Self {
        Self {
            body: Some(body),
            watch,
            patience,
            timer: None,
        }
    }
}

impl HttpBody for Asking {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Some(body) = &mut self.body else {
            return Poll::Ready(None);
        };
        if let Poll::Ready(frame) = Pin::new(body).poll_frame(cx) {
            self.timer = None;
            return Poll::Ready(frame.map(|frame| frame.map_err(axum::Error::new)));
        }
        let patience = self.patience;
        let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep(patience)));
        if timer.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        self.watch.stall_body();
        Poll::Ready(Some(Err(axum::Error::new(io::Error::from(io::ErrorKind::TimedOut)))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map(HttpBody::size_hint).unwrap_or_default()
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        if let Some(rest) = self.body.take().filter(|rest| !rest.is_end_stream()) {
            self.watch.leave_body(rest);
        }
    }
}

/// An answer's body; once it is gone, the connection is idle.
pub(super) struct Answering {
    body: Body,
    watch: Arc<Watch>,
}

impl Answering {
    pub(super) const fn new(body: Body, watch: Arc<Watch>) -> Self {
        Self { body, watch }
    }
}

impl HttpBody for Answering {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.watch.enter(Phase::Idle(Instant::now()));
    }
}
