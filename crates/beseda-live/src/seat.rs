//! A seat: a session's place in one room, and how far it has been told of what happened there.
//!
//! A seat that cannot be told at once, because its socket is slow or because somebody has to look first whether it
//! still is a place, is *behind*: what happens is not told but noted, and [`crate::feed`] reads it from the store.

mod state;

pub(crate) use self::state::Progress;
use self::state::{Behind, State};
use crate::codec::text_frame;
use crate::session::{Session, close};
use crate::socket::NotQueued;
use beseda_core::words::{Cursor, Epoch, Head, Receipts, RoomId, RoomKind, RoomName, Seq};
use bytes::Bytes;
use parking_lot::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};
use uuid::Uuid;

/// A session's place in one room. Whoever hears all their rooms may have thousands.
pub(crate) struct Seat {
    /// Whose place it is.
    pub(crate) session: Arc<Session>,
    /// The room.
    pub(crate) room_id: RoomId,
    name: Name,
    /// A session that hears every room of its person has opened it, and hears everything of it.
    is_open: AtomicBool,
    /// It is among the newest of such a session that are not open: it hears who types there.
    is_near: AtomicBool,
    /// How often its receipt was asked to move since that last began, as far as two; 0 while nothing moves it.
    reads: AtomicU8,
    state: Mutex<State>,
}

/// What a seat's room is known by, besides its number.
enum Name {
    /// Where the session hears every room of its person: what it is about, which says of what kind it is.
    Keyed { uuid: Uuid, key: Box<str> },
    /// Elsewhere, once it is known to be there.
    Late(OnceLock<Box<RoomName>>),
}

