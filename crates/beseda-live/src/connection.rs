//! A connection: a socket joins a room, its frames become commands, and its commands reach the rules.

#[cfg(test)]
mod tests;

use crate::ask;
use crate::codec::Incoming;
use crate::dialect::{Command, Dialect, Misheard};
use crate::heartbeat::{TICK_MS, Wheel};
use crate::hub::Hub;
use crate::listener::{Listener, close};
use crate::socket::{Ear, Queue, QueueLimits, SocketLimits, drive};
use crate::typing::{Announcement, Typing};
use beseda_core::ports::Audience;
use beseda_core::rules::Standing;
use beseda_core::words::{Draft, Person, PersonId, RoomId};
use beseda_core::{Chat, Error, Fault, Refusal, rules};
use bytes::Bytes;
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::{Instant, MissedTickBehavior, interval};

/// When a store could not tell who may listen, it is asked again after this.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// For how many listeners one glance asks at most: others read too.
const ASKED_AT_ONCE: usize = 256;

/// Says how fast somebody may send; asked before every message, whatever brings it.
pub trait Pace: Send + Sync {
    /// Takes one message of the person's allowance.
    ///
    /// # Errors
    /// [`Refusal::TooFast`].
    fn send(&self, person: PersonId) -> Result<(), Refusal>;
}

/// Everything that open sockets share.
pub struct Live {
    chat: Chat,
    hub: Arc<Hub>,
    pace: Arc<dyn Pace>,
    wheel: Wheel,
    typing: Mutex<Typing>,
    /// When the server stops: the least time, in milliseconds, after which clients come back. 0 while it serves.
    stopping: AtomicU64,
}

impl Live {
    /// Live sockets over a chat. `hub` must be the audience of the chat's store.
    #[must_use]
    pub fn new(chat: Chat, hub: Arc<Hub>, pace: Arc<dyn Pace>) -> Arc<Self> {
        let (wheel, typing) = (Wheel::new(chat.limits()), Mutex::new(Typing::new(chat.limits())));
        let stopping = AtomicU64::new(0);
        Arc::new(Self {
            chat,
            hub,
            pace,
            wheel,
            typing,
            stopping,
        })
    }

    /// The chat.
    #[must_use]
    pub fn chat(&self) -> &Chat {
        &self.chat
    }

    /// How many sockets listen.
    #[must_use]
    pub fn listeners(&self) -> usize {
        self.hub.count()
    }

