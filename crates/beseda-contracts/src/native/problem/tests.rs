//! How errors are written.

use super::*;
use crate::shared::{BrokenJson, FieldErrors, Json, answered};
use beseda_core::words::Scope;
use beseda_live::requests::REQUEST_ID;
use http::HeaderMap;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http_body_util::BodyExt;
use serde_json::json;

/// The answer's status, headers and body, whatever language is asked for.
async fn said(refused: impl Into<Refused>) -> (u16, HeaderMap, Value) {
    let answer = answered(&PROBLEM, refused, Language::Russian);
    let (parts, body) = answer.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    (
        parts.status.as_u16(),
        parts.headers,
        serde_json::from_slice(&bytes).unwrap(),
    )
}

#[tokio::test]
async fn every_error_has_the_members_of_a_problem() {
    let retry = Refusal::TooFast { retry_seconds: 7 };
    let method = Refused::OtherMethod {
        method: "GET".to_owned(),
        allow: "PUT",
    };
    let bad_token = Refused::BadToken(beseda_identity::Flaw::Invalid("canary".to_owned()));
    let broken = Refused::BrokenJson(BrokenJson::TooDeep(9));
    for (refused, status, code) in [
        (Refusal::NotSignedIn.into(), 401, "not_authenticated"),
        (Refused::BadHeader, 401, "bad_authorization_header"),
        (bad_token, 401, "token_not_valid"),
        (Refusal::BadCredentials.into(), 401, "token_not_valid"),
        (Refusal::UnknownAge.into(), 401, "token_of_unknown_age"),
        (Refused::BadKey, 401, "api_key_not_valid"),
        (Refused::WrongScope(Scope::Rooms), 403, "wrong_scope"),
        (Refused::CrossSite, 403, "foreign_origin"),
        (Refused::NoSuchAddress, 404, "not_found"),
        (Refusal::NoSuchRoom.into(), 404, "no_such_room"),
        (Refusal::NoSuchPerson.into(), 404, "not_found"),
        (Refusal::ErasedSince.into(), 409, "erased"),
        (method, 405, "method_not_allowed"),
        (Refusal::NameTaken { field: "email" }.into(), 409, "name_taken"),
        (Refused::TooLarge(9), 413, "too_large"),
        (Refused::TooManyLines(9), 413, "too_large"),
        (
            Refused::UnknownMedia("text/plain".to_owned()),
            415,
            "unsupported_media_type",
        ),
        (
            Refused::EncodedBody("gzip".to_owned()),
            415,
            "unsupported_content_coding",
        ),
        (broken, 400, "parse_error"),
        (Refused::field("email", FieldError::NotEmail), 400, "invalid"),
        (retry.into(), 429, "throttled"),
        (Fault::Busy.into(), 503, "unavailable"),
        (Fault::Store("canary".to_owned()).into(), 500, "server_error"),
    ] {
        let (found, headers, body) = said(refused).await;
        assert_eq!((found, body["code"].as_str()), (status, Some(code)), "{body}");
        assert_eq!(headers[CONTENT_TYPE], "application/problem+json", "{code}");
        assert_eq!(headers[CACHE_CONTROL], "no-store", "{code}");
        assert_eq!(
            (&body["type"], &body["status"]),
            (&json!("about:blank"), &json!(status)),
            "{code}"
        );
        assert!(body["title"].as_str().is_some_and(|title| !title.is_empty()), "{code}");
        assert!(
            body["detail"].as_str().is_some_and(|detail| !detail.is_empty()),
            "{body}"
        );
        assert!(!body.to_string().contains("canary"), "{body}");
        assert_eq!(headers.contains_key("www-authenticate"), status == 401, "{code}");
        assert_eq!(
            headers.contains_key("retry-after"),
            [429, 503].contains(&status),
            "{code}"
        );
    }
}

#[test]
fn what_failed_on_our_side_tells_the_id_of_its_request_and_nothing_of_the_cause() {
    let request = RequestId::of(&HeaderMap::from_iter([(REQUEST_ID, "of-the-shop".parse().unwrap())]));
    let fault = Refused::from(Fault::Store("canary".to_owned()));
    let body = PROBLEM.body_of_fault(&fault, Language::English, &request);
    let members: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        (&members["request_id"], &members["code"]),
        (&json!("of-the-shop"), &json!("server_error"))
    );
    assert!(!body.contains("canary"), "{body}");
}

#[tokio::test]
async fn errors_of_fields_are_named_all_at_once() {
    let mut mistakes = FieldErrors::default();
    mistakes.add("email", FieldError::NotEmail);
    mistakes.add("phone", FieldError::Null);
    mistakes.add("email", FieldError::Required);
    let (status, _, body) = said(mistakes.none().unwrap_err()).await;
    assert_eq!(status, 400);
    assert_eq!(
        body["errors"],
        json!({
            "email": ["An address like anna@shop.example is expected.", "This field is required."],
            "phone": ["This field may not be null."],
        })
    );
    let (status, _, body) = said(Refused::NotObject(Json::List)).await;
    assert_eq!(status, 400);
    assert!(body["errors"]["non_field_errors"][0].is_string(), "{body}");
}

#[tokio::test]
async fn a_refusal_is_the_mistake_of_its_field() {
    for (refusal, field) in [
        (Refusal::EmptyText, "text"),
        (Refusal::NulInText, "text"),
        (Refusal::BadClientId { max: 9 }, "client_id"),
        (Refusal::TitleTooLong { max: 9 }, "title"),
        (Refusal::TooManyMembers { max: 9 }, "members"),
        (
            Refusal::UnknownRole {
                known: "seller, buyer".to_owned(),
            },
            "role",
        ),
    ] {
        let (status, _, body) = said(refusal).await;
        assert_eq!(status, 400, "{body}");
        assert!(
            body["errors"][field][0]
                .as_str()
                .is_some_and(|said| said.ends_with('.')),
            "{body}"
        );
    }
}
