//! A seat: a session's place in one room, and how far it has been told of what happened there.
//!
//! A seat that cannot be told at once, because its socket is slow or because somebody has to look first whether it
//! still is a place, is *behind*: what happens is not told but noted, and [`crate::feed`] reads it from the store.

use crate::codec::text_frame;
use crate::session::{Session, close};
use crate::socket::NotQueued;
use beseda_core::words::{Cursor, Epoch, Head, Receipts, Room, RoomId, RoomName, Seq};
use bytes::Bytes;
use parking_lot::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

/// A session's place in one room.
pub(crate) struct Seat {
    /// Whose place it is.
    pub(crate) session: Arc<Session>,
    /// The room.
    pub(crate) room_id: RoomId,
    /// Its names, once it is known to be there.
    room: OnceLock<RoomName>,
    /// What it is about, where the session hears every room of its person.
    key: OnceLock<Arc<str>>,
    /// Such a session has opened it, and hears everything of it.
    is_open: AtomicBool,
    /// It is among the newest of such a session that are not open: it hears who types there.
    is_near: AtomicBool,
    /// How often its receipt was asked to move since that last began; 0 while nothing moves it.
    reads: AtomicU32,
    state: Mutex<State>,
}

/// How far a seat has come.
#[derive(Default)]
struct State {
    /// How far it has been told; `None` until it has heard what it hears first.
    told: Option<Progress>,
    /// What has happened meanwhile.
    waiting: Vec<Said>,
    /// In a box: few are, and every seat has room for it.
    behind: Option<Box<Behind>>,
    /// It is to be told the newest page, of so many messages, and begins with that.
    anew: Option<u32>,
    /// Its session was not told that it came into the room.
    is_new: bool,
    /// The place was lent for what was missed: that it was told up to some head was guessed.
    lent: bool,
}

/// How far a seat has been told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Progress {
    /// What happened up to this head.
    pub(crate) head: Head,
    /// Of messages, up to this number.
    pub(crate) seq: Seq,
    /// Of receipts, where the session hears every room of its person: up to the move with this number.
    pub(crate) receipts: Receipts,
}

impl Progress {
    /// What of a room is to be told.
    pub(crate) fn of(room: &Room) -> Self {
        Self {
            head: room.head,
            seq: room.seq,
            receipts: room.receipts,
        }
    }
}

/// What a seat that is behind has missed, as far as anybody noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Behind {
    /// The furthest head of which it was not told.
    newest: Head,
    /// The furthest move of a receipt of which it was not told, where that is told.
    receipts: Receipts,
    /// How often it fell behind anew: whoever read before that has to read again.
    times: u32,
    /// It was not told that the room was opened.
    opening: bool,
}

/// A frame with what it brings its seat to.
#[derive(Clone)]
pub(crate) struct Said {
    /// The head of the event; `None` where hearing it twice does no harm.
    pub(crate) head: Option<Head>,
    /// The number of the message that it tells of.
    pub(crate) seq: Option<Seq>,
    /// How often receipts of the room have moved with it, where that is told.
    pub(crate) receipts: Option<Receipts>,
    /// The frame; `None` where its dialect has no word for it.
    pub(crate) frame: Option<Bytes>,
    /// It tells that the room was opened.
    pub(crate) opens: bool,
    /// Whether the place is lost with this, and nothing is heard after it.
    pub(crate) last: bool,
}

impl Said {
    /// What happened at a head, and was not told. A room's first one opens it.
    pub(crate) fn missed(head: Head) -> Self {
        Self {
            head: Some(head),
            seq: None,
            receipts: None,
            frame: None,
            opens: head == Head(1),
            last: false,
        }
    }

    /// Whether somebody who was told so far knows it.
    fn is_known(&self, told: Progress) -> bool {
        match (self.head, self.receipts) {
            (Some(head), _) => head <= told.head,
            (None, Some(receipts)) => receipts <= told.receipts,
            (None, None) => false,
        }
    }

    /// Whether something happened between what somebody was told and this. Every head, and every move of a receipt where that
    /// is told, is told once: one that was skipped is that of another process, or of a commit whose end came late.
    fn skips(&self, told: Progress) -> bool {
        let skips_heads = self.head.is_some_and(|head| head > told.head.next());
        let skips_receipts = self.receipts.is_some_and(|receipts| {
            let next = if self.head.is_some() {
                told.receipts
            } else {
                told.receipts.next()
            };
            receipts > next
        });
        skips_heads || skips_receipts
    }

