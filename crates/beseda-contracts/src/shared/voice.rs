//! How a contract says what went wrong, and the answer in which it does.

use super::language::Language;
use super::refused::Refused;
use axum::body::Body;
use axum::response::Response;
use beseda_core::{Fault, Refusal};
use beseda_live::requests::RequestId;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use std::sync::Arc;

/// A contract's voice. Every route has one, and the server one for what is no route's.
pub trait Voice: Send + Sync {
    /// The status, where the contract has one of its own.
    fn status(&self, refused: &Refused) -> StatusCode {
        refused.status()
    }

    /// The media type of the body.
    fn media(&self) -> HeaderValue {
        HeaderValue::from_static("application/json")
    }

    /// The body. Nothing in it tells the cause of a fault.
    fn body(&self, refused: &Refused, language: Language) -> String;

    /// The body where something of ours failed: with the id by which our log tells the cause, where the contract has a
    /// place for it.
    fn body_of_fault(&self, refused: &Refused, language: Language, _request: &RequestId) -> String {
        self.body(refused, language)
    }

    /// Writes a fault of ours to the log.
    fn log(&self, fault: &Fault) {
        match fault {
            Fault::Busy | Fault::Stopping | Fault::Away(_) | Fault::Hindered(..) => {
                tracing::warn!("a request was put off: {fault}")
            }
            Fault::Store(_) | Fault::Internal(_) => tracing::error!("a request failed: {fault}"),
        }
    }
}

/// Whose route gave an answer, and whether what is not there may have been guessed at.
#[derive(Clone, Copy)]
pub(super) struct Spoken {
    pub(super) by: &'static dyn Voice,
    pub(super) counts_misses: bool,
    /// The pattern of the route.
    pub(super) route: &'static str,
}

/// Takes what went wrong out of an answer that nobody has said yet.
pub(super) fn unsaid(answer: &mut Response) -> Option<Arc<Refused>> {
    answer.extensions_mut().remove::<Arc<Refused>>()
}

/// Says in an answer what went wrong. Its other headers stay.
pub(super) fn say(
    answer: &mut Response,
    voice: &dyn Voice,
    refused: &Refused,
    language: Language,
    request: Option<&RequestId>,
) {
    if let Refused::Fault(fault) = refused {
        voice.log(fault);
    }
    *answer.status_mut() = voice.status(refused);
    let status = answer.status();
    let body = match request.filter(|_| status.is_server_error()) {
        Some(request) => voice.body_of_fault(refused, language, request),
        None => voice.body(refused, language),
    };
    *answer.body_mut() = Body::from(body);
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, voice.media());
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    tell(headers, status, refused);
}

/// The headers that say what a program needs to know, whatever the voice.
fn tell(headers: &mut HeaderMap, status: StatusCode, refused: &Refused) {
    match refused {
        Refused::OtherMethod { allow, .. } => {
            headers.insert(ALLOW, HeaderValue::from_static(allow));
        }
        Refused::Rule(Refusal::TooFast { retry_seconds }) => {
            headers.insert(RETRY_AFTER, HeaderValue::from(*retry_seconds));
        }
        _ if status == StatusCode::SERVICE_UNAVAILABLE => {
            headers.insert(RETRY_AFTER, HeaderValue::from(1));
        }
        _ if status == StatusCode::UNAUTHORIZED => {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"api\""));
        }
        _ => {}
    }
}

/// The whole answer in which a voice says it.
#[cfg(test)]
pub fn answered(voice: &dyn Voice, refused: impl Into<Refused>, language: Language) -> Response {
    let refused = refused.into();
    let mut answer = Response::default();
    say(&mut answer, voice, &refused, language, None);
    answer
}
