//! Greeting: a socket for all rooms of a person says first who it is, and up to where it knows them.

use crate::accept::Stream;
use crate::codec::{Incoming, text_frame};
use crate::connection::Connection;
use crate::dialect::{Command, Dialect, Misheard, Outcome, Verb};
use crate::everywhere::{Newcomer, Proven};
use crate::live::Live;
use crate::place::{told_under, under};
use crate::requests;
use crate::session::{Guest, close};
use crate::socket::{Ear, Queue, drive};
use beseda_core::rules::{Since, Where};
use beseda_core::words::Token;
use bytes::Bytes;
use parking_lot::Mutex;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tracing::Instrument;

/// Where somebody is who has come.
enum Stage {
    /// They have said nothing yet.
    Silent(Box<Newcomer>),
    /// Who they are is being found out, or where they were.
    Entering,
    /// They are in.
    In(Connection),
}

/// The ear of a socket that has still to say who it is.
struct Greeting {
    live: Arc<Live>,
    dialect: &'static dyn Dialect,
    queue: Arc<Queue>,
    stage: Arc<Mutex<Stage>>,
}

impl Live {
    /// Takes a socket that says in its first frame who it is, within `hello_seconds`, and carries it until it ends. Not
    /// `async`: that would keep what it begins with for as long as the socket.
    pub fn greet(
        self: Arc<Self>,
        stream: Stream,
        leftover: Bytes,
        newcomer: Newcomer,
    ) -> impl Future<Output = ()> + Send {
        let (queue, limits) = (self.queue(), self.socket_limits());
        let lasts = Duration::from_secs(self.chat().limits().hello_seconds);
        let dialect = newcomer.dialect;
        let stage = Arc::new(Mutex::new(Stage::Silent(Box::new(newcomer))));
        let greeting = Greeting {
            live: Arc::clone(&self),
            dialect,
            queue: Arc::clone(&queue),
            stage: Arc::clone(&stage),
        };
        let mut driven = drive(stream, leftover, Arc::clone(&queue), limits, greeting);
        async move {
            let ended = tokio::select! {
                ended = &mut driven => ended,
                // In a box, which is given back with its end.
                () = Box::pin(tokio::time::sleep(lasts)) => {
                    if matches!(*stage.lock(), Stage::Silent(_)) {
                        queue.close(close::NOT_AUTHENTICATED, "say hello first");
                    }
                    (&mut driven).await
                }
            };
            self.hub.counts().closed(dialect.contract(), ended.code);
        }
    }
}

impl Ear for Greeting {
    fn heard(&mut self, incoming: Incoming<'_>) {
        let mut stage = self.stage.lock();
        if let Stage::In(connection) = &mut *stage {
            return connection.heard(incoming);
        }
        let said = match incoming {
            Incoming::Text(frame) => self.dialect.hear(frame, self.live.chat().limits()),
            Incoming::Binary(_) => Err(Misheard::binary()),
            _ => return,
        };
        let (tag, misheard) = match said {
            Ok(Command {
                verb: Verb::Hello { token, since },
                ..
            }) => {
                if let Stage::Silent(newcomer) = std::mem::replace(&mut *stage, Stage::Entering) {
                    self.enter(token, since, newcomer);
                }
                return;
            }
            Ok(Command { tag, .. }) => (
                tag,
                Misheard {
                    code: "hello_first",
                    detail: "The first frame says hello.".to_owned(),
                    tag: None,
                },
            ),
            Err(misheard) => (misheard.tag.clone(), misheard),
        };
        let say = || self.dialect.answer(tag.as_deref(), &Outcome::Misheard(&misheard));
        if let Some(text) = told_under(&under(), say) {
            self.queue.push_beyond(text_frame(text.as_bytes()));
        }
    }

    fn alive(&self) {
        if let Stage::In(connection) = &*self.stage.lock() {
            connection.alive();
        }
    }

    fn drained(&self) {
        if let Stage::In(connection) = &*self.stage.lock() {
            connection.drained();
        }
    }

    fn ready_to_hear(&self) -> bool {
        match &*self.stage.lock() {
            Stage::Silent(_) => true,
            Stage::Entering => false,
            Stage::In(connection) => connection.ready_to_hear(),
        }
    }
}

impl Greeting {
    /// Finds out who it is and lets them in, while the socket is not read.
    fn enter(&self, token: Option<String>, since: Option<Token>, mut newcomer: Box<Newcomer>) {
        let (live, queue, stage) = (Arc::clone(&self.live), Arc::clone(&self.queue), Arc::clone(&self.stage));
        let entering = async move {
            let proven = match (token, newcomer.proven.take()) {
                (Some(token), _) => newcomer.prover.prove(token).await,
                (None, Some(proven)) => Ok(proven),
                (None, None) => Err((close::NOT_AUTHENTICATED, "bring a token")),
            };
            let entered = match proven {
                Ok(proven) => Connection::roam(&live, &newcomer, proven, since, Arc::clone(&queue)).await,
                Err((code, reason)) => {
                    live.hub.counts().turned_away(code);
                    queue.close(code, reason);
                    None
                }
            };
            if let Some(connection) = entered {
                *stage.lock() = Stage::In(connection);
                queue.wake();
            }
        };
        let about = requests::about(requests::opener().as_ref());
        let seen_under = crate::place::seen_under(under(), entering);
        tokio::spawn(requests::opened_by(requests::opener(), seen_under).instrument(about));
    }
}

/// Who wants to hear all their rooms.
pub(crate) fn guest(newcomer: &Newcomer, proven: Proven) -> Guest {
    Guest {
        person: proven.person,
        proven_at: proven.proven_at,
        by_key: proven.by_key,
        ends_at: proven.ends_at,
        to: Where::Own,
        since: Since::Now,
        dialect: newcomer.dialect,
        once_in: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes_of_what_comes_of<A, B, C, D, F: Future>(_: impl Fn(A, B, C, D) -> F) -> usize {
        size_of::<F>()
    }

    #[test]
    fn of_a_socket_that_says_who_it_is_little_is_kept_but_the_socket() {
        let bytes = bytes_of_what_comes_of(Live::greet);
        assert!(bytes <= 400, "{bytes} bytes");
    }
}