    /// What is kept nowhere.
    pub(crate) fn passing(frame: Bytes) -> Self {
        Self {
            head: None,
            seq: None,
            receipts: None,
            frame: Some(frame),
            opens: false,
            last: false,
        }
    }
}

/// From where a seat that is behind has to be fed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hunger {
    pub(crate) room: RoomId,
    /// What it was told up to.
    pub(crate) after: Head,
    /// And of receipts.
    pub(crate) receipts: Receipts,
    /// It is to be told the newest page, of so many messages.
    pub(crate) anew: Option<u32>,
    /// Its session, which hears every room of its person, has opened it.
    pub(crate) is_open: bool,
    /// Its session was not told that it came into the room.
    pub(crate) is_new: bool,
    /// It was not told that the room was opened.
    pub(crate) opening: bool,
    /// The furthest head, and move of a receipt, of which it is known that it was not told.
    newest: (Head, Receipts),
    times: u32,
}

/// A frame from the store, with the head that it brings its seat to.
pub(crate) struct Meal {
    pub(crate) head: Head,
    pub(crate) seq: Seq,
    /// `None` where its dialect has no word for it.
    pub(crate) frame: Option<Bytes>,
}

/// What was read for a seat that is behind.
pub(crate) struct Served {
    /// The frames, in the order of their heads.
    pub(crate) meals: Vec<Meal>,
    /// Up to where they tell.
    pub(crate) to: Progress,
    /// Whether there is more behind that.
    pub(crate) more: bool,
    /// What was told before is void.
    pub(crate) reset: bool,
}

/// What came of feeding a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fed {
    /// It is told at once again.
    Whole,
    /// There is more to be read.
    More,
    /// Its socket takes nothing more now.
    Full,
}

impl Seat {
    pub(crate) fn new(session: Arc<Session>, room_id: RoomId) -> Self {
        Self {
            session,
            room_id,
            room: OnceLock::new(),
            key: OnceLock::new(),
            is_open: AtomicBool::new(false),
            is_near: AtomicBool::new(false),
            reads: AtomicU32::new(0),
            state: Mutex::default(),
        }
    }

    /// A place of a session that hears every room of a kind, made for what it has missed in one of them.
    pub(crate) fn lent(session: Arc<Session>, room: RoomName, missed: &Said) -> Self {
        let seat = Self::new(session, room.id);
        let _ = seat.room.set(room);
        let head = missed.head.unwrap_or_default();
        *seat.state.lock() = State {
            told: Some(Progress {
                head: Head(head.0 - 1),
                ..Progress::default()
            }),
            lent: true,
            behind: Some(Box::new(Behind {
                newest: head,
                opening: missed.opens,
                ..Behind::default()
            })),
            ..State::default()
        };
        seat
    }

    /// A place of a session that hears every room of its person, in one of them, of which it is about to be told.
    pub(crate) fn in_waiting(session: Arc<Session>, room: RoomName, key: &Arc<str>) -> Self {
        let seat = Self::new(session, room.id);
        let _ = seat.room.set(room);
        let _ = seat.key.set(Arc::clone(key));
        seat
    }

    /// It has been told so far; whatever happened since comes then. Whether it is behind, and has to be fed.
    pub(crate) fn begin_at(&self, told: Progress) -> bool {
        self.room()
            .is_some_and(|room| self.begin(&[], room, told) == Told::Behind)
    }

    /// Whether it was told less than this.
    pub(crate) fn is_before(&self, other: Progress) -> bool {
        let told = self.state.lock().told.unwrap_or_default();
        told.head < other.head || told.receipts < other.receipts
    }

    /// A place of a session that hears every room of its person, in one of them, as far as it was told of it. `is_new`: it
    /// was not, and is told that it came into the room.
    pub(crate) fn among(session: Arc<Session>, room: RoomName, key: &Arc<str>, told: Progress, is_new: bool) -> Self {
        let seat = Self::new(session, room.id);
        let _ = seat.room.set(room);
        let _ = seat.key.set(Arc::clone(key));
        {
            let mut state = seat.state.lock();
            state.told = Some(told);
            state.is_new = is_new;
            if is_new {
                state.fall_behind();
            }
        }
        seat
    }

    /// What its room is about, where its session hears every room of its person.
    pub(crate) fn key(&self) -> Option<&Arc<str>> {
        self.key.get()
    }

