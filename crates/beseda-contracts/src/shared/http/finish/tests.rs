//! What every answer has, whoever asks and from where.

use super::*;
use crate::shared::Links;
use crate::shared::field::FieldError;
use crate::shared::voice::Voice;
use crate::stage::{Answer, Stage, no_routes};
use crate::voices::DRF;
use axum::Json;
use axum::routing::{get, post};
use beseda_core::Refusal;
use beseda_live::place::under;
use http::Uri;
use serde_json::json;

fn routes() -> Routes {
    let field = || async { Refused::field("message", FieldError::Required) };
    no_routes()
        .both(
            "/api/things/",
            get(|| async { Json(json!({"a": 1})) }),
            "GET, HEAD, OPTIONS",
        )
        .both(
            "/api/things/{id}/",
            get(|| async { Refused::NoSuchAddress }),
            "GET, HEAD, OPTIONS",
        )
        .both("/api/field/", post(field), "POST, OPTIONS")
}

async fn stage() -> Stage {
    let change = |settings: &mut crate::shared::Settings, _: &mut _| {
        settings.reach.allowed_origins.push("https://shop.example".to_owned());
    };
    Stage::new(change, routes()).await
}

fn headers(answer: &Answer, expected: &[(&str, &str)]) {
    for (name, value) in expected {
        assert_eq!(answer.header(name), *value, "{name}");
    }
}

