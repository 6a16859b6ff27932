//! Connections over real sockets, against tungstenite as the peer.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::Waker;

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role};
use tokio_tungstenite::tungstenite::{Error, Message};

use super::*;
use crate::codec::text_frame;

/// Echoes texts, counts what it hears, and can be told to be busy.
struct Echo {
    queue: Arc<Queue>,
    heard: Arc<AtomicUsize>,
    alive: Arc<AtomicUsize>,
    busy: Arc<AtomicBool>,
    dropped: mpsc::Sender<()>,
}

impl Ear for Echo {
    fn heard(&mut self, incoming: Incoming<'_>) {
        self.heard.fetch_add(1, Ordering::SeqCst);
        match incoming {
            Incoming::Text("close") => self.queue.close(4001, "asked"),
            Incoming::Text(text) => {
                let _ = self.queue.push(text_frame(text.as_bytes()));
            }
            Incoming::Binary(bytes) => {
                let _ = self.queue.push(text_frame(format!("{} bytes", bytes.len()).as_bytes()));
            }
            _ => {}
        }
    }
    fn alive(&self) {
        self.alive.fetch_add(1, Ordering::SeqCst);
    }
    fn ready_to_hear(&self) -> bool {
        !self.busy.load(Ordering::SeqCst)
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        let _ = self.dropped.try_send(());
    }
}

struct Stage {
    peer: TcpStream,
    queue: Arc<Queue>,
    heard: Arc<AtomicUsize>,
    alive: Arc<AtomicUsize>,
    busy: Arc<AtomicBool>,
    ended: JoinHandle<Ended>,
    dropped: mpsc::Receiver<()>,
}

fn limits() -> SocketLimits {
    SocketLimits {
        close_wait: Duration::from_millis(200),
        ..SocketLimits::default()
    }
}

async fn stage(queue_limits: QueueLimits, limits: SocketLimits, leftover: &'static [u8]) -> Stage {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let peer = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (stream, _) = listener.accept().await.unwrap();
    let queue = Arc::new(Queue::new(queue_limits));
    let (heard, alive, busy) = (Arc::default(), Arc::default(), Arc::default());
    let (sender, dropped) = mpsc::channel(1);
    let ear = Echo {
        queue: Arc::clone(&queue),
        heard: Arc::clone(&heard),
        alive: Arc::clone(&alive),
        busy: Arc::clone(&busy),
        dropped: sender,
    };
    let ended = tokio::spawn(drive(
        stream,
        Bytes::from_static(leftover),
        Arc::clone(&queue),
        limits,
        ear,
    ));
    Stage {
        peer,
        queue,
        heard,
        alive,
        busy,
        ended,
        dropped,
    }
}

async fn usual() -> Stage {
    stage(QueueLimits::default(), limits(), b"").await
}

struct Peer(WebSocketStream<TcpStream>);

impl Peer {
    async fn of(stream: TcpStream) -> Self {
        Self(WebSocketStream::from_raw_socket(stream, Role::Client, None).await)
    }
    async fn say(&mut self, message: impl Into<Message>) {
        self.0.send(message.into()).await.unwrap();
    }
    async fn hear(&mut self) -> Result<Message, Error> {
        self.0.next().await.unwrap_or(Err(Error::ConnectionClosed))
    }
    async fn hear_text(&mut self) -> String {
        self.hear().await.unwrap().into_text().unwrap().to_string()
    }
    async fn hear_close(&mut self) -> (u16, String) {
        loop {
            match self.hear().await.unwrap() {
                Message::Close(Some(close)) => return (close.code.into(), close.reason.to_string()),
                Message::Close(None) => return (1005, String::new()),
                _ => {}
            }
        }
    }
}

