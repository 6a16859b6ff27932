//! Everything that open sockets share: who listens, who types, who is where, and the clock that they live by.

use crate::company::{self, HowFar};
use crate::counts::Counts;
use crate::desk;
use crate::dialect::Position;
use crate::heartbeat::{TICK_MS, Wheel};
use crate::hub::Hub;
use crate::positions::Positions;
use crate::seat::Seat;
use crate::session::{Session, close};
use beseda_core::words::{Person, PersonId, RoomId, RoomName, Time};
use beseda_core::{Chat, Refusal};
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

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
    positions: Mutex<Positions>,
    pub(crate) told: HowFar,
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
            positions: Mutex::new(Positions::new(limits)),
            told: HowFar::default(),
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

    /// What is counted of sockets and messages.
    #[must_use]
    pub fn counts(&self) -> &Counts {
        self.hub.counts()
    }

    /// How many sockets listen.
    #[must_use]
    pub fn listeners(&self) -> usize {
        self.hub.count()
    }

    /// Tells those who hear all their rooms how much is unread in them, when that may be another number: at most once a
    /// second; and finds out up to where everybody has been told. For as long as it is polled.
    pub async fn count_all(self: &Arc<Self>) {
        let mut seconds = interval(Duration::from_secs(1));
        seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            seconds.tick().await;
            let counted = company::count(self).await;
            company::look_how_far(self).await;
            if !counted.is_empty() {
                sleep(company::ALONG_WITHIN).await;
                counted.iter().for_each(|session| session.queue.stir());
            }
        }
    }

    /// Tells those who work at desks of cases that are other ones now, for as long as it is polled.
    pub async fn tell_of_cases(self: &Arc<Self>) {
        desk::tell(self).await;
    }

    /// Turns the heartbeat's wheel, for as long as it is polled.
    pub async fn beat(&self) {
        let start = Instant::now();
        let mut ticks = interval(Duration::from_millis(TICK_MS));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            let now = ticks.tick().await;
            self.tick(u64::try_from(now.duration_since(start).as_millis()).unwrap_or(u64::MAX));
        }
    }

    /// Ends the sockets of somebody who logged out, which they opened by what they proved at that moment.
    pub fn end(&self, person: PersonId, proven_at: Time) {
        for session in self.hub.sessions_of(person) {
            if session.proven_at == proven_at {
                session.queue.cut(close::NOT_AUTHENTICATED, "logged out");
            }
        }
    }

    /// When a socket that comes now is to end, in milliseconds of the heartbeat's clock: with its proof, and after
    /// `socket_hours` in any case.
    pub(crate) fn end_of(&self, ends_at: Option<Time>) -> u64 {
        let most = self.chat.limits().socket_hours.saturating_mul(3_600_000);
        let left = ends_at.map(|end| u64::try_from(end.0 - self.chat.now().0).unwrap_or(0) / 1_000);
        self.wheel.now_ms().saturating_add(left.unwrap_or(most).min(most))
    }

    /// Everything that time alone brings about, at `now_ms` of a clock that only moves forward.
    pub(crate) fn tick(&self, now_ms: u64) {
        let (now, token) = (self.chat.now(), self.told.token());
        self.wheel.tick(now_ms, &|session| company::ping(session, now, token));
        let mut typing = self.hub.typing.lock();
        for announcement in typing.tick(now_ms) {
            self.hub.tell_typing(&announcement);
        }
        drop(typing);
        let mut positions = self.positions.lock();
        for (room, position) in positions.tick(now_ms) {
            self.hub.tell_position(room, &position);
        }
    }

    pub(crate) fn say_typing(&self, room: RoomName, person: &Arc<Person>, is_typing: bool) {
        let mut typing = self.hub.typing.lock();
        if let Some(announcement) = typing.say(self.wheel.now_ms(), room, person, is_typing) {
            self.hub.tell_typing(&announcement);
        }
    }

    /// A session has gone, and these places of it were the last of its person there.
    pub(crate) fn stop_typing_of(&self, session: &Session, last_places: &[Arc<Seat>]) {
        let (now_ms, person) = (self.wheel.now_ms(), session.person());
        let mut typing = self.hub.typing.lock();
        let mut announcements: Vec<_> = last_places
            .iter()
            .filter_map(|seat| typing.gone(now_ms, seat.room()?, &person))
            .collect();
        if let Some(kind) = session.every()
            && !self.hub.hears_every(kind, person.id)
        {
            announcements.extend(typing.gone_everywhere(now_ms, kind, &person));
        }
        for announcement in announcements {
            self.hub.tell_typing(&announcement);
        }
    }

    pub(crate) fn say_position(&self, room: RoomName, position: Position) {
        let mut positions = self.positions.lock();
        if positions.say(self.wheel.now_ms(), room, position.clone()) {
            self.hub.tell_position(room, &position);
        }
    }

    /// Whether there is a position to show in a room.
    pub(crate) fn has_positions(&self, room: RoomId) -> bool {
        !self.positions.lock().in_room(self.wheel.now_ms(), room).is_empty()
    }

    /// Tells a newcomer where these people of the room are.
    pub(crate) fn show_positions(&self, seat: &Seat, people: &[PersonId]) {
        let Some(room) = seat.room() else { return };
        let positions = self.positions.lock();
        for position in positions.in_room(self.wheel.now_ms(), room.id) {
            if people.contains(&position.person.id) {
                self.hub.show_position(seat, room, &position);
            }
        }
    }

    /// Tells every socket that the server restarts, each with its own moment to come back: `retry_ms` is drawn from
    /// `least` to twice that, so that they do not all come at once.
    pub fn stop(&self, least: Duration) {
        let least = u64::try_from(least.as_millis()).unwrap_or(u64::MAX).max(1);
        // First this, then everybody: who enters meanwhile is on the wheel before they look, and so is told once at least.
        self.stopping.store(least, Ordering::SeqCst);
        for session in self.wheel.everybody() {
            self.send_away(&session, least);
        }
    }

    /// Sends a newcomer away again where the server is stopping.
    pub(crate) fn send_away_if_stopping(&self, session: &Session) {
        let least = self.stopping.load(Ordering::SeqCst);
        if least > 0 {
            self.send_away(session, least);
        }
    }

    fn send_away(&self, session: &Session, least: u64) {
        let jitter = u64::from_le_bytes(self.chat.random()) % least;
        session
            .queue
            .close(close::RESTARTING, &format!("retry_ms={}", least.saturating_add(jitter)));
    }
}
