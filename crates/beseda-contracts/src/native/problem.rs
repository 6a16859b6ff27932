//! Errors as RFC 9457 writes them: `application/problem+json`, the shared ones and those of these calls alone.
//!
//! Its `detail` is also what clients read that were written for Django REST Framework.

use crate::shared::{Drf, Routes, Shared};
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter};
use beseda_core::{Error, Fault, Refusal};
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// The methods that can be told that they are not allowed in these words.
const METHODS: [(&str, MethodFilter); 6] = [
    ("GET", MethodFilter::GET),
    ("HEAD", MethodFilter::HEAD),
    ("POST", MethodFilter::POST),
    ("PUT", MethodFilter::PUT),
    ("PATCH", MethodFilter::PATCH),
    ("DELETE", MethodFilter::DELETE),
];

/// What is wrong with each field, by name: every mistake of a request in one answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Mistakes(Vec<(String, String)>);

impl Mistakes {
    /// Adds one.
    pub(super) fn add(&mut self, field: &str, sentence: impl Into<String>) {
        self.0.push((field.to_owned(), sentence.into()));
    }

    /// One mistake alone.
    pub(super) fn one(field: &str, sentence: impl Into<String>) -> Self {
        let mut mistakes = Self::default();
        mistakes.add(field, sentence);
        mistakes
    }

    /// Ends the collecting.
    ///
    /// # Errors
    /// [`Problem::Mistakes`] where there is any.
    pub(super) fn none(self) -> Result<(), Problem> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Problem::Mistakes(self))
        }
    }

    fn json(&self) -> Value {
        let mut fields = Map::new();
        for (field, sentence) in &self.0 {
            let said = fields.entry(field.clone()).or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(sentences) = said {
                sentences.push(Value::from(sentence.as_str()));
            }
        }
        Value::Object(fields)
    }
}

/// Why a call did not do what it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Problem {
    /// An error that every contract has.
    Shared(Drf),
    /// 400: fields are wrong.
    Mistakes(Mistakes),
    /// 409: another person logs in by this.
    NameTaken(&'static str),
    /// 404: no room has this key.
    NoSuchRoom,
    /// 401: the key proves nothing.
    BadKey,
    /// 403: the key is for other things; the word of the scope that it lacks.
    WrongScope(&'static str),
}

impl From<Drf> for Problem {
    fn from(error: Drf) -> Self {
        Self::Shared(error)
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Self::Shared(fault.into())
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NameTaken { field } => Self::NameTaken(field),
            Refusal::NoSuchRoom => Self::NoSuchRoom,
            Refusal::EmptyTitle | Refusal::TitleTooLong { .. } => Self::at("title", &refusal),
            Refusal::TooManyMembers { .. } => Self::at("members", &refusal),
            Refusal::EmptyText | Refusal::TextTooLong { .. } | Refusal::NulInText => Self::at("text", &refusal),
            Refusal::BadClientId { .. } => Self::at("client_id", &refusal),
            other => Self::Shared(other.into()),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => refusal.into(),
            Error::Failed(fault) => fault.into(),
        }
    }
}

impl Problem {
    /// A refusal as the mistake of a field.
    fn at(field: &str, refusal: &Refusal) -> Self {
        let said = refusal.to_string();
        let mut letters = said.chars();
        let first = letters.next().map(|first| first.to_uppercase().to_string());
        Self::Mistakes(Mistakes::one(
            field,
            format!("{}{}.", first.unwrap_or_default(), letters.as_str()),
        ))
    }

