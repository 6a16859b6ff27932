//! What traces are made of: spans of a target of their own, which no log shows. Where nobody takes them, each costs a look
//! at one number.

use crate::requests::RequestId;
use tracing::level_filters::LevelFilter;
use tracing::{Span, trace_span};

/// The target of the spans of traces, and of nothing else.
pub const TRACES: &str = "traces";

/// Who answered a request: left in the answer where somebody takes traces.
#[derive(Debug, Clone, Copy)]
pub struct Answerer {
    /// Whose route it is.
    pub contract: &'static str,
    /// Its pattern, if it was one of ours.
    pub route: Option<&'static str>,
}

/// Whether somebody takes traces: whoever does takes everything.
#[must_use]
pub fn are_taken() -> bool {
    LevelFilter::current() == LevelFilter::TRACE
}

/// The span of a wait for the store in a request: from when work is handed over until it is answered.
pub(crate) fn of_store(what: &'static str) -> Span {
    let is_in_request = || Span::current().metadata().is_some_and(|meta| meta.target() == TRACES);
    if are_taken() && is_in_request() {
        trace_span!(target: TRACES, "store", otel.name = what)
    } else {
        Span::none()
    }
}

/// The span of a message that came by a socket: from when it has come until its sender is told.
pub(crate) fn of_message(contract: &'static str, opener: Option<&RequestId>) -> Span {
    trace_span!(
        target: TRACES,
        parent: None,
        "message",
        otel.kind = "server",
        beseda.contract = contract,
        beseda.request_id = opener.map(display),
    )
}
