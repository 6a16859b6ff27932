//! Errors as the order desk says them: `{"success": false, "error": "<a Russian sentence>"}`.

use crate::shared::http::words::Language;
use crate::shared::{Drf, FieldError};
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use beseda_core::{Error, Fault, Refusal};
use http::header::CONTENT_LENGTH;
use serde_json::{Value, json};

const NO_ACCESS: &str = "Нет доступа к чату этого заказа";
const NO_SUCH_ORDER: &str = "Заказ не найден";
const NOT_SIGNED_IN: &str = "Требуется авторизация";
const EMPTY: &str = "Сообщение не может быть пустым";

/// Why a call was not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// 403: the order is there, and not for the caller.
    NoAccess,
    /// 404: no such order.
    NoSuchOrder,
    /// 400: what is wrong with the request, in words.
    Wrong(String),
    /// What every contract refuses alike, and this one in its own shape.
    Shared(Drf),
    /// 500: ours.
    Failed(Fault),
}

impl Refused {
    /// What is wrong with the text of a message.
    #[must_use]
    pub fn text(error: &FieldError) -> Self {
        Self::Wrong(match error {
            FieldError::TooLong { max } => format!("Сообщение не может быть длиннее {max} символов"),
            FieldError::NulCharacter => "Сообщение содержит недопустимый символ".to_owned(),
            FieldError::NotText => "Сообщение должно быть текстом".to_owned(),
            _ => EMPTY.to_owned(),
        })
    }

    /// The answer. `failure` is what a failure of ours is called to the client, who is told no more of it.
    #[must_use]
    pub fn answer(self, failure: &str) -> Response {
        match self {
            Self::NoAccess => said(&Drf::PermissionDenied, NO_ACCESS),
            Self::NoSuchOrder => said(&Drf::NotFound, NO_SUCH_ORDER),
            Self::Wrong(sentence) => said(&Drf::BrokenForm(String::new()), &sentence),
            // Another site's page is refused alike by every call of the server.
            Self::Shared(Drf::CrossSite) => Drf::CrossSite.into_response(),
            Self::Shared(refused) => said(&refused, &sentence_of(&refused)),
            // Also where waiting would help: the contract knows one status for what fails.
            Self::Failed(_) => said(&Drf::Fault(Fault::Internal(String::new())), failure),
        }
    }
}

/// Status and headers as every contract has them, with this contract's body.
fn said(refused: &Drf, sentence: &str) -> Response {
    let mut answer = refused.said(Language::Russian);
    answer.headers_mut().remove(CONTENT_LENGTH);
    *answer.body_mut() = Body::from(json!({"success": false, "error": sentence}).to_string());
    answer
}

fn sentence_of(refused: &Drf) -> String {
    match refused {
        Drf::Throttled { retry_seconds } => format!("Слишком много запросов. Повторите через {retry_seconds} с."),
        _ if refused.status() == http::StatusCode::UNAUTHORIZED => NOT_SIGNED_IN.to_owned(),
        _ => first_sentence(&refused.body(Language::Russian)),
    }
}

/// The sentence of `{"detail": "…"}`, or the first of `{"field": ["…"]}`.
fn first_sentence(body: &str) -> String {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let detail = body.get("detail");
    let first = || body.as_object()?.values().next()?.get(0);
    let sentence = detail.or_else(first).and_then(Value::as_str);
    sentence.unwrap_or_default().to_owned()
}

impl From<Drf> for Refused {
    fn from(refused: Drf) -> Self {
        match refused {
            Drf::Fault(fault) => Self::Failed(fault),
            Drf::NotFound => Self::NoSuchOrder,
            other => Self::Shared(other),
        }
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NoPlaceInOrder | Refusal::NotAllowed => Self::NoAccess,
            Refusal::EmptyText => Self::Wrong(EMPTY.to_owned()),
            Refusal::ErasedSince => Self::Wrong("Это сообщение уже удалено".to_owned()),
            other => Drf::from(other).into(),
        }
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => refusal.into(),
            Error::Failed(fault) => Self::Failed(fault),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
    use http_body_util::BodyExt;

    async fn told(refused: Refused) -> (u16, String) {
        let answer = refused.answer("не вышло");
        let status = answer.status().as_u16();
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        let body: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(body["success"], false);
        assert_eq!(body.as_object().unwrap().len(), 2, "{body}");
        (status, body["error"].as_str().unwrap().to_owned())
    }

    #[tokio::test]
    async fn every_refusal_is_a_russian_sentence_in_one_shape() {
        let bad_token = Drf::BadToken {
            why: "expired".to_owned(),
            wrong_type: false,
        };
        for (refused, status, sentence) in [
            (Refused::NoAccess, 403, "Нет доступа к чату этого заказа"),
            (Refused::NoSuchOrder, 404, "Заказ не найден"),
            (Refusal::NoPlaceInOrder.into(), 403, "Нет доступа к чату этого заказа"),
            (Refusal::NoSuchOrder.into(), 404, "Заказ не найден"),
            (Refusal::EmptyText.into(), 400, "Сообщение не может быть пустым"),
            (Refusal::ErasedSince.into(), 400, "Это сообщение уже удалено"),
            (Drf::NotAuthenticated.into(), 401, "Требуется авторизация"),
            (bad_token.into(), 401, "Требуется авторизация"),
            (
                Refusal::TooFast { retry_seconds: 3 }.into(),
                429,
                "Слишком много запросов. Повторите через 3 с.",
            ),
            (Drf::TooLarge(5).into(), 413, "Тело запроса больше 5 байт."),
            (
                Drf::Unsupported("text/\"x\"".to_owned()).into(),
                415,
                "Неподдерживаемый тип данных \"text/\"x\"\" в запросе.",
            ),
            (Refusal::FileType.into(), 400, "Файлы такого типа не принимаются."),
            (Drf::BrokenJson("x".to_owned()).into(), 400, "Ошибка разбора JSON - x"),
            (Error::from(Fault::Store("secret".to_owned())).into(), 500, "не вышло"),
            (Drf::Fault(Fault::Busy).into(), 500, "не вышло"),
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
            assert_eq!(told(Refused::text(&error)).await, (400, sentence.to_owned()));
        }
    }

    #[test]
    fn the_headers_of_an_error_stay() {
        let answer = Refused::from(Refusal::TooFast { retry_seconds: 3 }).answer("");
        assert_eq!(answer.headers()[RETRY_AFTER], "3");
        let answer = Refused::from(Drf::NotAuthenticated).answer("");
        assert!(answer.headers().contains_key(WWW_AUTHENTICATE));
        let answer = Refused::from(Drf::CrossSite).answer("");
        assert_eq!(answer.status(), 403);
    }
}
