//! The voice of the native API: errors as RFC 9457 writes them, `application/problem+json`.
//!
//! Its `detail` is also what clients read that were written for Django REST Framework.

pub(super) mod codes;

use super::described::shape;
use crate::shared::{FieldError, Language, Refused, Voice};
use crate::voices::DRF;
use crate::voices::drf::{self, Said};
use beseda_core::words::{NoHostId, NoRoomKey, OwnWord, Quiet, RESERVED_SPACE, Shortcut};
use beseda_core::{Fault, Refusal};
use beseda_live::dialect::Misheard;
use beseda_live::requests::RequestId;
use codes::{CODES, CodeWord, Errors, HEARD_CODES, HeardCode};
use http::{HeaderValue, StatusCode};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

/// What is said of a body whose fields are wrong.
const FIELDS_ARE_WRONG: &str = "Fields are wrong: `errors` says which and why.";

/// The voice.
pub(super) static PROBLEM: Problem = Problem;

/// See [`PROBLEM`].
pub(super) struct Problem;

/// What is said of a whole request, and of its fields.
struct Told {
    detail: String,
    errors: Option<Value>,
}

impl Voice for Problem {
    fn status(&self, refused: &Refused) -> StatusCode {
        match refused {
            Refused::Rule(Refusal::NameTaken { .. } | Refusal::ErasedSince) => StatusCode::CONFLICT,
            other => other.status(),
        }
    }

    fn media(&self) -> HeaderValue {
        HeaderValue::from_static("application/problem+json")
    }

    /// Always in English: it is read by programs and by who writes them.
    fn body(&self, refused: &Refused, _: Language) -> String {
        text(&self.members(refused))
    }

    fn body_of_fault(&self, refused: &Refused, _: Language, request: &RequestId) -> String {
        let request_id = Some(request.to_string());
        text(&ProblemJson {
            request_id,
            ..self.members(refused)
        })
    }
}

fn text(json: &impl Serialize) -> String {
    serde_json::to_string(json).unwrap_or_default()
}

/// Why a call was refused, as RFC 9457 writes it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub(in crate::native) struct ProblemJson {
    #[schemars(extend("const" = "about:blank"))]
    r#type: &'static str,
    /// The status in words.
    title: &'static str,
    /// The status.
    status: u16,
    /// What is wrong, in a sentence.
    detail: String,
    #[schemars(with = "CodeWord")]
    code: &'static str,
    /// What is wrong with which field, in sentences.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Errors")]
    errors: Option<Value>,
    /// Of `taken`: the id of whoever has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "shape::Id")]
    by: Option<String>,
    /// By what our log tells the cause, where something of ours failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    request_id: Option<String>,
}

/// A command of a socket was refused, or was none.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Refused")]
pub(super) struct RefusedFrame<'a> {
    #[schemars(extend("const" = "refused"))]
    r#type: &'static str,
    /// The client's own name for the command.
    r#ref: Option<&'a str>,
    #[schemars(with = "HeardCode")]
    code: &'static str,
    /// What is wrong, in a sentence.
    detail: String,
    /// What is wrong with which field, in sentences.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Errors")]
    errors: Option<Value>,
    /// In how many seconds to try again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "shape::Count")]
    retry_after: Option<u32>,
}

/// What is said of one of many that came by one call.
#[derive(Serialize, JsonSchema)]
pub(super) struct Short {
    /// The status that the single call would have.
    status: u16,
    #[schemars(with = "CodeWord")]
    code: &'static str,
    /// What is wrong with which field, in sentences.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Errors")]
    errors: Option<Value>,
}

impl Problem {
    /// The same in a line among others: without the words that are for people.
    pub(super) fn short(&self, refused: &Refused) -> Short {
        Short {
            status: self.status(refused).as_u16(),
            code: code(refused),
            errors: told(refused).errors,
        }
    }

    fn members(&self, refused: &Refused) -> ProblemJson {
        let (status, told, code) = (self.status(refused), told(refused), code(refused));
        let is_known = CODES
            .iter()
            .any(|known| (known.word, known.status) == (code, status.as_u16()));
        debug_assert!(is_known, "{code} with {status} is not among the codes");
        ProblemJson {
            r#type: "about:blank",
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            detail: told.detail,
            code,
            errors: told.errors,
            by: match refused {
                Refused::Rule(Refusal::Taken { by, .. }) => Some(by.clone()),
                _ => None,
            },
            request_id: None,
        }
    }
}

