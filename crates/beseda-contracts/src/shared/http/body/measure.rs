//! How much of a multipart form may come, and how much of it may wait in memory.
//!
//! The reader of a form keeps what stands before a part's bytes for as long as that has no end, and with each look at
//! the network it reads ahead of what was asked for. Neither may fill the memory.

use crate::shared::refused::Refused;
use axum::body::Body;
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use multer::{Field, Multipart};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

/// What may be held that nobody was given yet, and all that was said of the parts before. With more of it the reader goes on
/// with what it has; where that is not enough, too much is said of a part. It looks through all of it whenever a byte more
/// has come.
pub(super) const HELD_BYTES: u64 = 131_072;

/// The measure of one form.
pub(super) struct Measure {
    most: u64,
    held: Arc<Held>,
}

#[derive(Default)]
struct Held {
    bytes: AtomicU64,
    /// All that has come.
    came: AtomicU64,
    /// Whether the reader was told to go on with what it has, and could not yet.
    was_told: AtomicBool,
    /// Whether it could not at all.
    is_too_much: AtomicBool,
}

impl Measure {
    /// For a form of at most `most` bytes.
    pub(super) fn of(most: u64) -> Self {
        Self {
            most,
            held: Arc::default(),
        }
    }

    /// The body of the form, as its reader may have it.
    pub(super) fn counted(&self, body: Body) -> impl Stream<Item = Result<Bytes, axum::Error>> + Send + use<> {
        let (held, most, mut body) = (Arc::clone(&self.held), self.most, body.into_data_stream());
        stream::poll_fn(move |context| {
            if held.bytes.load(Ordering::Relaxed) > HELD_BYTES {
                return held.go_on(context).map(Err).map(Some);
            }
            let piece = ready!(body.poll_next_unpin(context));
            if let Some(Ok(piece)) = &piece {
                held.came(piece);
            }
            if held.is_longer_than(most) {
                return Poll::Ready(Some(Err(axum::Error::new("a form is too big"))));
            }
            Poll::Ready(piece)
        })
    }

    /// The next part of the form; `None` at its end.
    pub(super) async fn next_part<'a>(&self, parts: &mut Multipart<'a>) -> Result<Option<Field<'a>>, Refused> {
        let part = parts.next_field().await.map_err(|error| self.refused(&error))?;
        self.held.given(0);
        Ok(part)
    }

    /// The next bytes of a part; `None` at its end.
    pub(super) async fn next_piece(&self, part: &mut Field<'_>) -> Result<Option<Bytes>, Refused> {
        let piece = part.chunk().await.map_err(|error| self.refused(&error))?;
        self.held.given(piece.as_ref().map_or(0, Bytes::len));
        Ok(piece)
    }

    fn refused(&self, error: &multer::Error) -> Refused {
        if self.held.is_longer_than(self.most) {
            Refused::TooLarge(self.most)
        } else if self.held.is_too_much.load(Ordering::Relaxed) {
            Refused::TooLarge(HELD_BYTES)
        } else {
            Refused::BrokenMultipart(error.to_string())
        }
    }
}

impl Held {
    /// The reader is to try with what it has. When it asks again before anything was given, it was not enough.
    fn go_on(&self, context: &Context<'_>) -> Poll<axum::Error> {
        if self.was_told.swap(true, Ordering::Relaxed) {
            self.is_too_much.store(true, Ordering::Relaxed);
            return Poll::Ready(axum::Error::new("too much is said of the parts of a form"));
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }

    fn is_longer_than(&self, most: u64) -> bool {
        self.came.load(Ordering::Relaxed) > most
    }

    fn came(&self, piece: &Bytes) {
        self.came.fetch_add(piece.len() as u64, Ordering::Relaxed);
        self.bytes.fetch_add(piece.len() as u64, Ordering::Relaxed);
    }

    fn given(&self, bytes: usize) {
        self.bytes.fetch_sub(bytes as u64, Ordering::Relaxed);
        self.was_told.store(false, Ordering::Relaxed);
    }
}