/// A frame with what it brings its seat to.
#[derive(Clone, PartialEq, Eq)]
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
    /// A place in a room that is still to be looked at.
    pub(crate) fn new(session: Arc<Session>, room_id: RoomId) -> Self {
        let name = Name::Late(OnceLock::new());
        Self::of(session, room_id, name, State::to_begin())
    }

    /// A place of a session that hears every room of a kind, made for what it has missed in one of them.
    pub(crate) fn lent(session: Arc<Session>, room: RoomName, missed: &Said) -> Self {
        let name = Name::Late(OnceLock::from(Box::new(room)));
        Self::of(session, room.id, name, State::lent(missed))
    }

    /// A place of a session that hears every room of its person, in one of them, of which it is about to be told.
    pub(crate) fn in_waiting(session: Arc<Session>, room: RoomName, key: &str) -> Self {
        Self::of(session, room.id, Name::keyed(room, key), State::to_begin())
    }

    /// A place of a session that hears every room of its person, in one of them, as far as it was told of it. `is_new`: it
    /// was not, and is told that it came into the room.
    pub(crate) fn among(session: Arc<Session>, room: RoomName, key: &str, told: Progress, is_new: bool) -> Self {
        let mut state = State { told, unsettled: None };
        if is_new {
            state.fall_behind().is_new = true;
        }
        Self::of(session, room.id, Name::keyed(room, key), state)
    }

    fn of(session: Arc<Session>, room_id: RoomId, name: Name, state: State) -> Self {
        Self {
            session,
            room_id,
            name,
            is_open: AtomicBool::new(false),
            is_near: AtomicBool::new(false),
            reads: AtomicU8::new(0),
            state: Mutex::new(state),
        }
    }

    /// Whether it was told less than this.
    pub(crate) fn is_before(&self, other: Progress) -> bool {
        let told = self.state.lock().told;
        told.head < other.head || told.receipts < other.receipts
    }

    /// What its room is about, where its session hears every room of its person.
    pub(crate) fn key(&self) -> Option<&str> {
        match &self.name {
            Name::Keyed { key, .. } => Some(key),
            Name::Late(_) => None,
        }
    }

    /// Whether its session, which hears every room of its person, has opened it.
    pub(crate) fn is_open(&self) -> bool {
        self.is_open.load(Ordering::SeqCst)
    }

    /// From now on everything of the room is heard: from a cursor on, or the newest page first.
    pub(crate) fn open(&self, epoch: Epoch, after: Option<Cursor>, limit: u32) {
        // Of another life of the database: what is known of it is void.
        let after = after.filter(|cursor| cursor.epoch == epoch);
        let mut state = self.state.lock();
        self.is_open.store(true, Ordering::SeqCst);
        if let Some(cursor) = after {
            state.told.head = cursor.head;
            state.told.receipts = cursor.receipts;
        }
        let unsettled = state.fall_behind();
        unsettled.is_to_begin &= after.is_none();
        unsettled.anew = after.is_none().then_some(limit);
    }

    /// From now on what of every room is heard.
    pub(crate) fn close(&self) {
        let mut state = self.state.lock();
        self.is_open.store(false, Ordering::SeqCst);
        if let Some(unsettled) = &mut state.unsettled {
            unsettled.anew = None;
        }
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
        match &self.name {
            Name::Keyed { uuid, key } => Some(RoomName {
                id: self.room_id,
                uuid: *uuid,
                kind: RoomKind::of_key(key)?,
            }),
            Name::Late(room) => room.get().map(|room| **room),
        }
    }

    /// The newest message that it has been told of: what its reader can have read.
    pub(crate) fn seen(&self) -> Seq {
        self.state.lock().told.seq
    }

    /// Tells it something that happened in the room. Never waits.
    pub(crate) fn tell(&self, said: Said, waiting_frames: usize) -> Told {
        let mut state = self.state.lock();
        if let Some(unsettled) = &mut state.unsettled {
            if unsettled.is_to_begin && unsettled.behind.is_none() {
                if unsettled.waiting.len() < waiting_frames {
                    unsettled.waiting.push(said);
                    return Told::Noted;
                }
                unsettled.fall_behind();
            }
            if unsettled.behind.is_some() {
                state.miss(&said);
                return Told::Noted;
            }
        }
        self.tell_now(&mut state, said)
    }

    /// Whether it is told at once what happens.
    pub(crate) fn is_whole(&self) -> bool {
        self.state.lock().is_whole()
    }

    /// It has been told what it hears first of this room; whatever happened since comes then. Where it is behind, it has to be
    /// fed that.
    pub(crate) fn begin(&self, first: &[String], room: RoomName, told: Progress) -> Told {
        if let Name::Late(late) = &self.name {
            late.get_or_init(|| Box::new(room));
        }
        let mut state = self.state.lock();
        self.hear_first(first);
        self.begin_in(&mut state, told)
    }

    /// It has been told so far of a room with a key; whatever happened since comes then. Whether it is behind, and has to be fed.
    pub(crate) fn begin_at(&self, told: Progress) -> bool {
        self.begin_in(&mut self.state.lock(), told) == Told::Behind
    }

    fn begin_in(&self, state: &mut State, told: Progress) -> Told {
        state.told = told;
        let waiting = state.take_waiting();
        if state.behind().is_some() {
            waiting.iter().for_each(|said| state.miss(said));
            return Told::Behind;
        }
        let mut told = Told::Now;
        for said in waiting {
            if state.behind().is_some() {
                state.miss(&said);
            } else if self.tell_now(state, said) == Told::Behind {
                told = Told::Behind;
            }
        }
        state.settle();
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
        if said.is_known(state.told) {
            return Told::Now;
        }
        if said.skips(state.told) {
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
        let unsettled = state.unsettled.as_deref().filter(|unsettled| !unsettled.is_to_begin)?;
        let behind = unsettled.behind?;
        Some(Hunger {
            room: self.room_id,
            after: state.told.head,
            receipts: state.told.receipts,
            anew: unsettled.anew,
            is_open: self.is_open(),
            is_new: unsettled.is_new,
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
        let is_as_it_was = (state.told.head, state.told.receipts) == (hunger.after, hunger.receipts);
        let anew = state.unsettled.as_ref().and_then(|unsettled| unsettled.anew);
        if !is_as_it_was || (self.is_open(), anew) != (hunger.is_open, hunger.anew) {
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
            state.advance(Progress {
                head: meal.head,
                seq: meal.seq,
                receipts: Receipts::default(),
            });
            state.has_eaten();
        }
        if reset {
            state.begins_anew_at(to);
        }
        state.advance(to);
        // A head that was noted before this look and is not in the store belongs to a commit that was none.
        let is_ahead = |behind: Behind| {
            let is_seen = behind.newest <= to.head && behind.receipts <= to.receipts;
            !is_seen && (behind.newest, behind.receipts) != hunger.newest
        };
        match state.behind() {
            Some(behind) if more || is_ahead(behind) || behind.times != hunger.times => Fed::More,
            _ => {
                state.is_made_whole();
                Fed::Whole
            }
        }
    }

    /// Whether its receipt is to be moved now; if it is moving already, that is noted.
    pub(crate) fn begins_to_read(&self) -> bool {
        let once_more = |reads: u8| Some((reads + 1).min(2));
        self.reads.fetch_update(Ordering::SeqCst, Ordering::SeqCst, once_more) == Ok(0)
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

impl Name {
    fn keyed(room: RoomName, key: &str) -> Self {
        Self::Keyed {
            uuid: room.uuid,
            key: key.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_the_two_counts_of_its_arc_a_seat_takes_no_more_than_112_bytes() {
        assert!(size_of::<Seat>() + 16 <= 112, "{} bytes", size_of::<Seat>());
    }
}