fn told(refused: &Refused) -> Told {
    let whole = |detail: String| Told { detail, errors: None };
    match refused {
        Refused::Rule(refusal) => told_of_rule(refusal).unwrap_or_else(|| as_the_framework(refused)),
        Refused::Fields(errors) => wrong(errors.iter().map(|(name, error)| (name, sentence(error)))),
        Refused::BadKey => whole("This API key is unknown or revoked.".to_owned()),
        Refused::PersonRequired => whole("Say as whom: X-Beseda-As with a person's id.".to_owned()),
        Refused::ActsAsAnother => whole("X-Beseda-As goes with an API key of the scope act alone.".to_owned()),
        Refused::WrongScope(scope) => whole(format!("This API key has no scope {}.", scope.word())),
        other => as_the_framework(other),
    }
}

/// What this API alone says of a refusal of the core.
fn told_of_rule(refusal: &Refusal) -> Option<Told> {
    match refusal {
        Refusal::NameTaken { field } => {
            let detail = format!("Another person has this {field}.");
            let errors = by_name([(*field, detail.clone())].into_iter());
            Some(Told {
                detail,
                errors: Some(errors),
            })
        }
        Refusal::NoSuchRoom => Some(Told {
            detail: "No room has this key.".to_owned(),
            errors: None,
        }),
        Refusal::EmptyTitle | Refusal::TitleTooLong { .. } => Some(wrong_at("title", refusal)),
        Refusal::TooManyMembers { .. } => Some(wrong_at("members", refusal)),
        Refusal::UnknownRole { .. } => Some(wrong_at("role", refusal)),
        Refusal::EmptyText | Refusal::TextTooLong { .. } | Refusal::NulInText | Refusal::StrangeReplyName { .. } => {
            Some(wrong_at("text", refusal))
        }
        Refusal::NotWeek { .. } => Some(wrong_at("week", refusal)),
        Refusal::OutOfTime => Some(wrong_at("created_at", refusal)),
        Refusal::NotOfDesk => Some(wrong_at("assigned_to", refusal)),
        Refusal::NotSnoozed => Some(wrong_at("snoozed_until", refusal)),
        Refusal::BadTags { .. } => Some(wrong_at("tags", refusal)),
        Refusal::BadClientId { .. } => Some(wrong_at("client_id", refusal)),
        Refusal::TooManyMentions { .. } => Some(wrong_at("mentions", refusal)),
        Refusal::CustomTooLong { .. } => Some(wrong_at("custom", refusal)),
        Refusal::NotAuthor
        | Refusal::EditTooLate { .. }
        | Refusal::Blocked
        | Refusal::Erased
        | Refusal::TooManyReactions { .. }
        | Refusal::HasMessages
        | Refusal::Taken { .. }
        | Refusal::ShortcutTaken
        | Refusal::NoPush
        | Refusal::TooManyPushSubscriptions { .. }
        | Refusal::TooManyCannedReplies { .. }
        | Refusal::RoomClosed => Some(Told {
            detail: as_sentence(refusal),
            errors: None,
        }),
        Refusal::NoSuchMessage
        | Refusal::NoSuchPage
        | Refusal::NoSuchOrder
        | Refusal::NoSuchPerson
        | Refusal::NoSuchGroup
        | Refusal::NoSuchFile
        | Refusal::WithOneself
        | Refusal::NoPlaceInOrder
        | Refusal::NoSuchReport
        | Refusal::NoSuchCannedReply
        | Refusal::NoSuchPushSubscription
        | Refusal::NotAllowed
        | Refusal::OrderHasRoom
        | Refusal::EmptyFile
        | Refusal::FileTooLarge { .. }
        | Refusal::FileType
        | Refusal::TooManyFiles { .. }
        | Refusal::ErasedSince
        | Refusal::TooFast { .. }
        | Refusal::NotSignedIn
        | Refusal::BadCredentials
        | Refusal::UnknownAge
        | Refusal::Inactive => None,
    }
}

/// What every contract has, in the words that most clients know.
fn as_the_framework(refused: &Refused) -> Told {
    match DRF.said(refused, Language::English) {
        Said::Detail(detail) => Told { detail, errors: None },
        Said::Fields(fields) => wrong(fields.into_iter()),
    }
}

fn wrong<'a>(fields: impl Iterator<Item = (&'a str, String)>) -> Told {
    Told {
        detail: FIELDS_ARE_WRONG.to_owned(),
        errors: Some(by_name(fields)),
    }
}

/// A refusal as the mistake of a field: its own sentence.
fn wrong_at(field: &str, refusal: &Refusal) -> Told {
    wrong([(field, as_sentence(refusal))].into_iter())
}

/// What a refusal says, as a sentence.
fn as_sentence(refusal: &Refusal) -> String {
    let said = refusal.to_string();
    let mut letters = said.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), letters.as_str())
}