    /// Turns the heartbeat's wheel, and looks who may still listen, for as long as it is polled.
    pub async fn beat(&self) {
        let start = Instant::now();
        let mut ticks = interval(Duration::from_millis(TICK_MS));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                now = ticks.tick() => {
                    self.tick(u64::try_from(now.duration_since(start).as_millis()).unwrap_or(u64::MAX));
                }
                () = self.hub.change_elsewhere() => self.look_again().await,
            }
        }
    }

    /// Asks for everybody who listens whether they still may, because another process changed what is kept. Nobody is
    /// told anything meanwhile.
    async fn look_again(&self) {
        let change = self.hub.changes_elsewhere();
        for some in self.hub.everybody().chunks(ASKED_AT_ONCE) {
            let places: Vec<_> = some
                .iter()
                .map(|listener| (listener.person_id(), listener.room))
                .collect();
            let asked = ask::look(&self.chat, move |look| {
                places
                    .iter()
                    .map(|&(person, room)| rules::standing(look, person, room))
                    .collect::<Result<Vec<_>, _>>()
            });
            let standings = match asked.await {
                Ok(standings) => standings,
                Err(error) => {
                    tracing::error!("could not look who may still listen, will look again: {error}");
                    tokio::time::sleep(LOOK_AGAIN_AFTER).await;
                    return self.hub.changed_elsewhere();
                }
            };
            for (listener, standing) in some.iter().zip(standings) {
                match standing {
                    Standing::Inside(person) => listener.trust(change, person),
                    Standing::Outside => listener.queue.cut(close::NOT_ALLOWED, "no longer in this room"),
                    Standing::Inactive => listener.queue.cut(close::NOT_AUTHENTICATED, "no longer let in"),
                }
            }
        }
    }

    /// Everything that time alone brings about, at `now_ms` of a clock that only moves forward.
    pub(crate) fn tick(&self, now_ms: u64) {
        self.wheel.tick(now_ms);
        // Told under the lock here and below: of what is said of one typist at once, the last must be heard last.
        let mut typing = self.typing.lock();
        for announcement in typing.tick(now_ms) {
            self.announce(announcement);
        }
    }

    fn announce(&self, announcement: Announcement) {
        let Announcement {
            room,
            person,
            is_typing,
        } = announcement;
        self.hub.tell_typing(room, person, is_typing);
    }

    fn say_typing(&self, room: RoomId, person: PersonId, is_typing: bool) {
        let mut typing = self.typing.lock();
        if let Some(announcement) = typing.say(self.wheel.now_ms(), room, person, is_typing) {
            self.announce(announcement);
        }
    }

    fn stop_typing_of(&self, listener: &Listener) {
        let mut typing = self.typing.lock();
        if let Some(announcement) = typing.gone(self.wheel.now_ms(), listener.room, listener.person_id()) {
            self.announce(announcement);
        }
    }

    /// Tells every socket that the server restarts, each with its own moment to come back: `retry_ms` is drawn from
    /// `least` to twice that, so that they do not all come at once.
    pub fn stop(&self, least: Duration) {
        let least = u64::try_from(least.as_millis()).unwrap_or(u64::MAX).max(1);
        // First this, then everybody: who enters meanwhile is on the wheel before they look, and so is told once at least.
        self.stopping.store(least, Ordering::SeqCst);
        for listener in self.wheel.everybody() {
            self.send_away(&listener, least);
        }
    }

    fn send_away(&self, listener: &Listener, least: u64) {
        let jitter = u64::from_le_bytes(self.chat.random()) % least;
        listener
            .queue
            .close(close::RESTARTING, &format!("retry_ms={}", least.saturating_add(jitter)));
    }

    /// Lets a person's socket into a room and carries it until it ends.
    pub async fn join(
        self: Arc<Self>,
        stream: TcpStream,
        leftover: Bytes,
        person: Arc<Person>,
        room: RoomId,
        dialect: &'static dyn Dialect,
    ) {
        let (queue, limits) = (self.queue(), self.socket_limits());
        // In a box, which is given back when the socket has begun and only waits.
        let entered = Box::pin(self.enter(person, room, dialect, Arc::clone(&queue))).await;
        match entered {
            Some(connection) => drive(stream, leftover, queue, limits, connection).await,
            None => drive(stream, leftover, queue, limits, Deaf).await,
        };
    }

    /// Enters a listener and tells it the history. `None`, with the queue closed, where its person has too many.
    async fn enter(
        self: &Arc<Self>,
        person: Arc<Person>,
        room: RoomId,
        dialect: &'static dyn Dialect,
        queue: Arc<Queue>,
    ) -> Option<Connection> {
        let (id, heard_at) = (self.hub.next_id(), self.wheel.now_seconds());
        let listener = Arc::new(Listener::new(id, person, room, dialect, Arc::clone(&queue), heard_at));
        if !self.hub.enter(&listener, self.chat.limits().listeners) {
            queue.close(close::TOO_MANY, "too many sockets of one person");
            return None;
        }
        self.wheel.enter(&listener);
        let stopping = self.stopping.load(Ordering::SeqCst);
        if stopping > 0 {
            self.send_away(&listener, stopping);
        }
        let connection = Connection {
            live: Arc::clone(self),
            listener,
        };
        if let Err((code, reason)) = connection.begin().await {
            queue.close(code, reason);
        }
        Some(connection)
    }

    /// Answers a socket that is not let in: it is closed with this code, so that a browser can read it.
    pub async fn refuse(&self, stream: TcpStream, leftover: Bytes, code: u16, reason: &str) {
        let queue = self.queue();
        queue.close(code, reason);
        drive(stream, leftover, queue, self.socket_limits(), Deaf).await;
    }

    fn queue(&self) -> Arc<Queue> {
        let limits = self.chat.limits();
        Arc::new(Queue::new(QueueLimits {
            frames: limits.queue_frames,
            bytes: limits.queue_bytes,
        }))
    }

    fn socket_limits(&self) -> SocketLimits {
        let limits = self.chat.limits();
        SocketLimits {
            frame_bytes: limits.frame_bytes,
            write_stall: Duration::from_secs(limits.write_stall_seconds),
            ..SocketLimits::default()
        }
    }
}

/// The ear of a socket that is already refused.
struct Deaf;

impl Ear for Deaf {
    fn heard(&mut self, _: Incoming<'_>) {}
}

/// A socket in a room. It leaves the room when it is dropped.
struct Connection {
    live: Arc<Live>,
    listener: Arc<Listener>,
}

impl Connection {
    /// Reads the room's history, which also decides whether the person may listen, and begins with it.
    async fn begin(&self) -> Result<(), (u16, &'static str)> {
        let (person, room) = (self.listener.person(), self.listener.room);
        let limit = self.live.chat.limits().history_messages;
        let history = ask::look(&self.live.chat, move |look| rules::listen(look, &person, room, limit)).await;
        match history {
            Ok(history) => {
                let text = self.listener.dialect.history(self.listener.person_id(), &history);
                self.listener.begin(&text, history.room.head, history.room.seq);
                Ok(())
            }
            Err(Error::Refused(_)) => Err((close::NOT_ALLOWED, "not allowed")),
            Err(Error::Failed(Fault::Stopping)) => Err((close::RESTARTING, "retry_ms=1000")),
            Err(Error::Failed(fault)) => {
                tracing::error!(%room, contract = self.listener.dialect.name(), "a socket could not join: {fault}");
                Err((close::INTERNAL, "internal error"))
            }
        }
    }

