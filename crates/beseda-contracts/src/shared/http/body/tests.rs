//! Bodies of every kind, and one past each limit.

use super::measure::HELD_BYTES;
use super::*;
use crate::shared::Json;
use futures_util::StreamExt;
use http::StatusCode;
use serde_json::json;

async fn read(media: &str, body: impl Into<Body>) -> Result<Fields, Refused> {
    let mut request = Request::new(body.into());
    if !media.is_empty() {
        request.headers_mut().insert(CONTENT_TYPE, media.parse().unwrap());
    }
    Fields::read(request, &Limits::default(), 4_000).await
}

fn fields(value: Value) -> Fields {
    let Value::Object(values) = value else {
        panic!("an object")
    };
    Fields { values }
}

#[tokio::test]
async fn three_media_types_give_the_same_fields() {
    let json = read(
        "application/json; charset=utf-8",
        r#"{"message": "Привет", "room": "5"}"#,
    )
    .await
    .unwrap();
    let form = read(
        "application/x-www-form-urlencoded",
        "room=5&message=%D0%9F%D1%80%D0%B8%D0%B2%D0%B5%D1%82",
    )
    .await;
    let parts = "--x\r\nContent-Disposition: form-data; name=\"room\"\r\n\r\n5\r\n\
                 --x\r\nContent-Disposition: form-data; name=\"message\"\r\n\r\nПривет\r\n--x--\r\n";
    let parts = read("multipart/form-data; boundary=x", parts).await;
    assert_eq!(form, Ok(json.clone()));
    assert_eq!(parts, Ok(json));
    assert_eq!(read("", "").await, Ok(Fields::default()));
    assert_eq!(read("application/json", "").await, Ok(Fields::default()));
}

#[tokio::test]
async fn a_file_that_nobody_takes_is_read_past() {
    let parts = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n\u{0}PNG\r\n\
                 --x\r\nContent-Disposition: form-data; name=\"message\"\r\n\r\nhi\r\n--x--\r\n";
    let fields = read("multipart/form-data; boundary=x", parts).await.unwrap();
    assert!(!fields.has("file"));
    assert_eq!(fields.text("message"), Ok(Some("hi".to_owned())));
}

#[tokio::test]
async fn what_cannot_be_read_says_why() {
    let status = |read: Result<Fields, Refused>| read.unwrap_err().status().as_u16();
    for broken in ["{", "nothing", r#"{"a": "\ud80"}"#, r#"{"a": 1e400}"#, "{} {}"] {
        let error = read("application/json", broken).await.unwrap_err();
        assert!(matches!(error, Refused::BrokenJson(_)), "{error}");
        assert_eq!(error.status(), StatusCode::BAD_REQUEST);
    }
    assert_eq!(status(read("application/json", &b"{\"a\": \"\xff\"}"[..]).await), 400);
    assert_eq!(status(read("application/x-www-form-urlencoded", "a=%ff").await), 400);
    assert_eq!(status(read("multipart/form-data", "x").await), 400);
    assert_eq!(
        status(read("multipart/form-data; boundary=x", "--x\r\nbroken").await),
        400
    );
    assert_eq!(status(read("text/plain", "x").await), 415);
    assert_eq!(status(read("", "x").await), 415);
    for (list, received) in [
        ("[]", Json::List),
        ("1", Json::Integer),
        ("1.5", Json::Fraction),
        ("\"a\"", Json::Text),
        ("true", Json::Flag),
    ] {
        let received = Refused::NotObject(received);
        assert_eq!(read("application/json", list).await, Err(received));
    }
}

/// Reads a form that comes piece by piece, as from a network.
async fn read_pieces(pieces: impl Iterator<Item = Bytes> + Send + 'static) -> Result<Fields, Refused> {
    let pieces = futures_util::stream::iter(pieces).then(async |piece| {
        tokio::task::yield_now().await;
        Ok::<_, std::io::Error>(piece)
    });
    let mut request = Request::new(Body::from_stream(pieces));
    let media = "multipart/form-data; boundary=x".parse().unwrap();
    request.headers_mut().insert(CONTENT_TYPE, media);
    Fields::read(request, &Limits::default(), 100 * HELD_BYTES).await
}

