//! Errors as Django REST Framework and simplejwt answer them: status, headers and body.

use super::field::{FieldError, FieldErrors};
use super::words::{self, Language};
use axum::response::{IntoResponse, Response};
use beseda_core::{Error, Fault, Refusal};
use http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use std::fmt;
use std::sync::Arc;

/// An answer that is an error. It is said in English unless the request asks for Russian: see
/// [`super::finish`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Drf {
    /// 401: no credentials came.
    NotAuthenticated,
    /// 401: the `Authorization` header is no scheme and one word.
    BadHeader,
    /// 401: an access token proves nothing.
    BadToken {
        /// Why, for our log alone.
        why: String,
        /// It is a good token of another type.
        wrong_type: bool,
    },
    /// 401: a refresh token proves nothing.
    BadRefresh {
        /// Why, for our log alone.
        why: String,
        /// It is a good token of another type.
        wrong_type: bool,
    },
    /// 401: the token is good and its person unknown.
    NoSuchUser,
    /// 401: the person is deactivated.
    InactiveUser,
    /// 401: a wrong name or password.
    NoAccount,
    /// 401: a refresh token of somebody who is deactivated or gone.
    NoAccountOfToken,
    /// 403: the asker may know of it, and not do this.
    PermissionDenied,
    /// 403: a page of another site asks.
    ForeignOrigin(String),
    /// 400: the request is for a host that this server does not answer to.
    ForeignHost(String),
    /// 403: a page of another site asks with the session of this one.
    CrossSite,
    /// 404: not there, or not for the asker to know of.
    NotFound,
    /// 404: no such page of a list.
    InvalidPage,
    /// 405.
    MethodNotAllowed {
        /// The method that came.
        method: String,
        /// What the `Allow` header names.
        allow: &'static str,
    },
    /// 413: the body is bigger than this many bytes.
    TooLarge(u64),
    /// 415: a media type that no parser reads.
    Unsupported(String),
    /// 400: the body is no JSON.
    BrokenJson(String),
    /// 400: the body is no form.
    BrokenForm(String),
    /// 400: the body is no multipart form.
    BrokenMultipart(String),
    /// 400: fields are wrong.
    Fields(FieldErrors),
    /// 429.
    Throttled {
        /// Whole seconds to wait.
        retry_seconds: u32,
    },
    /// 503 where waiting helps, else 500; the cause goes to our log alone.
    Fault(Fault),
}

#[derive(Serialize)]
struct Detail<'a> {
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    messages: Option<[TokenMessage<'a>; 1]>,
}

#[derive(Serialize)]
struct TokenMessage<'a> {
    token_class: &'static str,
    token_type: &'static str,
    message: &'a str,
}

impl Drf {
    /// One wrong field.
    #[must_use]
    pub fn field(name: &'static str, error: FieldError) -> Self {
        Self::Fields(FieldErrors::one(name, error))
    }

    /// Something wrong with the body as a whole.
    #[must_use]
    pub fn non_field(error: FieldError) -> Self {
        Self::field("non_field_errors", error)
    }

