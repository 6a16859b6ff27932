//! The accept loop: hyper on plain sockets, with the deadlines that `axum::serve` does not have.
//!
//! A connection that says nothing, or half a header, or stops in the middle of a body, is gone after a while; what an
//! honest client sees of it is nothing.

mod body;
mod head;
mod listen;
mod stream;
mod watch;

pub use self::listen::{listen, listen_at, listen_beside};
pub use self::stream::{Listener, OverUnix, Stream};

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, Request, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use parking_lot::RwLock;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use self::body::{Answering, Asking};
pub(crate) use self::watch::Watched;
use self::watch::{Phase, Watch};
use crate::requests::numbered;

/// hyper takes no smaller buffer, and a body comes in pieces of this size.
const BUFFER: usize = 65_536;
/// So many bytes of a body that nobody wanted are read, and so long, before the connection ends instead.
const PASSED_OVER: usize = 65_536;
const PASSING: Duration = Duration::from_millis(200);
/// When the system has no file or memory left, trying again at once would only spin.
const BREATHER: Duration = Duration::from_millis(200);
/// Where that lasts, it is told again after so many tries: every 10 seconds.
const TOLD_EVERY: u32 = 50;

/// What a connection may do before it is one, and while it speaks HTTP.
#[derive(Debug, Clone, Copy)]
pub struct AcceptLimits {
    /// From the connect to the first byte.
    pub first_byte: Duration,
    /// From the first byte of a request to the end of its header; for the first request, from the connect.
    pub header: Duration,
    /// From an answer to the next request; also how long a peer may take nothing of an answer.
    pub idle: Duration,
    /// From one piece of a request's body to the next; also how long the rest of a body that was refused is thrown away.
    pub body_idle: Duration,
    /// Headers of a request.
    pub headers: usize,
    /// Bytes of a request's line and headers.
    pub header_bytes: usize,
    /// Open connections of the process, sockets included; more wait in the kernel.
    pub connections: Option<usize>,
    /// So long may requests in flight take to end once `stop` is cancelled.
    pub stop: Duration,
}

impl Default for AcceptLimits {
    fn default() -> Self {
        Self {
            first_byte: Duration::from_secs(5),
            header: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            body_idle: Duration::from_secs(30),
            headers: 100,
            header_bytes: 32_768,
            connections: None,
            stop: Duration::from_secs(10),
        }
    }
}

/// What answers requests. It can be exchanged while connections are open: their next request is the new one's.
#[derive(Clone)]
pub struct Answers(Arc<RwLock<Router>>);

impl Answers {
    /// From now on this one answers.
    pub fn exchange(&self, router: Router) {
        *self.0.write() = router;
    }

    fn now(&self) -> Router {
        self.0.read().clone()
    }
}

impl From<Router> for Answers {
    fn from(router: Router) -> Self {
        Self(Arc::new(RwLock::new(router)))
    }
}

/// All that connections come from.
pub struct Listeners(Vec<Listener>);

impl<L: Into<Listener>> From<L> for Listeners {
    fn from(listener: L) -> Self {
        Self(vec![listener.into()])
    }
}

impl From<Vec<Listener>> for Listeners {
    fn from(listeners: Vec<Listener>) -> Self {
        Self(listeners)
    }
}

impl Listeners {
    /// The next connection of any of them. They take turns: behind one that is busy, the others are not kept waiting.
    async fn accept(&mut self) -> io::Result<(Stream, Option<SocketAddr>)> {
        poll_fn(|cx| {
            for at in 0..self.0.len() {
                let polled = self.0.get(at).map(|listener| listener.poll_accept(cx));
                if let Some(Poll::Ready(accepted)) = polled {
                    self.0.rotate_left(at + 1);
                    return Poll::Ready(accepted);
                }
            }
            Poll::Pending
        })
        .await
    }
}

/// Serves `answers` until `stop` is cancelled and the requests in flight have been answered, or `limits.stop` is
/// over. Every request carries [`ConnectInfo`] of its peer, or [`OverUnix`]. Connections that have become sockets are not
/// waited for.
pub async fn serve(
    listeners: impl Into<Listeners>,
    answers: impl Into<Answers>,
    limits: AcceptLimits,
    stop: CancellationToken,
) {
    let (mut listeners, answers, open) = (listeners.into(), answers.into(), TaskTracker::new());
    let seats = limits.connections.map(|most| Arc::new(Semaphore::new(most)));
    let accepting = async {
        let mut failed = 0_u32;
        loop {
            let seat = match &seats {
                Some(seats) => Arc::clone(seats).acquire_owned().await.ok(),
                None => None,
            };
            match listeners.accept().await {
                Ok((stream, peer)) => {
                    if failed > 0 {
                        tracing::info!("connections are accepted again");
                        failed = 0;
                    }
                    let peer = Peer {
                        peer,
                        answers: answers.clone(),
                        limits,
                        seat,
                    };
                    open.spawn(peer.converse(stream, stop.clone()));
                }
                Err(error) if is_of_the_peer(&error) => {}
                Err(error) => {
                    if failed.is_multiple_of(TOLD_EVERY) {
                        tracing::warn!(%error, "no connection can be accepted; it is tried again and again");
                    }
                    failed = failed.wrapping_add(1).max(1);
                    tokio::time::sleep(BREATHER).await;
                }
            }
        }
    };
    tokio::select! {
        () = stop.cancelled() => {}
        () = accepting => {}
    }
    drop(listeners);
    open.close();
    if tokio::time::timeout(limits.stop, open.wait()).await.is_err() {
        tracing::warn!(connections = open.len(), "stopped with requests in flight");
    }
}