#[tokio::test]
async fn what_is_said_of_the_parts_of_a_form_is_not_held_without_end() {
    for begin in ["", "--x\r\nContent-Disposition: form-data; name=\"a"] {
        let said = |pieces: usize| {
            let piece = Bytes::from(vec![b'a'; 65_536]);
            let pieces = std::iter::repeat_n(piece, pieces);
            read_pieces([Bytes::from(begin)].into_iter().chain(pieces))
        };
        assert!(matches!(said(1).await, Err(Refused::BrokenMultipart(_))), "{begin}");
        assert_eq!(said(3).await, Err(Refused::TooLarge(HELD_BYTES)), "{begin}");
        assert_eq!(said(1_000_000).await, Err(Refused::TooLarge(HELD_BYTES)), "{begin}");
    }
    // What is given on is not held: 90 parts, together far more.
    let part = |_| {
        let head = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n";
        Bytes::from(format!("{head}{}\r\n", "x".repeat(100_000)))
    };
    let parts = (0..90).map(part).chain([Bytes::from("--x--")]);
    assert_eq!(read_pieces(parts).await, Ok(Fields::default()));
}

#[tokio::test]
async fn a_form_is_read_by_the_mark_that_its_header_names() {
    let part = |mark: &str| {
        let head = "Content-Disposition: form-data; name=\"a\"";
        format!("--{mark}\r\n{head}\r\n\r\n1\r\n--{mark}--\r\n")
    };
    for (media, mark) in [
        ("multipart/form-data; boundary=x", "x"),
        ("Multipart/Form-Data ; charset=utf-8; BOUNDARY=\"a mark\"", "a mark"),
        ("multipart/form-data; boundary=----=_Part_1_2.3;", "----=_Part_1_2.3"),
        (
            &format!("multipart/form-data; boundary={}", "x".repeat(201)),
            &"x".repeat(201),
        ),
    ] {
        assert_eq!(read(media, part(mark)).await, Ok(fields(json!({"a": "1"}))), "{media}");
    }
    for media in [
        "multipart/form-data",
        "multipart/form-data; boundary",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=\"\"",
        "multipart/form-data; boundary*=utf-8''%D1%8F",
        &format!("multipart/form-data; boundary={}", "x".repeat(202)),
    ] {
        let refused = read(media, part("x")).await.unwrap_err();
        assert_eq!(
            refused,
            Refused::BrokenMultipart("there is no usable boundary".to_owned()),
            "{media}"
        );
    }
}

#[tokio::test]
async fn a_body_that_says_that_it_is_too_big_is_refused_unread() {
    let unread = || http_body_util::Full::new(Bytes::from(vec![b'x'; 4_001])).inspect_frame(|_| panic!("it was read"));
    for media in [
        "multipart/form-data; boundary=x",
        "application/json",
        "application/x-www-form-urlencoded",
        "x/y",
    ] {
        let refused = read(media, Body::new(unread())).await;
        assert_eq!(refused, Err(Refused::TooLarge(4_000)), "{media}");
    }
}

#[tokio::test]
async fn one_past_every_limit() {
    let nested = |levels: usize| format!("{{\"a\": {}{}}}", "[".repeat(levels - 1), "]".repeat(levels - 1));
    assert!(read("application/json", nested(32)).await.is_ok());
    assert_eq!(
        read("application/json", nested(33)).await.unwrap_err().status(),
        StatusCode::BAD_REQUEST
    );
    let sized = |bytes: usize| format!("a={}", "x".repeat(bytes - 2));
    assert!(read("application/x-www-form-urlencoded", sized(4_000)).await.is_ok());
    for media in ["application/x-www-form-urlencoded", "application/json", "text/plain"] {
        assert_eq!(read(media, sized(4_001)).await, Err(Refused::TooLarge(4_000)));
    }
    let part = |bytes: usize| {
        let head = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n";
        format!("{head}{}\r\n--x--\r\n", "x".repeat(bytes))
    };
    assert!(read("multipart/form-data; boundary=x", part(3_800)).await.is_ok());
    assert_eq!(
        read("multipart/form-data; boundary=x", part(4_001)).await,
        Err(Refused::TooLarge(4_000))
    );
}

