//! Events: the same that a socket for all rooms is told, as server-sent events (HTML, §9.2), where sockets are blocked.

use crate::commands;
use crate::connection::Connection;
use crate::dialect::{Command, Everywhere, Named, Verb};
use crate::everywhere::Newcomer;
use crate::here::arrive;
use crate::live::Live;
use crate::place::{seen_under, under};
use crate::session::close;
use crate::socket::{Ear as _, Queue};
use beseda_core::words::Token;
use bytes::Bytes;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

/// A comment is sent this often, so that what stands between sees the answer live.
const COMMENT_EVERY: Duration = Duration::from_secs(15);

/// What somebody is told who hears all their rooms and says nothing. They are in for as long as this lives.
pub struct Events {
    connection: Connection,
    queue: Arc<Queue>,
    speaks: &'static dyn Everywhere,
    comments: Interval,
    /// What is told first, until it is.
    arriving: Option<Arriving>,
}

type Arriving = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Live {
    /// Lets somebody hear all their rooms: these are open.
    ///
    /// # Errors
    /// The close code and the reason that a socket would have: who proved nothing, has too many already, or speaks a
    /// dialect that is not for all rooms.
    pub async fn events(
        self: &Arc<Self>,
        mut newcomer: Newcomer,
        since: Option<Token>,
        open: Vec<Named>,
    ) -> Result<Events, (u16, String)> {
        let queue = self.queue();
        let nobody = || (close::NOT_AUTHENTICATED, "not authenticated".to_owned());
        let proven = newcomer.proven.take().ok_or_else(nobody)?;
        let speaks = newcomer.dialect.everywhere().ok_or_else(nobody)?;
        let entered = Connection::come(self, &newcomer, proven, Arc::clone(&queue));
        let connection = entered.ok_or_else(|| queue.closing().unwrap_or_else(nobody))?;
        // Told while the answer is taken: where somebody is in many rooms, that is more than waits for them at once.
        let (live, session) = (Arc::clone(self), Arc::clone(connection.session()));
        let arriving = async move {
            arrive(&live, &session, since).await;
            for room in open {
                let _ = commands::obey(&live, &session, opening(room));
            }
        };
        let mut comments = interval_at(Instant::now() + COMMENT_EVERY, COMMENT_EVERY);
        comments.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(Events {
            connection,
            queue,
            speaks,
            comments,
            arriving: Some(Box::pin(seen_under(under(), arriving))),
        })
    }
}

fn opening(room: Named) -> Command {
    Command {
        room: Some(room),
        tag: None,
        verb: Verb::Open {
            after: None,
            limit: None,
        },
    }
}

impl Events {
    /// The next piece of the answer; `None` once it ends.
    pub async fn next(&mut self) -> Option<Bytes> {
        poll_fn(|cx| self.poll(cx)).await
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if let Some(arriving) = &mut self.arriving
            && arriving.as_mut().poll(cx).is_ready()
        {
            self.arriving = None;
        }
        let (frames, drained, closing) = self.queue.take_all(cx);
        if drained {
            self.connection.drained();
        }
        let mut said = String::new();
        for frame in &frames {
            texts_of(frame, |text| tell(&mut said, text, self.speaks.token_of(text)));
        }
        if !said.is_empty() {
            self.connection.alive();
            return Poll::Ready(Some(said.into()));
        }
        if closing {
            return Poll::Ready(None);
        }
        if self.comments.poll_tick(cx).is_ready() {
            // Whoever asks for more has taken what was before.
            self.connection.alive();
            return Poll::Ready(Some(Bytes::from_static(b":\n\n")));
        }
        Poll::Pending
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        self.queue.is_gone();
    }
}

/// One event: with an id where the frame tells a token, to come back with.
fn tell(said: &mut String, text: &str, token: Option<Token>) {
    if let Some(token) = token {
        said.push_str(&format!("id: {token}\n"));
    }
    said.push_str("data: ");
    // A frame is one line of JSON.
    said.push_str(text);
    said.push_str("\n\n");
}

/// The texts among frames that were made for a socket.
fn texts_of(mut frames: &[u8], mut take: impl FnMut(&str)) {
    const TEXT: u8 = 0x81;
    while let [first, length, rest @ ..] = frames {
        let (length, rest) = match (length & 0x7f, rest) {
            (126, [high, low, rest @ ..]) => (usize::from(u16::from_be_bytes([*high, *low])), rest),
            (127, [a, b, c, d, e, f, g, h, rest @ ..]) => {
                let length = u64::from_be_bytes([*a, *b, *c, *d, *e, *f, *g, *h]);
                (usize::try_from(length).unwrap_or(usize::MAX), rest)
            }
            (length, rest) => (usize::from(length), rest),
        };
        let Some((payload, behind)) = rest.split_at_checked(length) else {
            return;
        };
        if *first == TEXT
            && let Ok(text) = std::str::from_utf8(payload)
        {
            take(text);
        }
        frames = behind;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{ping_frame, text_frame};

    #[test]
    fn frames_of_any_length_become_events_and_pings_none() {
        let long = format!("{{\"type\":\"x\",\"text\":\"{}\"}}", "я".repeat(40_000));
        let frames = [
            text_frame(b"{\"type\":\"ok\"}"),
            ping_frame(),
            text_frame(long.as_bytes()),
            text_frame(b"{\"type\":\"ping\"}"),
        ]
        .concat();
        let mut said = String::new();
        let token: Token = "1-2f".parse().unwrap();
        texts_of(&frames, |text| {
            tell(&mut said, text, text.contains("ping").then_some(token))
        });
        let expected =
            format!("data: {{\"type\":\"ok\"}}\n\ndata: {long}\n\nid: {token}\ndata: {{\"type\":\"ping\"}}\n\n");
        assert_eq!(said, expected);
    }
}
