//! Doors: how a socket is let in and carried, turned away, or only echoed.

use crate::accept::Stream;
use crate::connection::Connection;
use crate::echo::Echo;
use crate::live::Live;
use crate::requests;
use crate::session::{Guest, close};
use crate::socket::{Deaf, Queue, QueueLimits, SocketLimits, drive};
use bytes::Bytes;
use std::sync::Arc;
use std::time::Duration;
use tracing::Instrument;

impl Live {
    /// Lets a person's socket in and carries it until it ends.
    pub async fn join(self: Arc<Self>, stream: Stream, leftover: Bytes, guest: Guest) {
        let (queue, limits) = (self.queue(), self.socket_limits());
        let (person, dialect) = (Arc::clone(&guest.person), guest.dialect);
        // In a box, which is given back when the socket has begun and only waits.
        let about = || requests::about(requests::opener().as_ref());
        let entered = Connection::enter(&self, guest, Arc::clone(&queue)).instrument(about());
        let entered = Box::pin(entered).await;
        let ended = match entered {
            Some(connection) => {
                let ended = drive(stream, leftover, queue, limits, connection).await;
                self.hub.counts().closed(dialect.contract(), ended.code);
                ended
            }
            None => drive(stream, leftover, queue, limits, Deaf).await,
        };
        about().in_scope(|| dialect.ended(&person, ended.code));
    }

    /// Answers a socket that is not let in: it is closed with this code, so that a browser can read it.
    pub async fn refuse(&self, stream: Stream, leftover: Bytes, code: u16, reason: &str) {
        let queue = self.queue();
        self.hub.counts().turned_away(code);
        queue.close(code, reason);
        drive(stream, leftover, queue, self.socket_limits(), Deaf).await;
    }

    /// Greets a socket and says everything back to it, for at most `echo_seconds`: it proves that what stands between
    /// lets sockets through, and nothing else.
    pub async fn echo(&self, stream: Stream, leftover: Bytes, greeting: &str) {
        let limits = self.chat().limits();
        let (frame_bytes, lasts) = (limits.echo_bytes, Duration::from_secs(limits.echo_seconds));
        let queue = self.queue();
        let echo = Echo::new(Arc::clone(&queue), greeting);
        let limits = SocketLimits {
            frame_bytes,
            ..self.socket_limits()
        };
        let mut driven = drive(stream, leftover, Arc::clone(&queue), limits, echo);
        tokio::select! {
            _ = &mut driven => {}
            () = tokio::time::sleep(lasts) => {
                queue.close(close::NORMAL, "this socket only echoes, and not for long");
                driven.await;
            }
        }
    }

    pub(crate) fn queue(&self) -> Arc<Queue> {
        let limits = self.chat().limits();
        Arc::new(Queue::new(QueueLimits {
            frames: limits.queue_frames,
            bytes: limits.queue_bytes,
        }))
    }

    pub(crate) fn socket_limits(&self) -> SocketLimits {
        let limits = self.chat().limits();
        SocketLimits {
            frame_bytes: limits.frame_bytes,
            write_stall: Duration::from_secs(limits.write_stall_seconds),
            ..SocketLimits::default()
        }
    }
}
