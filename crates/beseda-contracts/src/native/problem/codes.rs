//! The words for programs: every code that a refusal has, with its status and what it means.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A code of a refused call.
pub(in crate::native) struct Code {
    pub(in crate::native) word: &'static str,
    pub(in crate::native) status: u16,
    pub(in crate::native) says: &'static str,
}

macro_rules! codes {
    ($($status:literal $word:literal $says:literal;)*) => {
        /// Every code, by status.
        pub(in crate::native) const CODES: &[Code] = &[$(Code { word: $word, status: $status, says: $says },)*];
    };
}

codes! {
    400 "invalid" "`errors` names every wrong field; `id` and `key` are those of the path.";
    400 "parse_error" "The body cannot be read.";
    400 "foreign_host" "The request is for a host that this server does not answer to.";
    401 "not_authenticated" "Nobody has proved who they are.";
    401 "bad_authorization_header" "The header `Authorization` is no scheme and one word.";
    401 "api_key_not_valid" "The API key is unknown or revoked.";
    401 "token_not_valid" "The token proves nothing, or no more.";
    401 "token_of_unknown_age" "The token does not say when it was signed, and its bearer was signed out since.";
    401 "user_not_found" "The token is good and its person unknown.";
    401 "user_inactive" "The person is deactivated.";
    401 "no_active_account" "A wrong name or password.";
    403 "wrong_scope" "The API key is for other things.";
    403 "person_required" "A key does not say as whom it acts.";
    403 "acts_as_another" "Somebody who is no API key says as whom they act.";
    403 "foreign_origin" "A page of another site asks.";
    403 "not_allowed" "What somebody is does not let them do this.";
    403 "not_author" "It is somebody else's message.";
    403 "room_closed" "The room's business is over.";
    403 "edit_too_late" "The message is older than `limits.edit_seconds`.";
    403 "blocked" "One of the two does not want to hear from the other.";
    404 "not_found" "It is not there, or somebody else's.";
    404 "no_such_room" "The room is not there, or somebody else's.";
    404 "no_such_message" "The message is not there.";
    404 "no_such_file" "The file is not there, or somebody else's.";
    405 "method_not_allowed" "The address has no such method; `Allow` names those that it has.";
    409 "erased" "The message is erased.";
    409 "has_messages" "Somebody has said something in the room itself: nothing is brought in before that.";
    409 "taken" "Somebody else has the case of whom the asker did not know; `by` says who.";
    409 "shortcut_taken" "Another canned reply has this shortcut.";
    409 "too_many_canned_replies" "The desk has `limits.canned_replies` canned replies.";
    409 "no_push" "The server pushes to nobody's browsers.";
    409 "too_many_push_subscriptions" "`limits.push_subscriptions` browsers of the person are told.";
    409 "too_many_reactions" "The message has `limits.reactions` different reactions.";
    409 "name_taken" "Another person has this username, e-mail or phone, or the id is one of the server's own.";
    413 "too_large" "The body is bigger than `limits.body_bytes`, or has more lines than `limits.bulk_rows`.";
    415 "unsupported_media_type" "The body is of another media type than the call takes.";
    415 "unsupported_content_coding" "The body comes packed.";
    429 "throttled" "Too often: `Retry-After` says when to come back.";
    500 "server_error" "The server failed, and nothing was changed. The cause is in its log alone.";
    500 "file_gone" "The bytes of the file are not there.";
    503 "unavailable" "Not now: `Retry-After` says when to come back.";
}

/// The codes that frames of the socket are refused with besides, because they are no command.
pub(in crate::native) const HEARD_CODES: &[&str] = &[
    "binary",
    "not_json",
    "not_an_object",
    "no_type",
    "unknown_type",
    "unknown_field",
    "no_room",
    "hello_first",
];

/// The code of a refused call.
pub(in crate::native) struct CodeWord;

impl JsonSchema for CodeWord {
    fn schema_name() -> Cow<'static, str> {
        "Code".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let words: Vec<&str> = CODES.iter().map(|code| code.word).collect();
        json_schema!({"type": "string", "description": "A word for programs.", "enum": words})
    }
}

/// The code of a refused frame.
pub(in crate::native) struct HeardCode;

impl JsonSchema for HeardCode {
    fn schema_name() -> Cow<'static, str> {
        "FrameCode".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let words: Vec<&str> = CODES
            .iter()
            .map(|code| code.word)
            .chain(HEARD_CODES.iter().copied())
            .collect();
        json_schema!({"type": "string", "description": "A word for programs.", "enum": words})
    }
}

/// What is wrong with which field, in sentences.
pub(in crate::native) type Errors = BTreeMap<String, Vec<String>>;
