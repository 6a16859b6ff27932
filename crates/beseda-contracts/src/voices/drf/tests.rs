//! Golden answers: what Django REST Framework 3.18.3 and simplejwt 5.5.1 put on the wire.

use super::*;
use crate::shared::answered;
use http::HeaderValue;
use http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};

fn english(refused: &Refused) -> (u16, String) {
    (DRF.status(refused).as_u16(), DRF.body(refused, Language::English))
}

fn golden(refused: impl Into<Refused>, status: u16, body: &str) {
    assert_eq!(english(&refused.into()), (status, body.to_owned()));
}

#[test]
fn who_is_not_let_in() {
    golden(
        Refusal::NotSignedIn,
        401,
        r#"{"detail":"Authentication credentials were not provided."}"#,
    );
    let why = || "secret cause".to_owned();
    let [invalid, expired, wrong_type] = [Flaw::Invalid(why()), Flaw::Expired(why()), Flaw::WrongType(why())];
    golden(
        Refused::BadToken(expired.clone()),
        401,
        r#"{"detail":"Given token not valid for any token type","code":"token_not_valid","messages":[{"token_class":"AccessToken","token_type":"access","message":"Token is expired"}]}"#,
    );
    golden(
        Refusal::UnknownAge,
        401,
        r#"{"detail":"Given token not valid for any token type","code":"token_not_valid","messages":[{"token_class":"AccessToken","token_type":"access","message":"Token does not say when it was signed (iat), and its user was signed out since"}]}"#,
    );
    golden(
        Refused::BadRefresh(expired),
        401,
        r#"{"detail":"Token is expired","code":"token_not_valid"}"#,
    );
    golden(
        Refused::BadToken(invalid.clone()),
        401,
        r#"{"detail":"Given token not valid for any token type","code":"token_not_valid","messages":[{"token_class":"AccessToken","token_type":"access","message":"Token is invalid"}]}"#,
    );
    golden(
        Refused::BadToken(wrong_type.clone()),
        401,
        r#"{"detail":"Given token not valid for any token type","code":"token_not_valid","messages":[{"token_class":"AccessToken","token_type":"access","message":"Token has wrong type"}]}"#,
    );
    golden(
        Refused::BadRefresh(invalid),
        401,
        r#"{"detail":"Token is invalid","code":"token_not_valid"}"#,
    );
    golden(
        Refused::BadRefresh(wrong_type),
        401,
        r#"{"detail":"Token has wrong type","code":"token_not_valid"}"#,
    );
    golden(
        Refused::UnknownPerson,
        401,
        r#"{"detail":"User not found","code":"user_not_found"}"#,
    );
    golden(
        Refusal::Inactive,
        401,
        r#"{"detail":"User is inactive","code":"user_inactive"}"#,
    );
    golden(
        Refused::BadHeader,
        401,
        r#"{"detail":"Authorization header must contain two space-delimited values","code":"bad_authorization_header"}"#,
    );
    golden(
        Refused::NoAccount,
        401,
        r#"{"detail":"No active account found with the given credentials"}"#,
    );
    golden(
        Refused::NoAccountOfToken,
        401,
        r#"{"detail":"No active account found for the given token."}"#,
    );
}

