//! A listener: an open socket in a room, as everybody else's code sees it.

use crate::codec::text_frame;
use crate::dialect::Dialect;
use crate::socket::{NotQueued, Queue};
use beseda_core::rules::{Since, Where};
use beseda_core::words::{Head, Person, PersonId, RoomName, Seq, Time};
use bytes::Bytes;
use parking_lot::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

/// The close codes that this server sends (the table of the contracts; 4008, 4009 and 4029 are ours).
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
    /// Too slow a consumer, or one that answers no pings.
    pub const TOO_SLOW: u16 = 4008;
    /// The server is restarting; the reason is `retry_ms=<jittered>`.
    pub const RESTARTING: u16 = 4009;
    /// Too many sockets of one person.
    pub const TOO_MANY: u16 = 4029;
}

/// Who wants to listen, and to what.
pub struct Guest {
    /// Who.
    pub person: Arc<Person>,
    /// When they proved who they are.
    pub proven_at: Time,
    /// Where.
    pub to: Where,
    /// Which messages they hear first, where it is one room.
    pub since: Since,
    /// In which dialect.
    pub dialect: &'static dyn Dialect,
}

/// An open socket in a room, or in every room of a kind.
pub struct Listener {
    /// Its number among all of this process.
    pub(crate) id: u64,
    person_id: PersonId,
    /// Who listens, as they were when somebody last looked, and after which change that was.
    person: Mutex<(u64, Arc<Person>)>,
    /// When they proved who they are.
    pub(crate) proven_at: Time,
    /// Where.
    pub(crate) to: Where,
    /// The one room, once it is known to be there.
    room: OnceLock<RoomName>,
    /// In which dialect.
    pub(crate) dialect: &'static dyn Dialect,
    /// What it has still to be told.
    pub(crate) queue: Arc<Queue>,
    /// When its peer was last heard, in seconds of the heartbeat's clock.
    pub(crate) heard_at: AtomicU32,
    /// How many of its commands wait for the store.
    pub(crate) in_flight: AtomicU32,
    /// How often its receipt was asked to move since that last began; 0 while nothing moves it.
    reads: AtomicU32,
    stage: Mutex<Stage>,
}

/// How far a listener has come.
#[derive(Default)]
struct Stage {
    /// It has heard what happened up to this head, and of messages up to this number; `None` until its history is read.
    told: Option<(Head, Seq)>,
    /// The change since which nobody has looked whether it may still listen.
    doubt: Option<u64>,
    /// What has happened while it must wait.
    waiting: Vec<Said>,
}

impl Stage {
    fn must_wait(&self) -> bool {
        self.told.is_none() || self.doubt.is_some()
    }
}

/// A frame with what it brings its listener to.
#[derive(Clone)]
pub(crate) struct Said {
    /// The head of the event; `None` where hearing it twice does no harm.
    pub(crate) head: Option<Head>,
    /// The number of the message that it tells of.
    pub(crate) seq: Option<Seq>,
    /// The frame; `None` where its dialect has no word for it.
    pub(crate) frame: Option<Bytes>,
    /// Whether it loses its place with this, and hears nothing after it.
    pub(crate) last: bool,
}

impl Said {
    /// What is kept nowhere.
    pub(crate) fn passing(frame: Bytes) -> Self {
        Self {
            head: None,
            seq: None,
            frame: Some(frame),
            last: false,
        }
    }
}

impl Listener {
    pub(crate) fn new(id: u64, guest: Guest, queue: Arc<Queue>, heard_at: u32) -> Self {
        Self {
            id,
            person_id: guest.person.id,
            person: Mutex::new((0, guest.person)),
            proven_at: guest.proven_at,
            to: guest.to,
            room: OnceLock::new(),
            dialect: guest.dialect,
            queue,
            heard_at: AtomicU32::new(heard_at),
            in_flight: AtomicU32::new(0),
            reads: AtomicU32::new(0),
            stage: Mutex::default(),
        }
    }

    /// The room that it listens to, where it is one that is known to be there.
    pub(crate) fn room(&self) -> Option<RoomName> {
        self.room.get().copied()
    }

    pub(crate) fn person_id(&self) -> PersonId {
        self.person_id
    }

    /// Who listens.
    pub(crate) fn person(&self) -> Arc<Person> {
        Arc::clone(&self.person.lock().1)
    }

