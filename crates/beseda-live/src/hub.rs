//! The hub: who listens where. Rooms know their seats, kinds and people their sessions, so that whoever is looked for is
//! found without looking at anybody else.

use crate::counts::Counts;
use crate::desk;
use crate::gone::Gone;
use crate::presence::Watchers;
use crate::rooms::{Rooms, Seats};
use crate::seat::{Said, Seat, Told};
use crate::session::Session;
use crate::socket::NotQueued;
use crate::typing::Typing;
use crate::waiters::Waiters;
use beseda_core::ports::Audience;
use beseda_core::words::{Epoch, Event, Head, Limits, Notice, PersonId, RoomId, RoomKind, RoomName, Time};
use parking_lot::{Mutex, RwLock};
use rustc_hash::FxHashMap;
use std::collections::VecDeque;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering};
use tokio::sync::Notify;
use tokio::time::Instant;

/// Events that wait to be told before the writer itself lends a hand.
const EVENTS_WAITING: usize = 1_024;
/// A room with so many seats is told by the writer itself: waking another task for it costs more than telling it.
const SMALL_ROOM: usize = 4;
/// Events told in one turn; then those who were told get theirs.
const EVENTS_A_TURN: usize = 64;

/// In how many parts people are kept, so that those who come seldom wait for others.
const SHARDS: usize = 64;

type Sessions = Arc<Vec<Arc<Session>>>;

/// Who listens where.
pub struct Hub {
    rooms: Rooms,
    people: Vec<Mutex<FxHashMap<PersonId, Vec<Arc<Session>>>>>,
    /// Who hears every room of a kind: few, and often nobody.
    kinds: RwLock<Vec<(RoomKind, Sessions)>>,
    hear_every: AtomicUsize,
    sessions: AtomicUsize,
    roaming: AtomicUsize,
    next_id: AtomicU64,
    /// What is committed and not yet told, and when it was. Whoever tells holds `telling`, so that the order stays.
    waiting: Mutex<VecDeque<(Instant, Event)>>,
    telling: Mutex<()>,
    committed: Notify,
    /// How often it became doubtful who somebody is, from 1.
    doubts: AtomicU64,
    /// Sessions that have to be fed from the store, each once.
    hungry: Mutex<VecDeque<Arc<Session>>>,
    hunger: Notify,
    /// Sessions of whose person another number of messages may be unread, each once.
    pub(crate) miscounted: Mutex<Vec<Arc<Session>>>,
    /// Who waits without a socket.
    pub(crate) waiters: Waiters,
    /// Who wants to know who is there.
    pub(crate) watchers: Watchers,
    /// Who has gone lately.
    pub(crate) gone: Mutex<Gone>,
    /// Of which cases nobody was told yet that they are other ones.
    pub(crate) cases: desk::Moved,
    /// The life of the database.
    epoch: AtomicI64,
    /// Who types: locked while it is told, because of what is said of one person at once, the last must be heard last.
    pub(crate) typing: Mutex<Typing>,
    pub(crate) waiting_frames: usize,
    counts: Counts,
}