    /// One wrong field.
    pub(super) fn mistake(field: &str, sentence: impl Into<String>) -> Self {
        Self::Mistakes(Mistakes::one(field, sentence))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, code, detail, errors) = match self {
            // The layer below finds it in the answer, whoever refused.
            Self::Shared(error) => return error.into_response(),
            Self::Mistakes(mistakes) => {
                let detail = "Fields are wrong: `errors` says which and why.".to_owned();
                (StatusCode::BAD_REQUEST, "invalid", detail, Some(mistakes.json()))
            }
            Self::NameTaken(field) => {
                let sentence = format!("Another person has this {field}.");
                let errors = Mistakes::one(field, sentence.as_str()).json();
                (StatusCode::CONFLICT, "name_taken", sentence, Some(errors))
            }
            Self::NoSuchRoom => {
                let detail = "No room has this key.".to_owned();
                (StatusCode::NOT_FOUND, "no_such_room", detail, None)
            }
            Self::BadKey => {
                let detail = "This API key is unknown or revoked.".to_owned();
                let mut answer = Drf::NotAuthenticated.into_response();
                answer.extensions_mut().remove::<Arc<Drf>>();
                return written(answer, "api_key_not_valid", &detail, None);
            }
            Self::WrongScope(scope) => {
                let detail = format!("This API key has no scope {scope}.");
                (StatusCode::FORBIDDEN, "wrong_scope", detail, None)
            }
        };
        written(status.into_response(), code, &detail, errors)
    }
}

/// The answer with a problem as its body.
fn written(mut answer: Response, code: &str, detail: &str, errors: Option<Value>) -> Response {
    let status = answer.status();
    let mut problem = json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or_default(),
        "status": status.as_u16(),
        "detail": detail,
        "code": code,
    });
    if let (Some(errors), Value::Object(fields)) = (errors, &mut problem) {
        fields.insert("errors".to_owned(), errors);
    }
    let headers = answer.headers_mut();
    headers.remove(CONTENT_LENGTH);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    *answer.body_mut() = Body::from(problem.to_string());
    answer
}

/// A shared error in an answer, said as a problem; its status and its headers stay.
async fn as_problem(mut answer: Response) -> Response {
    let Some(error) = answer.extensions_mut().remove::<Arc<Drf>>() else {
        return answer;
    };
    let said: Value = serde_json::from_str(&error.body(Default::default())).unwrap_or_default();
    match said.get("detail").and_then(Value::as_str) {
        Some(detail) => written(answer, code_of(&error), detail, None),
        // Errors of fields have no sentence of their own.
        None => written(
            answer,
            "invalid",
            "Fields are wrong: `errors` says which and why.",
            Some(said),
        ),
    }
}

fn code_of(error: &Drf) -> &'static str {
    match error {
        Drf::NotAuthenticated => "not_authenticated",
        Drf::BadHeader => "bad_authorization_header",
        Drf::BadToken { .. } | Drf::BadRefresh { .. } => "token_not_valid",
        Drf::NoSuchUser => "user_not_found",
        Drf::InactiveUser => "user_inactive",
        Drf::NoAccount | Drf::NoAccountOfToken => "no_active_account",
        Drf::PermissionDenied => "permission_denied",
        Drf::ForeignOrigin(_) | Drf::CrossSite => "foreign_origin",
        Drf::ForeignHost(_) => "foreign_host",
        Drf::NotFound | Drf::InvalidPage => "not_found",
        Drf::MethodNotAllowed { .. } => "method_not_allowed",
        Drf::TooLarge(_) => "too_large",
        Drf::Unsupported(_) => "unsupported_media_type",
        Drf::BrokenJson(_) | Drf::BrokenForm(_) | Drf::BrokenMultipart(_) => "parse_error",
        Drf::Fields(_) => "invalid",
        Drf::Throttled { .. } => "throttled",
        Drf::Fault(Fault::Busy | Fault::Stopping | Fault::Away(_)) => "unavailable",
        Drf::Fault(Fault::Store(_) | Fault::Internal(_)) => "server_error",
    }
}

/// Adds a route whose errors are problems, those of other methods too.
pub(super) fn route(routes: Routes, path: &'static str, methods: MethodRouter<Shared>, allow: &'static str) -> Routes {
    let is_allowed = |method: &str| allow.split(", ").any(|allowed| allowed == method);
    let others = METHODS.into_iter().filter(|(method, _)| !is_allowed(method));
    let refuse = move |request: Request| async move {
        Drf::MethodNotAllowed {
            method: request.method().to_string(),
            allow,
        }
    };
    let methods = others.fold(methods, |methods, (_, filter)| methods.on(filter, refuse));
    routes.both(path, methods.layer(map_response(as_problem)), allow)
}

#[cfg(test)]
mod tests;
