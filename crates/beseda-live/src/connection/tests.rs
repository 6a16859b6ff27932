//! Connections over real sockets, on the memory store: a house to put them in, and what they say there.

mod counted;
mod doubts;
mod echo;
mod ends;
mod everywhere;
mod gone;
mod passing;
mod rooms;
mod seats;
mod since;
mod slow;

use super::*;
use crate::dialect::{Command, Dialect, Named, Point, Position, Verb, Viewer};
use crate::hub::Hub;
use crate::live::Pace;
use crate::place::{seen_under, under};
use crate::socket::QueueLimits;
use beseda_core::Chat;
use beseda_core::ports::{Audience, Clock, Random, Tx};
use beseda_core::words::{
    Draft, Event, Head, Heard, Kinds, Limits, Message, Notice, Order, OrderId, Person, Role, RoomId, RoomKind,
    RoomName, Seq, Time,
};
use beseda_testkit::Model;
use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use std::cell::RefCell;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::protocol;
use uuid::Uuid;

type Peer = WebSocketStream<TcpStream>;

/// How often an event was put into words.
static ENCODED: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// What happens while a history is put into words, once.
    static MEANWHILE: RefCell<Option<Box<dyn FnOnce()>>> = const { RefCell::new(None) };
}

/// Says everything in the fewest words.
struct Plain {
    name: &'static str,
    kinds: Kinds,
    /// How it says a history.
    history: Told,
    /// Whether it says of which room it speaks.
    names_rooms: bool,
    /// Whether it has words for positions, and none for messages.
    is_map: bool,
    /// Whether it panics over the message `poison`, over what is done, and over positions.
    chokes: bool,
}

enum Told {
    Whole,
    Each,
    Never,
}

static CHAT: Plain = Plain {
    name: "chat",
    kinds: Kinds::ALL,
    history: Told::Whole,
    names_rooms: false,
    is_map: false,
    chokes: false,
};

static PAGES: Plain = Plain {
    name: "pages",
    history: Told::Each,
    ..CHAT
};

static DESK: Plain = Plain {
    name: "desk",
    kinds: Kinds::of(&[RoomKind::Support]),
    history: Told::Never,
    names_rooms: true,
    ..CHAT
};

static MAP: Plain = Plain {
    name: "map",
    history: Told::Never,
    is_map: true,
    ..CHAT
};

impl Plain {
    fn of(&self, room: RoomName, words: &str) -> String {
        let under = under();
        if self.names_rooms {
            format!("{}: {under}{words}", room.uuid.as_u128())
        } else {
            format!("{under}{words}")
        }
    }
}