#[test]
fn texts_are_taken_as_the_framework_takes_them() {
    let fields = fields(json!({
        "text": "  привет \n", "number": 5, "float": 1.5, "true": true, "list": ["x"], "object": {}, "null": null,
        "nul": "a\u{0}b", "blank": " \t ", "long": "ж".repeat(6),
    }));
    assert_eq!(fields.text("text"), Ok(Some("привет".to_owned())));
    assert_eq!(fields.raw_text("text"), Ok(Some("  привет \n".to_owned())));
    assert_eq!(fields.text("number"), Ok(Some("5".to_owned())));
    assert_eq!(fields.text("float"), Ok(Some("1.5".to_owned())));
    for name in ["true", "list", "object"] {
        assert_eq!(fields.text(name), Err(FieldError::NotText), "{name}");
    }
    assert_eq!(fields.text("null"), Err(FieldError::Null));
    assert_eq!(fields.text("nul"), Err(FieldError::NulCharacter));
    assert_eq!(fields.text("nothing"), Ok(None));
    assert_eq!(fields.required_text("nothing", None), Err(FieldError::Required));
    assert_eq!(fields.required_text("blank", None), Err(FieldError::Blank));
    assert_eq!(fields.required_text("long", Some(6)), Ok("ж".repeat(6)));
    assert_eq!(
        fields.required_text("long", Some(5)),
        Err(FieldError::TooLong { max: 5 })
    );
}

#[test]
fn an_id_is_a_number_or_its_text() {
    let fields = fields(json!({
        "number": 5, "text": " 7 ", "minus": "-1", "word": "abc", "float": 1.0, "true": true, "list": [1],
        "null": null, "empty": "", "big": 18_446_744_073_709_551_615_u64, "sign": "-",
        "bigger": "99999999999999999999",
    }));
    for (name, id) in [("number", 5), ("text", 7), ("minus", -1)] {
        assert_eq!(fields.id(name), Ok(Some(id)));
    }
    let kinds = [
        ("word", Json::Text),
        ("float", Json::Fraction),
        ("true", Json::Flag),
        ("list", Json::List),
        ("sign", Json::Text),
    ];
    for (name, received) in kinds {
        assert_eq!(fields.id(name), Err(FieldError::NotKey(received)), "{name}");
    }
    assert_eq!(fields.id("null"), Err(FieldError::Null));
    assert_eq!(fields.id("empty"), Err(FieldError::Null));
    assert_eq!(
        fields.id("big"),
        Err(FieldError::NoSuchObject {
            key: "18446744073709551615".to_owned()
        })
    );
    assert_eq!(
        fields.id("bigger"),
        Err(FieldError::NoSuchObject {
            key: "99999999999999999999".to_owned()
        })
    );
    assert_eq!(fields.id("nothing"), Ok(None));
    assert_eq!(fields.required_id("nothing"), Err(FieldError::Required));
}

#[tokio::test]
async fn a_chosen_name_is_a_text_and_null_is_none() {
    let name = |json: &'static str| async move {
        let request = Request::post("/")
            .header("content-type", "application/json")
            .body(Body::from(json))
            .unwrap();
        Fields::read(request, &Limits::default(), 1_000)
            .await
            .unwrap()
            .chosen_name("id", 3)
    };
    assert_eq!(name("{}").await, Ok(None));
    assert_eq!(name(r#"{"id": null}"#).await, Ok(None));
    assert_eq!(name(r#"{"id": " a "}"#).await, Ok(Some(" a ".to_owned())));
    assert_eq!(name(r#"{"id": ""}"#).await, Err(FieldError::Blank));
    assert_eq!(name(r#"{"id": 12}"#).await, Err(FieldError::NotText));
    assert_eq!(name(r#"{"id": "abcd"}"#).await, Err(FieldError::TooLong { max: 3 }));
}

#[tokio::test]
async fn a_body_that_is_packed_is_refused_whatever_it_is() {
    let read = async |coding: &str, media: &str| {
        let mut request = Request::new(Body::from("{}"));
        request.headers_mut().insert(CONTENT_TYPE, media.parse().unwrap());
        request.headers_mut().insert(CONTENT_ENCODING, coding.parse().unwrap());
        Fields::read(request, &Limits::default(), 4_000).await
    };
    for (coding, named) in [("gzip", "gzip"), ("identity, BR", "BR"), ("x-odd", "x-odd")] {
        for media in ["application/json", "multipart/form-data; boundary=x", "text/plain"] {
            let refused = read(coding, media).await.unwrap_err();
            assert_eq!(refused, Refused::EncodedBody(named.to_owned()), "{coding} {media}");
            assert_eq!(refused.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
        }
    }
    for plain in ["identity", "Identity", ""] {
        assert_eq!(read(plain, "application/json").await, Ok(Fields::default()), "{plain}");
    }
}
