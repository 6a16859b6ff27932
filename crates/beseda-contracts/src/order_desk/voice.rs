//! The voice of the order desk: `{"success": false, "error": "<a Russian sentence>"}`.

use crate::shared::{FieldError, Language, Refused, Voice};
use crate::voices::DRF;
use crate::voices::drf::{self, Said};
use beseda_core::{Fault, Refusal};
use http::StatusCode;
use serde_json::json;

const NO_ACCESS: &str = "Нет доступа к чату этого заказа";
const NO_SUCH_ORDER: &str = "Заказ не найден";
const NOT_SIGNED_IN: &str = "Требуется авторизация";
const ERASED: &str = "Это сообщение уже удалено";
const EMPTY: &str = "Сообщение не может быть пустым";

/// The voice of a call: operators and clients are told of its failure in words of its own.
pub(super) struct Call {
    /// What the log calls it.
    pub(super) name: &'static str,
    /// What a failure of ours is called to the client, who is told no more of it.
    pub(super) failure: &'static str,
}

impl Voice for Call {
    fn status(&self, refused: &Refused) -> StatusCode {
        match refused {
            // Also where waiting would help: the contract knows one status for what fails.
            Refused::Fault(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Refused::Rule(Refusal::ErasedSince) => StatusCode::BAD_REQUEST,
            other => other.status(),
        }
    }

    fn body(&self, refused: &Refused, language: Language) -> String {
        match refused {
            // What is refused alike by every call of the server, before the contract is asked.
            Refused::CrossSite | Refused::OtherMethod { .. } => DRF.body(refused, language),
            Refused::Rule(Refusal::ErasedSince) => {
                json!({"success": false, "error": ERASED, "code": "deleted"}).to_string()
            }
            other => json!({"success": false, "error": self.sentence(other)}).to_string(),
        }
    }

    fn log(&self, fault: &Fault) {
        tracing::error!("Error in {}: {fault}", self.name);
    }
}

impl Call {
    fn sentence(&self, refused: &Refused) -> String {
        match refused {
            Refused::Rule(refusal) => of_rule(refused, refusal),
            Refused::HostAway | Refused::Fault(_) => self.failure.to_owned(),
            Refused::Fields(errors) => errors
                .iter()
                .next()
                .map(|(name, error)| of_field(name, error))
                .unwrap_or_default(),
            Refused::NoSuchAddress => NO_SUCH_ORDER.to_owned(),
            Refused::BadHeader
            | Refused::BadToken(_)
            | Refused::BadRefresh(_)
            | Refused::UnknownPerson
            | Refused::NoAccount
            | Refused::NoAccountOfToken
            | Refused::BadKey => NOT_SIGNED_IN.to_owned(),
            Refused::WrongScope(_)
            | Refused::PersonRequired
            | Refused::ActsAsAnother
            | Refused::ForeignOrigin(_)
            | Refused::ForeignHost(_)
            | Refused::CrossSite
            | Refused::OtherMethod { .. }
            | Refused::TooLarge(_)
            | Refused::TooManyLines(_)
            | Refused::UnknownMedia(_)
            | Refused::EncodedBody(_)
            | Refused::BrokenJson(_)
            | Refused::NotObject(_)
            | Refused::BrokenForm(_)
            | Refused::BrokenMultipart(_)
            | Refused::FileGone(_) => as_the_framework(refused),
        }
    }
}

fn of_rule(refused: &Refused, refusal: &Refusal) -> String {
    match refusal {
        Refusal::NoPlaceInOrder
        | Refusal::NotAllowed
        | Refusal::NotAuthor
        | Refusal::EditTooLate { .. }
        | Refusal::Blocked
        | Refusal::RoomClosed => NO_ACCESS.to_owned(),
        Refusal::NoSuchRoom
        | Refusal::NoSuchMessage
        | Refusal::NoSuchOrder
        | Refusal::NoSuchPerson
        | Refusal::NoSuchGroup
        | Refusal::NoSuchFile
        | Refusal::NoSuchReport
        | Refusal::NoSuchCannedReply
        | Refusal::NoSuchPushSubscription => NO_SUCH_ORDER.to_owned(),
        Refusal::EmptyText => EMPTY.to_owned(),
        Refusal::Erased | Refusal::ErasedSince => ERASED.to_owned(),
        Refusal::TooFast { retry_seconds } => {
            format!("Слишком много запросов. Повторите через {retry_seconds} с.")
        }
        Refusal::NotSignedIn | Refusal::BadCredentials | Refusal::UnknownAge | Refusal::Inactive => {
            NOT_SIGNED_IN.to_owned()
        }
        Refusal::NoSuchPage
        | Refusal::NameTaken { .. }
        | Refusal::WithOneself
        | Refusal::EmptyTitle
        | Refusal::TitleTooLong { .. }
        | Refusal::TooManyMembers { .. }
        | Refusal::UnknownRole { .. }
        | Refusal::OrderHasRoom
        | Refusal::TextTooLong { .. }
        | Refusal::NulInText
        | Refusal::BadClientId { .. }
        | Refusal::EmptyFile
        | Refusal::FileTooLarge { .. }
        | Refusal::FileType
        | Refusal::TooManyFiles { .. }
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
        | Refusal::TooManyCannedReplies { .. } => as_the_framework(refused),
    }
}

/// What is wrong with a field: with the text of a message, or with a number of the query, in the contract's own words.
fn of_field(name: &str, error: &FieldError) -> String {
    match (name, error) {
        ("message", FieldError::TooLong { max }) => format!("Сообщение не может быть длиннее {max} символов"),
        ("message", FieldError::NulCharacter) => "Сообщение содержит недопустимый символ".to_owned(),
        ("message", FieldError::NotText) => "Сообщение должно быть текстом".to_owned(),
        ("message", _) => EMPTY.to_owned(),
        (name, FieldError::NotInteger) => format!("Параметр {name} должен быть целым неотрицательным числом"),
        (_, error) => drf::sentence(error, Language::Russian),
    }
}

/// Its sentence, or that of its first field, in the words that most contracts have for it.
fn as_the_framework(refused: &Refused) -> String {
    match DRF.said(refused, Language::Russian) {
        Said::Detail(sentence) => sentence,
        Said::Fields(fields) => fields
            .into_iter()
            .next()
            .map(|(_, sentence)| sentence)
            .unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::{BrokenJson, answered};
    use beseda_core::Error;
    use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
    use http_body_util::BodyExt;
    use serde_json::Value;

    const CALL: Call = Call {
        name: "call",
        failure: "не вышло",
    };

    async fn told(refused: impl Into<Refused>) -> (u16, String) {
        let answer = answered(&CALL, refused, Language::English);
        let status = answer.status().as_u16();
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        let body: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(body["success"], false);
        let fields: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
        let of_deleted = ["success", "error", "code"];
        assert!(
            fields == of_deleted[..2] || fields == of_deleted && body["code"] == "deleted",
            "{body}"
        );
        (status, body["error"].as_str().unwrap().to_owned())
    }

    #[tokio::test]
    async fn every_refusal_is_a_russian_sentence_in_one_shape() {
        let bad_token = Refused::BadToken(beseda_identity::Flaw::Expired("it has expired".to_owned()));
        for (refused, status, sentence) in [
            (Refusal::NoPlaceInOrder.into(), 403, "Нет доступа к чату этого заказа"),
            (Refusal::NotAllowed.into(), 403, "Нет доступа к чату этого заказа"),
            (Refusal::NoSuchOrder.into(), 404, "Заказ не найден"),
            (Refused::NoSuchAddress, 404, "Заказ не найден"),
            (Refusal::EmptyText.into(), 400, "Сообщение не может быть пустым"),
            (Refusal::ErasedSince.into(), 400, "Это сообщение уже удалено"),
            (Refusal::NotSignedIn.into(), 401, "Требуется авторизация"),
            (Refusal::Inactive.into(), 401, "Требуется авторизация"),
            (bad_token, 401, "Требуется авторизация"),
            (
                Refusal::TooFast { retry_seconds: 3 }.into(),
                429,
                "Слишком много запросов. Повторите через 3 с.",
            ),
            (Refused::TooLarge(5), 413, "Тело запроса больше 5 байт."),
            (
                Refused::UnknownMedia("text/\"x\"".to_owned()),
                415,
                "Неподдерживаемый тип данных \"text/\"x\"\" в запросе.",
            ),
            (Refusal::FileType.into(), 400, "Файлы такого типа не принимаются."),
            (
                Refused::BrokenJson(BrokenJson::TooDeep(5)),
                400,
                "Ошибка разбора JSON - Expecting at most 5 levels of nesting",
            ),
            (Error::from(Fault::Store("secret".to_owned())).into(), 500, "не вышло"),
            (Fault::Busy.into(), 500, "не вышло"),
        ] {
            assert_eq!(told(refused).await, (status, sentence.to_owned()));
        }
    }

    #[tokio::test]
    async fn what_is_wrong_with_a_text_is_said_of_the_message() {
        for (error, sentence) in [
            (FieldError::Required, EMPTY),
            (FieldError::Blank, EMPTY),
            (FieldError::Null, EMPTY),
            (FieldError::NotText, "Сообщение должно быть текстом"),
            (FieldError::NulCharacter, "Сообщение содержит недопустимый символ"),
            (
                FieldError::TooLong { max: 7 },
                "Сообщение не может быть длиннее 7 символов",
            ),
        ] {
            assert_eq!(told(Refused::field("message", error)).await, (400, sentence.to_owned()));
        }
        let (_, sentence) = told(Refused::field("client_id", FieldError::TooLong { max: 7 })).await;
        assert_eq!(sentence, "Убедитесь, что это значение содержит не более 7 символов.");
    }

    #[test]
    fn the_headers_of_an_error_stay() {
        let answer = |refused: Refused| answered(&CALL, refused, Language::English);
        let slow = answer(Refusal::TooFast { retry_seconds: 3 }.into());
        assert_eq!(slow.headers()[RETRY_AFTER], "3");
        let unknown = answer(Refusal::NotSignedIn.into());
        assert!(unknown.headers().contains_key(WWW_AUTHENTICATE));
        assert_eq!(answer(Refused::CrossSite).status(), 403);
        assert!(!answer(Fault::Busy.into()).headers().contains_key(RETRY_AFTER));
    }
}
