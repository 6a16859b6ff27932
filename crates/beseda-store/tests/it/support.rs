//! A folder for one test, a chat over a store in it, and ways to hold the writer still.

#![expect(clippy::disallowed_methods, reason = "the tests of the store look at its files")]

use beseda_core::Chat;
use beseda_core::error::Error;
use beseda_core::ports::{Audience, Clock, Look, Random, Tx};
use beseda_core::rules;
use beseda_core::words::{
    Draft, Event, Limits, Order, OrderId, Person, PersonId, Role, RoomId, RoomKind, RoomName, Time,
};
use beseda_store::{Opened, Options, Sqlite};
use parking_lot::Mutex;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use uuid::Uuid;

pub const NOW: Time = Time(1_763_700_000_123_456);

/// A folder that is gone when the test is over.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let name = format!("store-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn database(&self) -> PathBuf {
        self.0.join("beseda.db")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

/// A clock that stands, and no chance.
pub struct Still;

impl Clock for Still {
    fn now(&self) -> Time {
        NOW
    }
}

impl Random for Still {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

/// Remembers what it heard: one entry for each commit.
#[derive(Default)]
pub struct Ear(pub Mutex<Vec<Vec<Event>>>);

impl Audience for Ear {
    fn hear(&self, events: &[Event]) {
        self.0.lock().push(events.to_vec());
    }
}

/// A store with an audience, and a chat over it.
pub struct Stage {
    pub folder: Folder,
    pub store: Arc<Sqlite>,
    pub chat: Chat,
    pub ear: Arc<Ear>,
}

impl Stage {
    pub fn new() -> Self {
        Self::with(|_| ())
    }

    pub fn with(change: impl FnOnce(&mut Options)) -> Self {
        let folder = Folder::new();
        let mut options = Options::at(folder.database());
        change(&mut options);
        let store = Arc::new(Sqlite::open(&options).unwrap());
        let ear = Arc::new(Ear::default());
        store.set_audience(Arc::clone(&ear) as Arc<dyn Audience>);
        let chat = Chat::new(
            Arc::clone(&store) as Arc<dyn beseda_core::ports::Store>,
            Arc::new(Still),
            Arc::new(Still),
            Arc::new(Limits::default()),
        );
        Self {
            folder,
            store,
            chat,
            ear,
        }
    }

    /// A change whose outcome comes through the receiver.
    pub fn begin<T: Send + 'static>(
        &self,
        rule: impl FnMut(&mut dyn Tx) -> Result<T, Error> + Send + 'static,
    ) -> Receiver<Result<T, Error>> {
        let (outcome, receiver) = sync_channel(1);
        self.chat.change(rule, move |result| outcome.send(result).unwrap());
        receiver
    }

    pub fn change<T: Send + 'static>(
        &self,
        rule: impl FnMut(&mut dyn Tx) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.begin(rule).recv().unwrap()
    }

    pub fn look<T: Send + 'static>(
        &self,
        rule: impl FnOnce(&mut dyn Look) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (outcome, receiver) = sync_channel(1);
        self.chat.look(rule, move |result| outcome.send(result).unwrap());
        receiver.recv().unwrap()
    }

    /// Holds the writer inside a change until the sender is dropped: what is handed over meanwhile goes into one commit.
    pub fn hold(&self) -> SyncSender<()> {
        let (gate, wait) = sync_channel::<()>(1);
        let (begun, running) = sync_channel(1);
        self.chat.change(
            move |_| {
                begun.send(()).unwrap();
                let _opened = wait.recv();
                Ok(())
            },
            |_| (),
        );
        running.recv().unwrap();
        gate
    }

    /// A client (1), an expert (2) and the room of their order (1).
    pub fn order_room(&self) -> RoomId {
        self.change(|tx| {
            for (id, role) in [(1, Role::Client), (2, Role::Expert), (3, Role::Operator)] {
                rules::put_person(tx, NOW, &person(id, role).into())?;
            }
            rules::put_order(tx, NOW, &order(1), None)?;
            let (view, _) =
                rules::open_order_room(tx, NOW, &person(1, Role::Client), &OrderId::from(1), Uuid::from_u128(1))?;
            Ok(view.room.id)
        })
        .unwrap()
    }

    /// Sends as the client, with the text as the client id.
    pub fn send(&self, room: RoomId, text: &'static str) -> Receiver<Result<rules::Sent, Error>> {
        self.begin(move |tx| say(tx, room, text))
    }

    pub fn texts(&self, room: RoomId) -> Vec<String> {
        let messages = self.look(move |look| Ok(look.messages_after(room, beseda_core::words::Seq(0), 1_000)?));
        messages.unwrap().into_iter().map(|message| message.text).collect()
    }

    pub fn heard(&self) -> Vec<Vec<Event>> {
        self.ear.0.lock().clone()
    }

    pub fn raw(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.folder.database()).unwrap()
    }
}

pub fn say(tx: &mut dyn Tx, room: RoomId, text: &str) -> Result<rules::Sent, Error> {
    let draft = Draft {
        text: text.to_owned(),
        client_id: Some(text.to_owned()),
        files: Vec::new(),
        more: None,
    };
    rules::send(
        tx,
        NOW,
        &Limits::default(),
        (&person(1, Role::Client)).into(),
        room,
        &draft,
    )
}

/// What a room that is made up for an event is known by.
pub fn room_name(id: i64) -> RoomName {
    RoomName {
        id: RoomId(id),
        uuid: Uuid::nil(),
        kind: RoomKind::Order,
    }
}

pub fn person(id: i64, role: Role) -> Person {
    Person {
        username: format!("user{id}"),
        email: format!("User{id}@example.org"),
        first_name: "Анна".to_owned(),
        ..Person::new(PersonId(id), role)
    }
}

pub fn order(id: i64) -> Order {
    Order {
        id: OrderId::from(id),
        number: format!("ORD-{id}"),
        client: Some(PersonId(1)),
        expert: Some(PersonId(2)),
        operator: Some(PersonId(3)),
        status: "new".to_owned(),
    }
}