/// Every sentence under the name of its field.
fn by_name<'a>(sentences: impl Iterator<Item = (&'a str, String)>) -> Value {
    let mut fields = Map::new();
    for (field, sentence) in sentences {
        let said = fields
            .entry(field.to_owned())
            .or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(said) = said {
            said.push(Value::from(sentence));
        }
    }
    Value::Object(fields)
}

fn sentence(error: &FieldError) -> String {
    match error {
        FieldError::NotPlain => "UTF-8 without control characters is expected.".to_owned(),
        FieldError::NotAscii => "ASCII characters are expected.".to_owned(),
        FieldError::NotFlag => "true or false is expected.".to_owned(),
        FieldError::NotRole => format!(
            "A role is a word of small letters, digits, - and _, with a letter first and at most {} of them.",
            OwnWord::BYTES
        ),
        FieldError::NotWord => format!(
            "A word of small letters, digits, - and _ is expected, with a letter first and at most {} of them.",
            OwnWord::BYTES
        ),
        FieldError::NoSuchPerson(id) => format!("There is no person {id}."),
        FieldError::NoSuchOrder(id) => format!("There is no order {id}: put it first."),
        FieldError::NotShortcut => format!(
            "Letters, digits, - and _ are expected, at most {} of them.",
            Shortcut::CHARS
        ),
        FieldError::NotWeek { max } => as_sentence(&Refusal::NotWeek { max: *max }),
        FieldError::NotQuiet => format!(
            "Quiet hours are {{zone, from, to}}: the name of a time zone and two different minutes of the day, from 0 to {}.",
            Quiet::DAY
        ),
        FieldError::NotPushAddress => {
            "An address of a push service is expected: one of HTTPS, as the browser gives it.".to_owned()
        }
        FieldError::NotPushKeys => {
            "The browser's keys are expected as it gives them: {p256dh, auth}, both in base64url.".to_owned()
        }
        FieldError::NotZone => "No time zone of the tz database is called so: `Europe/Moscow` is one.".to_owned(),
        FieldError::NotUuid => "A UUID is expected.".to_owned(),
        FieldError::NotHostId => format!("No: {NoHostId}."),
        FieldError::NotHostIdInList => format!("In the list: {NoHostId}."),
        FieldError::Reserved => format!("Ids of the namespace `{RESERVED_SPACE}` are the server's own."),
        FieldError::NotEmail => "An address like anna@shop.example is expected.".to_owned(),
        FieldError::NotList(_) => "A list of people's ids is expected.".to_owned(),
        FieldError::OneOfThem => "Only one of before, after and around can be said.".to_owned(),
        FieldError::NotEmoji => "One emoji is expected.".to_owned(),
        FieldError::NotTime => "A moment like 2026-11-28T10:00:00Z is expected.".to_owned(),
        FieldError::NoWord => "There is no word in it.".to_owned(),
        FieldError::NotWebAddress => "An address that begins with https:// or http:// is expected.".to_owned(),
        FieldError::NotCard => {
            "A card is expected: title, url (https:// or http://) and status, and fields, a list of \
                                {label, value}, all of them texts."
                .to_owned()
        }
        FieldError::TooManyBytes { max } => format!("At most {max} bytes of JSON are kept."),
        FieldError::NotOneOf(known) => format!("One of {} is expected.", known.join(", ")),
        FieldError::NoSuchUpload => "Each is the id of a file that this person has uploaded lately.".to_owned(),
        FieldError::NotRoomKey => format!("No: {NoRoomKey}."),
        FieldError::VisitorsOwn => "Only a visitor opens a visitor's room.".to_owned(),
        FieldError::FollowsFromKey => "Who is in this room follows from its key.".to_owned(),
        FieldError::OfStaff => "Nobody of the staff becomes somebody else.".to_owned(),
        FieldError::Unknown(known) => format!("There is no such field; known are {}.", known.join(", ")),
        FieldError::Required
        | FieldError::Blank
        | FieldError::Null
        | FieldError::NotText
        | FieldError::TooShort { .. }
        | FieldError::TooLong { .. }
        | FieldError::NulCharacter
        | FieldError::NotKey(_)
        | FieldError::NoSuchObject { .. }
        | FieldError::NotInteger
        | FieldError::NotMark
        | FieldError::NotUnique
        | FieldError::NotFile
        | FieldError::EmptyFile
        | FieldError::FileType
        | FieldError::TooManyFiles { .. }
        | FieldError::TooManyMembers { .. }
        | FieldError::Oneself => drf::sentence(error, Language::English),
    }
}

/// What a command of a socket was refused with.
pub(super) fn refused_frame(tag: Option<&str>, refusal: &Refusal) -> String {
    let refused = Refused::Rule(refusal.clone());
    let Told { detail, errors } = told(&refused);
    let retry_after = match refusal {
        Refusal::TooFast { retry_seconds } => Some(*retry_seconds),
        _ => None,
    };
    text(&RefusedFrame {
        r#type: "refused",
        r#ref: tag,
        code: code(&refused),
        detail,
        errors,
        retry_after,
    })
}

