//! A session: an open socket, as everybody else's code sees it: who came, by what proof, in which dialect, and what it
//! has still to be told. Its place in a room is a [`Seat`].

use crate::codec::text_frame;
use crate::counts::OfContract;
use crate::dialect::{Dialect, Everywhere, Outcome};
use crate::everywhere::{Prover, Roaming};
use crate::place;
use crate::places::Places;
use crate::requests::{self, RequestId};
use crate::seat::Seat;
use crate::socket::{NotQueued, Queue};
use crate::spans;
use crate::tell::in_words;
use beseda_core::rules::{Since, Where};
use beseda_core::words::{Came, KeyHash, Person, PersonId, RoomId, RoomKind, Time};
use bytes::Bytes;
use parking_lot::{Mutex, MutexGuard};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use tracing::Span;

/// The close codes that this server sends (the table of the contracts; 4008, 4009, 4010 and 4029 are ours).
pub mod close {
    /// All is well.
    pub const NORMAL: u16 = 1000;
    /// The server failed.
    pub const INTERNAL: u16 = 1011;
    /// Missing or malformed parameters.
    pub const BAD_PARAMETERS: u16 = 4000;
    /// Not authenticated.
    pub const NOT_AUTHENTICATED: u16 = 4001;
    /// Not allowed.
    pub const NOT_ALLOWED: u16 = 4003;
    /// No sign of life from its peer; on the socket that only echoes, one that is too slow.
    pub const TOO_SLOW: u16 = 4008;
    /// The server is restarting; the reason is `retry_ms=<jittered>`.
    pub const RESTARTING: u16 = 4009;
    /// No sign of life from the peer of a socket that hears every room of its person.
    pub const GONE: u16 = 4010;
    /// Too many sockets of one person.
    pub const TOO_MANY: u16 = 4029;
}

/// Who wants to listen, and to what.
pub struct Guest {
    /// Who.
    pub person: Arc<Person>,
    /// When they proved who they are.
    pub proven_at: Time,
    /// The API key that acts as them, where one does.
    pub by_key: Option<KeyHash>,
    /// When the socket is to end, where that follows from what they proved.
    pub ends_at: Option<Time>,
    /// Where.
    pub to: Where,
    /// Which messages they hear first, where it is one room.
    pub since: Since,
    /// In which dialect.
    pub dialect: &'static dyn Dialect,
    /// What is done once they are in, after [`Dialect::joined`].
    pub once_in: Option<Box<dyn FnOnce() + Send>>,
}

/// An open socket.
pub(crate) struct Session {
    /// Its number among all of this process.
    pub(crate) id: u64,
    person_id: PersonId,
    /// Who it is, as they were when somebody last looked, and after which change that was.
    person: Mutex<(u64, Arc<Person>)>,
    /// When they proved who they are.
    pub(crate) proven_at: Time,
    /// The API key that acts as them. Few sessions have one: it stands beside them.
    by_key: Option<Box<KeyHash>>,
    /// When it is to end, in milliseconds of the heartbeat's clock.
    ends_at_ms: AtomicU64,
    /// What it came for.
    pub(crate) to: Where,
    /// In which dialect.
    pub(crate) dialect: &'static dyn Dialect,
    /// What is counted of its contract.
    pub(crate) counts: Arc<OfContract>,
    /// The request that opened it.
    opener: Option<RequestId>,
    /// The prefix under which its peer sees this server.
    pub(crate) under: Arc<str>,
    /// What it has still to be told.
    pub(crate) queue: Arc<Queue>,
    /// When its peer last showed life, in seconds of the heartbeat's clock.
    pub(crate) alive_at: AtomicU32,
    /// How many of its commands wait for the store.
    in_flight: AtomicU32,
    /// The change since which nobody has looked who its person is; 0 for none.
    doubt: AtomicU64,
    /// It waits for somebody to feed it.
    is_hungry: AtomicBool,
    /// Its socket has ended: it gets no more places.
    has_left: AtomicBool,
    /// Its places in rooms.
    places: Mutex<Places>,
    /// What it keeps besides, where it hears every room of its person.
    pub(crate) roaming: Option<Box<Roaming>>,
}