    /// A refusal, where the contract has no words of its own for it. What is wrong with a text is said of the field
    /// `text_field`.
    #[must_use]
    pub fn refused(refusal: Refusal, text_field: &'static str) -> Self {
        match refusal {
            Refusal::NoSuchRoom
            | Refusal::NoSuchMessage
            | Refusal::NoSuchOrder
            | Refusal::NoSuchPerson
            | Refusal::NoSuchGroup
            | Refusal::NoSuchFile
            | Refusal::ErasedSince => Self::NotFound,
            Refusal::NoSuchPage => Self::InvalidPage,
            Refusal::NoPlaceInOrder | Refusal::NotAllowed => Self::PermissionDenied,
            Refusal::OrderHasRoom => Self::field("order", FieldError::NotUnique),
            Refusal::EmptyText => Self::field(text_field, FieldError::Blank),
            Refusal::TextTooLong { max, .. } => Self::field(text_field, FieldError::TooLong { max }),
            Refusal::NulInText => Self::field(text_field, FieldError::NulCharacter),
            Refusal::BadClientId { max } => Self::field("client_id", FieldError::TooLong { max }),
            Refusal::TooFast { retry_seconds } => Self::Throttled { retry_seconds },
            Refusal::NameTaken { field } => Self::field(field, FieldError::NotUnique),
            Refusal::WithOneself => Self::field("user_id", FieldError::Oneself),
            Refusal::EmptyTitle => Self::field("name", FieldError::Blank),
            Refusal::TitleTooLong { max } => Self::field("name", FieldError::TooLong { max }),
            Refusal::TooManyMembers { max } => Self::field("user_ids", FieldError::TooManyMembers { max }),
            Refusal::FileTooLarge { max } => Self::TooLarge(max),
            Refusal::EmptyFile => Self::field("file", FieldError::EmptyFile),
            Refusal::FileType => Self::field("file", FieldError::FileType),
            Refusal::PictureTooLarge { pixels, side } => {
                Self::field("file", FieldError::PictureTooLarge { pixels, side })
            }
            Refusal::TooManyFiles { max } => Self::field("file", FieldError::TooManyFiles { max }),
            Refusal::NotSignedIn => Self::NotAuthenticated,
            Refusal::BadCredentials => Self::BadToken {
                why: refusal.to_string(),
                wrong_type: false,
            },
            Refusal::Inactive => Self::InactiveUser,
        }
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotAuthenticated
            | Self::BadHeader
            | Self::BadToken { .. }
            | Self::BadRefresh { .. }
            | Self::NoSuchUser
            | Self::InactiveUser
            | Self::NoAccount
            | Self::NoAccountOfToken => StatusCode::UNAUTHORIZED,
            Self::PermissionDenied | Self::ForeignOrigin(_) | Self::CrossSite => StatusCode::FORBIDDEN,
            Self::NotFound | Self::InvalidPage => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unsupported(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::BrokenJson(_)
            | Self::BrokenForm(_)
            | Self::BrokenMultipart(_)
            | Self::Fields(_)
            | Self::ForeignHost(_) => StatusCode::BAD_REQUEST,
            Self::Throttled { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Fault(Fault::Busy | Fault::Stopping | Fault::Away(_)) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Fault(Fault::Store(_) | Fault::Internal(_)) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The body in a language.
    #[must_use]
    pub fn body(&self, language: Language) -> String {
        if let Self::Fields(errors) = self {
            return json(&errors.said(language));
        }
        let (sentence, with) = self.sentence();
        let mut detail = language.say(sentence).replace("{}", &with);
        if let Self::Throttled { retry_seconds } = self {
            let wait = if *retry_seconds == 1 {
                words::IN_A_SECOND
            } else {
                words::IN_SECONDS
            };
            detail = format!(
                "{detail} {}",
                language.say(wait).replace("{}", &retry_seconds.to_string())
            );
        }
        let messages = match self {
            Self::BadToken { wrong_type, .. } => Some([TokenMessage {
                token_class: "AccessToken",
                token_type: "access",
                message: language.say(token_sentence(*wrong_type)),
            }]),
            _ => None,
        };
        json(&Detail {
            detail: &detail,
            code: self.code(),
            messages,
        })
    }

    fn code(&self) -> Option<&'static str> {
        match self {
            Self::BadHeader => Some("bad_authorization_header"),
            Self::BadToken { .. } | Self::BadRefresh { .. } => Some("token_not_valid"),
            Self::NoSuchUser => Some("user_not_found"),
            Self::InactiveUser => Some("user_inactive"),
            _ => None,
        }
    }

    /// The English sentence, and what fills its gap.
    fn sentence(&self) -> (&'static str, String) {
        let whole = |sentence| (sentence, String::new());
        match self {
            Self::NotAuthenticated => whole(words::NOT_AUTHENTICATED),
            Self::BadHeader => whole(words::BAD_HEADER),
            Self::BadToken { .. } => whole(words::BAD_TOKEN),
            Self::BadRefresh { wrong_type, .. } => whole(token_sentence(*wrong_type)),
            Self::NoSuchUser => whole(words::NO_SUCH_USER),
            Self::InactiveUser => whole(words::INACTIVE_USER),
            Self::NoAccount => whole(words::NO_ACCOUNT),
            Self::NoAccountOfToken => whole(words::NO_ACCOUNT_OF_TOKEN),
            Self::PermissionDenied => whole(words::FORBIDDEN),
            Self::ForeignOrigin(origin) => (words::FOREIGN_ORIGIN, origin.clone()),
            Self::ForeignHost(host) => (words::FOREIGN_HOST, host.clone()),
            Self::CrossSite => whole(words::CROSS_SITE),
            Self::NotFound => whole(words::NOT_FOUND),
            Self::InvalidPage => whole(words::INVALID_PAGE),
            Self::MethodNotAllowed { method, .. } => (words::METHOD, method.clone()),
            Self::TooLarge(max) => (words::TOO_LARGE, max.to_string()),
            Self::Unsupported(media) => (words::MEDIA, media.clone()),
            Self::BrokenJson(what) => (words::BROKEN_JSON, what.clone()),
            Self::BrokenForm(what) => (words::BROKEN_FORM, what.clone()),
            Self::BrokenMultipart(what) => (words::BROKEN_MULTIPART, what.clone()),
            Self::Fields(_) => whole("fields are wrong"),
            Self::Throttled { .. } => whole(words::THROTTLED),
            Self::Fault(Fault::Busy | Fault::Stopping | Fault::Away(_)) => whole(words::UNAVAILABLE),
            Self::Fault(Fault::Store(_) | Fault::Internal(_)) => whole(words::SERVER_ERROR),
        }
    }

    /// The whole answer in a language.
    #[must_use]
    pub fn said(&self, language: Language) -> Response {
        const JSON: HeaderValue = HeaderValue::from_static("application/json");
        let mut response = (self.status(), [(CONTENT_TYPE, JSON)], self.body(language)).into_response();
        let headers = response.headers_mut();
        match self {
            Self::MethodNotAllowed { allow, .. } => {
                headers.insert(ALLOW, HeaderValue::from_static(allow));
            }
            Self::Throttled { retry_seconds } => {
                headers.insert(RETRY_AFTER, HeaderValue::from(*retry_seconds));
            }
            Self::Fault(Fault::Busy | Fault::Stopping | Fault::Away(_)) => {
                headers.insert(RETRY_AFTER, HeaderValue::from(1));
            }
            _ if self.status() == StatusCode::UNAUTHORIZED => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"api\""));
            }
            _ => {}
        }
        response
    }
}