    /// Somebody has looked after `change`: its person is this now, unless somebody has looked later.
    pub(crate) fn learn(&self, change: u64, person: Person) {
        let mut known = self.person.lock();
        if change >= known.0 {
            known.0 = change;
            // An equal one is not kept twice: whoever let the listener in holds the first.
            if *known.1 != person {
                known.1 = Arc::new(person);
            }
        }
    }

    /// Tells it something that belongs to the room's log. Never waits; a listener whose queue is full is cut off,
    /// and whole again after it reconnects.
    pub(crate) fn tell(&self, said: Said, waiting_frames: usize) {
        let mut stage = self.stage.lock();
        if !stage.must_wait() {
            self.tell_now(&mut stage, said);
        } else if stage.waiting.len() < waiting_frames {
            stage.waiting.push(said);
        } else {
            self.cut_slow();
        }
    }

    /// The history of its room has been read: it is told first, then whatever happened since.
    pub(crate) fn begin(&self, history: &[String], room: RoomName, head: Head, newest: Seq) {
        let _ = self.room.set(room);
        let mut stage = self.stage.lock();
        self.hear_first(history);
        stage.told = Some((head, newest));
        self.catch_up(&mut stage);
    }

    /// Tells it what was said before it came. In one piece: a long history would else be too much for the queue, and
    /// whoever comes back for it would be cut off again and again.
    pub(crate) fn hear_first(&self, history: &[String]) {
        match history {
            [] => {}
            [only] => self.push(text_frame(only.as_bytes())),
            many => {
                let frames: Vec<Bytes> = many.iter().map(|frame| text_frame(frame.as_bytes())).collect();
                self.push(frames.concat().into());
            }
        }
    }

    /// It hears every room of a kind, from now on.
    pub(crate) fn begin_everywhere(&self) {
        let mut stage = self.stage.lock();
        // Below the first head of any room: it has heard nothing that could come twice.
        stage.told = Some((Head(-1), Seq(0)));
        self.catch_up(&mut stage);
    }

    /// With this change it may have lost its place: until somebody has looked, it is told nothing, nor heard.
    pub(crate) fn doubt(&self, change: u64) {
        let mut stage = self.stage.lock();
        stage.doubt = stage.doubt.max(Some(change));
    }

    /// Whether nobody has looked yet.
    pub(crate) fn is_doubted(&self) -> bool {
        self.stage.lock().doubt.is_some()
    }

    /// Somebody has looked after `change`: it may still listen, and its person is this now.
    pub(crate) fn trust(&self, change: u64, person: Person) {
        self.learn(change, person);
        let mut stage = self.stage.lock();
        if stage.doubt.is_some_and(|doubted| doubted <= change) {
            stage.doubt = None;
            self.catch_up(&mut stage);
            drop(stage);
            self.queue.wake();
        }
    }

    /// The newest message that it has been told of: what its reader can have read.
    pub(crate) fn seen(&self) -> Seq {
        self.stage.lock().told.map(|(_, seen)| seen).unwrap_or_default()
    }

    fn catch_up(&self, stage: &mut Stage) {
        if !stage.must_wait() {
            for said in std::mem::take(&mut stage.waiting) {
                self.tell_now(stage, said);
            }
        }
    }

    fn tell_now(&self, stage: &mut Stage, said: Said) {
        let Some((after, seen)) = &mut stage.told else { return };
        if said.head.is_some_and(|head| head <= *after) {
            return;
        }
        *seen = (*seen).max(said.seq.unwrap_or_default());
        if let Some(frame) = said.frame {
            self.push(frame);
        }
        if said.last {
            self.queue.close(close::NOT_ALLOWED, "no longer in this room");
        }
    }

    /// Tells it something that is for it alone.
    pub(crate) fn answer(&self, text: &str) {
        self.push(text_frame(text.as_bytes()));
    }

    fn push(&self, frame: Bytes) {
        if self.queue.push(frame) == Err(NotQueued::Full) {
            self.cut_slow();
        }
    }

    fn cut_slow(&self) {
        self.queue.cut(close::TOO_SLOW, "too slow: reconnect to catch up");
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

    /// Whether its receipt is to be moved now; if it is moving already, that is noted.
    pub(crate) fn begins_to_read(&self) -> bool {
        self.reads.fetch_add(1, Ordering::SeqCst) == 0
    }

    /// Its receipt has been moved; true when it was asked for again meanwhile.
    pub(crate) fn has_read(&self) -> bool {
        self.reads.swap(0, Ordering::SeqCst) > 1
    }
}