#[test]
fn what_is_not_done() {
    golden(
        Refusal::NotAllowed,
        403,
        r#"{"detail":"You do not have permission to perform this action."}"#,
    );
    golden(Refused::NoSuchAddress, 404, r#"{"detail":"Not found."}"#);
    golden(Refusal::NoSuchPage, 404, r#"{"detail":"Invalid page."}"#);
    let method = Refused::OtherMethod {
        method: "GET".to_owned(),
        allow: "POST, OPTIONS",
    };
    golden(method, 405, r#"{"detail":"Method \"GET\" not allowed."}"#);
    golden(
        Refused::UnknownMedia("text/plain".to_owned()),
        415,
        r#"{"detail":"Unsupported media type \"text/plain\" in request."}"#,
    );
    golden(
        Refused::EncodedBody("gzip".to_owned()),
        415,
        r#"{"detail":"Unsupported content coding \"gzip\" of the body: send it as it is, without Content-Encoding."}"#,
    );
    golden(
        Refusal::TooFast { retry_seconds: 7 },
        429,
        r#"{"detail":"Request was throttled. Expected available in 7 seconds."}"#,
    );
    golden(
        Refusal::TooFast { retry_seconds: 1 },
        429,
        r#"{"detail":"Request was throttled. Expected available in 1 second."}"#,
    );
    golden(
        Refused::BrokenJson(BrokenJson::At { line: 1, column: 3 }),
        400,
        r#"{"detail":"JSON parse error - Expecting a JSON value: line 1 column 3"}"#,
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
        Refused::NotObject(Json::List),
        400,
        r#"{"non_field_errors":["Invalid data. Expected a dictionary, but got list."]}"#,
    );
    for (error, sentence) in [
        (FieldError::Blank, "This field may not be blank."),
        (FieldError::Null, "This field may not be null."),
        (FieldError::NotText, "Not a valid string."),
        (FieldError::NulCharacter, "Null characters are not allowed."),
        (
            FieldError::NotKey(Json::Text),
            "Incorrect type. Expected pk value, received str.",
        ),
        (
            FieldError::NoSuchObject { key: "5".to_owned() },
            "Invalid pk \\\"5\\\" - object does not exist.",
        ),
        (FieldError::NotInteger, "A valid integer is required."),
        (FieldError::NotUnique, "This field must be unique."),
    ] {
        golden(
            Refused::field("room", error),
            400,
            &format!(r#"{{"room":["{sentence}"]}}"#),
        );
    }
}

#[test]
fn a_cause_of_ours_reaches_no_client() {
    for fault in [
        Fault::Store("disk on fire".to_owned()),
        Fault::Internal("disk on fire".to_owned()),
    ] {
        let error = Refused::from(fault);
        assert_eq!(
            english(&error),
            (500, r#"{"detail":"A server error occurred."}"#.to_owned())
        );
        assert!(error.to_string().contains("disk on fire"));
    }
    for fault in [Fault::Busy, Fault::Stopping, Fault::Away("refused".to_owned())] {
        let response = answered(&DRF, fault, Language::English);
        assert_eq!(
            (response.status().as_u16(), &response.headers()[RETRY_AFTER]),
            (503, &HeaderValue::from(1))
        );
    }
}

#[test]
fn headers_say_what_the_body_says() {
    let answer = answered(&DRF, Refusal::NotSignedIn, Language::English);
    assert_eq!(answer.headers()[WWW_AUTHENTICATE], "Bearer realm=\"api\"");
    assert_eq!(answer.headers()[CONTENT_TYPE], "application/json");
    let answer = answered(&DRF, Refusal::TooFast { retry_seconds: 12 }, Language::English);
    assert_eq!(answer.headers()[RETRY_AFTER], "12");
    assert!(!answer.headers().contains_key(WWW_AUTHENTICATE));
    let method = Refused::OtherMethod {
        method: "PUT".to_owned(),
        allow: "GET, HEAD",
    };
    assert_eq!(answered(&DRF, method, Language::English).headers()[ALLOW], "GET, HEAD");
}

#[test]
fn russian_is_spoken_in_letters() {
    assert_eq!(
        DRF.body(&Refusal::TooFast { retry_seconds: 3 }.into(), Language::Russian),
        r#"{"detail":"Запрос был проигнорирован. Повторите через 3 с."}"#
    );
    assert_eq!(
        DRF.body(&Refused::field("message", FieldError::Required), Language::Russian),
        r#"{"message":["Обязательное поле."]}"#
    );
}

#[test]
fn what_is_wrong_with_a_text_is_said_of_the_contracts_own_field() {
    let school = Drf::with_text_in("text");
    assert_eq!(
        school.body(&Refusal::EmptyText.into(), Language::English),
        r#"{"text":["This field may not be blank."]}"#
    );
}
