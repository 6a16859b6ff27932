//! Where stories play: a chat with a clock that is moved by hand, seeded randomness, seven people, and an ear.

use super::Make;
use crate::model::Model;
use beseda_core::chat::Chat;
use beseda_core::error::{Error, Refusal};
use beseda_core::ports::{Audience, Clock, Look, Random, Store, Tx};
use beseda_core::rules;
use beseda_core::words::{
    Author, Draft, Event, Head, Limits, Marks, Member, Message, MessageId, NewPerson, Order, OrderId, Person, PersonId,
    Role, Room, RoomId, RoomView, Seq, Time,
};
use parking_lot::{Condvar, Mutex};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::mpsc::sync_channel;
use std::time::Duration;
use uuid::Uuid;

/// How long a store may take for one answer. Nothing waits that long unless the answer was lost.
const PATIENCE: Duration = Duration::from_secs(60);

/// A clock that stands still until somebody moves it.
pub struct HandClock(AtomicI64);

impl HandClock {
    /// Moves it, back where `microseconds` are negative.
    pub fn tick(&self, microseconds: i64) {
        self.0.fetch_add(microseconds, Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Time {
        Time(self.0.load(Ordering::SeqCst))
    }
}

/// Numbers that look random and are the same for the same seed (splitmix64).
pub struct Dice(u64);

impl Dice {
    /// The dice of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, not including, `end`; 0 where `end` is not above 0.
    pub fn below(&mut self, end: i64) -> i64 {
        let end = u64::try_from(end).unwrap_or(0).max(1);
        i64::try_from(self.draw() % end).unwrap_or(0)
    }

    /// True `percent` times in a hundred.
    pub fn chance(&mut self, percent: i64) -> bool {
        self.below(100) < percent
    }

    /// One of several.
    pub fn pick<'a, T>(&mut self, several: &'a [T]) -> &'a T {
        let index = self.below(several.len() as i64);
        several
            .get(usize::try_from(index).unwrap_or(0))
            .expect("there is something to pick")
    }
}

/// Randomness that a seed decides, also when several threads draw.
pub struct SeededRandom(AtomicU64);

impl Random for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) {
        let mut dice = Dice::new(self.0.fetch_add(1, Ordering::SeqCst));
        for byte in bytes {
            *byte = dice.draw().to_le_bytes()[0];
        }
    }
}

/// Remembers every event in the order it was heard.
#[derive(Default)]
pub struct Ear {
    heard: Mutex<Vec<Event>>,
    came: Condvar,
}

impl Ear {
    /// Everything heard so far, once an event of this room with this head is among it.
    #[must_use]
    pub fn until(&self, room: RoomId, head: Head) -> Vec<Event> {
        let mut heard = self.heard.lock();
        let missing = |heard: &mut Vec<Event>| !heard.iter().any(|event| event.room.id == room && event.head == head);
        let waited = self.came.wait_while_for(&mut heard, missing, PATIENCE);
        assert!(!waited.timed_out(), "nobody heard head {head} of room {room}");
        heard.clone()
    }
}

impl Audience for Ear {
    fn hear(&self, events: &[Event]) {
        self.heard.lock().extend_from_slice(events);
        self.came.notify_all();
    }
}

/// A chat to tell a story on.
pub struct Stage {
    /// The chat over the store.
    pub chat: Chat,
    /// Its clock.
    pub clock: Arc<HandClock>,
    /// Its audience.
    pub ear: Arc<Ear>,
    /// People 1 to 6, of every sort but the administrator.
    pub people: Vec<Person>,
    /// Person 7, the administrator.
    pub admin: Person,
}

/// What a room looks like from within.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// The room.
    pub room: Room,
    /// Everybody in it.
    pub members: Vec<(Member, Arc<Person>)>,
    /// Every message, erased ones too, by number.
    pub messages: Vec<Message>,
}

