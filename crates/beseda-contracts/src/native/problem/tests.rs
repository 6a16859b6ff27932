//! How errors are written.

use super::*;
use http_body_util::BodyExt;

/// The answer's status, headers and body after the layer of every route.
async fn said(problem: Problem) -> (u16, http::HeaderMap, Value) {
    let answer = as_problem(problem.into_response()).await;
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
    let retry = Drf::Throttled { retry_seconds: 7 };
    let method = Drf::MethodNotAllowed {
        method: "GET".to_owned(),
        allow: "PUT",
    };
    let bad_token = Drf::BadToken {
        why: "canary".to_owned(),
        wrong_type: false,
    };
    for (problem, status, code) in [
        (Drf::NotAuthenticated.into(), 401, "not_authenticated"),
        (Drf::BadHeader.into(), 401, "bad_authorization_header"),
        (bad_token.into(), 401, "token_not_valid"),
        (Problem::BadKey, 401, "api_key_not_valid"),
        (Problem::WrongScope("rooms"), 403, "wrong_scope"),
        (Drf::CrossSite.into(), 403, "foreign_origin"),
        (Drf::NotFound.into(), 404, "not_found"),
        (Problem::NoSuchRoom, 404, "no_such_room"),
        (method.into(), 405, "method_not_allowed"),
        (Problem::NameTaken("email"), 409, "name_taken"),
        (Drf::TooLarge(9).into(), 413, "too_large"),
        (
            Drf::Unsupported("text/plain".to_owned()).into(),
            415,
            "unsupported_media_type",
        ),
        (Drf::BrokenJson("x".to_owned()).into(), 400, "parse_error"),
        (Problem::mistake("email", "No."), 400, "invalid"),
        (retry.into(), 429, "throttled"),
        (Fault::Busy.into(), 503, "unavailable"),
        (Fault::Store("canary".to_owned()).into(), 500, "server_error"),
    ] {
        let (found, headers, body) = said(problem).await;
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

#[tokio::test]
async fn errors_of_fields_are_named_all_at_once() {
    let mut mistakes = Mistakes::default();
    mistakes.add("email", "No.");
    mistakes.add("phone", "No.");
    mistakes.add("email", "Really.");
    let (status, _, body) = said(mistakes.none().unwrap_err()).await;
    assert_eq!(status, 400);
    assert_eq!(body["errors"], json!({"email": ["No.", "Really."], "phone": ["No."]}));
    let dictionary = Drf::non_field(crate::shared::FieldError::NotDictionary { received: "list" });
    let (status, _, body) = said(dictionary.into()).await;
    assert_eq!(status, 400);
    assert!(body["errors"]["non_field_errors"][0].is_string(), "{body}");
    assert_eq!(Mistakes::default().none(), Ok(()));
}

#[tokio::test]
async fn a_refusal_is_the_mistake_of_its_field() {
    for (refusal, field) in [
        (Refusal::EmptyText, "text"),
        (Refusal::NulInText, "text"),
        (Refusal::BadClientId { max: 9 }, "client_id"),
        (Refusal::TitleTooLong { max: 9 }, "title"),
        (Refusal::TooManyMembers { max: 9 }, "members"),
    ] {
        let (status, _, body) = said(refusal.into()).await;
        assert_eq!(status, 400, "{body}");
        assert!(
            body["errors"][field][0]
                .as_str()
                .is_some_and(|said| said.ends_with('.')),
            "{body}"
        );
    }
    assert_eq!(said(Refusal::NoSuchPerson.into()).await.0, 404);
}