impl Dialect for Plain {
    fn name(&self) -> &'static str {
        self.name
    }
    fn kinds(&self) -> Kinds {
        self.kinds
    }
    fn hear(&self, frame: &str, _: &Limits) -> Result<Command, Misheard> {
        let (room, frame) = match frame.strip_prefix("in ") {
            Some(aimed) => aimed.split_once(' ').unwrap(),
            None => ("", frame),
        };
        Ok(Command {
            room: room.parse().ok().map(Uuid::from_u128).map(Named::Uuid),
            ..command(frame)?
        })
    }
    fn history(&self, _: &Person, history: &History) -> Vec<String> {
        if let Some(meanwhile) = MEANWHILE.take() {
            meanwhile();
        }
        let texts: Vec<&str> = history.messages.iter().map(|message| message.text.as_str()).collect();
        match self.history {
            Told::Whole => vec![format!("{}history {}", under(), texts.join(","))],
            Told::Each => texts.iter().map(|text| format!("sent {text} ")).collect(),
            Told::Never => Vec::new(),
        }
    }
    fn event(&self, event: &Event, viewer: Viewer) -> Option<String> {
        let words = match &event.heard {
            _ if self.is_map => return None,
            Heard::Opened { .. } => "opened".to_owned(),
            Heard::Sent { message } => {
                ENCODED.fetch_add(usize::from(message.text == "counted"), Ordering::SeqCst);
                assert!(!(self.chokes && message.text == "poison"), "it has no words for that");
                let own = message
                    .client_id
                    .as_deref()
                    .filter(|_| viewer.knows_client_id)
                    .unwrap_or_default();
                format!("sent {} {own}", message.text)
            }
            Heard::Edited { message, .. } => format!("edited {}", message.text),
            Heard::Erased { seq, .. } => format!("erased {seq}"),
            Heard::Read { person, seq, .. } => format!("read {person} {seq}"),
            Heard::Left { person } => format!("left {person}"),
            _ => return None,
        };
        Some(self.of(event.room, &words))
    }
    fn answer(&self, tag: Option<&str>, outcome: &Outcome<'_>) -> Option<String> {
        match outcome {
            Outcome::Sent {
                room, message, first, ..
            } => {
                let words = format!("again {} {}", message.text, tag.unwrap_or_default());
                (!first).then(|| self.of(*room, &words))
            }
            Outcome::Done => {
                assert!(!self.chokes, "it has no words for that");
                None
            }
            Outcome::Pong => Some(format!("pong {}", tag.unwrap_or_default())),
            Outcome::Misheard(misheard) => Some(format!("error {}", misheard.code)),
            Outcome::Refused(refusal) => Some(format!("refused {refusal:?}")),
            Outcome::Failed(fault) => Some(format!("failed {fault:?}")),
        }
    }
    fn typing(&self, room: RoomName, typist: &Person, is_typing: bool) -> Option<String> {
        Some(self.of(room, &format!("typing {} {is_typing}", typist.id)))
    }
    fn position(&self, room: RoomName, position: &Position) -> Option<String> {
        assert!(!self.chokes, "it has no words for that");
        let words = format!("at {} {}", position.person.id, position.point.latitude);
        self.is_map.then(|| self.of(room, &words))
    }
}

/// The command of a frame that says no room.
fn command(frame: &str) -> Result<Command, Misheard> {
    let (word, rest) = frame.split_once(' ').unwrap_or((frame, ""));
    let draft = |client_id: Option<&str>| Draft {
        text: rest.to_owned(),
        client_id: client_id.map(str::to_owned),
        files: Vec::new(),
        more: None,
    };
    match word {
        "send" => Ok(Command::own(Verb::Send(draft(None)))),
        "once" => Ok(Command {
            tag: Some("c1".to_owned()),
            ..Command::own(Verb::Send(draft(Some("c1"))))
        }),
        "typing" => Ok(Command::own(Verb::Typing(rest != "no"))),
        "read" => Ok(Command::own(Verb::Read)),
        "ping" => Ok(Command::own(Verb::Ping)),
        "at" => Ok(Command::own(Verb::Locate(point(rest.parse().unwrap())))),
        _ => Err(Misheard {
            code: "what",
            detail: String::new(),
            tag: None,
        }),
    }
}

/// One second after the epoch: whoever is signed out now has to prove anew who they are from the second second on.
struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> Time {
        Time(1_000_000)
    }
}

