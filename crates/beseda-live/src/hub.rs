//! The hub: who listens where, and how an event reaches all of them.

use crate::codec::text_frame;
use crate::dialect::{Dialect, Position, Viewer};
use crate::listener::{Listener, Said};
use beseda_core::ports::Audience;
use beseda_core::rules::Where;
use beseda_core::words::{Event, Heard, Marks, Notice, Person, PersonId, RoomName, Seq};
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
    rooms: Vec<RwLock<HashMap<Where, Listeners>>>,
    people: Mutex<HashMap<PersonId, u32>>,
    next_id: AtomicU64,
    /// What is committed and not yet told. Whoever tells holds `telling`, so that the order stays.
    waiting: Mutex<VecDeque<Event>>,
    telling: Mutex<()>,
    committed: Notify,
    /// How often it became doubtful who may listen: another process changed what is kept, or somebody changed.
    doubts: AtomicU64,
    doubted: Notify,
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
            doubts: AtomicU64::new(0),
            doubted: Notify::new(),
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

    /// Returns when it has become doubtful who may listen, since it was last awaited.
    pub(crate) async fn doubtful(&self) {
        self.doubted.notified().await;
    }

    /// How often it has become doubtful who may listen.
    pub(crate) fn doubts(&self) -> u64 {
        self.doubts.load(Ordering::SeqCst)
    }

    /// Everybody who listens.
    pub(crate) fn everybody(&self) -> Vec<Arc<Listener>> {
        let everybody = self
            .rooms
            .iter()
            .flat_map(|shard| shard.read().values().cloned().collect::<Vec<_>>());
        everybody.flat_map(|listeners| listeners.to_vec()).collect()
    }

    /// From now on, these are told nothing until somebody has looked whether they may still listen.
    pub(crate) fn doubt(&self, of: impl Fn(&Listener) -> bool) {
        let change = self.doubts.fetch_add(1, Ordering::SeqCst) + 1;
        for listener in self.everybody().iter().filter(|listener| of(listener)) {
            listener.doubt(change);
        }
        self.doubted.notify_one();
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
        if let Some(shard) = self.shard(listener.to) {
            // Copied, so that an event that is being told goes on undisturbed over the list as it was.
            let mut rooms = shard.write();
            let listeners = rooms.entry(listener.to).or_default();
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
        let Some(shard) = self.shard(listener.to) else {
            return true;
        };
        let mut rooms = shard.write();
        let Some(listeners) = rooms.get_mut(&listener.to) else {
            return true;
        };
        let left: Vec<_> = listeners
            .iter()
            .filter(|other| other.id != listener.id)
            .cloned()
            .collect();
        let last = left.iter().all(|other| other.person_id() != listener.person_id());
        if left.is_empty() {
            rooms.remove(&listener.to);
        } else {
            *listeners = Arc::new(left);
        }
        last
    }

    /// Tells everybody in the room but `typist` that they type, or have stopped.
    pub(crate) fn tell_typing(&self, room: RoomName, typist: &Person, is_typing: bool) {
        let say = |dialect: &dyn Dialect| dialect.typing(room, typist, is_typing);
        self.tell_passing(room, Some(typist.id), &say);
    }

    /// Tells everybody in the room where somebody is, them too.
    pub(crate) fn tell_position(&self, room: RoomName, position: &Position) {
        self.tell_passing(room, None, &|dialect: &dyn Dialect| dialect.position(room, position));
    }

    /// Tells what is kept nowhere to everybody in the room but one.
    fn tell_passing(&self, room: RoomName, but: Option<PersonId>, say: &dyn Fn(&dyn Dialect) -> Option<String>) {
        let mut said = Encoded::default();
        for listeners in self.listeners_of(room) {
            for listener in listeners.iter().filter(|listener| Some(listener.person_id()) != but) {
                if let Some(frame) = said.once(listener.dialect, None, say) {
                    listener.tell(Said::passing(frame), self.waiting_frames);
                }
            }
        }
    }

    /// Tells one listener where somebody is.
    pub(crate) fn show_position(&self, listener: &Listener, room: RoomName, position: &Position) {
        if let Some(frame) = listener.dialect.position(room, position) {
            listener.tell(Said::passing(text_frame(frame.as_bytes())), self.waiting_frames);
        }
    }

    /// Who listens to this room, and who listens to every one of its kind.
    fn listeners_of(&self, room: RoomName) -> [Listeners; 2] {
        [Where::Room(room.id), Where::Every(room.kind)].map(|to| {
            self.shard(to)
                .and_then(|shard| shard.read().get(&to).cloned())
                .unwrap_or_default()
        })
    }

    fn shard(&self, to: Where) -> Option<&RwLock<HashMap<Where, Listeners>>> {
        let number = match to {
            Where::Room(room) => room.0.unsigned_abs() as usize,
            Where::Every(_) => 0,
        };
        self.rooms.get(number % SHARDS)
    }

    /// Tells an event to everybody who listens in its room.
    fn tell(&self, event: &Event) {
        let (head, seq) = match &event.heard {
            Heard::Sent { message, .. } => (Some(event.head), Some(message.seq)),
            Heard::Read { .. } => (None, None),
            _ => (Some(event.head), None),
        };
        let mut said = Encoded::default();
        for listeners in self.listeners_of(event.room) {
            for listener in listeners.iter() {
                let viewer = viewer(event, listener.person_id());
                let say = |dialect: &dyn Dialect| dialect.event(event, viewer);
                let frame = said.once(listener.dialect, Some(viewer), say);
                let last = is_last(event, listener);
                if frame.is_some() || last {
                    let said = Said { head, seq, frame, last };
                    listener.tell(said, self.waiting_frames);
                }
            }
        }
    }
}

/// Whether the listener loses its place with this event.
fn is_last(event: &Event, listener: &Listener) -> bool {
    let in_this_room = matches!(listener.to, Where::Room(_));
    in_this_room
        && match &event.heard {
            Heard::Left { person } => listener.person_id() == *person,
            Heard::Removed => true,
            _ => false,
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

    fn people_changed(&self, people: &[PersonId]) {
        self.doubt(|listener| people.contains(&listener.person_id()));
    }

    fn changed_elsewhere(&self, _: &[Notice]) {
        self.doubt(|_| true);
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