fn person(id: i64, role: Role) -> Person {
    let name = role.word();
    Person {
        id: PersonId(id),
        username: name.to_owned(),
        email: format!("{name}@shop.example"),
        phone: format!("+7900000000{id}"),
        first_name: "Анна".to_owned(),
        last_name: format!("Петрова-{id}"),
        role,
        active: true,
        signed_out_at: None,
        forgotten: false,
        host_name: None,
        put_at: None,
        ..Person::new(PersonId(id), role)
    }
}

impl Stage {
    /// A stage over an empty store, with its people.
    #[must_use]
    pub fn new(make: Make<'_>, seed: u64) -> Self {
        let ear = Arc::new(Ear::default());
        let clock = Arc::new(HandClock(AtomicI64::new(1_790_000_000_000_000)));
        let random = Arc::new(SeededRandom(AtomicU64::new(seed.wrapping_mul(1_000_003))));
        let store = make(Arc::clone(&ear) as Arc<dyn Audience>);
        let chat = Chat::new(store, Arc::clone(&clock) as _, random, Arc::new(Limits::default()));
        let roles = [
            Role::Client,
            Role::Expert,
            Role::Operator,
            Role::Mom,
            Role::Student,
            Role::User,
        ];
        let put = |id, role| Person {
            put_at: Some(chat.now()),
            ..person(id, role)
        };
        let people = (1..).zip(roles).map(|(id, role)| put(id, role)).collect();
        let admin = put(7, Role::Admin);
        let stage = Self {
            chat,
            clock,
            ear,
            people,
            admin,
        };
        for person in stage.people.iter().chain([&stage.admin]) {
            let (now, new) = (stage.chat.now(), NewPerson::from(person.clone()));
            stage
                .change(move |tx| rules::put_person(tx, now, &new))
                .expect("a person is put");
        }
        stage
    }

    /// A stage over an empty store in memory.
    #[must_use]
    pub fn in_memory(model: &Arc<Model>, seed: u64) -> Self {
        let make = |audience| -> Arc<dyn Store> {
            model.set_audience(audience);
            Arc::clone(model) as _
        };
        Self::new(&make, seed)
    }

