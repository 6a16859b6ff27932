//! The hub: who listens where, and how an event reaches all of them.

use crate::codec::text_frame;
use crate::dialect::{Dialect, Viewer};
use crate::listener::{Listener, Said, close};
use beseda_core::ports::Audience;
use beseda_core::words::{Event, Heard, Marks, PersonId, RoomId, Seq};
use bytes::Bytes;
use parking_lot::{Mutex, RwLock};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Notify;

/// Events that wait to be told before the writer itself lends a hand.
const EVENTS_WAITING: usize = 1_024;
/// Events told in one turn; then those who were told get theirs.
const EVENTS_A_TURN: usize = 64;

/// In how many parts the rooms are kept, so that joining one seldom waits for hearing in another.
const SHARDS: usize = 64;

type Listeners = Arc<Vec<Arc<Listener>>>;

/// Who listens where.
pub struct Hub {
    rooms: Vec<RwLock<HashMap<RoomId, Listeners>>>,
    people: Mutex<HashMap<PersonId, u32>>,
    next_id: AtomicU64,
    /// What is committed and not yet told. Whoever tells holds `telling`, so that the order stays.
    waiting: Mutex<VecDeque<Event>>,
    telling: Mutex<()>,
    committed: Notify,
    /// How often another process has changed what is kept.
    changes_elsewhere: AtomicU64,
    changed_elsewhere: Notify,
    waiting_frames: usize,
}

impl Hub {
    /// An empty hub. `waiting_frames`: how many events may wait for a listener whose history is being read,
    /// or of whom it is not certain whether it may still listen.
    #[must_use]
    pub fn new(waiting_frames: usize) -> Self {
        Self {
            rooms: (0..SHARDS).map(|_| RwLock::default()).collect(),
            people: Mutex::default(),
            next_id: AtomicU64::new(1),
            waiting: Mutex::default(),
            telling: Mutex::default(),
            committed: Notify::new(),
            changes_elsewhere: AtomicU64::new(0),
            changed_elsewhere: Notify::new(),
            waiting_frames,
        }
    }

    /// A number for a new listener.
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
        let events: Vec<Event> = {
            let mut waiting = self.waiting.lock();
            let some = waiting.len().min(EVENTS_A_TURN);
            waiting.drain(..some).collect()
        };
        events.iter().for_each(|event| self.tell(event));
        !events.is_empty()
    }

    /// Returns when another process has changed what is kept, since it was last awaited.
    pub(crate) async fn change_elsewhere(&self) {
        self.changed_elsewhere.notified().await;
    }

    /// How often another process has changed what is kept.
    pub(crate) fn changes_elsewhere(&self) -> u64 {
        self.changes_elsewhere.load(Ordering::SeqCst)
    }

    /// Everybody who listens.
    pub(crate) fn everybody(&self) -> Vec<Arc<Listener>> {
        let everybody = self
            .rooms
            .iter()
            .flat_map(|shard| shard.read().values().cloned().collect::<Vec<_>>());
        everybody.flat_map(|listeners| listeners.to_vec()).collect()
    }

    /// How many sockets listen.
    #[must_use]
    pub fn count(&self) -> usize {
        self.people.lock().values().map(|&count| count as usize).sum()
    }

    /// Lets a listener in; false when its person has `listeners` of them already.
    pub(crate) fn enter(&self, listener: &Arc<Listener>, listeners: u32) -> bool {
        {
            let mut people = self.people.lock();
            let count = people.entry(listener.person_id()).or_default();
            if *count >= listeners {
                return false;
            }
            *count += 1;
        }
        if let Some(shard) = self.shard(listener.room) {
            // Copied, so that an event that is being told goes on undisturbed over the list as it was.
            let mut rooms = shard.write();
            let listeners = rooms.entry(listener.room).or_default();
            let mut grown = Vec::with_capacity(listeners.len() + 1);
            grown.extend(listeners.iter().cloned());
            grown.push(Arc::clone(listener));
            *listeners = Arc::new(grown);
        }
        true
    }

    /// Lets a listener go; true when it was the last of its person in the room.
    pub(crate) fn leave(&self, listener: &Listener) -> bool {
        {
            let mut people = self.people.lock();
            if let Some(count) = people.get_mut(&listener.person_id()) {
                *count -= 1;
                if *count == 0 {
                    people.remove(&listener.person_id());
                }
            }
        }
        let Some(shard) = self.shard(listener.room) else {
            return true;
        };
        let mut rooms = shard.write();
        let Some(listeners) = rooms.get_mut(&listener.room) else {
            return true;
        };
        let left: Vec<_> = listeners
            .iter()
            .filter(|other| other.id != listener.id)
            .cloned()
            .collect();
        let last = left.iter().all(|other| other.person_id() != listener.person_id());
        if left.is_empty() {
            rooms.remove(&listener.room);
        } else {
            *listeners = Arc::new(left);
        }
        last
    }

    /// Tells everybody in the room but `typist` that they type, or have stopped.
    pub(crate) fn tell_typing(&self, room: RoomId, typist: PersonId, is_typing: bool) {
        let mut said = Encoded::default();
        for listener in self
            .listeners(room)
            .iter()
            .filter(|listener| listener.person_id() != typist)
        {
            let say = |dialect: &dyn Dialect| dialect.typing(typist, is_typing);
            if let Some(frame) = said.once(listener.dialect, None, say) {
                listener.tell(
                    Said {
                        head: None,
                        seq: None,
                        frame,
                    },
                    self.waiting_frames,
                );
            }
        }
    }

    fn listeners(&self, room: RoomId) -> Listeners {
        self.shard(room)
            .and_then(|shard| shard.read().get(&room).cloned())
            .unwrap_or_default()
    }

    fn shard(&self, room: RoomId) -> Option<&RwLock<HashMap<RoomId, Listeners>>> {
        self.rooms.get(room.0.unsigned_abs() as usize % SHARDS)
    }

    /// Tells an event to everybody who listens in its room.
    fn tell(&self, event: &Event) {
        let listeners = self.listeners(event.room);
        let (head, seq) = match &event.heard {
            Heard::Sent { message, .. } => (Some(event.head), Some(message.seq)),
            Heard::Read { .. } => (None, None),
            _ => (Some(event.head), None),
        };
        let mut said = Encoded::default();
        for listener in listeners.iter() {
            let viewer = viewer(event, listener.person_id());
            let say = |dialect: &dyn Dialect| dialect.event(event, viewer);
            if let Some(frame) = said.once(listener.dialect, Some(viewer), say) {
                listener.tell(Said { head, seq, frame }, self.waiting_frames);
            }
        }
        self.close_those_outside(event, &listeners);
    }

    /// Who lost their place hears nothing after the event that says so.
    fn close_those_outside(&self, event: &Event, listeners: &Listeners) {
        let outside = |listener: &Listener| match &event.heard {
            Heard::Left { person } => listener.person_id() == *person,
            Heard::Removed => true,
            _ => false,
        };
        for listener in listeners.iter().filter(|listener| outside(listener)) {
            listener.queue.close(close::NOT_ALLOWED, "no longer in this room");
        }
    }
}