impl Session {
    pub(crate) fn new(
        id: u64,
        guest: Guest,
        counts: Arc<OfContract>,
        queue: Arc<Queue>,
        alive_at: u32,
        ends_at_ms: u64,
        prover: Option<Arc<dyn Prover>>,
    ) -> Self {
        let roaming = guest
            .dialect
            .everywhere()
            .zip(prover)
            .map(|(speaks, prover)| Box::new(Roaming::new(speaks, prover)));
        Self {
            id,
            person_id: guest.person.id,
            person: Mutex::new((0, guest.person)),
            proven_at: guest.proven_at,
            by_key: guest.by_key.map(Box::new),
            ends_at_ms: AtomicU64::new(ends_at_ms),
            to: guest.to,
            dialect: guest.dialect,
            counts,
            opener: requests::opener(),
            under: place::under(),
            queue,
            alive_at: AtomicU32::new(alive_at),
            in_flight: AtomicU32::new(0),
            // Nobody has looked yet.
            doubt: AtomicU64::new(1),
            is_hungry: AtomicBool::new(false),
            has_left: AtomicBool::new(false),
            places: Mutex::default(),
            roaming,
        }
    }

    /// When it is to end, in milliseconds of the heartbeat's clock.
    pub(crate) fn ends_at_ms(&self) -> u64 {
        self.ends_at_ms.load(Ordering::SeqCst)
    }

    /// It is to end at another time: when it was to end before.
    pub(crate) fn ends_at(&self, ends_at_ms: u64) -> u64 {
        self.ends_at_ms.swap(ends_at_ms, Ordering::SeqCst)
    }

    /// Tells it something that belongs to no command; where there is no room for it, it is lost.
    pub(crate) fn mention(&self, say: impl FnOnce(&dyn Everywhere) -> String) {
        if let Some(roaming) = &self.roaming {
            let _ = self.push(text_frame(say(roaming.speaks).as_bytes()), false);
        }
    }

    /// The same that can wait for what it is told next, until its queue is stirred; false where there is no room for it.
    pub(crate) fn adds(&self, say: impl FnOnce(&dyn Everywhere) -> String) -> bool {
        let Some(roaming) = &self.roaming else { return true };
        let queued = self.queue.push_along(text_frame(say(roaming.speaks).as_bytes()));
        self.count(queued, false);
        queued != Err(NotQueued::Full)
    }

    /// The same that does not wait.
    pub(crate) fn adds_at_once(&self, say: impl FnOnce(&dyn Everywhere) -> String) -> bool {
        let Some(roaming) = &self.roaming else { return true };
        self.push(text_frame(say(roaming.speaks).as_bytes()), false) != Err(NotQueued::Full)
    }

    /// It was not told of some cases.
    pub(crate) fn misses_cases(&self) {
        if let Some(roaming) = &self.roaming {
            roaming.misses_cases();
        }
    }

    /// The same that is never lost: it is bounded by something else.
    pub(crate) fn announce(&self, say: impl FnOnce(&dyn Everywhere) -> String) {
        if let Some(roaming) = &self.roaming {
            self.queue.push_beyond(text_frame(say(roaming.speaks).as_bytes()));
            self.counts.queued.inc();
        }
    }

    pub(crate) fn person_id(&self) -> PersonId {
        self.person_id
    }

    /// What let it in.
    pub(crate) fn came(&self) -> Came {
        Came {
            person: self.person_id,
            proven_at: self.proven_at,
            by_key: self.by_key.as_deref().copied(),
        }
    }

    /// Who it is.
    pub(crate) fn person(&self) -> Arc<Person> {
        Arc::clone(&self.person.lock().1)
    }

    /// The kind of rooms of which it hears every one.
    pub(crate) fn every(&self) -> Option<RoomKind> {
        match self.to {
            Where::Every(kind) => Some(kind),
            Where::Room(_) | Where::Own => None,
        }
    }