#[tokio::test]
async fn paths_have_a_slash_or_none_and_other_methods_are_told() {
    let stage = stage().await;
    for path in ["/api/things/", "/api/things"] {
        let answer = stage.ask("GET", path, &[], "").await;
        answer.is(200, r#"{"a":1}"#);
        assert_eq!(answer.header("allow"), "GET, HEAD, OPTIONS");
        let answer = stage.ask("DELETE", path, &[], "").await;
        answer.is(405, r#"{"detail":"Method \"DELETE\" not allowed."}"#);
        assert_eq!(answer.header("allow"), "GET, HEAD, OPTIONS");
        assert_eq!(stage.ask("OPTIONS", path, &[], "").await.status, StatusCode::NO_CONTENT);
        stage.ask("HEAD", path, &[], "").await.is(200, "");
    }
    stage
        .ask("GET", "/api/nothing/", &[], "")
        .await
        .is(404, r#"{"detail":"Not found."}"#);
    let answer = stage.ask("GET", "/api/field/", &[], "").await;
    answer.is(405, r#"{"detail":"Method \"GET\" not allowed."}"#);
}

#[tokio::test]
async fn every_answer_has_the_same_headers() {
    let stage = stage().await;
    for path in ["/api/things/", "/api/nothing/"] {
        let answer = stage.ask("GET", path, &[], "").await;
        let expected = [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("vary", "Accept, Accept-Language, Cookie, Origin"),
            ("cache-control", "no-store"),
            ("content-type", "application/json"),
            ("server", ""),
            ("access-control-allow-origin", ""),
        ];
        headers(&answer, &expected);
    }
}

#[tokio::test]
async fn errors_are_said_in_russian_where_it_is_asked_for() {
    let stage = stage().await;
    let russian = [("accept-language", "ru-RU,ru;q=0.9,en;q=0.8")];
    stage
        .ask("POST", "/api/field/", &russian, "")
        .await
        .is(400, r#"{"message":["Обязательное поле."]}"#);
    let answer = stage.ask("GET", "/api/field/", &russian, "").await;
    answer.is(405, r#"{"detail":"Метод \"GET\" не разрешен."}"#);
    assert_eq!(answer.header("allow"), "POST, OPTIONS");
    stage.ask("HEAD", "/api/nothing/", &russian, "").await.is(404, "");
    stage
        .ask("POST", "/api/field/", &[], "")
        .await
        .is(400, r#"{"message":["This field is required."]}"#);
}

#[tokio::test]
async fn a_foreign_page_is_refused_before_anything_and_an_allowed_one_may_read() {
    let stage = stage().await;
    let evil = stage
        .ask("GET", "/api/things/", &[("origin", "https://evil.example")], "")
        .await;
    assert_eq!(evil.status, StatusCode::FORBIDDEN);
    assert!(evil.field("detail").starts_with("CSRF Failed: Origin checking failed"));
    headers(
        &evil,
        &[
            ("access-control-allow-origin", ""),
            ("x-content-type-options", "nosniff"),
        ],
    );
    stage
        .ask("GET", "/api/things/", &[("origin", "http://chat.example")], "")
        .await
        .is(200, r#"{"a":1}"#);

    let shop = ("origin", "https://shop.example");
    let cors = [
        ("access-control-allow-origin", "https://shop.example"),
        ("access-control-allow-credentials", "true"),
    ];
    let answer = stage.ask("GET", "/api/things/", &[shop], "").await;
    answer.is(200, r#"{"a":1}"#);
    headers(&answer, &cors);
    let answer = stage.ask("DELETE", "/api/things/", &[shop], "").await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    headers(&answer, &cors);

    let question = [
        shop,
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "authorization"),
    ];
    let answer = stage.ask("OPTIONS", "/api/things/", &question, "").await;
    answer.is(204, "");
    headers(&answer, &cors);
    assert!(answer.header("access-control-allow-headers").contains("Authorization"));
    assert!(answer.header("access-control-allow-methods").contains("POST"));
    let question = [
        ("origin", "https://evil.example"),
        ("access-control-request-method", "POST"),
    ];
    assert_eq!(
        stage.ask("OPTIONS", "/api/things/", &question, "").await.status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn what_no_route_answers_is_said_all_the_same() {
    let stage = Stage::plain().await;
    let pages = Router::new().route("/page/", get(|| async { Refused::NoSuchAddress }));
    let router = finish(no_routes(), pages, stage.shared.clone());
    for path in ["/page/", "/nothing/"] {
        let request = http::Request::get(path).body(axum::body::Body::empty()).unwrap();
        let answer = tower::ServiceExt::oneshot(router.clone(), request).await.unwrap();
        let body = http_body_util::BodyExt::collect(answer.into_body()).await.unwrap();
        assert_eq!(body.to_bytes(), r#"{"detail":"Not found."}"#, "{path}");
    }
}

#[tokio::test]
async fn probes_are_answered_under_any_name() {
    let probe = |path| Routes::said_by(&DRF).both(path, get(|| async { "well" }), "GET");
    let routes = probe("/healthz/").and(probe("/readyz/")).and(probe("/api/one/"));
    let stage = Stage::new(
        |settings, _| settings.reach.allowed_hosts.push("shop.example".to_owned()),
        routes,
    )
    .await;
    for path in ["/healthz", "/healthz/", "/readyz"] {
        stage.ask("GET", path, &[], "").await.is(200, "well");
    }
    let refused = stage.ask("GET", "/api/one/", &[], "").await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
}

/// Says what it is of, so that one can tell who spoke.
struct Named(&'static str);

impl Voice for Named {
    fn body(&self, refused: &Refused, _: Language) -> String {
        format!("{}: {refused:?}", self.0)
    }
}

#[tokio::test]
async fn each_route_speaks_in_its_own_voice_and_programs_of_hosts_guess_at_nothing() {
    static ONE: Named = Named("one");
    static OTHER: Named = Named("other");
    let missing = || get(|| async { Refused::from(Refusal::NoSuchOrder) });
    let one = Routes::said_by(&ONE).both("/api/one/", missing(), "GET");
    let other = Routes::said_by(&OTHER)
        .for_hosts()
        .both("/api/other/", missing(), "GET");
    let stage = Stage::new(|_, limits| limits.misses_per_minute = 1.0, one.and(other)).await;
    for _ in 0..3 {
        stage
            .ask("GET", "/api/other", &[], "")
            .await
            .is(404, "other: Rule(NoSuchOrder)");
    }
    let method = stage.ask("PUT", "/api/other", &[], "").await;
    assert!(method.text.starts_with("other: OtherMethod"), "{method:?}");
    stage
        .ask("GET", "/api/one", &[], "")
        .await
        .is(404, "one: Rule(NoSuchOrder)");
    let slowed = stage.ask("GET", "/api/one", &[], "").await;
    assert_eq!(slowed.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(slowed.text.starts_with("one: Rule(TooFast"), "{slowed:?}");
}

#[tokio::test]
async fn who_guesses_too_often_is_told_to_wait() {
    let stage = stage().await;
    for _ in 0..60 {
        assert_eq!(
            stage.ask("GET", "/api/things/7/", &[], "").await.status,
            StatusCode::NOT_FOUND
        );
    }
    let answer = stage.ask("GET", "/api/things/7/", &[], "").await;
    answer.is(
        429,
        r#"{"detail":"Request was throttled. Expected available in 1 second."}"#,
    );
    assert_eq!(answer.header("retry-after"), "1");
    // What is there still is, and an address that leads nowhere is no guess.
    assert_eq!(
        stage.ask("GET", "/api/nothing/", &[], "").await.status,
        StatusCode::NOT_FOUND
    );
    stage.ask("GET", "/api/things/", &[], "").await.is(200, r#"{"a":1}"#);
    stage.pass(1);
    assert_eq!(
        stage.ask("GET", "/api/things/7/", &[], "").await.status,
        StatusCode::NOT_FOUND
    );
}

#[test]
fn a_path_is_logged_without_what_may_be_a_key() {
    assert_eq!(
        logged("/api/chat/rooms/create_for_order/"),
        "/api/chat/rooms/create_for_order/"
    );
    assert_eq!(
        logged("/api/messages/mark_chat_as_read_for_everybody/"),
        "/api/messages/mark_chat_as_read_for_everybody/"
    );
    assert_eq!(logged("/ws/chat/eyJhbGciOiJIUzI1NiJ9.e30.x/"), "/ws/chat/[redacted]/");
    assert_eq!(
        logged("/rooms/3f1c9a52-0b6e-4f2a-9f0e-0d6c2f4b7a11"),
        "/rooms/[redacted]"
    );
    assert_eq!(
        logged("/api/chat/rooms/12345678/messages"),
        "/api/chat/rooms/12345678/messages"
    );
}

/// What the routes know of how they are reached.
async fn seen(links: Links, uri: Uri) -> String {
    format!("{} at {uri} under {}", links.page(2), under())
}

#[tokio::test]
async fn what_a_trusted_proxy_says_counts_for_links_hosts_and_origins_alike() {
    let routes = no_routes().both("/api/seen/{id}/", get(seen), "GET, HEAD, OPTIONS");
    let change = |settings: &mut crate::shared::Settings, _: &mut _| {
        settings
            .reach
            .trusted_proxies
            .networks
            .push("192.0.2.1".parse::<IpAddr>().unwrap().into());
        settings.reach.allowed_hosts.push("shop.example".to_owned());
        settings.reach.base_path = "/chat-api".to_owned();
    };
    let stage = Stage::new(change, routes).await;
    let forwarded = [
        ("x-forwarded-host", "shop.example:8443"),
        ("x-forwarded-proto", "https"),
        ("origin", "https://shop.example:8443"),
    ];
    for path in ["/chat-api/api/seen/a%2Fb/?page=1", "/%61pi/seen/a%2Fb/?page=1"] {
        let answer = stage.ask("GET", path, &forwarded, "").await;
        let next = "https://shop.example:8443/chat-api/api/seen/a%2Fb/?page=2";
        answer.is(200, &format!("{next} at /api/seen/a%2Fb/?page=1 under /chat-api"));
    }
    let outer = [forwarded[0], ("x-forwarded-prefix", "/outer/")];
    let answer = stage.ask("GET", "/api/seen/1/", &outer, "").await;
    answer.is(
        200,
        "http://shop.example:8443/outer/api/seen/1/?page=2 at /api/seen/1/ under /outer",
    );
    // The host of the request itself, `chat.example`, is none of the allowed ones.
    let foreign = stage.ask("GET", "/api/seen/1/", &[], "").await;
    assert_eq!(foreign.status, StatusCode::BAD_REQUEST);
    let evil = [("x-forwarded-host", "evil.example")];
    assert_eq!(
        stage.ask("GET", "/api/seen/1/", &evil, "").await.status,
        StatusCode::BAD_REQUEST
    );
    let elsewhere = [forwarded[0], ("origin", "https://chat.example")];
    assert_eq!(
        stage.ask("GET", "/api/seen/1/", &elsewhere, "").await.status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn answers_are_counted_by_the_pattern_of_their_route_and_by_nothing_that_a_client_wrote() {
    fn told(_: &Answered<'_>) {}
    let kiosk = Owner {
        name: "kiosk",
        tells: told,
    };
    let stage = Stage::new(|_, _| {}, routes().of(kiosk)).await;
    for (method, path) in [
        ("GET", "/api/things"),
        ("GET", "/api/things/7/"),
        ("GET", "/api/things/8/"),
        ("BREW", "/api/things/"),
        ("GET", "/api/made/up/"),
        ("POST", "/login/"),
    ] {
        stage.ask(method, path, &[], "").await;
    }
    let mut page = beseda_counts::Page::default();
    stage.shared.counts.show(&mut page);
    stage.shared.live.counts().show(&mut page);
    let page = page.text().unwrap();
    let count = |contract: &str, method: &str, route: &str, status: u16| {
        format!(
            "beseda_http_requests_total{{contract=\"{contract}\",method=\"{method}\",route=\"{route}\",status=\"{status}\"}}"
        )
    };
    for (series, value) in [
        (count("kiosk", "GET", "/api/things/", 200), 1),
        (count("kiosk", "GET", "/api/things/{id}/", 404), 2),
        (count("kiosk", "other", "/api/things/", 405), 1),
        (count("shared", "GET", "other", 404), 1),
        (count("shared", "POST", "/login/", 400), 1),
        (
            "beseda_refused_total{contract=\"kiosk\",transport=\"http\",reason=\"no_such_address\"}".to_owned(),
            2,
        ),
        (
            "beseda_http_request_seconds_count{contract=\"kiosk\",route=\"/api/things/{id}/\"}".to_owned(),
            2,
        ),
    ] {
        let line = format!("{series} {value}");
        assert!(page.lines().any(|one| one == line), "{line} in\n{page}");
    }
    assert!(!page.contains("/made/") && !page.contains("BREW"), "{page}");
}