impl Hub {
    /// An empty hub. At most `limits.queue_frames` events wait for a seat whose history is being read; one more, and they
    /// are read from the store instead.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Self {
            rooms: Rooms::default(),
            people: (0..SHARDS).map(|_| Mutex::default()).collect(),
            kinds: RwLock::default(),
            hear_every: AtomicUsize::new(0),
            sessions: AtomicUsize::new(0),
            roaming: AtomicUsize::new(0),
            next_id: AtomicU64::new(1),
            waiting: Mutex::default(),
            telling: Mutex::default(),
            committed: Notify::new(),
            doubts: AtomicU64::new(1),
            hungry: Mutex::default(),
            hunger: Notify::new(),
            miscounted: Mutex::default(),
            waiters: Waiters::default(),
            watchers: Watchers::default(),
            gone: Mutex::new(Gone::new(limits.gone_people)),
            cases: desk::Moved::default(),
            epoch: AtomicI64::new(0),
            typing: Mutex::new(Typing::new(limits)),
            waiting_frames: limits.queue_frames,
            counts: Counts::default(),
        }
    }

    /// Which life of the database this is; to be said before anybody is let in.
    pub fn lives_in(&self, epoch: Epoch) {
        self.epoch.store(epoch.0, Ordering::SeqCst);
    }

    pub(crate) fn epoch(&self) -> Epoch {
        Epoch(self.epoch.load(Ordering::Relaxed))
    }

    /// What is counted of sockets and messages.
    #[must_use]
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// A number for a new session.
    pub(crate) fn next_id(&self) -> u64 {
        self.next_id.fetch_add(1, Ordering::Relaxed)
    }

    /// Tells what is committed, for as long as it is polled. It runs among the sockets' own tasks: from there a hundred
    /// sockets are woken for less than from the writer's thread.
    pub async fn tell_all(&self) {
        loop {
            while self.tell_some() {
                tokio::task::yield_now().await;
            }
            self.committed.notified().await;
        }
    }

    /// Tells the oldest events that wait; whether there were any.
    fn tell_some(&self) -> bool {
        let _telling = self.telling.lock();
        let events: Vec<(Instant, Event)> = {
            let mut waiting = self.waiting.lock();
            let some = waiting.len().min(EVENTS_A_TURN);
            waiting.drain(..some).collect()
        };
        for (committed, event) in &events {
            self.tell(event, self.seats_in(event.room.id));
            self.counts.fan_out.took(committed.elapsed());
        }
        !events.is_empty()
    }

    /// Tells at once what happened in small rooms; the rest, which has to wait, in its order. Nothing is told before what
    /// happened earlier in the same room.
    fn tell_small<'e>(&self, events: &'e [Event], committed: Instant) -> Vec<&'e Event> {
        let mut later: Vec<&Event> = Vec::new();
        let telling = self.telling.try_lock();
        if telling.is_none() || !self.waiting.lock().is_empty() {
            return events.iter().collect();
        }
        for event in events {
            let seats = self.seats_in(event.room.id);
            // Whoever is telling who types is not waited for either.
            let is_small = seats.as_ref().is_none_or(|seats| seats.len() <= SMALL_ROOM)
                && self.hear_every.load(Ordering::Relaxed) == 0
                && !self.typing.is_locked();
            if is_small && !later.iter().any(|other| other.room.id == event.room.id) {
                self.tell(event, seats);
                self.counts.fan_out.took(committed.elapsed());
            } else {
                later.push(event);
            }
        }
        later
    }

    /// Everybody who hears all their rooms.
    pub(crate) fn all_roaming(&self) -> Vec<Arc<Session>> {
        let mut all = Vec::new();
        for shard in &self.people {
            let shard = shard.lock();
            let sessions = shard.values().flatten();
            all.extend(sessions.filter(|session| session.roaming.is_some()).cloned());
        }
        all
    }

    /// How many sessions there are that hear all their rooms.
    pub(crate) fn roaming(&self) -> usize {
        self.roaming.load(Ordering::Relaxed)
    }

    /// Since when what is committed and not yet told waits.
    pub(crate) fn oldest_waiting(&self) -> Option<Instant> {
        self.waiting.lock().front().map(|(committed, _)| *committed)
    }

    /// How often it has become doubtful who somebody is.
    pub(crate) fn doubts(&self) -> u64 {
        self.doubts.load(Ordering::SeqCst)
    }

    /// How many sockets listen.
    #[must_use]
    pub fn count(&self) -> usize {
        self.sessions.load(Ordering::SeqCst)
    }

    /// Lets a session in; false when its person has `most` of them already.
    pub(crate) fn enter(&self, session: &Arc<Session>, most: u32) -> bool {
        {
            let Some(mut people) = self.people_by(session.person_id()) else {
                return false;
            };
            let theirs = people
                .entry(session.person_id())
                .or_insert_with(|| Vec::with_capacity(1));
            if theirs.len() >= most as usize {
                return false;
            }
            theirs.push(Arc::clone(session));
        }
        self.sessions.fetch_add(1, Ordering::SeqCst);
        self.roaming
            .fetch_add(usize::from(session.roaming.is_some()), Ordering::SeqCst);
        if let Some(kind) = session.every() {
            let mut kinds = self.kinds.write();
            match kinds.iter_mut().find(|(other, _)| *other == kind) {
                Some((_, sessions)) => *sessions = grown(sessions, session),
                None => kinds.push((kind, Arc::new(vec![Arc::clone(session)]))),
            }
            self.hear_every.fetch_add(1, Ordering::SeqCst);
        }
        true
    }

    /// Gives a session a place in a room; false where it has one.
    pub(crate) fn sit(&self, seat: &Arc<Seat>) -> bool {
        // Held until it sits in the room, too: or who leaves just now would never be taken out of it.
        let mut places = seat.session.places();
        if seat.session.has_left() || !places.add(Arc::clone(seat)) {
            return false;
        }
        self.rooms.sit(seat);
        true
    }

    /// Lets a session go now, with its places: those in which its person has no other.
    pub(crate) fn leave(&self, session: &Arc<Session>, now: Time) -> Vec<Arc<Seat>> {
        if let Some(mut people) = self.people_by(session.person_id())
            && let Entry::Occupied(mut theirs) = people.entry(session.person_id())
        {
            theirs.get_mut().retain(|other| other.id != session.id);
            if theirs.get().is_empty() {
                theirs.remove();
                // Before anybody can count that nobody is left.
                self.gone.lock().note(session.person_id(), now);
            }
        }
        self.sessions.fetch_sub(1, Ordering::SeqCst);
        self.roaming
            .fetch_sub(usize::from(session.roaming.is_some()), Ordering::SeqCst);
        if let Some(kind) = session.every() {
            let mut kinds = self.kinds.write();
            if let Some((_, sessions)) = kinds.iter_mut().find(|(other, _)| *other == kind) {
                *sessions = Arc::new(
                    sessions
                        .iter()
                        .filter(|other| other.id != session.id)
                        .cloned()
                        .collect(),
                );
            }
            self.hear_every.fetch_sub(1, Ordering::SeqCst);
        }
        let mut seats = session.leave();
        seats.retain(|seat| self.rooms.stand_up(seat));
        seats
    }

    /// Whether a socket of the person hears every room of the kind.
    pub(crate) fn hears_every(&self, kind: RoomKind, person: PersonId) -> bool {
        let sessions = self.of_kind(kind);
        sessions.iter().any(|session| session.person_id() == person)
    }

    /// The open sockets of a person.
    pub(crate) fn sessions_of(&self, person: PersonId) -> Vec<Arc<Session>> {
        let people = self.people_by(person);
        people
            .and_then(|people| people.get(&person).cloned())
            .unwrap_or_default()
    }

    /// The seats of a room.
    pub(crate) fn seats_in(&self, room: RoomId) -> Option<Seats> {
        self.rooms.seats_in(room)
    }

    /// Who hears every room of a kind.
    pub(crate) fn of_kind(&self, kind: RoomKind) -> Sessions {
        if self.hear_every.load(Ordering::Relaxed) == 0 {
            return Sessions::default();
        }
        let kinds = self.kinds.read();
        let sessions = kinds.iter().find(|(other, _)| *other == kind);
        sessions.map(|(_, sessions)| Arc::clone(sessions)).unwrap_or_default()
    }

    /// A session that has to be fed.
    pub(crate) fn next_hungry(&self) -> Option<Arc<Session>> {
        self.hungry.lock().pop_front()
    }

    /// Returns when somebody has become hungry since it was last awaited.
    pub(crate) async fn hunger(&self) {
        self.hunger.notified().await;
    }

    /// Has a session fed.
    pub(crate) fn is_hungry(&self, session: &Arc<Session>) {
        if session.gets_hungry() {
            self.hungry.lock().push_back(Arc::clone(session));
            self.hunger.notify_one();
        }
    }

    /// Tells a seat something that happened in its room.
    pub(crate) fn tell_seat(&self, seat: &Seat, said: Said) {
        if seat.tell(said, self.waiting_frames) == Told::Behind {
            self.is_hungry(&seat.session);
        }
    }

    /// Tells a session that hears every room of a kind something that happened in one of them. What it cannot be told
    /// now, it is lent a place for.
    pub(crate) fn tell_every(&self, session: &Arc<Session>, room: RoomName, said: &Said) {
        let places = session.places();
        if let Some(seat) = places.find(room.id) {
            return self.tell_seat(seat, said.clone());
        }
        let can_be_told = !session.is_doubted();
        let frame = said.frame.clone().filter(|_| can_be_told);
        let full = frame.is_some_and(|frame| session.push(frame, said.head.is_some()) == Err(NotQueued::Full));
        drop(places);
        if full || !can_be_told {
            self.lend(session, room, said);
        }
    }

    /// Lends a session that hears every room of a kind a place in one of them, to be fed what it misses there.
    pub(crate) fn lend(&self, session: &Arc<Session>, room: RoomName, missed: &Said) {
        // What is kept nowhere may be lost.
        let Some(head) = missed.head else { return };
        let mut places = session.places();
        if session.has_left() {
            return;
        }
        match places.find(room.id) {
            Some(seat) => seat.misses(head),
            None => {
                let lent = Seat::lent(Arc::clone(session), room, missed);
                places.add(Arc::new(lent));
            }
        }
        drop(places);
        self.is_hungry(session);
    }

    /// A seat was not told what happened at this head.
    pub(crate) fn seat_misses(&self, seat: &Seat, head: Head) {
        seat.misses(head);
        self.is_hungry(&seat.session);
    }

    /// Takes a place away that is none any more, from a session that has others; false where it was gone before. Whoever has come
    /// back into the room meanwhile keeps their new one.
    pub(crate) fn take_away(&self, seat: &Arc<Seat>) -> bool {
        let was_there = seat.session.places().remove(seat);
        if was_there {
            self.rooms.stand_up(seat);
        }
        was_there
    }

    /// Takes back a place that was lent, if it is not behind any more.
    pub(crate) fn take_back(&self, session: &Session, room: RoomId) {
        let mut places = session.places();
        if let Some(seat) = places.find(room).filter(|seat| seat.is_whole()).cloned() {
            places.remove(&seat);
        }
    }

    /// What this person may do may have changed, or who they are.
    fn doubt(&self, session: &Arc<Session>, change: u64) {
        session.doubt(change);
        self.is_hungry(session);
    }

    fn next_doubt(&self) -> u64 {
        self.doubts.fetch_add(1, Ordering::SeqCst) + 1
    }

    fn notice(&self, notice: Notice) {
        match notice {
            Notice::Person(person) => self.people_changed(&[person]),
            Notice::Room { room, head, came } => {
                self.waiters.wake(room.id);
                if matches!(room.kind, RoomKind::Support | RoomKind::Order | RoomKind::Own(_)) {
                    self.cases_moved(&[room.id]);
                }
                if let Some(person) = came {
                    self.waiters.wake_person(person);
                    self.sessions_of(person)
                        .iter()
                        .for_each(|session| self.looks_around(session));
                }
                let seats = self.seats_in(room.id);
                for seat in seats.iter().flat_map(|seats| seats.iter()) {
                    self.seat_misses(seat, head);
                }
                for session in self.of_kind(room.kind).iter() {
                    self.lend(session, room, &Said::missed(head));
                }
            }
            Notice::Everything => {
                let change = self.next_doubt();
                for shard in &self.people {
                    let sessions: Vec<_> = shard.lock().values().flatten().cloned().collect();
                    for session in &sessions {
                        self.looks_around(session);
                        self.doubt(session, change);
                    }
                }
            }
        }
    }

    fn people_by(
        &self,
        person: PersonId,
    ) -> Option<parking_lot::MutexGuard<'_, FxHashMap<PersonId, Vec<Arc<Session>>>>> {
        let shard = self.people.get(person.0.unsigned_abs() as usize % SHARDS)?;
        Some(shard.lock())
    }
}