    /// Somebody has looked after `change`: its person is this now, unless somebody has looked later.
    pub(crate) fn learn(&self, change: u64, person: Person) {
        {
            let mut known = self.person.lock();
            if change >= known.0 {
                known.0 = change;
                // An equal one is not kept twice: whoever let the session in holds the first.
                if *known.1 != person {
                    known.1 = Arc::new(person);
                }
            }
        }
        let looked_since = |doubt| (doubt <= change).then_some(0);
        let _ = self
            .doubt
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, looked_since);
    }

    /// With this change its person may have become somebody else: until somebody has looked, its commands are taken
    /// only after a look, and it is told nothing that is not read from the store.
    pub(crate) fn doubt(&self, change: u64) {
        self.doubt.fetch_max(change, Ordering::SeqCst);
        for seat in self.places().iter() {
            seat.fall_behind();
        }
    }

    /// Whether nobody has looked since its person may have changed.
    pub(crate) fn is_doubted(&self) -> bool {
        self.doubt.load(Ordering::SeqCst) != 0
    }

    /// Its places in rooms.
    pub(crate) fn places(&self) -> MutexGuard<'_, Places> {
        self.places.lock()
    }

    /// Its socket has ended: gives up its places, and takes no more.
    pub(crate) fn leave(&self) -> Vec<Arc<Seat>> {
        let mut places = self.places();
        self.has_left.store(true, Ordering::SeqCst);
        places.take()
    }

    /// Whether its socket has ended; asked while its places are held.
    pub(crate) fn has_left(&self) -> bool {
        self.has_left.load(Ordering::SeqCst)
    }

    /// Its place in a room.
    pub(crate) fn seat_in(&self, room: RoomId) -> Option<Arc<Seat>> {
        self.places().find(room).map(Arc::clone)
    }

    /// Its place in the room that is about this, where it hears every room of its person.
    pub(crate) fn seat_about(&self, key: &str) -> Option<Arc<Seat>> {
        self.places().about(key).map(Arc::clone)
    }

    /// The one place of a socket that came for one room.
    pub(crate) fn own_seat(&self) -> Option<Arc<Seat>> {
        match self.to {
            Where::Room(room) => self.seat_in(room),
            Where::Every(_) | Where::Own => None,
        }
    }

    /// Marks that it waits to be fed; false where it did already.
    pub(crate) fn gets_hungry(&self) -> bool {
        !self.is_hungry.swap(true, Ordering::SeqCst)
    }

    /// Somebody feeds it: what falls behind from now on makes it hungry again.
    pub(crate) fn is_fed(&self) {
        self.is_hungry.store(false, Ordering::SeqCst);
    }

    /// Queues a frame and counts what became of it. One that is kept nowhere is lost where there is no room.
    pub(crate) fn push(&self, frame: Bytes, is_kept: bool) -> Result<(), NotQueued> {
        let queued = self.queue.push(frame);
        self.count(queued, is_kept);
        queued
    }

    /// Counts what became of a frame.
    fn count(&self, queued: Result<(), NotQueued>, is_kept: bool) {
        match queued {
            Ok(()) => self.counts.queued.inc(),
            Err(NotQueued::Full) if is_kept => self.counts.overflowed.inc(),
            Err(NotQueued::Full) => self.counts.dropped.inc(),
            Err(NotQueued::Closed) => 0,
        };
    }

    /// Tells it what is for it alone: what came of a command.
    pub(crate) fn answer(&self, tag: Option<&str>, outcome: &Outcome<'_>) {
        // Over what its dialect panics it is not answered, and whoever waits for that sends again.
        if let Ok(Some(frame)) = in_words(self, |dialect| dialect.answer(tag, outcome)) {
            // It is never too much: a socket whose queue is full is not read, and so gives nothing to answer.
            self.queue.push_beyond(frame);
            self.counts.queued.inc();
        }
    }

    /// Counts one command that waits for the store.
    pub(crate) fn takes_off(&self) {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
    }

    /// One command less waits for the store; a socket that was not read for that reason is read again.
    pub(crate) fn lands(&self, limit: u32) {
        if self.in_flight.fetch_sub(1, Ordering::Relaxed) >= limit {
            self.queue.wake();
        }
    }

    /// Whether another command of it may wait for the store.
    pub(crate) fn may_take_off(&self, limit: u32) -> bool {
        self.in_flight.load(Ordering::Relaxed) < limit
    }

    /// Logs something about it, with the id of the request that opened it.
    pub(crate) fn logs(&self, log: impl FnOnce()) {
        requests::about(self.opener.as_ref()).in_scope(log);
    }

    /// The span of a message that it brings, where somebody takes traces.
    pub(crate) fn trace(&self) -> Span {
        spans::of_message(self.dialect.contract(), self.opener.as_ref())
    }

    /// What it came for, in a word for the log.
    pub(crate) fn to_word(&self) -> String {
        match self.to {
            Where::Room(room) => format!("room {room}"),
            Where::Every(kind) => format!("every {} room", kind.word()),
            Where::Own => "their rooms".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_the_two_counts_of_its_arc_a_session_takes_no_more_than_256_bytes() {
        assert!(size_of::<Session>() + 16 <= 256, "{} bytes", size_of::<Session>());
    }
}
