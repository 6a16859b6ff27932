//! What is blotted out, and what stays.

use super::*;
use proptest::prelude::*;

fn base64url(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    bytes
        .iter()
        .map(|byte| char::from(LETTERS[usize::from(byte % 64)]))
        .collect()
}

#[test]
fn the_id_of_a_request_stays_where_it_stands_as_such() {
    let id = "8f14e45fceea167a5a36dedd4bea2543";
    for line in [
        format!("2025-11-21T12:00:00Z [request_id={id}] INFO: stopping"),
        format!("{{\"span\":{{\"request_id\":\"{id}\",\"name\":\"request\"}}}}"),
        format!("[request_id=shop.{id}-1] INFO: x"),
    ] {
        assert_eq!(scrub(&line), line);
    }
    for line in [
        format!("[request_id=7] INFO: {id}"),
        format!("request_id={id}"),
        format!("[request_id=bsk_{id}] INFO: x"),
        format!("{{\"other_id\":\"{id}\"}}"),
    ] {
        assert!(!scrub(&line).contains(id), "{line}");
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Tokens of every make that the server hands out or accepts.
fn canary() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 43).prop_map(|bytes| base64url(&bytes)),
        prop::collection::vec(any::<u8>(), 32).prop_map(|bytes| hex(&bytes)),
        (
            prop::collection::vec(any::<u8>(), 16..44),
            prop::sample::select(&["bsk", "bst"][..])
        )
            .prop_map(|(bytes, kind)| format!("{kind}_{}", base64url(&bytes))),
        prop::collection::vec(any::<u8>(), 86).prop_map(|bytes| {
            let (payload, signature) = (base64url(&bytes[..43]), base64url(&bytes[43..]));
            format!("eyJhbGciOiJIUzI1NiJ9.eyJ{payload}.{signature}")
        }),
    ]
}

/// Places where a token may turn up; `{}` stands for it.
const PLACES: &[&str] = &[
    "{}",
    "/ws/chat/1/2/?token={}",
    "/ws/chat/1/2/?page=2&token={}&after=3",
    "/ws/?TOKEN={}#top",
    "/ws/?%74oken={}",
    "/login/?next=%2Fws%2F%3Ftoken%3D{}%26page%3D2",
    "/api/v1/ws?ticket={}",
    "/files/{}/a.png",
    "/a/b/{}",
    "Authorization: Bearer {}",
    "cookie: theme=dark; beseda_session={}; lang=ru",
    "cookie: theme=dark; session={}; lang=ru",
    "Cookie: theme=dark; beseda_visitor={}; lang=ru",
    "set-cookie: beseda_visitor={}; Path=/; HttpOnly",
    "X-Beseda-Visitor: {}",
    "{\"x-beseda-visitor\": \"{}\", \"accept\": \"*/*\"}",
    "/ws/support/{}/?page=2",
    "{\"token\":\"{}\"}",
    "{\"body\":\"{\\\"refresh\\\":\\\"x\\\",\\\"access_token\\\":\\\"{}\\\"}\"}",
    "Login { password: \"{}\" }",
    "redis://user:{}@127.0.0.1:6379/0",
    "[JWTAuthMiddleware] Invalid token: {}",
    "Ошибка: «{}»!",
    "x{}",
];

proptest! {
    #[test]
    fn no_token_survives_anywhere(token in canary(), place in prop::sample::select(PLACES)) {
        let text = place.replace("{}", &token);
        let scrubbed = scrub(&text).into_owned();
        for part in token.split('.').filter(|part| part.len() >= 12) {
            for window in part.as_bytes().windows(12) {
                let window = std::str::from_utf8(window).unwrap();
                prop_assert!(!scrubbed.contains(window), "{text} -> {scrubbed}");
            }
        }
    }

    #[test]
    fn no_token_survives_in_percent_escapes(token in canary(), every in 1_usize..4) {
        let escaped: String = token
            .bytes()
            .enumerate()
            .map(|(at, byte)| if at % every == 0 { format!("%{byte:02X}") } else { char::from(byte).to_string() })
            .collect();
        for place in ["/files/{}", "/ws/?token={}", "/ws/?x={}"] {
            let scrubbed = scrub(&place.replace("{}", &escaped)).into_owned();
            let left = scrubbed.replace(BLOT, "").len();
            prop_assert!(left <= place.len() + 8, "{escaped} -> {scrubbed}");
        }
    }

    #[test]
    fn any_value_of_a_secret_parameter_goes(
        name in prop::sample::select(&["token", "ticket", "access_token", "X-Refresh-Token", "password"][..]),
        value in "[a-z]{6,12}",
    ) {
        let text = format!("GET /x?a=1&{name}={value}&b=2");
        prop_assert_eq!(scrub(&text), format!("GET /x?a=1&{name}={BLOT}&b=2"));
    }

    #[test]
    fn any_text_is_scrubbed_once_and_for_all(text in "\\PC{0,200}") {
        let once = scrub(&text).into_owned();
        prop_assert_eq!(scrub(&once), once.as_str());
    }

    #[test]
    fn room_ids_stay(bytes in any::<[u8; 16]>(), number in any::<u64>()) {
        let hex = hex(&bytes);
        let id = format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]);
        for path in [
            format!("/api/support/rooms/{id}/messages/?page={number}"),
            format!("/ws/support/{id}/"),
            format!("group:{id} room-{id} client_id={id},{}", id.to_uppercase()),
            format!("/api/chat/rooms/{number}/"),
        ] {
            prop_assert_eq!(scrub(&path), path.as_str());
        }
    }
}

