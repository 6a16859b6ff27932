//! Why a request is not answered as it asked. What went wrong, in nobody's words: a voice says it at the end of the route.

use super::field::{FieldError, FieldErrors, Json};
use axum::response::{IntoResponse, Response};
use beseda_core::words::Scope;
use beseda_core::{Error, Fault, Refusal};
use beseda_identity::Flaw;
use http::StatusCode;
use std::fmt;
use std::sync::Arc;

/// Why a request is not answered as it asked. Closed on purpose, as [`Refusal`] is: a new one does not compile until
/// every voice says how it sounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// A rule of the core refuses it.
    Rule(Refusal),
    /// The `Authorization` header is no scheme and one word.
    BadHeader,
    /// An access token proves nothing. Why is for our log alone.
    BadToken(Flaw),
    /// A refresh token proves nothing. Why is for our log alone.
    BadRefresh(Flaw),
    /// The token is good and its person unknown.
    UnknownPerson,
    /// The host application cannot say whose session it is.
    HostAway,
    /// A wrong name or password.
    NoAccount,
    /// A refresh token of somebody who is deactivated or gone.
    NoAccountOfToken,
    /// An API key that is unknown or revoked.
    BadKey,
    /// An API key for other things: the scope that it lacks.
    WrongScope(Scope),
    /// An API key asks for what only a person may: whom it acts as is not said.
    PersonRequired,
    /// A person asks as another one.
    ActsAsAnother,
    /// A page of another site asks.
    ForeignOrigin(String),
    /// The request is for a host that this server does not answer to.
    ForeignHost(String),
    /// A page of another site asks with the session of this one.
    CrossSite,
    /// Nothing is at this address.
    NoSuchAddress,
    /// The address has no such method.
    OtherMethod {
        /// The method that came.
        method: String,
        /// What the `Allow` header names.
        allow: &'static str,
    },
    /// The body is bigger than this many bytes.
    TooLarge(u64),
    /// The body has more than this many lines, an object each.
    TooManyLines(usize),
    /// A media type that no parser reads.
    UnknownMedia(String),
    /// The body comes in a content coding that nobody here undoes.
    EncodedBody(String),
    /// The body is no JSON.
    BrokenJson(BrokenJson),
    /// The body is JSON, and no object with fields.
    NotObject(Json),
    /// The body is no form.
    BrokenForm(String),
    /// The body is no multipart form.
    BrokenMultipart(String),
    /// Fields are wrong.
    Fields(FieldErrors),
    /// The bytes of a file are not there: the name under which they were kept. The asker may read the file.
    FileGone(String),
    /// Something of ours failed. The cause goes to our log alone.
    Fault(Fault),
}

/// Where a body stops being JSON that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BrokenJson {
    /// So many bytes are UTF-8, and the next is not.
    NotUtf8(usize),
    /// Values lie inside of more than so many others.
    TooDeep(usize),
    /// The text is no JSON from here on.
    At {
        /// The line, from 1 on.
        line: usize,
        /// The column, from 1 on.
        column: usize,
    },
}

impl Refused {
    /// One wrong field.
    #[must_use]
    pub fn field(name: &'static str, error: FieldError) -> Self {
        Self::Fields(FieldErrors::one(name, error))
    }

