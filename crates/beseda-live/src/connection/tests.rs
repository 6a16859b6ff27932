//! Rooms over real sockets, on the memory store: who hears what, and what becomes of who is slow, silent or outside.

use super::*;
use crate::dialect::Viewer;
use beseda_core::model::Model;
use beseda_core::ports::{Clock, Random};
use beseda_core::rules::History;
use beseda_core::words::{Event, Heard, Limits, Marks, Message as Kept, NewPerson, Order, OrderId, Role, Seq, Time};
use futures_util::{SinkExt, StreamExt};
use std::sync::atomic::AtomicUsize;
use tokio::net::TcpListener;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol;
use uuid::Uuid;

type Peer = WebSocketStream<TcpStream>;

/// How often an event was put into words.
static ENCODED: AtomicUsize = AtomicUsize::new(0);

/// Says everything in the fewest words.
struct Plain;

impl Dialect for Plain {
    fn name(&self) -> &'static str {
        "plain"
    }
    fn hear(&self, frame: &str, _: &Limits) -> Result<Command, Misheard> {
        match frame.split_once(' ').unwrap_or((frame, "")) {
            ("send", text) => Ok(Command::Send(Draft {
                text: text.to_owned(),
                client_id: None,
            })),
            ("once", text) => Ok(Command::Send(Draft {
                text: text.to_owned(),
                client_id: Some("c1".to_owned()),
            })),
            ("typing", _) => Ok(Command::Typing(true)),
            ("read", _) => Ok(Command::Read),
            _ => Err(Misheard {
                code: "what",
                detail: String::new(),
            }),
        }
    }
    fn history(&self, _: PersonId, history: &History) -> String {
        let texts: Vec<&str> = history.messages.iter().map(|message| message.text.as_str()).collect();
        format!("history {}", texts.join(","))
    }
    fn event(&self, event: &Event, viewer: Viewer) -> Option<String> {
        match &event.heard {
            Heard::Sent { message, client_id } => {
                ENCODED.fetch_add(usize::from(message.text == "counted"), Ordering::SeqCst);
                let own = client_id
                    .as_deref()
                    .filter(|_| viewer.knows_client_id)
                    .unwrap_or_default();
                Some(format!("sent {} {own}", message.text))
            }
            Heard::Read { person, seq } => Some(format!("read {person} {seq}")),
            Heard::Left { person } => Some(format!("left {person}")),
            _ => None,
        }
    }
    fn sent_before(&self, message: &Kept, _: Marks, _: &Person, client_id: Option<&str>) -> String {
        format!("again {} {}", message.text, client_id.unwrap_or_default())
    }
    fn typing(&self, person: PersonId, is_typing: bool) -> Option<String> {
        Some(format!("typing {person} {is_typing}"))
    }
    fn misheard(&self, misheard: &Misheard) -> String {
        format!("error {}", misheard.code)
    }
    fn refused(&self, refusal: &Refusal, _: Option<&str>) -> String {
        format!("refused {refusal:?}")
    }
    fn failed(&self, fault: &Fault, _: Option<&str>) -> String {
        format!("failed {fault:?}")
    }
}

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

/// A room of order 1 with a client (1) and an expert (2); 3 is a stranger.
struct House {
    live: Arc<Live>,
    room: RoomId,
    chat: Chat,
    model: Arc<Model>,
}

fn person(id: i64) -> Person {
    Person {
        id: PersonId(id),
        username: String::new(),
        email: format!("{id}@shop.example"),
        phone: String::new(),
        first_name: String::new(),
        last_name: String::new(),
        role: Role::User,
        active: true,
    }
}

fn order(expert: i64) -> Order {
    Order {
        id: OrderId(1),
        number: String::new(),
        client: Some(PersonId(1)),
        expert: Some(PersonId(expert)),
        operator: None,
        status: String::new(),
    }
}