#[test]
fn a_visitor_is_hidden_by_name_however_they_are_made() {
    let lines = [
        ("X-Beseda-Visitor: visitor.one", "X-Beseda-Visitor: [redacted]"),
        (
            "x-beseda-visitor:abc accept: */*",
            "x-beseda-visitor:[redacted] accept: */*",
        ),
        (
            "x-beseda-visitor: \"a b\", accept",
            "x-beseda-visitor: \"[redacted]\", accept",
        ),
        (
            "cookie: beseda_visitor=abc lang=ru",
            "cookie: beseda_visitor=[redacted] lang=ru",
        ),
        ("/?beseda%5Fvisitor=abc&page=2", "/?beseda%5Fvisitor=[redacted]&page=2"),
        ("%22beseda_visitor%22", "%22beseda_visitor%22"),
        (
            "allowed headers: x-beseda-visitor, accept",
            "allowed headers: x-beseda-visitor, accept",
        ),
    ];
    for (line, wanted) in lines {
        assert_eq!(scrub(line), wanted);
    }
}

#[test]
fn keys_and_tickets_go_even_where_they_do_not_look_drawn_by_lot() {
    for kind in ["bsk", "bst"] {
        assert_eq!(
            scrub(&format!("/files/{kind}_aaaaaaaaaaaaaaaa/x")),
            "/files/[redacted]/x"
        );
        assert_eq!(
            scrub(&format!("key {kind}_-_-_-_-_-_-_-_-_, refused")),
            "key [redacted], refused"
        );
    }
}

#[test]
fn ordinary_lines_stay_as_they_are() {
    let lines = [
        "/",
        "/api/chat/rooms/17/messages/?page=2",
        "/api/chat/rooms/17/messages/?page=last&page_size=200",
        "/api/chat/order/2/messages?after=100000000000000000000&limit=50",
        "/api/chat/rooms/create_for_order/",
        "/api/messages/mark_chat_as_read/",
        "/api/token/refresh/",
        "/api/users/?search=%D0%90%D0%BD%D0%BD%D0%B0%20%D0%98%D0%B2%D0%B0%D0%BD%D0%BE%D0%B2%D0%B0",
        "/assets/index-BpX3k9aQ.js",
        "/uploads/chat/IMG_20261121_051100_report-final-version.jpeg",
        "2026-11-21T05:10:45.123456Z INFO: Chat message send attempt: order_id=2, user_id=1, user_role=OPERATOR",
        "[JWTAuthMiddleware] Decoded token payload, user_id: 1",
        "[JWTAuthMiddleware] Invalid token: it expired 12 s ago",
        "[ChatConsumer] Database error in get_or_create_conversation: disk I/O error",
        "WebSocketConnectionAcceptedHandler beseda_contracts::order_rooms::http 127.0.0.1:54321",
        "Произошла ошибка при отправке сообщения",
        "listening on http://127.0.0.1:8000",
        "jti=018f3c1e-7a2b-7c3d-9e4f-5a6b7c8d9e0f fingerprint=a1b2c3d4",
        "100% of 2%",
    ];
    for line in lines {
        assert_eq!(scrub(line), line);
        assert!(matches!(scrub(line), Cow::Borrowed(_)), "{line} was copied");
    }
}

#[test]
fn a_file_is_named_where_it_is_kept_and_a_hash_alone_is_not() {
    let hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    for line in [
        format!("the bytes of the file 9f/{hash} are gone"),
        format!("/var/lib/beseda/uploads/chat/9f/{hash}-12.thumbnail: Permission denied"),
        format!("chat/9f/{hash}.thumbnail"),
    ] {
        assert_eq!(scrub(&line), line);
    }
    for line in [
        format!("the key {hash}"),
        format!("9e/{hash}"),
        format!("/{hash}"),
        format!("9f/{hash}00"),
        format!("9f/{hash}-1234567890"),
        format!("9f/{}", hash.to_uppercase()),
    ] {
        let scrubbed = scrub(&line).to_lowercase();
        assert!(!scrubbed.contains("884c7d659a2feaa0c55ad015"), "{scrubbed}");
    }
}

#[test]
fn the_rest_of_a_line_stays_readable() {
    let line = "GET /ws/chat/1/2/?page=2&token=eyJhbGciOi.eyJzdWIi.c2ln HTTP/1.1 from 10.0.0.7";
    assert_eq!(
        scrub(line),
        "GET /ws/chat/1/2/?page=2&token=[redacted] HTTP/1.1 from 10.0.0.7"
    );
    assert_eq!(scrub("postgres://beseda:pw@db/x"), "postgres://beseda:[redacted]@db/x");
    assert_eq!(scrub("token=&page=2"), "token=&page=2");
}
