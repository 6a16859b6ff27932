//! A seat: a session's place in one room, and how far it has been told of what happened there.
//!
//! A seat that cannot be told at once, because its socket is slow or because somebody has to look first whether it
//! still is a place, is *behind*: what happens is not told but noted, and [`crate::feed`] reads it from the store.

use crate::codec::text_frame;
use crate::session::{Session, close};
use crate::socket::NotQueued;
use beseda_core::words::{Head, RoomId, RoomName, Seq};
use bytes::Bytes;
use parking_lot::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

/// A session's place in one room.
pub(crate) struct Seat {
    /// Whose place it is.
    pub(crate) session: Arc<Session>,
    /// The room.
    pub(crate) room_id: RoomId,
    /// Its names, once it is known to be there.
    room: OnceLock<RoomName>,
    /// How often its receipt was asked to move since that last began; 0 while nothing moves it.
    reads: AtomicU32,
    state: Mutex<State>,
}

/// How far a seat has come.
#[derive(Default)]
struct State {
    /// It has been told what happened up to this head, and of messages up to this number; `None` until it has heard
    /// what it hears first.
    told: Option<(Head, Seq)>,
    /// What has happened meanwhile.
    waiting: Vec<Said>,
    behind: Option<Behind>,
    /// The place was lent for what was missed: that it was told up to some head was guessed.
    lent: bool,
}

/// What a seat that is behind has missed, as far as anybody noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Behind {
    /// The furthest head of which it was not told.
    newest: Head,
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
            frame: None,
            opens: head == Head(1),
            last: false,
        }
    }

    /// What is kept nowhere.
    pub(crate) fn passing(frame: Bytes) -> Self {
        Self {
            head: None,
            seq: None,
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
    /// It was not told that the room was opened.
    pub(crate) opening: bool,
    /// The furthest head of which it is known that it was not told.
    newest: Head,
    times: u32,
}

/// A frame from the store, with the head that it brings its seat to.
pub(crate) struct Meal {
    pub(crate) head: Head,
    pub(crate) seq: Seq,
    /// `None` where its dialect has no word for it.
    pub(crate) frame: Option<Bytes>,
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
            told: Some((Head(head.0 - 1), Seq(0))),
            waiting: Vec::new(),
            lent: true,
            behind: Some(Behind {
                newest: head,
                times: 0,
                opening: missed.opens,
            }),
        };
        seat
    }

    /// The room, once it is known to be there.
    pub(crate) fn room(&self) -> Option<RoomName> {
        self.room.get().copied()
    }

    /// The newest message that it has been told of: what its reader can have read.
    pub(crate) fn seen(&self) -> Seq {
        self.state.lock().told.map(|(_, seen)| seen).unwrap_or_default()
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
    pub(crate) fn begin(&self, first: &[String], room: RoomName, head: Head, newest: Seq) -> Told {
        let _ = self.room.set(room);
        let mut state = self.state.lock();
        self.hear_first(first);
        state.told = Some((head, newest));
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
        let Some((after, seen)) = &mut state.told else {
            return Told::Noted;
        };
        if said.head.is_some_and(|head| head <= *after) {
            return Told::Now;
        }
        // Every head is told once: one that was skipped is that of another process, or of a commit whose end came late.
        if said.head.is_some_and(|head| head > after.next()) {
            state.fall_behind();
            state.miss(&said);
            return Told::Behind;
        }
        if let Some(frame) = said.frame.clone() {
            match self.session.push(frame, said.head.is_some()) {
                // What is kept nowhere may be lost.
                Err(NotQueued::Full) if said.head.is_none() => return Told::Noted,
                Err(NotQueued::Full) => {
                    state.fall_behind();
                    state.miss(&said);
                    return Told::Behind;
                }
                Ok(()) | Err(NotQueued::Closed) => {}
            }
        }
        *seen = (*seen).max(said.seq.unwrap_or_default());
        *after = (*after).max(said.head.unwrap_or_default());
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
        let (behind, (after, _)) = (state.behind?, state.told?);
        Some(Hunger {
            room: self.room_id,
            after,
            opening: behind.opening,
            newest: behind.newest,
            times: behind.times,
        })
    }

    /// Tells it what was read for this hunger: `meals` in the order of their heads. `cursor`: the head up to which they
    /// tell, `more`: whether there is more behind that.
    pub(crate) fn feed(&self, hunger: Hunger, meals: Vec<Meal>, cursor: Head, more: bool) -> Fed {
        let mut state = self.state.lock();
        // Somebody else has fed it meanwhile.
        if state.told.is_none_or(|(told, _)| told != hunger.after) {
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
            state.advance(meal.head, meal.seq);
            if let Some(behind) = &mut state.behind {
                behind.opening = false;
            }
        }
        state.advance(cursor, Seq(0));
        // A head that was noted before this look and is not in the store belongs to a commit that was none.
        let is_ahead = |behind: Behind| behind.newest > cursor && behind.newest != hunger.newest;
        match state.behind {
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
            behind.opening |= said.opens;
        }
        // What was missed before that is told, and what came after it once more, rather than not at all.
        if let (true, Some(head), Some((told, _))) = (self.lent, said.head, &mut self.told)
            && head <= *told
        {
            *told = Head(head.0 - 1);
        }
    }

    fn advance(&mut self, head: Head, seq: Seq) {
        if let Some((after, seen)) = &mut self.told {
            *after = (*after).max(head);
            *seen = (*seen).max(seq);
        }
    }
}