#[tokio::test]
async fn texts_binaries_and_pings_are_answered_and_the_peer_may_close() {
    let stage = usual().await;
    let mut peer = Peer::of(stage.peer).await;
    peer.say("привет").await;
    peer.say(vec![0_u8; 70]).await;
    peer.say(Message::Ping(Bytes::from_static(b"there?"))).await;
    assert_eq!(peer.hear_text().await, "привет");
    assert_eq!(peer.hear_text().await, "70 bytes");
    assert_eq!(peer.hear().await.unwrap(), Message::Pong(Bytes::from_static(b"there?")));
    peer.say(Message::Close(Some(CloseFrame {
        code: 4123.into(),
        reason: "".into(),
    })))
    .await;
    assert_eq!(peer.hear_close().await.0, 4123);
    assert_eq!(
        stage.ended.await.unwrap(),
        Ended {
            code: 4123,
            by: EndedBy::Peer
        }
    );
    assert!(stage.alive.load(Ordering::SeqCst) > 0);
    assert_eq!(stage.queue.push(text_frame(b"late")), Err(NotQueued::Closed));
}

#[tokio::test]
async fn what_came_behind_the_handshake_is_heard_first() {
    // "hi", masked with zeros.
    let stage = stage(QueueLimits::default(), limits(), b"\x81\x82\0\0\0\0hi").await;
    let mut peer = Peer::of(stage.peer).await;
    assert_eq!(peer.hear_text().await, "hi");
}

#[tokio::test]
async fn our_close_goes_out_behind_what_is_queued() {
    let stage = usual().await;
    for n in 0..100 {
        stage.queue.push(text_frame(n.to_string().as_bytes())).unwrap();
    }
    stage.queue.close(4009, "retry_ms=1200");
    stage.queue.close(1000, "too late to count");
    assert!(stage.queue.is_closing());
    let mut peer = Peer::of(stage.peer).await;
    for n in 0..100 {
        assert_eq!(peer.hear_text().await, n.to_string());
    }
    assert_eq!(peer.hear_close().await, (4009, "retry_ms=1200".to_owned()));
    assert_eq!(
        stage.ended.await.unwrap(),
        Ended {
            code: 4009,
            by: EndedBy::Us
        }
    );
}

