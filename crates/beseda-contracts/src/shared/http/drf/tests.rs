//! Golden answers: what Django REST Framework 3.18.3 and simplejwt 5.5.1 put on the wire.

use super::*;

fn english(error: &Drf) -> (u16, String) {
    (error.status().as_u16(), error.body(Language::English))
}

fn golden(error: Drf, status: u16, body: &str) {
    assert_eq!(english(&error), (status, body.to_owned()));
}

#[test]
fn who_is_not_let_in() {
    golden(
        Drf::NotAuthenticated,
        401,
        r#"{"detail":"Authentication credentials were not provided."}"#,
    );
    let bad = |wrong_type| Drf::BadToken {
        why: "secret cause".to_owned(),
        wrong_type,
    };
    golden(
        bad(false),
        401,
        r#"{"detail":"Given token not valid for any token type","code":"token_not_valid","messages":[{"token_class":"AccessToken","token_type":"access","message":"Token is invalid"}]}"#,
    );
    golden(
        bad(true),
        401,
        r#"{"detail":"Given token not valid for any token type","code":"token_not_valid","messages":[{"token_class":"AccessToken","token_type":"access","message":"Token has wrong type"}]}"#,
    );
    let refresh = |wrong_type| Drf::BadRefresh {
        why: "secret cause".to_owned(),
        wrong_type,
    };
    golden(
        refresh(false),
        401,
        r#"{"detail":"Token is invalid","code":"token_not_valid"}"#,
    );
    golden(
        refresh(true),
        401,
        r#"{"detail":"Token has wrong type","code":"token_not_valid"}"#,
    );
    golden(
        Drf::NoSuchUser,
        401,
        r#"{"detail":"User not found","code":"user_not_found"}"#,
    );
    golden(
        Drf::InactiveUser,
        401,
        r#"{"detail":"User is inactive","code":"user_inactive"}"#,
    );
    golden(
        Drf::BadHeader,
        401,
        r#"{"detail":"Authorization header must contain two space-delimited values","code":"bad_authorization_header"}"#,
    );
    golden(
        Drf::NoAccount,
        401,
        r#"{"detail":"No active account found with the given credentials"}"#,
    );
    golden(
        Drf::NoAccountOfToken,
        401,
        r#"{"detail":"No active account found for the given token."}"#,
    );
}

#[test]
fn what_is_not_done() {
    golden(
        Drf::PermissionDenied,
        403,
        r#"{"detail":"You do not have permission to perform this action."}"#,
    );
    golden(Drf::NotFound, 404, r#"{"detail":"Not found."}"#);
    golden(Drf::InvalidPage, 404, r#"{"detail":"Invalid page."}"#);
    let method = Drf::MethodNotAllowed {
        method: "GET".to_owned(),
        allow: "POST, OPTIONS",
    };
    golden(method, 405, r#"{"detail":"Method \"GET\" not allowed."}"#);
    golden(
        Drf::Unsupported("text/plain".to_owned()),
        415,
        r#"{"detail":"Unsupported media type \"text/plain\" in request."}"#,
    );
    golden(
        Drf::Throttled { retry_seconds: 7 },
        429,
        r#"{"detail":"Request was throttled. Expected available in 7 seconds."}"#,
    );
    golden(
        Drf::Throttled { retry_seconds: 1 },
        429,
        r#"{"detail":"Request was throttled. Expected available in 1 second."}"#,
    );
    golden(
        Drf::BrokenJson("Expecting value".to_owned()),
        400,
        r#"{"detail":"JSON parse error - Expecting value"}"#,
    );
}

#[test]
fn wrong_fields() {
    let mut errors = FieldErrors::default();
    assert_eq!(errors.take("id", Ok(5)), Some(5));
    assert_eq!(errors.take::<()>("content", Err(FieldError::TooLong { max: 5 })), None);
    assert_eq!(errors.take::<()>("room", Err(FieldError::Required)), None);
    golden(
        errors.none().unwrap_err(),
        400,
        r#"{"content":["Ensure this field has no more than 5 characters."],"room":["This field is required."]}"#,
    );
    assert!(FieldErrors::default().none().is_ok());
    golden(
        Drf::non_field(FieldError::NotDictionary { received: "list" }),
        400,
        r#"{"non_field_errors":["Invalid data. Expected a dictionary, but got list."]}"#,
    );
    for (error, sentence) in [
        (FieldError::Blank, "This field may not be blank."),
        (FieldError::Null, "This field may not be null."),
        (FieldError::NotText, "Not a valid string."),
        (FieldError::NulCharacter, "Null characters are not allowed."),
        (
            FieldError::NotKey { received: "str" },
            "Incorrect type. Expected pk value, received str.",
        ),
        (
            FieldError::DoesNotExist { pk: "5".to_owned() },
            "Invalid pk \\\"5\\\" - object does not exist.",
        ),
        (FieldError::NotInteger, "A valid integer is required."),
        (FieldError::NotUnique, "This field must be unique."),
    ] {
        golden(Drf::field("room", error), 400, &format!(r#"{{"room":["{sentence}"]}}"#));
    }
}

#[test]
fn a_cause_of_ours_reaches_no_client() {
    for fault in [
        Fault::Store("disk on fire".to_owned()),
        Fault::Internal("disk on fire".to_owned()),
    ] {
        let error = Drf::from(fault);
        assert_eq!(
            english(&error),
            (500, r#"{"detail":"A server error occurred."}"#.to_owned())
        );
        assert!(error.to_string().contains("disk on fire"));
    }
    for fault in [Fault::Busy, Fault::Stopping, Fault::Away("refused".to_owned())] {
        let response = Drf::from(fault).into_response();
        assert_eq!(
            (response.status().as_u16(), &response.headers()[RETRY_AFTER]),
            (503, &HeaderValue::from(1))
        );
    }
}

#[test]
fn headers_say_what_the_body_says() {
    let response = Drf::NotAuthenticated.into_response();
    assert_eq!(response.headers()[WWW_AUTHENTICATE], "Bearer realm=\"api\"");
    assert_eq!(response.headers()[CONTENT_TYPE], "application/json");
    let response = Drf::Throttled { retry_seconds: 12 }.into_response();
    assert_eq!(response.headers()[RETRY_AFTER], "12");
    assert!(!response.headers().contains_key(WWW_AUTHENTICATE));
    let response = Drf::MethodNotAllowed {
        method: "PUT".to_owned(),
        allow: "GET, HEAD",
    }
    .into_response();
    assert_eq!(response.headers()[ALLOW], "GET, HEAD");
}

#[test]
fn russian_is_spoken_in_letters() {
    assert_eq!(
        Drf::Throttled { retry_seconds: 3 }.body(Language::Russian),
        r#"{"detail":"Запрос был проигнорирован. Повторите через 3 с."}"#
    );
    assert_eq!(
        Drf::field("message", FieldError::Required).body(Language::Russian),
        r#"{"message":["Обязательное поле."]}"#
    );
}