impl Random for Fixed {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

/// Lets everybody send as fast as they like, or nobody.
struct Open(bool);

impl Pace for Open {
    fn send(&self, _: PersonId) -> Result<(), Refusal> {
        if self.0 {
            Ok(())
        } else {
            Err(Refusal::TooFast { retry_seconds: 1 })
        }
    }
}

/// A room of order 1 with a client (1) and an expert (2); 3 is a stranger, 4 and 5 are operators.
struct House {
    live: Arc<Live>,
    room: RoomId,
    chat: Chat,
    model: Arc<Model>,
}

fn point(latitude: f64) -> Point {
    Point {
        latitude,
        longitude: 0.0,
        accuracy: None,
        heading: None,
        speed: None,
    }
}

fn person(id: i64) -> Person {
    Person {
        email: format!("{id}@shop.example"),
        ..Person::new(PersonId(id), if id < 4 { Role::User } else { Role::Operator })
    }
}

fn order(expert: i64) -> Order {
    Order {
        id: OrderId::from(1),
        number: String::new(),
        client: Some(PersonId(1)),
        expert: Some(PersonId(expert)),
        operator: None,
        status: String::new(),
    }
}

/// A person who has proved who they are in the first second, and wants to hear a room's newest messages.
fn guest(id: i64, room: RoomId) -> Guest {
    Guest {
        person: Arc::new(person(id)),
        proven_at: Fixed.now(),
        by_key: None,
        ends_at: None,
        to: Where::Room(room),
        since: Since::Newest,
        dialect: &CHAT,
        once_in: None,
    }
}

async fn house_with(limits: Limits, pace: bool) -> House {
    let (model, hub) = (Arc::new(Model::new()), Arc::new(Hub::new(&limits)));
    model.set_audience(Arc::clone(&hub) as Arc<dyn Audience>);
    let chat = Chat::new(
        Arc::clone(&model) as _,
        Arc::new(Fixed),
        Arc::new(Fixed),
        Arc::new(limits),
    );
    let room = ask::change(&chat, |tx| {
        for id in 1..=5 {
            rules::put_person(tx, Time(0), &person(id).into())?;
        }
        rules::put_order(tx, Time(0), &order(2), None)?;
        let (view, _) = rules::open_order_room(tx, Time(0), &person(1), &OrderId::from(1), Uuid::nil())?;
        Ok(view.room.id)
    });
    let room = room.await.unwrap();
    tokio::spawn({
        let hub = Arc::clone(&hub);
        async move { hub.tell_all().await }
    });
    House {
        live: Live::new(chat.clone(), hub, Arc::new(Open(pace))),
        room,
        chat,
        model,
    }
}

async fn house() -> House {
    house_with(Limits::default(), true).await
}

/// Both ends of one connection.
async fn wire() -> (Peer, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (peer, here) = tokio::join!(TcpStream::connect(listener.local_addr().unwrap()), listener.accept());
    let peer = WebSocketStream::from_raw_socket(peer.unwrap(), protocol::Role::Client, None).await;
    (peer, here.unwrap().0)
}

impl House {
    async fn enter(&self, id: i64) -> Peer {
        self.let_in(guest(id, self.room)).await
    }

    async fn let_in(&self, guest: Guest) -> Peer {
        let (peer, here) = wire().await;
        tokio::spawn(Arc::clone(&self.live).join(here.into(), Bytes::new(), guest));
        peer
    }

    /// Has sessions that are behind fed, for as long as the test runs.
    fn feed(&self) {
        let live = Arc::clone(&self.live);
        tokio::spawn(async move { live.feed_all().await });
    }

    async fn change<T: Send + 'static>(&self, rule: impl FnMut(&mut dyn Tx) -> Result<T, Error> + Send + 'static) -> T {
        ask::change(&self.chat, rule).await.unwrap()
    }

    async fn set_active(&self, id: i64, active: bool) {
        self.change(move |tx| rules::set_active(tx, Fixed.now(), PersonId(id), active))
            .await;
    }

    /// Says something in a room, not through a socket.
    async fn say(&self, by: Person, room: RoomId, text: &'static str) -> Message {
        let limits = Arc::clone(self.chat.limits());
        let draft = Draft {
            text: text.to_owned(),
            ..Draft::default()
        };
        let sent = self
            .change(move |tx| rules::send(tx, Fixed.now(), &limits, (&by).into(), room, &draft))
            .await;
        (*sent.message).clone()
    }
}

async fn hears(peer: &mut Peer) -> String {
    let next = async {
        loop {
            match peer.next().await.unwrap().unwrap() {
                Frame::Text(text) => return text.to_string(),
                Frame::Close(frame) => {
                    let frame = frame.unwrap();
                    return format!("closed {} {}", u16::from(frame.code), frame.reason);
                }
                _ => {}
            }
        }
    };
    within(next).await
}

async fn says(peer: &mut Peer, text: &str) {
    peer.send(Frame::text(text)).await.unwrap();
}

/// Awaits what must happen, but not for ever.
async fn within<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), what).await.unwrap()
}

async fn until(is_so: impl Fn() -> bool) {
    within(async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
    .await;
}
