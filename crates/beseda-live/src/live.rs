//! Everything that open sockets share: who listens, who types, who is where, and the clock that they live by.

use crate::ask;
use crate::connection::Connection;
use crate::dialect::Position;
use crate::echo::Echo;
use crate::heartbeat::{TICK_MS, Wheel};
use crate::hub::Hub;
use crate::listener::{Guest, Listener, close};
use crate::positions::Positions;
use crate::socket::{Deaf, Queue, QueueLimits, SocketLimits, drive};
use crate::typing::{Announcement, Typing};
use beseda_core::rules::{Standing, Where};
use beseda_core::words::{Person, PersonId, RoomName, Time};
use beseda_core::{Chat, Refusal, rules};
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
    pub(crate) hub: Arc<Hub>,
    pub(crate) pace: Arc<dyn Pace>,
    pub(crate) wheel: Wheel,
    typing: Mutex<Typing>,
    positions: Mutex<Positions>,
    /// When the server stops: the least time, in milliseconds, after which clients come back. 0 while it serves.
    stopping: AtomicU64,
}

impl Live {
    /// Live sockets over a chat. `hub` must be the audience of the chat's store.
    #[must_use]
    pub fn new(chat: Chat, hub: Arc<Hub>, pace: Arc<dyn Pace>) -> Arc<Self> {
        let limits = chat.limits();
        Arc::new(Self {
            wheel: Wheel::new(limits),
            typing: Mutex::new(Typing::new(limits)),
            positions: Mutex::new(Positions::new(limits)),
            stopping: AtomicU64::new(0),
            chat,
            hub,
            pace,
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
        // Side by side: a store that is slow or fails must not stop the wheel.
        tokio::join!(self.turn(), self.keep_looking());
    }

    async fn turn(&self) {
        let start = Instant::now();
        let mut ticks = interval(Duration::from_millis(TICK_MS));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            let now = ticks.tick().await;
            self.tick(u64::try_from(now.duration_since(start).as_millis()).unwrap_or(u64::MAX));
        }
    }

    async fn keep_looking(&self) {
        loop {
            self.hub.doubtful().await;
            self.look_again().await;
        }
    }

    /// Asks for everybody of whom it is doubtful whether they still may listen. They are told nothing meanwhile.
    async fn look_again(&self) {
        let change = self.hub.doubts();
        let mut doubted = self.hub.everybody();
        doubted.retain(|listener| listener.is_doubted());
        for some in doubted.chunks(ASKED_AT_ONCE) {
            let asked: Vec<_> = some
                .iter()
                .map(|listener| {
                    let kinds = listener.dialect.kinds();
                    (listener.person_id(), listener.proven_at, listener.to, kinds)
                })
                .collect();
            let asked = ask::look(&self.chat, move |look| {
                asked
                    .iter()
                    .map(|&(person, proven_at, to, kinds)| rules::standing(look, person, proven_at, to, kinds))
                    .collect::<Result<Vec<_>, _>>()
            });
            let standings = match asked.await {
                Ok(standings) => standings,
                Err(error) => {
                    tracing::error!("could not look who may still listen, will look again: {error}");
                    tokio::time::sleep(LOOK_AGAIN_AFTER).await;
                    return self.hub.doubt(Listener::is_doubted);
                }
            };
            for (listener, standing) in some.iter().zip(standings) {
                match standing {
                    Standing::Inside(person) => listener.trust(change, person),
                    Standing::Outside => listener.queue.cut(close::NOT_ALLOWED, "not allowed any more"),
                    Standing::Inactive => listener.queue.cut(close::NOT_AUTHENTICATED, "log in again"),
                }
            }
        }
    }

    /// Ends the sockets of somebody who logged out, which they opened by what they proved at that moment.
    pub fn end(&self, person: PersonId, proven_at: Time) {
        for listener in self.hub.everybody() {
            if listener.person_id() == person && listener.proven_at == proven_at {
                listener.queue.cut(close::NOT_AUTHENTICATED, "logged out");
            }
        }
    }

    /// Everything that time alone brings about, at `now_ms` of a clock that only moves forward.
    pub(crate) fn tick(&self, now_ms: u64) {
        self.wheel.tick(now_ms);
        // Told under the lock here and below: of what is said of one person at once, the last must be heard last.
        let mut typing = self.typing.lock();
        for announcement in typing.tick(now_ms) {
            self.announce(&announcement);
        }
        drop(typing);
        let mut positions = self.positions.lock();
        for (room, position) in positions.tick(now_ms) {
            self.hub.tell_position(room, &position);
        }
    }

    fn announce(&self, announcement: &Announcement) {
        let Announcement {
            room,
            person,
            is_typing,
        } = announcement;
        self.hub.tell_typing(*room, person, *is_typing);
    }

    pub(crate) fn say_typing(&self, room: RoomName, person: &Arc<Person>, is_typing: bool) {
        let mut typing = self.typing.lock();
        if let Some(announcement) = typing.say(self.wheel.now_ms(), room, person, is_typing) {
            self.announce(&announcement);
        }
    }

    pub(crate) fn stop_typing_of(&self, listener: &Listener) {
        let (now_ms, person) = (self.wheel.now_ms(), listener.person());
        let mut typing = self.typing.lock();
        let announcements = match listener.to {
            Where::Room(_) => {
                let room = listener.room();
                room.and_then(|room| typing.gone(now_ms, room, &person))
                    .into_iter()
                    .collect()
            }
            Where::Every(kind) => typing.gone_everywhere(now_ms, kind, &person),
        };
        for announcement in announcements {
            self.announce(&announcement);
        }
    }

    pub(crate) fn say_position(&self, room: RoomName, position: Position) {
        let mut positions = self.positions.lock();
        if positions.say(self.wheel.now_ms(), room, position) {
            self.hub.tell_position(room, &position);
        }
    }

    /// Whether there is a position to show in what somebody listens to.
    pub(crate) fn has_positions(&self, to: Where) -> bool {
        match to {
            Where::Room(room) => !self.positions.lock().in_room(self.wheel.now_ms(), room).is_empty(),
            Where::Every(_) => false,
        }
    }

    /// Tells a newcomer where these people of the room are.
    pub(crate) fn show_positions(&self, listener: &Listener, people: &[PersonId]) {
        let Some(room) = listener.room() else { return };
        let positions = self.positions.lock();
        for position in positions.in_room(self.wheel.now_ms(), room.id) {
            if people.contains(&position.person) {
                self.hub.show_position(listener, room, &position);
            }
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

    /// Sends a newcomer away again where the server is stopping.
    pub(crate) fn send_away_if_stopping(&self, listener: &Listener) {
        let least = self.stopping.load(Ordering::SeqCst);
        if least > 0 {
            self.send_away(listener, least);
        }
    }

    fn send_away(&self, listener: &Listener, least: u64) {
        let jitter = u64::from_le_bytes(self.chat.random()) % least;
        listener
            .queue
            .close(close::RESTARTING, &format!("retry_ms={}", least.saturating_add(jitter)));
    }

    /// Lets a person's socket in and carries it until it ends.
    pub async fn join(self: Arc<Self>, stream: TcpStream, leftover: Bytes, guest: Guest) {
        let (queue, limits) = (self.queue(), self.socket_limits());
        let (person, dialect) = (Arc::clone(&guest.person), guest.dialect);
        // In a box, which is given back when the socket has begun and only waits.
        let entered = Box::pin(Connection::enter(&self, guest, Arc::clone(&queue))).await;
        let ended = match entered {
            Some(connection) => drive(stream, leftover, queue, limits, connection).await,
            None => drive(stream, leftover, queue, limits, Deaf).await,
        };
        dialect.ended(&person, ended.code);
    }

    /// Answers a socket that is not let in: it is closed with this code, so that a browser can read it.
    pub async fn refuse(&self, stream: TcpStream, leftover: Bytes, code: u16, reason: &str) {
        let queue = self.queue();
        queue.close(code, reason);
        drive(stream, leftover, queue, self.socket_limits(), Deaf).await;
    }

    /// Greets a socket and says everything back to it, for at most `echo_seconds`: it proves that what stands between
    /// lets sockets through, and nothing else.
    pub async fn echo(&self, stream: TcpStream, leftover: Bytes, greeting: &str) {
        let limits = self.chat.limits();
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

impl Listener {
    /// What it listens to, in a word for the log.
    pub(crate) fn to_word(&self) -> String {
        match self.to {
            Where::Room(room) => format!("room {room}"),
            Where::Every(kind) => format!("every {} room", kind.word()),
        }
    }
}