#[tokio::test]
async fn an_ear_that_closes_hears_no_more() {
    let stage = usual().await;
    let mut peer = Peer::of(stage.peer).await;
    peer.0.feed("close".into()).await.unwrap();
    peer.0.feed("more".into()).await.unwrap();
    peer.0.flush().await.unwrap();
    assert_eq!(peer.hear_close().await, (4001, "asked".to_owned()));
    assert_eq!(stage.ended.await.unwrap().by, EndedBy::Us);
    assert_eq!(stage.heard.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_peer_that_never_answers_our_close_is_left() {
    let mut stage = usual().await;
    stage.queue.close(1000, "");
    assert_eq!(
        stage.ended.await.unwrap(),
        Ended {
            code: 1000,
            by: EndedBy::Us
        }
    );
    let mut all = Vec::new();
    stage.peer.read_to_end(&mut all).await.unwrap();
    assert_eq!(all, [0x88, 2, 0x03, 0xe8]);
}

#[tokio::test]
async fn a_lost_link_ends_the_task_and_drops_the_ear() {
    let mut stage = usual().await;
    drop(stage.peer);
    assert_eq!(stage.ended.await.unwrap(), LOST);
    assert_eq!(stage.dropped.recv().await, Some(()));
}

#[tokio::test]
async fn a_breach_is_told_even_to_a_peer_that_goes_on_sending() {
    for (first, code) in [(&b"\x81\x01x"[..], 1002), (b"\x81\x81\0\0\0\0\xff", 1007)] {
        let mut stage = usual().await;
        stage.peer.write_all(first).await.unwrap();
        assert_eq!(Peer::of(stage.peer).await.hear_close().await.0, code);
        assert_eq!(stage.ended.await.unwrap(), Ended { code, by: EndedBy::Us });
    }
    let stage = usual().await;
    let mut peer = Peer::of(stage.peer).await;
    peer.say(vec![0_u8; 4_000_000]).await;
    assert_eq!(peer.hear_close().await.0, 1009);
    assert_eq!(stage.heard.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_breach_ends_what_the_peer_reads_at_once_and_what_it_says_when_it_leaves() {
    let limits = SocketLimits {
        close_wait: Duration::from_hours(1),
        ..limits()
    };
    let mut stage = stage(QueueLimits::default(), limits, b"").await;
    stage.peer.write_all(b"\x83\x80\0\0\0\0").await.unwrap();
    let mut all = Vec::new();
    let ends = stage.peer.read_to_end(&mut all);
    tokio::time::timeout(Duration::from_secs(45), ends)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(all, b"\x88\x10\x03\xeaprotocol error");
    stage.peer.write_all(b"\x88\x82\0\0\0\0\x03\xea").await.unwrap();
    drop(stage.peer);
    let ended = Ended {
        code: 1002,
        by: EndedBy::Us,
    };
    assert_eq!(stage.ended.await.unwrap(), ended);
}

#[tokio::test]
async fn the_queue_is_full_one_past_its_limits() {
    let stage = QueueLimits { frames: 3, bytes: 100 };
    let by_frames = Queue::new(stage);
    for _ in 0..3 {
        by_frames.push(text_frame(b"x")).unwrap();
    }
    assert_eq!(by_frames.push(text_frame(b"x")), Err(NotQueued::Full));
    let by_bytes = Queue::new(stage);
    by_bytes.push(text_frame(&[b'x'; 48])).unwrap();
    by_bytes.push(text_frame(&[b'x'; 48])).unwrap();
    assert_eq!(by_bytes.push(ping_of_one()), Err(NotQueued::Full));
    let alone = Queue::new(stage);
    alone.push(text_frame(&[b'x'; 5_000])).unwrap();
    assert_eq!(alone.push(ping_of_one()), Err(NotQueued::Full));
}

#[test]
fn what_goes_along_wakes_nobody_until_something_else_comes_or_the_queue_is_stirred() {
    let (queue, woken) = (Queue::new(QueueLimits::default()), Arc::new(Woken::default()));
    let waker = Waker::from(Arc::clone(&woken));
    let mut times = 0;
    let mut is_woken = |queue: &Queue, frames: usize| {
        let before = std::mem::replace(&mut times, woken.0.load(Ordering::SeqCst));
        let (taken, ..) = queue.take_all(&Context::from_waker(&waker));
        assert_eq!(taken.len(), frames);
        times > before
    };
    assert!(!is_woken(&queue, 0));
    queue.push_along(text_frame(b"along")).unwrap();
    assert!(!is_woken(&queue, 1), "it waits, and whoever looks anyway takes it");
    queue.push_along(text_frame(b"along")).unwrap();
    queue.push(text_frame(b"next")).unwrap();
    assert!(is_woken(&queue, 2));
    queue.push_along(text_frame(b"along")).unwrap();
    queue.stir();
    queue.stir();
    assert!(is_woken(&queue, 1));
    queue.stir();
    assert!(!is_woken(&queue, 0), "there is nothing that waits");
}

#[derive(Default)]
struct Woken(AtomicUsize);

impl std::task::Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

fn ping_of_one() -> Bytes {
    Bytes::from_static(b"x")
}

/// Pushes until the peer, who does not read, has filled everything in between.
async fn fill(queue: &Queue) {
    let frame = text_frame(&[b'x'; 20_000]);
    loop {
        match queue.push(frame.clone()) {
            Ok(()) => tokio::task::yield_now().await,
            Err(NotQueued::Full) => return,
            Err(NotQueued::Closed) => panic!("closed"),
        }
    }
}

#[tokio::test]
async fn a_slow_reader_is_cut_between_two_frames() {
    let stage = usual().await;
    fill(&stage.queue).await;
    stage.queue.cut(4008, "too slow");
    let mut peer = Peer::of(stage.peer).await;
    assert_eq!(peer.hear_close().await, (4008, "too slow".to_owned()));
    assert_eq!(
        stage.ended.await.unwrap(),
        Ended {
            code: 4008,
            by: EndedBy::Us
        }
    );
}

#[tokio::test]
async fn a_peer_that_takes_nothing_is_left() {
    let limits = SocketLimits {
        write_stall: Duration::from_millis(100),
        ..limits()
    };
    let stage = stage(QueueLimits::default(), limits, b"").await;
    fill(&stage.queue).await;
    assert_eq!(stage.ended.await.unwrap(), LOST);
}

#[tokio::test]
async fn a_queue_that_was_full_takes_again_once_the_peer_has_read() {
    let stage = usual().await;
    fill(&stage.queue).await;
    let mut peer = Peer::of(stage.peer).await;
    while stage.queue.push(text_frame(b"last")).is_err() {
        peer.hear().await.unwrap();
    }
    while peer.hear_text().await != "last" {}
}

#[tokio::test]
async fn a_queue_that_was_full_keeps_no_room_for_many_frames() {
    let stage = usual().await;
    fill(&stage.queue).await;
    let mut peer = Peer::of(stage.peer).await;
    while stage.queue.is_blocked() {
        peer.hear().await.unwrap();
    }
    assert!(stage.queue.state.lock().fresh.capacity() <= SPARE);
}

#[tokio::test]
async fn a_busy_ear_is_not_read_to_until_it_is_woken() {
    let stage = usual().await;
    stage.busy.store(true, Ordering::SeqCst);
    let mut peer = Peer::of(stage.peer).await;
    for _ in 0..3 {
        peer.say("wait").await;
    }
    // The queue still works, and has the task come round.
    stage.queue.push(text_frame(b"meanwhile")).unwrap();
    assert_eq!(peer.hear_text().await, "meanwhile");
    let before = stage.heard.load(Ordering::SeqCst);
    stage.busy.store(false, Ordering::SeqCst);
    stage.queue.wake();
    for _ in 0..3 {
        assert_eq!(peer.hear_text().await, "wait");
    }
    assert_eq!((before, stage.heard.load(Ordering::SeqCst)), (0, 3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn frames_from_other_threads_arrive_whole_and_in_order() {
    let stage = stage(
        QueueLimits {
            frames: 100_000,
            bytes: usize::MAX,
        },
        limits(),
        b"",
    )
    .await;
    let queue = Arc::clone(&stage.queue);
    let thread = std::thread::spawn(move || {
        for n in 0..20_000 {
            queue.push(text_frame(n.to_string().as_bytes())).unwrap();
        }
    });
    let mut peer = Peer::of(stage.peer).await;
    for n in 0..20_000 {
        assert_eq!(peer.hear_text().await, n.to_string());
    }
    thread.join().unwrap();
}

#[test]
fn a_connection_is_small() {
    assert!(size_of::<Drive<()>>() <= 400, "{} bytes", size_of::<Drive<()>>());
    assert!(size_of::<Queue>() <= 200, "{} bytes", size_of::<Queue>());
}

#[tokio::test]
async fn who_has_more_to_say_goes_on_once_most_is_written_or_it_ends() {
    let write: fn(&Queue) = |queue| drop(queue.take_all(&Context::from_waker(Waker::noop())));
    let close: fn(&Queue) = |queue| queue.close(4001, "asked");
    for ends in [write, close, Queue::is_gone] {
        let queue = Arc::new(Queue::new(QueueLimits {
            frames: 4,
            bytes: 1_000,
        }));
        queue.push(text_frame(b"one of four is little")).unwrap();
        queue.room_for_more().await;
        queue.push(text_frame(b"two are not")).unwrap();
        let waiting = Arc::clone(&queue);
        let waits = tokio::spawn(async move { waiting.room_for_more().await });
        tokio::task::yield_now().await;
        assert!(!waits.is_finished());
        ends(&queue);
        waits.await.unwrap();
    }
}