    /// Runs a rule and waits for its outcome.
    ///
    /// # Errors
    /// What the rule says.
    pub fn change<T: Send + 'static>(
        &self,
        rule: impl FnMut(&mut dyn Tx) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (answer, outcome) = sync_channel(1);
        self.chat.change(rule, move |outcome| drop(answer.send(outcome)));
        outcome.recv_timeout(PATIENCE).expect("the store answers every job")
    }

    /// Runs a rule that only reads and waits for its outcome.
    ///
    /// # Errors
    /// What the rule says.
    pub fn look<T: Send + 'static>(
        &self,
        rule: impl FnOnce(&mut dyn Look) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (answer, outcome) = sync_channel(1);
        self.chat.look(rule, move |outcome| drop(answer.send(outcome)));
        outcome.recv_timeout(PATIENCE).expect("the store answers every glance")
    }

    /// Sends a text.
    ///
    /// # Errors
    /// As [`rules::send`].
    pub fn send(&self, by: &Person, room: RoomId, text: &str, client_id: Option<&str>) -> Result<rules::Sent, Error> {
        let (now, limits, by) = (self.chat.now(), Arc::clone(self.chat.limits()), by.clone());
        let draft = Draft {
            text: text.to_owned(),
            client_id: client_id.map(str::to_owned),
            files: Vec::new(),
            more: None,
        };
        let sent = self.change(move |tx| rules::send(tx, now, &limits, (&by).into(), room, &draft))?;
        Ok(rules::Sent {
            message: Arc::new(as_kept(&sent.message)),
            ..sent
        })
    }

    /// Edits a message.
    ///
    /// # Errors
    /// As [`rules::edit`].
    pub fn edit(&self, by: &Person, id: MessageId, text: &str) -> Result<(Arc<Message>, Marks), Error> {
        let (now, limits, by) = (self.chat.now(), Arc::clone(self.chat.limits()), by.clone());
        let text = text.to_owned();
        self.change(move |tx| rules::edit(tx, now, &limits, (&by).into(), id, &text))
    }

    /// Erases a message.
    ///
    /// # Errors
    /// As [`rules::erase`].
    pub fn erase(&self, by: &Person, id: MessageId) -> Result<(), Error> {
        let (now, by) = (self.chat.now(), by.clone());
        self.change(move |tx| rules::erase(tx, now, (&by).into(), id))
    }

    /// Moves a receipt.
    ///
    /// # Errors
    /// As [`rules::read`].
    pub fn read(&self, by: &Person, room: RoomId, up_to: Option<Seq>) -> Result<Seq, Error> {
        let (now, by) = (self.chat.now(), by.clone());
        self.change(move |tx| rules::read(tx, now, (&by).into(), room, up_to))
    }

    /// Opens the room of an order.
    ///
    /// # Errors
    /// As [`rules::open_order_room`].
    pub fn open(&self, by: &Person, order: i64) -> Result<(RoomView, bool), Error> {
        let (now, by) = (self.chat.now(), by.clone());
        let uuid = Uuid::from_bytes(self.chat.random());
        self.change(move |tx| rules::open_order_room(tx, now, &by, &OrderId::from(order), uuid))
    }

    /// Puts an order with these people in it, as client, expert and operator.
    ///
    /// # Errors
    /// As [`rules::put_order`].
    pub fn put_order(&self, id: i64, people: [Option<PersonId>; 3]) -> Result<(), Error> {
        let now = self.chat.now();
        let [client, expert, operator] = people;
        let order = Order {
            id: OrderId::from(id),
            number: id.to_string(),
            client,
            expert,
            operator,
            status: String::new(),
        };
        self.change(move |tx| rules::put_order(tx, now, &order, None))
    }

    /// Puts an order of people 1, 2 and 3 and opens its room.
    #[must_use]
    pub fn room_of_three(&self, order: i64) -> RoomId {
        self.put_order(order, [1, 2, 3].map(|id| Some(PersonId(id))))
            .expect("the order is put");
        self.open(&self.people[0], order).expect("the room opens").0.room.id
    }

    /// The room from within; none where it does not stand.
    #[must_use]
    pub fn picture(&self, room: RoomId) -> Option<Picture> {
        self.look(move |look| {
            let Some(room) = look.room(room)? else { return Ok(None) };
            let members = look.members(room.id)?;
            let mut messages = Vec::new();
            for seq in 1..=room.seq.0 {
                messages.extend(look.message_at(room.id, Seq(seq))?);
            }
            Ok(Some(Picture {
                room,
                members,
                messages,
            }))
        })
        .expect("a picture is taken")
    }

    /// Everything heard until a marker, sent into the room by a member for this, without the marker.
    #[must_use]
    pub fn heard(&self, by: &Person, room: RoomId) -> Vec<Event> {
        let marker = self.send(by, room, "marker", None).expect("the marker is sent").message;
        let mut events = self.ear.until(room, marker.sent);
        events.retain(|event| !(event.room.id == room && event.head >= marker.sent));
        events
    }

    /// The person with this number.
    #[must_use]
    pub fn person(&self, id: PersonId) -> Person {
        self.people
            .iter()
            .find(|person| person.id == id)
            .unwrap_or(&self.admin)
            .clone()
    }
}

/// A message that was just sent or edited, as a store gives it: how its author looks is asked for apart.
pub(super) fn as_kept(message: &Message) -> Message {
    let author = message.author.clone();
    Message {
        author: author.map(|author| Author { look: None, ..author }),
        ..message.clone()
    }
}

/// The refusal of an outcome; none where it went well. A fault is the end of a story.
pub(super) fn refusal<T>(outcome: Result<T, Error>) -> Option<Refusal> {
    unless_refused(outcome).err()
}

/// The outcome, which may be a refusal. A fault is the end of a story.
pub(super) fn unless_refused<T>(outcome: Result<T, Error>) -> Result<T, Refusal> {
    outcome.map_err(|error| match error {
        Error::Refused(refusal) => refusal,
        Error::Failed(fault) => panic!("the store failed: {fault}"),
    })
}
