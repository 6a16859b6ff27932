//! The accept loop: hyper on plain sockets, with the deadlines that `axum::serve` does not have.
//!
//! A connection that says nothing, or half a header, or stops in the middle of a body, is gone after a while; what an
//! honest client sees of it is nothing.

mod body;
mod head;
mod watch;

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
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use self::body::{Answering, Asking};
pub(crate) use self::watch::Watched;
use self::watch::{Phase, Watch};

/// The kernel keeps so many connections for us until we accept them.
const BACKLOG: u32 = 4_096;
/// hyper takes no smaller buffer, and a body comes in pieces of this size.
const BUFFER: usize = 65_536;
/// So many bytes of a body that nobody wanted are read, and so long, before the connection ends instead.
const PASSED_OVER: usize = 65_536;
const PASSING: Duration = Duration::from_millis(200);
/// When the system has no file or memory left, trying again at once would only spin.
const BREATHER: Duration = Duration::from_millis(200);

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

/// A listener on `address` with a long backlog. Needs a tokio runtime.
///
/// # Errors
/// What the system says, most often that the address is in use.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()
    } else {
        TcpSocket::new_v6()
    }?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves `router` until `stop` is cancelled and the requests in flight have been answered, or `limits.stop` is
/// over. Every request carries [`ConnectInfo`] of its peer. Connections that have become sockets are not waited for.
pub async fn serve(listener: TcpListener, router: Router, limits: AcceptLimits, stop: CancellationToken) {
    let open = TaskTracker::new();
    let seats = limits.connections.map(|most| Arc::new(Semaphore::new(most)));
    let accepting = async {
        loop {
            let seat = match &seats {
                Some(seats) => Arc::clone(seats).acquire_owned().await.ok(),
                None => None,
            };
            match listener.accept().await {
                Ok((stream, peer)) => {
                    let peer = Peer {
                        peer,
                        router: router.clone(),
                        limits,
                        seat,
                    };
                    open.spawn(peer.converse(stream, stop.clone()));
                }
                Err(error) if is_of_the_peer(&error) => {}
                Err(error) => {
                    tracing::warn!(%error, "no connection can be accepted");
                    tokio::time::sleep(BREATHER).await;
                }
            }
        }
    };
    tokio::select! {
        () = stop.cancelled() => {}
        () = accepting => {}
    }
    drop(listener);
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
    peer: SocketAddr,
    router: Router,
    limits: AcceptLimits,
    seat: Option<OwnedSemaphorePermit>,
}

impl Peer {
    async fn converse(self, stream: TcpStream, stop: CancellationToken) {
        let since = Instant::now();
        // A small packet must not wait for the answer to the last one.
        let _ = stream.set_nodelay(true);
        // hyper and its buffers come only when there is something to read. Not `readable()`, which a fresh stream
        // claims to be until somebody has tried.
        let mut first_byte = [0];
        tokio::select! {
            () = stop.cancelled() => return,
            first = tokio::time::timeout(self.limits.first_byte, stream.peek(&mut first_byte)) => {
                if !matches!(first, Ok(Ok(1))) {
                    return;
                }
            }
        }
        let Self {
            peer,
            router,
            limits,
            seat,
        } = self;
        let watch = Arc::new(Watch::new(Phase::Header(since)));
        let io = TokioIo::new(Watched::new(stream, Arc::clone(&watch), seat));
        let service = service_fn({
            let watch = Arc::clone(&watch);
            move |request| answer(router.clone(), request, peer, Arc::clone(&watch), limits.body_idle)
        });
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
    peer: SocketAddr,
    watch: Arc<Watch>,
    body_idle: Duration,
) -> Result<http::Response<Answering>, Infallible> {
    watch.enter(Phase::Busy);
    if let Some(refused) = head::refused(&request) {
        watch.linger();
        return Ok(refused.map(|body| Answering::new(body, watch)));
    }
    request.extensions_mut().insert(ConnectInfo(peer));
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