    /// Whether its session, which hears every room of its person, has opened it.
    pub(crate) fn is_open(&self) -> bool {
        self.is_open.load(Ordering::SeqCst)
    }

    /// From now on everything of the room is heard: from a cursor on, or the newest page first.
    pub(crate) fn open(&self, epoch: Epoch, after: Option<Cursor>, limit: u32) {
        let mut state = self.state.lock();
        self.is_open.store(true, Ordering::SeqCst);
        state.fall_behind();
        match after {
            Some(cursor) if cursor.epoch == epoch => {
                let seq = state.told.unwrap_or_default().seq;
                state.told = Some(Progress {
                    head: cursor.head,
                    seq,
                    receipts: cursor.receipts,
                });
                state.anew = None;
            }
            // Of another life of the database: what is known of it is void.
            _ => state.anew = Some(limit),
        }
    }

    /// From now on what of every room is heard.
    pub(crate) fn close(&self) {
        let mut state = self.state.lock();
        self.is_open.store(false, Ordering::SeqCst);
        state.anew = None;
    }

    /// Whether it hears who types in its room.
    pub(crate) fn is_near(&self) -> bool {
        self.is_open() || self.is_near.load(Ordering::Relaxed)
    }

    /// It is among the newest rooms of its session.
    pub(crate) fn comes_near(&self) {
        self.is_near.store(true, Ordering::Relaxed);
    }

    /// The room, once it is known to be there.
    pub(crate) fn room(&self) -> Option<RoomName> {
        self.room.get().copied()
    }

    /// The newest message that it has been told of: what its reader can have read.
    pub(crate) fn seen(&self) -> Seq {
        self.state.lock().told.unwrap_or_default().seq
    }

    /// Tells it something that happened in the room. Never waits.
    pub(crate) fn tell(&self, said: Said, waiting_frames: usize) -> Told {
        let mut state = self.state.lock();
        if state.told.is_none() && state.behind.is_none() {
            if state.waiting.len() < waiting_frames {
                state.waiting.push(said);
                return Told::Noted;
            }
            state.fall_behind();
        }
        if state.behind.is_some() {
            state.miss(&said);
            return Told::Noted;
        }
        self.tell_now(&mut state, said)
    }

    /// Whether it is told at once what happens.
    pub(crate) fn is_whole(&self) -> bool {
        let state = self.state.lock();
        state.told.is_some() && state.behind.is_none()
    }

    /// It has been told what it hears first; whatever happened since comes then. Where it is
    /// behind, it has to be fed that.
    pub(crate) fn begin(&self, first: &[String], room: RoomName, told: Progress) -> Told {
        let _ = self.room.set(room);
        let mut state = self.state.lock();
        self.hear_first(first);
        state.told = Some(told);
        let waiting = std::mem::take(&mut state.waiting);
        if state.behind.is_some() {
            waiting.iter().for_each(|said| state.miss(said));
            return Told::Behind;
        }
        let mut told = Told::Now;
        for said in waiting {
            if state.behind.is_some() {
                state.miss(&said);
            } else if self.tell_now(&mut state, said) == Told::Behind {
                told = Told::Behind;
            }
        }
        told
    }

    /// Tells it what was said before it came. In one piece: a long history would else be too much for the queue.
    fn hear_first(&self, first: &[String]) {
        let queue = &self.session.queue;
        match first {
            [] => {}
            [only] => queue.push_beyond(text_frame(only.as_bytes())),
            many => {
                let frames: Vec<Bytes> = many.iter().map(|frame| text_frame(frame.as_bytes())).collect();
                queue.push_beyond(frames.concat().into());
            }
        }
    }

    fn tell_now(&self, state: &mut State, said: Said) -> Told {
        let Some(told) = state.told else {
            return Told::Noted;
        };
        if said.is_known(told) {
            return Told::Now;
        }
        if said.skips(told) {
            state.fall_behind();
            state.miss(&said);
            return Told::Behind;
        }
        if let Some(frame) = said.frame.clone() {
            let is_kept = said.head.is_some() || said.receipts.is_some();
            match self.session.push(frame, is_kept) {
                // What is kept nowhere may be lost.
                Err(NotQueued::Full) if !is_kept => return Told::Noted,
                Err(NotQueued::Full) => {
                    if let Some(key) = self.key().filter(|_| self.is_open()) {
                        self.session.announce(|speaks| speaks.behind(key));
                    }
                    state.fall_behind();
                    state.miss(&said);
                    return Told::Behind;
                }
                Ok(()) | Err(NotQueued::Closed) => {}
            }
        }
        state.advance(Progress {
            head: said.head.unwrap_or_default(),
            seq: said.seq.unwrap_or_default(),
            receipts: said.receipts.unwrap_or_default(),
        });
        if said.last {
            self.session.queue.close(close::NOT_ALLOWED, "no longer in this room");
        }
        Told::Now
    }