/// What a frame was refused with that is no command.
pub(super) fn misheard_frame(tag: Option<&str>, misheard: &Misheard) -> String {
    let code = misheard.code;
    let is_known = HEARD_CODES.contains(&code) || CODES.iter().any(|known| known.word == code);
    debug_assert!(is_known, "{code} is not among the codes of frames");
    text(&RefusedFrame {
        r#type: "refused",
        r#ref: tag,
        code,
        detail: misheard.detail.clone(),
        errors: None,
        retry_after: None,
    })
}

/// What a command of a socket failed with; the cause stays with us.
pub(super) fn failed_frame(tag: Option<&str>, fault: &Fault) -> String {
    let refused = Refused::Fault(fault.clone());
    text(&RefusedFrame {
        r#type: "refused",
        r#ref: tag,
        code: code(&refused),
        detail: told(&refused).detail,
        errors: None,
        retry_after: Some(1),
    })
}

/// The word for programs. Each is a part of the API.
fn code(refused: &Refused) -> &'static str {
    match refused {
        Refused::Rule(refusal) => code_of_rule(refusal),
        Refused::BadHeader => "bad_authorization_header",
        Refused::BadToken(_) | Refused::BadRefresh(_) => "token_not_valid",
        Refused::UnknownPerson => "user_not_found",
        Refused::NoAccount | Refused::NoAccountOfToken => "no_active_account",
        Refused::BadKey => "api_key_not_valid",
        Refused::WrongScope(_) => "wrong_scope",
        Refused::PersonRequired => "person_required",
        Refused::ActsAsAnother => "acts_as_another",
        Refused::ForeignOrigin(_) | Refused::CrossSite => "foreign_origin",
        Refused::ForeignHost(_) => "foreign_host",
        Refused::NoSuchAddress => "not_found",
        Refused::OtherMethod { .. } => "method_not_allowed",
        Refused::TooLarge(_) | Refused::TooManyLines(_) => "too_large",
        Refused::UnknownMedia(_) => "unsupported_media_type",
        Refused::EncodedBody(_) => "unsupported_content_coding",
        Refused::BrokenJson(_) | Refused::BrokenForm(_) | Refused::BrokenMultipart(_) => "parse_error",
        Refused::NotObject(_) | Refused::Fields(_) => "invalid",
        Refused::HostAway | Refused::Fault(Fault::Busy | Fault::Stopping | Fault::Away(_) | Fault::Hindered(..)) => {
            "unavailable"
        }
        Refused::FileGone(_) => "file_gone",
        Refused::Fault(Fault::Store(_) | Fault::Internal(_)) => "server_error",
    }
}

fn code_of_rule(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::NoSuchRoom => "no_such_room",
        Refusal::NoSuchMessage => "no_such_message",
        Refusal::NoSuchFile => "no_such_file",
        Refusal::NoSuchPage
        | Refusal::NoSuchOrder
        | Refusal::NoSuchPerson
        | Refusal::NoSuchGroup
        | Refusal::NoSuchReport
        | Refusal::NoSuchCannedReply
        | Refusal::NoSuchPushSubscription => "not_found",
        Refusal::ErasedSince | Refusal::Erased => "erased",
        Refusal::NameTaken { .. } => "name_taken",
        Refusal::NoPlaceInOrder | Refusal::NotAllowed => "not_allowed",
        Refusal::NotAuthor => "not_author",
        Refusal::EditTooLate { .. } => "edit_too_late",
        Refusal::Blocked => "blocked",
        Refusal::TooManyReactions { .. } => "too_many_reactions",
        Refusal::HasMessages => "has_messages",
        Refusal::Taken { .. } => "taken",
        Refusal::ShortcutTaken => "shortcut_taken",
        Refusal::NoPush => "no_push",
        Refusal::TooManyPushSubscriptions { .. } => "too_many_push_subscriptions",
        Refusal::TooManyCannedReplies { .. } => "too_many_canned_replies",
        Refusal::RoomClosed => "room_closed",
        Refusal::FileTooLarge { .. } => "too_large",
        Refusal::TooFast { .. } => "throttled",
        Refusal::NotSignedIn => "not_authenticated",
        Refusal::BadCredentials => "token_not_valid",
        Refusal::UnknownAge => "token_of_unknown_age",
        Refusal::Inactive => "user_inactive",
        Refusal::WithOneself
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
        | Refusal::NotWeek { .. } => "invalid",
    }
}

#[cfg(test)]
mod tests;
