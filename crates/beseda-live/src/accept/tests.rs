//! The accept loop over real sockets, with short limits; every wait is for something to happen.

use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr as UnixAddr, UnixListener as StdListener, UnixStream as StdStream};
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::routing::{get, post};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixListener, UnixStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::*;

struct Server {
    address: SocketAddr,
    answers: Answers,
    stop: CancellationToken,
    served: JoinHandle<()>,
    /// Requests that have entered `/slow`, and the sign for them to end.
    inside: Arc<AtomicUsize>,
    release: Arc<Notify>,
}

fn short() -> AcceptLimits {
    AcceptLimits {
        first_byte: Duration::from_millis(100),
        header: Duration::from_millis(200),
        idle: Duration::from_millis(300),
        body_idle: Duration::from_millis(100),
        ..AcceptLimits::default()
    }
}

fn server(limits: AcceptLimits) -> Server {
    server_beside(limits, None)
}

/// The same, which takes connections from here as well.
fn server_beside(limits: AcceptLimits, also: Option<Listener>) -> Server {
    let listener = listen(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let address = listener.local_addr().unwrap();
    let listeners: Vec<Listener> = std::iter::once(listener.into()).chain(also).collect();
    let (inside, release) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
    let slow = {
        let (inside, release) = (Arc::clone(&inside), Arc::clone(&release));
        move || async move {
            inside.fetch_add(1, Ordering::SeqCst);
            release.notified().await;
            "slow"
        }
    };
    let router = Router::new()
        .route(
            "/",
            get(|request: Request<Body>| async move {
                let (peer, unix) = (request.extensions().get(), request.extensions().get());
                match (peer, unix) {
                    (Some(ConnectInfo::<SocketAddr>(peer)), None) => peer.ip().to_string(),
                    (None, Some(OverUnix)) => "over unix".to_owned(),
                    _ => "nobody knows".to_owned(),
                }
            }),
        )
        .route("/echo", post(|body: String| async move { body }))
        .route("/refused", post(|| async { StatusCode::UNAUTHORIZED }))
        .route("/slow", get(slow))
        .route("/large", get(|| async { vec![b'x'; 30_000_000] }));
    let stop = CancellationToken::new();
    let answers = Answers::from(router);
    let served = tokio::spawn(serve(listeners, answers.clone(), limits, stop.clone()));
    Server {
        address,
        answers,
        stop,
        served,
        inside,
        release,
    }
}

impl Server {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Everything the server answers to `request` until it closes.
    async fn all_of(&self, request: &[u8]) -> String {
        let mut stream = self.connect().await;
        stream.write_all(request).await.unwrap();
        to_end(&mut stream).await
    }
}

async fn to_end(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut all = Vec::new();
    // A reset is an end as well.
    let _ = stream.read_to_end(&mut all).await;
    String::from_utf8_lossy(&all).into_owned()
}

const HONEST: &[u8] = b"GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n";

#[tokio::test]
async fn the_silent_and_the_half_spoken_are_gone_and_the_honest_are_served() {
    let server = server(short());
    let mut silent = server.connect().await;
    let mut half = server.connect().await;
    half.write_all(b"GET / HTTP/1.1\r\nho").await.unwrap();
    let honest = server.all_of(HONEST).await;
    assert!(
        honest.starts_with("HTTP/1.1 200") && honest.ends_with("127.0.0.1"),
        "{honest}"
    );
    assert_eq!(to_end(&mut silent).await, "");
    assert_eq!(to_end(&mut half).await, "");
}

#[tokio::test]
async fn a_trickle_of_header_bytes_gains_no_time() {
    let server = server(short());
    let (mut read, mut write) = server.connect().await.into_split();
    let trickle = tokio::spawn(async move {
        while write.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    let mut all = Vec::new();
    let _ = read.read_to_end(&mut all).await;
    trickle.await.unwrap();
}

#[tokio::test]
async fn a_connection_is_kept_between_requests_and_left_when_it_idles() {
    let server = server(short());
    let mut stream = server.connect().await;
    for _ in 0..2 {
        stream.write_all(b"GET / HTTP/1.1\r\nhost: here\r\n\r\n").await.unwrap();
        let mut buffer = vec![0; 1_000];
        let read = stream.read(&mut buffer).await.unwrap();
        assert!(buffer[..read].starts_with(b"HTTP/1.1 200"));
    }
    assert_eq!(to_end(&mut stream).await, "");
}

#[tokio::test]
async fn a_second_request_that_is_never_finished_is_left_too() {
    // Only the limit for headers can end this.
    let server = server(AcceptLimits {
        idle: Duration::from_secs(600),
        ..short()
    });
    let mut stream = server.connect().await;
    stream.write_all(b"GET / HTTP/1.1\r\nhost: here\r\n\r\n").await.unwrap();
    let mut buffer = vec![0; 1_000];
    assert_ne!(stream.read(&mut buffer).await.unwrap(), 0);
    stream.write_all(b"GET / HT").await.unwrap();
    assert_eq!(to_end(&mut stream).await, "");
}

#[tokio::test]
async fn headers_are_counted_and_measured() {
    let server = server(AcceptLimits {
        headers: 100,
        header_bytes: 8_192,
        ..AcceptLimits::default()
    });
    let with = |count: usize| {
        let lines: String = (0..count).map(|n| format!("x-{n}: y\r\n")).collect();
        format!("GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n{lines}\r\n")
    };
    assert!(server.all_of(with(98).as_bytes()).await.starts_with("HTTP/1.1 200"));
    assert!(server.all_of(with(99).as_bytes()).await.starts_with("HTTP/1.1 431"));
    let long = format!("GET / HTTP/1.1\r\nhost: here\r\nx: {}\r\n\r\n", "y".repeat(9_000));
    assert!(server.all_of(long.as_bytes()).await.starts_with("HTTP/1.1 431"));
}

#[tokio::test]
async fn a_request_names_one_host_and_no_coding_but_chunked() {
    let server = server(AcceptLimits::default());
    let body = "connection: close\r\ntransfer-encoding: chunked\r\n\r\n4\r\nfull\r\n0\r\n\r\n";
    for (head, status) in [
        ("POST /echo HTTP/1.1\r\nhost: here\r\n", "200"),
        ("POST /echo HTTP/1.1\r\nhost:\r\n", "200"),
        ("POST /echo HTTP/1.1\r\n", "400"),
        ("POST /echo HTTP/1.1\r\nhost: here\r\nhost: here\r\n", "400"),
        ("POST http://here/echo HTTP/1.1\r\n", "400"),
        (
            "POST /echo HTTP/1.1\r\nhost: here\r\ntransfer-encoding: gzip\r\n",
            "501",
        ),
        ("POST /echo HTTP/1.1\r\nhost: here\r\nte: gzip\r\n", "501"),
        ("POST /echo HTTP/1.1\r\nhost: here\r\nte: trailers\r\n", "200"),
        // As libwww-perl and others send it with every request.
        ("POST /echo HTTP/1.1\r\nhost: here\r\nte: deflate,gzip;q=0.3\r\n", "200"),
    ] {
        let answer = server.all_of(format!("{head}{body}").as_bytes()).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{head}\n{answer}");
        assert_eq!(answer.contains("{\"detail\":"), status != "200", "{answer}");
    }
    let old = server.all_of(b"GET / HTTP/1.0\r\n\r\n").await;
    assert!(
        old.starts_with("HTTP/1.0 200 "),
        "a request of HTTP/1.0 names none: {old}"
    );
    // Whose end cannot be told is malformed (RFC 9112, 6.3).
    let endless = b"POST /echo HTTP/1.1\r\nhost: here\r\ntransfer-encoding: gzip\r\n\r\n";
    assert!(server.all_of(endless).await.starts_with("HTTP/1.1 400 "));
}

#[tokio::test]
async fn a_body_that_nobody_wants_is_passed_over_and_a_long_one_ends_the_connection() {
    let server = server(short());
    for (path, bytes, sent, ends) in [
        ("/refused", 1, 1, false),
        ("/refused", 0, 0, false),
        ("/nowhere", PASSED_OVER, PASSED_OVER, false),
        ("/refused", PASSED_OVER + 1, PASSED_OVER + 1, true),
        ("/refused", 2, 1, true),
        ("/echo", 1, 1, false),
    ] {
        let head = format!("POST {path} HTTP/1.1\r\nhost: a\r\ncontent-length: {bytes}\r\n\r\n");
        let answer = server.all_of(&[head.as_bytes(), &vec![b'x'; sent]].concat()).await;
        assert_eq!(
            answer.contains("\r\nconnection: close\r\n"),
            ends,
            "{path} {bytes}: {answer}"
        );
    }
}

#[tokio::test]
async fn a_long_body_that_is_refused_is_not_asked_for_and_its_sender_reads_the_answer() {
    let server = server(AcceptLimits::default());
    for expect in ["", "expect: 100-continue\r\n"] {
        let mut stream = server.connect().await;
        let head = format!("POST /refused HTTP/1.1\r\nhost: here\r\n{expect}content-length: 30000000\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        // More than any buffer between the two holds: all of it is taken, although it was refused long before.
        stream.write_all(&vec![b'x'; 30_000_000]).await.unwrap();
        let answer = to_end(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 401 "), "{expect}{answer}");
        assert!(answer.contains("\r\nconnection: close\r\n"), "{expect}{answer}");
    }
}

#[tokio::test]
async fn a_refused_body_without_an_end_is_left_after_a_while_and_when_the_server_stops() {
    let head = b"POST /refused HTTP/1.1\r\nhost: here\r\ncontent-length: 30000000\r\n\r\n";
    for limits in [
        short(),
        AcceptLimits {
            stop: Duration::from_secs(3_600),
            ..AcceptLimits::default()
        },
    ] {
        let server = server(limits);
        let mut stream = server.connect().await;
        stream.write_all(head).await.unwrap();
        assert!(to_end(&mut stream).await.starts_with("HTTP/1.1 401 "));
        if limits.stop > limits.body_idle {
            server.stop.cancel();
            server.served.await.unwrap();
        }
        // Nobody is there any more to take what comes.
        while stream.write_all(&[b'x'; 1_000]).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

#[tokio::test]
async fn a_body_that_stops_arriving_is_answered_408() {
    let server = server(short());
    let answer = server
        .all_of(b"POST /echo HTTP/1.1\r\nhost: here\r\ncontent-length: 10\r\n\r\nhalf")
        .await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    let whole = server
        .all_of(b"POST /echo HTTP/1.1\r\nhost: here\r\nconnection: close\r\ncontent-length: 4\r\n\r\nfull")
        .await;
    assert!(whole.ends_with("full"), "{whole}");
}

#[tokio::test]
async fn a_peer_that_takes_nothing_of_an_answer_is_left() {
    let server = server(short());
    let mut stream = server.connect().await;
    stream
        .write_all(b"GET /large HTTP/1.1\r\nhost: here\r\n\r\n")
        .await
        .unwrap();
    server.stop.cancel();
    // The request is in flight, so only its being left lets the server end before its own limit of ten seconds.
    server.served.await.unwrap();
    assert!(to_end(&mut stream).await.len() < 30_000_000);
}

#[tokio::test]
async fn a_stop_finishes_what_is_in_flight_and_takes_nothing_new() {
    let server = server(AcceptLimits::default());
    let mut idle = server.connect().await;
    let mut slow = server.connect().await;
    slow.write_all(b"GET /slow HTTP/1.1\r\nhost: here\r\n\r\n")
        .await
        .unwrap();
    while server.inside.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    server.stop.cancel();
    assert_eq!(to_end(&mut idle).await, "");
    while TcpStream::connect(server.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!server.served.is_finished());
    server.release.notify_one();
    let answer = to_end(&mut slow).await;
    assert!(answer.ends_with("slow"), "{answer}");
    server.served.await.unwrap();
}

#[tokio::test]
async fn a_stop_does_not_wait_longer_than_its_limit() {
    let server = server(AcceptLimits {
        stop: Duration::from_millis(50),
        ..AcceptLimits::default()
    });
    let mut slow = server.connect().await;
    slow.write_all(b"GET /slow HTTP/1.1\r\nhost: here\r\n\r\n")
        .await
        .unwrap();
    while server.inside.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    server.stop.cancel();
    server.served.await.unwrap();
}

#[tokio::test]
async fn a_full_house_lets_the_next_one_in_when_a_seat_is_free() {
    let server = server(AcceptLimits {
        connections: Some(1),
        ..AcceptLimits::default()
    });
    let mut first = server.connect().await;
    first
        .write_all(b"GET /slow HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    while server.inside.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    let mut second = server.connect().await;
    second.write_all(HONEST).await.unwrap();
    let mut byte = [0];
    let early = tokio::time::timeout(Duration::from_millis(50), second.read(&mut byte)).await;
    assert!(early.is_err(), "answered although the house was full");
    server.release.notify_one();
    assert!(to_end(&mut first).await.ends_with("slow"));
    assert!(to_end(&mut second).await.ends_with("127.0.0.1"));
}

#[tokio::test]
async fn who_comes_over_a_unix_socket_is_served_beside_the_others_and_has_no_address() {
    // A name of the kernel's, of no file.
    let place = UnixAddr::from_abstract_name(format!("beseda-accept-{}", std::process::id())).unwrap();
    let listener = StdListener::bind_addr(&place).unwrap();
    listener.set_nonblocking(true).unwrap();
    let server = server_beside(short(), Some(UnixListener::from_std(listener).unwrap().into()));
    let connect = || {
        let stream = StdStream::connect_addr(&place).unwrap();
        stream.set_nonblocking(true).unwrap();
        UnixStream::from_std(stream).unwrap()
    };
    let ask = async |mut stream: Stream| {
        stream.write_all(HONEST).await.unwrap();
        to_end(&mut stream).await
    };
    for _ in 0..3 {
        let over_unix = ask(connect().into()).await;
        assert!(over_unix.ends_with("over unix"), "{over_unix}");
        let over_tcp = ask(server.connect().await.into()).await;
        assert!(over_tcp.ends_with("127.0.0.1"), "{over_tcp}");
    }
    // One that says nothing is gone after a while, as everywhere.
    assert_eq!(to_end(&mut connect()).await, "");
}

#[tokio::test]
async fn what_answers_is_exchanged_between_two_requests_of_one_connection() {
    let server = server(AcceptLimits::default());
    let mut stream = server.connect().await;
    let mut ask = async || {
        stream.write_all(b"GET / HTTP/1.1\r\nhost: here\r\n\r\n").await.unwrap();
        let mut answer = [0; 4_096];
        let read = stream.read(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer[..read]).into_owned()
    };
    assert!(ask().await.ends_with("127.0.0.1"));
    server
        .answers
        .exchange(Router::new().route("/", get(|| async { "another" })));
    assert!(ask().await.ends_with("another"));
}