fn token_sentence(wrong_type: bool) -> &'static str {
    if wrong_type {
        words::TOKEN_WRONG_TYPE
    } else {
        words::TOKEN_INVALID
    }
}

/// Texts and maps with text keys always are JSON.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

impl IntoResponse for Drf {
    fn into_response(self) -> Response {
        if let Self::Fault(fault) = &self {
            match fault {
                Fault::Busy | Fault::Stopping | Fault::Away(_) => tracing::warn!("a request was put off: {fault}"),
                Fault::Store(_) | Fault::Internal(_) => tracing::error!("a request failed: {fault}"),
            }
        }
        let mut response = self.said(Language::English);
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

impl fmt::Display for Drf {
    /// For our log: the English sentence, with the cause that clients are not told.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadToken { why, .. } | Self::BadRefresh { why, .. } => f.write_str(why),
            Self::Fault(fault) => fault.fmt(f),
            _ => f.write_str(&self.body(Language::English)),
        }
    }
}

impl std::error::Error for Drf {}

impl From<Refusal> for Drf {
    /// As [`Drf::refused`] with the field `message`.
    fn from(refusal: Refusal) -> Self {
        Self::refused(refusal, "message")
    }
}

impl From<Fault> for Drf {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Error> for Drf {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => refusal.into(),
            Error::Failed(fault) => fault.into(),
        }
    }
}

#[cfg(test)]
mod tests;