/// The sessions with one more at their end.
fn grown(list: &Sessions, more: &Arc<Session>) -> Sessions {
    let mut grown = Vec::with_capacity(list.len() + 1);
    grown.extend(list.iter().cloned());
    grown.push(Arc::clone(more));
    Arc::new(grown)
}

impl Audience for Hub {
    fn hear(&self, events: &[Event]) {
        let committed = Instant::now();
        let later = self.tell_small(events, committed);
        if later.is_empty() {
            return;
        }
        let behind = {
            let mut waiting = self.waiting.lock();
            waiting.extend(later.into_iter().map(|event| (committed, event.clone())));
            waiting.len() >= EVENTS_WAITING
        };
        self.committed.notify_one();
        // Commits come faster than they can be told: this one does its share before the next.
        while behind && self.tell_some() {}
    }

    fn cases_moved(&self, rooms: &[RoomId]) {
        if self.roaming() > 0 {
            self.cases.add(rooms);
        }
    }

    fn people_changed(&self, people: &[PersonId]) {
        let change = self.next_doubt();
        for &person in people {
            for session in &self.sessions_of(person) {
                self.doubt(session, change);
            }
        }
    }

    fn changed_elsewhere(&self, notices: &[Notice]) {
        notices.iter().for_each(|&notice| self.notice(notice));
    }
}
