//! What is counted of sockets, of the messages that come, and of what is told.

use beseda_core::Error;
use beseda_counts::{By, Counter, Few, Gauge, Histogram, Page};
use std::sync::Arc;
use std::time::Duration;

/// How messages come: in frames of a socket.
pub const SOCKET: &str = "socket";
/// How messages come: in requests.
pub const HTTP: &str = "http";

/// The close codes that are counted by their numbers. Peers may send any other.
const CODES: [u16; 20] = [
    1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 4000, 4001, 4003, 4008, 4009, 4010,
    4029,
];

/// So many contracts are found without a lock; others would be counted as well.
const CONTRACTS: usize = 16;

/// What is counted here. Sockets, messages and refusals are told apart by their contracts.
#[derive(Debug)]
pub struct Counts {
    messages: By<Counter, 3>,
    acks: By<Histogram, 2>,
    refused: By<Counter, 3>,
    open: By<Gauge, 1>,
    opened: By<Counter, 1>,
    closed: By<Counter, 2>,
    turned_away: By<Counter, 1>,
    queued: By<Counter, 1>,
    dropped: By<Counter, 1>,
    overflowed: By<Counter, 1>,
    resynced: By<Counter, 1>,
    pub(crate) fan_out: Histogram,
    /// Who has messages or sockets.
    contracts: Few<&'static str, Arc<OfContract>, CONTRACTS>,
}

/// What is counted of one contract: kept by its sockets, so that nothing is looked up while they are told.
#[derive(Debug)]
pub struct OfContract {
    by_socket: Sends,
    by_request: Sends,
    pub(crate) open: Gauge,
    pub(crate) opened: Counter,
    /// Frames that were queued for a peer.
    pub(crate) queued: Counter,
    /// Frames of what is kept nowhere, for which there was no room.
    pub(crate) dropped: Counter,
    /// How often a peer read so slowly that its queue was full.
    pub(crate) overflowed: Counter,
    /// How often somebody was told from the store what had passed them by.
    pub(crate) resynced: Counter,
}

/// Messages that come to one contract in one way.
#[derive(Debug)]
struct Sends {
    took: Histogram,
    new: Counter,
    repeated: Counter,
    failed: Counter,
}

impl Default for Counts {
    fn default() -> Self {
        let by_contract = ["contract"];
        Self {
            messages: By::new(["contract", "transport", "outcome"]),
            acks: By::new(["contract", "transport"]),
            refused: By::new(["contract", "transport", "reason"]),
            open: By::new(by_contract),
            opened: By::new(by_contract),
            closed: By::new(["contract", "code"]),
            turned_away: By::new(["code"]),
            queued: By::new(by_contract),
            dropped: By::new(by_contract),
            overflowed: By::new(by_contract),
            resynced: By::new(by_contract),
            fan_out: Histogram::of_seconds(),
            contracts: Few::default(),
        }
    }
}

impl Counts {
    /// What is counted of the contract of this name.
    pub fn of(&self, contract: &'static str) -> Arc<OfContract> {
        let begin = || Arc::new(self.begin(contract));
        self.contracts.of(contract, begin).cloned().unwrap_or_else(begin)
    }

    fn begin(&self, name: &'static str) -> OfContract {
        let sends = |transport: &'static str| {
            let outcome = |outcome: &'static str| self.messages.of([name.into(), transport.into(), outcome.into()]);
            Sends {
                took: self.acks.of([name.into(), transport.into()]),
                new: outcome("new"),
                repeated: outcome("repeated"),
                failed: outcome("failed"),
            }
        };
        OfContract {
            by_socket: sends(SOCKET),
            by_request: sends(HTTP),
            open: self.open.of([name.into()]),
            opened: self.opened.of([name.into()]),
            queued: self.queued.of([name.into()]),
            dropped: self.dropped.of([name.into()]),
            overflowed: self.overflowed.of([name.into()]),
            resynced: self.resynced.of([name.into()]),
        }
    }

    /// Something of a contract was refused, for which there is a word.
    pub fn refused(&self, contract: &'static str, transport: &'static str, reason: &'static str) {
        self.refused
            .of([contract.into(), transport.into(), reason.into()])
            .inc();
    }

    /// A socket of a contract has ended with this code.
    pub(crate) fn closed(&self, contract: &'static str, code: u16) {
        let code = if CODES.contains(&code) {
            code.into()
        } else {
            "other".into()
        };
        self.closed.of([contract.into(), code]).inc();
    }

    /// A socket was closed with this code instead of being let in.
    pub(crate) fn turned_away(&self, code: u16) {
        self.turned_away.of([code.into()]).inc();
    }

    /// Puts everything on the page of numbers.
    pub fn show(&self, page: &mut Page) {
        page.show(
            "messages",
            "Messages: new ones, retries that were answered with the first, and those that failed on our side",
            self.messages.clone(),
        );
        page.show_seconds(
            "send_ack",
            "From when a message has come until it is kept and its sender is told",
            self.acks.clone(),
        );
        page.show(
            "refused",
            "What was refused, by why: requests, and frames of sockets",
            self.refused.clone(),
        );
        page.show("ws_connections", "Sockets that are open", self.open.clone());
        page.show("ws_opened", "Sockets that were let in", self.opened.clone());
        page.show(
            "ws_closed",
            "Sockets that have ended, by close code",
            self.closed.clone(),
        );
        page.show(
            "ws_turned_away",
            "Sockets that were closed instead of being let in, by close code",
            self.turned_away.clone(),
        );
        page.show_seconds(
            "fanout",
            "From the commit of an event until its frames are queued for everybody who listens",
            self.fan_out.clone(),
        );
        page.show(
            "frames_queued",
            "Frames that were queued for a peer",
            self.queued.clone(),
        );
        page.show(
            "frames_dropped",
            "Frames of what is kept nowhere (typing, positions) for which a queue had no room",
            self.dropped.clone(),
        );
        page.show(
            "queue_overflow",
            "How often a peer read so slowly that its queue was full, and what it missed had to be read from the store",
            self.overflowed.clone(),
        );
        page.show(
            "resyncs",
            "How often somebody was told from the store what had passed them by",
            self.resynced.clone(),
        );
    }
}

impl OfContract {
    /// A message has come by a request, and this became of it: whether it was new.
    pub fn came_by_request<E>(&self, took: Duration, outcome: Result<bool, E>, is_refused: impl Fn(&E) -> bool) {
        self.by_request.count(took, outcome, is_refused);
    }

    /// The same by a frame of a socket.
    pub(crate) fn came_by_socket(&self, took: Duration, outcome: Result<bool, &Error>) {
        let is_refused = |error: &&Error| matches!(error, Error::Refused(_));
        self.by_socket.count(took, outcome, is_refused);
    }
}

impl Sends {
    fn count<E>(&self, took: Duration, outcome: Result<bool, E>, is_refused: impl Fn(&E) -> bool) {
        match outcome {
            Ok(true) => self.new.inc(),
            Ok(false) => self.repeated.inc(),
            // Counted by its word, elsewhere.
            Err(error) if is_refused(&error) => return,
            Err(_) => self.failed.inc(),
        };
        self.took.took(took);
    }
}