/// The connection was lost before we took it: nobody's fault here, and the next one may be well.
fn is_of_the_peer(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    )
}

/// One connection and what it is served with.
struct Peer {
    /// Its address, where it has one.
    peer: Option<SocketAddr>,
    answers: Answers,
    limits: AcceptLimits,
    seat: Option<OwnedSemaphorePermit>,
}

impl Peer {
    async fn converse(self, stream: Stream, stop: CancellationToken) {
        let since = Instant::now();
        stream.send_at_once();
        // hyper and its buffers come only when there is something to read.
        tokio::select! {
            () = stop.cancelled() => return,
            first = tokio::time::timeout(self.limits.first_byte, stream.begins()) => {
                if !matches!(first, Ok(Ok(true))) {
                    return;
                }
            }
        }
        let Self {
            peer,
            answers,
            limits,
            seat,
        } = self;
        let watch = Arc::new(Watch::new(Phase::Header(since)));
        let io = TokioIo::new(Watched::new(stream, Arc::clone(&watch), seat));
        let service = service_fn({
            let watch = Arc::clone(&watch);
            move |request| answer(answers.now(), request, peer, Arc::clone(&watch), limits.body_idle)
        });
        let service = numbered(service);
        let connection = http1::Builder::new()
            .header_read_timeout(None)
            .max_headers(limits.headers)
            .max_header_size(limits.header_bytes)
            .max_buf_size(limits.header_bytes.max(BUFFER))
            .serve_connection(io, service)
            .with_upgrades();
        let mut connection = pin!(connection);
        let mut stopping = pin!(stop.cancelled());
        let mut told = false;
        let mut timer = pin!(tokio::time::sleep_until(since + limits.header));
        poll_fn(|cx| {
            if !told && stopping.as_mut().poll(cx).is_ready() {
                told = true;
                connection.as_mut().graceful_shutdown();
            }
            if connection.as_mut().poll(cx).is_ready() || told && watch.only_lingers() {
                return Poll::Ready(());
            }
            let Some(deadline) = watch.deadline(&limits) else {
                return Poll::Pending;
            };
            if timer.deadline() != deadline {
                timer.as_mut().reset(deadline);
            }
            timer.as_mut().poll(cx)
        })
        .await;
    }
}

async fn answer(
    router: Router,
    mut request: Request<Incoming>,
    peer: Option<SocketAddr>,
    watch: Arc<Watch>,
    body_idle: Duration,
) -> Result<http::Response<Answering>, Infallible> {
    watch.enter(Phase::Busy);
    if let Some(refused) = head::refused(&request) {
        watch.linger();
        return Ok(refused.map(|body| Answering::new(body, watch)));
    }
    match peer {
        Some(peer) => drop(request.extensions_mut().insert(ConnectInfo(peer))),
        None => drop(request.extensions_mut().insert(OverUnix)),
    }
    let request = request.map(|body| Body::new(Asking::new(body, Arc::clone(&watch), body_idle)));
    let mut response = match router.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    if watch.body_has_stalled() {
        response = refusal(StatusCode::REQUEST_TIMEOUT, "The body of the request did not arrive.");
    }
    if let Some(rest) = watch.take_left_body()
        && !is_passed_over(rest).await
    {
        watch.linger();
        // Said, so that nobody sends the next request on a connection that ends.
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
    }
    Ok(response.map(|body| Answering::new(body, watch)))
}

/// Reads the rest of a body that nobody wanted; whether that is all of it. It is neither waited for nor read for long,
/// and not asked for at all (`Expect: 100-continue`) where it says that it is long.
async fn is_passed_over(rest: Incoming) -> bool {
    if rest.size_hint().lower() > PASSED_OVER as u64 {
        return false;
    }
    let whole = Limited::new(rest, PASSED_OVER).collect();
    matches!(tokio::time::timeout(PASSING, whole).await, Ok(Ok(_)))
}

/// What is said where no contract has been asked, after which the connection ends: what comes next on it is not known.
fn refusal(status: StatusCode, detail: &'static str) -> Response {
    let headers = [(header::CONNECTION, HeaderValue::from_static("close"))];
    (status, headers, axum::Json(serde_json::json!({ "detail": detail }))).into_response()
}

#[cfg(test)]
mod tests;
