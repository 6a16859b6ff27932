//! The voice of Django REST Framework and simplejwt: the bodies that their clients know.

mod words;

use crate::shared::{BrokenJson, FieldError, FieldErrors, Json, Language, Refused, Voice};
use beseda_core::{Fault, Refusal};
use beseda_identity::Flaw;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// The voice of most contracts, whose messages have their text in the field `message`.
pub static DRF: Drf = Drf::with_text_in("message");

/// The framework's voice.
pub struct Drf {
    text_field: &'static str,
}

/// What the framework says: one sentence for the whole request, or sentences for its fields.
pub enum Said<'a> {
    /// The `detail`.
    Detail(String),
    /// Fields by name, each with its sentence.
    Fields(Vec<(&'a str, String)>),
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

impl Voice for Drf {
    fn body(&self, refused: &Refused, language: Language) -> String {
        match self.said(refused, language) {
            Said::Fields(fields) => json(&ByName(fields)),
            Said::Detail(detail) => json(&Detail {
                detail: &detail,
                code: code(refused),
                messages: token_sentence(refused).map(|english| {
                    [TokenMessage {
                        token_class: "AccessToken",
                        token_type: "access",
                        message: words::say(language, english),
                    }]
                }),
            }),
        }
    }
}

impl Drf {
    /// The voice of a contract whose messages have their text in this field.
    #[must_use]
    pub const fn with_text_in(text_field: &'static str) -> Self {
        Self { text_field }
    }

    /// What the framework says of it.
    #[must_use]
    pub fn said<'a>(&self, refused: &'a Refused, language: Language) -> Said<'a> {
        let whole = |english| Said::Detail(words::say(language, english).to_owned());
        let with = |english, gap: &str| Said::Detail(filled(language, english, gap));
        match refused {
            Refused::Rule(refusal) => self.refusal(refusal, language),
            Refused::BadHeader => whole(words::BAD_HEADER),
            Refused::BadToken(_) | Refused::BadKey => whole(words::BAD_TOKEN),
            Refused::BadRefresh(flaw) => whole(flaw_sentence(flaw)),
            Refused::UnknownPerson => whole(words::NO_SUCH_USER),
            Refused::NoAccount => whole(words::NO_ACCOUNT),
            Refused::NoAccountOfToken => whole(words::NO_ACCOUNT_OF_TOKEN),
            Refused::WrongScope(_) | Refused::PersonRequired | Refused::ActsAsAnother => whole(words::FORBIDDEN),
            Refused::ForeignOrigin(origin) => with(words::FOREIGN_ORIGIN, origin),
            Refused::ForeignHost(host) => with(words::FOREIGN_HOST, host),
            Refused::CrossSite => whole(words::CROSS_SITE),
            Refused::NoSuchAddress => whole(words::NOT_FOUND),
            Refused::OtherMethod { method, .. } => with(words::METHOD, method),
            Refused::TooLarge(max) => with(words::TOO_LARGE, &max.to_string()),
            Refused::TooManyLines(max) => with(words::TOO_MANY_LINES, &max.to_string()),
            Refused::UnknownMedia(media) => with(words::MEDIA, media),
            Refused::EncodedBody(coding) => with(words::CODING, coding),
            Refused::BrokenJson(broken) => with(words::BROKEN_JSON, &expecting(*broken)),
            Refused::NotObject(received) => {
                let sentence = filled(language, words::NOT_DICTIONARY, python(*received));
                Said::Fields(vec![("non_field_errors", sentence)])
            }
            Refused::BrokenForm(what) => with(words::BROKEN_FORM, what),
            Refused::BrokenMultipart(what) => with(words::BROKEN_MULTIPART, what),
            Refused::Fields(errors) => Said::Fields(sentences(errors, language)),
            Refused::FileGone(name) => with(words::FILE_GONE, name),
            Refused::HostAway
            | Refused::Fault(Fault::Busy | Fault::Stopping | Fault::Away(_) | Fault::Hindered(..)) => {
                whole(words::UNAVAILABLE)
            }
            Refused::Fault(Fault::Store(_) | Fault::Internal(_)) => whole(words::SERVER_ERROR),
        }
    }

    fn refusal(&self, refusal: &Refusal, language: Language) -> Said<'static> {
        let whole = |english| Said::Detail(words::say(language, english).to_owned());
        let field = |name, error: FieldError| Said::Fields(vec![(name, sentence(&error, language))]);
        match *refusal {
            Refusal::NoSuchRoom
            | Refusal::NoSuchMessage
            | Refusal::NoSuchOrder
            | Refusal::NoSuchPerson
            | Refusal::NoSuchGroup
            | Refusal::NoSuchFile
            | Refusal::NoSuchReport
            | Refusal::NoSuchCannedReply
            | Refusal::NoSuchPushSubscription => whole(words::NOT_FOUND),
            Refusal::Erased | Refusal::ErasedSince => whole(words::DELETED),
            Refusal::NoSuchPage => whole(words::INVALID_PAGE),
            Refusal::NoPlaceInOrder | Refusal::NotAllowed | Refusal::NotAuthor | Refusal::Blocked => {
                whole(words::FORBIDDEN)
            }
            Refusal::RoomClosed => whole(words::ROOM_CLOSED),
            Refusal::OrderHasRoom => field("order", FieldError::NotUnique),
            Refusal::EmptyText => field(self.text_field, FieldError::Blank),
            Refusal::TextTooLong { max, .. } => field(self.text_field, FieldError::TooLong { max }),
            Refusal::NulInText => field(self.text_field, FieldError::NulCharacter),
            Refusal::BadClientId { max } => field("client_id", FieldError::TooLong { max }),
            Refusal::TooFast { retry_seconds } => Said::Detail(too_fast(retry_seconds, language)),
            Refusal::NameTaken { field: name } => field(name, FieldError::NotUnique),
            Refusal::WithOneself => field("user_id", FieldError::Oneself),
            Refusal::EmptyTitle => field("name", FieldError::Blank),
            Refusal::TitleTooLong { max } => field("name", FieldError::TooLong { max }),
            Refusal::TooManyMembers { max } => field("user_ids", FieldError::TooManyMembers { max }),
            Refusal::FileTooLarge { max } => Said::Detail(filled(language, words::TOO_LARGE, &max.to_string())),
            Refusal::EmptyFile => field("file", FieldError::EmptyFile),
            Refusal::FileType => field("file", FieldError::FileType),
            Refusal::TooManyFiles { max } => field("file", FieldError::TooManyFiles { max }),
            // These calls ask for nothing that is refused so.
            Refusal::UnknownRole { .. }
            | Refusal::EditTooLate { .. }
            | Refusal::TooManyReactions { .. }
            | Refusal::TooManyMentions { .. }
            | Refusal::CustomTooLong { .. }
            | Refusal::HasMessages
            | Refusal::OutOfTime
            | Refusal::Taken { .. }
            | Refusal::NotOfDesk
            | Refusal::NotSnoozed
            | Refusal::BadTags { .. }
            | Refusal::ShortcutTaken
            | Refusal::NoPush
            | Refusal::TooManyPushSubscriptions { .. }
            | Refusal::StrangeReplyName { .. }
            | Refusal::NotWeek { .. }
            | Refusal::TooManyCannedReplies { .. } => Said::Detail(refusal.to_string()),
            Refusal::NotSignedIn => whole(words::NOT_AUTHENTICATED),
            Refusal::BadCredentials | Refusal::UnknownAge => whole(words::BAD_TOKEN),
            Refusal::Inactive => whole(words::INACTIVE_USER),
        }
    }
}

