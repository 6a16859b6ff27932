//! What is counted of requests, of who comes by which door, and of files that come.

use super::refused::Refused;
use beseda_core::words::FileLook;
use beseda_core::{Error, Fault};
use beseda_counts::{By, Counter, Few, Histogram, Page};
use http::Method;
use std::time::Duration;

/// What is counted here.
#[derive(Debug)]
pub struct Counts {
    requests: By<Counter, 4>,
    took: By<Histogram, 2>,
    sign_ins: By<Counter, 2>,
    /// The same, found without a lock: somebody comes with every request.
    doors: Few<(Door, &'static str), Counter, { Door::ALL.len() * OUTCOMES.len() }>,
    uploads: Counter,
    upload_bytes: Counter,
    uploads_refused: By<Counter, 1>,
}

/// What is counted of one route: known to the end of all routes, so that nothing is looked up under a lock.
#[derive(Debug)]
pub struct OfRoute {
    contract: &'static str,
    route: &'static str,
    requests: By<Counter, 4>,
    took: By<Histogram, 2>,
    answers: Few<(&'static str, u16), (Counter, Histogram), ANSWERS>,
}

/// So many pairs of method and status of a route are found without a lock; others are counted as well.
const ANSWERS: usize = 24;

/// What comes of showing a proof.
const OUTCOMES: [&str; 3] = ["accepted", "refused", "failed"];

/// By what somebody comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// A token of ours or of a host application.
    Token,
    /// A ticket of a socket.
    Ticket,
    /// A session of ours.
    Session,
    /// A session of the host.
    HostSession,
    /// A name and a password.
    Password,
    /// An API key.
    ApiKey,
}

impl Default for Counts {
    fn default() -> Self {
        let counts = Self {
            requests: By::new(["contract", "method", "route", "status"]),
            took: By::new(["contract", "route"]),
            sign_ins: By::new(["door", "outcome"]),
            doors: Few::default(),
            uploads: Counter::default(),
            upload_bytes: Counter::default(),
            uploads_refused: By::new(["reason"]),
        };
        for door in Door::ALL {
            for outcome in OUTCOMES {
                counts.sign_ins.begin([door.word().into(), outcome.into()]);
            }
        }
        counts
    }
}

impl Counts {
    /// What is counted of a route: of a contract, by its pattern.
    pub fn of_route(&self, contract: &'static str, route: &'static str) -> OfRoute {
        OfRoute {
            contract,
            route,
            requests: self.requests.clone(),
            took: self.took.clone(),
            answers: Few::default(),
        }
    }

    /// Somebody came by a door, and was let in, was not, or nobody could find out.
    pub fn came<T>(&self, door: Door, outcome: &Result<T, Refused>) {
        let outcome = match outcome {
            Ok(_) => "accepted",
            Err(Refused::Fault(_) | Refused::HostAway) => "failed",
            Err(_) => "refused",
        };
        let make = || self.sign_ins.of([door.word().into(), outcome.into()]);
        if let Some(count) = self.doors.of((door, outcome), make) {
            count.inc();
        }
    }

    /// A file has come whole.
    pub fn uploaded(&self, look: &FileLook) {
        self.uploads.inc();
        self.upload_bytes.inc_by(look.bytes);
    }

    /// A file was not taken.
    pub fn not_uploaded(&self, error: &Error) {
        let word = match error {
            Error::Refused(refusal) => refusal.word(),
            Error::Failed(fault) => Fault::word(fault),
        };
        self.uploads_refused.of([word.into()]).inc();
    }

    /// Puts everything on the page of numbers.
    pub fn show(&self, page: &mut Page) {
        page.show(
            "http_requests",
            "Requests that were answered, by the pattern of their route",
            self.requests.clone(),
        );
        page.show_seconds(
            "http_request",
            "From when the head of a request has come until its answer begins",
            self.took.clone(),
        );
        page.show(
            "sign_ins",
            "How often something that proves a person was shown, by what it was and what came of it",
            self.sign_ins.clone(),
        );
        page.show("uploads", "Files that came whole", self.uploads.clone());
        page.show_bytes("upload", "What of them was kept", self.upload_bytes.clone());
        page.show(
            "uploads_refused",
            "Files that were not taken, by why",
            self.uploads_refused.clone(),
        );
    }
}

impl OfRoute {
    /// A request was answered, which took so long.
    pub fn answered(&self, method: &Method, status: u16, took: Duration) {
        let (contract, route, method) = (self.contract.into(), self.route.into(), method_word(method));
        let labels = [contract, method.into(), route, status.into()];
        let make = || {
            let took = self.took.of([self.contract.into(), self.route.into()]);
            (self.requests.of(labels.clone()), took)
        };
        let one_more;
        let (requests, times) = match self.answers.of((method, status), make) {
            Some(known) => known,
            None => {
                one_more = make();
                &one_more
            }
        };
        requests.inc();
        times.took(took);
    }
}

impl Door {
    const ALL: [Self; 6] = [
        Self::Token,
        Self::Ticket,
        Self::Session,
        Self::HostSession,
        Self::Password,
        Self::ApiKey,
    ];

    const fn word(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Ticket => "ticket",
            Self::Session => "session",
            Self::HostSession => "host_session",
            Self::Password => "password",
            Self::ApiKey => "api_key",
        }
    }
}

/// The method as it is counted: a client may send any word.
fn method_word(method: &Method) -> &'static str {
    const KNOWN: [(Method, &str); 7] = [
        (Method::GET, "GET"),
        (Method::POST, "POST"),
        (Method::HEAD, "HEAD"),
        (Method::PUT, "PUT"),
        (Method::PATCH, "PATCH"),
        (Method::DELETE, "DELETE"),
        (Method::OPTIONS, "OPTIONS"),
    ];
    let known = KNOWN.iter().find(|(known, _)| known == method);
    known.map_or("other", |(_, word)| word)
}