async fn house_with(limits: Limits, pace: bool) -> House {
    let (model, hub) = (Arc::new(Model::new()), Arc::new(Hub::new(limits.queue_frames)));
    model.set_audience(Arc::clone(&hub) as Arc<dyn Audience>);
    let chat = Chat::new(
        Arc::clone(&model) as _,
        Arc::new(Fixed),
        Arc::new(Fixed),
        Arc::new(limits),
    );
    let room = ask::change(&chat, |tx| {
        for id in 1..=3 {
            rules::put_person(
                tx,
                &NewPerson {
                    person: person(id),
                    password_hash: None,
                },
            )?;
        }
        rules::put_order(tx, Time(0), &order(2), None)?;
        let (view, _) = rules::open_order_room(tx, Time(0), &person(1), OrderId(1), Uuid::nil())?;
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

impl House {
    async fn enter(&self, id: i64) -> Peer {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (peer, here) = tokio::join!(TcpStream::connect(listener.local_addr().unwrap()), listener.accept());
        let live = Arc::clone(&self.live);
        tokio::spawn(live.join(here.unwrap().0, Bytes::new(), Arc::new(person(id)), self.room, &Plain));
        WebSocketStream::from_raw_socket(peer.unwrap(), protocol::Role::Client, None).await
    }
}

async fn hears(peer: &mut Peer) -> String {
    let next = async {
        loop {
            match peer.next().await.unwrap().unwrap() {
                Message::Text(text) => return text.to_string(),
                Message::Close(frame) => {
                    let frame = frame.unwrap();
                    return format!("closed {} {}", u16::from(frame.code), frame.reason);
                }
                _ => {}
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), next).await.unwrap()
}

async fn says(peer: &mut Peer, text: &str) {
    peer.send(Message::text(text)).await.unwrap();
}

#[tokio::test]
async fn everybody_in_the_room_hears_a_message_and_only_its_author_its_client_id() {
    let house = house().await;
    let (mut anna, mut boris) = (house.enter(1).await, house.enter(2).await);
    assert_eq!(hears(&mut anna).await, "history ");
    assert_eq!(hears(&mut boris).await, "history ");
    says(&mut anna, "once hello").await;
    assert_eq!(hears(&mut anna).await, "sent hello c1");
    assert_eq!(hears(&mut boris).await, "sent hello ");
    says(&mut anna, "once hello").await;
    assert_eq!(hears(&mut anna).await, "again hello c1");
    says(&mut boris, "send yes").await;
    assert_eq!(hears(&mut boris).await, "sent yes ");
    assert_eq!(hears(&mut anna).await, "sent yes ");
    assert_eq!(hears(&mut house.enter(2).await).await, "history hello,yes");
}

#[tokio::test]
async fn a_stranger_is_closed_with_4003_and_hears_nothing_before() {
    let house = house().await;
    assert_eq!(hears(&mut house.enter(3).await).await, "closed 4003 not allowed");
    let gone = async {
        while house.live.listeners() > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.unwrap();
}

#[tokio::test]
async fn a_store_that_fails_closes_with_1011() {
    let house = house().await;
    house.model.fail_next(Fault::Store("broken".to_owned()));
    assert_eq!(hears(&mut house.enter(1).await).await, "closed 1011 internal error");
}

#[tokio::test]
async fn one_socket_more_than_allowed_is_closed_with_4029() {
    let house = house_with(
        Limits {
            listeners: 1,
            ..Limits::default()
        },
        true,
    )
    .await;
    let mut first = house.enter(1).await;
    assert_eq!(hears(&mut first).await, "history ");
    assert_eq!(
        hears(&mut house.enter(1).await).await,
        "closed 4029 too many sockets of one person"
    );
    assert_eq!(hears(&mut house.enter(2).await).await, "history ");
}

#[tokio::test]
async fn an_event_is_encoded_once_for_all_who_hear_the_same() {
    let house = house().await;
    let mut peers = Vec::new();
    for id in [1, 1, 2, 2, 2] {
        let mut peer = house.enter(id).await;
        hears(&mut peer).await;
        peers.push(peer);
    }
    says(&mut peers[0], "send counted").await;
    for peer in &mut peers {
        assert_eq!(hears(peer).await, "sent counted ");
    }
    assert_eq!(ENCODED.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn typing_is_heard_by_the_others_and_ends_with_the_typists_last_window() {
    let house = house().await;
    let (mut anna, mut window, mut boris) = (house.enter(1).await, house.enter(1).await, house.enter(2).await);
    for peer in [&mut anna, &mut window, &mut boris] {
        hears(peer).await;
    }
    says(&mut anna, "typing").await;
    assert_eq!(hears(&mut boris).await, "typing 1 true");
    drop(window);
    says(&mut boris, "send one").await;
    assert_eq!(hears(&mut boris).await, "sent one ");
    assert_eq!(hears(&mut anna).await, "sent one ");
    drop(anna);
    assert_eq!(hears(&mut boris).await, "typing 1 false");
}

#[tokio::test]
async fn a_receipt_moves_up_to_what_the_socket_was_told() {
    let house = house().await;
    let (mut anna, mut boris) = (house.enter(1).await, house.enter(2).await);
    hears(&mut anna).await;
    hears(&mut boris).await;
    says(&mut anna, "send one").await;
    assert_eq!(hears(&mut boris).await, "sent one ");
    says(&mut boris, "read").await;
    assert_eq!(hears(&mut boris).await, "read 2 1");
}

#[tokio::test]
async fn a_bad_frame_and_a_rate_are_answered_and_the_socket_lives_on() {
    let house = house_with(Limits::default(), false).await;
    let mut anna = house.enter(1).await;
    hears(&mut anna).await;
    says(&mut anna, "nonsense").await;
    assert_eq!(hears(&mut anna).await, "error what");
    anna.send(Message::binary(vec![1, 2])).await.unwrap();
    assert_eq!(hears(&mut anna).await, "error binary");
    says(&mut anna, "send hello").await;
    assert_eq!(hears(&mut anna).await, "refused TooFast { retry_seconds: 1 }");
}

#[tokio::test]
async fn who_loses_their_place_hears_that_and_nothing_after() {
    let house = house().await;
    let (mut anna, mut boris) = (house.enter(1).await, house.enter(2).await);
    hears(&mut anna).await;
    hears(&mut boris).await;
    ask::change(&house.chat, |tx| rules::put_order(tx, Time(5), &order(3), None))
        .await
        .unwrap();
    assert_eq!(hears(&mut boris).await, "left 2");
    says(&mut anna, "send secret").await;
    assert_eq!(hears(&mut boris).await, "closed 4003 no longer in this room");
}

#[tokio::test]
async fn a_stop_tells_everybody_when_to_come_back() {
    let house = house().await;
    let mut anna = house.enter(1).await;
    hears(&mut anna).await;
    house.live.stop(Duration::from_secs(1));
    let closed = hears(&mut anna).await;
    let retry: u64 = closed.strip_prefix("closed 4009 retry_ms=").unwrap().parse().unwrap();
    assert!((1_000..2_000).contains(&retry), "{closed}");
}

#[tokio::test]
async fn who_comes_while_the_server_stops_is_sent_away_too() {
    let house = house().await;
    house.live.stop(Duration::from_secs(1));
    let mut late = house.enter(1).await;
    assert!(hears(&mut late).await.starts_with("closed 4009 retry_ms="));
}

#[tokio::test]
async fn who_reads_too_slowly_is_cut_and_whole_after_coming_back() {
    let house = house_with(
        Limits {
            queue_frames: 4,
            ..Limits::default()
        },
        true,
    )
    .await;
    let (mut anna, mut boris) = (house.enter(1).await, house.enter(2).await);
    hears(&mut anna).await;
    hears(&mut boris).await;
    // Boris reads nothing: first the kernel's buffers fill, then his queue.
    let long = format!("send {}", "x".repeat(9_000));
    for _ in 0..2_000 {
        says(&mut anna, &long).await;
        hears(&mut anna).await;
        if house.live.listeners() == 1 {
            break;
        }
    }
    let mut last = hears(&mut boris).await;
    while last.starts_with("sent ") {
        last = hears(&mut boris).await;
    }
    assert_eq!(last, "closed 4008 too slow: reconnect to catch up");
    says(&mut anna, "send after").await;
    hears(&mut anna).await;
    assert!(hears(&mut house.enter(2).await).await.ends_with(",after"));
}

#[test]
fn what_happens_while_the_history_is_read_is_told_once_and_after_it() {
    let queue = Arc::new(Queue::new(QueueLimits::default()));
    let listener = Listener::new(1, Arc::new(person(1)), RoomId(1), &Plain, Arc::clone(&queue), 0);
    let said = |head: i64| crate::listener::Said {
        head: Some(beseda_core::words::Head(head)),
        seq: Some(Seq(head)),
        frame: Bytes::from(format!("frame {head}")),
    };
    for head in [4, 5, 6] {
        listener.tell(said(head), 8);
    }
    listener.begin("history to 5", beseda_core::words::Head(5), Seq(5));
    listener.tell(said(5), 8);
    listener.tell(said(7), 8);
    assert_eq!(listener.seen(), Seq(7));
    let frames = queue.waiting();
    let texts: Vec<_> = frames
        .iter()
        .map(|frame| String::from_utf8_lossy(frame).into_owned())
        .collect();
    assert!(texts[0].ends_with("history to 5"));
    assert_eq!(texts[1..], ["frame 6", "frame 7"]);
}

#[test]
fn more_than_may_wait_for_a_history_cuts_the_listener() {
    let queue = Arc::new(Queue::new(QueueLimits::default()));
    let listener = Listener::new(1, Arc::new(person(1)), RoomId(1), &Plain, Arc::clone(&queue), 0);
    let said = crate::listener::Said {
        head: None,
        seq: None,
        frame: Bytes::from_static(b"x"),
    };
    listener.tell(said.clone(), 1);
    assert!(!queue.is_closing());
    listener.tell(said, 1);
    assert!(queue.is_closing());
}

#[tokio::test]
async fn a_silent_socket_is_pinged_and_one_without_life_is_cut() {
    let house = house_with(
        Limits {
            ping_seconds: 2,
            gone_seconds: 6,
            ..Limits::default()
        },
        true,
    )
    .await;
    let mut anna = house.enter(1).await;
    hears(&mut anna).await;
    house.live.tick(250);
    house.live.tick(2_250);
    let pinged = async { while !matches!(anna.next().await, Some(Ok(Message::Ping(_)))) {} };
    tokio::time::timeout(Duration::from_secs(20), pinged).await.unwrap();
    // Polled no more, she answers no ping: time passes and she is cut.
    house.live.tick(20_000);
    assert_eq!(hears(&mut anna).await, "closed 4008 no sign of life");
}

#[tokio::test]
async fn who_lost_their_place_in_another_process_hears_nothing_after_that() {
    let house = house().await;
    let (mut anna, mut boris) = (house.enter(1).await, house.enter(2).await);
    hears(&mut anna).await;
    hears(&mut boris).await;
    // What another process does is announced to nobody here.
    let unheard = ask::change(&house.chat, |tx| {
        tx.leave(RoomId(1), PersonId(2))?;
        Ok(())
    });
    unheard.await.unwrap();
    house.live.hub.changed_elsewhere();
    says(&mut anna, "send between us").await;
    let live = Arc::clone(&house.live);
    let beating = tokio::spawn(async move { live.beat().await });
    assert_eq!(hears(&mut boris).await, "closed 4003 no longer in this room");
    assert_eq!(hears(&mut anna).await, "sent between us ");
    beating.abort();
}

#[test]
fn a_doubt_that_came_later_is_not_ended_by_an_earlier_look() {
    let queue = Arc::new(Queue::new(QueueLimits::default()));
    let listener = Listener::new(1, Arc::new(person(1)), RoomId(1), &Plain, Arc::clone(&queue), 0);
    listener.begin("history", beseda_core::words::Head(1), Seq(1));
    listener.doubt(2);
    let said = crate::listener::Said {
        head: None,
        seq: None,
        frame: Bytes::from_static(b"x"),
    };
    listener.tell(said, 8);
    listener.trust(1, person(1));
    assert_eq!(queue.waiting().len(), 1);
    listener.trust(2, person(1));
    assert_eq!(queue.waiting().len(), 2);
}

#[test]
fn when_too_much_waits_to_be_told_the_writer_lends_a_hand() {
    let (hub, queue) = (
        Hub::new(8),
        Arc::new(Queue::new(QueueLimits {
            frames: 4_096,
            bytes: 1 << 20,
        })),
    );
    let listener = Arc::new(Listener::new(
        1,
        Arc::new(person(1)),
        RoomId(1),
        &Plain,
        Arc::clone(&queue),
        0,
    ));
    assert!(hub.enter(&listener, 1));
    listener.begin("history", beseda_core::words::Head(0), Seq(0));
    let event = |head: i64| Event {
        room: RoomId(1),
        head: beseda_core::words::Head(head),
        heard: Heard::Read {
            person: PersonId(2),
            seq: Seq(head),
        },
    };
    // Nobody polls the task that tells: one below the bound, everything waits; at it, the writer tells all.
    hub.hear(&(1..1_024).map(event).collect::<Vec<_>>());
    assert_eq!(queue.waiting().len(), 1);
    hub.hear(&[event(1_024)]);
    let frames = queue.waiting();
    assert_eq!(frames.len(), 1 + 1_024);
    assert!(frames[1_024].ends_with(b"read 2 1024"));
}