/// The word for programs: simplejwt's, where it has one, and ours for what clients act upon.
fn code(refused: &Refused) -> Option<&'static str> {
    match refused {
        Refused::BadHeader => Some("bad_authorization_header"),
        Refused::BadToken(_)
        | Refused::BadKey
        | Refused::BadRefresh(_)
        | Refused::Rule(Refusal::BadCredentials | Refusal::UnknownAge) => Some("token_not_valid"),
        Refused::UnknownPerson => Some("user_not_found"),
        Refused::Rule(Refusal::Inactive) => Some("user_inactive"),
        // As sockets say it.
        Refused::Rule(Refusal::ErasedSince) => Some("deleted"),
        _ => None,
    }
}

/// What simplejwt says besides of an access token.
fn token_sentence(refused: &Refused) -> Option<&'static str> {
    match refused {
        Refused::BadToken(flaw) => Some(flaw_sentence(flaw)),
        Refused::BadKey | Refused::Rule(Refusal::BadCredentials) => Some(words::TOKEN_INVALID),
        Refused::Rule(Refusal::UnknownAge) => Some(words::TOKEN_OF_UNKNOWN_AGE),
        _ => None,
    }
}

fn flaw_sentence(flaw: &Flaw) -> &'static str {
    match flaw {
        Flaw::Invalid(_) => words::TOKEN_INVALID,
        Flaw::Expired(_) => words::TOKEN_EXPIRED,
        Flaw::WrongType(_) => words::TOKEN_WRONG_TYPE,
    }
}

fn filled(language: Language, english: &'static str, gap: &str) -> String {
    words::say(language, english).replace("{}", gap)
}