    /// The status that HTTP has for it.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Rule(refusal) => status_of(refusal),
            Self::BadHeader
            | Self::BadToken(_)
            | Self::BadRefresh(_)
            | Self::UnknownPerson
            | Self::NoAccount
            | Self::NoAccountOfToken
            | Self::BadKey => StatusCode::UNAUTHORIZED,
            Self::WrongScope(_)
            | Self::PersonRequired
            | Self::ActsAsAnother
            | Self::ForeignOrigin(_)
            | Self::CrossSite => StatusCode::FORBIDDEN,
            Self::NoSuchAddress => StatusCode::NOT_FOUND,
            Self::OtherMethod { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge(_) | Self::TooManyLines(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnknownMedia(_) | Self::EncodedBody(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::BrokenJson(_)
            | Self::NotObject(_)
            | Self::BrokenForm(_)
            | Self::BrokenMultipart(_)
            | Self::Fields(_)
            | Self::ForeignHost(_) => StatusCode::BAD_REQUEST,
            Self::HostAway | Self::Fault(Fault::Busy | Fault::Stopping | Fault::Away(_) | Fault::Hindered(..)) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::FileGone(_) | Self::Fault(Fault::Store(_) | Fault::Internal(_)) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Its word for who counts what was refused.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Rule(refusal) => refusal.word(),
            Self::BadHeader => "bad_header",
            Self::BadToken(_) => "bad_token",
            Self::BadRefresh(_) => "bad_refresh",
            Self::UnknownPerson => "unknown_person",
            Self::HostAway => "host_away",
            Self::NoAccount | Self::NoAccountOfToken => "no_account",
            Self::BadKey => "bad_key",
            Self::WrongScope(_) => "wrong_scope",
            Self::PersonRequired => "person_required",
            Self::ActsAsAnother => "acts_as_another",
            Self::ForeignOrigin(_) => "foreign_origin",
            Self::ForeignHost(_) => "foreign_host",
            Self::CrossSite => "cross_site",
            Self::NoSuchAddress => "no_such_address",
            Self::OtherMethod { .. } => "other_method",
            Self::TooLarge(_) => "too_large",
            Self::TooManyLines(_) => "too_many_lines",
            Self::UnknownMedia(_) => "unknown_media",
            Self::EncodedBody(_) => "encoded_body",
            Self::BrokenJson(_) => "broken_json",
            Self::NotObject(_) => "not_object",
            Self::BrokenForm(_) => "broken_form",
            Self::BrokenMultipart(_) => "broken_multipart",
            Self::Fields(_) => "fields",
            Self::FileGone(_) => "file_gone",
            Self::Fault(fault) => fault.word(),
        }
    }

    /// Whether it is about something that is not there, which may have been a guess. Of a page of a list, or of what
    /// somebody wrote themselves, it was none.
    #[must_use]
    pub fn is_miss(&self) -> bool {
        let known = matches!(self, Self::Rule(Refusal::NoSuchPage | Refusal::ErasedSince));
        self.status() == StatusCode::NOT_FOUND && !known
    }
}

fn status_of(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::NoSuchRoom
        | Refusal::NoSuchMessage
        | Refusal::NoSuchPage
        | Refusal::NoSuchOrder
        | Refusal::NoSuchPerson
        | Refusal::NoSuchGroup
        | Refusal::NoSuchFile
        | Refusal::NoSuchReport
        | Refusal::NoSuchCannedReply
        | Refusal::NoSuchPushSubscription
        | Refusal::ErasedSince => StatusCode::NOT_FOUND,
        Refusal::Erased
        | Refusal::TooManyReactions { .. }
        | Refusal::HasMessages
        | Refusal::Taken { .. }
        | Refusal::ShortcutTaken
        | Refusal::NoPush
        | Refusal::TooManyPushSubscriptions { .. }
        | Refusal::TooManyCannedReplies { .. } => StatusCode::CONFLICT,
        Refusal::NoPlaceInOrder
        | Refusal::NotAllowed
        | Refusal::NotAuthor
        | Refusal::EditTooLate { .. }
        | Refusal::Blocked
        | Refusal::RoomClosed => StatusCode::FORBIDDEN,
        Refusal::NotSignedIn | Refusal::BadCredentials | Refusal::UnknownAge | Refusal::Inactive => {
            StatusCode::UNAUTHORIZED
        }
        Refusal::TooFast { .. } => StatusCode::TOO_MANY_REQUESTS,
        Refusal::FileTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        Refusal::NameTaken { .. }
        | Refusal::WithOneself
        | Refusal::EmptyTitle
        | Refusal::TitleTooLong { .. }
        | Refusal::TooManyMembers { .. }
        | Refusal::UnknownRole { .. }
        | Refusal::OrderHasRoom
        | Refusal::EmptyText
        | Refusal::TextTooLong { .. }
        | Refusal::NulInText
        | Refusal::BadClientId { .. }
        | Refusal::EmptyFile
        | Refusal::FileType
        | Refusal::TooManyFiles { .. }
        | Refusal::TooManyMentions { .. }
        | Refusal::CustomTooLong { .. }
        | Refusal::StrangeReplyName { .. }
        | Refusal::OutOfTime
        | Refusal::NotOfDesk
        | Refusal::NotSnoozed
        | Refusal::BadTags { .. }
        | Refusal::NotWeek { .. } => StatusCode::BAD_REQUEST,
    }
}

impl IntoResponse for Refused {
    /// An answer without a word: what went wrong goes along in it, and the end of the route says it.
    fn into_response(self) -> Response {
        let mut answer = self.status().into_response();
        answer.extensions_mut().insert(Arc::new(self));
        answer
    }
}

impl fmt::Display for Refused {
    /// For our log, with the cause that clients are not told.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule(refusal) => refusal.fmt(f),
            Self::BadToken(flaw) | Self::BadRefresh(flaw) => flaw.fmt(f),
            Self::Fault(fault) => fault.fmt(f),
            other => write!(f, "{other:?}"),
        }
    }
}

impl std::error::Error for Refused {}

impl From<FieldErrors> for Refused {
    fn from(errors: FieldErrors) -> Self {
        Self::Fields(errors)
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self::Rule(refusal)
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => refusal.into(),
            Error::Failed(fault) => fault.into(),
        }
    }
}