    fn obey(&self, command: Command) {
        match command {
            Command::Send(draft) => self.send(draft),
            Command::Typing(is_typing) => {
                self.live
                    .say_typing(self.listener.room, self.listener.person_id(), is_typing);
            }
            Command::Read => read(&self.live.chat, &self.listener),
        }
    }

    /// Sends a message. Who is in the room, the sender too, hears it from the hub; the sender alone hears of a refusal
    /// or of the message that an earlier try has made.
    fn send(&self, draft: Draft) {
        let listener = Arc::clone(&self.listener);
        if let Err(refusal) = self.live.pace.send(listener.person_id()) {
            return listener.answer(&listener.dialect.refused(&refusal, draft.client_id.as_deref()));
        }
        listener.takes_off();
        let client_id = draft.client_id.clone();
        let (person, room, now) = (listener.person(), listener.room, self.live.chat.now());
        let limits = Arc::clone(self.live.chat.limits());
        let in_flight = limits.sends_in_flight;
        let rule = move |tx: &mut dyn beseda_core::ports::Tx| {
            let sent = rules::send(tx, now, &limits, &person, room, &draft)?;
            if sent.first {
                Ok(None)
            } else {
                rules::one_message(tx, &person, sent.message.id).map(Some)
            }
        };
        self.live.chat.change(rule, move |outcome| {
            listener.lands(in_flight);
            let dialect = listener.dialect;
            match outcome {
                Ok(None) => {}
                Ok(Some((message, marks))) => {
                    listener.answer(&dialect.sent_before(&message, marks, &listener.person(), client_id.as_deref()));
                }
                Err(error) => answer_error(&listener, &error, client_id.as_deref()),
            }
        });
    }
}

/// Moves the receipt up to what the socket has been told. One at a time for a socket: who asks again meanwhile is
/// served by one more, so that asking often costs no more commits than there is time for.
fn read(chat: &Chat, listener: &Arc<Listener>) {
    if !listener.begins_to_read() {
        return;
    }
    let (chat, listener) = (chat.clone(), Arc::clone(listener));
    let (person, room, now, seen) = (listener.person(), listener.room, chat.now(), listener.seen());
    let rule = move |tx: &mut dyn beseda_core::ports::Tx| rules::read(tx, now, &person, room, Some(seen));
    chat.clone().change(rule, move |outcome| {
        if let Err(error) = &outcome {
            answer_error(&listener, error, None);
        }
        if listener.has_read() {
            read(&chat, &listener);
        }
    });
}

fn answer_error(listener: &Listener, error: &Error, client_id: Option<&str>) {
    let dialect = listener.dialect;
    match error {
        Error::Refused(refusal) => listener.answer(&dialect.refused(refusal, client_id)),
        Error::Failed(fault) => {
            if !matches!(fault, Fault::Busy | Fault::Stopping) {
                tracing::error!(room = %listener.room, contract = dialect.name(), "a frame failed: {fault}");
            }
            listener.answer(&dialect.failed(fault, client_id));
        }
    }
}

impl Ear for Connection {
    fn heard(&mut self, incoming: Incoming<'_>) {
        let dialect = self.listener.dialect;
        let command = match incoming {
            Incoming::Text(frame) => dialect.hear(frame, self.live.chat.limits()),
            Incoming::Binary(_) => Err(Misheard {
                code: "binary",
                detail: "send JSON as text, not as binary".to_owned(),
            }),
            _ => return,
        };
        match command {
            Ok(command) => self.obey(command),
            Err(misheard) => self.listener.answer(&dialect.misheard(&misheard)),
        }
    }

    fn alive(&self) {
        self.listener
            .heard_at
            .store(self.live.wheel.now_seconds(), Ordering::Relaxed);
    }

    fn ready_to_hear(&self) -> bool {
        self.listener.in_flight.load(Ordering::Relaxed) < self.live.chat.limits().sends_in_flight
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.live.wheel.leave(&self.listener);
        if self.live.hub.leave(&self.listener) {
            self.live.stop_typing_of(&self.listener);
        }
    }
}