fn too_fast(retry_seconds: u32, language: Language) -> String {
    let wait = if retry_seconds == 1 {
        words::IN_A_SECOND
    } else {
        words::IN_SECONDS
    };
    let wait = filled(language, wait, &retry_seconds.to_string());
    format!("{} {wait}", words::say(language, words::THROTTLED))
}

/// Python's words for where JSON ends to be some.
fn expecting(broken: BrokenJson) -> String {
    match broken {
        BrokenJson::NotUtf8(byte) => format!("Expecting UTF-8: byte {byte}"),
        BrokenJson::TooDeep(levels) => format!("Expecting at most {levels} levels of nesting"),
        BrokenJson::At { line, column } => format!("Expecting a JSON value: line {line} column {column}"),
    }
}

/// What Python calls the type of a JSON value: its sentences name it.
fn python(json: Json) -> &'static str {
    match json {
        Json::Null => "NoneType",
        Json::Flag => "bool",
        Json::Integer => "int",
        Json::Fraction => "float",
        Json::Text => "str",
        Json::List => "list",
        Json::Object => "dict",
    }
}

fn sentences(errors: &FieldErrors, language: Language) -> Vec<(&str, String)> {
    let said = |(name, error)| (name, sentence(error, language));
    errors.iter().map(said).collect()
}

/// What the framework says of a field.
#[must_use]
pub fn sentence(error: &FieldError, language: Language) -> String {
    let fill = |english, gap: &str| filled(language, english, gap);
    let whole = |english| fill(english, "");
    match error {
        FieldError::Required => whole(words::REQUIRED),
        FieldError::Blank => whole(words::BLANK),
        FieldError::Null => whole(words::NULL),
        FieldError::NotText => whole(words::NOT_TEXT),
        FieldError::TooShort { min } => fill(words::TOO_SHORT, &min.to_string()),
        FieldError::TooLong { max } => fill(words::TOO_LONG, &max.to_string()),
        FieldError::NulCharacter => whole(words::NUL_CHARACTER),
        FieldError::NotKey(received) => fill(words::NOT_KEY, python(*received)),
        FieldError::NoSuchObject { key } => fill(words::NO_SUCH_KEY, key),
        FieldError::NoSuchPerson(key) => fill(words::NO_SUCH_KEY, &key.to_string()),
        FieldError::NoSuchOrder(key) => fill(words::NO_SUCH_KEY, &key.to_string()),
        FieldError::NotInteger => whole(words::NOT_INTEGER),
        FieldError::NotMark => whole(words::NOT_MARK),
        FieldError::NotUnique => whole(words::NOT_UNIQUE),
        FieldError::NotFile => whole(words::NOT_FILE),
        FieldError::EmptyFile => whole(words::EMPTY_FILE),
        FieldError::FileType => whole(words::FILE_TYPE),
        FieldError::TooManyFiles { max } => fill(words::TOO_MANY_FILES, &max.to_string()),
        FieldError::TooManyMembers { max } => fill(words::TOO_MANY_MEMBERS, &max.to_string()),
        FieldError::Oneself => whole(words::ONESELF),
        FieldError::NotEmail => whole(words::NOT_EMAIL),
        FieldError::NotList(received) => fill(words::NOT_LIST, python(*received)),
        // Mistakes that only contracts without the framework's habits tell apart.
        FieldError::NotPlain
        | FieldError::NotAscii
        | FieldError::NotFlag
        | FieldError::NotRole
        | FieldError::NotWord
        | FieldError::NotShortcut
        | FieldError::NotUuid
        | FieldError::NotWeek { .. }
        | FieldError::NotZone
        | FieldError::NotQuiet
        | FieldError::NotPushAddress
        | FieldError::NotPushKeys
        | FieldError::NotHostId
        | FieldError::NotHostIdInList
        | FieldError::Reserved
        | FieldError::OneOfThem
        | FieldError::NotEmoji
        | FieldError::NotTime
        | FieldError::NoWord
        | FieldError::NotWebAddress
        | FieldError::NotCard
        | FieldError::TooManyBytes { .. }
        | FieldError::NotOneOf(_)
        | FieldError::NoSuchUpload
        | FieldError::NotRoomKey
        | FieldError::VisitorsOwn
        | FieldError::FollowsFromKey
        | FieldError::OfStaff
        | FieldError::Unknown(_) => whole(words::INVALID),
    }
}

/// Sentences of fields as the framework writes them: a list for each.
struct ByName<'a>(Vec<(&'a str, String)>);

impl Serialize for ByName<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, sentence) in &self.0 {
            map.serialize_entry(name, &[sentence])?;
        }
        map.end()
    }
}

/// Texts and maps with text keys always are JSON.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests;