    /// From now on it is fed from the store, until it is whole.
    pub(crate) fn fall_behind(&self) {
        self.state.lock().fall_behind();
    }

    /// Somebody else has brought the room to this head. Its place is looked at again, too: with an earlier head it may
    /// have been lost.
    pub(crate) fn misses(&self, head: Head) {
        let mut state = self.state.lock();
        state.fall_behind();
        state.miss(&Said::missed(head));
    }

    /// What it has to be fed, if it is behind and has heard what it hears first.
    pub(crate) fn hunger(&self) -> Option<Hunger> {
        let state = self.state.lock();
        let (behind, told) = (*state.behind.as_deref()?, state.told?);
        Some(Hunger {
            room: self.room_id,
            after: told.head,
            receipts: told.receipts,
            anew: state.anew,
            is_open: self.is_open(),
            is_new: state.is_new,
            opening: behind.opening,
            newest: (behind.newest, behind.receipts),
            times: behind.times,
        })
    }

    /// Tells it what was read for this hunger.
    pub(crate) fn feed(&self, hunger: Hunger, served: Served) -> Fed {
        let Served { meals, to, more, reset } = served;
        let mut state = self.state.lock();
        // Somebody else has fed it meanwhile, or it was opened or closed.
        let is_as_it_was = |told: Progress| (told.head, told.receipts) == (hunger.after, hunger.receipts);
        let is_heard_as_it_was = (self.is_open(), state.anew) == (hunger.is_open, hunger.anew);
        if !state.told.is_some_and(is_as_it_was) || !is_heard_as_it_was {
            return Fed::More;
        }
        for meal in meals {
            if let Some(frame) = meal.frame {
                match self.session.queue.push(frame) {
                    Err(NotQueued::Full) => return Fed::Full,
                    Ok(()) => drop(self.session.counts.queued.inc()),
                    Err(NotQueued::Closed) => {}
                }
            }
            state.is_new = false;
            state.advance(Progress {
                head: meal.head,
                seq: meal.seq,
                receipts: Receipts::default(),
            });
            if let Some(behind) = &mut state.behind {
                behind.opening = false;
            }
        }
        if reset {
            state.anew = None;
            state.told = Some(to);
        }
        state.advance(to);
        // A head that was noted before this look and is not in the store belongs to a commit that was none.
        let is_ahead = |behind: Behind| {
            let is_seen = behind.newest <= to.head && behind.receipts <= to.receipts;
            !is_seen && (behind.newest, behind.receipts) != hunger.newest
        };
        match state.behind.as_deref().copied() {
            Some(behind) if more || is_ahead(behind) || behind.times != hunger.times => Fed::More,
            _ => {
                state.behind = None;
                Fed::Whole
            }
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

/// What became of something that was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// It is on its way.
    Now,
    /// It comes later, or is noted as missed.
    Noted,
    /// The seat has fallen behind with it and has to be fed.
    Behind,
}

impl State {
    fn fall_behind(&mut self) {
        let behind = self.behind.get_or_insert_default();
        behind.times = behind.times.wrapping_add(1);
    }

    fn miss(&mut self, said: &Said) {
        if let Some(behind) = &mut self.behind {
            behind.newest = behind.newest.max(said.head.unwrap_or_default());
            behind.receipts = behind.receipts.max(said.receipts.unwrap_or_default());
            behind.opening |= said.opens;
        }
        // What was missed before that is told, and what came after it once more, rather than not at all.
        if let (true, Some(head), Some(told)) = (self.lent, said.head, &mut self.told)
            && head <= told.head
        {
            told.head = Head(head.0 - 1);
        }
    }

    fn advance(&mut self, to: Progress) {
        if let Some(told) = &mut self.told {
            told.head = told.head.max(to.head);
            told.seq = told.seq.max(to.seq);
            told.receipts = told.receipts.max(to.receipts);
        }
    }
}