impl Audience for Hub {
    fn hear(&self, events: &[Event]) {
        let behind = {
            let mut waiting = self.waiting.lock();
            waiting.extend(events.iter().cloned());
            waiting.len() >= EVENTS_WAITING
        };
        self.committed.notify_one();
        // Commits come faster than they can be told: this one does its share before the next.
        while behind && self.tell_some() {}
    }

    fn changed_elsewhere(&self) {
        let change = self.changes_elsewhere.fetch_add(1, Ordering::SeqCst) + 1;
        for listener in self.everybody() {
            listener.doubt(change);
        }
        self.changed_elsewhere.notify_one();
    }
}

/// What of an event looks different to this person.
fn viewer(event: &Event, person: PersonId) -> Viewer {
    match &event.heard {
        Heard::Sent { message, client_id } => Viewer {
            knows_client_id: client_id.is_some() && message.is_by(person),
            is_read: false,
        },
        Heard::Edited { message, receipts } => {
            let furthest = |of: &dyn Fn(PersonId) -> bool| {
                receipts
                    .iter()
                    .filter(|(who, _)| of(*who))
                    .map(|(_, seq)| *seq)
                    .max()
                    .unwrap_or(Seq(0))
            };
            let marks = Marks {
                own: furthest(&|who| who == person),
                others: furthest(&|who| who != person),
            };
            Viewer {
                knows_client_id: false,
                is_read: marks.is_read(message, person),
            }
        }
        _ => Viewer {
            knows_client_id: false,
            is_read: false,
        },
    }
}

/// The frames made of one event so far: each is made once for a dialect and a kind of viewer, and shared.
#[derive(Default)]
struct Encoded {
    frames: Vec<(&'static str, Option<Viewer>, Option<Bytes>)>,
}

impl Encoded {
    fn once(
        &mut self,
        dialect: &'static dyn Dialect,
        viewer: Option<Viewer>,
        say: impl FnOnce(&dyn Dialect) -> Option<String>,
    ) -> Option<Bytes> {
        let known = self
            .frames
            .iter()
            .find(|(name, seen, _)| *seen == viewer && *name == dialect.name());
        if let Some((_, _, frame)) = known {
            return frame.clone();
        }
        let frame = say(dialect).map(|text| text_frame(text.as_bytes()));
        self.frames.push((dialect.name(), viewer, frame.clone()));
        frame
    }
}
